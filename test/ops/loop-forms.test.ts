// Closed forms of what loops carry: each is printed as expected, and true under several bindings on ONNX Runtime, no steps included.
import { describe, expect, test } from 'vitest';
import { op, type Value } from '../../src/index.ts';
import { expectJudged, outputTypes } from './judged-program.ts';
import { concat, drop, f32, forEach, i64, type Row, repeat, sizeOf, tail, zeros } from './loop-programs.ts';

const ROWS: readonly Row[] = [
  {
    fact: 'a state that is concatenated with the same in each step grows by n times its size',
    program: (g) => {
      const [t, x, y] = [f32(g, 't', 'n', 1), f32(g, 'x', 'a', 4), f32(g, 'y', 'k', 4)];
      return forEach(t, [x], (_, s) => [concat(s, y)]);
    },
    types: ['float32[k*n + a, 4]'],
    runs: [
      { t: [3, 1], x: [2, 4], y: [5, 4] },
      { t: [1, 1], x: [1, 4], y: [1, 4] },
    ],
  },
  {
    fact: 'where the number of steps is data, the form holds for none as well',
    program: (g) => {
      const [m, x, y] = [i64(g, 'm'), f32(g, 'x', 'a', 4), f32(g, 'y', 'k', 4)];
      return repeat(m, [x], (_, s) => [concat(s, y), y]);
    },
    types: ['float32[k*trips0 + a, 4]', 'float32[trips0, row0, 4]'],
    runs: [
      { m: 0, x: [2, 4], y: [5, 4] },
      { m: -3, x: [2, 4], y: [5, 4] },
      { m: 4, x: [1, 4], y: [1, 4] },
    ],
  },
  {
    fact: 'a state that doubles is no polynomial: of a number of steps that is not known, nothing is said',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      return forEach(t, [x], (_, s) => [concat(s, s)]);
    },
    types: ['float32[state0]'],
    runs: [
      { t: [3], x: [2] },
      { t: [1], x: [5] },
    ],
  },
  {
    fact: 'a known number of steps is done one by one',
    program: (g) => {
      const x = f32(g, 'x', 'a');
      return repeat(3, [x], (_, s) => [concat(s, s)]);
    },
    types: ['float32[8*a]'],
    runs: [{ x: [2] }, { x: [5] }],
  },
  {
    fact: 'a state that loses rows has none left at some time',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      return forEach(t, [x], (_, s) => [drop(s, 2)]);
    },
    types: ['float32[max(a - 2*n, 0)]'],
    runs: [
      { t: [3], x: [9] },
      { t: [3], x: [6] },
      { t: [3], x: [2] },
    ],
  },
  {
    fact: 'a window of the last rows fills and then stays',
    program: (g) => {
      const [t, x, y] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), f32(g, 'y', 'k')];
      return forEach(t, [x], (_, s) => [tail(concat(s, y), 8)]);
    },
    types: ['float32[min(k*n + a, 8)]'],
    runs: [
      { t: [3], x: [1], y: [2] },
      { t: [3], x: [2], y: [2] },
      { t: [3], x: [9], y: [2] },
    ],
  },
  {
    fact: 'a counter is known after the loop',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      const [count] = forEach(t, [sizeOf(x)], (_, c) => [op.Add(c, 2n)]);
      return [zeros(count as Value), op.Range(0n, count as Value, 1n)];
    },
    types: ['float32[a + 2*n]', 'int64[a + 2*n]'],
    runs: [
      { t: [3], x: [1] },
      { t: [1], x: [4] },
    ],
  },
  {
    fact: 'states that grow by each other are sums of sums',
    program: (g) => {
      const [t, x, y, z] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), f32(g, 'y', 'b'), f32(g, 'z', 'c')];
      return forEach(t, [x, y], (_, s, u) => [concat(s, u), concat(u, z)]);
    },
    types: ['float32[b*n + c*((n*n - n)//2) + a]', 'float32[c*n + b]'],
    runs: [
      { t: [4], x: [1], y: [2], z: [3] },
      { t: [1], x: [2], y: [1], z: [5] },
    ],
  },
  {
    fact: 'Fibonacci is left open',
    program: (g) => {
      const [t, x, y] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), f32(g, 'y', 'b')];
      return forEach(t, [x, y], (_, s, u) => [concat(s, u), op.Identity(s)]);
    },
    types: ['float32[state0]', 'float32[state1]'],
    runs: [
      { t: [4], x: [1], y: [2] },
      { t: [1], x: [2], y: [7] },
    ],
  },
  {
    fact: 'a size that a step sets holds after one step',
    program: (g) => {
      const [t, x, y] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), f32(g, 'y', 'b')];
      return forEach(t, [x], () => [op.Relu(y)]);
    },
    types: ['float32[b]'],
    runs: [
      { t: [4], x: [1], y: [2] },
      { t: [1], x: [2], y: [7] },
    ],
  },
  {
    fact: 'a size that a step sets is one of two where there may be no step',
    program: (g) => {
      const [m, x, y] = [i64(g, 'm'), f32(g, 'x', 'a'), f32(g, 'y', 'b')];
      return repeat(m, [x], () => [op.Relu(y)]);
    },
    types: ['float32[state0]'],
    runs: [
      { m: 0, x: [1], y: [2] },
      { m: 3, x: [2], y: [7] },
    ],
  },
  {
    fact: 'what grows by the number of the step grows as the triangle does',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      return forEach(t, [x], (i, s) => [concat(s, zeros(i))]);
    },
    types: ['float32[a + (n*n - n)//2]'],
    runs: [
      { t: [5], x: [1] },
      { t: [1], x: [3] },
    ],
  },
];

describe('Loop', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, types, runs }) => {
    expect(outputTypes(program)).toEqual(types);
    await expectJudged(program, runs);
  });
});
