// The length of a slice along one axis: ONNX's clamping written with min and max only where they matter.
import { add, ceilDiv, maxOf, minOf, neg, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';

/** Start, end and step of one axis; undefined where not known. */
export interface SliceBounds {
  readonly start: Dim | undefined;
  readonly end: Dim | undefined;
  readonly step: Dim | undefined;
}

/** Ends that mean "to the far end" whatever the size is: int64 and int32 (ONNX Runtime's slice_helper.h), and saturated int64. */
const FAR_ENDS: readonly number[] = [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1];

const isFar = (dim: Dim): boolean => dim.kind === 'const' && FAR_ENDS.includes(dim.value);
const isLowest = (dim: Dim): boolean => dim.kind === 'const' && dim.value <= -(2 ** 31 - 1);

/** 1 where a bound counts from the start, -1 where from the end; undefined where sizes decide that. */
function signOf(cx: InferContext, bound: Dim): 1 | -1 | undefined {
  const { min, max } = cx.facts.range(bound);
  return min >= 0 ? 1 : max < 0 ? -1 : undefined;
}

/**
 * The length of `size` elements sliced by `bounds`: a size in terms of inputs wherever signs are known, else a fresh symbol that is
 * at most `size`. Source: ONNX Slice-13, with ONNX Runtime's reading of INT_MAX under a negative step.
 *
 * @throws OP_INVALID (caught by the engine) when the step is 0
 */
export function sliceLength(cx: InferContext, size: Dim, { start, end, step }: SliceBounds): Dim {
  if (step?.kind === 'const' && step.value === 0) cx.fail('OP_INVALID', 'Slice: a step must not be 0', { actual: '0' });
  const range = step && cx.facts.range(step);
  const length =
    start && end && range
      ? range.min >= 1
        ? forwardLength(cx, size, start, end)
        : range.max <= -1
          ? backwardLength(cx, size, start, end)
          : undefined
      : undefined;
  if (!length || !step) return cx.fresh('slice', { max: size });
  const stride = range && range.min >= 1 ? step : neg(step);
  const kept = stride.kind === 'const' && stride.value === 1 ? length : ceilDiv(length, stride);
  return cx.facts.simplify(maxOf(kept, 0));
}

/**
 * `end - start`, not yet raised to 0, for a positive step: start is clamped to [0, size] and end likewise. The upper bound of start and
 * the lower bound of end need no words: past them the length is negative and becomes 0.
 */
function forwardLength(cx: InferContext, size: Dim, start: Dim, end: Dim): Dim | undefined {
  const [from, to] = [signOf(cx, start), signOf(cx, end)];
  if (!from || !to) return undefined;
  const last = isFar(end) ? size : to > 0 ? minOf(end, size) : isLowest(end) ? constant(0) : add(end, size);
  if (from > 0) return isFar(start) ? constant(0) : sub(last, start);
  if (isLowest(start)) return last;
  // last - max(start + size, 0)
  return minOf(sub(sub(last, start), size), last);
}

/** `start - end` for a negative step: start is clamped to [0, size - 1], end to [-1, size]. */
function backwardLength(cx: InferContext, size: Dim, start: Dim, end: Dim): Dim | undefined {
  const [from, to] = [signOf(cx, start), signOf(cx, end)];
  if (!from || !to) return undefined;
  const top = sub(size, 1);
  const first = from > 0 ? minOf(start, top) : isLowest(start) ? constant(0) : maxOf(add(start, size), 0);
  const all = add(first, 1);
  const length = isFar(end) || isLowest(end) ? all : to > 0 ? sub(first, end) : minOf(sub(sub(first, end), size), all);
  // An axis of size 0 has nothing to give, whatever the clamps say.
  return minOf(length, size);
}
