// Layers that move elements and compute nothing: identityLayer, permute, reshape, repeatVector, select.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of layers that have nothing to choose but their name. */
export interface NameOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of {@link select}. */
export interface SelectOptions extends NameOptions {
  /** The axis that is taken out, counted from either end; 1 by default. */
  readonly axis?: number | undefined;
}

/** Options of {@link reshape}. */
export interface ReshapeOptions extends NameOptions {
  /** Whether the shape stands behind the batch axis, as in Keras; true by default. With false it is the whole shape, as in Gluon. */
  readonly keepBatch?: boolean | undefined;
}

const NAME_OPTIONS: OptionNames<NameOptions> = { name: true };
const SELECT_OPTIONS: OptionNames<SelectOptions> = { ...NAME_OPTIONS, axis: true };
const RESHAPE_OPTIONS: OptionNames<ReshapeOptions> = { ...NAME_OPTIONS, keepBatch: true };

/** Both forms of the layers here. */
export const RESHAPINGS = {
  identity: plainForms('identityLayer', (options: NameOptions = {}) => {
    checkOptions('identityLayer', options, NAME_OPTIONS);
    return { name: options.name, compute: (x) => x };
  }),
  permute: plainForms('permute', (order: readonly number[], options: NameOptions = {}) => {
    checkOptions('permute', options, NAME_OPTIONS);
    const isFit = Array.isArray(order) && order.length > 0 && order.every((_, i) => order.includes(i + 1));
    if (!isFit) refuseArgument('permute', 'its order', 'each of the axes 1, 2, ... once', `[${String(order)}]`);
    return { name: options.name, compute: (x) => op.Transpose(x, { perm: [0, ...order] }) };
  }),
  reshape: plainForms('reshape', (shape: readonly number[], options: ReshapeOptions = {}) => {
    checkOptions('reshape', options, RESHAPE_OPTIONS);
    const isSize = (size: unknown): boolean => size === -1 || (Number.isSafeInteger(size) && Number(size) >= 1);
    if (!Array.isArray(shape) || !shape.every(isSize) || shape.filter((size) => size === -1).length > 1)
      refuseArgument('reshape', 'its shape', 'a list of integers >= 1, one of them perhaps -1', `[${String(shape)}]`);
    // In ONNX's Reshape a 0 is the size that the input has there.
    const whole = (options.keepBatch ?? true) ? [0, ...shape] : shape;
    return { name: options.name, compute: (x) => op.Reshape(x, whole) };
  }),
  repeatVector: plainForms('repeatVector', (count: number, options: NameOptions = {}) => {
    checkOptions('repeatVector', options, NAME_OPTIONS);
    positiveInteger('repeatVector', 'count', count);
    return { name: options.name, compute: (x) => op.Tile(op.Unsqueeze(x, [1]), [1, count, 1]) };
  }),
  select: plainForms('select', (index: number, options: SelectOptions = {}) => {
    checkOptions('select', options, SELECT_OPTIONS);
    const { axis = 1, name } = options;
    if (!Number.isSafeInteger(index)) refuseArgument('select', 'index', 'an integer', index);
    if (!Number.isSafeInteger(axis)) refuseArgument('select', 'axis', 'an integer', axis);
    return { name, compute: (x) => op.Gather(x, tensorFromValues('int64', [], [index]), { axis }) };
  }),
} satisfies Record<string, PlainForms<never>>;

/**
 * Gives what it gets, to hold a place: `y = x`.
 *
 * *Input shape*: any. *Output shape*: the same. (`identity` is the initializer; in `functional` this is `identity` too.)
 *
 * @throws LAYER_ARGUMENT when an option is unknown
 * @example residual(dense(64), { projection: identityLayer() })
 */
export function identityLayer(options: NameOptions = {}): Layer {
  return RESHAPINGS.identity.layer(options);
}

/**
 * Puts the axes behind the batch in another order: axis i of the output is axis `order[i]` of the input.
 *
 * *Input shape*: `[n, d...]`, as many axes as the order has. *Output shape*: the same sizes in the order.
 * Source: keras.layers.Permute.
 *
 * @param order each of the axes 1, 2, ... once; axis 0, the batch, stays
 * @throws LAYER_ARGUMENT when it is no such list
 * @throws ATTRIBUTE_INVALID (at the call) when the input has another rank
 * @example permute([2, 1])
 */
export function permute(order: readonly number[], options: NameOptions = {}): Layer {
  return RESHAPINGS.permute.layer(order, options);
}

/**
 * Puts the elements into another shape, in their order.
 *
 * *Input shape*: `[n, d...]`. *Output shape*: `[n, shape...]`; a -1 in the shape is what the others leave. With `keepBatch: false` the
 * shape is the whole one.
 * Source: keras.layers.Reshape; https://onnx.ai/onnx/operators/onnx__Reshape.html
 *
 * @param shape sizes, one of them perhaps -1
 * @throws LAYER_ARGUMENT when it is no such list
 * @throws SHAPE_MISMATCH (at the call) when the elements do not fit
 * @example sequential(dense(7 * 7 * 16), reshape([16, 7, 7]), convTranspose2d(8, 3))
 */
export function reshape(shape: readonly number[], options: ReshapeOptions = {}): Layer {
  return RESHAPINGS.reshape.layer(shape, options);
}

/**
 * Repeats each row along a new axis 1.
 *
 * *Input shape*: `[n, k]`. *Output shape*: `[n, count, k]`.
 * Source: keras.layers.RepeatVector.
 *
 * @throws LAYER_ARGUMENT when `count` is no positive integer
 * @throws SHAPE_MISMATCH, RANK_MISMATCH (at the call) when the input has another rank
 * @example sequential(dense(16), repeatVector(10), lstm(8))
 */
export function repeatVector(count: number, options: NameOptions = {}): Layer {
  return RESHAPINGS.repeatVector.layer(count, options);
}

/**
 * Takes one place of an axis, which goes.
 *
 * *Input shape*: any that has the axis. *Output shape*: the same without the axis.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.select.html
 *
 * @param index the place, counted from the end where it is negative
 * @throws LAYER_ARGUMENT when `index` or `axis` is no integer
 * @throws ATTRIBUTE_INVALID (at the call) when there is no such axis
 * @example sequential(transformerEncoderLayer(8, 256), select(0), dense(10)) // the first token
 */
export function select(index: number, options: SelectOptions = {}): Layer<[x: Value]> {
  return RESHAPINGS.select.layer(index, options);
}
