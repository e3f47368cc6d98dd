// Operators that resample an image to other sizes: Resize and Upsample.
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { resizeCost } from '../costs/window.ts';
import { keepsRank } from '../rules/backward.ts';
import { keepAspect, scaledSize } from '../rules/resize-scale.ts';
import { listLength, sizeElements } from '../rules/size-elements.ts';

/** Applies `resize` to the sizes of `axes` and leaves the others. */
function onAxes(x: Shape, axes: readonly number[], sizes: readonly Dim[]): Shape {
  return x.map((dim, axis) => sizes[axes.indexOf(axis)] ?? dim);
}

/** Requires that input `i` has one element per axis. */
function requireLength(cx: InferContext, i: number, axes: readonly number[]): void {
  const length = listLength(cx, i);
  if (length === undefined || length === axes.length) return;
  cx.fail('SHAPE_MISMATCH', `${cx.op}: ${cx.inputName(i)} needs ${axes.length} elements, one per axis, got ${length}`, {
    expected: String(axes.length),
    actual: String(length),
  });
}

/** The size that element `k` of input `i`, the scales, makes; a scale that was computed from sizes is rounded, and its result open. */
function scaleAxis(cx: InferContext, size: Dim, i: number, k: number): Dim {
  const scale = cx.content(i)?.elements[k];
  return typeof scale === 'number' ? scaledSize(cx, size, scale) : cx.fresh('resized');
}

function resizeByScales(cx: InferContext, x: Shape, i: number, axes: readonly number[]): Shape {
  requireLength(cx, i, axes);
  const sizes = axes.map((axis, k) => {
    const size = x[axis];
    return size ? scaleAxis(cx, size, i, k) : cx.fresh('resized');
  });
  return onAxes(x, axes, sizes);
}

const POLICIES: readonly string[] = ['stretch', 'not_larger', 'not_smaller'];

function resizeBySizes(cx: InferContext, x: Shape, i: number, axes: readonly number[]): Shape {
  requireLength(cx, i, axes);
  const elements = sizeElements(cx, i);
  const targets = axes.map((_, k) => elements?.[k] ?? cx.fresh('resized', { min: 1 }));
  const policy = cx.string('keep_aspect_ratio_policy', 'stretch');
  if (!POLICIES.includes(policy)) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: keep_aspect_ratio_policy must be ${POLICIES.join(', ')}, got ${policy}`, {
      expected: POLICIES.join(', '),
      actual: policy,
    });
  }
  axes.forEach((axis, k) => {
    const [size, target] = [x[axis], targets[k]];
    // An axis that stays as it is may be empty.
    if (!size || !target || size === target) return;
    cx.atLeast(target, 1, 'requested size');
    cx.atLeast(size, 1, 'size of an axis that is resized');
  });
  if (policy !== 'not_larger' && policy !== 'not_smaller') return onAxes(x, axes, targets);
  // ONNX Runtime leaves axes counted from the end out of account here, against the specification.
  if (cx.ints('axes')?.some((axis) => axis < 0))
    return onAxes(
      x,
      axes,
      axes.map(() => cx.fresh('resized')),
    );
  const own = axes.flatMap((axis) => x[axis] ?? []);
  return onAxes(x, axes, keepAspect(cx, own, targets, policy));
}

/** Whether input `i` is given and not the empty list that Resize-11 takes for an absent one. */
function isGiven(cx: InferContext, i: number): boolean {
  return cx.has(i) && listLength(cx, i) !== 0;
}

function resize(cx: InferContext): Shape | undefined {
  const x = cx.shape(0);
  if (cx.version < 11) return x && resizeByScales(cx, x, 1, [...x.keys()]);
  if (isGiven(cx, 2) === isGiven(cx, 3)) {
    cx.fail('OP_INVALID', `${cx.op} takes either scales or sizes, got ${isGiven(cx, 2) ? 'both' : 'none'}`, {
      expected: 'scales or sizes',
      actual: isGiven(cx, 2) ? 'both' : 'none',
    });
  }
  if (!x) return undefined;
  const given = cx.ints('axes');
  const axes = given ? cx.axes(given, x.length) : [...x.keys()];
  return isGiven(cx, 3) ? resizeBySizes(cx, x, 3, axes) : resizeByScales(cx, x, 2, axes);
}

/**
 * Resize (since 10): resampling to `floor(size * scale)` per axis, or to `sizes`; the region of interest leaves the sizes alone, as
 * in ONNX Runtime. The product is taken in float32: a formula is given where that is exact, else a fresh size within bounds.
 */
const Resize: OperatorRow = {
  name: 'Resize',
  cost: resizeCost,
  settings: [1, 2],
  infer: (cx) => [cx.tensor(resize(cx))],
  backward: keepsRank,
  examples: [
    {
      inputs: ['float32[n, 3, h, w]', null, 'float32[4] = [1, 1, 2, 0.5]'],
      outputs: ['float32[n, 3, 2*h, w//2]'],
      bounds: ['h <= 16777216', 'w <= 16777216'],
    },
    {
      inputs: ['float32[n, 3, h, w]', null, null, 'int64[2] = [2*h, 224]'],
      attributes: { axes: [-2, 3] },
      outputs: ['float32[n, 3, 2*h, 224]'],
    },
    { inputs: ['float32[1, 1, 10, 10]', null, 'float32[4] = [1, 1, 0.7, 0.6]'], outputs: ['float32[1, 1, 7, 6]'] },
    { inputs: ['float32[n, 10]', 'float32[2] = [1, 0.5]'], opset: 10, outputs: ['float32[n, 5]'] },
    {
      inputs: ['float32[n, 10, 20]', 'float32[0]', 'float32[0]', 'int64[3] = [n, 3, 4]'],
      opset: 11,
      outputs: ['float32[n, 3, 4]'],
    },
    {
      inputs: ['float32[n, 3, 10, 20]', null, null, 'int64[2] = [7, 9]'],
      attributes: { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
      outputs: ['float32[n, 3, 5, 9]'],
    },
    { inputs: ['float32[n, 4]', null, 'float32[3] = [1, 2, 2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 4]', null, 'float32[2] = [1, 2]', 'int64[2] = [1, 8]'], fails: 'OP_INVALID' },
    { inputs: ['float32[n, 4]', null, null, 'int64[2] = [1, 0]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 0]', null, null, 'int64[2] = [1, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 4]', null, 'float32[2] = [1, -1]'], fails: 'OP_INVALID' },
    {
      inputs: ['float32[n, 4]', null, null, 'int64[1] = [8]'],
      attributes: { axes: [1], keep_aspect_ratio_policy: 'keep' },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** The scales of Upsample below version 9, from its attributes; undefined in version 9. */
function scaleAttributes(cx: InferContext): readonly number[] | undefined {
  const height = cx.float('height_scale');
  const width = cx.float('width_scale');
  if (height !== undefined && width !== undefined) return [1, 1, height, width];
  const scales = cx.attribute('scales');
  return scales?.kind === 'floats' ? scales.value : undefined;
}

function upsample(cx: InferContext): Shape | undefined {
  const scales = scaleAttributes(cx);
  const x = scales ? cx.ranked(0, scales.length) : cx.shape(0);
  if (!scales) return x && resizeByScales(cx, x, 1, [...x.keys()]);
  return x?.map((dim, i) => scaledSize(cx, dim, scales[i] ?? 1));
}

/** Upsample (1 to 9): `floor(size * scale)` per axis, in float32 as for Resize. */
const Upsample: OperatorRow = {
  name: 'Upsample',
  cost: resizeCost,
  settings: [1],
  infer: (cx) => [cx.tensor(upsample(cx))],
  examples: [
    {
      inputs: ['float32[n, c, h, 8]', 'float32[4] = [1, 1, 2, 2.5]'],
      opset: 9,
      outputs: ['float32[n, c, 2*h, 20]'],
      bounds: ['h <= 16777216'],
    },
    { inputs: ['float32[n, 8]'], attributes: { scales: [1, 1.5] }, opset: 7, outputs: ['float32[n, 12]'] },
    {
      inputs: ['float32[n, c, 4, 8]'],
      attributes: { height_scale: 2, width_scale: 3 },
      opset: 1,
      outputs: ['float32[n, c, 8, 24]'],
    },
    { inputs: ['float32[n, 8]'], attributes: { scales: [1, 1.5, 2] }, opset: 7, fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const RESIZE_ROWS: readonly OperatorRow[] = [Resize, Upsample];
