// lstm: long short-term memory over a sequence, whose input features the first batch settles.
import type { Value } from '../../ir/graph.ts';
import type { Layer } from '../layer.ts';
import type { CellStep } from '../recurrent/cell.ts';
import type { LstmWeightOptions } from '../recurrent/cell-weights.ts';
import type { RecurrentActivation } from '../recurrent/kinds.ts';
import { type RecurrentInputs, recurrentLayer } from '../recurrent/recurrent-layer.ts';
import { type RecurrentOfOptions, type RecurrentWeights, recurrentOf } from '../recurrent/recurrent-of.ts';
import type { RecurrentOptions } from '../recurrent/recurrent-options.ts';

/** The state of an LSTM: the hidden state and the cell state. */
export type LstmState = readonly [hidden: Value, cell: Value];

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions, LstmWeightOptions {
  /** Applied to the gates; sigmoid by default. */
  readonly recurrentActivation?: RecurrentActivation | undefined;
}

/**
 * Long short-term memory: for each step `i, f, o = sigmoid(W x + b + R h + b')`, `g = tanh(W x + b + R h + b')`, `c' = f*c + i*g`,
 * `h' = o*tanh(c')`. Source: Hochreiter and Schmidhuber, 1997; Gers et al., 2000; options and numbers of torch.nn.LSTM.
 *
 * *Input shape*: `[n, s, k]`, or `[s, n, k]` with the layout `snc`; k is settled by the first batch, n and s may stay symbolic. Then, as
 * positional arguments, a state `[h, c]` of `[layers*directions, n, units]` each, and lengths `[n]` (int32 or int64, from 1 to s): behind
 * them outputs are 0 and the state stays, and the backward direction starts at the last valid step.
 * *Output shape*: `[n, s, directions*units]`; without `returnSequences` `[n, directions*units]`: the last step, and the first one of the
 * backward direction. With `returnState` `{ output, state: [h, c] }`.
 * *Parameters* of layer l: `l.weightInput [4*units, k]`, `l.weightHidden [4*units, units]`, `l.biasInput`, `l.biasHidden [4*units]`, with
 * `peephole` `l.weightPeephole [3*units]` (i, f, o), with `projection` `l.weightProjection [projection, units]`; of the backward direction
 * `l.weightInputReverse` and so on. Rows lie as in PyTorch and Keras: i, f, g, o. PyTorch's `weight_ih_l0_reverse` is
 * `0.weightInputReverse`, `weight_hr_l0` is `0.weightProjection`; {@link fromTorchRecurrent} maps the names.
 *
 * @param units features of the state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example sequential(embedding(1000, 64), lstm(128, { layers: 2 }), dense(1000))
 */
export function lstm(
  units: number,
  options: LstmOptions & { readonly returnState: true },
): Layer<RecurrentInputs, CellStep<LstmState>>;
export function lstm(
  units: number,
  options?: LstmOptions & { readonly returnState?: false | undefined },
): Layer<RecurrentInputs>;
export function lstm(units: number, options: LstmOptions = {}): Layer<RecurrentInputs, Value | CellStep> {
  return recurrentLayer('lstm', units, options);
}

/**
 * An LSTM over a sequence from the values of its weights, as {@link lstm} computes it.
 *
 * @param x `[n, s, k]`
 * @param weights for each layer its directions, one or two, rows i, f, g, o
 * @returns the outputs of all steps, and the state `[h, c]`
 * @throws LAYER_ARGUMENT when the weights or the state are of the wrong kind or number
 */
export function lstmOf(
  x: Value,
  weights: RecurrentWeights,
  options: Omit<RecurrentOfOptions, 'resetAfter'> = {},
): CellStep {
  const { sequence, state } = recurrentOf('lstm', x, weights, options);
  return { output: sequence, state };
}
