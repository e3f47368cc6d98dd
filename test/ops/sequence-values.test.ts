// What tensors of a sequence hold is known as far as it is when they are taken out again; true on ONNX Runtime.
import { describe, expect, test } from 'vitest';
import { type GraphBuilder, op, type Value } from '../../src/index.ts';
import { expectJudged, type Feeds, type JudgedProgram, outputTypes } from './judged-program.ts';

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly runs?: readonly Feeds[];
}

const f32 = (g: GraphBuilder, name: string, ...shape: (string | number)[]): Value => g.input(name, 'float32', shape);
const list = (...values: Value[]): Value<never> => op.SequenceConstruct(values) as Value<never>;
const at = (sequence: Value, position: bigint): Value => op.SequenceAt(sequence as Value<never>, position);
const sizes = (...parts: Value[]): Value => op.Concat(parts, { axis: 0 });
const filled = (size: Value): Value => op.ConstantOfShape(op.Reshape(size, [-1n]));
const apart = (x: Value, split?: Value, keepdims = 1): Value<never> =>
  op.SplitToSequence(op.Shape(x), split, { axis: 0, keepdims }) as Value<never>;

const RUNS: readonly Feeds[] = [{ x: [2, 3, 4] }, { x: [5, 1, 2] }];
const input = (g: GraphBuilder): Value => f32(g, 'x', 'a', 'b', 'c');

const ROWS: readonly Row[] = [
  {
    fact: 'SequenceAt gives what SequenceConstruct took',
    program: (g) => {
      const x = input(g);
      const both = list(op.Shape(x, { end: 1 }), op.Shape(x, { start: 1 }));
      return [filled(at(both, 0n)), filled(at(both, -1n))];
    },
    types: ['float32[a]', 'float32[b, c]'],
  },
  {
    fact: 'SequenceInsert and SequenceErase keep each tensor in its place',
    program: (g) => {
      const x = input(g);
      const [a, b, c] = [0, 1, 2].map((start) => op.Shape(x, { start, end: start + 1 }));
      if (!a || !b || !c) return [];
      const longer = op.SequenceInsert(list(a, b), c, 1n);
      const shorter = op.SequenceErase(longer as Value<never>, 0n);
      return [filled(at(longer, 1n)), filled(at(longer, 2n)), filled(at(shorter, 0n)), filled(at(shorter, -1n))];
    },
    types: ['float32[c]', 'float32[b]', 'float32[c]', 'float32[b]'],
  },
  {
    fact: 'SplitToSequence takes a shape apart, with its axis or without',
    program: (g) => {
      const x = input(g);
      const [kept, dropped] = [apart(x), apart(x, undefined, 0)];
      return [filled(at(kept, 2n)), filled(at(dropped, -3n)), op.Range(0n, at(dropped, 1n), 1n)];
    },
    types: ['float32[c]', 'float32[a]', 'int64[b]'],
  },
  {
    fact: 'parts of one size, and of listed ones, begin where those before them end',
    program: (g) => {
      const x = input(g);
      const pairs = apart(x, op.Constant({ value_int: 2 }));
      const listed = apart(x, op.Constant({ value_ints: [1, 2] }));
      return [filled(at(pairs, 0n)), filled(at(pairs, 1n)), filled(at(listed, 1n))];
    },
    types: ['float32[a, b]', 'float32[c]', 'float32[b, c]'],
  },
  {
    fact: 'ConcatFromSequence joins and stacks what the tensors hold',
    program: (g) => {
      const x = input(g);
      const both = list(op.Shape(x, { start: 2 }), op.Shape(x, { end: 1 }));
      const again = op.ConcatFromSequence(apart(x), { axis: 0 });
      const stacked = op.ConcatFromSequence(apart(x, undefined, 0), { axis: 0, new_axis: 1 });
      return [filled(op.ConcatFromSequence(both, { axis: 0 })), filled(again), filled(stacked)];
    },
    types: ['float32[c, a]', 'float32[a, b, c]', 'float32[a, b, c]'],
  },
  {
    fact: 'a list that a loop rebuilds keeps its types, not what its tensors hold',
    program: (g) => {
      const x = input(g);
      const [last] = op.Loop(3n, undefined, [list(op.Shape(x, { end: 1 }))], {
        body: (i, go) => [go, list(op.Reshape(i, [1n]))],
      });
      const [same] = op.Loop(3n, undefined, [list(op.Shape(x, { end: 1 }))], { body: (_, go, s) => [go, s ?? x] });
      return last && same ? [filled(at(last, 0n)), filled(at(same, 0n))] : [];
    },
    types: ['float32[size0]', 'float32[a]'],
  },
  {
    fact: 'branches that differ leave open what their lists hold',
    program: (g) => {
      const x = input(g);
      const [either] = op.If(g.input('k', 'bool', []), {
        then_branch: () => [list(op.Shape(x, { end: 1 }))],
        else_branch: () => [list(op.Shape(x, { start: 2 }))],
      });
      return either ? [filled(at(either, 0n))] : [];
    },
    types: ['float32[size0]'],
    runs: [
      { x: [2, 3, 4], k: true },
      { x: [5, 1, 2], k: false },
    ],
  },
];

describe('a sequence', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, types, runs = RUNS }) => {
    expect(outputTypes(program)).toEqual(types);
    await expectJudged(program, runs);
  });
});

test('sizes are put together from parts of several lists', async () => {
  const program: JudgedProgram = (g) => {
    const x = input(g);
    const parts = apart(x);
    return [filled(sizes(at(parts, 1n), op.Mul(at(parts, 0n), [2n])))];
  };
  expect(outputTypes(program)).toEqual(['float32[b, 2*a]']);
  await expectJudged(program, RUNS);
});
