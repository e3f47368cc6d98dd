// The kernel of a convolution that is computed from values: the weight's own.
import type { Value } from '../ir/graph.ts';
import { formatShape, staticShape } from '../ir/type.ts';
import { refuseArgument } from './arguments.ts';

/**
 * The sizes of axes 2 and up of a weight.
 *
 * @param axes the number of spatial axes
 * @throws LAYER_ARGUMENT when the weight has another rank, or its kernel is not known in numbers
 */
export function weightKernel(layer: string, weight: Value, axes: number): readonly number[] {
  const { shape } = weight;
  const sizes = shape.length === axes + 2 ? staticShape(shape.slice(2)) : undefined;
  if (!sizes)
    refuseArgument(layer, 'weight', `a value of rank ${axes + 2} with a kernel of known sizes`, formatShape(shape));
  return sizes;
}
