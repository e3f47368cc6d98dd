// The self-test's recorded numbers are those of its formula, and wrong numbers do not pass.
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/node/doctor/machine.ts';
import { thisMachine } from '../../../src/node/doctor/machine.ts';
import type { Numbers } from '../../../src/node/doctor/run-apart.ts';
import { distance, LIMITS, selfTest } from '../../../src/node/doctor/self-test.ts';
import { SELF_TEST_SHAPE, selfTestModel, waves } from '../../../src/node/doctor/self-test-model.ts';
import { SELF_TEST_NUMBERS } from '../../../src/node/doctor/self-test-numbers.ts';
import { ortEntry } from '../../../src/runtime/ort-entry.ts';

/** `rows @ columns` of matrices in row order. */
function product(a: readonly number[], b: readonly number[], inner: number, columns: number): number[] {
  const rows = a.length / inner;
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += (a[row * inner + k] ?? 0) * (b[k * columns + column] ?? 0);
    return sum;
  });
}

/** The formula of the model in float64, written from its documentation. */
function byHand(): Record<string, Numbers> {
  const [x, w] = [waves(2 * 3 * 8 * 8, 0.13), waves(4 * 3 * 3 * 3, 0.7)];
  const features: number[] = [];
  for (let n = 0; n < 2; n++)
    for (let c = 0; c < 4; c++)
      for (let i = 0; i < 4; i++)
        for (let j = 0; j < 4; j++) {
          let sum = 0;
          for (let d = 0; d < 3; d++)
            for (let u = 0; u < 3; u++)
              for (let v = 0; v < 3; v++) {
                const [row, column] = [2 * i + u - 1, 2 * j + v - 1];
                if (row < 0 || row > 7 || column < 0 || column > 7) continue;
                sum += (x[((n * 3 + d) * 8 + row) * 8 + column] ?? 0) * (w[((c * 3 + d) * 3 + u) * 3 + v] ?? 0);
              }
          features.push(Math.max(0, sum));
        }
  const scores = product(features, waves(64 * 6, 0.31), 64, 6).map((value) => 8 * value);
  const rows = [scores.slice(0, 6), scores.slice(6)].flatMap((row) => {
    const powers = row.map((value) => Math.exp(value - Math.max(...row)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((value) => value / sum);
  });
  let state = rows;
  for (let step = 0; step < 5; step++) {
    const mixed = product(state, waves(36, 1.1), 6, 6);
    state = state.map((value, i) => Math.tanh((mixed[i] ?? 0) + value));
  }
  return { rows: { shape: [2, 6], data: rows }, state: { shape: [2, 6], data: state } };
}

describe('SELF_TEST_NUMBERS', () => {
  test('are those of the formula', () => {
    expect(SELF_TEST_SHAPE).toEqual([2, 3, 8, 8]);
    expect(distance(SELF_TEST_NUMBERS, byHand())).toBeLessThan(1e-5);
  });

  test('tell rounded factors from exact ones: the limits are apart', () => {
    expect(LIMITS.float32).toBeLessThan(LIMITS.tf32);
  });
});

describe('selfTestModel', () => {
  test('has a convolution, a matrix product, a softmax and a loop', () => {
    const kinds = [...selfTestModel().graph.nodes()].map(({ op }) => op);
    expect(kinds).toEqual(expect.arrayContaining(['Conv', 'MatMul', 'Softmax', 'Loop']));
  });
});

/** A machine whose processes answer with scaled numbers, by provider; `tf32` where that is not switched off. */
function answering(factors: Readonly<Record<string, number>>): Pick<Machine, 'run'> {
  return {
    run: async (_command, _args, { input = '', env = {} } = {}) => {
      const { providers } = JSON.parse(input);
      const isExact = env.NVIDIA_TF32_OVERRIDE === '0';
      const factor = factors[`${providers[0]}${isExact ? ' exact' : ''}`];
      if (factor === undefined) return { code: null, stdout: '', stderr: 'it dies of SIGSEGV' };
      const outputs = Object.fromEntries(
        Object.entries(SELF_TEST_NUMBERS).map(([name, { shape, data }]) => [
          name,
          { shape, data: data.map((value) => value * factor) },
        ]),
      );
      return { code: 0, stdout: `noise\n${JSON.stringify({ outputs, create: 5, run: 1 })}\n`, stderr: '' };
    },
  };
}

describe('selfTest', () => {
  const entry = '/ort/index.js';

  test('runs on the CPU of this machine and gives the recorded numbers', async () => {
    const [cpu, ...rest] = await selfTest(thisMachine(), { entry: ortEntry() ?? '', providers: [] });
    expect(rest).toEqual([]);
    expect(cpu).toMatchObject({ provider: 'cpu', passes: true, fromCpu: 0 });
    expect(cpu?.fromRecorded).toBeLessThan(LIMITS.float32);
  });

  test.each([
    ['within the limit', 1.004, 1.00005, true],
    ['beyond the limit of TF32', 1.006, 1.00005, false],
    ['inexact without TF32 too', 1.004, 1.004, false],
  ])('judges CUDA %s', async (_, tf32, exact, passes) => {
    const machine = answering({ cpu: 1, cuda: tf32, 'cuda exact': exact });
    const [, cuda] = await selfTest(machine, { entry, providers: ['cuda'] });
    expect(cuda?.passes).toBe(passes);
    expect(cuda?.withoutTf32).toBeCloseTo(exact - 1, 8);
  });

  test('tells a provider that ends its process', async () => {
    const [, cuda] = await selfTest(answering({ cpu: 1 }), { entry, providers: ['cuda'] });
    expect(cuda).toMatchObject({ passes: false, reason: 'it dies of SIGSEGV', fromCpu: undefined });
  });

  test('a CPU with wrong numbers fails', async () => {
    const [cpu] = await selfTest(answering({ cpu: 1.01 }), { entry, providers: [] });
    expect(cpu).toMatchObject({ passes: false, reason: 'its numbers are wrong' });
  });
});

describe('distance', () => {
  const numbers = (...data: readonly number[]) => ({ y: { shape: [data.length], data } });

  test.each([
    [numbers(1, 2), numbers(1, 2), 0],
    [numbers(1, 2.5), numbers(1, 2), 0.25],
    [numbers(1), numbers(1, 2), Number.POSITIVE_INFINITY],
    [numbers(1, Number.NaN), numbers(1, 2), Number.POSITIVE_INFINITY],
    [{}, numbers(1), Number.POSITIVE_INFINITY],
  ])('of %j from %j', (a, b, expected) => {
    expect(distance(a, b)).toBe(expected);
  });
});
