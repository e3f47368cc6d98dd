// Options of recurrent layers, checked.
import { numberBetween, positiveInteger, refuseArgument } from '../arguments.ts';
import type { OptionNames } from '../option-names.ts';
import { LSTM_WEIGHT_OPTIONS, RECURRENT_WEIGHT_OPTIONS, type RecurrentWeightOptions } from './cell-weights.ts';
import { isRecurrentActivation, OPERATOR_ACTIVATIONS, type RecurrentActivation } from './kinds.ts';

/** How a layer's sequences lie: batch first, `[n, s, c]`, or time first, `[s, n, c]`. */
export type SequenceLayout = 'nsc' | 'snc';

/** Options that say what a recurrent layer computes, whatever its cell. */
export interface SequenceOptions {
  /** `nsc` by default, as in Keras and with PyTorch's batch_first; PyTorch's and Gluon's own default is `snc`. */
  readonly layout?: SequenceLayout | undefined;
  /** Applied to the new value of the cell, and to what an LSTM lets out; tanh by default. */
  readonly activation?: RecurrentActivation | undefined;
  /** Bounds what goes into the activations of the gates to [-clip, clip], as ONNX does; the cell state is not bounded. No bound by default. */
  readonly clip?: number | undefined;
}

/** Options of recurrent layers. */
export interface RecurrentOptions extends RecurrentWeightOptions, SequenceOptions {
  /** Layers one above the other; 1 by default. */
  readonly layers?: number | undefined;
  /** Whether each layer also runs backwards; outputs of both directions are joined, forward first. False by default. */
  readonly bidirectional?: boolean | undefined;
  /** Whether all steps come out, or the last one only; true by default, as in PyTorch and Gluon (Keras: false). */
  readonly returnSequences?: boolean | undefined;
  /** Whether the call gives `{ output, state }`; false by default: it gives the output alone. */
  readonly returnState?: boolean | undefined;
  /** The share of elements between layers that training drops; no effect at inference; 0 by default. */
  readonly dropout?: number | undefined;
  /** The input features; settled by the first batch by default. */
  readonly inFeatures?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link RecurrentOptions}. */
const SHARED: OptionNames<RecurrentOptions> = {
  ...RECURRENT_WEIGHT_OPTIONS,
  layout: true,
  activation: true,
  clip: true,
  layers: true,
  bidirectional: true,
  returnSequences: true,
  returnState: true,
  dropout: true,
  inFeatures: true,
  name: true,
};

/** The names of the options of each kind. */
export const LAYER_OPTIONS = {
  rnn: SHARED,
  gru: { ...SHARED, recurrentActivation: true, resetAfter: true },
  lstm: { ...SHARED, ...LSTM_WEIGHT_OPTIONS, recurrentActivation: true },
} as const;

/** @throws LAYER_ARGUMENT when what a recurrent layer computes is of the wrong kind or range */
export function checkSequenceOptions(
  layer: string,
  options: SequenceOptions & { readonly recurrentActivation?: RecurrentActivation | undefined },
): void {
  const { layout, activation, recurrentActivation, clip } = options;
  if (layout !== undefined && layout !== 'nsc' && layout !== 'snc')
    refuseArgument(layer, 'layout', '"nsc" or "snc"', layout);
  for (const [name, given] of Object.entries({ activation, recurrentActivation }))
    if (given !== undefined && !isRecurrentActivation(given))
      refuseArgument(layer, name, `one of ${Object.keys(OPERATOR_ACTIVATIONS).join(', ')}`, given);
  if (clip !== undefined) numberBetween(layer, 'clip', clip, Number.MIN_VALUE, Number.MAX_VALUE);
}

/** @throws LAYER_ARGUMENT when an option of a recurrent layer is of the wrong kind or range */
export function checkRecurrentOptions(layer: string, options: RecurrentOptions): void {
  const { layers, dropout, inFeatures } = options;
  if (layers !== undefined) positiveInteger(layer, 'layers', layers);
  if (dropout !== undefined) numberBetween(layer, 'dropout', dropout, 0, 1);
  if (inFeatures !== undefined) positiveInteger(layer, 'inFeatures', inFeatures);
  checkSequenceOptions(layer, options);
}
