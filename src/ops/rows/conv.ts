// Convolutions: Conv, ConvInteger, QLinearConv, DeformConv.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { convolution } from '../costs/contraction.ts';
import { deformableConvolution } from '../costs/window.ts';
import { channelAxis, requireChannels, requireGroups, requirePositive } from '../rules/channels.ts';
import { type AxisWindow, convSize, readWindow, weightKernel } from '../rules/window.ts';

/** Which inputs play which part, and how the axes of x and y stand. */
export interface ConvInputs {
  readonly x: number;
  readonly w: number;
  readonly b?: number;
  /** Whether the channels of x and y are their last axis, not axis 1; no by default. */
  readonly channelsLast?: boolean;
}

/** The shapes of a convolution. */
export interface ConvResult {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly windows: readonly AxisWindow[];
}

/** The shapes of a convolution; undefined where no input tells the rank. */
export function convolve(
  cx: InferContext,
  { x: xi, w: wi, b, channelsLast = false }: ConvInputs,
): ConvResult | undefined {
  // The weight comes first: then an input of another rank is told the rank that the weight asks for.
  const byWeight = cx.rankBetween(wi, 3, Number.POSITIVE_INFINITY)?.length;
  const rank = byWeight ?? cx.rankBetween(xi, 3, Number.POSITIVE_INFINITY)?.length;
  const spatialRank = cx.ints('kernel_shape')?.length ?? (rank === undefined ? undefined : rank - 2);
  if (spatialRank === undefined) return undefined;
  const x = cx.ranked(xi, spatialRank + 2);
  const w = cx.ranked(wi, spatialRank + 2);
  const [batch] = x;
  const [features] = w;
  if (!batch || !features) return undefined;
  const group = requirePositive(cx, 'group');
  requireChannels(cx, { input: xi, axis: channelAxis(channelsLast) }, wi, group);
  requireGroups(cx, group, features, 'output channels');
  if (b !== undefined && cx.has(b)) {
    cx.ranked(b, 1);
    cx.unifyAxes({ input: wi, axis: 0 }, { input: b, axis: 0 }, 'output channels');
  }
  const windows = readWindow(cx, weightKernel(cx, w.slice(2), cx.inputName(wi)));
  const first = channelsLast ? 1 : 2;
  const sizes = windows.map((window, i) => convSize(cx, x[i + first] ?? constant(1), window));
  return { x, w, y: channelsLast ? [batch, ...sizes, features] : [batch, features, ...sizes], windows };
}

const fails: readonly OperatorExample[] = [
  { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 2, 3, 3]'], fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[1, 3, 2, 8]', 'float32[4, 3, 3, 3]'], fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[3, 8]', 'float32[4, 3]'], fails: 'RANK_MISMATCH' },
  { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 3, 3]'], fails: 'RANK_MISMATCH' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 2, 3]'], attributes: { group: 2 }, fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 4, 3]'], attributes: { pads: [1, 1, 1, 1] }, fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 4, 3]'], attributes: { strides: [0] }, fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 4, 3]'], attributes: { auto_pad: 'SAME' }, fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 4, 3]'], attributes: { kernel_shape: [2] }, fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[1, 4, 8]', 'float32[5, 4, 3]', 'float32[1]'], fails: 'SHAPE_MISMATCH' },
];

/**
 * Conv (since 1): cross-correlation.
 * `[n, g*c, d...] x [m, c, k...] -> [n, m, (d + pads - span) // stride + 1 ...]` with `span = dilation*(k - 1) + 1`, where the
 * kernel fits; `ceildiv(d, stride)` for SAME padding. The group g divides m.
 */
const Conv: OperatorRow = {
  name: 'Conv',
  cost: convolution(),
  infer: (cx) => [cx.tensor(convolve(cx, { x: 0, w: 1, b: 2 })?.y, cx.outputDType(0))],
  examples: [
    {
      inputs: ['float32[n, 3, h, w]', 'float32[64, 3, 7, 7]', 'float32[64]'],
      attributes: { strides: [2, 2], pads: [3, 3, 3, 3] },
      outputs: ['float32[n, 64, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    {
      inputs: ['float32[n, c, h, 28]', 'float32[6, 1, 5, 5]'],
      outputs: ['float32[n, 6, h - 4, 24]'],
      constraints: ['c == 1', 'h >= 5'],
    },
    {
      inputs: ['float32[n, 8, t]', 'float32[8, 1, k]'],
      attributes: { group: 8, dilations: [2] },
      outputs: ['float32[n, 8, t - 2*k + 2]'],
      constraints: ['2*k <= t + 1'],
    },
    {
      inputs: ['float32[n, 4, h, w]', 'float32[4, 4, 3, 3]'],
      attributes: { auto_pad: 'SAME_UPPER', strides: [2, 3] },
      outputs: ['float32[n, 4, ceildiv(h, 2), ceildiv(w, 3)]'],
    },
    { inputs: ['float32[n, ?, 8]', 'float32[5, 4, 3]'], outputs: ['float32[n, 5, 6]'] },
    { inputs: ['float32[...]', 'float32[5, 4, 3]'], outputs: ['float32[?, 5, ?]'], constraints: ['? >= 3'] },
    ...fails,
  ],
};

/**
 * ConvInteger (since 10): Conv on 8-bit integers without rounding, zero points subtracted first; sizes as for Conv.
 * The zero point of w is a scalar or `[m]`.
 */
const ConvInteger: OperatorRow = {
  name: 'ConvInteger',
  cost: convolution(),
  infer: (cx) => [cx.tensor(convolve(cx, { x: 0, w: 1 })?.y, 'int32')],
  examples: [
    {
      inputs: ['uint8[n, 1, h, w]', 'uint8[4, 1, 3, 3]', 'uint8[]'],
      attributes: { pads: [1, 1, 1, 1] },
      outputs: ['int32[n, 4, h, w]'],
    },
    { inputs: ['uint8[1, 2, 5, 5]', 'uint8[4, 1, 3, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The scale or zero point of a weight: one element, or one per output channel. */
function requirePerChannel(cx: InferContext, i: number, features: Dim): void {
  const [size] = cx.rankBetween(i, 0, 1) ?? [];
  if (!size || (size.kind === 'const' && size.value === 1)) return;
  if (size.kind === 'const') cx.unify(features, size, `output channels and ${cx.inputName(i)}`);
  else cx.broadcast([features], [size]);
}

/**
 * QLinearConv (since 10): Conv on 8-bit integers with scales and zero points; sizes as for Conv, dtype of `y_zero_point`.
 */
const QLinearConv: OperatorRow = {
  name: 'QLinearConv',
  cost: convolution(3),
  settings: [1, 2, 4, 5, 6, 7],
  infer: (cx) => {
    const result = convolve(cx, { x: 0, w: 3, b: 8 });
    const features = result?.w[0];
    if (features) for (const i of [4, 5]) requirePerChannel(cx, i, features);
    return [cx.tensor(result?.y, cx.outputDType(0))];
  },
  examples: [
    {
      inputs: [
        'uint8[n, 3, h, w]',
        'float32[]',
        'uint8[]',
        'int8[8, 3, 3, 3]',
        'float32[8]',
        'int8[8]',
        'float32[]',
        'uint8[]',
        'int32[8]',
      ],
      attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
      outputs: ['uint8[n, 8, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    {
      inputs: [
        'uint8[1, 3, 8, 8]',
        'float32[]',
        'uint8[]',
        'int8[8, 3, 3, 3]',
        'float32[3]',
        'int8[]',
        'float32[]',
        'uint8[]',
      ],
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: [
        'uint8[1, 3, 8, 8]',
        'float32[]',
        'uint8[]',
        'int8[8, 2, 3, 3]',
        'float32[]',
        'int8[]',
        'float32[]',
        'uint8[]',
      ],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The shape of a deformable convolution of x, w, offset, b, mask; undefined where no input tells the rank. */
export function deformed(cx: InferContext): Shape | undefined {
  const result = convolve(cx, { x: 0, w: 1, b: 3 });
  if (!result) return undefined;
  const { x, y, windows } = result;
  const groups = requirePositive(cx, 'offset_group');
  if (x[1]) cx.divides(groups, x[1], 'input channels');
  const points = mul(groups, ...windows.map((window) => window.kernel));
  const [batch] = x;
  const sizes = y.slice(2);
  if (!batch) return undefined;
  cx.unifyShapes([batch, mul(points, windows.length), ...sizes], cx.ranked(2, y.length), 'expected shape and offset');
  if (cx.has(4)) cx.unifyShapes([batch, points, ...sizes], cx.ranked(4, y.length), 'expected shape and mask');
  return y;
}

/**
 * DeformConv (since 19): Conv that samples at learned offsets; sizes as for Conv.
 * offset `[n, offset_group*k1*k2*...*rank, y...]`, mask `[n, offset_group*k1*k2*..., y...]`, y being the output's spatial sizes.
 */
const DeformConv: OperatorRow = {
  name: 'DeformConv',
  cost: deformableConvolution,
  infer: (cx) => [cx.tensor(deformed(cx), cx.outputDType(0))],
  examples: [
    {
      inputs: [
        'float32[n, 4, h, w]',
        'float32[6, 2, 3, 3]',
        'float32[n, 36, h, w]',
        'float32[6]',
        'float32[n, 18, h, w]',
      ],
      attributes: { group: 2, offset_group: 2, pads: [1, 1, 1, 1] },
      outputs: ['float32[n, 6, h, w]'],
    },
    { inputs: ['float32[1, 1, 3, 3]', 'float32[1, 1, 2, 2]', 'float32[1, 8, 2, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const CONV_ROWS: readonly OperatorRow[] = [Conv, ConvInteger, QLinearConv, DeformConv];
