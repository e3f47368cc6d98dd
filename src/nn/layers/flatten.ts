// flatten: the axes behind the batch made one.
import { op } from '../../build/op.ts';
import { refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link flatten}. */
export interface FlattenOptions {
  /** The first axis of the second part; 1 by default: all but the batch. Counted from the end where it is negative. */
  readonly axis?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link FlattenOptions}. */
const FLATTEN_OPTIONS: OptionNames<FlattenOptions> = { axis: true, name: true };

/** Both forms of {@link flatten}. */
export const FLATTENS: PlainForms<[options?: FlattenOptions]> = plainForms(
  'flatten',
  (options: FlattenOptions = {}) => {
    checkOptions('flatten', options, FLATTEN_OPTIONS);
    const axis = options.axis ?? 1;
    if (!Number.isSafeInteger(axis)) refuseArgument('flatten', 'axis', 'an integer', axis);
    return { name: options.name, compute: (x) => op.Flatten(x, { axis }) };
  },
);

/**
 * Makes two axes of all: those before `axis` and those from it on.
 *
 * *Input shape*: `[n, d...]`. *Output shape*: `[n, product of d...]`.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__Flatten.html
 *
 * @throws LAYER_ARGUMENT when `axis` is no integer
 * @throws ATTRIBUTE_INVALID (at the call) when the input has no such axis
 * @example sequential(conv2d(16, 5), flatten(), dense(120))
 */
export function flatten(options: FlattenOptions = {}): Layer {
  return FLATTENS.layer(options);
}
