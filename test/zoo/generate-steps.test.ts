// One run with its loop against the host's steps: the same tokens where the cache goes in and out of every run.
import { createSession, type DefinedModel, type Feed, normal } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { gpt2Generator, gpt2Stepped } from '../../examples/zoo/gpt2.ts';
import { llama, llamaGenerator } from '../../examples/zoo/llama.ts';

const SIZES = { vocabulary: 60, width: 32, heads: 4, depth: 2 };
const PAIRS = [
  {
    name: 'llama',
    heads: 2,
    whole: (steps: number) => llamaGenerator({ steps }, { ...SIZES, kvHeads: 2, hidden: 48 }),
    stepped: () => llama({ ...SIZES, kvHeads: 2, hidden: 48 }),
  },
  {
    name: 'gpt2',
    heads: 4,
    whole: (steps: number) => gpt2Generator({ steps }, { ...SIZES, positions: 40 }),
    stepped: () => gpt2Stepped({ ...SIZES, positions: 40 }),
  },
];

const BINDINGS = [
  [1, 5, 7],
  [3, 2, 12],
] as const;
const CASES = PAIRS.flatMap((pair) => BINDINGS.map(([batch, prompt, steps]) => ({ ...pair, batch, prompt, steps })));

const tokensOf = (shape: readonly number[], data: BigInt64Array): Feed => ({ shape, dtype: 'int64', data });

/** A session with weights that make texts vary: tied to a large embedding, GPT-2 would repeat the token that it has just said. */
function sessionOf(net: DefinedModel) {
  net.setInitializer('**.weight', normal({ std: 0.4 }));
  if (net.name === 'gpt2') net.setInitializer('wte.weight', normal({ std: 0.1 }));
  return createSession(net.initialize({ seed: 5 }).bind().compile(), { providers: 'cpu' });
}

/** The place of the largest of each row's scores for the last token. */
function likeliest(logits: Float32Array, [batch = 1, s = 1, width = 1]: readonly number[]): bigint[] {
  return Array.from({ length: batch }, (_, row) => {
    const scores = logits.subarray(((row + 1) * s - 1) * width, (row + 1) * s * width);
    return BigInt(scores.indexOf(scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)));
  });
}

describe('generate', () => {
  test.each(CASES)(
    'equals steps of the host: $name, $batch texts of $prompt, $steps tokens',
    async ({ heads, whole, stepped, batch, prompt, steps }) => {
      const [looped, single] = [await sessionOf(whole(steps)), await sessionOf(stepped())];
      const ids = BigInt64Array.from({ length: batch * prompt }, (_, i) => BigInt((i * 17 + 3) % 60));
      const feeds = {
        input_ids: tokensOf([batch, prompt], ids),
        attention_mask: tokensOf([batch, prompt], new BigInt64Array(batch * prompt).fill(1n)),
      };
      const { tokens } = await looped.run(feeds);
      expect(tokens?.shape).toEqual([batch, steps]);

      const none = { shape: [batch, heads, 0, SIZES.width / SIZES.heads], dtype: 'float32', data: new Float32Array() };
      const names = Array.from({ length: SIZES.depth }, (_, i) => [`key_${i}`, `value_${i}`]).flat();
      let kept: Record<string, Feed> = Object.fromEntries(names.map((name) => [`past_${name}`, none]));
      let newest = feeds.input_ids;
      const columns: bigint[][] = [];
      for (let i = 0; i < steps; i++) {
        const found = await single.run({ input_ids: newest, ...kept });
        const { logits } = found;
        if (!(logits?.data instanceof Float32Array)) throw new TypeError('logits are float32');
        const column = likeliest(logits.data, logits.shape);
        columns.push(column);
        newest = tokensOf([batch, 1], BigInt64Array.from(column));
        kept = Object.fromEntries(
          names.map((name) => {
            const present = found[`present_${name}`];
            if (!present) throw new TypeError(`present_${name} is an output`);
            return [`past_${name}`, present];
          }),
        );
      }
      const expected = Array.from({ length: batch }, (_, row) => columns.map((column) => column[row])).flat();
      expect(Array.from(tokens?.data ?? [], BigInt)).toEqual(expected);
      expect(new Set(expected).size).toBeGreaterThan(2);
      await Promise.all([looped.dispose(), single.dispose()]);
    },
  );
});
