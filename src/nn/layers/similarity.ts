// cosineSimilarity, pairwiseDistance, dot: what two inputs have in common, without parameters.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { unitNormOf } from './conversions.ts';
import type { NameOptions } from './reshaping.ts';

/** Options of {@link cosineSimilarity}. */
export interface CosineOptions extends NameOptions {
  /** The axis of the vectors, counted from either end; 1 by default, as in PyTorch. */
  readonly axis?: number | undefined;
  /** The least length that is divided by; 1e-8 by default, as in PyTorch. */
  readonly epsilon?: number | undefined;
}

/** Options of {@link pairwiseDistance}. */
export interface DistanceOptions extends NameOptions {
  /** The norm, >= 1; 2 by default. */
  readonly p?: number | undefined;
  /** Added to each difference; 1e-6 by default, as in PyTorch. */
  readonly epsilon?: number | undefined;
  /** Whether the last axis stays, with size 1; false by default. */
  readonly keepAxis?: boolean | undefined;
}

/** Options of {@link dot}. */
export interface DotOptions extends NameOptions {
  /** Whether the vectors get length 1 before, so that the result is their cosine; false by default. */
  readonly normalize?: boolean | undefined;
}

const COSINE_OPTIONS: OptionNames<CosineOptions> = { name: true, axis: true, epsilon: true };
const DISTANCE_OPTIONS: OptionNames<DistanceOptions> = { name: true, p: true, epsilon: true, keepAxis: true };
const DOT_OPTIONS: OptionNames<DotOptions> = { name: true, normalize: true };

const integer = (layer: string, argument: string, value: unknown): void => {
  if (!Number.isSafeInteger(value)) refuseArgument(layer, argument, 'an integer', value);
};

/** {@link cosineSimilarity} of values. */
export function cosineSimilarityOf(a: Value, b: Value, options: CosineOptions = {}): Value {
  checkOptions('cosineSimilarity', options, COSINE_OPTIONS);
  const { axis = 1, epsilon = 1e-8 } = options;
  integer('cosineSimilarity', 'axis', axis);
  if (!(epsilon > 0)) refuseArgument('cosineSimilarity', 'epsilon', 'a number > 0', epsilon);
  const product = op.Mul(unitNormOf(a, { axis, epsilon }), unitNormOf(b, { axis, epsilon }));
  return op.ReduceSum(product, [axis], { keepdims: 0 });
}

/** {@link pairwiseDistance} of values. */
export function pairwiseDistanceOf(a: Value, b: Value, options: DistanceOptions = {}): Value {
  checkOptions('pairwiseDistance', options, DISTANCE_OPTIONS);
  const { p = 2, epsilon = 1e-6, keepAxis = false } = options;
  if (!(p >= 1)) refuseArgument('pairwiseDistance', 'p', 'a number >= 1', p);
  if (!(epsilon >= 0)) refuseArgument('pairwiseDistance', 'epsilon', 'a number >= 0', epsilon);
  const difference = op.Add(op.Sub(a, b), epsilon);
  const keepdims = keepAxis ? 1 : 0;
  if (p === 2) return op.ReduceL2(difference, [-1], { keepdims });
  if (p === 1) return op.ReduceL1(difference, [-1], { keepdims });
  if (p === Number.POSITIVE_INFINITY) return op.ReduceMax(op.Abs(difference), [-1], { keepdims });
  return op.Pow(op.ReduceSum(op.Pow(op.Abs(difference), p), [-1], { keepdims }), 1 / p);
}

/**
 * {@link dot} of values.
 *
 * @param axes the axis of both inputs, or one of each
 */
export function dotOf(a: Value, b: Value, axes: number | readonly [number, number], options: DotOptions = {}): Value {
  checkOptions('dot', options, DOT_OPTIONS);
  const [left, right] = (typeof axes === 'number' ? [axes, axes] : axes).map((axis, i) => {
    integer('dot', 'axes', axis);
    const { rank } = i === 0 ? a : b;
    const from = axis < 0 ? axis + rank : axis;
    if (from < 1 || from >= rank) refuseArgument('dot', 'axes', `axes from 1 to ${rank - 1}, behind the batch`, axis);
    return from;
  });
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const first = ['n', ...Array.from({ length: a.rank - 1 }, (_, i) => (i + 1 === left ? 'z' : (letters[i] ?? '')))];
  const second = Array.from({ length: b.rank }, (_, i) =>
    i === 0 ? 'n' : i === right ? 'z' : (letters[26 + i] ?? ''),
  );
  const output = ['n', ...[...first, ...second].filter((label) => label !== 'n' && label !== 'z')];
  const [x, y] = options.normalize ? [unitNormOf(a, { axis: left ?? 1 }), unitNormOf(b, { axis: right ?? 1 })] : [a, b];
  const product = op.Einsum([x, y], { equation: `${first.join('')},${second.join('')}->${output.join('')}` });
  return output.length === 1 ? op.Unsqueeze(product, [1]) : product;
}

/**
 * The cosine of the angle between vectors: `a b / (max(||a||, epsilon) max(||b||, epsilon))`.
 *
 * *Input shape*: two inputs that broadcast to one shape. *Output shape*: it without the axis.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 * @example model((a: Value, b: Value) => cosine(a, b)) // with const cosine = cosineSimilarity()
 */
export function cosineSimilarity(options: CosineOptions = {}): Layer<[a: Value, b: Value]> {
  checkOptions('cosineSimilarity', options, COSINE_OPTIONS);
  return defineLayer({
    kind: 'cosineSimilarity',
    name: options.name,
    apply: (_call, a: Value, b: Value): Value => cosineSimilarityOf(a, b, options),
  });
}

/**
 * The distance of vectors: `||a - b + epsilon||_p` over the last axis.
 *
 * *Input shape*: two inputs that broadcast to one shape. *Output shape*: it without the last axis.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 * @example model((a: Value, b: Value) => distance(a, b)) // with const distance = pairwiseDistance()
 */
export function pairwiseDistance(options: DistanceOptions = {}): Layer<[a: Value, b: Value]> {
  checkOptions('pairwiseDistance', options, DISTANCE_OPTIONS);
  return defineLayer({
    kind: 'pairwiseDistance',
    name: options.name,
    apply: (_call, a: Value, b: Value): Value => pairwiseDistanceOf(a, b, options),
  });
}

/**
 * Products of two inputs summed over an axis of each, batch by batch.
 *
 * *Input shape*: `[n, ...]` and `[n, ...]`, of known rank, equal in the summed axes. *Output shape*: `[n, ...]` with the other axes of the first,
 * then those of the second; `[n, 1]` where there are none.
 * Source: keras.layers.Dot.
 *
 * @param axes the axis of both inputs, or one of each, counted from either end; not the batch
 * @throws LAYER_ARGUMENT when an axis is no integer, or (at the call) none of the input
 * @throws SHAPE_MISMATCH (at the call) when the axes differ in size
 * @example model((a: Value, b: Value) => product(a, b)) // with const product = dot(1, { normalize: true })
 */
export function dot(axes: number | readonly [number, number], options: DotOptions = {}): Layer<[a: Value, b: Value]> {
  checkOptions('dot', options, DOT_OPTIONS);
  for (const axis of typeof axes === 'number' ? [axes] : axes) integer('dot', 'axes', axis);
  return defineLayer({
    kind: 'dot',
    name: options.name,
    apply: (_call, a: Value, b: Value): Value => dotOf(a, b, axes, options),
  });
}
