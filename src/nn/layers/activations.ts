// Activations as layers: relu() in a sequence, or relu(x) on a value.
import { op } from '../../build/op.ts';
import { Value } from '../../ir/graph.ts';
import { ACTIVATIONS } from '../activation.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';

/** Options that all activations share. */
export interface ActivationOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of activations with a slope or scale. */
export interface AlphaOptions extends ActivationOptions {
  /** The slope or scale below zero. */
  readonly alpha?: number | undefined;
}

/** Options of {@link gelu}. */
export interface GeluOptions extends ActivationOptions {
  /** `none` (default) computes with erf, `tanh` approximates. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

/** Options of {@link softmax} and {@link logSoftmax}. */
export interface SoftmaxOptions extends ActivationOptions {
  /** The axis that sums to 1; -1, the last, by default. */
  readonly axis?: number | undefined;
}

/**
 * An elementwise function in two forms: on a value it computes, without one it makes a layer. Both may stand in a sequence.
 *
 * *Input shape*: any. *Output shape*: the same.
 *
 * @example sequential(dense(256), relu(), dense(10), softmax())
 */
export interface ActivationLayer<O extends ActivationOptions = ActivationOptions> {
  (x: Value): Value;
  (options?: O): Layer;
}

const NAME: OptionNames<ActivationOptions> = { name: true };
const ALPHA: OptionNames<AlphaOptions> = { name: true, alpha: true };
const AXIS: OptionNames<SoftmaxOptions> = { name: true, axis: true };

function activationLayer<O extends ActivationOptions>(
  kind: string,
  compute: (x: Value, options: Partial<O>) => Value,
  names: OptionNames<O>,
  check?: (options: O) => void,
): ActivationLayer<O> {
  function activation(x: Value): Value;
  function activation(options?: O): Layer;
  function activation(first?: Value | O): Value | Layer {
    if (first instanceof Value) return compute(first, {});
    if (first) {
      checkOptions(kind, first, names);
      check?.(first);
    }
    const options: Partial<O> = first ?? {};
    return defineLayer({ kind, name: first?.name, apply: (_call, x: Value): Value => compute(x, options) });
  }
  Object.defineProperty(activation, 'name', { value: kind });
  return activation;
}

function checkAlpha(kind: string): (options: AlphaOptions) => void {
  return ({ alpha }) => {
    if (alpha !== undefined && !Number.isFinite(alpha)) refuseArgument(kind, 'alpha', 'a finite number', alpha);
  };
}

function checkAxis(kind: string): (options: SoftmaxOptions) => void {
  return ({ axis }) => {
    if (axis !== undefined && !Number.isSafeInteger(axis)) refuseArgument(kind, 'axis', 'an integer', axis);
  };
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
  checkAlpha('leakyRelu'),
);

/** `x` from 0 on, `alpha (e^x - 1)` below; alpha is 1 by default. @throws LAYER_ARGUMENT when alpha is not finite */
export const elu: ActivationLayer<AlphaOptions> = activationLayer<AlphaOptions>(
  'elu',
  (x, { alpha }) => op.Elu(x, { alpha }),
  ALPHA,
  checkAlpha('elu'),
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
