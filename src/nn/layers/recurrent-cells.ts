// rnnCell, lstmCell, gruCell: one step of a recurrence.
import { invariant } from '../../base/assert-never.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger } from '../arguments.ts';
import { checkOptions } from '../option-names.ts';
import { type Cell, type CellState, type CellStep, defineCell } from '../recurrent/cell.ts';
import {
  type CellParameters,
  cellParameters,
  checkCellOptions,
  type LstmWeightOptions,
  type RecurrentWeightOptions,
} from '../recurrent/cell-weights.ts';
import { RECURRENT, type RecurrentKind } from '../recurrent/kinds.ts';
import type { DirectionWeights } from '../recurrent/lowered.ts';
import {
  type AnyCellOptions,
  CELL_OPTIONS,
  type CellComputation,
  checkCellComputation,
  denseMap,
  type GatedComputation,
  type GruComputation,
  stepFrom,
} from '../recurrent/weighted-cell.ts';
import { zerosFor } from '../recurrent/zeros.ts';
import type { HiddenState } from './gru.ts';
import type { LstmState } from './lstm.ts';

/** Options of {@link rnnCell}. */
export interface RnnCellOptions extends RecurrentWeightOptions, CellComputation {
  /** The input features; settled by the first batch by default. */
  readonly inFeatures?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of {@link gruCell}. */
export interface GruCellOptions extends RnnCellOptions, GruComputation {}

/** Options of {@link lstmCell}. */
export interface LstmCellOptions extends RnnCellOptions, LstmWeightOptions, GatedComputation {}

/**
 * One step of a simple recurrent network: `h' = activation(W x + b + R h + b')`.
 *
 * *Input shape*: `[n, k]`, k settled by the first batch; then the state `[h]` of `[n, units]`, zeros where left out.
 * *Output shape*: `{ output, state: [h] }`, `[n, units]`, the output being the new hidden state.
 * *Parameters*: `weightInput [units, k]`, `weightHidden [units, units]`, `biasInput`, `biasHidden [units]`, as torch.nn.RNNCell has
 * them; {@link fromTorchRecurrent} maps its names.
 * Source: Elman, 1990; torch.nn.RNNCell.
 *
 * @param units features of the state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example recurrent(rnnCell(64, { activation: 'relu' }))
 */
export function rnnCell(units: number, options: RnnCellOptions = {}): Cell<HiddenState> {
  return denseCell<HiddenState>('rnn', units, options);
}

/**
 * One step of a GRU, as {@link gru} computes it, with any activations.
 *
 * *Input shape*: `[n, k]`, k settled by the first batch; then the state `[h]` of `[n, units]`, zeros where left out.
 * *Output shape*: `{ output, state: [h] }`, `[n, units]`, the output being the new hidden state.
 * *Parameters*: `weightInput [3*units, k]`, `weightHidden [3*units, units]`, `biasInput`, `biasHidden [3*units]`, rows r, z, n as in
 * torch.nn.GRUCell.
 * Source: Cho et al., 2014 (arXiv 1406.1078); torch.nn.GRUCell.
 *
 * @param units features of the state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example recurrent(gruCell(64))
 */
export function gruCell(units: number, options: GruCellOptions = {}): Cell<HiddenState> {
  return denseCell<HiddenState>('gru', units, options);
}

/**
 * One step of an LSTM, as {@link lstm} computes it, with any activations; with a projection Gluon's LSTMPCell.
 *
 * *Input shape*: `[n, k]`, k settled by the first batch; then the state `[h, c]` of `[n, units]` each, zeros where left out.
 * *Output shape*: `{ output, state: [h, c] }`, `[n, units]` each, h `[n, projection]` where it is projected; the output is h.
 * *Parameters*: `weightInput [4*units, k]`, `weightHidden [4*units, units]`, `biasInput`, `biasHidden [4*units]`, rows i, f, g, o as in
 * torch.nn.LSTMCell; with `peephole` `weightPeephole [3*units]`, with `projection` `weightProjection [projection, units]`.
 * Source: Hochreiter and Schmidhuber, 1997; Gers et al., 2000; torch.nn.LSTMCell.
 *
 * @param units features of the cell state
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example
 * const cell = lstmCell(64);
 * model((x: Value, h: Value, c: Value) => [...cell(x, [h, c]).state]);
 */
export function lstmCell(units: number, options: LstmCellOptions = {}): Cell<LstmState> {
  return denseCell<LstmState>('lstm', units, options);
}

function denseCell<S extends CellState>(kind: RecurrentKind, units: number, options: AnyCellOptions): Cell<S> {
  const name = `${kind}Cell`;
  checkOptions(name, options, CELL_OPTIONS[kind]);
  positiveInteger(name, 'units', units);
  checkCellComputation(name, options);
  checkCellOptions(name, options);
  const sizes = [options.projection ?? units, units].slice(0, RECURRENT[kind].states);
  return defineCell<S, CellParameters>({
    kind: name,
    name: options.name,
    parameters: cellParameters({ kind, units, features: options.inFeatures ?? '?' }, options),
    states: sizes.length,
    zeroState: (x) => sizes.map((size) => zerosFor(x, [{ axis: 0 }, size])),
    apply: ({ parameters }, x, state) => denseStep(kind, { x, state, weights: parameters }, options),
  });
}

/** A step from values. */
interface DenseStep {
  readonly x: Value;
  readonly state: CellState;
  readonly weights: DirectionWeights;
}

function denseStep(kind: RecurrentKind, { x, state, weights }: DenseStep, options: GruComputation): CellStep {
  const gates = denseMap(x, weights.weightInput, weights.biasInput);
  return stepFrom({ kind, gates, weights, map: denseMap, state }, options);
}

/** The weights of a cell, in the order of torch.nn.functional's cells. */
export type CellWeights = [
  weightInput: Value,
  weightHidden: Value,
  biasInput?: Value | undefined,
  biasHidden?: Value | undefined,
];

const named = ([weightInput, weightHidden, biasInput, biasHidden]: CellWeights): DirectionWeights => ({
  weightInput,
  weightHidden,
  biasInput,
  biasHidden,
});

/**
 * The new hidden state of {@link rnnCell} from the values of its weights.
 *
 * @param x `[n, k]`
 * @param hidden `[n, units]`
 * @param weights weightInput, weightHidden, biasInput, biasHidden
 * @throws LAYER_ARGUMENT when an option is of the wrong kind, or the weights do not tell the units
 */
export function rnnCellOf(x: Value, hidden: Value, weights: CellWeights, options: CellComputation = {}): Value {
  return denseStep('rnn', { x, state: [hidden], weights: named(weights) }, options).output;
}

/**
 * The new hidden state of {@link gruCell} from the values of its weights.
 *
 * @param x `[n, k]`
 * @param hidden `[n, units]`
 * @param weights weightInput, weightHidden, biasInput, biasHidden, rows r, z, n
 * @throws LAYER_ARGUMENT when an option is of the wrong kind, or the weights do not tell the units
 */
export function gruCellOf(x: Value, hidden: Value, weights: CellWeights, options: GruComputation = {}): Value {
  return denseStep('gru', { x, state: [hidden], weights: named(weights) }, options).output;
}

/**
 * The new state `[h, c]` of {@link lstmCell} from the values of its weights.
 *
 * @param x `[n, k]`
 * @param state `[h, c]`, `[n, units]` each
 * @param weights weightInput, weightHidden, biasInput, biasHidden, rows i, f, g, o
 * @throws LAYER_ARGUMENT when an option is of the wrong kind, or the weights do not tell the units
 */
export function lstmCellOf(
  x: Value,
  state: LstmState,
  weights: CellWeights,
  options: GatedComputation = {},
): LstmState {
  const [hidden, cell] = denseStep('lstm', { x, state, weights: named(weights) }, options).state;
  invariant(hidden && cell, 'an LSTM has two states');
  return [hidden, cell];
}
