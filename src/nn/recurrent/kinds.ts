// The three recurrent kinds: how many gates and states each has, and how ONNX orders them.
import { type Activation, activationFunction } from '../activation.ts';

/** A recurrent layer by its cell. */
export type RecurrentKind = 'rnn' | 'lstm' | 'gru';

/** What differs between the kinds. */
export interface RecurrentFacts {
  /** ONNX's operator. */
  readonly op: 'RNN' | 'LSTM' | 'GRU';
  /** Blocks of rows in the weights: one for each gate. */
  readonly gates: 1 | 3 | 4;
  /** The number of states: h, and c of an LSTM. */
  readonly states: 1 | 2;
  /** The gates in ONNX's order, by their index in ours, which is PyTorch's (i, f, g, o; r, z, n). */
  readonly order: readonly number[];
}

/**
 * The table of kinds. Gates lie in our weights as in PyTorch's: `i, f, g, o` of an LSTM, `r, z, n` of a GRU; ONNX wants `i, o, f, c`
 * and `z, r, h` (https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html).
 */
export const RECURRENT: Readonly<Record<RecurrentKind, RecurrentFacts>> = {
  rnn: { op: 'RNN', gates: 1, states: 1, order: [0] },
  lstm: { op: 'LSTM', gates: 4, states: 2, order: [0, 3, 1, 2] },
  gru: { op: 'GRU', gates: 3, states: 1, order: [1, 0, 2] },
};

/** What ONNX's recurrent operators call an activation, with its coefficients. */
export interface OperatorActivation {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/**
 * The activations that ONNX's recurrent operators have; those of the same name elsewhere in dimwise compute the same. The coefficients
 * are given, because implementations differ in their defaults.
 */
export const OPERATOR_ACTIVATIONS = {
  tanh: { name: 'Tanh' },
  relu: { name: 'Relu' },
  sigmoid: { name: 'Sigmoid' },
  hardSigmoid: { name: 'HardSigmoid', alpha: 1 / 6, beta: 0.5 },
  elu: { name: 'Elu', alpha: 1 },
  leakyRelu: { name: 'LeakyRelu', alpha: 0.01 },
  softplus: { name: 'Softplus' },
  softsign: { name: 'Softsign' },
} as const satisfies Partial<Record<string, OperatorActivation>>;

/** The name of an activation of a recurrent layer. */
export type RecurrentActivation = keyof typeof OPERATOR_ACTIVATIONS;

/** Tells whether ONNX's recurrent operators have an activation. */
export function isRecurrentActivation(name: unknown): name is RecurrentActivation {
  return typeof name === 'string' && Object.hasOwn(OPERATOR_ACTIVATIONS, name);
}

/** The functions of a cell: `activation` of its new value and output, `recurrent` of its gates. */
export interface CellActivations {
  readonly activation: ReturnType<typeof activationFunction>;
  readonly recurrent: ReturnType<typeof activationFunction>;
}

/** The functions of a cell by their names, tanh and sigmoid by default. @throws LAYER_ARGUMENT when a name is unknown */
export function cellActivations(activation: Activation = 'tanh', recurrent: Activation = 'sigmoid'): CellActivations {
  return { activation: activationFunction(activation), recurrent: activationFunction(recurrent) };
}
