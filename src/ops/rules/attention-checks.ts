// What the attention operators of ONNX Runtime ask of masks, biases, caches and head sizes alike.
import { add, floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { stretchInto } from './broadcast-into.ts';

/** Sizes of the scores `[batch, heads, length, total]`; the total is undefined where only a run tells it. */
export interface Scores {
  readonly batch: Dim;
  readonly heads: Dim | number;
  readonly length: Dim;
  readonly total: Dim | undefined;
}

/**
 * The elements per head of a hidden size, which is a multiple of the heads.
 *
 * @param multiple what the elements per head must be a multiple of; 1 unless given
 * @throws SHAPE_MISMATCH (caught by the engine) when the heads do not divide it
 */
export function headSize(cx: InferContext, hidden: Dim, heads: number, what: string, multiple = 1): Dim {
  cx.divides(heads * multiple, hidden, what);
  return floorDiv(hidden, heads);
}

/** Requires that a size is one of the given ones, where it can be seen that it is none of them. */
export function requireOneOf(cx: InferContext, dim: Dim, options: readonly Dim[], what: string): void {
  const [first] = options;
  if (!first || options.some((option) => cx.facts.equal(option, dim) !== 'false')) return;
  cx.unify(first, dim, what);
}

/** Requires the sizes of input `i`; undefined leaves an axis free. */
export function requireShape(cx: InferContext, i: number, sizes: readonly (Dim | number | undefined)[]): Shape {
  const shape = cx.ranked(i, sizes.length);
  shape.forEach((dim, axis) => {
    const size = sizes[axis];
    if (size === undefined) return;
    cx.unify(
      typeof size === 'number' ? constant(size) : size,
      dim,
      `expected size and ${cx.inputName(i)} axis ${axis}`,
    );
  });
  return shape;
}

/** Requires that input `i`, which is added to the scores, is `[batch or 1, heads or 1, length, total]`. */
export function requireScoreBias(cx: InferContext, i: number, { batch, heads, length, total }: Scores): void {
  const [b, h] = requireShape(cx, i, [undefined, undefined, length, total]);
  if (b) stretchInto(cx, b, batch, `batch and ${cx.inputName(i)} axis 0`);
  const all = typeof heads === 'number' ? constant(heads) : heads;
  if (h) stretchInto(cx, h, all, `heads and ${cx.inputName(i)} axis 1`);
}

/** Requires that input `i` counts the tokens of each sequence: `[batch]`, `[2*batch]` or `[3*batch + 2]`. */
function requireCounts(cx: InferContext, i: number, counts: Dim, batch: Dim, two: boolean): void {
  const options = [batch, ...(two ? [mul(2, batch)] : []), add(mul(3, batch), 2)];
  requireOneOf(cx, counts, options, `batch and ${cx.inputName(i)}`);
}

/**
 * Requires of mask `i` of Attention: `[batch]`, `[2*batch]` or `[3*batch + 2]` token counts, `[batch, total]` (each may be 1 where
 * the last is), `[batch, length, total]` or `[batch, 1, m, m]` with m >= total.
 */
export function requireAttentionMask(cx: InferContext, i: number, { batch, length, total }: Scores): void {
  const mask = cx.rankBetween(i, 1, 4);
  const [first, second] = mask ?? [];
  if (!mask || !first) return;
  if (mask.length === 1) requireCounts(cx, i, first, batch, true);
  else if (mask.length === 2 && second) {
    // Only a mask of one column may have one row for all sequences.
    if (cx.facts.range(second).min > 1) cx.unify(batch, first, `batch and ${cx.inputName(i)} axis 0`);
    else stretchInto(cx, first, batch, `batch and ${cx.inputName(i)} axis 0`);
    if (total) stretchInto(cx, second, total, `total length and ${cx.inputName(i)} axis 1`);
  } else if (mask.length === 3) requireShape(cx, i, [batch, length, total]);
  else {
    const [, , rows] = requireShape(cx, i, [batch, 1, mask[3], undefined]);
    if (rows && total) cx.atLeast(rows, total, `${cx.inputName(i)} axis 2`);
  }
}

/** Requires of mask `i` of MultiHeadAttention: `[batch]`, `[3*batch + 2]`, `[batch, total]` or `[batch, length, total]`. */
export function requirePaddingMask(cx: InferContext, i: number, { batch, length, total }: Scores): void {
  const mask = cx.rankBetween(i, 1, 3);
  const [first] = mask ?? [];
  if (!mask || !first) return;
  if (mask.length === 1) requireCounts(cx, i, first, batch, false);
  else requireShape(cx, i, mask.length === 2 ? [batch, total] : [batch, length, total]);
}

/** Requires that inputs `a` and `b` are given together or not at all. */
export function requireBoth(cx: InferContext, a: number, b: number): void {
  if (cx.has(a) === cx.has(b)) return;
  cx.fail('OP_INVALID', `${cx.op} takes ${cx.inputName(a)} and ${cx.inputName(b)} together, got only one of them`, {
    expected: 'both or none',
  });
}
