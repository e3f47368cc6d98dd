// Backward rules: what the sizes of an output tell about an input of unknown rank.
import { type Dim, unknownDim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';

/** The first input has the sizes of the first output. */
export function passesSizes(_: InferContext, i: number, output: Shape): Shape | undefined {
  return i === 0 ? output : undefined;
}

/** The first input has as many axes as the first output. */
export function keepsRank(_: InferContext, i: number, output: Shape): Shape | undefined {
  return i === 0 ? output.map(() => unknownDim()) : undefined;
}

/** The first input has the sizes of the first output beside the node's axis, which is `fallback` where none is given. */
export function keepsSizesBeside(fallback: number) {
  return (cx: InferContext, i: number, output: Shape): Shape | undefined =>
    i === 0 ? withOpen(output, [cx.int('axis', fallback)]) : undefined;
}

/** Sizes of which those at `axes`, counted from either end, are open; undefined where there is no such axis. */
export function withOpen(shape: Shape, axes: readonly number[]): Shape | undefined {
  const open = indicesOf(axes, shape.length);
  return open && shape.map((dim, k) => (open.has(k) ? unknownDim() : dim));
}

/** Sizes with open ones put in so that they stand at `axes` of the result; undefined where that is not possible, or an axis is named twice. */
export function withAdded(shape: Shape, axes: readonly number[]): Shape | undefined {
  const rank = shape.length + axes.length;
  const added = indicesOf(axes, rank);
  // Of axes counted from both ends two may be one, so that fewer were there.
  if (added?.size !== axes.length || (axes.some((axis) => axis < 0) && axes.some((axis) => axis >= 0)))
    return undefined;
  const rest = shape[Symbol.iterator]();
  return Array.from({ length: rank }, (_, k): Dim => {
    const next = added.has(k) ? undefined : rest.next();
    return next && !next.done ? next.value : unknownDim();
  });
}

function indicesOf(axes: readonly number[], rank: number): ReadonlySet<number> | undefined {
  if (axes.some((axis) => axis < -rank || axis >= rank)) return undefined;
  return new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
}
