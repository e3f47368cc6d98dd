// bidirectional: two recurrent layers over one sequence, one of them backwards, brought together.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, isLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import type { RecurrentInputs } from '../recurrent/recurrent-layer.ts';
import type { SequenceLayout } from '../recurrent/recurrent-options.ts';
import { turn } from '../recurrent/scan-time.ts';
import { asLayer } from '../stage.ts';
import { SUM } from './merge.ts';

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
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link BidirectionalOptions}. */
const BIDIRECTIONAL_OPTIONS: OptionNames<BidirectionalOptions> = {
  merge: true,
  layout: true,
  returnSequences: true,
  name: true,
};

/** What two directions become. */
const MERGES: Readonly<Record<BidirectionalMerge, (a: Value, b: Value) => Value>> = {
  concat: (a, b) => op.Concat([a, b], { axis: -1 }),
  sum: (a, b) => emitLayerOne(SUM, [a, b]),
  mul: (a, b) => op.Mul(a, b),
  ave: (a, b) => op.Mul(emitLayerOne(SUM, [a, b]), 0.5),
};

/** A layer of sequences, or a function of one. */
export type SequenceStage = Layer<RecurrentInputs> | ((x: Value) => Value);

/**
 * Runs one layer over a sequence and another over the sequence backwards, and brings their outputs together (Keras: Bidirectional).
 * The two have weights of their own; {@link lstm}, {@link gru} and {@link rnn} do the same by their option `bidirectional`, in one
 * operator.
 *
 * *Input shape*: `[n, s, ...]`, or `[s, n, ...]` with the layout `snc`; then lengths `[n]` (int32 or int64), all steps where left out.
 * *Output shape*: that of the layers, with `concat` the sum of their features.
 * *Parameters*: those of `forward` and `backward`.
 * Source: Schuster and Paliwal, 1997; tf.keras.layers.Bidirectional.
 *
 * @param forward a layer of sequences, such as {@link lstm} or {@link recurrent}
 * @param backward another, which sees the sequence backwards
 * @throws LAYER_ARGUMENT when a part is neither a layer nor a function, both are the same layer, or an option is of the wrong kind
 * @throws SHAPE_MISMATCH (at the call) when the outputs do not fit together
 * @example bidirectional(recurrent(lstmCell(64)), recurrent(lstmCell(64)), { merge: 'sum' })
 */
export function bidirectional(
  forward: SequenceStage,
  backward: SequenceStage,
  options: BidirectionalOptions = {},
): Layer<[x: Value, lengths?: Value | undefined]> {
  checkOptions('bidirectional', options, BIDIRECTIONAL_OPTIONS);
  const { merge = 'concat', layout = 'nsc', returnSequences = true } = options;
  if (!Object.hasOwn(MERGES, merge)) refuseArgument('bidirectional', 'merge', 'concat, sum, mul or ave', merge);
  if (layout !== 'nsc' && layout !== 'snc') refuseArgument('bidirectional', 'layout', '"nsc" or "snc"', layout);
  if (forward === backward) refuseArgument('bidirectional', 'backward', 'a layer of its own', 'the forward layer');
  const [ahead, back] = [sequenceLayer(forward), sequenceLayer(backward)];
  const axis = layout === 'nsc' ? 1 : 0;
  return defineLayer({
    kind: 'bidirectional',
    name: options.name,
    children: [
      ['forward', ahead],
      ['backward', back],
    ],
    apply: (_call, x: Value, lengths?: Value): Value => {
      const found = back(turn(x, lengths, axis), undefined, lengths);
      return MERGES[merge](ahead(x, undefined, lengths), returnSequences ? turn(found, lengths, axis) : found);
    },
  });
}

/** A stage that may be called with a state and lengths, which a plain function does not see. */
function sequenceLayer(stage: SequenceStage): Layer<RecurrentInputs> {
  return isLayer(stage) ? stage : asLayer(stage, 'bidirectional');
}
