// Text in one run: GPT-2 of Hugging Face reads its own tokens inside of the graph. Token numbers go in and come out; drawn ones depend on the seed.
//   npx jiti examples/generate.ts
//   npx jiti examples/generate.ts --weights gpt2/model.safetensors --ids 464,3290,318 --steps 20 --temperature 0.8 --seed 7
import { parseArgs } from 'node:util';
import { createSession, openCheckpoint, uniforms } from 'dimwise';
import type { Generation } from './support/kept.ts';
import { isScript } from './support/script.ts';
import { type Gpt2Config, gpt2Generator, names } from './zoo/gpt2.ts';

/** What {@link write} writes. */
export interface Writing {
  /** Prompts of any lengths. */
  readonly prompts: readonly (readonly number[])[];
  readonly generation: Generation;
  /** A checkpoint of GPT-2; random weights without one. */
  readonly weights?: string | undefined;
  readonly seed?: number | undefined;
  readonly config?: Gpt2Config | undefined;
}

/** Writes on behind prompts: a row of new tokens for each, and the milliseconds of the run. */
export async function write({ prompts, generation, weights, seed = 0, config = {} }: Writing) {
  const net = gpt2Generator(generation, config);
  if (weights) net.load(await openCheckpoint(weights), { names });
  else net.initialize({ seed });
  const session = await createSession(net.bind().compile());
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const padded = (row: readonly number[], all: (token: number) => number) => [
    ...Array<number>(longest - row.length).fill(0),
    ...row.map(all),
  ];
  const feeds = {
    input_ids: prompts.map((prompt) => padded(prompt, (token) => token)),
    attention_mask: prompts.map((prompt) => padded(prompt, () => 1)),
    ...(generation.sampling ? { uniforms: uniforms(seed, [generation.steps, prompts.length]) } : {}),
  };
  const start = performance.now();
  const { tokens } = await session.run(feeds);
  const milliseconds = performance.now() - start;
  await session.dispose();
  const [, count = 0] = tokens?.shape ?? [];
  const all = [...(tokens?.data ?? [])].map(Number);
  return { rows: prompts.map((_, row) => all.slice(row * count, (row + 1) * count)), milliseconds };
}

if (isScript(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      weights: { type: 'string' },
      ids: { type: 'string', multiple: true, default: ['4,8,15', '16,23'] },
      steps: { type: 'string', default: '12' },
      temperature: { type: 'string' },
      seed: { type: 'string', default: '0' },
    },
  });
  const prompts = values.ids.map((ids) => ids.split(',').map(Number));
  const sampling =
    values.temperature === undefined ? undefined : { temperature: Number(values.temperature), topP: 0.95 };
  // Random weights say nothing; a small model shows as much.
  const config = values.weights ? {} : { vocabulary: 100, positions: 128, width: 64, heads: 4, depth: 2 };
  const generation = { steps: Number(values.steps), sampling };
  const { rows, milliseconds } = await write({
    prompts,
    generation,
    weights: values.weights,
    seed: Number(values.seed),
    config,
  });
  for (const [i, row] of rows.entries()) console.log(`${prompts[i]?.join(' ')} | ${row.join(' ')}`);
  console.log(
    `${rows.flat().length} tokens in one run, ${((1000 * rows.flat().length) / milliseconds).toFixed(0)} tokens/s`,
  );
}
