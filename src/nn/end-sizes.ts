// Elements at the ends of spatial axes, as paddings and croppings take them.
import { nonNegativeInteger, refuseArgument } from './arguments.ts';

/**
 * Elements at the ends of each spatial axis: a number for all ends, a number per axis for both its ends, a pair [start, end] per
 * axis, or all starts and then all ends, as the padding of convolutions is given (PyTorch lists the ends of the last axis first).
 */
export type Ends = number | readonly number[] | readonly (readonly [start: number, end: number])[];

/**
 * All starts and then all ends.
 *
 * @param axes the number of spatial axes
 * @throws LAYER_ARGUMENT when the count or a number does not fit
 */
export function readEnds(layer: string, argument: string, ends: Ends, axes: number): readonly number[] {
  const list = typeof ends === 'number' ? Array.from({ length: 2 * axes }, () => ends) : ends;
  const isList = Array.isArray(list) && (list.length === axes || list.length === 2 * axes);
  if (!isList)
    refuseArgument(layer, argument, `a number, ${axes} pairs, or a list of ${axes} or ${2 * axes} numbers`, ends);
  const [starts, rest] = [list.slice(0, axes), list.slice(axes)];
  const sizes = list.some((item) => Array.isArray(item))
    ? [...pairSides(layer, argument, list, 0), ...pairSides(layer, argument, list, 1)]
    : [...starts, ...(rest.length > 0 ? rest : starts)];
  for (const size of sizes) nonNegativeInteger(layer, argument, size);
  return sizes;
}

/** One side of each pair. */
function pairSides(layer: string, argument: string, list: readonly unknown[], side: 0 | 1): readonly number[] {
  return list.map((item) => {
    if (!Array.isArray(item) || item.length !== 2) refuseArgument(layer, argument, 'pairs of two numbers', item);
    return item[side];
  });
}
