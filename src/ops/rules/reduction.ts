// The axes of a reduction, and the shape and content that it leaves.
import { type Dim, hasUnknown } from '../../dim/dim.ts';
import { type Content, makeContent, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import { type Shape, staticShape, type ValueType } from '../../ir/type.ts';
import { keepsRank, withAdded, withOpen } from './backward.ts';
import type { BinaryRule } from './element-rules.ts';

/** Which axes a reduction takes: a list, all of them, or a known or unknown number of unknown ones. */
type Axes =
  | { readonly kind: 'list'; readonly axes: readonly number[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly count: number | undefined };

/** The axes as the node gives them, by attribute or, where the operator has it, by input 1. */
function givenAxes(cx: InferContext, byInput = true): Axes {
  if (!byInput || !cx.has(1)) {
    const axes = cx.ints('axes');
    return axes && axes.length > 0 ? { kind: 'list', axes } : noAxes(cx);
  }
  const axes = cx.integers(1);
  if (axes) return axes.length > 0 ? { kind: 'list', axes } : noAxes(cx);
  const [count] = cx.ranked(1, 1);
  if (count?.kind !== 'const') return { kind: 'some', count: undefined };
  return count.value > 0 ? { kind: 'some', count: count.value } : noAxes(cx);
}

/** No axes are all axes, unless the node says that they are none. */
function noAxes(cx: InferContext): Axes {
  return cx.int('noop_with_empty_axes', 0) === 0 ? { kind: 'all' } : { kind: 'list', axes: [] };
}

/**
 * The shape that a reduction of input 0 leaves; undefined where its rank is not known.
 *
 * @param byInput whether input 1, where given, is the axes; yes by default
 */
export function reducedShape(cx: InferContext, byInput = true): readonly (Dim | number)[] | undefined {
  const keep = cx.int('keepdims', 1) === 1;
  const axes = givenAxes(cx, byInput);
  const shape = cx.shape(0);
  if (!shape) return axes.kind === 'all' && !keep ? [] : undefined;
  if (axes.kind === 'some') return someReduced(cx, shape, axes.count, keep);
  if (axes.kind === 'list' && axes.axes.some((axis) => axis < 0) && !hasElements(cx, shape)) return undefined;
  const reduced = new Set(
    axes.kind === 'all' ? shape.keys() : axes.axes.map((axis) => cx.axis(axis, shape.length, 'axes')),
  );
  return keep ? shape.map((dim, i) => (reduced.has(i) ? 1 : dim)) : shape.filter((_, i) => !reduced.has(i));
}

/**
 * Requires that no size is 0: of an empty tensor ONNX Runtime (1.30, 1.32) takes no axis that is counted from the end, and leaves its
 * size in place. False where a size is 0 for certain, of which nothing can then be said.
 */
function hasElements(cx: InferContext, shape: Shape): boolean {
  if (shape.some((dim) => dim.kind === 'const' && dim.value === 0)) return false;
  for (const dim of shape) if (!hasUnknown(dim)) cx.atLeast(dim, 1, 'a size of a tensor that is reduced from the end');
  return true;
}

/** The shape where only the number of the reduced axes is known, or not even that. */
function someReduced(
  cx: InferContext,
  shape: Shape,
  count: number | undefined,
  keep: boolean,
): readonly (Dim | number)[] | undefined {
  // Two axes may be one: ONNX Runtime takes [1, -1] of a matrix as one axis.
  if (shape.length === 0 || (shape.length === 1 && count !== undefined)) return keep ? shape.map(() => 1) : [];
  // A kept axis has its size or 1; which ones depends on data.
  if (keep) return shape.map((dim, i) => (dim.kind === 'const' && dim.value === 1 ? dim : cx.fresh(`reduced${i}`)));
  if (count !== 1) return undefined;
  return shape.slice(1).map((next, i) => (shape[i] === next ? next : cx.fresh(`kept${i}`)));
}

/** The sizes of input 0 behind a reduction, those that were reduced open; undefined where the number of axes does not follow. */
export function unreducedShape(cx: InferContext, i: number, output: Shape): Shape | undefined {
  if (i !== 0) return undefined;
  const keep = cx.int('keepdims', 1) === 1;
  const axes = givenAxes(cx);
  if (axes.kind !== 'list') return keep ? keepsRank(cx, i, output) : undefined;
  return keep ? withOpen(output, axes.axes) : withAdded(output, axes.axes);
}

/** What a reduction does beside folding. */
export interface FoldSteps {
  /** The value over no elements. */
  readonly empty?: Scalar;
  /** What is folded in place of an element; the element itself by default. */
  readonly each?: ((element: Scalar) => Scalar) | undefined;
  /** What is made of the fold of `count` elements; nothing more by default. */
  readonly finish?: ((element: Scalar, count: number) => Scalar) | undefined;
}

/** The content of a reduction that folds elements with `rule`. */
export function reducedContent(
  cx: InferContext,
  output: ValueType | undefined,
  rule: BinaryRule,
  { empty, each, finish }: FoldSteps = {},
): Content | undefined {
  const content = cx.content(0);
  if (!content || output?.kind !== 'tensor') return undefined;
  const axes = givenAxes(cx);
  if (axes.kind === 'some') return undefined;
  const sizes = staticShape(output.shape);
  if (!sizes) return undefined;
  const reduced = new Set(
    axes.kind === 'all' ? content.shape.keys() : axes.axes.map((axis) => cx.axis(axis, content.shape.length, 'axes')),
  );
  const kept = content.shape.map((size, i) => (reduced.has(i) ? 1 : size));
  const elements: Scalar[] = Array.from({ length: elementCount(kept) }, () => empty);
  const started = elements.map(() => false);
  content.elements.forEach((given, at) => {
    const to = targetIndex(content.shape, kept, at);
    const element = each ? each(given) : given;
    elements[to] = started[to] ? rule(cx, content.dtype, elements[to], element) : element;
    started[to] = true;
  });
  const count = content.elements.length / Math.max(elements.length, 1);
  const finished = finish && count > 0 ? elements.map((element) => finish(element, count)) : elements;
  return makeContent(content.dtype, sizes, finished);
}

/** The index in a tensor of shape `to`, whose sizes are those of `from` or 1, of element `at` of `from`. */
function targetIndex(from: readonly number[], to: readonly number[], at: number): number {
  let rest = at;
  let index = 0;
  let stride = 1;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const size = from[axis] ?? 1;
    const position = rest % size;
    rest = (rest - position) / size;
    if (to[axis] !== 1) index += position * stride;
    stride *= to[axis] ?? 1;
  }
  return index;
}
