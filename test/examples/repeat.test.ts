// The examples of repeat() and generate(): letters and tokens that seeds repeat, swings by the closed form.
import { dispose, run, uniforms } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { write } from '../../examples/generate.ts';
import { letterWriter, pendulums } from '../../examples/repeat.ts';

const CPU = { providers: 'cpu' } as const;

describe('letterWriter', () => {
  test('draws the same letters for the same numbers, alone or among others', async () => {
    const net = letterWriter(8).initialize({ seed: 2 });
    const numbers = Array.from({ length: 9 }, (_, i) => [(i * 0.37 + 0.11) % 1, (i * 0.61 + 0.05) % 1]);
    const { letters } = await run(net, { first: [3, 9], numbers }, CPU);
    expect(letters?.shape).toEqual([2, 9]);
    const both = [...(letters?.data ?? [])].map(Number);
    expect(both.every((letter) => letter >= 0 && letter < 27)).toBe(true);
    expect(new Set(both).size).toBeGreaterThan(4);
    const alone = await run(net, { first: [9], numbers: numbers.map(([, second = 0]) => [second]) }, CPU);
    expect([...(alone.letters?.data ?? [])].map(Number)).toEqual(both.slice(9));
    await dispose(net);
  });

  test('goes on from where a shorter run ends, and takes numbers of a seed', async () => {
    const net = letterWriter(8).initialize({ seed: 2 });
    const write = async (steps: number): Promise<readonly number[]> => {
      const { letters } = await run(net, { first: [4], numbers: uniforms(6, [steps, 1]) }, CPU);
      return [...(letters?.data ?? [])].map(Number);
    };
    const long = await write(12);
    expect(await write(5)).toEqual(long.slice(0, 5));
    await dispose(net);
  });
});

describe('pendulums', () => {
  test.each([
    [[1, -0.3], [0, 0.8], 40],
    [[0.5], [-1], 700],
  ])('follow the closed form: from %j at speeds %j, %i steps', async (place, speed, steps) => {
    const h = 0.05;
    const net = pendulums(h);
    const { places } = await run(net, { place, speed, steps }, CPU);
    expect(places?.shape).toEqual([steps, place.length]);
    // One step is linear with determinant 1 and trace 2 - h*h: a rotation by theta, so x[i + 1] = 2 cos(theta) x[i] - x[i - 1].
    const theta = Math.acos(1 - (h * h) / 2);
    for (const [column, x0] of place.entries()) {
      const x1 = x0 + h * ((speed[column] ?? 0) - h * x0);
      for (const i of [0, 1, Math.floor(steps / 2), steps - 1]) {
        const n = i + 1;
        const exact = (x1 * Math.sin(n * theta) - x0 * Math.sin((n - 1) * theta)) / Math.sin(theta);
        expect(Number(places?.data[i * place.length + column])).toBeCloseTo(exact, 10);
      }
    }
    await dispose(net);
  });
});

describe('write', () => {
  const config = { vocabulary: 40, positions: 32, width: 16, heads: 2, depth: 1 };
  const asked = { prompts: [[4, 8, 15], [16]], seed: 4, config };

  test.each([{ steps: 9 }, { steps: 9, sampling: { temperature: 50 } }])(
    'writes behind prompts of different lengths as behind each alone: %j',
    async (generation) => {
      const { rows } = await write({ ...asked, generation });
      expect(rows.map((row) => row.length)).toEqual([9, 9]);
      expect((await write({ ...asked, generation })).rows).toEqual(rows);
      if (generation.sampling) expect(new Set(rows.flat()).size).toBeGreaterThan(8);
      else expect((await write({ ...asked, prompts: [[16]], generation })).rows).toEqual(rows.slice(1));
    },
  );
});
