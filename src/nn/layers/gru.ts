// gru: gated recurrent units over a sequence, whose input features the first batch settles.
import type { Value } from '../../ir/graph.ts';
import type { Layer } from '../layer.ts';
import type { CellStep } from '../recurrent/cell.ts';
import type { RecurrentActivation } from '../recurrent/kinds.ts';
import { type RecurrentInputs, recurrentLayer } from '../recurrent/recurrent-layer.ts';
import { type RecurrentOfOptions, type RecurrentWeights, recurrentOf } from '../recurrent/recurrent-of.ts';
import type { RecurrentOptions } from '../recurrent/recurrent-options.ts';

/** The state of a GRU or a simple recurrent network: the hidden state. */
export type HiddenState = readonly [hidden: Value];

/** Options of {@link gru}. */
export interface GruOptions extends RecurrentOptions {
  /** Applied to the gates; sigmoid by default. */
  readonly recurrentActivation?: RecurrentActivation | undefined;
  /**
   * Whether the reset gate is applied after the map of the state, as in PyTorch, cuDNN and Keras's default, or to the state before it,
   * as in the first version of the paper; true by default.
   */
  readonly resetAfter?: boolean | undefined;
}

/**
 * Gated recurrent units: for each step `r, z = sigmoid(W x + b + R h + b')`, `n = tanh(W x + b + r*(R h + b'))`,
 * `h' = (1 - z)*n + z*h`; without `resetAfter` `n = tanh(W x + b + R (r*h) + b')`.
 * Source: Cho et al., 2014 (arXiv 1406.1078); options and numbers of torch.nn.GRU.
 *
 * *Input shape*: `[n, s, k]`, or `[s, n, k]` with the layout `snc`; k is settled by the first batch, n and s may stay symbolic. Then, as
 * positional arguments, a state `[h]` of `[layers*directions, n, units]`, and lengths `[n]` as for {@link lstm}.
 * *Output shape*: `[n, s, directions*units]`; without `returnSequences` `[n, directions*units]`: the last step, and the first one of the
 * backward direction. With `returnState` `{ output, state: [h] }`.
 * *Parameters* of layer l: `l.weightInput [3*units, k]`, `l.weightHidden [3*units, units]`, `l.biasInput`, `l.biasHidden [3*units]`; of
 * the backward direction `l.weightInputReverse` and so on. Rows lie as in PyTorch: r, z, n (Keras: z, r, n);
 * {@link fromTorchRecurrent} maps PyTorch's names.
 *
 * @param units features of the state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example sequential(embedding(1000, 64), gru(128, { bidirectional: true, returnSequences: false }), dense(2))
 */
export function gru(
  units: number,
  options: GruOptions & { readonly returnState: true },
): Layer<RecurrentInputs, CellStep<HiddenState>>;
export function gru(
  units: number,
  options?: GruOptions & { readonly returnState?: false | undefined },
): Layer<RecurrentInputs>;
export function gru(units: number, options: GruOptions = {}): Layer<RecurrentInputs, Value | CellStep> {
  return recurrentLayer('gru', units, options);
}

/**
 * A GRU over a sequence from the values of its weights, as {@link gru} computes it.
 *
 * @param x `[n, s, k]`
 * @param weights for each layer its directions, one or two, rows r, z, n
 * @returns the outputs of all steps, and the state `[h]`
 * @throws LAYER_ARGUMENT when the weights or the state are of the wrong kind or number
 */
export function gruOf(x: Value, weights: RecurrentWeights, options: RecurrentOfOptions = {}): CellStep {
  const { sequence, state } = recurrentOf('gru', x, weights, options);
  return { output: sequence, state };
}
