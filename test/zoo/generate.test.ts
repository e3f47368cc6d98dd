// Text that the graph writes by itself: the tokens of Hugging Face's generate(), and of a distribution's inverse where they are drawn.
import { readFileSync } from 'node:fs';
import { type DefinedModel, dispose, type NameRule, run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import type { Generation } from '../../examples/support/kept.ts';
import * as gpt2 from '../../examples/zoo/gpt2.ts';
import * as llama from '../../examples/zoo/llama.ts';
import { countedCheckpoint, type StateEntry } from './counted-weights.ts';

interface RecordedCase {
  readonly name: string;
  readonly ids: readonly (readonly number[])[];
  readonly mask: readonly (readonly number[])[];
  readonly steps: number;
  readonly options: Omit<Generation, 'steps'>;
  readonly tokens: readonly (readonly number[])[];
  /** One row for each step. */
  readonly uniforms?: readonly (readonly number[])[];
}

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly cases: readonly RecordedCase[];
}

const RECORDED: Readonly<Record<'llama' | 'gpt2', Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/zoo/generate.json', import.meta.url), 'utf8'),
);
const SIZES = { vocabulary: 50, width: 24, heads: 4, depth: 2 };

interface Writer {
  readonly name: 'llama' | 'gpt2';
  readonly make: (generation: Generation) => DefinedModel;
  readonly names: readonly NameRule[];
}

const LLAMA: Writer = {
  name: 'llama',
  make: (generation) => llama.llamaGenerator(generation, { ...SIZES, kvHeads: 2, hidden: 40 }),
  names: llama.names,
};
const GPT2: Writer = {
  name: 'gpt2',
  make: (generation) => gpt2.gpt2Generator(generation, { ...SIZES, positions: 20 }),
  names: gpt2.names,
};
const CASES = [LLAMA, GPT2].flatMap((writer) =>
  RECORDED[writer.name].cases.map((each) => ({ writer, model: writer.name, ...each })),
);

function generator({ name, make, names }: Writer, generation: Generation): DefinedModel {
  const net = make(generation);
  const report = net.load(countedCheckpoint(RECORDED[name].state), { names });
  expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
  return net;
}

/** Rows of tokens that a run gives. */
async function write(
  net: DefinedModel,
  { ids, mask, uniforms }: Omit<RecordedCase, 'name' | 'steps' | 'options' | 'tokens'>,
) {
  const feeds = { input_ids: ids, attention_mask: mask, ...(uniforms ? { uniforms } : {}) };
  const { tokens } = await run(net, feeds, { providers: 'cpu' });
  const [rows = 0, count = 0] = tokens?.shape ?? [];
  const all = Array.from(tokens?.data ?? [], Number);
  return Array.from({ length: rows }, (_, row) => all.slice(row * count, (row + 1) * count));
}

describe('generate', () => {
  test.each(CASES)(
    'writes the recorded tokens: $model, $name',
    async ({ writer, steps, options, tokens, ...feeds }) => {
      const net = generator(writer, { steps, pad: 0, ...options });
      expect(await write(net, feeds)).toEqual(tokens);
      // Another number of texts, of the same bound model.
      const firstOnly = {
        ids: feeds.ids.slice(0, 1),
        mask: feeds.mask.slice(0, 1),
        ...(feeds.uniforms ? { uniforms: feeds.uniforms.map((row) => row.slice(0, 1)) } : {}),
      };
      const [alone = []] = await write(net, firstOnly);
      const [together = []] = tokens;
      expect(alone).toEqual(together.slice(0, alone.length));
      expect(alone.length).toBeGreaterThan(0);
      await dispose(net);
    },
  );

  test('tells how many tokens it wrote, and pads with the first end unless told otherwise', async () => {
    const ended = RECORDED.llama.cases.find(({ name }) => name === 'an end');
    if (!ended) throw new TypeError('the case is recorded');
    const net = generator(LLAMA, { steps: ended.steps, ...ended.options });
    const [, second = []] = await write(net, ended);
    const { end } = ended.options;
    expect(second.slice(second.indexOf(Number(end)))).toEqual(Array.from({ length: 9 }, () => end));
    await dispose(net);
  });

  test('refuses prompts that learned positions do not reach, and takes the longest one', async () => {
    const net = generator(GPT2, { steps: 12 });
    const prompts = (size: number) => ({
      ids: [Array.from({ length: size }, (_, i) => i)],
      mask: [Array(size).fill(1)],
    });
    expect((await write(net, prompts(9)))[0]?.length).toBe(12);
    await expect(write(net, prompts(10))).rejects.toMatchObject({
      code: 'BIND_MISMATCH',
      message: expect.stringMatching(/prompt.* 10/s),
    });
    await dispose(net);
  });

  test.each<[string, object, RegExp]>([
    ['no steps', { steps: 0 }, /steps as an integer >= 1, got 0/],
    ['half a step', { steps: 1.5 }, /steps as an integer >= 1, got 1\.5/],
    ['an end that is no token', { steps: 2, end: -1 }, /end as an integer >= 0, got -1/],
    ['padding that is no token', { steps: 2, pad: 0.5 }, /pad as an integer >= 0/],
    ['no temperature', { steps: 2, sampling: { temperature: 0 } }, /temperature as a number above 0, got 0/],
    ['no candidates', { steps: 2, sampling: { topK: 0 } }, /topK as an integer >= 1, got 0/],
    ['a sum above 1', { steps: 2, sampling: { topP: 1.1 } }, /topP as a number from .* to 1, got 1\.1/],
    ['a share above 1', { steps: 2, sampling: { minP: 2 } }, /minP as a number from 0 to 1, got 2/],
    ['a misspelt option', { steps: 2, sampling: { topk: 5 } }, /no option topk.*\n.*\n?.*did you mean topK/s],
    ['no penalty', { steps: 2, repetitionPenalty: -1 }, /repetitionPenalty as a number above 0, got -1/],
  ])('refuses %s', (_, generation, message) => {
    expect(() => LLAMA.make(generation as Generation)).toThrowError(message);
  });
});
