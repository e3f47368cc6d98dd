// What If gives: the sizes on which branches agree, or those between which a condition on sizes chooses; true on ONNX Runtime.
import { describe, expect, test } from 'vitest';
import { type GraphBuilder, op, tensorFromValues, type Value } from '../../src/index.ts';
import {
  expectJudged,
  type Feeds,
  graphOfProgram,
  type JudgedProgram,
  judgeRun,
  outputTypes,
} from './judged-program.ts';

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly runs: readonly Feeds[];
}

const f32 = (g: GraphBuilder, name: string, ...shape: (string | number)[]): Value => g.input(name, 'float32', shape);
const bool = (g: GraphBuilder): Value => g.input('c', 'bool', []);
const sizeOf = (value: Value, axis = 0): Value => op.Gather(op.Shape(value), axis);
const zeros = (size: Value): Value => op.ConstantOfShape(op.Reshape(size, [1]));
const either = (c: Value, then_branch: () => Value, else_branch: () => Value): Value => {
  const [value] = op.If(c, { then_branch, else_branch });
  return value ?? c;
};
const list = (...values: Value[]): Value<never> => op.SequenceConstruct(values) as Value<never>;
const append = (a: Value, b: Value): Value => op.Concat([a, b], { axis: 0 });

const ROWS: readonly Row[] = [
  {
    fact: 'a condition on a size chooses a size',
    program: (g) => {
      const x = f32(g, 'x', 's');
      return [
        either(
          op.Greater(sizeOf(x), 5n),
          () => op.Slice(x, [0], [5]),
          () => op.Relu(x),
        ),
        either(
          op.Less(sizeOf(x), 5n),
          () => append(x, op.ConstantOfShape(op.Sub([5n], op.Shape(x)))),
          () => op.Relu(x),
        ),
      ];
    },
    types: ['float32[min(s, 5)]', 'float32[max(s, 5)]'],
    runs: [{ x: [3] }, { x: [5] }, { x: [9] }],
  },
  {
    fact: 'elements of one branch or the other are chosen too',
    program: (g) => {
      const x = f32(g, 'x', 's');
      return [
        zeros(
          either(
            op.Greater(sizeOf(x), 3n),
            () => sizeOf(x),
            () => op.Constant({ value_int: 7 }),
          ),
        ),
      ];
    },
    types: ['float32[s*min(max(s, 3), 4) - 3*s - 7*min(max(s, 3), 4) + 28]'],
    runs: [{ x: [2] }, { x: [3] }, { x: [4] }],
  },
  {
    fact: 'elements on which both branches agree are known',
    program: (g) => {
      const [c, x] = [bool(g), f32(g, 'x', 's')];
      return [
        zeros(
          either(
            c,
            () => sizeOf(x),
            () => op.Identity(sizeOf(op.Relu(x))),
          ),
        ),
      ];
    },
    types: ['float32[s]'],
    runs: [
      { c: true, x: [2] },
      { c: false, x: [3] },
    ],
  },
  {
    fact: 'a condition on data leaves a size of its own',
    program: (g) => {
      const [c, x, y] = [bool(g), f32(g, 'x', 's', 4), f32(g, 'y', 't', 4)];
      return [
        either(
          c,
          () => op.Relu(x),
          () => op.Relu(y),
        ),
      ];
    },
    types: ['float32[branch0, 4]'],
    runs: [
      { c: true, x: [2, 4], y: [5, 4] },
      { c: false, x: [2, 4], y: [5, 4] },
    ],
  },
  {
    fact: 'a known condition takes its branch, and symbols of that branch get a name outside',
    program: (g) => {
      const x = f32(g, 'x', 's');
      const found = (): Value => op.Squeeze(op.NonZero(x), [0]);
      const yes = op.Constant({ value: tensorFromValues('bool', [], [1]) });
      return [
        either(yes, found, () => op.Shape(x)),
        either(
          op.Less(0n, sizeOf(x)),
          () => op.Relu(x),
          () => append(x, x),
        ),
      ];
    },
    types: ['int64[found0]', 'float32[s]'],
    runs: [{ x: [4] }, { x: [1] }],
  },
  {
    fact: 'lists of both branches are joined element by element, or in their lengths',
    program: (g) => {
      const [c, x, y] = [bool(g), f32(g, 'x', 's', 2), f32(g, 'y', 't', 2)];
      const same = either(
        c,
        () => list(x, y),
        () => list(x, x),
      ) as Value<never>;
      const longer = either(
        op.Less(sizeOf(x), 3n),
        () => list(y, y),
        () => list(y, y, y),
      ) as Value<never>;
      const grown = either(
        c,
        () => op.SequenceEmpty(),
        () => list(y),
      ) as Value<never>;
      return [
        op.SequenceAt(same, 0n),
        op.SequenceAt(same, 1n),
        zeros(op.SequenceLength(longer)),
        op.ConcatFromSequence(op.SequenceInsert(grown, y) as Value<never>, { axis: 0 }),
      ];
    },
    types: ['float32[s, 2]', 'float32[branch0, 2]', 'float32[min(s, 3) - min(s, 2) + 2]', 'float32[t*branch1 + t, 2]'],
    runs: [
      { c: true, x: [2, 2], y: [5, 2] },
      { c: false, x: [4, 2], y: [1, 2] },
    ],
  },
];

describe('If', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, types, runs }) => {
    expect(outputTypes(program)).toEqual(types);
    await expectJudged(program, runs);
  });

  test('leaves the rank open where the branches differ in it, which ONNX Runtime runs', async () => {
    const program: JudgedProgram = (g) => {
      const [c, x] = [bool(g), f32(g, 'x', 's', 1)];
      return [
        either(
          c,
          () => op.Relu(x),
          () => op.Squeeze(x, [1]),
        ),
      ];
    };
    expect(outputTypes(program)).toEqual(['float32[...]']);
    for (const [c, dims] of [
      [true, '2,1'],
      [false, '2'],
    ] as const) {
      const verdict = await judgeRun(graphOfProgram(program), { c, x: [2, 1] });
      const [mistake] = 'mistakes' in verdict ? verdict.mistakes : [];
      expect(mistake).toMatch(new RegExp(`no shape, the run gives \\[${dims}\\]`));
    }
  });
});
