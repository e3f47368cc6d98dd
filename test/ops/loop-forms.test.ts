// Closed forms of what loops carry: each is printed as expected, and true under several bindings on ONNX Runtime, no steps included.
import { describe, expect, test } from 'vitest';
import { type GraphBuilder, op, tensorFromValues, type Value } from '../../src/index.ts';
import { expectJudged, type Feeds, type JudgedProgram, outputTypes } from './judged-program.ts';

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly runs: readonly Feeds[];
}

type Step = (i: Value, ...state: Value[]) => readonly Value[];

const f32 = (g: GraphBuilder, name: string, ...shape: (string | number)[]): Value => g.input(name, 'float32', shape);
const i64 = (g: GraphBuilder, name: string): Value => g.input(name, 'int64', []);
/** A size of a value, a scalar. */
const sizeOf = (value: Value, axis = 0): Value => op.Gather(op.Shape(value), axis);
/** A loop of so many steps. */
const repeat = (count: Value | number, state: readonly Value[], body: Step): readonly Value[] =>
  op.Loop(count, true, state, {
    body: (i, condition, ...rest) => (i && condition ? [condition, ...body(i, ...rest)] : []),
  });
/** A loop of as many steps as a value has rows. */
const forEach = (rows: Value, state: readonly Value[], body: Step): readonly Value[] =>
  repeat(sizeOf(rows), state, body);
const concat = (...values: (Value | undefined)[]): Value =>
  op.Concat(
    values.filter((value) => value !== undefined),
    { axis: 0 },
  );
const zeros = (size: Value): Value => op.ConstantOfShape(op.Reshape(size, [1]));
const tail = (value: Value, count: number): Value => op.Slice(value, [-count], [Number.MAX_SAFE_INTEGER], [0]);
const drop = (value: Value, count: number): Value => op.Slice(value, [count], [Number.MAX_SAFE_INTEGER], [0]);

const FALSE = tensorFromValues('bool', [], [0]);

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
