// Pools that slide a window or cover all of the spatial axes: MaxPool, AveragePool, LpPool and the global ones.
import { constant, unknownDim } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { poolCost } from '../costs/window.ts';
import { poolSize, readWindow, spatialInts } from '../rules/window.ts';

/**
 * The shape of a pool over input 0; undefined where nothing tells the rank.
 *
 * @param channelsLast whether the channels are the last axis, not axis 1; no by default
 */
export function pooled(cx: InferContext, channelsLast = false): Shape | undefined {
  const kernel = cx.ints('kernel_shape');
  // LpPool-1 may leave the kernel out and does not say what it is then.
  if (!kernel)
    return cx.rankBetween(0, 3, Number.POSITIVE_INFINITY)?.map((dim, i) => (i < 2 ? dim : cx.fresh('pooled')));
  cx.rankBetween(0, 3, Number.POSITIVE_INFINITY);
  const shape = cx.ranked(0, kernel.length + 2);
  requireElements(cx, shape);
  spatialInts(cx, 'kernel_shape', kernel.length, 1);
  const ceil = cx.int('ceil_mode', 0) !== 0;
  const windows = readWindow(
    cx,
    kernel.map((size) => constant(size)),
  );
  const first = channelsLast ? 1 : 2;
  const sizes = windows.map((window, i) => poolSize(cx, shape[i + first] ?? constant(1), window, ceil));
  return channelsLast ? [...shape.slice(0, 1), ...sizes, ...shape.slice(-1)] : [...shape.slice(0, 2), ...sizes];
}

const examples: readonly OperatorExample[] = [
  {
    inputs: ['float32[n, c, h, w]'],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    outputs: ['float32[n, c, h//2, w//2]'],
    constraints: ['h >= 2', 'w >= 2'],
  },
  {
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [3], strides: [2], pads: [1, 1] },
    outputs: ['float32[n, 64, ceildiv(h, 2)]'],
  },
  {
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [3], strides: [2], auto_pad: 'SAME_LOWER' },
    outputs: ['float32[n, 64, ceildiv(h, 2)]'],
  },
  {
    inputs: ['float32[...]'],
    attributes: { kernel_shape: [3, 3], auto_pad: 'VALID' },
    outputs: ['float32[?, ?, ?, ?]'],
    constraints: ['? >= 1', '? >= 3', '? >= 3'],
  },
  { inputs: ['float32[1, 3, 4]'], attributes: { kernel_shape: [5] }, fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[1, 3, 4]'], attributes: { kernel_shape: [2, 2] }, fails: 'RANK_MISMATCH' },
  { inputs: ['float32[1, 3, 4]'], attributes: { kernel_shape: [0] }, fails: 'ATTRIBUTE_INVALID' },
];

/** SAME windows must leave no gap behind the last one. */
const gapExamples: readonly OperatorExample[] = [
  {
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [2], strides: [3], auto_pad: 'SAME_UPPER' },
    opset: 12,
    outputs: ['float32[n, 64, ceildiv(h, 3)]'],
    constraints: ['h + 1 <= 3*ceildiv(h, 3)'],
  },
  {
    inputs: ['float32[1, 1, 3]'],
    attributes: { kernel_shape: [1], strides: [2], auto_pad: 'SAME_LOWER' },
    outputs: ['float32[1, 1, 2]'],
  },
  {
    inputs: ['float32[1, 1, 2]'],
    attributes: { kernel_shape: [1], strides: [2], auto_pad: 'SAME_LOWER' },
    opset: 12,
    fails: 'SHAPE_MISMATCH',
  },
];

const ceilExamples: readonly OperatorExample[] = [
  {
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [3], strides: [2], ceil_mode: 1 },
    opset: 22,
    outputs: ['float32[n, 64, h//2]'],
  },
  {
    // The window that would start in the padding behind the input is dropped: 3, not 4.
    inputs: ['float32[1, 1, 5]'],
    attributes: { kernel_shape: [2], strides: [2], pads: [0, 1], ceil_mode: 1 },
    opset: 22,
    outputs: ['float32[1, 1, 3]'],
  },
];

const dilatedExamples: readonly OperatorExample[] = [
  {
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [3], dilations: [2], ceil_mode: 1 },
    opset: 22,
    outputs: ['float32[n, 64, h - 4]'],
    constraints: ['h >= 4'],
  },
  {
    // ONNX Runtime's SAME padding leaves the dilation out of account; the specification would say ceildiv(h, 2).
    inputs: ['float32[n, 64, h]'],
    attributes: { kernel_shape: [3], dilations: [2], strides: [2], auto_pad: 'SAME_UPPER' },
    opset: 22,
    outputs: ['float32[n, 64, ceildiv(h, 2) - 1]'],
    constraints: ['h >= 3'],
  },
];

/**
 * MaxPool (since 1; indices since 8, ceil_mode and dilations since 10): the greatest element of each window, and its flat index.
 * `[n, c, d...] -> [n, c, (d + pads - span) // stride + 1 ...]`, where the kernel fits.
 */
const MaxPool: OperatorRow = {
  name: 'MaxPool',
  cost: poolCost,
  infer: (cx) => {
    const shape = pooled(cx);
    return [cx.tensor(shape), cx.tensor(shape, 'int64')];
  },
  examples: [
    {
      inputs: ['uint8[n, 3, 9]'],
      attributes: { kernel_shape: [2], strides: [2] },
      outputs: ['uint8[n, 3, 4]', 'int64[n, 3, 4]'],
    },
    ...examples,
    ...gapExamples,
    ...ceilExamples,
    ...dilatedExamples,
  ],
};

/** AveragePool (since 1; ceil_mode since 10, dilations since 19): the mean of each window; sizes as for MaxPool. */
const AveragePool: OperatorRow = {
  name: 'AveragePool',
  cost: poolCost,
  infer: (cx) => [cx.tensor(pooled(cx))],
  examples: [...examples, ...gapExamples, ...ceilExamples, ...dilatedExamples],
};

/** LpPool (since 1; ceil_mode and dilations since 18): the p-norm of each window; sizes as for MaxPool. */
const LpPool: OperatorRow = {
  name: 'LpPool',
  cost: poolCost,
  infer: (cx) => [cx.tensor(pooled(cx))],
  examples: [...examples, ...gapExamples, ...ceilExamples, ...dilatedExamples],
};

/** ONNX Runtime's pools take no empty axis but the batch. */
function requireElements(cx: InferContext, shape: Shape): void {
  for (const dim of shape.slice(1)) cx.atLeast(dim, 1, 'a size behind the batch');
}

/** A global pool: `[n, c, d...] -> [n, c, 1...]`. */
function globalPool(name: string): OperatorRow {
  return {
    name,
    cost: onePerInput,
    infer: (cx) => {
      // ONNX Runtime refuses a pool without spatial axes.
      const shape = cx.rankBetween(0, 3, Number.POSITIVE_INFINITY);
      if (shape) requireElements(cx, shape);
      return [cx.tensor(shape?.map((dim, i) => (i < 2 ? dim : 1)))];
    },
    backward: (_, i, output) => (i === 0 ? output.map((dim, axis) => (axis < 2 ? dim : unknownDim())) : undefined),
    examples: [
      { inputs: ['float32[n, c, h, w]'], outputs: ['float32[n, c, 1, 1]'] },
      { inputs: ['float16[n, 512, 7]'], outputs: ['float16[n, 512, 1]'] },
      { inputs: ['float32[...]'], outputs: ['float32[...]'] },
      { inputs: ['float32[n, 7]'], fails: 'RANK_MISMATCH' },
    ],
  };
}

/** The family: windows, and GlobalAveragePool, GlobalMaxPool, GlobalLpPool (since 1). */
export const POOL_ROWS: readonly OperatorRow[] = [
  MaxPool,
  AveragePool,
  LpPool,
  globalPool('GlobalAveragePool'),
  globalPool('GlobalMaxPool'),
  globalPool('GlobalLpPool'),
];
