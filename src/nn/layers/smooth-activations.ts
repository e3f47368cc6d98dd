// Activations that are smooth, or nearly so: celu, logSigmoid, softmin, quickGelu, exponential, squareplus, sparsePlus, and the like.
import { op } from '../../build/op.ts';
import { ACTIVATIONS } from '../activation.ts';
import {
  type ActivationLayer,
  type ActivationOptions,
  ALPHA,
  type AlphaOptions,
  AXIS,
  activationLayer,
  checkAxis,
  checkFinite,
  NAME,
  type SoftmaxOptions,
} from '../activation-layer.ts';
import { refuseArgument } from '../arguments.ts';
import type { OptionNames } from '../option-names.ts';

/** Options of {@link squareplus}. */
export interface SquareplusOptions extends ActivationOptions {
  /** What is added under the root, from 0 on; 4 by default. */
  readonly b?: number | undefined;
}

const SQUAREPLUS: OptionNames<SquareplusOptions> = { name: true, b: true };

/** `max(x, 0) + min(alpha (e^(x / alpha) - 1), 0)` (Barron, 2017); alpha is 1 by default. @throws LAYER_ARGUMENT when alpha is 0 or not finite */
export const celu: ActivationLayer<AlphaOptions> = activationLayer<AlphaOptions>(
  'celu',
  (x, { alpha }) => op.Celu(x, { alpha }),
  ALPHA,
  (options) => {
    checkFinite('celu', 'alpha')(options);
    if (options.alpha === 0) refuseArgument('celu', 'alpha', 'a number other than 0', options.alpha);
  },
);

/** `log(sigmoid(x))`. */
export const logSigmoid: ActivationLayer = activationLayer('logSigmoid', ACTIVATIONS.logSigmoid, NAME);

/** `e^-x / sum(e^-x)` along an axis. @throws LAYER_ARGUMENT when the axis is no integer */
export const softmin: ActivationLayer<SoftmaxOptions> = activationLayer<SoftmaxOptions>(
  'softmin',
  (x, { axis = -1 }) => op.Softmax(op.Neg(x), { axis }),
  AXIS,
  checkAxis('softmin'),
);

/** {@link silu} by its other name (Ramachandran et al., 2017). */
export const swish: ActivationLayer = activationLayer('swish', ACTIVATIONS.swish, NAME);

/** `x sigmoid(1.702 x)`, the approximation of gelu that CLIP uses. */
export const quickGelu: ActivationLayer = activationLayer('quickGelu', ACTIVATIONS.quickGelu, NAME);

/** `e^x`. */
export const exponential: ActivationLayer = activationLayer('exponential', ACTIVATIONS.exponential, NAME);

/** `(x + sqrt(x^2 + b)) / 2` (Barron, 2021). @throws LAYER_ARGUMENT when b is negative or not finite */
export const squareplus: ActivationLayer<SquareplusOptions> = activationLayer<SquareplusOptions>(
  'squareplus',
  (x, { b = 4 }) => op.Mul(op.Add(x, op.Sqrt(op.Add(op.Mul(x, x), b))), 0.5),
  SQUAREPLUS,
  (options) => {
    checkFinite('squareplus', 'b')(options);
    if ((options.b ?? 0) < 0) refuseArgument('squareplus', 'b', 'a number >= 0', options.b);
  },
);

/** 0 up to -1, `(x + 1)^2 / 4` between, `x` from 1 on (Keras). */
export const sparsePlus: ActivationLayer = activationLayer('sparsePlus', ACTIVATIONS.sparsePlus, NAME);

/** `min(max((x + 1) / 2, 0), 1)`, the slope of {@link sparsePlus} (Keras). */
export const sparseSigmoid: ActivationLayer = activationLayer('sparseSigmoid', ACTIVATIONS.sparseSigmoid, NAME);
