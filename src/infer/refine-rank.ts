// Fixes the rank of a value of unknown rank where an operator takes only one.
import { unknownDim } from '../dim/dim.ts';
import type { InferContext } from '../ir/operator.ts';
import type { Shape } from '../ir/type.ts';

/**
 * Gives input `i` of unknown rank `rank` unknown sizes, also in the value itself: every valid run has that rank.
 */
export function refineRank(cx: InferContext, i: number, rank: number): Shape {
  const shape = Array.from({ length: rank }, () => unknownDim());
  const value = cx.node.inputs[i];
  const type = value?.type;
  if (value && (type?.kind === 'tensor' || type?.kind === 'sparse')) value.setType({ ...type, shape }, value.content);
  return shape;
}
