// How often loops run, loops inside of loops, and lists that loops carry: printed as expected, and true on ONNX Runtime.
import { describe, expect, test } from 'vitest';
import { op, tensorFromValues, type Value } from '../../src/index.ts';
import { expectJudged, outputTypes } from './judged-program.ts';
import { concat, f32, forEach, type Row, repeat, sizeOf, zeros } from './loop-programs.ts';

const FALSE = tensorFromValues('bool', [], [0]);

const ROWS: readonly Row[] = [
  {
    fact: 'a condition on a counter tells the number of steps',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      const below = (c: Value): Value => op.Less(c, sizeOf(t));
      const body = (_: unknown, __: unknown, c?: Value, s?: Value): readonly Value[] => {
        const next = op.Add(c ?? x, 3n);
        return [below(next), next, concat(s, x), op.Relu(x)];
      };
      return op.Loop(undefined, below(op.Constant({ value_int: 0 })), [op.Constant({ value_int: 0 }), x], { body });
    },
    types: ['int64[]', 'float32[a*ceildiv(n, 3) + a]', 'float32[ceildiv(n, 3), a]'],
    runs: [
      { t: [7], x: [2] },
      { t: [6], x: [2] },
      { t: [1], x: [3] },
    ],
  },
  {
    fact: 'a condition on the number of the step ends the loop before the limit, or the limit does',
    program: (g) => {
      const [t, u, x] = [f32(g, 't', 'n'), f32(g, 'u', 'm'), f32(g, 'x', 'a')];
      const body = (i?: Value, _?: unknown, s?: Value): readonly Value[] => [
        op.Not(op.GreaterOrEqual(i ?? x, sizeOf(u))),
        concat(s, x),
      ];
      return op.Loop(sizeOf(t), true, [x], { body });
    },
    types: ['float32[a*min(m + 1, n) + a]'],
    runs: [
      { t: [7], u: [2], x: [2] },
      { t: [2], u: [6], x: [3] },
    ],
  },
  {
    fact: 'a condition on data leaves the number of steps open, at most M',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      const body = (_i?: Value, _c?: Value, s?: Value): readonly Value[] => [
        op.Less(op.ReduceSum(s ?? x, [0], { keepdims: 0 }), 2),
        concat(s, x),
        op.ReduceSum(x),
      ];
      return op.Loop(sizeOf(t), true, [x], { body });
    },
    types: ['float32[a*trips0 + a]', 'float32[trips0, 1]'],
    runs: [
      { t: [7], x: [3] },
      { t: [1], x: [3] },
      { t: [2], x: [1] },
    ],
  },
  {
    fact: 'a loop that is known not to run gives what it was given, and no rows',
    program: (g) => {
      const x = f32(g, 'x', 'a');
      return [
        ...repeat(0, [x], (_, s) => [concat(s, x), x]),
        ...op.Loop(5, false, [x], { body: (_, c, s) => [c ?? x, concat(s, x)] }),
      ];
    },
    types: ['float32[a]', 'float32[0, row0]', 'float32[a]'],
    runs: [{ x: [2] }, { x: [3] }],
  },
  {
    fact: 'a loop of one step is its body, also where a second step could not run',
    program: (g) => {
      const [x, w] = [f32(g, 'x', 'a', 3), f32(g, 'w', 3, 5)];
      return repeat(1, [x], (i, s) => [op.MatMul(s, w), op.Unsqueeze(op.Relu(s), op.Reshape(i, [1]))]);
    },
    types: ['float32[a, 5]', 'float32[1, 1, a, 3]'],
    runs: [
      { x: [2, 3], w: [3, 5] },
      { x: [1, 3], w: [3, 5] },
    ],
  },
  {
    fact: 'a loop that is left after its first step is its body too',
    program: (g) => {
      const [x, y] = [f32(g, 'x', 'a'), f32(g, 'y', 'b')];
      return op.Loop(undefined, true, [x], { body: (_, __, s) => [op.Constant({ value: FALSE }), concat(s, y)] });
    },
    types: ['float32[a + b]'],
    runs: [
      { x: [2], y: [1] },
      { x: [1], y: [4] },
    ],
  },
  {
    fact: 'states that change places stay within both sizes',
    program: (g) => {
      const [t, x, y] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), f32(g, 'y', 3)];
      return [...forEach(t, [x, y], (_, s, u) => [op.Relu(u), op.Relu(s)]), ...repeat(3, [x, y], (_, s, u) => [u, s])];
    },
    types: ['float32[state0]', 'float32[state1]', 'float32[3]', 'float32[a]'],
    runs: [
      { t: [1], x: [2], y: [3] },
      { t: [4], x: [5], y: [3] },
    ],
  },
  {
    fact: 'loops inside of loops multiply',
    program: (g) => {
      const [t, u, x] = [f32(g, 't', 'n'), f32(g, 'u', 'm'), f32(g, 'x', 'a')];
      return forEach(t, [x], (_, s) => forEach(u, [s], (__, r) => [concat(r, x)]));
    },
    types: ['float32[a*m*n + a]'],
    runs: [
      { t: [2], u: [3], x: [2] },
      { t: [1], u: [1], x: [1] },
    ],
  },
  {
    fact: 'an inner loop of as many steps as the outer one has done makes a triangle',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a')];
      return forEach(t, [x], (i, s) => repeat(i, [s], (_, r) => [concat(r, x)]));
    },
    types: ['float32[a*((n*n - n)//2) + a]'],
    runs: [
      { t: [4], x: [2] },
      { t: [1], x: [3] },
    ],
  },
  {
    fact: 'values are read from two bodies further out',
    program: (g) => {
      const [t, x, c] = [f32(g, 't', 'n'), f32(g, 'x', 'a'), g.input('c', 'bool', [])];
      return forEach(t, [x], (_, s) => {
        const y = concat(x, x);
        return op.If(c, {
          then_branch: () => repeat(2, [s], (__, r) => [concat(r, y, x)]),
          else_branch: () => [concat(s, y, y, x, x)],
        });
      });
    },
    types: ['float32[6*a*n + a]'],
    runs: [
      { t: [4], x: [2], c: true },
      { t: [1], x: [3], c: false },
    ],
  },
  {
    fact: 'a list that each step appends to has as many elements more',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a', 4)];
      const [list] = forEach(t, [op.SequenceEmpty()], (_, s) => [op.SequenceInsert(s as never, x)]);
      return [
        op.ConcatFromSequence(list as never, { axis: 0 }),
        op.ConcatFromSequence(list as never, { axis: 1, new_axis: 1 }),
        zeros(op.SequenceLength(list as never)),
      ];
    },
    types: ['float32[a*n, 4]', 'float32[a, n, 4]', 'float32[n]'],
    runs: [
      { t: [3], x: [2, 4] },
      { t: [1], x: [5, 4] },
    ],
  },
  {
    fact: 'elements whose sizes depend on the step differ from each other',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a', 4)];
      const first = op.SequenceConstruct([x]);
      const [list] = forEach(t, [first], (i, s) => [
        op.SequenceInsert(s as never, op.Expand(0, concat(op.Reshape(i, [1]), op.Constant({ value_ints: [4] })))),
      ]);
      return [op.ConcatFromSequence(list as never, { axis: 0 }), op.SequenceAt(list as never, 0n)];
    },
    types: ['float32[concat0, 4]', 'float32[size0, 4]'],
    runs: [
      { t: [3], x: [2, 4] },
      { t: [1], x: [5, 4] },
    ],
  },
];

describe('Loop', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, types, runs }) => {
    expect(outputTypes(program)).toEqual(types);
    await expectJudged(program, runs);
  });
});
