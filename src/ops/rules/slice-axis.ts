// The length of a slice along one axis: ONNX's clamping written with min and max only where they matter.
import { add, ceilDiv, maxOf, minOf, mul, neg, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim, hasFresh } from '../../dim/dim.ts';
import { EVERYTHING } from '../../dim/interval.ts';
import type { InferContext } from '../../ir/operator.ts';

/** Start, end and step of one axis; undefined where not known. */
export interface SliceBounds {
  readonly start: Dim | undefined;
  readonly end: Dim | undefined;
  readonly step: Dim | undefined;
}

/** Ends that mean "to the far end" whatever the size is: the greatest int64, here saturated, and int32 (ONNX Runtime's slice_helper.h). */
const FAR_ENDS: readonly number[] = [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1];

const HIGHEST = constant(Number.MAX_SAFE_INTEGER);
const LOWEST = constant(Number.MIN_SAFE_INTEGER);
/** A bound that is a longer expression than this helps no proof. */
const MAX_BOUND_SIZE = 24;

const isFarEnd = (dim: Dim): boolean => dim.kind === 'const' && FAR_ENDS.includes(dim.value);
/** Bounds beyond every size, which stays below 2^53. */
const isHighest = (dim: Dim): boolean => dim.kind === 'const' && dim.value === Number.MAX_SAFE_INTEGER;
const isLowest = (dim: Dim): boolean => dim.kind === 'const' && dim.value === Number.MIN_SAFE_INTEGER;

/** 1 where a bound counts from the start, -1 where from the end; undefined where sizes decide that. */
function signOf(cx: InferContext, bound: Dim): 1 | -1 | undefined {
  if (bound.kind === 'const') return bound.value >= 0 ? 1 : -1;
  if (cx.facts.atMost(0, bound) === 'true') return 1;
  return cx.facts.atMost(bound, -1) === 'true' ? -1 : undefined;
}

/**
 * The length of `size` elements sliced by `bounds`: a size in terms of inputs where the bounds and the step's sign are known, else a fresh symbol that is
 * at most what the known ones leave. Source: ONNX Slice-13, with ONNX Runtime's reading of INT_MAX under a negative step.
 *
 * @throws OP_INVALID (caught by the engine) when the step is 0
 */
export function sliceLength(cx: InferContext, size: Dim, { start, end, step }: SliceBounds): Dim {
  if (step?.kind === 'const' && step.value === 0) cx.fail('OP_INVALID', 'Slice: a step must not be 0', { actual: '0' });
  const range = step ? cx.facts.range(step) : EVERYTHING;
  const [forward, backward] = [range.min >= 1, range.max <= -1];
  if (!start || !end || !step || forward === backward) {
    const most = mostSliced(cx, size, { start, end, step });
    const length = cx.fresh('slice', { max: size });
    if (most !== size && most.size <= MAX_BOUND_SIZE)
      cx.facts.give({ kind: 'atMost', left: length, right: most, origins: [] });
    return length;
  }
  const length = forward ? forwardLength(cx, size, start, end) : backwardLength(cx, size, start, end);
  const steps = stepped(length, forward ? step : neg(step));
  const sliced = cx.facts.simplify(cx.facts.atMost(0, steps) === 'true' ? steps : maxOf(steps, 0));
  // An expression too long to keep, with a symbol in the place of a part of it, says less than a bounded size.
  if (hasFresh(sliced) && ![size, start, end, step].some(hasFresh)) return cx.fresh('slice', { max: size });
  return sliced;
}

/** How many of `length` elements in a row a stride takes; one past the end takes one element at most. */
function stepped(length: Dim, stride: Dim): Dim {
  return isHighest(stride) ? minOf(length, 1) : ceilDiv(length, stride);
}

/** The greatest length where a bound or the sign of the step is not known: that of the longer direction, the open bounds at their far ends. */
function mostSliced(cx: InferContext, size: Dim, { start, end, step }: SliceBounds): Dim {
  const { min, max } = step ? cx.facts.range(step) : EVERYTHING;
  const lengths: Dim[] = [constant(0)];
  if (max >= 1) {
    lengths.push(stepped(forwardLength(cx, size, start ?? LOWEST, end ?? HIGHEST), constant(Math.max(min, 1))));
  }
  if (min <= -1) {
    lengths.push(stepped(backwardLength(cx, size, start ?? HIGHEST, end ?? LOWEST), constant(Math.max(-max, 1))));
  }
  return cx.facts.simplify(maxOf(...lengths));
}

/** A bound counted from the start of the axis, not clamped: a negative one counts from the end. */
function counted(cx: InferContext, bound: Dim, size: Dim): Dim {
  const sign = signOf(cx, bound);
  if (sign) return sign > 0 ? bound : add(bound, size);
  // 1 below zero, else 0: min(max(-x, 0), 1)
  return add(bound, mul(size, minOf(maxOf(neg(bound), 0), 1)));
}

/**
 * `end - start`, not yet raised to 0, for a positive step: start is clamped to [0, size] and end likewise. The upper bound of start and
 * the lower bound of end need no words: past them the length is negative and becomes 0.
 */
function forwardLength(cx: InferContext, size: Dim, start: Dim, end: Dim): Dim {
  if (isHighest(start) || isLowest(end)) return constant(0);
  const last = isFarEnd(end) ? size : signOf(cx, end) === -1 ? add(end, size) : minOf(counted(cx, end, size), size);
  if (isLowest(start)) return last;
  const first = counted(cx, start, size);
  // last - max(first, 0)
  return signOf(cx, start) === 1 ? sub(last, first) : minOf(sub(last, first), last);
}

/** `start - end` for a negative step: start is clamped to [0, size - 1], end to [-1, size]. */
function backwardLength(cx: InferContext, size: Dim, start: Dim, end: Dim): Dim {
  const first = backwardStart(cx, size, start);
  const all = add(first, 1);
  if (isFarEnd(end) || isLowest(end)) return minOf(all, size);
  const length = sub(first, counted(cx, end, size));
  // An axis of size 0 has nothing to give, whatever the clamps say.
  return minOf(length, signOf(cx, end) === 1 ? length : all, size);
}

function backwardStart(cx: InferContext, size: Dim, start: Dim): Dim {
  const top = sub(size, 1);
  if (isHighest(start)) return top;
  if (isLowest(start)) return constant(0);
  const first = counted(cx, start, size);
  const sign = signOf(cx, start);
  const capped = sign === -1 ? first : minOf(first, top);
  return sign === 1 ? capped : maxOf(capped, 0);
}
