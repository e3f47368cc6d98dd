// The gain of a nonlinearity: the factor that keeps the variance of activations through it.
import { assertNever } from '../../base/assert-never.ts';
import type { Nonlinearity } from './initializer.ts';

/**
 * The recommended gain of a nonlinearity, with the values of PyTorch's `torch.nn.init.calculate_gain`.
 *
 * linear, convolutions, sigmoid: 1; tanh: 5/3; relu: sqrt(2); leakyRelu: sqrt(2 / (1 + param^2)); selu: 3/4.
 *
 * @param nonlinearity the function behind the layer
 * @param param the negative slope of `leakyRelu`; default 0.01; without effect for others
 * @returns the factor on the standard deviation
 * @example calculateGain('leakyRelu', 0.2)
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + param * param));
    case 'selu':
      return 0.75;
    default:
      return assertNever(nonlinearity, 'nonlinearity');
  }
}
