// Inputs that carry sizes, axes or indices: their elements as far as they are known, and dims where they are not.
import { type ConstDim, constant, type Dim, unknownDim } from '../../dim/dim.ts';
import { CONTENT_LIMIT, dimOf } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';

/**
 * The elements of an integer input of rank <= 1: each simplified under the facts, int64 ends saturated to +-(2^53 - 1),
 * undefined where not known; undefined as a whole where not even their number is known.
 */
export function sizeElements(cx: InferContext, i: number): readonly (Dim | undefined)[] | undefined {
  const content = cx.content(i);
  if (content && content.shape.length <= 1) {
    return content.elements.map((element) => {
      if (typeof element === 'bigint') {
        return constant(element > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER);
      }
      const dim = dimOf(element);
      return dim && cx.facts.simplify(dim);
    });
  }
  const shape = cx.shape(i);
  if (!shape || shape.length > 1) return undefined;
  const [length] = shape;
  if (length === undefined) return [undefined];
  return isListLength(length) ? Array.from({ length: length.value }, () => undefined) : undefined;
}

/** A length that a list of sizes or axes may have; a larger one is no rank, and making room for it is what an attack wants. */
function isListLength(length: Dim): length is ConstDim {
  return length.kind === 'const' && length.value <= CONTENT_LIMIT;
}

/** The number of elements of a list input of rank <= 1 where it is known, up to the number that content is kept for. */
export function listLength(cx: InferContext, i: number): number | undefined {
  const shape = cx.shape(i);
  if (!shape || shape.length > 1) return undefined;
  const [length] = shape;
  return length === undefined ? 1 : isListLength(length) ? length.value : undefined;
}

/** The one element of a scalar (or one-element) integer input; undefined where it is not known. */
export function sizeScalar(cx: InferContext, i: number): Dim | undefined {
  const elements = sizeElements(cx, i);
  return elements?.length === 1 ? elements[0] : undefined;
}

/** Axes given as input `i` in newer forms and as an attribute in older ones; `'absent'` where neither is given, undefined where not known. */
export function axesArgument(cx: InferContext, i: number, name = 'axes'): readonly number[] | 'absent' | undefined {
  return cx.has(i) ? cx.integers(i) : (cx.ints(name) ?? 'absent');
}

/** `rank` sizes that are open because the rank of an input is: a batch that fixes it settles them. */
export function openShape(rank: number): Dim[] {
  return Array.from({ length: rank }, () => unknownDim());
}

/** Sizes that depend on data, one for each axis of the shape, none above the size there. */
export function freshWithin(cx: InferContext, shape: Shape, hint: string): Dim[] {
  return shape.map((dim) => cx.fresh(hint, { max: dim }));
}

/** Whether a dim is at least `least` in every valid run. */
export function isAtLeast(cx: InferContext, dim: Dim, least: number): boolean {
  return cx.facts.range(dim).min >= least;
}
