// The domain of ONNX Runtime's own operators, and what many of its rows share.
import { mul } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { attempt } from './integer-elements.ts';
import { scalarInput } from './scalar-input.ts';

/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** Rows as rows of com.microsoft, or of another domain of ONNX Runtime. */
export function inMicrosoft(rows: readonly OperatorRow[], domain = MICROSOFT): readonly OperatorRow[] {
  return rows.map((row) => ({ ...row, domain }));
}

/** Requires that each of the inputs, where given, has one element: a scale or zero point for a whole tensor. */
export function requireScalars(cx: InferContext, inputs: readonly number[]): void {
  for (const i of inputs) scalarInput(cx, i);
}

/** Requires that input `i`, where given, is a vector of `size` elements, which `what` names for the message. */
export function requireVector(cx: InferContext, i: number, size: Dim | undefined, what: string): void {
  const [length] = cx.has(i) ? cx.ranked(i, 1) : [];
  if (length && size) cx.unify(size, length, `${what} and ${cx.inputName(i)}`);
}

/** Requires that input `i`, where given, has `size` elements in whatever shape; `what` names them for the message. */
export function requireCount(cx: InferContext, i: number, size: Dim | undefined, what: string): void {
  const count = cx.has(i) ? elementsOf(cx, i) : undefined;
  if (count && size) cx.unify(size, count, `${what} and elements of ${cx.inputName(i)}`);
}

/** The number of elements of input `i`; undefined where its rank is not known, or the number passes 2^53. */
export function elementsOf(cx: InferContext, i: number): Dim | undefined {
  const shape = cx.shape(i);
  return shape && attempt(() => mul(1, ...shape));
}

/** Requires that inputs `a` and `b`, where both are given, have one shape; returns the one to go on with. */
export function sameShapes(cx: InferContext, a: number, b: number): Shape | undefined {
  const left = cx.shape(a);
  const right = cx.has(b) ? cx.shape(b) : undefined;
  if (!left || !right) return left ?? right;
  return cx.unifyShapes(left, right, `shapes of ${cx.inputName(a)} and ${cx.inputName(b)}`);
}
