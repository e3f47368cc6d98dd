// The decoder with a cache: Hugging Face's numbers at once and in steps, from no past and behind one.
import { readFileSync } from 'node:fs';
import { run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import { llama, names } from '../../examples/zoo/llama.ts';
import { expectClose } from './close.ts';
import { countedCheckpoint, type StateEntry } from './counted-weights.ts';
import type { Numbers } from './feeds.ts';

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly inputs: { readonly input_ids: Numbers };
  readonly outputs: { readonly logits: Numbers };
}

const RECORDED: { readonly llama: Recorded } = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/texts.json', import.meta.url), 'utf8'),
);

const [DEPTH, KV_HEADS, HEAD] = [2, 2, 6];
const past = (size: string): (readonly [string, readonly (string | number)[]])[] =>
  Array.from({ length: DEPTH }, (_, i) =>
    ['key', 'value'].map((kind) => [`past_${kind}_${i}`, ['n', KV_HEADS, size, HEAD]] as const),
  ).flat();

/** What one layer keeps, as a run gives it back. */
interface Kept {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

describe('llama', () => {
  const { state, inputs, outputs } = RECORDED.llama;
  const [n = 1, s = 1] = inputs.input_ids.shape;
  const net = llama({ vocabulary: 50, width: 24, heads: 4, kvHeads: KV_HEADS, hidden: 40, depth: DEPTH });
  const report = net.load(countedCheckpoint(state), { names });
  const bound = net.bind({ input_ids: ['n', 's'], ...Object.fromEntries(past('p')) });

  /** Runs the tokens from one place to another. */
  const step = (from: number, to: number, kept: Readonly<Record<string, Kept>>) => {
    const rows = Array.from({ length: n }, (_, row) =>
      inputs.input_ids.data.slice(row * s + from, row * s + to),
    ).flat();
    const ids = { shape: [n, to - from], dtype: 'int64', data: BigInt64Array.from(rows, BigInt) } as const;
    const feeds = Object.entries(kept).map(
      ([name, { shape, data }]) => [name, { shape, dtype: 'float32', data }] as const,
    );
    return run(bound, { input_ids: ids, ...Object.fromEntries(feeds) }, { providers: ['cpu'] });
  };

  const nothing = Object.fromEntries(
    past('p').map(([name]) => [name, { shape: [n, KV_HEADS, 0, HEAD], data: new Float32Array() }]),
  );

  /** The logits of the tokens from one place to another, of all texts. */
  const expected = (from: number, to: number): number[] => {
    const [, , width = 1] = outputs.logits.shape;
    return Array.from({ length: n }, (_, row) =>
      outputs.logits.data.slice((row * s + from) * width, (row * s + to) * width),
    ).flat();
  };

  test('takes all of the weights', () => {
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
  });

  test('computes a text at once, with nothing before it', async () => {
    const found = await step(0, s, nothing);
    expect(found.logits?.shape).toEqual(outputs.logits.shape);
    expectClose(found.logits?.data, outputs.logits.data, 1e-4);
    expect(found.present_key_1?.shape).toEqual([n, KV_HEADS, s, HEAD]);
  });

  test('computes the same in steps of 4, 1 and 2 tokens, each behind what was kept of those before', async () => {
    let kept: Readonly<Record<string, Kept>> = nothing;
    for (const [from, to] of [
      [0, 4],
      [4, 5],
      [5, 7],
    ] as const) {
      const found = await step(from, to, kept);
      expectClose(found.logits?.data, expected(from, to), 1e-4);
      kept = Object.fromEntries(
        Object.keys(nothing).map((name) => {
          const present = found[name.replace('past', 'present')];
          return [
            name,
            {
              shape: present?.shape ?? [],
              data: present?.data instanceof Float32Array ? present.data : new Float32Array(),
            },
          ];
        }),
      );
    }
  });

  test('turns the queries and keys of all layers by angles that it computes once', () => {
    const nodes = [...bound.compile().graph.nodes()].map((node) => node.op);
    expect([nodes.filter((op) => op === 'Cos').length, nodes.filter((op) => op === 'Sin').length]).toEqual([1, 1]);
  });

  test('has as many parameters as TinyLlama-1.1B has', () => {
    const full = llama();
    expect(full.hasUnknownParameters).toBe(false);
    expect(trainedCount(full)).toBe(1_100_048_384);
  });
});
