// Operators that search, count, pick and write keep known elements: each element that they claim is the one that ONNX Runtime gives.
import { describe, expect, test } from 'vitest';
import { intOf, type Scalar } from '../../src/ir/content.ts';
import type { OperatorExample } from '../../src/ir/operator.ts';
import { findRow } from '../../src/ops/rows.ts';
import { readInputs, runExample } from './run-example.ts';
import { runOnOrt } from './run-on-ort.ts';

/** Draws of a multiplicative congruential generator, modulus 2^31 - 1 and multiplier 48271 (Park and Miller, 1993). */
class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  list(count: number, from: number, to: number): string {
    return `[${Array.from({ length: count }, () => from + this.below(to - from)).join(', ')}]`;
  }
}

interface Drawn {
  readonly op: string;
  readonly note?: string;
  readonly inputs: (draws: Draws) => OperatorExample['inputs'];
  readonly attributes?: OperatorExample['attributes'];
  readonly outputs?: number;
  readonly opset?: number;
}

const ints = (draws: Draws, shape: string, count: number, from = -3, to = 4): string =>
  `int64[${shape}] = ${draws.list(count, from, to)}`;
const floats = (draws: Draws, shape: string, count: number): string =>
  `float32[${shape}] = ${draws.list(count, -3, 4)}`;
const matrix = (draws: Draws): readonly string[] => [ints(draws, '3, 4', 12)];

const CASES: readonly Drawn[] = [
  ...['ArgMax', 'ArgMin'].flatMap((op): Drawn[] => [
    { op, inputs: matrix, attributes: { axis: 1 } },
    { op, inputs: (draws) => [floats(draws, '3, 4', 12)], attributes: { axis: 0, keepdims: 0, select_last_index: 1 } },
  ]),
  ...[1, 0].map(
    (largest): Drawn => ({
      op: 'TopK',
      inputs: (draws) => [ints(draws, '3, 4', 12), 'int64[1] = [3]'],
      attributes: { largest, axis: 1 },
      outputs: 2,
    }),
  ),
  ...[0, 1].flatMap((exclusive) =>
    [0, 1].flatMap((reverse): Drawn[] => [
      { op: 'CumSum', inputs: (draws) => [...matrix(draws), 'int64[] = 1'], attributes: { exclusive, reverse } },
      {
        op: 'CumSum',
        inputs: (draws) => [floats(draws, '3, 4', 12), 'int64[] = 0'],
        attributes: { exclusive, reverse },
      },
    ]),
  ),
  { op: 'GatherElements', inputs: (d) => [ints(d, '3, 4', 12), ints(d, '2, 4', 8, -3, 3)], attributes: { axis: 0 } },
  { op: 'GatherElements', inputs: (d) => [ints(d, '3, 4', 12), ints(d, '3, 2', 6, -4, 4)], attributes: { axis: 1 } },
  { op: 'GatherND', inputs: (d) => [ints(d, '3, 4', 12), ints(d, '5, 2', 10, -3, 3)] },
  {
    op: 'GatherND',
    inputs: (d) => [ints(d, '2, 3, 2', 12), ints(d, '2, 3, 1', 6, -3, 3)],
    attributes: { batch_dims: 1 },
  },
  { op: 'Gather', inputs: (d) => [ints(d, '3, 4', 12), ints(d, '2, 2', 4, -4, 4)], attributes: { axis: 1 } },
  ...['none', 'add', 'mul', 'min', 'max'].flatMap((reduction): Drawn[] => [
    {
      op: 'ScatterElements',
      inputs: (d) => [ints(d, '3, 4', 12), ints(d, '2, 4', 8, -3, 3), ints(d, '2, 4', 8)],
      attributes: { axis: 0, reduction },
    },
    {
      op: 'ScatterND',
      inputs: (d) => [ints(d, '3, 4', 12), ints(d, '2, 1', 2, -3, 3), ints(d, '2, 4', 8)],
      attributes: { reduction },
    },
  ]),
  { op: 'Scatter', inputs: (d) => [ints(d, '5', 5), 'int64[2] = [3, 1]', ints(d, '2', 2)], opset: 10 },
  { op: 'NonZero', inputs: matrix },
  { op: 'NonZero', inputs: (d) => [floats(d, '2, 3', 6)] },
  { op: 'Unique', inputs: matrix, outputs: 4 },
  { op: 'Unique', inputs: (d) => [floats(d, '9', 9)], attributes: { sorted: 0 }, outputs: 4 },
  { op: 'Compress', inputs: (d) => [ints(d, '3, 4', 12), 'bool[3] = [true, false, true]'], attributes: { axis: 0 } },
  { op: 'Compress', inputs: (d) => [ints(d, '3, 4', 12), 'bool[5] = [true, false, true, true, false]'] },
  {
    op: 'OneHot',
    inputs: (d) => [ints(d, '2, 2', 4, -4, 4), 'int64[] = 3', 'int64[2] = [5, 9]'],
    attributes: { axis: 1 },
  },
  { op: 'OneHot', inputs: (d) => [ints(d, '4', 4, -4, 4), 'int64[] = 3', 'float32[2] = [0, 1]'] },
  ...[-1, 0, 1].flatMap((k): Drawn[] => [
    { op: 'Trilu', inputs: (d) => [ints(d, '2, 2, 3', 12), `int64[] = ${k}`] },
    { op: 'Trilu', inputs: (d) => [ints(d, '3, 2', 6), `int64[] = ${k}`], attributes: { upper: 0 } },
    { op: 'EyeLike', inputs: () => ['int64[3, 4]'], attributes: { k } },
  ]),
  { op: 'Pad', inputs: (d) => [ints(d, '2, 3', 6), 'int64[4] = [1, -1, 0, 2]', 'int64[] = 7'] },
  { op: 'Pad', inputs: (d) => [ints(d, '2, 3', 6), 'int64[2] = [2, 1]', null, 'int64[1] = [-1]'], opset: 18 },
  ...['ReduceMean', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSum'].map(
    (op): Drawn => ({ op, inputs: (d) => [ints(d, '3, 5', 15, -9, 99), 'int64[1] = [1]'], opset: 18 }),
  ),
  ...['ReduceL1', 'ReduceSumSquare', 'ReduceL2'].map(
    (op): Drawn => ({ op, inputs: (d) => [floats(d, '3, 4', 12), 'int64[1] = [0]'] }),
  ),
  ...['ReduceSum', 'ReduceProd', 'ReduceMean', 'ReduceMax', 'ReduceMin'].flatMap((op): Drawn[] => [
    { op, inputs: (d) => [floats(d, '3, 4', 12), 'int64[1] = [1]'] },
    { op, inputs: (d) => [floats(d, '3, 4', 12), 'int64[1] = [0]'], attributes: { keepdims: 0 } },
    { op, inputs: (d) => [floats(d, '3, 4', 12)], attributes: { keepdims: 0 } },
  ]),
  { op: 'Mean', inputs: (d) => [floats(d, '2, 3', 6), floats(d, '1', 1)] },
  ...['Sum', 'Max', 'Min'].map(
    (op): Drawn => ({ op, inputs: (d) => [floats(d, '3', 3), floats(d, '2, 3', 6), floats(d, '1', 1)] }),
  ),
  { op: 'Clip', inputs: (d) => [floats(d, '6', 6)], attributes: { min: -1, max: 2 }, opset: 10 },
  { op: 'BitShift', inputs: () => ['uint8[3] = [1, 200, 7]', 'uint8[] = 3'], attributes: { direction: 'LEFT' } },
  { op: 'BitShift', inputs: () => ['uint32[3] = [1, 200, 7]', 'uint32[] = 2'], attributes: { direction: 'RIGHT' } },
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map(
    (op): Drawn => ({ op, inputs: (d) => [ints(d, '4', 4), ints(d, '4', 4)] }),
  ),
  { op: 'BitwiseNot', inputs: (d) => [ints(d, '4', 4)] },
  { op: 'Tile', inputs: (d) => [ints(d, '2, 2', 4), 'int64[2] = [2, 3]'] },
  { op: 'Expand', inputs: (d) => [ints(d, '2, 1', 2), 'int64[3] = [2, 1, 3]'] },
  { op: 'Split', inputs: (d) => [ints(d, '3, 5', 15), 'int64[2] = [2, 3]'], attributes: { axis: 1 }, outputs: 2 },
  { op: 'Range', inputs: () => ['int64[] = 7', 'int64[] = -4', 'int64[] = -3'] },
  { op: 'Range', inputs: () => ['float32[] = 0.5', 'float32[] = 4', 'float32[] = 0.75'] },
  { op: 'Range', inputs: () => ['float32[] = 0', 'float32[] = 1', 'float32[] = 0.1'] },
  { op: 'Range', inputs: () => ['float64[] = 2', 'float64[] = -1', 'float64[] = -0.3'] },
  { op: 'Transpose', inputs: (d) => [ints(d, '2, 3, 2', 12)], attributes: { perm: [1, 2, 0] } },
  {
    op: 'Slice',
    inputs: (d) => [
      ints(d, '3, 4', 12),
      'int64[2] = [-1, 3]',
      'int64[2] = [-9, 0]',
      'int64[2] = [0, 1]',
      'int64[2] = [-2, -1]',
    ],
  },
  { op: 'Concat', inputs: (d) => [ints(d, '2, 1', 2), ints(d, '2, 3', 6)], attributes: { axis: -1 } },
  { op: 'Dropout', inputs: (d) => [floats(d, '4', 4)] },
];

const titled = CASES.flatMap((one) =>
  [1, 2].map((seed) => [`${one.op} ${JSON.stringify(one.attributes ?? {})} of draw ${seed}`, one, seed] as const),
);

describe('content of known data', () => {
  test.each(titled)(
    '%s is what ONNX Runtime computes',
    async (_, { op, inputs, attributes = {}, outputs = 1, opset = 21 }, seed) => {
      const row = findRow('', op);
      if (!row) return expect.unreachable(`no row ${op}`);
      const example: OperatorExample = {
        inputs: inputs(new Draws(seed * 7919)),
        attributes,
        opset,
        outputs: Array.from({ length: outputs }, () => '?'),
      };
      const run = runExample({ row, example }, readInputs(example), { given: false });
      expect(run.diagnostics).toEqual([]);
      const outcome = await runOnOrt({ row, example }, run.inputs, run.node);
      if ('refused' in outcome) return expect.unreachable(outcome.refused);
      run.node.outputs.forEach((value, i) => {
        const claimed = value.content?.elements.map(numberOf);
        // Where two updates meet, the last one is not said.
        const real = [...(outcome.outputs[i]?.data ?? [])].map((element) => Number(element) + 0);
        expect(claimed?.map((element, k) => element ?? real[k])).toEqual(real);
        expect(claimed?.some((element) => element !== undefined) || real.length === 0).toBe(true);
      });
    },
  );
});

/** A known element as a number, zeros without sign. */
function numberOf(element: Scalar): number | undefined {
  const known = intOf(element) ?? element;
  return known === undefined || typeof known === 'object' ? undefined : Number(known) + 0;
}
