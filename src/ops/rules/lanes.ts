// Known content along one axis: lanes of elements, and what cumulative sums, arguments and sorted choices make of them.
import { constant } from '../../dim/dim.ts';
import { type Content, intOf, makeContent, type Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import type { ValueType } from '../../ir/type.ts';
import { compareLess } from './compare-elements.ts';
import { contentSizes } from './content-view.ts';
import type { BinaryRule } from './element-rules.ts';

/** The lanes of a shape along an axis: element `k` of lane `[outer, inner]` stands at `(outer*size + k)*inner_count + inner`. */
export interface Lanes {
  readonly size: number;
  readonly outer: number;
  readonly inner: number;
}

/** How a shape is cut into lanes along an axis. */
export function lanesOf(shape: readonly number[], axis: number): Lanes {
  return {
    size: shape[axis] ?? 1,
    outer: elementCount(shape.slice(0, axis)),
    inner: elementCount(shape.slice(axis + 1)),
  };
}

/**
 * Content whose lanes along `axis` are made of the source's lanes.
 *
 * @param shape the result's sizes; beside the axis those of the source, or without the axis where a lane gives one element
 */
export function mapLanes(
  source: Content,
  axis: number,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
  make: (lane: readonly Scalar[]) => readonly Scalar[] | undefined,
): Content | undefined {
  const { size, outer, inner } = lanesOf(source.shape, axis);
  const count = outer * inner;
  const length = count === 0 ? 0 : elementCount(shape) / count;
  const elements: Scalar[] = Array.from({ length: elementCount(shape) }, () => undefined);
  for (let i = 0; i < count; i++) {
    const [at, within] = [Math.floor(i / inner), i % inner];
    const lane = Array.from({ length: size }, (_, k) => source.elements[(at * size + k) * inner + within]);
    make(lane)?.forEach((element, k) => {
      elements[(at * length + k) * inner + within] = element;
    });
  }
  return makeContent(dtype, shape, elements);
}

/** What a sum or product so far gives at each place, of lanes along `axis`; `exclusive` and `reverse` as ONNX CumSum has them. */
export function cumulated(
  cx: InferContext,
  output: ValueType | undefined,
  axis: number,
  { rule, empty }: { readonly rule: BinaryRule; readonly empty: Scalar },
): Content | undefined {
  const source = cx.content(0);
  const shape = source && contentSizes(output);
  if (!shape) return undefined;
  const [exclusive, reverse] = [cx.int('exclusive', 0) !== 0, cx.int('reverse', 0) !== 0];
  return mapLanes(source, axis, { dtype: source.dtype, shape }, (given) => {
    const lane = reverse ? given.toReversed() : given;
    const sums: Scalar[] = [];
    let before: Scalar = empty;
    for (const [k, element] of lane.entries()) {
      const after = k === 0 ? element : rule(cx, source.dtype, before, element);
      sums.push(exclusive ? (k === 0 ? empty : before) : after);
      before = after;
    }
    return reverse ? sums.toReversed() : sums;
  });
}

/** The positions of a lane from the least element to the greatest, or the other way; undefined where the facts do not order it. */
export function sortedPositions(cx: InferContext, lane: readonly Scalar[], largest: boolean): number[] | undefined {
  const order: number[] = [];
  for (const [k, element] of lane.entries()) {
    let to = order.length;
    for (; to > 0; to--) {
      const other = lane[order[to - 1] ?? 0];
      const isBefore = largest ? compareLess(cx, other, element) : compareLess(cx, element, other);
      if (typeof isBefore !== 'boolean') return undefined;
      // Of equal elements the first stays first.
      if (!isBefore) break;
    }
    order.splice(to, 0, k);
  }
  return lane.some(isNaNumber) || (lane.length === 1 && lane[0] === undefined) ? undefined : order;
}

const isNaNumber = (element: Scalar): boolean => typeof element === 'number' && Number.isNaN(element);

/** The position of the greatest or least element of each lane along `axis`; the last of equal ones with `select_last_index`. */
export function argContent(
  cx: InferContext,
  output: ValueType | undefined,
  axis: number,
  largest: boolean,
): Content | undefined {
  const source = cx.content(0);
  const shape = source && contentSizes(output);
  if (!shape) return undefined;
  const last = cx.int('select_last_index', 0) !== 0;
  return mapLanes(source, axis, { dtype: 'int64', shape }, (given) => {
    const lane = last ? given.toReversed() : given;
    const first = sortedPositions(cx, lane, largest)?.[0];
    if (first === undefined) return undefined;
    return [constant(last ? lane.length - 1 - first : first)];
  });
}

/** The k greatest or least elements of each lane along `axis`, and their positions. */
export function topContents(
  cx: InferContext,
  outputs: readonly ValueType[],
  axis: number,
): readonly (Content | undefined)[] {
  const source = cx.content(0);
  const shape = source && contentSizes(outputs[0]);
  // Unsorted results have no order that could be told.
  if (!shape || cx.int('sorted', 1) === 0) return [];
  const largest = cx.int('largest', 1) !== 0;
  const k = shape[axis] ?? 0;
  const pick = (dtype: DType, element: (lane: readonly Scalar[], at: number) => Scalar): Content | undefined =>
    mapLanes(source, axis, { dtype, shape }, (lane) =>
      sortedPositions(cx, lane, largest)
        ?.slice(0, k)
        .map((at) => element(lane, at)),
    );
  return [pick(source.dtype, (lane, at) => lane[at]), pick('int64', (_, at) => constant(at))];
}

/** An index counted from the start, of an axis of `size`; undefined where it is not known or lies outside. */
export function positionOf(cx: InferContext, element: Scalar, size: number): number | undefined {
  const dim = typeof element === 'object' && element.kind !== 'ratio' ? cx.facts.simplify(element) : element;
  const index = intOf(dim);
  if (index === undefined) return undefined;
  const at = Number(index) < 0 ? Number(index) + size : Number(index);
  return at >= 0 && at < size ? at : undefined;
}
