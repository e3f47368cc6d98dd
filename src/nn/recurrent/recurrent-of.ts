// Recurrent layers computed from values: the functional forms of rnn, lstm and gru.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { emitLayer } from '../layer-node.ts';
import { floatAttribute } from '../layer-values.ts';
import { type CellState, checkState } from './cell.ts';
import { RECURRENT, type RecurrentActivation, type RecurrentKind } from './kinds.ts';
import type { DirectionWeights } from './lowered.ts';
import { checkSequenceOptions, type SequenceOptions } from './recurrent-options.ts';
import { RECURRENT_LAYERS } from './recurrent-rows.ts';
import { unitsOf } from './weighted-cell.ts';

/** The weights of a recurrent layer: for each level its directions, one or two. */
export type RecurrentWeights = readonly (readonly DirectionWeights[])[];

/** Options of the functional forms of recurrent layers. */
export interface RecurrentOfOptions extends SequenceOptions {
  /** `[h]`, or `[h, c]` of an LSTM, each `[levels*directions, n, ...]`; zeros where left out. */
  readonly state?: CellState | undefined;
  /** Valid steps of each row of the batch: `[n]`, int32 or int64; all where left out. */
  readonly lengths?: Value | undefined;
  /** Applied to the gates; sigmoid by default. */
  readonly recurrentActivation?: RecurrentActivation | undefined;
  /** Whether a GRU's reset gate is applied after the map of the state; true by default. */
  readonly resetAfter?: boolean | undefined;
}

/** What a recurrent layer gives: the sequence, and the final state of all levels and directions. */
export interface RecurrentOutput {
  readonly sequence: Value;
  readonly state: CellState;
  /** Directions of each level. */
  readonly directions: number;
}

/**
 * Computes a recurrent layer.
 *
 * @throws LAYER_ARGUMENT when levels differ in their directions, the weights do not tell the units, or the state has another number of values
 */
export function recurrentOf(
  kind: RecurrentKind,
  x: Value,
  weights: RecurrentWeights,
  options: RecurrentOfOptions,
): RecurrentOutput {
  checkSequenceOptions(kind, options);
  const { states } = RECURRENT[kind];
  const { state, lengths, layout = 'nsc', activation, recurrentActivation, clip, resetAfter } = options;
  const { first, directions } = checkWeights(kind, weights);
  checkState(kind, state, states);
  const outputs = emitLayer(
    RECURRENT_LAYERS[kind],
    [x, lengths, state?.[0], state?.[1], ...weights.flat().flatMap(slotsOf)],
    {
      units: unitsOf(kind, first.weightHidden),
      levels: weights.length,
      directions,
      batchFirst: layout === 'nsc' ? 1 : 0,
      activation,
      recurrentActivation,
      clip: clip === undefined ? undefined : floatAttribute(clip),
      resetAfter: resetAfter === false ? 0 : undefined,
    },
    1 + states,
  );
  const [sequence, ...final] = outputs;
  invariant(sequence, 'a recurrent layer has an output');
  return { sequence, state: final, directions };
}

/** The output of the last step, forward, and of the first one, backward: `[n, directions*hidden]`. */
export function lastOutput({ state, directions }: RecurrentOutput, levels: number): Value {
  const [hidden] = state;
  invariant(hidden, 'a recurrent layer has a hidden state');
  const rows = Array.from({ length: directions }, (_, i) =>
    op.Gather(hidden, (levels - 1) * directions + i, { axis: 0 }),
  );
  const [only] = rows;
  return only && rows.length === 1 ? only : op.Concat(rows, { axis: -1 });
}

/** In the order of SLOT. */
function slotsOf(weights: DirectionWeights): readonly (Value | undefined)[] {
  const { weightInput, weightHidden, biasInput, biasHidden, weightPeephole, weightProjection } = weights;
  return [weightInput, weightHidden, biasInput, biasHidden, weightPeephole, weightProjection];
}

/** The first cell and the number of directions. */
function checkWeights(kind: RecurrentKind, weights: RecurrentWeights): { first: DirectionWeights; directions: number } {
  const [level] = weights;
  const first = level?.[0];
  const isEven = weights.every((one) => one.length === level?.length);
  if (!first || !isEven || level.length > 2)
    refuseArgument(kind, 'weights', 'a list of levels that all have one direction, or all have two', weights);
  return { first, directions: level.length };
}
