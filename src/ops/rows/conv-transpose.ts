// Operators that enlarge spatial axes by a window: ConvTranspose and MaxUnpool.
import { add, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { transposedConvolution } from '../costs/contraction.ts';
import { copy } from '../costs/movement.ts';
import { requireGroups, requirePositive } from '../rules/channels.ts';
import { readWindow, spatialInts, transposedSize, weightKernel } from '../rules/window.ts';

/** What differs between forms of the transposed convolution. */
export interface TransposedForm {
  /** The input that is the bias; 2 by default. */
  readonly bias?: number;
  /** What pads beyond the attribute take from each spatial axis, undefined where that is not known; nothing by default. */
  readonly trims?: readonly (Dim | undefined)[];
}

/** The shape of a transposed convolution of input 0 by weight 1; undefined where no input tells the rank. */
export function transposed(cx: InferContext, { bias = 2, trims }: TransposedForm = {}): Shape | undefined {
  const rank = (cx.rankBetween(0, 3, Number.POSITIVE_INFINITY) ?? cx.rankBetween(1, 3, Number.POSITIVE_INFINITY))
    ?.length;
  const spatialRank = cx.ints('kernel_shape')?.length ?? (rank === undefined ? undefined : rank - 2);
  if (spatialRank === undefined) return undefined;
  const x = cx.ranked(0, spatialRank + 2);
  const w = cx.ranked(1, spatialRank + 2);
  const group = requirePositive(cx, 'group');
  const channels = cx.unifyAxes({ input: 0, axis: 1 }, { input: 1, axis: 0 }, 'input channels');
  requireGroups(cx, group, channels, 'input channels');
  const [batch] = x;
  const perGroup = w[1];
  if (!batch || !perGroup) return undefined;
  const features = mul(group, perGroup);
  if (cx.has(bias)) requireBias(cx, bias, group, features);
  const windows = readWindow(cx, weightKernel(cx, w.slice(2), cx.inputName(1)));
  const outputPadding = spatialInts(cx, 'output_padding', spatialRank, 0);
  const outputShape = cx.ints('output_shape')?.length ? spatialInts(cx, 'output_shape', spatialRank, 0) : undefined;
  // Over an empty axis, two spatial axes have a kernel that takes it; with one or three ONNX Runtime 1.30 ends the process.
  const takesEmpty = spatialRank === 2 && !trims;
  const sizes = windows.map((window, i) => {
    const explicit = outputShape?.[i];
    const before = x[i + 2] ?? constant(1);
    if (explicit !== undefined) {
      cx.atLeast(before, 1, `size of ${window.name}`);
      // What is asked for beyond the input's own size is output padding, which must stay below the stride.
      const most = add(mul(before, window.stride), sub(window.span, 1));
      cx.atLeast(most, explicit, `what ${window.name} can give at most`);
      return constant(explicit);
    }
    const size = transposedSize(cx, before, window, { outputPadding: outputPadding?.[i] ?? 0, takesEmpty });
    return trims ? trimmed(cx, size, trims[i]) : size;
  });
  return [batch, features, ...sizes];
}

function trimmed(cx: InferContext, size: Dim, trim: Dim | undefined): Dim {
  if (!trim) return cx.fresh('transposed', { min: 1 });
  const rest = sub(size, trim);
  cx.atLeast(rest, 1, 'output size');
  return rest;
}

function requireBias(cx: InferContext, bias: number, group: number, features: Dim): void {
  const [size] = cx.ranked(bias, 1);
  if (group === 1) cx.unifyAxes({ input: 1, axis: 1 }, { input: bias, axis: 0 }, 'output channels');
  else if (size)
    cx.unify(features, size, `output channels (group ${group} times axis 1 of ${cx.inputName(1)}) and bias`);
}

/**
 * ConvTranspose (since 1): the gradient of Conv with respect to its input.
 * `[n, c, d...] x [c, m/g, k...] -> [n, m, stride*(d - 1) + output_padding + dilation*(k - 1) + 1 - pads ...]`; `stride*d` for SAME
 * padding where that is smaller; `output_shape` where it is given. The group g divides c.
 */
const ConvTranspose: OperatorRow = {
  name: 'ConvTranspose',
  cost: transposedConvolution(),
  infer: (cx) => [cx.tensor(transposed(cx), cx.outputDType(0))],
  examples: [
    {
      inputs: ['float32[n, 64, h, w]', 'float32[64, 32, 2, 2]', 'float32[32]'],
      attributes: { strides: [2, 2] },
      outputs: ['float32[n, 32, 2*h, 2*w]'],
    },
    {
      inputs: ['float32[n, 64, h]', 'float32[64, 8, 3]', 'float32[32]'],
      attributes: { strides: [2], pads: [1, 1], output_padding: [1], group: 4 },
      outputs: ['float32[n, 32, 2*h]'],
    },
    {
      inputs: ['float32[n, 8, h]', 'float32[8, 4, 5]'],
      attributes: { strides: [3], auto_pad: 'SAME_UPPER' },
      outputs: ['float32[n, 4, 3*h]'],
    },
    {
      inputs: ['float32[n, 8, h]', 'float32[8, 4, 2]'],
      attributes: { strides: [3], auto_pad: 'SAME_UPPER' },
      outputs: ['float32[n, 4, 3*h - 1]'],
    },
    {
      inputs: ['float32[n, 8, h]', 'float32[8, 4, 1]'],
      attributes: { pads: [1, 1] },
      outputs: ['float32[n, 4, h - 2]'],
      constraints: ['h >= 3'],
    },
    {
      inputs: ['float32[n, 8, 10]', 'float32[8, 4, 3]'],
      attributes: { strides: [2], output_shape: [20] },
      outputs: ['float32[n, 4, 20]'],
    },
    {
      inputs: ['float32[n, 8, h]', 'float32[8, 4, 3]'],
      attributes: { strides: [2], output_shape: [20] },
      outputs: ['float32[n, 4, 20]'],
      constraints: ['h >= 9'],
    },
    {
      inputs: ['float32[n, 8, 8]', 'float32[8, 4, 3]'],
      attributes: { strides: [2], output_shape: [20] },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[n, 8, 0, w]', 'float32[8, 4, 2, 2]'], outputs: ['float32[n, 4, 1, w + 1]'] },
    { inputs: ['float32[n, 8, 0]', 'float32[8, 4, 2]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[n, 8, 0, w]', 'float32[8, 4, 3, 3]'],
      attributes: { strides: [2, 2], output_padding: [1, 1] },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[1, 3, 8]', 'float32[4, 3, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 4, 8]', 'float32[4, 3, 3]', 'float32[2]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[1, 4, 8]', 'float32[4, 3, 3]'],
      attributes: { output_shape: [1, 3, 10] },
      fails: 'ATTRIBUTE_INVALID',
    },
    { inputs: ['float32[1, 5, 8]', 'float32[5, 3, 3]'], attributes: { group: 2 }, fails: 'SHAPE_MISMATCH' },
  ],
};

function unpooled(cx: InferContext): Shape | undefined {
  const kernel = cx.ints('kernel_shape') ?? [];
  const x = cx.unifyShapes(cx.ranked(0, kernel.length + 2), cx.ranked(1, kernel.length + 2), 'shapes of X and I');
  const windows = readWindow(
    cx,
    (spatialInts(cx, 'kernel_shape', kernel.length, 1) ?? []).map((size) => constant(size)),
  );
  const [batch, channels] = x;
  if (!batch || !channels) return undefined;
  if (!cx.has(2)) {
    const sizes = windows.map(({ kernel: size, stride, begin, end, name }, i) => {
      const unpooledSize = add(mul(stride, sub(x[i + 2] ?? 1, 1)), size, -begin - end);
      cx.atLeast(unpooledSize, 1, `output size of ${name}`);
      return unpooledSize;
    });
    return [batch, channels, ...sizes];
  }
  const target = cx.dims(2);
  if (!target) return [batch, channels, ...windows.map(() => cx.fresh('unpooled', { min: 1 }))];
  return x.map((dim, i) => {
    const size = target[i];
    if (target.length !== x.length || !size) {
      return cx.fail('SHAPE_MISMATCH', `${cx.op}: output_shape needs ${x.length} elements, got ${target.length}`, {
        expected: String(x.length),
        actual: String(target.length),
      });
    }
    return i < 2 ? cx.unify(dim, size, `axis ${i} of X and output_shape`) : size;
  });
}

/**
 * MaxUnpool (since 9): puts elements back where MaxPool found them.
 * `[n, c, d...] -> [n, c, stride*(d - 1) + k - pads ...]`, or the sizes in `output_shape`.
 */
const MaxUnpool: OperatorRow = {
  name: 'MaxUnpool',
  cost: copy,
  infer: (cx) => [cx.tensor(unpooled(cx))],
  examples: [
    {
      inputs: ['float32[n, c, h, w]', 'int64[n, c, h, w]'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: ['float32[n, c, 2*h, 2*w]'],
    },
    {
      inputs: ['float32[n, c, h]', 'int64[n, c, h]', 'int64[3] = [n, c, 9]'],
      attributes: { kernel_shape: [2], strides: [2] },
      outputs: ['float32[n, c, 9]'],
    },
    { inputs: ['float32[1, 2, 3]', 'int64[1, 2, 4]'], attributes: { kernel_shape: [2] }, fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[1, 2, 3]', 'int64[1, 2, 3]', 'int64[1] = [6]'],
      attributes: { kernel_shape: [2] },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const CONV_TRANSPOSE_ROWS: readonly OperatorRow[] = [ConvTranspose, MaxUnpool];
