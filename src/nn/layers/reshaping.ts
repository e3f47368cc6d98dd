// Layers that move elements and compute nothing: identityLayer, permute, reshape, repeatVector, select.
import { op } from '../../build/op.ts';
import { Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { axisOf } from '../computed-layer.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import { checkSizes, type ReshapeSize, sizesOf } from '../reshape-sizes.ts';

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
  reshape: plainForms('reshape', (shape: readonly ReshapeSize[], options: ReshapeOptions = {}) => {
    checkOptions('reshape', options, RESHAPE_OPTIONS);
    checkSizes('reshape', shape);
    const { keepBatch = true, name } = options;
    return { name, compute: (x) => reshaped(x, sizesOf('reshape', x, shape), keepBatch) };
  }),
  unflatten: plainForms('unflatten', (axis: number, shape: readonly ReshapeSize[], options: NameOptions = {}) => {
    checkOptions('unflatten', options, NAME_OPTIONS);
    if (!Number.isSafeInteger(axis)) refuseArgument('unflatten', 'axis', 'an integer', axis);
    checkSizes('unflatten', shape);
    return { name: options.name, compute: (x) => unflattened(x, axis, shape) };
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

/** A value in a shape, behind its batch axis or as a whole. */
function reshaped(x: Value, sizes: readonly number[] | Value, keepBatch: boolean): Value {
  if (!keepBatch) return op.Reshape(x, sizes);
  // In ONNX's Reshape a 0 is the size that the input has there.
  return op.Reshape(x, sizes instanceof Value ? op.Concat([[0n], sizes], { axis: 0 }) : [0, ...sizes]);
}

/** A value with one axis taken apart. */
function unflattened(x: Value, axis: number, shape: readonly ReshapeSize[]): Value {
  const place = axisOf('unflatten', axis, x.rank);
  const sizes = sizesOf('unflatten', x, shape);
  const around = [op.Shape(x, { start: 0, end: place }), sizes instanceof Value ? sizes : sizes.map(BigInt)];
  return op.Reshape(x, op.Concat([...around, op.Shape(x, { start: place + 1 })], { axis: 0 }));
}

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
 * shape is the whole one. *Parameters*: none.
 * Source: keras.layers.Reshape; https://onnx.ai/onnx/operators/onnx__Reshape.html
 *
 * @param shape sizes: numbers, one of them perhaps -1, names of symbols as the model's inputs are declared (a batch may put numbers or other
 *   names in their place), axes of the input
 * @throws LAYER_ARGUMENT when it is no such list; at the call when no input has a symbol of that name, or the input no such axis
 * @throws SHAPE_MISMATCH (at the call) when the elements do not fit
 * @example sequential(dense(7 * 7 * 16), reshape([16, 7, 7]), convTranspose2d(8, 3))
 * @example reshape(['seq', 8, -1]) // [n, seq, w] becomes [n, seq, 8, w // 8]
 */
export function reshape(shape: readonly ReshapeSize[], options: ReshapeOptions = {}): Layer {
  return RESHAPINGS.reshape.layer(shape, options);
}

/**
 * Takes one axis apart: the inverse of flattening it.
 *
 * *Input shape*: `[d...]`. *Output shape*: the same with the shape in the place of the axis. *Parameters*: none.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html
 *
 * @param axis the axis, counted from either end
 * @param shape sizes as for {@link reshape}
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind; at the call when the input has no such axis or symbol
 * @throws SHAPE_MISMATCH (at the call) when the elements do not fit
 * @example unflatten(-1, [8, -1]) // [n, s, w] becomes [n, s, 8, w // 8]
 */
export function unflatten(axis: number, shape: readonly ReshapeSize[], options: NameOptions = {}): Layer {
  return RESHAPINGS.unflatten.layer(axis, shape, options);
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
