// Fixes the rank of a value of unknown rank where an operator takes only one.
import { unknownDim } from '../dim/dim.ts';
import type { Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import type { Shape } from '../ir/type.ts';
import { setShape } from './spread-rank.ts';

/**
 * Gives input `i` of unknown rank `rank` unknown sizes, also in the value itself: every valid run has that rank. A value from around
 * a body stays as it is, because the body may not run.
 *
 * @param refined takes the value where it was changed
 */
export function refineRank(cx: InferContext, i: number, rank: number, refined: (value: Value) => void): Shape {
  const shape = Array.from({ length: rank }, () => unknownDim());
  const value = cx.node.inputs[i];
  if (value && value.graph === cx.node.graph) {
    setShape(value, shape);
    refined(value);
  }
  return shape;
}
