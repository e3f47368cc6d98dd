// Tokens drawn in the graph have the distribution of the softmax, cut and tempered as asked, and are those of plain arithmetic.
import { dispose, model, op, run, tensor, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { drawnToken, type SamplingOptions } from '../../src/nn/next-token.ts';
import { counted } from '../zoo/counted-weights.ts';

const SCORES = [1.2, -0.4, 0.3, 2.1, -1.5, 0.9, 0.3, -3];
const DRAWS = 20_000;

/** How often each token is drawn for counted uniform numbers. */
async function frequencies(options: Omit<SamplingOptions, 'uniforms'>): Promise<number[]> {
  const net = model(
    (uniforms: Value) => {
      // One row of numbers is one step, for as many texts with the same scores.
      const texts = op.Concat([op.Shape(uniforms, { start: 1, end: 2 }), [BigInt(SCORES.length)]], { axis: 0 });
      return { tokens: drawnToken(op.Expand(op.Cast(SCORES, { to: 'float32' }), texts), 0n, { ...options, uniforms }) };
    },
    { inputs: { uniforms: tensor('float32', ['steps', 'batch']) } },
  );
  const data = Float32Array.from(counted(DRAWS, 31), (value) => Math.min(value, 1 - 2 ** -24));
  const { tokens } = await run(net, { uniforms: { dtype: 'float32', shape: [1, DRAWS], data } }, { providers: 'cpu' });
  expect(tokens?.shape).toEqual([DRAWS, 1]);
  const counts = SCORES.map(() => 0);
  for (const token of Array.from(tokens?.data ?? [], Number)) counts[token] = (counts[token] ?? 0) + 1;
  await dispose(net);
  return counts;
}

/** The probabilities of tokens by definition. */
function probabilities({
  temperature = 1,
  topK = SCORES.length,
  topP = 1,
  minP = 0,
}: Omit<SamplingOptions, 'uniforms'>): number[] {
  const order = SCORES.map((_, i) => i).sort((a, b) => (SCORES[b] ?? 0) - (SCORES[a] ?? 0) || a - b);
  const weights = order.slice(0, topK).map((i) => Math.exp((SCORES[i] ?? 0) / temperature));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const found = SCORES.map(() => 0);
  let before = 0;
  for (const [place, weight] of weights.entries()) {
    if (before >= topP || weight < minP * (weights[0] ?? 0)) break;
    found[order[place] ?? 0] = weight / whole;
    before += weight / whole;
  }
  return found.map((share) => share / before);
}

describe('drawnToken', () => {
  test.each<[string, Omit<SamplingOptions, 'uniforms'>]>([
    ['all tokens', {}],
    ['a low temperature', { temperature: 0.5 }],
    ['a high temperature', { temperature: 3 }],
    ['the likeliest four', { topK: 4 }],
    ['a nucleus', { topP: 0.8 }],
    ['what is not far below the likeliest', { minP: 0.25 }],
    ['all four', { temperature: 1.5, topK: 6, topP: 0.9, minP: 0.2 }],
    ['a share that cuts before the nucleus does', { temperature: 1.5, topP: 0.95, minP: 0.4 }],
    ['more candidates than tokens', { topK: 100 }],
  ])('draws tokens as often as the softmax says: %s', async (_, options) => {
    const counts = await frequencies(options);
    const expected = probabilities(options).map((share) => share * DRAWS);
    const squares = counts.map((count, i) => {
      const mean = expected[i] ?? 0;
      if (mean === 0) expect(count).toBe(0);
      return mean === 0 ? 0 : (count - mean) ** 2 / mean;
    });
    const freedom = expected.filter((mean) => mean > 0).length - 1;
    // The 99.9 percent points of the chi-square distribution: a right sampler stays below them for these fixed numbers.
    const limit = [0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32][freedom];
    expect(squares.reduce((sum, square) => sum + square, 0)).toBeLessThan(limit ?? 0);
  });

  test('takes the first token for 0 and the last for the largest number below 1', async () => {
    const net = model(
      (uniforms: Value) => ({
        tokens: drawnToken(op.Cast([SCORES, SCORES], { to: 'float32' }), 0n, { uniforms }),
      }),
      { inputs: { uniforms: tensor('float32', ['steps', 'batch']) } },
    );
    const data = Float32Array.of(0, 1 - 2 ** -24);
    const { tokens } = await run(net, { uniforms: { dtype: 'float32', shape: [1, 2], data } }, { providers: 'cpu' });
    expect(Array.from(tokens?.data ?? [], Number)).toEqual([3, 7]);
    await dispose(net);
  });
});
