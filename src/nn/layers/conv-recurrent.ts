// convRnn, convGru, convLstm over one to three spatial axes: convolutional recurrence over a sequence.
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions } from '../option-names.ts';
import { type CellState, type CellStep, checkState } from '../recurrent/cell.ts';
import {
  type AnyConvCellOptions,
  type ConvCellSpec,
  convCellOptions,
  convCellParts,
  zerosLike,
} from '../recurrent/conv-cell.ts';
import { RECURRENT, type RecurrentKind } from '../recurrent/kinds.ts';
import { type LastStep, lastStep } from '../recurrent/last-step.ts';
import type { RecurrentInputs } from '../recurrent/recurrent-layer.ts';
import { scanTime } from '../recurrent/scan-time.ts';
import { mergeTime, splitTime } from '../recurrent/time-axis.ts';
import { stepFrom } from '../recurrent/weighted-cell.ts';
import type { PerAxis } from '../window-options.ts';
import type { ConvGruCellOptions, ConvLstmCellOptions, ConvRnnCellOptions } from './conv-cells.ts';
import type { HiddenState } from './gru.ts';
import type { LstmState } from './lstm.ts';

/** What a convolutional recurrence returns. */
export interface ConvSequenceOptions {
  /** Whether the steps run from the last to the first; each output stands where its input stood. False by default. */
  readonly reverse?: boolean | undefined;
  /** Whether all steps come out, or the last one that is computed only; true by default (Keras: false). */
  readonly returnSequences?: boolean | undefined;
  /** Whether the call gives `{ output, state }`; false by default: it gives the output alone. */
  readonly returnState?: boolean | undefined;
}

/** Options of {@link convRnn2d} and its like. */
export type ConvRnnOptions = ConvRnnCellOptions & ConvSequenceOptions;

/** Options of {@link convGru2d} and its like. */
export type ConvGruOptions = ConvGruCellOptions & ConvSequenceOptions;

/** Options of {@link convLstm2d} and its like. */
export type ConvLstmOptions = ConvLstmCellOptions & ConvSequenceOptions;

/**
 * A recurrence over a sequence with convolutions in the place of matrix products; the inputs of all steps are convolved at once.
 *
 * *Input shape*: `[n, s, c, sizes...]`, c settled by the first batch, all else may stay symbolic; then a state and lengths as for
 * {@link recurrent}. *Output shape*: `[n, s, channels, sizes'...]`, without `returnSequences` `[n, channels, sizes'...]`; with
 * `returnState` `{ output, state }`. The sizes are those of a convolution with the same window options, by default `valid` as in Keras.
 * *Parameters*: those of {@link ConvCell}.
 * Source: Shi et al., 2015 (arXiv 1506.04214), without peepholes, as in Keras's ConvLSTM2D (channels first).
 *
 * @param channels channels of the state
 * @param kernel the window over the input: a number for all axes, or a list
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example convLstm2d(16, 3, { padding: 'same', returnSequences: false })
 */
export interface ConvRecurrent<O, S extends CellState> {
  (channels: number, kernel: PerAxis, options: O & { readonly returnState: true }): Layer<RecurrentInputs, CellStep<S>>;
  (
    channels: number,
    kernel: PerAxis,
    options?: O & { readonly returnState?: false | undefined },
  ): Layer<RecurrentInputs>;
}

function convRecurrent<O extends AnyConvCellOptions & ConvSequenceOptions, S extends CellState>(
  kind: RecurrentKind,
  layer: string,
  axes: number,
): ConvRecurrent<O, S> {
  const make = (channels: number, kernel: PerAxis, options?: O): Layer<RecurrentInputs, Value | CellStep> =>
    sequenceLayer({ kind, layer, axes, channels, kernel }, options ?? {});
  // Whether a state comes with the output is what the overloads say of options.returnState.
  return make as ConvRecurrent<O, S>;
}

const RETURNS = { reverse: true, returnSequences: true, returnState: true } as const;

function sequenceLayer(
  spec: ConvCellSpec,
  options: AnyConvCellOptions & ConvSequenceOptions,
): Layer<RecurrentInputs, Value | CellStep> {
  const { kind, layer } = spec;
  checkOptions(layer, options, { ...convCellOptions(kind), ...RETURNS });
  const { reverse = false, returnSequences = true, returnState = false } = options;
  const { parameters, input, hidden } = convCellParts(spec, options);
  return defineLayer({
    kind: layer,
    name: options.name,
    parameters,
    apply: ({ parameters: weights }, x: Value, state?: CellState, lengths?: Value): Value | CellStep => {
      const gates = input(mergeTime(x), weights.weightInput, weights.biasInput);
      const run: LastStep = { axis: 1, reverse, lengths };
      const all = scanTime({
        ...run,
        sequence: splitTime(gates, x),
        state: checkState(layer, state, RECURRENT[kind].states) ?? zerosLike(spec, gates, x),
        step: (slice, before) => stepFrom({ kind, gates: slice, weights, map: hidden, state: before }, options),
      });
      const output = returnSequences ? all.output : lastStep(all.output, run);
      return returnState ? { output, state: all.state } : output;
    },
  });
}

/** A simple recurrent network with convolutions over one spatial axis: input `[n, s, c, w]`; see {@link ConvRecurrent}. */
export const convRnn1d: ConvRecurrent<ConvRnnOptions, HiddenState> = convRecurrent('rnn', 'convRnn1d', 1);

/** A simple recurrent network with convolutions over two spatial axes: input `[n, s, c, h, w]`; see {@link ConvRecurrent}. */
export const convRnn2d: ConvRecurrent<ConvRnnOptions, HiddenState> = convRecurrent('rnn', 'convRnn2d', 2);

/** A simple recurrent network with convolutions over three spatial axes: input `[n, s, c, d, h, w]`; see {@link ConvRecurrent}. */
export const convRnn3d: ConvRecurrent<ConvRnnOptions, HiddenState> = convRecurrent('rnn', 'convRnn3d', 3);

/** Gated recurrent units with convolutions over one spatial axis: input `[n, s, c, w]`; see {@link ConvRecurrent}. */
export const convGru1d: ConvRecurrent<ConvGruOptions, HiddenState> = convRecurrent('gru', 'convGru1d', 1);

/** Gated recurrent units with convolutions over two spatial axes: input `[n, s, c, h, w]`; see {@link ConvRecurrent}. */
export const convGru2d: ConvRecurrent<ConvGruOptions, HiddenState> = convRecurrent('gru', 'convGru2d', 2);

/** Gated recurrent units with convolutions over three spatial axes: input `[n, s, c, d, h, w]`; see {@link ConvRecurrent}. */
export const convGru3d: ConvRecurrent<ConvGruOptions, HiddenState> = convRecurrent('gru', 'convGru3d', 3);

/** Long short-term memory with convolutions over one spatial axis: input `[n, s, c, w]`; see {@link ConvRecurrent}. */
export const convLstm1d: ConvRecurrent<ConvLstmOptions, LstmState> = convRecurrent('lstm', 'convLstm1d', 1);

/** Long short-term memory with convolutions over two spatial axes: input `[n, s, c, h, w]`; see {@link ConvRecurrent}. */
export const convLstm2d: ConvRecurrent<ConvLstmOptions, LstmState> = convRecurrent('lstm', 'convLstm2d', 2);

/** Long short-term memory with convolutions over three spatial axes: input `[n, s, c, d, h, w]`; see {@link ConvRecurrent}. */
export const convLstm3d: ConvRecurrent<ConvLstmOptions, LstmState> = convRecurrent('lstm', 'convLstm3d', 3);
