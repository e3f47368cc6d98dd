// Scan and SequenceMap: the types of what they give, true under several bindings on ONNX Runtime.
import { describe, expect, test } from 'vitest';
import { type GraphBuilder, op, tensorFromValues, type Value } from '../../src/index.ts';
import { expectJudged, type Feeds, type JudgedProgram, outputTypes } from './judged-program.ts';

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly runs: readonly Feeds[];
}

const f32 = (g: GraphBuilder, name: string, ...shape: (string | number)[]): Value => g.input(name, 'float32', shape);
const sizeOf = (value: Value, axis = 0): Value => op.Gather(op.Shape(value), axis);
const zeros = (size: Value): Value => op.ConstantOfShape(op.Reshape(size, [1]));
const zero = (): Value => op.Constant({ value: tensorFromValues('int64', [], [0]) });

const SCANS: readonly Row[] = [
  {
    fact: 'slices are taken and rows are put on any axis, forward and backward',
    program: (g) => {
      const [s, x, y] = [f32(g, 's', 'h'), f32(g, 'x', 'h', 'n'), f32(g, 'y', 'n', 'h')];
      return op.Scan([s, x, y], {
        num_scan_inputs: 2,
        scan_input_axes: [-1, 0],
        scan_input_directions: [1, 0],
        scan_output_axes: [1, -1],
        scan_output_directions: [0, 1],
        body: (state, a, b) => {
          const sum = op.Add(op.Add(state ?? s, a ?? x), b ?? y);
          return [sum, op.Relu(sum), op.Concat([sum, sum], { axis: 0 })];
        },
      });
    },
    types: ['float32[h]', 'float32[h, n]', 'float32[2*h, n]'],
    runs: [
      { s: [3], x: [3, 4], y: [4, 3] },
      { s: [1], x: [1, 1], y: [1, 1] },
    ],
  },
  {
    fact: 'the lengths of all scanned inputs are one',
    program: (g) => {
      const [x, y] = [f32(g, 'x', 'n', 'a'), f32(g, 'y', 'm', 'b')];
      return op.Scan([x, y], { num_scan_inputs: 2, body: (a, b) => [op.Concat([a ?? x, b ?? y], { axis: 0 })] });
    },
    types: ['float32[n, a + b]'],
    runs: [
      { x: [3, 2], y: [3, 5] },
      { x: [1, 1], y: [1, 1] },
    ],
  },
  {
    fact: 'a counter in the state is known after the last slice',
    program: (g) => {
      const x = f32(g, 'x', 'n', 'a');
      const [count] = op.Scan([zero(), x], {
        num_scan_inputs: 1,
        body: (c, row) => [op.Add(c ?? x, sizeOf(row ?? x)), op.Relu(row ?? x)],
      });
      return [zeros(count ?? x)];
    },
    types: ['float32[a*n]'],
    runs: [{ x: [3, 2] }, { x: [1, 5] }],
  },
  {
    fact: 'rows whose size depends on data have one of their own',
    program: (g) => {
      const x = f32(g, 'x', 'n', 'a');
      return op.Scan([x], { num_scan_inputs: 1, body: (row) => [op.Squeeze(op.NonZero(op.Add(row ?? x, 1)), [0])] });
    },
    types: ['int64[n, found0]'],
    runs: [{ x: [3, 2] }, { x: [1, 5] }],
  },
  {
    fact: 'a scan inside of a loop grows what the loop carries',
    program: (g) => {
      const [t, x, s] = [f32(g, 't', 'm'), f32(g, 'x', 'n', 'a'), f32(g, 's', 'b', 'a')];
      return op.Loop(sizeOf(t), true, [s], {
        body: (_, c, state) => {
          const [rows] = op.Scan([x], { num_scan_inputs: 1, body: (row) => [op.Relu(row ?? x)] });
          return [c ?? x, op.Concat([state ?? s, rows ?? s], { axis: 0 })];
        },
      });
    },
    types: ['float32[m*n + b, a]'],
    runs: [
      { t: [3], x: [2, 4], s: [1, 4] },
      { t: [1], x: [1, 1], s: [5, 1] },
    ],
  },
];

const list = (...values: Value[]): Value<never> => op.SequenceConstruct(values) as Value<never>;

const MAPS: readonly Row[] = [
  {
    fact: 'elements of a known list are known one by one',
    program: (g) => {
      const [x, y, w] = [f32(g, 'x', 'a', 4), f32(g, 'y', 'b', 4), f32(g, 'w', 4, 'k')];
      const [mapped] = op.SequenceMap(list(x, y), [w], { body: (each, weight) => [op.MatMul(each ?? x, weight ?? w)] });
      const seq = (mapped ?? x) as Value<never>;
      return [op.SequenceAt(seq, 1n), op.ConcatFromSequence(seq, { axis: 0 }), zeros(op.SequenceLength(seq))];
    },
    types: ['float32[b, k]', 'float32[a + b, k]', 'float32[2]'],
    runs: [
      { x: [3, 4], y: [2, 4], w: [4, 5] },
      { x: [1, 4], y: [1, 4], w: [4, 1] },
    ],
  },
  {
    fact: 'further lists give their elements at the same position',
    program: (g) => {
      const [x, y, z] = [f32(g, 'x', 'a'), f32(g, 'y', 'b'), f32(g, 'z', 'c')];
      const body = (p?: Value, q?: Value): readonly Value[] => [
        op.Concat([p ?? x, q ?? y], { axis: 0 }),
        op.Shape(q ?? y),
      ];
      const [mapped, shapes] = op.SequenceMap(list(x, y), [list(y, z)], { body });
      return [
        op.SequenceAt((mapped ?? x) as Value<never>, 0n),
        op.SequenceAt((mapped ?? x) as Value<never>, -1n),
        op.ConcatFromSequence((shapes ?? x) as Value<never>, { axis: 0 }),
      ];
    },
    types: ['float32[a + b]', 'float32[b + c]', 'int64[2]'],
    runs: [
      { x: [3], y: [2], z: [4] },
      { x: [1], y: [1], z: [5] },
    ],
  },
  {
    fact: 'a list of as many elements as a loop has steps stays as long',
    program: (g) => {
      const [t, x] = [f32(g, 't', 'n'), f32(g, 'x', 'a', 2)];
      const [grown] = op.Loop(sizeOf(t), true, [op.SequenceEmpty()], {
        body: (_, c, s) => [c ?? x, op.SequenceInsert((s ?? x) as Value<never>, x)],
      });
      const [mapped] = op.SequenceMap((grown ?? x) as Value<never>, [], { body: (each) => [op.Transpose(each ?? x)] });
      return [op.ConcatFromSequence((mapped ?? x) as Value<never>, { axis: 1 })];
    },
    types: ['float32[2, a*n]'],
    runs: [
      { t: [3], x: [4, 2] },
      { t: [1], x: [1, 2] },
    ],
  },
  {
    fact: 'sizes that differ from element to element stay so',
    program: (g) => {
      const x = f32(g, 'x', 'a', 3);
      const parts = op.SplitToSequence(x, 2n, { axis: 0 }) as Value<never>;
      const [mapped] = op.SequenceMap(parts, [], { body: (each) => [op.Concat([each ?? x, each ?? x], { axis: 1 })] });
      return [op.ConcatFromSequence((mapped ?? x) as Value<never>, { axis: 0 })];
    },
    types: ['float32[concat0, 6]'],
    runs: [{ x: [5, 3] }, { x: [2, 3] }],
  },
];

describe.each([
  ['Scan', SCANS],
  ['SequenceMap', MAPS],
] as const)('%s', (_, rows) => {
  test.each(rows.map((row) => [row.fact, row] as const))('%s', async (__, { program, types, runs }) => {
    expect(outputTypes(program)).toEqual(types);
    await expectJudged(program, runs);
  });
});
