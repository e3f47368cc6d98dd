// Fan in and fan out of a weight: how many inputs each output unit sums over, and the reverse.
import { dimwiseError } from '../../base/errors.ts';

/**
 * The order of the axes of a weight. `oi`: [out, in, kernel...], dense and convolution; `io`: [in, out, kernel...], a matrix
 * on the right of a product, and transposed convolution; `embedding`: [count, features].
 */
export type WeightLayout = 'oi' | 'io' | 'embedding';

/** The number of inputs that one output unit sums over, and of outputs that one input unit feeds. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * The fans of a weight by PyTorch's rule (`torch.nn.init._calculate_fan_in_and_fan_out`): channels times the kernel's elements;
 * groups and strides do not count. An embedding counts as PyTorch's and Flax's do: fan in is its number of features.
 *
 * @param shape the sizes, rank 2 or more
 * @param layout the order of the axes; default `oi`. PyTorch reads transposed convolutions as `oi` too
 * @throws INITIALIZER_INVALID when the rank is below 2
 * @example fans([16, 3, 5, 5]) // { fanIn: 75, fanOut: 400 }
 */
export function fans(shape: readonly number[], layout: WeightLayout = 'oi'): Fans {
  const [first, second] = [shape[0], shape[1]];
  if (first === undefined || second === undefined) {
    throw dimwiseError({
      code: 'INITIALIZER_INVALID',
      message: `fan in and fan out need a shape of rank 2 or more, not [${shape.join(', ')}]`,
      expected: 'rank 2 or more',
      actual: `rank ${shape.length}`,
    });
  }
  let area = 1;
  for (let axis = 2; axis < shape.length; axis++) area *= shape[axis] ?? 1;
  return layout === 'io'
    ? { fanIn: first * area, fanOut: second * area }
    : { fanIn: second * area, fanOut: first * area };
}
