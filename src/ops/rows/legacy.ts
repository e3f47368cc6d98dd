// Operators that were tried in ai.onnx and taken out again before opset 10, and the copies that ONNX Runtime writes between devices.
import { sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { pick } from '../costs/movement.ts';
import { attributeLength } from '../rules/attribute-length.ts';
import { unaryRow } from '../rules/elementwise-row.ts';
import { sliceContent, sliceShape } from './slice.ts';

/** A row whose cases stand at opset 9, the last that has the operator. */
const atNine = (row: OperatorRow): OperatorRow => ({
  ...row,
  examples: row.examples.map((example) => ({ ...example, opset: 9 })),
});

/** A function of each element with coefficients that its kernel asks for. */
function coefficientRow(name: string): OperatorRow {
  const row = unaryRow(name);
  return { ...row, examples: row.examples.map((example) => ({ ...example, attributes: { alpha: 1, beta: 0.5 } })) };
}

/** ImageScaler (1 to 9): `scale * x + bias`, the bias per channel. `[n, c, h, w] -> [n, c, h, w]` with c values in `bias` */
const ImageScaler: OperatorRow = {
  name: 'ImageScaler',
  infer: (cx) => {
    const shape = cx.ranked(0, 4);
    const channels = shape[1];
    const count = attributeLength(cx, 'bias');
    if (channels && count > 0) cx.unify(constant(count), channels, 'values of bias and channels');
    return [cx.tensor(shape)];
  },
  examples: [
    { inputs: ['float32[n, 3, h, w]'], attributes: { bias: [1, 2, 3] }, outputs: ['float32[n, 3, h, w]'] },
    {
      inputs: ['float32[n, c, 4, 4]'],
      attributes: { bias: [1, 2, 3] },
      outputs: ['float32[n, 3, 4, 4]'],
      constraints: ['c == 3'],
    },
    { inputs: ['float32[n, 4, h, w]'], attributes: { bias: [1, 2, 3] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 3]'], attributes: { bias: [1, 2, 3] }, fails: 'RANK_MISMATCH' },
  ],
};

/** The sizes that Crop leaves of height and width: `scale` where it is given, else what the borders leave. */
function cropped(cx: InferContext, [n, c, height, width]: Shape): (Dim | number)[] | undefined {
  const [left = 0, top = 0, right = 0, bottom = 0] = cx.ints('border') ?? [];
  const scale = cx.ints('scale');
  if (!n || !c || !height || !width) return undefined;
  const kept = (size: Dim, begin: number, end: number, wanted: number | undefined): Dim => {
    const rest = sub(size, begin + (wanted ?? end));
    cx.atLeast(rest, 0, 'what Crop leaves of an axis');
    return wanted === undefined ? rest : constant(wanted);
  };
  return [n, c, kept(height, top, bottom, scale?.[0]), kept(width, left, right, scale?.[1])];
}

/** Crop (1 to 9): images without their `border` (left, top, right, bottom). `[n, c, h, w] -> [n, c, h - top - bottom, w - left - right]` */
const Crop: OperatorRow = {
  name: 'Crop',
  cost: pick,
  infer: (cx) => [cx.tensor(cropped(cx, cx.ranked(0, 4)))],
  examples: [
    {
      inputs: ['float32[n, 3, h, w]'],
      attributes: { border: [1, 2, 3, 4] },
      outputs: ['float32[n, 3, h - 6, w - 4]'],
      constraints: ['h >= 6', 'w >= 4'],
    },
    {
      inputs: ['float32[n, 3, h, 9]'],
      attributes: { border: [1, 2, 3, 4], scale: [2, 3] },
      outputs: ['float32[n, 3, 2, 3]'],
      constraints: ['h >= 4'],
    },
    { inputs: ['float32[n, 3, 5, 9]'], attributes: { border: [1, 2, 3, 4] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 3, 5]'], attributes: { border: [1, 2, 3, 4] }, fails: 'RANK_MISMATCH' },
  ],
};

/** DynamicSlice (1 to 9): Slice with its bounds as inputs, without steps. */
const DynamicSlice: OperatorRow = {
  name: 'DynamicSlice',
  cost: pick,
  infer: (cx) => [cx.tensor(sliceShape(cx))],
  content: (cx, [output]) => [sliceContent(cx, output)],
  examples: [
    {
      inputs: ['float32[b, s]', 'int64[1] = [1]', 'int64[1] = [-1]', 'int64[1] = [1]'],
      outputs: ['float32[b, max(s - 2, 0)]'],
    },
    { inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[1] = [4]'], outputs: ['float32[min(b, 4), s]'] },
    { inputs: ['int64[3] = [b, s, 4]', 'int64[1] = [1]', 'int64[1] = [9]'], outputs: ['int64[2] = [s, 4]'] },
    { inputs: ['float32[b, s]', 'int64[1] = [1]', 'int64[2] = [2, 3]'], fails: 'OP_INVALID' },
  ],
};

/** A copy between devices, which ONNX Runtime writes into models that it saves; the input as it is. */
function copyRow(name: string): OperatorRow {
  return {
    name,
    infer: (cx) => [cx.type(0)],
    content: (cx) => [cx.content(0)],
    examples: [
      { inputs: ['float32[b, s]'], outputs: ['float32[b, s]'] },
      { inputs: ['int64[2] = [b, 2]'], outputs: ['int64[2] = [b, 2]'] },
      { inputs: ['float32[n]', 'float32[n]'], fails: 'INPUT_COUNT' },
    ],
  };
}

/** The family: name (versions) and formula of each row. */
export const LEGACY_ROWS: readonly OperatorRow[] = [
  // Affine (1 to 9): alpha * x + beta
  unaryRow('Affine'),
  // ParametricSoftplus (1 to 9): alpha * ln(e^(beta * x) + 1)
  coefficientRow('ParametricSoftplus'),
  // Scale (1 to 9): scale * x
  unaryRow('Scale'),
  // ScaledTanh (1 to 9): alpha * tanh(beta * x)
  coefficientRow('ScaledTanh'),
  ImageScaler,
  Crop,
  DynamicSlice,
]
  .map(atNine)
  .concat(copyRow('MemcpyFromHost'), copyRow('MemcpyToHost'));
