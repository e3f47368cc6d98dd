// Drawn elements: any chunks give the same bits, with the moments and the structure that the recipe names.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementCount } from '../../../src/ir/tensor-data.ts';
import { drawInto, isDrawnWhole, planInitializer } from '../../../src/nn/initializers/draw-into.ts';
import * as factories from '../../../src/nn/initializers/factories.ts';
import type { Initializer } from '../../../src/nn/initializers/initializer.ts';
import { INITIALIZERS } from '../../../src/nn/initializers/initializers.ts';
import { deriveKey } from '../../../src/nn/random/key.ts';
import { fillNormal } from '../../../src/nn/random/samples.ts';
import { errorOf } from './error-of.ts';

const key = deriveKey(1, 'test.weight');

/** One recipe of each kind and a shape that it fits. */
const CASES: [Initializer, number[]][] = [
  [factories.zeros(), [7, 9]],
  [factories.ones(), [7, 9]],
  [factories.constant(0.1), [7, 9]],
  [factories.uniform(), [7, 9]],
  [factories.normal(), [7, 9]],
  [factories.truncatedNormal(), [7, 9]],
  [factories.xavierUniform(), [7, 9]],
  [factories.xavierNormal(), [7, 3, 3]],
  [factories.kaimingUniform(), [7, 9]],
  [factories.kaimingNormal({ mode: 'fanOut' }), [7, 3, 3]],
  [factories.lecunUniform(), [7, 9]],
  [factories.lecunNormal(), [7, 9]],
  [factories.torchDefault(), [7, 9]],
  [factories.gluonXavier(), [7, 9]],
  [factories.orthogonal(), [7, 9]],
  [factories.identity(), [7, 9]],
  [factories.dirac(), [7, 3, 3]],
  [factories.fromArray(Array.from({ length: 7 }, (_, i) => Array.from({ length: 9 }, (_, j) => i - j / 10))), [7, 9]],
];

function draw(recipe: Initializer, shape: number[], start = 0, count = elementCount(shape) - start): Float64Array {
  const out = new Float64Array(count).fill(99);
  drawInto(out, recipe, { shape, key, start });
  return out;
}

describe('drawInto', () => {
  test('is tested for every kind', () => {
    expect(CASES.map(([{ kind }]) => kind).sort()).toEqual(Object.keys(INITIALIZERS).sort());
  });

  test.each(CASES)('%j on %j: any chunk has the bits of the whole', (recipe, shape) => {
    const whole = draw(recipe, shape);
    fc.assert(
      fc.property(fc.nat(63), fc.nat(63), (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(draw(recipe, shape, start, end - start)).toEqual(whole.slice(start, end));
      }),
      { numRuns: 50 },
    );
  });

  test.each(CASES)('%j on %j: float32 elements are the float64 elements rounded', (recipe, shape) => {
    const out = new Float32Array(63);
    drawInto(out, recipe, { shape, key });
    expect(out).toEqual(Float32Array.from(draw(recipe, shape)));
  });

  test.each(CASES)('%j fills a zero-sized tensor with nothing', (recipe, shape) => {
    if (recipe.kind === 'fromArray') return expect(draw(factories.fromArray([]), [0, 3])).toEqual(new Float64Array(0));
    expect(draw(recipe, [0, ...shape.slice(1)])).toEqual(new Float64Array(0));
  });

  test('gives other elements for another path or seed', () => {
    const drawn = [deriveKey(1, 'a'), deriveKey(2, 'a'), deriveKey(1, 'b')].map((other) => {
      const out = new Float64Array(4);
      drawInto(out, factories.normal(), { shape: [4], key: other });
      return out.join();
    });
    expect(new Set(drawn).size).toBe(3);
  });

  test.each<[Initializer, number[]]>([
    [factories.xavierUniform(), [300, 200]],
    [factories.kaimingNormal({ nonlinearity: 'relu' }), [64, 32, 5, 5]],
    [factories.torchDefault(), [256, 256]],
    [factories.truncatedNormal({ std: 0.02 }), [256, 256]],
  ])('%j on %j has the moments of its distribution', (recipe, shape) => {
    const x = draw(recipe, shape);
    const plan = planInitializer(recipe, { shape });
    if (plan.kind !== 'uniform' && plan.kind !== 'normal' && plan.kind !== 'truncatedNormal') expect.unreachable();
    // 0.87962566 is the standard deviation of a standard normal variable cut off at -2 and 2.
    const std =
      plan.kind === 'uniform'
        ? plan.high / Math.sqrt(3)
        : plan.kind === 'normal'
          ? plan.std
          : plan.std * 0.8796256610342398;
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    const seen = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length);
    expect(Math.abs(mean)).toBeLessThan((4 * std) / Math.sqrt(x.length));
    expect(Math.abs(seen / std - 1)).toBeLessThan(4 / Math.sqrt(2 * x.length));
    if (plan.kind === 'uniform') expect(x.every((v) => Math.abs(v) <= plan.high)).toBe(true);
    if (plan.kind === 'truncatedNormal') expect(x.every((v) => Math.abs(v) <= 2 * plan.std)).toBe(true);
  });

  test.each<[number[], number]>([
    [[5, 5], 1],
    [[3, 8], 1],
    [[8, 3], 2],
    [[4, 3, 3, 3], 1],
    [[1, 6], 1],
    [[6, 1], 1],
    [[40, 40], 1],
  ])('orthogonal on %j with gain %f has orthonormal rows or columns', (shape, gain) => {
    const matrix = draw(factories.orthogonal({ gain }), shape);
    const [rows = 0] = shape;
    const columns = matrix.length / rows;
    const at = (i: number, j: number): number =>
      (rows < columns ? matrix[i * columns + j] : matrix[j * columns + i]) ?? Number.NaN;
    const [short, long] = [Math.min(rows, columns), Math.max(rows, columns)];
    for (let a = 0; a < short; a++) {
      for (let b = 0; b < short; b++) {
        let product = 0;
        for (let i = 0; i < long; i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? gain * gain : 0, 13);
      }
    }
  });

  test('orthogonal has fixed bits', () => {
    const first = draw(factories.orthogonal(), [9, 6]).slice(0, 3);
    expect([...new BigUint64Array(first.buffer)]).toEqual([
      0xbfa5faa987528fc0n,
      0xbfd4c0571adf22d2n,
      0xbfbddfe2f3564f80n,
    ]);
  });

  // Q R with a positive diagonal in R is unique, so this is the matrix that torch.nn.init.orthogonal_ makes of the samples.
  test.each<[number[]]>([[[6, 4]], [[4, 6]], [[5, 5]]])(
    'orthogonal on %j is the Q of its samples, R having a positive diagonal',
    (shape) => {
      const [rows = 0, columns = 0] = shape;
      const q = draw(factories.orthogonal(), shape);
      const samples = new Float64Array(rows * columns);
      fillNormal({ out: samples, key, start: 0 }, 0, 1);
      const wide = rows < columns;
      const at = (m: Float64Array, i: number, j: number): number =>
        (wide ? m[j * columns + i] : m[i * columns + j]) ?? Number.NaN;
      const [long, short] = wide ? [columns, rows] : [rows, columns];
      for (let a = 0; a < short; a++) {
        for (let b = 0; b <= a; b++) {
          let r = 0;
          for (let i = 0; i < long; i++) r += at(q, i, a) * at(samples, i, b);
          if (a === b) expect(r).toBeGreaterThan(1e-6);
          else expect(r).toBeCloseTo(0, 12);
        }
      }
    },
  );

  test.each([
    [-1, 4],
    [60, 4],
    [0.5, 4],
    [64, 0],
  ])('refuses %f and %i elements on of 63', (start, count) => {
    const error = errorOf(() => draw(factories.zeros(), [7, 9], start, count));
    expect(error).toMatchObject({
      code: 'INITIALIZER_INVALID',
      expected: '0 to 63',
      actual: `${start} to ${start + count}`,
    });
  });

  test('refuses an array of another size or shape', () => {
    expect(errorOf(() => draw(factories.fromArray([1, 2, 3]), [4])).message).toContain(
      '3 elements; the shape is [4], 4 elements',
    );
    expect(
      errorOf(() =>
        draw(
          factories.fromArray([
            [1, 2],
            [3, 4],
          ]),
          [4],
        ),
      ).message,
    ).toContain('shape [2, 2]; the shape is [4]');
    expect(draw(factories.fromArray([1, 2, 3, 4]), [2, 2])).toEqual(Float64Array.of(1, 2, 3, 4));
  });
});

describe('isDrawnWhole', () => {
  test('holds for orthogonal alone', () => {
    expect(CASES.filter(([recipe]) => isDrawnWhole(recipe)).map(([{ kind }]) => kind)).toEqual(['orthogonal']);
  });
});
