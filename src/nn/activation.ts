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
  softmin: (x: Value): Value => op.Softmax(op.Neg(x), { axis: -1 }),
  linear: (x: Value): Value => x,
  exponential: (x: Value): Value => op.Exp(x),
  swish: (x: Value): Value => op.Mul(x, op.Sigmoid(x)),
  quickGelu: (x: Value): Value => op.Mul(x, op.Sigmoid(op.Mul(x, 1.702))),
  celu: (x: Value): Value => op.Celu(x),
  logSigmoid: (x: Value): Value => op.Neg(op.Softplus(op.Neg(x))),
  squareplus: (x: Value): Value => op.Mul(op.Add(x, op.Sqrt(op.Add(op.Mul(x, x), 4))), 0.5),
  sparsePlus: (x: Value): Value => {
    const above = op.Relu(op.Add(x, 1));
    return op.Where(op.GreaterOrEqual(x, 1), x, op.Mul(op.Mul(above, above), 0.25));
  },
  sparseSigmoid: (x: Value): Value => op.HardSigmoid(x, { alpha: 0.5, beta: 0.5 }),
  squaredRelu: (x: Value): Value => {
    const positive = op.Relu(x);
    return op.Mul(positive, positive);
  },
  hardTanh: (x: Value): Value => op.Clip(x, -1, 1),
  hardSilu: (x: Value): Value => op.HardSwish(x),
  hardShrink: (x: Value): Value => op.Shrink(x, { lambd: 0.5 }),
  softShrink: (x: Value): Value => op.Shrink(x, { lambd: 0.5, bias: 0.5 }),
  tanhShrink: (x: Value): Value => op.Sub(x, op.Tanh(x)),
  rrelu: (x: Value): Value => op.LeakyRelu(x, { alpha: 11 / 48 }),
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
