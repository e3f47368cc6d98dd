// dropout: does nothing at inference; training drops elements.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { view } from '../../ops/costs/movement.ts';
import { numberBetween } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link DropoutOptions}. */
const DROPOUT_OPTIONS: OptionNames<DropoutOptions> = { name: true };

/**
 * Drops elements while training; an emitted model is for inference, where it is the identity and leaves no node.
 *
 * *Input shape*: any. *Output shape*: the same.
 * Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 2014, in the inverted form
 * of PyTorch, Keras and Gluon, which scales while training.
 *
 * @param rate the share of elements that training drops, from 0 to 1; 0.5 by default
 * @throws LAYER_ARGUMENT when `rate` is outside [0, 1]
 * @example sequential(dense(256, { activation: 'relu' }), dropout(0.5), dense(10))
 */
export function dropout(rate = 0.5, options: DropoutOptions = {}): Layer {
  checkOptions('dropout', options, DROPOUT_OPTIONS);
  numberBetween('dropout', 'rate', rate, 0, 1);
  return defineLayer({
    kind: 'dropout',
    name: options.name,
    apply: (_call, x: Value): Value => emitLayerOne(DROPOUT, [x], { rate: { kind: 'float', value: rate } }),
  });
}

/** Input x. It becomes an Identity, which a later pass takes out. */
export const DROPOUT: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'dropout',
  cost: view,
  infer: (cx) => [cx.type(0)],
  lower: (node) => [op.Identity(inputOf(node, 0))],
  examples: [
    { inputs: ['float32[n, 20]'], attributes: { rate: 0.5 }, outputs: ['float32[n, 20]'] },
    { inputs: ['float16[...]'], outputs: ['float16[...]'] },
  ],
};
