// Text in one run: a decoder of Hugging Face's reads its own tokens inside of the graph. Token numbers go in and come out; drawn ones depend on the seed.
//   npx jiti examples/generate.ts
//   npx jiti examples/generate.ts --weights gpt2 --ids 464,3290,318 --steps 20 --temperature 0.8 --seed 7 --texts 3
// A folder of weights has a config.json, which tells whether it is a GPT-2 or a Llama, its sizes and the token that ends a text.
import { parseArgs } from 'node:util';
import { createSession, openCheckpoint, uniforms } from 'dimwise';
import type { Generation } from './support/kept.ts';
import { readPublished } from './support/published.ts';
import { isScript } from './support/script.ts';
import { type Gpt2Config, gpt2Generator } from './zoo/gpt2.ts';

/** What {@link write} writes. */
export interface Writing {
  /** Prompts of any lengths. */
  readonly prompts: readonly (readonly number[])[];
  /** The ends of the checkpoint's configuration end a text, too, unless `end` is given. */
  readonly generation: Generation;
  /** How many texts are written behind each prompt; 1 by default. They differ where tokens are drawn. */
  readonly texts?: number | undefined;
  /** A checkpoint of GPT-2 or Llama, with its config.json; random weights of a GPT-2 without one. */
  readonly weights?: string | undefined;
  readonly seed?: number | undefined;
  /** The sizes of the random one. */
  readonly config?: Gpt2Config | undefined;
}

/** Writes on behind prompts: a row of new tokens for each text, those of one prompt together, and the milliseconds of the run. */
export async function write({ prompts, generation, texts = 1, weights, seed = 0, config = {} }: Writing) {
  const published = weights ? readPublished(weights) : undefined;
  for (const token of prompts.flat())
    if (published && !(token >= 0 && token < published.vocabulary))
      throw new RangeError(`${token} is no token: the vocabulary of ${weights} has ${published.vocabulary}`);
  const net = published
    ? published.generator({ end: published.ends, ...generation })
    : gpt2Generator(generation, config);
  if (weights && published) net.load(await openCheckpoint(weights), { names: published.names });
  else net.initialize({ seed });
  const session = await createSession(net.bind().compile());
  const rows = prompts.flatMap((prompt) => Array.from({ length: texts }, () => prompt));
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const padded = (row: readonly number[], all: (token: number) => number) => [
    ...Array<number>(longest - row.length).fill(0),
    ...row.map(all),
  ];
  const feeds = {
    input_ids: rows.map((row) => padded(row, (token) => token)),
    attention_mask: rows.map((row) => padded(row, () => 1)),
    ...(generation.sampling ? { uniforms: uniforms(seed, [generation.steps, rows.length]) } : {}),
  };
  const start = performance.now();
  const { tokens } = await session.run(feeds);
  const milliseconds = performance.now() - start;
  await session.dispose();
  const [, count = 0] = tokens?.shape ?? [];
  const all = [...(tokens?.data ?? [])].map(Number);
  return { rows: rows.map((_, row) => all.slice(row * count, (row + 1) * count)), milliseconds };
}

if (isScript(import.meta.url)) {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      weights: { type: 'string' },
      ids: { type: 'string', multiple: true, default: ['4,8,15', '16,23'] },
      steps: { type: 'string', default: '12' },
      texts: { type: 'string', default: '1' },
      seed: { type: 'string', default: '0' },
      temperature: number,
      'top-k': number,
      'top-p': number,
      'min-p': number,
      penalty: number,
    },
  });
  const given = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const prompts = values.ids.map((ids) => ids.split(',').map(Number));
  const [topK, topP, minP] = [given(values['top-k']), given(values['top-p']), given(values['min-p'])];
  const temperature = given(values.temperature);
  const isDrawn = [temperature, topK, topP, minP].some((each) => each !== undefined);
  const generation = {
    steps: Number(values.steps),
    sampling: isDrawn ? { temperature, topK, topP, minP } : undefined,
    repetitionPenalty: given(values.penalty),
  };
  const texts = Number(values.texts);
  // Random weights say nothing; a small model shows as much.
  const config = { vocabulary: 100, positions: 128, width: 64, heads: 4, depth: 2 };
  const { weights, seed } = values;
  const { rows, milliseconds } = await write({ prompts, generation, texts, weights, seed: Number(seed), config });
  for (const [i, row] of rows.entries()) console.log(`${prompts[Math.floor(i / texts)]?.join(' ')} | ${row.join(' ')}`);
  console.log(
    `${rows.flat().length} tokens in one run, ${((1000 * rows.flat().length) / milliseconds).toFixed(0)} tokens/s`,
  );
}
