// Cells with weights: what rnnCell, lstmCell, gruCell and their convolutional forms have in common.
import { invariant } from '../../base/assert-never.ts';
import type { Value } from '../../ir/graph.ts';
import type { Activation } from '../activation.ts';
import { numberBetween, positiveInteger, refuseArgument } from '../arguments.ts';
import { emitLayerOne } from '../layer-node.ts';
import { DENSE } from '../layers/dense.ts';
import type { OptionNames } from '../option-names.ts';
import { type CellState, type CellStep, fittingState } from './cell.ts';
import {
  LSTM_WEIGHT_OPTIONS,
  type LstmWeightOptions,
  RECURRENT_WEIGHT_OPTIONS,
  type RecurrentWeightOptions,
} from './cell-weights.ts';
import { cellActivations, RECURRENT, type RecurrentKind } from './kinds.ts';
import type { DirectionWeights } from './lowered.ts';
import { type CellMap, hiddenMaps, recurrentStep } from './step.ts';

/** What a cell computes, whatever its kind. */
export interface CellComputation {
  /** Applied to the new value of the cell, and to what an LSTM lets out; tanh by default. */
  readonly activation?: Activation | undefined;
  /** Bounds what goes into the activations of the gates to [-clip, clip]; no bound by default. */
  readonly clip?: number | undefined;
}

/** What a cell with gates computes. */
export interface GatedComputation extends CellComputation {
  /** Applied to the gates; sigmoid by default. */
  readonly recurrentActivation?: Activation | undefined;
}

/** What a GRU's cell computes. */
export interface GruComputation extends GatedComputation {
  /** Whether the reset gate is applied after the map of the state, as in PyTorch; true by default. */
  readonly resetAfter?: boolean | undefined;
}

/** Options of cells of any kind. */
export interface AnyCellOptions extends RecurrentWeightOptions, LstmWeightOptions, GruComputation {
  /** The input features or channels; settled by the first batch by default. */
  readonly inFeatures?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const SHARED = { ...RECURRENT_WEIGHT_OPTIONS, activation: true, clip: true, inFeatures: true, name: true } as const;

/** The names of the options of each kind of cell. */
export const CELL_OPTIONS: Readonly<Record<RecurrentKind, Partial<OptionNames<AnyCellOptions>>>> = {
  rnn: SHARED,
  gru: { ...SHARED, recurrentActivation: true, resetAfter: true },
  lstm: { ...SHARED, ...LSTM_WEIGHT_OPTIONS, recurrentActivation: true },
};

/** @throws LAYER_ARGUMENT when an option of a cell is of the wrong kind or range */
export function checkCellComputation(kind: string, options: AnyCellOptions): void {
  cellActivations(options.activation, options.recurrentActivation);
  if (options.clip !== undefined) numberBetween(kind, 'clip', options.clip, Number.MIN_VALUE, Number.MAX_VALUE);
  if (options.inFeatures !== undefined) positiveInteger(kind, 'inFeatures', options.inFeatures);
}

/** What a step is computed from. */
export interface StepParts {
  readonly kind: RecurrentKind;
  /** What the input adds to the gates. */
  readonly gates: Value;
  readonly weights: Omit<DirectionWeights, 'weightInput' | 'biasInput'>;
  /** The map of the hidden state. */
  readonly map: CellMap;
  readonly state: CellState;
}

/**
 * One step from the gates of the input.
 *
 * @throws LAYER_ARGUMENT when the weights do not tell the units
 */
export function stepFrom({ kind, gates, weights, map, state }: StepParts, options: GruComputation): CellStep {
  const units = unitsOf(kind, weights.weightHidden);
  const { weightProjection } = weights;
  const hidden = hiddenMaps(weights, map, kind === 'gru' && options.resetAfter === false ? units : undefined);
  const projected = weightProjection?.shape[0];
  const size = projected?.kind === 'const' ? projected.value : undefined;
  const fitting = state.map((value, i) =>
    fittingState(value, gates, { gates: RECURRENT[kind].gates, size: i === 0 ? size : undefined }),
  );
  const after = recurrentStep(
    {
      kind,
      units,
      clip: options.clip,
      activations: cellActivations(options.activation, options.recurrentActivation),
      peephole: weights.weightPeephole,
      project: weightProjection && ((value: Value): Value => map(value, weightProjection)),
    },
    gates,
    hidden,
    fitting,
  );
  const [output] = after;
  invariant(output, 'a recurrent cell has a hidden state');
  return { output, state: after };
}

/** The features of the inner state, by the rows of a weight. */
export function unitsOf(kind: RecurrentKind, weightHidden: Value): number {
  const { gates } = RECURRENT[kind];
  const rows = weightHidden.shape[0];
  if (rows?.kind === 'const' && rows.value % gates === 0) return rows.value / gates;
  const expected =
    gates === 1 ? 'a weight with a known number of rows' : `a weight whose rows are a multiple of ${gates}`;
  refuseArgument(kind, 'weightHidden', expected, rows?.kind === 'const' ? rows.value : String(weightHidden));
}

/** `x W^T + b` as a node whose rule settles unknown sizes. */
export const denseMap: CellMap = (x, weight, bias) => emitLayerOne(DENSE, [x, weight, bias]);
