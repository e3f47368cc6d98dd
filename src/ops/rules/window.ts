// Sizes of sliding windows: what convolutions and pools make of a spatial axis, as ONNX Runtime computes it.
import { add, ceilDiv, floorDiv, minOf, mul, sub } from '../../dim/arithmetic.ts';
import { constant, constOf, type Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';

/** How `auto_pad` pads; NOTSET takes the attribute `pads`. */
export type AutoPad = 'NOTSET' | 'VALID' | 'SAME_UPPER' | 'SAME_LOWER';

const AUTO_PADS: readonly string[] = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] satisfies AutoPad[];

/** How a window moves along one spatial axis. */
export interface AxisWindow {
  /** Elements of the kernel. */
  readonly kernel: Dim;
  /** The elements that the dilated kernel spans: `dilation*(kernel - 1) + 1`. */
  readonly span: Dim;
  readonly stride: number;
  readonly dilation: number;
  /** Elements before and behind the axis; 0 unless `auto_pad` is NOTSET. */
  readonly begin: number;
  readonly end: number;
  readonly autoPad: AutoPad;
  /** Names the axis in messages: `spatial axis 0`. */
  readonly name: string;
}

/**
 * Reads `strides`, `dilations`, `pads` and `auto_pad` for the spatial axes that a kernel has.
 *
 * @param kernel the kernel's sizes, one per spatial axis
 * @throws ATTRIBUTE_INVALID (caught by the engine) when an attribute has another length, or a value that no window has
 */
export function readWindow(cx: InferContext, kernel: readonly Dim[]): readonly AxisWindow[] {
  const rank = kernel.length;
  const strides = spatialInts(cx, 'strides', rank, 1);
  const dilations = spatialInts(cx, 'dilations', rank, 1);
  const autoPad = readAutoPad(cx);
  // ONNX: pads cannot be used with auto_pad; pools of ONNX Runtime then ignore them.
  const pads = autoPad === 'NOTSET' ? spatialInts(cx, 'pads', 2 * rank) : undefined;
  return kernel.map((size, i) => {
    const dilation = dilations?.[i] ?? 1;
    return {
      kernel: size,
      span: dilation === 1 ? size : add(mul(dilation, sub(size, 1)), 1),
      stride: strides?.[i] ?? 1,
      dilation,
      begin: pads?.[i] ?? 0,
      end: pads?.[i + rank] ?? 0,
      autoPad,
      name: `spatial axis ${i}`,
    };
  });
}

/**
 * Reads an attribute that has one integer per spatial axis; undefined where it is not given.
 *
 * @param least the smallest value allowed, none by default
 * @throws ATTRIBUTE_INVALID (caught by the engine) when it has another length or a smaller value
 */
export function spatialInts(
  cx: InferContext,
  name: string,
  length: number,
  least = Number.NEGATIVE_INFINITY,
): readonly number[] | undefined {
  const values = cx.ints(name);
  if (!values) return undefined;
  const text = `[${values.join(', ')}]`;
  if (values.length !== length) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: ${name} needs ${length} values here, got ${values.length}: ${text}`, {
      expected: `${length} values`,
      actual: text,
    });
  }
  if (values.some((value) => value < least)) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: every value of ${name} must be at least ${least}, got ${text}`, {
      expected: `>= ${least}`,
      actual: text,
    });
  }
  return values;
}

function readAutoPad(cx: InferContext): AutoPad {
  const value = cx.string('auto_pad', 'NOTSET');
  // Empty text counts as NOTSET, as ONNX Runtime reads it.
  const index = AUTO_PADS.indexOf(value === '' ? 'NOTSET' : value);
  if (index < 0) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: auto_pad must be ${AUTO_PADS.join(', ')}, got ${value}`, {
      expected: AUTO_PADS.join(', '),
      actual: value,
    });
  }
  return (['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const)[index] ?? 'NOTSET';
}

/** Tells whether the padding is chosen so that a stride of 1 keeps the size. */
export function isSame(autoPad: AutoPad): boolean {
  return autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
}

/**
 * The size that a convolution gives an axis: `(size + pads - span) // stride + 1`, `ceildiv(size, stride)` for SAME padding.
 * Requires that the kernel fits at least once: below that ONNX Runtime refuses the run.
 */
export function convSize(cx: InferContext, size: Dim, window: AxisWindow): Dim {
  if (isSame(window.autoPad)) {
    // ONNX Runtime refuses an empty axis that has no padding of its own.
    cx.atLeast(size, 1, `size of ${window.name}`);
    return ceilDiv(size, window.stride);
  }
  return slide(cx, add(size, window.begin + window.end), window);
}

/** The number of windows in a padded axis; requires that there is one. */
function slide(cx: InferContext, padded: Dim, { span, stride, name }: AxisWindow): Dim {
  // Below it C++ division rounds to zero where `//` rounds down: ONNX Runtime gives another size or fails.
  cx.atLeast(padded, constOf(span) ?? span, `padded size of ${name}`);
  return add(floorDiv(sub(padded, span), stride), 1);
}

/**
 * The size that a pool gives an axis. With `ceil` the last window may hang over the end, but must start inside the input or the
 * padding before it; ONNX Runtime drops it otherwise. Source: onnxruntime core/providers/cpu/nn/pool_attributes.h.
 */
export function poolSize(cx: InferContext, size: Dim, window: AxisWindow, ceil: boolean): Dim {
  const { kernel, span, stride, dilation, begin, end } = window;
  // ONNX Runtime's pools take no empty axis but the batch.
  cx.atLeast(size, 1, `size of ${window.name}`);
  if (isSame(window.autoPad)) {
    const windows = ceilDiv(size, stride);
    // Elements behind the last window would be padding below zero, which all but the newest kernels refuse.
    if (refusesGaps(cx))
      cx.atLeast(add(mul(sub(windows, 1), stride), kernel), size, `what windows cover of ${window.name}`);
    if (dilation === 1) return windows;
    // ONNX Runtime pads for the kernel without its dilation, so that (windows - 1)*stride + kernel elements are covered.
    if (ceil) return atLeastZero(cx, sub(windows, floorDiv(sub(span, kernel), stride)), window);
    return slide(cx, add(mul(sub(windows, 1), stride), kernel), window);
  }
  const length = constOf(kernel);
  if (length !== undefined && Math.max(begin, end) >= length) {
    // A window of nothing but padding: ONNX Runtime refuses the node.
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: pads of ${window.name} must be smaller than its kernel, ${length}`, {
      expected: `< ${length}`,
      actual: `${begin} and ${end}`,
    });
  }
  if (!ceil) return slide(cx, add(size, begin + end), window);
  // min(ceildiv(size + begin + end - span, stride) + 1, ceildiv(size + begin, stride)), decided by constants.
  const overhang = Math.min(0, end + stride - (constOf(span) ?? 0));
  return atLeastZero(cx, ceilDiv(add(size, begin + overhang), stride), window);
}

/** The versions of AveragePool and LpPool that have a kernel of their own in ONNX Runtime, which takes SAME windows with gaps. */
const TAKES_GAPS: ReadonlyMap<string, number> = new Map([
  ['AveragePool', 19],
  ['LpPool', 18],
]);

function refusesGaps({ op, version }: InferContext): boolean {
  return version < (TAKES_GAPS.get(op) ?? Number.POSITIVE_INFINITY);
}

function atLeastZero(cx: InferContext, size: Dim, window: AxisWindow): Dim {
  cx.atLeast(size, 0, `pooled size of ${window.name}`);
  return size;
}

/**
 * The size that a transposed convolution gives an axis: `stride*(size - 1) + output_padding + span - pads`; SAME padding cuts it
 * to `stride*size` where it is larger. Requires at least 1. Source: onnxruntime core/providers/cpu/nn/conv_transpose_attributes.h.
 *
 * @param takesEmpty whether the axis may be empty where something is left of the kernel
 */
export function transposedSize(
  cx: InferContext,
  size: Dim,
  window: AxisWindow,
  { outputPadding, takesEmpty }: { readonly outputPadding: number; readonly takesEmpty: boolean },
): Dim {
  const { span, stride, begin, end, name } = window;
  const full = add(mul(stride, sub(size, 1)), outputPadding, span);
  // With an output padding, or to reach a given size, ONNX Runtime refuses an empty axis.
  if (!takesEmpty || outputPadding > 0 || isSame(window.autoPad)) cx.atLeast(size, 1, `size of ${name}`);
  if (isSame(window.autoPad)) return minOf(mul(stride, size), full);
  const result = sub(full, begin + end);
  cx.atLeast(result, 1, `output size of ${name}`);
  return result;
}

/** The kernel that a weight's spatial sizes and `kernel_shape`, where given, agree on. */
export function weightKernel(cx: InferContext, spatial: readonly Dim[], weightName: string): readonly Dim[] {
  const declared = spatialInts(cx, 'kernel_shape', spatial.length, 1);
  if (!declared) return spatial;
  return spatial.map((dim, i) => {
    const size = declared[i];
    return size === undefined ? dim : cx.unify(constant(size), dim, `kernel_shape and ${weightName} axis ${i + 2}`);
  });
}
