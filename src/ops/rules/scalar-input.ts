// Inputs that hold one number: a scalar, or one axis of size 1 where ONNX Runtime takes that too.
import type { Dim } from '../../dim/dim.ts';
import { constant } from '../../dim/dim.ts';
import { dimOf, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';

/**
 * Requires that input `i`, where given, has one element: rank 0, or rank 1 and size 1.
 *
 * @throws RANK_MISMATCH, SHAPE_MISMATCH (caught by the engine) when it has not
 */
export function scalarInput(cx: InferContext, i: number): void {
  const [size] = cx.has(i) ? (cx.rankBetween(i, 0, 1) ?? []) : [];
  if (size) cx.unify(size, constant(1), `the size of ${cx.inputName(i)} and 1`);
}

/** The only element of input `i`, simplified; undefined where it is not known. */
export function scalarElement(cx: InferContext, i: number): Scalar {
  const element = cx.content(i)?.elements[0];
  const dim = dimOf(element);
  return dim ? cx.facts.simplify(dim) : element;
}

/** The only element of input `i` as a dim; undefined where it is not known. */
export function scalarDim(cx: InferContext, i: number): Dim | undefined {
  return dimOf(scalarElement(cx, i));
}
