// convRnnCell, convGruCell, convLstmCell over one to three spatial axes: recurrent cells whose maps are convolutions.
import { checkOptions } from '../option-names.ts';
import { type Cell, type CellState, defineCell } from '../recurrent/cell.ts';
import type { CellParameters } from '../recurrent/cell-weights.ts';
import {
  type AnyConvCellOptions,
  type ConvCellSpec,
  convCellOptions,
  convCellParts,
  zerosLike,
} from '../recurrent/conv-cell.ts';
import { RECURRENT, type RecurrentKind } from '../recurrent/kinds.ts';
import { stepFrom } from '../recurrent/weighted-cell.ts';
import type { PerAxis } from '../window-options.ts';
import type { HiddenState } from './gru.ts';
import type { LstmState } from './lstm.ts';

/** Options of convolutional cells without gates; strides, padding and dilation are those of the input's convolution. */
export type ConvRnnCellOptions = Omit<AnyConvCellOptions, 'recurrentActivation' | 'resetAfter' | 'unitForgetBias'>;

/** Options of convolutional GRU cells. */
export type ConvGruCellOptions = Omit<AnyConvCellOptions, 'unitForgetBias'>;

/** Options of convolutional LSTM cells. */
export type ConvLstmCellOptions = Omit<AnyConvCellOptions, 'resetAfter'>;

/**
 * One step of a recurrence with convolutions in the place of matrix products.
 *
 * *Input shape*: `[n, c, sizes...]`, c settled by the first batch; then the state, `[h]` or `[h, c]` of an LSTM, each
 * `[n, channels, sizes'...]`, zeros where left out. *Output shape*: `{ output, state }`, `[n, channels, sizes'...]`, the output being
 * the new hidden state; the sizes are those of a convolution of the input with the same window options, by default `valid` as in Keras.
 * *Parameters*: `weightInput [gates*channels, c, kernel...]`, `weightHidden [gates*channels, channels, hiddenKernel...]`, `biasInput`,
 * `biasHidden [gates*channels]`; gates lie as in {@link lstmCell} and {@link gruCell}.
 * Source: Shi et al., 2015 (arXiv 1506.04214), without peepholes, as in Keras's ConvLSTM and Gluon's convolutional cells.
 *
 * @param channels channels of the state
 * @param kernel the window over the input: a number for all axes, or a list
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example recurrent(convLstmCell2d(16, 3, { padding: 'same' }))
 */
export type ConvCell<O, S extends CellState> = (channels: number, kernel: PerAxis, options?: O) => Cell<S>;

function convCell<O extends AnyConvCellOptions, S extends CellState>(
  kind: RecurrentKind,
  layer: string,
  axes: number,
): ConvCell<O, S> {
  return (channels, kernel, options) => {
    const given: AnyConvCellOptions = options ?? {};
    checkOptions(layer, given, convCellOptions(kind));
    const spec: ConvCellSpec = { kind, layer, axes, channels, kernel };
    const { parameters, input, hidden, sized } = convCellParts(spec, given);
    return defineCell<S, CellParameters>({
      kind: layer,
      name: given.name,
      parameters,
      states: RECURRENT[kind].states,
      zeroState: (x) => zerosLike(spec, sized(x)),
      apply: ({ parameters: weights }, x, state) => {
        const gates = input(x, weights.weightInput, weights.biasInput);
        return stepFrom({ kind, gates, weights, map: hidden, state }, given);
      },
    });
  };
}

/** One step of a simple recurrent network with convolutions over one spatial axis: input `[n, c, w]`; see {@link ConvCell}. */
export const convRnnCell1d: ConvCell<ConvRnnCellOptions, HiddenState> = convCell('rnn', 'convRnnCell1d', 1);

/** One step of a simple recurrent network with convolutions over two spatial axes: input `[n, c, h, w]`; see {@link ConvCell}. */
export const convRnnCell2d: ConvCell<ConvRnnCellOptions, HiddenState> = convCell('rnn', 'convRnnCell2d', 2);

/** One step of a simple recurrent network with convolutions over three spatial axes: input `[n, c, d, h, w]`; see {@link ConvCell}. */
export const convRnnCell3d: ConvCell<ConvRnnCellOptions, HiddenState> = convCell('rnn', 'convRnnCell3d', 3);

/** One step of gated recurrent units with convolutions over one spatial axis: input `[n, c, w]`; see {@link ConvCell}. */
export const convGruCell1d: ConvCell<ConvGruCellOptions, HiddenState> = convCell('gru', 'convGruCell1d', 1);

/** One step of gated recurrent units with convolutions over two spatial axes: input `[n, c, h, w]`; see {@link ConvCell}. */
export const convGruCell2d: ConvCell<ConvGruCellOptions, HiddenState> = convCell('gru', 'convGruCell2d', 2);

/** One step of gated recurrent units with convolutions over three spatial axes: input `[n, c, d, h, w]`; see {@link ConvCell}. */
export const convGruCell3d: ConvCell<ConvGruCellOptions, HiddenState> = convCell('gru', 'convGruCell3d', 3);

/** One step of long short-term memory with convolutions over one spatial axis: input `[n, c, w]`; see {@link ConvCell}. */
export const convLstmCell1d: ConvCell<ConvLstmCellOptions, LstmState> = convCell('lstm', 'convLstmCell1d', 1);

/** One step of long short-term memory with convolutions over two spatial axes: input `[n, c, h, w]`; see {@link ConvCell}. */
export const convLstmCell2d: ConvCell<ConvLstmCellOptions, LstmState> = convCell('lstm', 'convLstmCell2d', 2);

/** One step of long short-term memory with convolutions over three spatial axes: input `[n, c, d, h, w]`; see {@link ConvCell}. */
export const convLstmCell3d: ConvCell<ConvLstmCellOptions, LstmState> = convCell('lstm', 'convLstmCell3d', 3);
