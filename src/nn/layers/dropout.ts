// dropout: does nothing at inference; training drops elements.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import { view } from '../../ops/costs/movement.ts';
import { numberBetween } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link DropoutOptions}. */
const DROPOUT_OPTIONS: OptionNames<DropoutOptions> = { name: true };

/** Both forms of {@link dropout}. */
export const DROPOUTS: PlainForms<[rate?: number, options?: DropoutOptions]> = plainForms(
  'dropout',
  (rate = 0.5, options: DropoutOptions = {}) => {
    checkOptions('dropout', options, DROPOUT_OPTIONS);
    numberBetween('dropout', 'rate', rate, 0, 1);
    return { name: options.name, compute: (x) => emitLayerOne(DROPOUT, [x], { rate: { kind: 'float', value: rate } }) };
  },
);

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
  return DROPOUTS.layer(rate, options);
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
