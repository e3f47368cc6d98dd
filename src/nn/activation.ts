// Activations by name, as options of layers and as layers of their own.

import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { op } from '../build/op.ts';
import type { Value } from '../ir/graph.ts';

/**
 * Elementwise functions by name; formulas and defaults are those of the ONNX operators of the same name, but for the slope of
 * hardSigmoid, which is 1/6 as in PyTorch and Keras.
 */
export const ACTIVATIONS = {
  relu: (x: Value): Value => op.Relu(x),
  relu6: (x: Value): Value => op.Clip(x, 0, 6),
  leakyRelu: (x: Value): Value => op.LeakyRelu(x),
  elu: (x: Value): Value => op.Elu(x),
  selu: (x: Value): Value => op.Selu(x),
  gelu: (x: Value): Value => op.Gelu(x),
  geluTanh: (x: Value): Value => op.Gelu(x, { approximate: 'tanh' }),
  sigmoid: (x: Value): Value => op.Sigmoid(x),
  hardSigmoid: (x: Value): Value => op.HardSigmoid(x, { alpha: 1 / 6 }),
  hardSwish: (x: Value): Value => op.HardSwish(x),
  silu: (x: Value): Value => op.Mul(x, op.Sigmoid(x)),
  mish: (x: Value): Value => op.Mish(x),
  softplus: (x: Value): Value => op.Softplus(x),
  softsign: (x: Value): Value => op.Softsign(x),
  tanh: (x: Value): Value => op.Tanh(x),
  softmax: (x: Value): Value => op.Softmax(x, { axis: -1 }),
  logSoftmax: (x: Value): Value => op.LogSoftmax(x, { axis: -1 }),
} as const;

/** The name of an activation. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** An activation: a name, or a function of one value. */
export type Activation = ActivationName | ((x: Value) => Value);

/**
 * The function of an activation.
 *
 * @throws LAYER_ARGUMENT when the name is unknown
 */
export function activationFunction(activation: Activation): (x: Value) => Value {
  if (typeof activation === 'function') return activation;
  if (Object.hasOwn(ACTIVATIONS, activation)) return ACTIVATIONS[activation];
  const near = nearest(activation, Object.keys(ACTIVATIONS));
  throw dimwiseError({
    code: 'LAYER_ARGUMENT',
    message: `there is no activation "${String(activation)}"`,
    origin: { site: captureSite() },
    expected: Object.keys(ACTIVATIONS).join(', '),
    actual: String(activation),
    hint: near && `did you mean ${near}?`,
  });
}

/** Applies an activation where one is given. */
export function activate(x: Value, activation: Activation | undefined): Value {
  return activation === undefined ? x : activationFunction(activation)(x);
}
