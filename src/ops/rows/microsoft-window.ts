// Convolutions and pools of com.microsoft: channels last, quantized, fused with what follows.
import { add } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { convolution, transposedConvolution } from '../costs/contraction.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { poolCost } from '../costs/window.ts';
import { inMicrosoft, requireScalars } from '../rules/microsoft.ts';
import { sizeElements } from '../rules/size-elements.ts';
import { type ConvInputs, convolve } from './conv.ts';
import { transposed } from './conv-transpose.ts';
import { pooled } from './pool.ts';

const isLast = (cx: InferContext): boolean => cx.int('channels_last', 0) !== 0;

/** A convolution whose result input 3, where given, is added to: it must have the result's shape. */
export function fusedConv(cx: InferContext, inputs: ConvInputs): readonly ValueType[] {
  const y = convolve(cx, inputs)?.y;
  const sum = cx.has(3) ? cx.shape(3) : undefined;
  if (y && sum) cx.unifyShapes(y, sum, 'shapes of the output and Z');
  return [cx.tensor(y)];
}

/** FusedConv (1): Conv, then `+ Z`, then an activation; sizes as for Conv, Z as the output. */
const FusedConv: OperatorRow = {
  name: 'FusedConv',
  cost: convolution(),
  infer: (cx) => fusedConv(cx, { x: 0, w: 1, b: 2 }),
  examples: [
    {
      inputs: ['float32[n, 3, h, w]', 'float32[64, 3, 3, 3]', 'float32[64]'],
      attributes: { activation: 'Relu', pads: [1, 1, 1, 1] },
      outputs: ['float32[n, 64, h, w]'],
    },
    {
      inputs: ['float32[n, 3, h]', 'float32[64, 3, 3]', null, 'float32[m, 64, 5]'],
      attributes: { activation: 'Relu' },
      outputs: ['float32[n, 64, 5]'],
      constraints: ['n == m', 'h == 7'],
    },
    {
      inputs: ['float32[1, 3, 8]', 'float32[4, 3, 3]', null, 'float32[1, 4, 1]'],
      attributes: { activation: 'Relu' },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** NhwcFusedConv (1): FusedConv with x, y and Z as `[n, d..., c]`; the weight as for Conv. */
const NhwcFusedConv: OperatorRow = {
  name: 'NhwcFusedConv',
  cost: convolution(),
  infer: (cx) => fusedConv(cx, { x: 0, w: 1, b: 2, channelsLast: true }),
  examples: [
    {
      inputs: ['float32[n, h, w, 3]', 'float32[64, 3, 3, 3]', 'float32[64]'],
      attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
      outputs: ['float32[n, ceildiv(h, 2), ceildiv(w, 2), 64]'],
    },
    { inputs: ['float32[1, 8, 8, 4]', 'float32[4, 3, 3, 3]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[1, 8, 8, 3]', 'float32[4, 3, 3, 3]', null, 'float32[1, 4, 6, 6]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** NhwcConv (1): Conv with x and y as `[n, d..., c]`; the weight as for Conv. */
const NhwcConv: OperatorRow = {
  name: 'NhwcConv',
  cost: convolution(),
  infer: (cx) => [cx.tensor(convolve(cx, { x: 0, w: 1, b: 2, channelsLast: true })?.y)],
  examples: [
    {
      inputs: ['float32[n, h, w, c]', 'float32[6, 1, 5, 5]', 'float32[6]'],
      outputs: ['float32[n, h - 4, w - 4, 6]'],
      constraints: ['c == 1', 'h >= 5', 'w >= 5'],
    },
    {
      inputs: ['float32[n, h, w, 8]', 'float32[8, 1, 3, 3]'],
      attributes: { group: 8, auto_pad: 'SAME_UPPER', strides: [2, 2] },
      outputs: ['float32[n, ceildiv(h, 2), ceildiv(w, 2), 8]'],
    },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 3, 3, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

const quantizedConv = (x: string, w: string): readonly string[] => [
  x,
  'float32[]',
  'uint8[]',
  w,
  'float32[]',
  'int8[]',
  'float32[]',
  'uint8[]',
];

/** QLinearConv (1): Conv on 8-bit integers with scales and zero points; x and y as `[n, d..., c]` with channels_last 1. */
const QLinearConv: OperatorRow = {
  name: 'QLinearConv',
  cost: convolution(3),
  settings: [1, 2, 4, 5, 6, 7],
  infer: (cx) => {
    requireScalars(cx, [1, 2, 6, 7]);
    return [cx.tensor(convolve(cx, { x: 0, w: 3, b: 8, channelsLast: isLast(cx) })?.y, cx.outputDType(0))];
  },
  examples: [
    {
      inputs: [...quantizedConv('uint8[n, h, w, 3]', 'int8[8, 3, 3, 3]'), 'int32[8]'],
      attributes: { channels_last: 1, pads: [1, 1, 1, 1], strides: [2, 2] },
      outputs: ['uint8[n, ceildiv(h, 2), ceildiv(w, 2), 8]'],
    },
    {
      inputs: quantizedConv('uint8[n, 3, h, w]', 'int8[8, 3, 3, 3]'),
      outputs: ['uint8[n, 8, h - 2, w - 2]'],
      constraints: ['h >= 3', 'w >= 3'],
    },
    {
      inputs: quantizedConv('uint8[1, 3, 8, 8]', 'int8[8, 3, 3, 3]'),
      attributes: { channels_last: 1 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** QLinearAveragePool (1): the mean of each window, requantized; sizes as for AveragePool, `[n, d..., c]` with channels_last 1. */
const QLinearAveragePool: OperatorRow = {
  name: 'QLinearAveragePool',
  cost: poolCost,
  infer: (cx) => {
    requireScalars(cx, [1, 2, 3, 4]);
    return [cx.tensor(pooled(cx, isLast(cx)))];
  },
  examples: [
    {
      inputs: ['uint8[n, h, w, 3]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2], channels_last: 1, ceil_mode: 1 },
      outputs: ['uint8[n, ceildiv(h, 2), ceildiv(w, 2), 3]'],
    },
    {
      inputs: ['uint8[n, c, h, w]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      outputs: ['uint8[n, c, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    {
      inputs: ['uint8[1, 3, 3, 8]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'],
      attributes: { kernel_shape: [4, 4], channels_last: 1 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The shape of input 0 with 1 for each spatial axis; ONNX Runtime takes no fewer than three axes. */
function globallyPooled(cx: InferContext): readonly (Shape[number] | number)[] | undefined {
  const shape = cx.rankBetween(0, 3, Number.POSITIVE_INFINITY);
  const channels = isLast(cx) ? (shape?.length ?? 0) - 1 : 1;
  return shape?.map((dim, i) => (i === 0 || i === channels ? dim : 1));
}

/** QLinearGlobalAveragePool (1): `[n, c, d...] -> [n, c, 1...]`, `[n, d..., c] -> [n, 1..., c]` with channels_last 1. */
const QLinearGlobalAveragePool: OperatorRow = {
  name: 'QLinearGlobalAveragePool',
  cost: onePerInput,
  infer: (cx) => {
    requireScalars(cx, [1, 2, 3, 4]);
    return [cx.tensor(globallyPooled(cx))];
  },
  examples: [
    {
      inputs: ['uint8[n, h, w, 512]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'],
      attributes: { channels_last: 1 },
      outputs: ['uint8[n, 1, 1, 512]'],
    },
    { inputs: ['uint8[n, c, h]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'], outputs: ['uint8[n, c, 1]'] },
    { inputs: ['uint8[n, c]', 'float32[]', 'uint8[]', 'float32[]', 'uint8[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** NhwcMaxPool (1): the greatest element of each window of `[n, d..., c]`; sizes as for MaxPool. */
const NhwcMaxPool: OperatorRow = {
  name: 'NhwcMaxPool',
  cost: poolCost,
  infer: (cx) => [cx.tensor(pooled(cx, true))],
  examples: [
    {
      inputs: ['uint8[n, h, w, c]'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: ['uint8[n, h//2, w//2, c]'],
      constraints: ['h >= 2', 'w >= 2'],
    },
    {
      inputs: ['int8[n, h, 9, 3]'],
      attributes: { kernel_shape: [3, 3], dilations: [2, 1], ceil_mode: 1, strides: [1, 2] },
      outputs: ['int8[n, h - 4, 4, 3]'],
      constraints: ['h >= 4'],
    },
    { inputs: ['uint8[1, 2, 8, 3]'], attributes: { kernel_shape: [3, 3] }, fails: 'SHAPE_MISMATCH' },
  ],
};

/** MaxpoolWithMask (1): MaxPool of the places that a mask with X's spatial sizes leaves; sizes as for MaxPool. */
const MaxpoolWithMask: OperatorRow = {
  name: 'MaxpoolWithMask',
  cost: poolCost,
  infer: (cx) => {
    const rank = cx.shape(0)?.length;
    const mask = rank === undefined ? [] : cx.ranked(1, rank);
    for (let axis = 2; axis < mask.length; axis++)
      cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, 'spatial sizes of X and its mask');
    return [cx.tensor(pooled(cx))];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]', 'int32[n, 1, h, t]'],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
      outputs: ['float32[n, c, ceildiv(h, 2), ceildiv(w, 2)]'],
      constraints: ['w == t'],
    },
    {
      inputs: ['float32[1, 1, 8, 8]', 'int32[1, 1, 8, 4]'],
      attributes: { kernel_shape: [3, 3] },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[1, 1, 2, 8]', 'int32[1, 1, 2, 8]'],
      attributes: { kernel_shape: [3, 3] },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

const isNotSet = (cx: InferContext): boolean => ['NOTSET', ''].includes(cx.string('auto_pad', 'NOTSET'));

/** What the pads in input 2 take from each spatial axis, begins listed before ends; undefined entries are not known. */
function dynamicTrims(cx: InferContext): readonly (Dim | undefined)[] | undefined {
  if (!cx.has(2)) return undefined;
  const pads = sizeElements(cx, 2);
  const rank = (cx.shape(0) ?? cx.shape(1))?.length;
  if (!pads) return [];
  if (rank !== undefined && pads.length !== 2 * (rank - 2)) {
    cx.fail('SHAPE_MISMATCH', `${cx.op}: ${cx.inputName(2)} needs ${2 * (rank - 2)} elements, got ${pads.length}`, {
      expected: String(2 * (rank - 2)),
      actual: String(pads.length),
    });
  }
  const half = pads.length / 2;
  return pads.slice(0, half).map((begin, i) => {
    const end = pads[i + half];
    return begin && end && add(begin, end);
  });
}

/** ConvTransposeWithDynamicPads (1): ConvTranspose with pads as an input: `stride*(d - 1) + output_padding + span - pads`. */
const ConvTransposeWithDynamicPads: OperatorRow = {
  name: 'ConvTransposeWithDynamicPads',
  cost: transposedConvolution(),
  infer: (cx) => {
    // SAME padding is computed; the input is then ignored.
    const trims = isNotSet(cx) ? dynamicTrims(cx) : undefined;
    return [cx.tensor(transposed(cx, { bias: 3, ...(trims ? { trims } : {}) }))];
  },
  examples: [
    {
      inputs: ['float32[n, 8, h, w]', 'float32[8, 4, 3, 3]', 'int64[4] = [1, 0, 1, 0]', 'float32[4]'],
      attributes: { strides: [2, 2] },
      outputs: ['float32[n, 4, 2*h - 1, 2*w + 1]'],
    },
    {
      inputs: ['float32[n, 8, h, w]', 'float32[8, 4, 3, 3]', 'int64[4]'],
      outputs: ['float32[n, 4, u, v]'],
    },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 3, 3, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 8, 9]', 'float32[8, 4, 3]', 'int64[4] = [1, 1, 1, 1]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_WINDOW_ROWS: readonly OperatorRow[] = inMicrosoft([
  FusedConv,
  NhwcFusedConv,
  NhwcConv,
  QLinearConv,
  QLinearAveragePool,
  QLinearGlobalAveragePool,
  NhwcMaxPool,
  MaxpoolWithMask,
  ConvTransposeWithDynamicPads,
]);
