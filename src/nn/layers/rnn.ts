// rnn: a simple recurrent network over a sequence, whose input features the first batch settles.
import type { Value } from '../../ir/graph.ts';
import type { Layer } from '../layer.ts';
import type { CellStep } from '../recurrent/cell.ts';
import { type RecurrentInputs, recurrentLayer } from '../recurrent/recurrent-layer.ts';
import { type RecurrentOfOptions, type RecurrentWeights, recurrentOf } from '../recurrent/recurrent-of.ts';
import type { RecurrentOptions } from '../recurrent/recurrent-options.ts';
import type { HiddenState } from './gru.ts';

/** Options of {@link rnn}; PyTorch's `nonlinearity` is `activation`. */
export interface RnnOptions extends RecurrentOptions {}

/**
 * A simple recurrent network: for each step `h' = activation(W x + b + R h + b')`.
 * Source: Elman, 1990; options and numbers of torch.nn.RNN (Keras: SimpleRNN).
 *
 * *Input shape*: `[n, s, k]`, or `[s, n, k]` with the layout `snc`; k is settled by the first batch, n and s may stay symbolic. Then, as
 * positional arguments, a state `[h]` of `[layers*directions, n, units]`, and lengths `[n]` as for {@link lstm}.
 * *Output shape*: `[n, s, directions*units]`; without `returnSequences` `[n, directions*units]`: the last step, and the first one of the
 * backward direction. With `returnState` `{ output, state: [h] }`.
 * *Parameters* of layer l: `l.weightInput [units, k]`, `l.weightHidden [units, units]`, `l.biasInput`, `l.biasHidden [units]`; of the
 * backward direction `l.weightInputReverse` and so on. {@link fromTorchRecurrent} maps PyTorch's names.
 *
 * @param units features of the state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example sequential(embedding(1000, 64), rnn(128, { activation: 'relu' }), dense(1000))
 */
export function rnn(
  units: number,
  options: RnnOptions & { readonly returnState: true },
): Layer<RecurrentInputs, CellStep<HiddenState>>;
export function rnn(
  units: number,
  options?: RnnOptions & { readonly returnState?: false | undefined },
): Layer<RecurrentInputs>;
export function rnn(units: number, options: RnnOptions = {}): Layer<RecurrentInputs, Value | CellStep> {
  return recurrentLayer('rnn', units, options);
}

/**
 * A simple recurrent network over a sequence from the values of its weights, as {@link rnn} computes it.
 *
 * @param x `[n, s, k]`
 * @param weights for each layer its directions, one or two
 * @returns the outputs of all steps, and the state `[h]`
 * @throws LAYER_ARGUMENT when the weights or the state are of the wrong kind or number
 */
export function rnnOf(
  x: Value,
  weights: RecurrentWeights,
  options: Omit<RecurrentOfOptions, 'resetAfter' | 'recurrentActivation'> = {},
): CellStep {
  const { sequence, state } = recurrentOf('rnn', x, weights, options);
  return { output: sequence, state };
}
