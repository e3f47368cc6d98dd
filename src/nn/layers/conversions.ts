// Layers that compute each element, or each vector, by itself and own nothing: rescale, cast, oneHot, unitNorm.
import { op } from '../../build/op.ts';
import { type DType, isDType } from '../../ir/dtype.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import type { NameOptions } from './reshaping.ts';

/** Options of {@link oneHot}. */
export interface OneHotOptions extends NameOptions {
  /** Element type of the output; float32 by default. */
  readonly dtype?: DType | undefined;
}

/** Options of {@link unitNorm}. */
export interface UnitNormOptions extends NameOptions {
  /** The axis whose vectors get length 1, counted from either end; -1 by default. */
  readonly axis?: number | undefined;
  /** The least length that is divided by; 1e-12 by default, as in PyTorch. */
  readonly epsilon?: number | undefined;
}

const NAME_OPTIONS: OptionNames<NameOptions> = { name: true };
const ONE_HOT_OPTIONS: OptionNames<OneHotOptions> = { name: true, dtype: true };
const UNIT_OPTIONS: OptionNames<UnitNormOptions> = { name: true, axis: true, epsilon: true };

const finite = (layer: string, argument: string, value: unknown): void => {
  if (!Number.isFinite(value)) refuseArgument(layer, argument, 'a finite number', value);
};

/** Both forms of the layers here. */
export const CONVERSIONS = {
  rescale: plainForms('rescale', (scale: number, offset = 0, options: NameOptions = {}) => {
    checkOptions('rescale', options, NAME_OPTIONS);
    finite('rescale', 'scale', scale);
    finite('rescale', 'offset', offset);
    return {
      name: options.name,
      compute: (x) => {
        const scaled = op.Mul(x, scale);
        return offset === 0 ? scaled : op.Add(scaled, offset);
      },
    };
  }),
  cast: plainForms('cast', (dtype: DType, options: NameOptions = {}) => {
    checkOptions('cast', options, NAME_OPTIONS);
    if (!isDType(dtype)) refuseArgument('cast', 'its type', 'an element type of ONNX', dtype);
    return { name: options.name, compute: (x) => op.Cast(x, { to: dtype }) };
  }),
  oneHot: plainForms('oneHot', (count: number, options: OneHotOptions = {}) => {
    checkOptions('oneHot', options, ONE_HOT_OPTIONS);
    positiveInteger('oneHot', 'count', count);
    const { dtype = 'float32', name } = options;
    if (!isDType(dtype)) refuseArgument('oneHot', 'dtype', 'an element type of ONNX', dtype);
    // ONNX counts negative numbers from the end, and gives zeros for those beyond it.
    const values = tensorFromValues(dtype, [2], [0, 1]);
    return { name, compute: (x) => op.OneHot(x, tensorFromValues('int64', [], [count]), values) };
  }),
  unitNorm: plainForms('unitNorm', (options: UnitNormOptions = {}) => {
    checkOptions('unitNorm', options, UNIT_OPTIONS);
    const { axis = -1, epsilon = 1e-12, name } = options;
    if (!Number.isSafeInteger(axis)) refuseArgument('unitNorm', 'axis', 'an integer', axis);
    if (!(epsilon > 0 && Number.isFinite(epsilon))) refuseArgument('unitNorm', 'epsilon', 'a number > 0', epsilon);
    return {
      name,
      compute: (x) => {
        const least = filled(x.dtype, [], epsilon);
        return op.Div(x, op.Max([op.ReduceL2(x, [axis], { keepdims: 1 }), least]));
      },
    };
  }),
} satisfies Record<string, PlainForms<never>>;

/**
 * Scales and shifts: `y = x * scale + offset`.
 *
 * *Input shape*: any. *Output shape*: the same.
 * Source: keras.layers.Rescaling.
 *
 * @param offset 0 by default
 * @throws LAYER_ARGUMENT when an argument is no finite number
 * @example sequential(rescale(1 / 127.5, -1), conv2d(32, 3))
 */
export function rescale(scale: number, offset = 0, options: NameOptions = {}): Layer {
  return CONVERSIONS.rescale.layer(scale, offset, options);
}

/**
 * Converts to an element type. (`model.cast` converts a whole model.)
 *
 * *Input shape*: any. *Output shape*: the same.
 * Source: https://onnx.ai/onnx/operators/onnx__Cast.html
 *
 * @throws LAYER_ARGUMENT when the type is none of ONNX
 * @example sequential(cast('float32'), rescale(1 / 255), conv2d(32, 3)) // takes bytes
 */
export function cast(dtype: DType, options: NameOptions = {}): Layer {
  return CONVERSIONS.cast.layer(dtype, options);
}

/**
 * A vector with one 1 for each number: `y[..., i] = 1 where x == i, else 0`.
 *
 * *Input shape*: `[...]` of integers from 0 to count - 1. *Output shape*: `[..., count]`.
 * Source: https://onnx.ai/onnx/operators/onnx__OneHot.html; torch.nn.functional.one_hot, keras.layers.CategoryEncoding
 *
 * @param count how many numbers there are
 * @throws LAYER_ARGUMENT when `count` is no positive integer, or the type is none of ONNX
 * @example sequential(oneHot(28), rnn(64), dense(28))
 */
export function oneHot(count: number, options: OneHotOptions = {}): Layer {
  return CONVERSIONS.oneHot.layer(count, options);
}

/**
 * Gives each vector length 1: `y = x / max(||x||, epsilon)`.
 *
 * *Input shape*: any that has the axis. *Output shape*: the same.
 * Source: torch.nn.functional.normalize, whose epsilon it has; keras.layers.UnitNormalization.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 * @example sequential(dense(128), unitNorm())
 */
export function unitNorm(options: UnitNormOptions = {}): Layer {
  return CONVERSIONS.unitNorm.layer(options);
}

/** {@link unitNorm} of a value. */
export const unitNormOf = CONVERSIONS.unitNorm.of;
