// Activations as layers: relu() in a sequence, or relu(x) on a value.
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

/** Options of {@link gelu}. */
export interface GeluOptions extends ActivationOptions {
  /** `none` (default) computes with erf, `tanh` approximates. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

function checkGelu({ approximate }: GeluOptions): void {
  if (approximate !== undefined && approximate !== 'none' && approximate !== 'tanh')
    refuseArgument('gelu', 'approximate', '"none" or "tanh"', approximate);
}

/** `max(x, 0)`. */
export const relu: ActivationLayer = activationLayer('relu', ACTIVATIONS.relu, NAME);

/** `min(max(x, 0), 6)`. */
export const relu6: ActivationLayer = activationLayer('relu6', ACTIVATIONS.relu6, NAME);

/** `x` from 0 on, `alpha x` below; alpha is 0.01 by default. @throws LAYER_ARGUMENT when alpha is not finite */
export const leakyRelu: ActivationLayer<AlphaOptions> = activationLayer<AlphaOptions>(
  'leakyRelu',
  (x, { alpha }) => op.LeakyRelu(x, { alpha }),
  ALPHA,
  checkFinite('leakyRelu', 'alpha'),
);

/** `x` from 0 on, `alpha (e^x - 1)` below; alpha is 1 by default. @throws LAYER_ARGUMENT when alpha is not finite */
export const elu: ActivationLayer<AlphaOptions> = activationLayer<AlphaOptions>(
  'elu',
  (x, { alpha }) => op.Elu(x, { alpha }),
  ALPHA,
  checkFinite('elu', 'alpha'),
);

/** The scaled elu that keeps mean 0 and variance 1 (Klambauer et al., 2017). */
export const selu: ActivationLayer = activationLayer('selu', ACTIVATIONS.selu, NAME);

/** `x Phi(x)`, Phi being the distribution function of the normal distribution (Hendrycks and Gimpel, 2016). */
export const gelu: ActivationLayer<GeluOptions> = activationLayer<GeluOptions>(
  'gelu',
  (x, { approximate }) => op.Gelu(x, { approximate }),
  { name: true, approximate: true },
  checkGelu,
);

/** `1 / (1 + e^-x)`. */
export const sigmoid: ActivationLayer = activationLayer('sigmoid', ACTIVATIONS.sigmoid, NAME);

/** `min(max(x / 6 + 1 / 2, 0), 1)`, the slope of PyTorch and Keras; ONNX's and Gluon's default is 1 / 5. */
export const hardSigmoid: ActivationLayer = activationLayer('hardSigmoid', ACTIVATIONS.hardSigmoid, NAME);

/** `x min(max(x / 6 + 1 / 2, 0), 1)`. */
export const hardSwish: ActivationLayer = activationLayer('hardSwish', ACTIVATIONS.hardSwish, NAME);

/** `x sigmoid(x)`, also named swish. */
export const silu: ActivationLayer = activationLayer('silu', ACTIVATIONS.silu, NAME);

/** `x tanh(softplus(x))`. */
export const mish: ActivationLayer = activationLayer('mish', ACTIVATIONS.mish, NAME);

/** `log(1 + e^x)`. */
export const softplus: ActivationLayer = activationLayer('softplus', ACTIVATIONS.softplus, NAME);

/** `x / (1 + |x|)`. */
export const softsign: ActivationLayer = activationLayer('softsign', ACTIVATIONS.softsign, NAME);

/** The hyperbolic tangent. */
export const tanh: ActivationLayer = activationLayer('tanh', ACTIVATIONS.tanh, NAME);

/** `e^x / sum(e^x)` along an axis. @throws LAYER_ARGUMENT when the axis is no integer */
export const softmax: ActivationLayer<SoftmaxOptions> = activationLayer<SoftmaxOptions>(
  'softmax',
  (x, { axis = -1 }) => op.Softmax(x, { axis }),
  AXIS,
  checkAxis('softmax'),
);

/** `x - log(sum(e^x))` along an axis. @throws LAYER_ARGUMENT when the axis is no integer */
export const logSoftmax: ActivationLayer<SoftmaxOptions> = activationLayer<SoftmaxOptions>(
  'logSoftmax',
  (x, { axis = -1 }) => op.LogSoftmax(x, { axis }),
  AXIS,
  checkAxis('logSoftmax'),
);
