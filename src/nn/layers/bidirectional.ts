// bidirectional: two recurrent layers or cells over one sequence, one of them backwards, brought together.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { type AnyLayer, defineLayer, isLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type Cell, type CellState, type CellStep, cellFacts, checkState, isCell } from '../recurrent/cell.ts';
import type { RecurrentInputs } from '../recurrent/recurrent-layer.ts';
import type { SequenceLayout } from '../recurrent/recurrent-options.ts';
import { turn } from '../recurrent/scan-time.ts';
import { asLayer } from '../stage.ts';
import { SUM } from './merge.ts';
import { type RepeatOptions, recurrent } from './recurrent.ts';

/** How both directions are brought together. */
export type BidirectionalMerge = 'concat' | 'sum' | 'mul' | 'ave';

/** Options of {@link bidirectional}. */
export interface BidirectionalOptions {
  /** `concat` along the last axis, `sum`, `mul` or `ave` (their mean); `concat` by default, as in Keras. */
  readonly merge?: BidirectionalMerge | undefined;
  /** `nsc`, batch first, by default; `snc` has time first. That of the layers, too. */
  readonly layout?: SequenceLayout | undefined;
  /** Whether the layers give all steps, which are then brought into one order, or one output; true by default. That of the layers, too. */
  readonly returnSequences?: boolean | undefined;
  /** Whether the call gives `{ output, state }`, the states of the forward cell and then those of the backward one; for cells. False by default. */
  readonly returnState?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link BidirectionalOptions}. */
const BIDIRECTIONAL_OPTIONS: OptionNames<BidirectionalOptions> = {
  merge: true,
  layout: true,
  returnSequences: true,
  returnState: true,
  name: true,
};

/** What two directions become. */
const MERGES: Readonly<Record<BidirectionalMerge, (a: Value, b: Value) => Value>> = {
  concat: (a, b) => op.Concat([a, b], { axis: -1 }),
  sum: (a, b) => emitLayerOne(SUM, [a, b]),
  mul: (a, b) => op.Mul(a, b),
  ave: (a, b) => op.Mul(emitLayerOne(SUM, [a, b]), 0.5),
};

/** A layer of sequences, a function of one, or a cell that is repeated over one. */
export type SequenceStage = Layer<RecurrentInputs> | ((x: Value) => Value) | Cell;

/** What {@link bidirectional} is called with: the sequence, lengths, and for cells the states of both in one list. */
export type BidirectionalInputs = [x: Value, lengths?: Value | undefined, state?: CellState | undefined];

/**
 * Runs one layer over a sequence and another over the sequence backwards, and brings their outputs together (Keras: Bidirectional;
 * with cells Gluon: BidirectionalCell). The two have weights of their own; {@link lstm}, {@link gru} and {@link rnn} do the same by their
 * option `bidirectional`, in one operator.
 *
 * *Input shape*: `[n, s, ...]`, or `[s, n, ...]` with the layout `snc`; then lengths `[n]` (int32 or int64), all steps where left out;
 * then, for cells, the states of both in one list, zeros where left out.
 * *Output shape*: that of the layers, with `concat` the sum of their features; with `returnState` `{ output, state }`.
 * *Parameters*: those of `forward` and `backward`; a cell stands in `forward.cell` and `backward.cell`.
 * Source: Schuster and Paliwal, 1997; tf.keras.layers.Bidirectional.
 *
 * @param forward a layer of sequences, such as {@link lstm} or {@link recurrent}, or a cell, which is repeated as {@link recurrent} does
 * @param backward another, which sees the sequence backwards
 * @throws LAYER_ARGUMENT when a part is neither a layer nor a function, both are the same layer, or an option is of the wrong kind; at the
 * call when a state has another number of values than the cells
 * @throws SHAPE_MISMATCH (at the call) when the outputs do not fit together
 * @example bidirectional(lstmCell(64), lstmCell(64), { merge: 'sum' })
 */
export function bidirectional(
  forward: Cell,
  backward: Cell,
  options: BidirectionalOptions & { readonly returnState: true },
): Layer<BidirectionalInputs, CellStep>;
export function bidirectional(
  forward: SequenceStage,
  backward: SequenceStage,
  options?: BidirectionalOptions & { readonly returnState?: false | undefined },
): Layer<BidirectionalInputs>;
export function bidirectional(
  forward: SequenceStage,
  backward: SequenceStage,
  options: BidirectionalOptions = {},
): Layer<BidirectionalInputs, Value | CellStep> {
  checkOptions('bidirectional', options, BIDIRECTIONAL_OPTIONS);
  const { merge = 'concat', layout = 'nsc', returnSequences = true, returnState = false } = options;
  if (!Object.hasOwn(MERGES, merge)) refuseArgument('bidirectional', 'merge', 'concat, sum, mul or ave', merge);
  if (layout !== 'nsc' && layout !== 'snc') refuseArgument('bidirectional', 'layout', '"nsc" or "snc"', layout);
  if (forward === backward) refuseArgument('bidirectional', 'backward', 'a layer of its own', 'the forward layer');
  const repeat = { layout, returnSequences };
  const [ahead, back] = [direction(forward, repeat), direction(backward, repeat)];
  if (returnState && !(isCell(forward) && isCell(backward)))
    refuseArgument('bidirectional', 'returnState', 'left out where a part is no cell', returnState);
  const axis = layout === 'nsc' ? 1 : 0;
  return defineLayer({
    kind: 'bidirectional',
    name: options.name,
    children: [
      ['forward', ahead.layer],
      ['backward', back.layer],
    ],
    apply: (_call, ...[x, lengths, given]: BidirectionalInputs): Value | CellStep => {
      const state = checkState('bidirectional', given, ahead.states + back.states);
      const first = ahead.run(x, state?.slice(0, ahead.states), lengths);
      const second = back.run(turn(x, lengths, axis), state?.slice(ahead.states), lengths);
      const turned = returnSequences ? turn(second.output, lengths, axis) : second.output;
      const output = MERGES[merge](first.output, turned);
      return returnState ? { output, state: [...first.state, ...second.state] } : output;
    },
  });
}

/** One direction: its layer, the values of its state that come from outside, and how it runs. */
interface Direction {
  readonly layer: AnyLayer;
  readonly states: number;
  readonly run: (x: Value, state: CellState | undefined, lengths: Value | undefined) => CellStep;
}

function direction(stage: SequenceStage, options: RepeatOptions): Direction {
  if (isCell(stage)) {
    const layer = recurrent(stage, { ...options, returnState: true });
    return { layer, states: cellFacts(stage).states, run: layer };
  }
  // A layer may be called with a state and lengths, which a plain function does not see.
  const layer: Layer<RecurrentInputs> = isLayer(stage) ? stage : asLayer(stage, 'bidirectional');
  return { layer, states: 0, run: (x, _state, lengths) => ({ output: layer(x, undefined, lengths), state: [] }) };
}
