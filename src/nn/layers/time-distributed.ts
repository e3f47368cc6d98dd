// timeDistributed: one layer applied to each step of a sequence.
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { mergeTime, splitTime } from '../recurrent/time-axis.ts';
import { asLayer, type Stage } from '../stage.ts';

/** Options of {@link timeDistributed}. */
export interface TimeDistributedOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link TimeDistributedOptions}. */
const TIME_OPTIONS: OptionNames<TimeDistributedOptions> = { name: true };

/**
 * Applies a layer to each step of a sequence, with the same weights, all steps at once: `y[:, t] = layer(x[:, t])` (Keras:
 * TimeDistributed). Dense layers need no such wrapper: they keep all axes but the last.
 *
 * *Input shape*: `[n, s, ...]`, each step `[n, ...]` being what the layer takes; n and s may stay symbolic, or change places.
 * *Output shape*: `[n, s, ...]`, each step being what the layer gives.
 * *Parameters*: those of `layer`.
 * Source: tf.keras.layers.TimeDistributed.
 *
 * @param layer a layer or a function that keeps the batch axis and does not mix its rows
 * @throws LAYER_ARGUMENT when its argument is neither a layer nor a function
 * @example timeDistributed(sequential(conv2d(8, 3), flatten(), dense(16)))
 */
export function timeDistributed(layer: Stage, options: TimeDistributedOptions = {}): Layer {
  checkOptions('timeDistributed', options, TIME_OPTIONS);
  const inner = asLayer(layer, 'timeDistributed');
  return defineLayer({
    kind: 'timeDistributed',
    name: options.name,
    children: [['layer', inner]],
    apply: (_call, x: Value): Value => splitTime(inner(mergeTime(x)), x),
  });
}
