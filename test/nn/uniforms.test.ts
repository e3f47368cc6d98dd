// Numbers to feed: fixed by the seed, within their range, spread evenly.
import { materialize, typedArrayOf, uniforms } from 'dimwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

async function numbers(...asked: Parameters<typeof uniforms>): Promise<readonly number[]> {
  const drawn = uniforms(...asked);
  return Array.from(typedArrayOf(drawn.dtype, (await materialize(drawn)) ?? new Uint8Array()), Number);
}

describe('uniforms', () => {
  test('gives the recorded numbers, whatever the number asked for', async () => {
    expect(await numbers(7, [2, 2])).toEqual((await numbers(7n, [3, 5])).slice(0, 4));
    expect(await numbers(7, [2])).not.toEqual(await numbers(8, [2]));
    expect(await numbers(7, [2])).not.toEqual(await numbers(7, [2], 'others'));
    expect(uniforms(7, [2, 0, 3])).toMatchObject({ dtype: 'float32', shape: [2, 0, 3] });
  });

  test('stays in [0, 1) on a grid of 2^-24', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        for (const value of await numbers(seed, [64]))
          if (!(value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24))) return false;
        return true;
      }),
    );
  });

  test('fills tenths alike, by chi-square at 99.9 percent', async () => {
    const counts = Array<number>(10).fill(0);
    for (const value of await numbers(1, [100, 200])) {
      const tenth = Math.floor(10 * value);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.88);
  });

  test('refuses sizes and seeds that are none', () => {
    expect(() => uniforms(1, [2, -1])).toThrowError(expect.objectContaining({ code: 'LAYER_ARGUMENT' }));
    expect(() => uniforms(-1, [2])).toThrowError(expect.objectContaining({ code: 'SEED_INVALID' }));
  });
});
