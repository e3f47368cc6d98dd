// pixelShuffle1d, pixelShuffle3d and their inverses: channels made places along one or three axes, which ONNX has no operator for.
import { op } from '../../build/op.ts';
import { floorDiv, mul } from '../../dim/arithmetic.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { copy } from '../../ops/costs/movement.ts';
import { perAxis } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { integersOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import type { PerAxis } from '../window-options.ts';
import type { ShuffleOptions } from './shuffle.ts';

const SHUFFLE_OPTIONS: OptionNames<ShuffleOptions> = { name: true };

function forms(kind: string, axes: 1 | 3, row: LayerRow): PlainForms<[factor: PerAxis, options?: ShuffleOptions]> {
  return plainForms(kind, (factor: PerAxis, options: ShuffleOptions = {}) => {
    checkOptions(kind, options, SHUFFLE_OPTIONS);
    const factors = perAxis(kind, 'factor', factor, axes, 1);
    return { name: options.name, compute: (x) => emitLayerOne(row, [x], { factors }) };
  });
}

/** Sizes as integers of a node. */
const big = (sizes: readonly number[]): readonly bigint[] => sizes.map(BigInt);

/** `0, 1, ...` without the end. */
const upTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

/** The element counts of the spatial axes, `[axes]`. */
const spatial = (x: Value): Value => op.Shape(x, { start: 2 });

/** `[n, c*prod(f), d...] -> [n, c, d*f...]`, the factors of a channel counting the last axis fastest. */
function placed(x: Value, factors: readonly number[]): Value {
  const axes = factors.length;
  const last = op.Transpose(x, { perm: [0, ...upTo(axes).map((i) => i + 2), 1] });
  // Behind the batch and the spatial axes, which a 0 keeps: channels, then one axis for each factor.
  const apart = op.Reshape(last, [...upTo(axes + 1).map(() => 0n), -1n, ...big(factors)]);
  const pairs = upTo(axes).flatMap((i) => [i + 1, axes + 2 + i]);
  const ordered = op.Transpose(apart, { perm: [0, axes + 1, ...pairs] });
  if (axes === 1) return op.Reshape(ordered, [0n, 0n, -1n]);
  const sizes = op.Mul(spatial(x), big(factors));
  return op.Reshape(ordered, op.Concat([op.Shape(ordered, { start: 0, end: 2 }), sizes], { axis: 0 }));
}

/** The inverse of {@link placed}. */
function taken(x: Value, factors: readonly number[]): Value {
  const axes = factors.length;
  const sizes = op.Div(spatial(x), big(factors));
  const parts = factors.flatMap((factor, i) => [op.Slice(sizes, [i], [i + 1]), [BigInt(factor)]]);
  const shape = axes === 1 ? [0n, 0n, -1n, ...big(factors)] : op.Concat([[0n, 0n], ...parts], { axis: 0 });
  const apart = op.Reshape(x, shape);
  const places = upTo(axes).map((i) => 2 * i + 2);
  const ordered = op.Transpose(apart, { perm: [0, ...places, 1, ...places.map((i) => i + 1)] });
  const joined = op.Reshape(ordered, [...upTo(axes + 1).map(() => 0n), -1n]);
  return op.Transpose(joined, { perm: [0, axes + 1, ...upTo(axes).map((i) => i + 1)] });
}

const product = (factors: readonly number[]): number => factors.reduce((a, b) => a * b, 1);

/** Input x `[n, c, d...]`, attribute factors; output `[n, c / prod(factors), d*factor...]`. It becomes Transposes and Reshapes. */
export const PIXEL_SHUFFLE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'pixelShuffle',
  cost: copy,
  infer: (cx) => {
    const factors = cx.ints('factors') ?? [];
    const [n, c, ...sizes] = cx.ranked(0, factors.length + 2);
    if (!n || !c) return [cx.tensor(undefined)];
    const block = product(factors);
    cx.divides(block, c, 'channels');
    return [cx.tensor([n, cx.facts.simplify(floorDiv(c, block)), ...sizes.map((dim, i) => mul(dim, factors[i] ?? 1))])];
  },
  lower: (node) => [placed(inputOf(node, 0), integersOf(node, 'factors'))],
  examples: [
    { inputs: ['float32[n, 6, w]'], attributes: { factors: [3] }, outputs: ['float32[n, 2, 3*w]'] },
    {
      inputs: ['float32[n, c, d, h, w]'],
      attributes: { factors: [1, 2, 2] },
      outputs: ['float32[n, c // 4, d, 2*h, 2*w]'],
      constraints: ['4 | c'],
    },
    { inputs: ['float32[n, 5, w]'], attributes: { factors: [3] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 6, h, w]'], attributes: { factors: [3] }, fails: 'RANK_MISMATCH' },
  ],
};

/** Input x `[n, c, d...]`, attribute factors; output `[n, c*prod(factors), d / factor...]`. It becomes Transposes and Reshapes. */
export const PIXEL_UNSHUFFLE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'pixelUnshuffle',
  cost: copy,
  infer: (cx) => {
    const factors = cx.ints('factors') ?? [];
    const [n, c, ...sizes] = cx.ranked(0, factors.length + 2);
    if (!n || !c) return [cx.tensor(undefined)];
    const shrunk = sizes.map((dim, i) => {
      const factor = factors[i] ?? 1;
      cx.divides(factor, dim, `axis ${i + 2}`);
      return cx.facts.simplify(floorDiv(dim, factor));
    });
    return [cx.tensor([n, mul(c, product(factors)), ...shrunk])];
  },
  lower: (node) => [taken(inputOf(node, 0), integersOf(node, 'factors'))],
  examples: [
    { inputs: ['float32[n, 2, 9]'], attributes: { factors: [3] }, outputs: ['float32[n, 6, 3]'] },
    {
      inputs: ['float32[n, c, d, h, w]'],
      attributes: { factors: [1, 2, 2] },
      outputs: ['float32[n, 4*c, d, h // 2, w // 2]'],
      constraints: ['2 | h', '2 | w'],
    },
    { inputs: ['float32[n, 2, 8]'], attributes: { factors: [3] }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 2]'], attributes: { factors: [3] }, fails: 'RANK_MISMATCH' },
  ],
};

/** These shuffles, in both forms. */
export const PIXEL_SHUFFLES = {
  shuffle: { 1: forms('pixelShuffle1d', 1, PIXEL_SHUFFLE), 3: forms('pixelShuffle3d', 3, PIXEL_SHUFFLE) },
  unshuffle: { 1: forms('pixelUnshuffle1d', 1, PIXEL_UNSHUFFLE), 3: forms('pixelUnshuffle3d', 3, PIXEL_UNSHUFFLE) },
} as const;

/**
 * Channels made places along one axis: `y[n, c, w*r + i] = x[n, c*r + i, w]`.
 *
 * *Input shape*: `[n, c, w]`, c a multiple of r. *Output shape*: `[n, c // r, r*w]`.
 * Source: the formula of {@link pixelShuffle}; Gluon's PixelShuffle1D, whose numbers it has.
 *
 * @param factor the factor r
 * @throws LAYER_ARGUMENT when `factor` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when r does not divide the channels
 * @example sequential(conv1d(2 * 16, 3, { padding: 1 }), pixelShuffle1d(2))
 */
export function pixelShuffle1d(factor: PerAxis, options: ShuffleOptions = {}): Layer {
  return PIXEL_SHUFFLES.shuffle[1].layer(factor, options);
}

/**
 * Channels made places along three axes: `y[n, c, d*r + i, h*s + j, w*t + k] = x[n, ((c*r + i)*s + j)*t + k, d, h, w]`.
 *
 * *Input shape*: `[n, c, d, h, w]`, c a multiple of r*s*t. *Output shape*: `[n, c // (r*s*t), r*d, s*h, t*w]`.
 * Source: the formula of {@link pixelShuffle}; Gluon's PixelShuffle3D, whose numbers it has.
 *
 * @param factor a number for all axes, or [r, s, t]
 * @throws LAYER_ARGUMENT when `factor` is neither a positive integer nor three of them
 * @throws SHAPE_MISMATCH (at the call) when r*s*t does not divide the channels
 * @example pixelShuffle3d([1, 2, 2])
 */
export function pixelShuffle3d(factor: PerAxis, options: ShuffleOptions = {}): Layer {
  return PIXEL_SHUFFLES.shuffle[3].layer(factor, options);
}

/**
 * Places along one axis made channels, the inverse of {@link pixelShuffle1d}.
 *
 * *Input shape*: `[n, c, w]`, w a multiple of r. *Output shape*: `[n, c*r, w // r]`.
 *
 * @param factor the factor r
 * @throws LAYER_ARGUMENT when `factor` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when r does not divide the size
 * @example pixelUnshuffle1d(2)
 */
export function pixelUnshuffle1d(factor: PerAxis, options: ShuffleOptions = {}): Layer {
  return PIXEL_SHUFFLES.unshuffle[1].layer(factor, options);
}

/**
 * Places along three axes made channels, the inverse of {@link pixelShuffle3d}.
 *
 * *Input shape*: `[n, c, d, h, w]`, sizes multiples of the factors. *Output shape*: `[n, c*r*s*t, d // r, h // s, w // t]`.
 *
 * @param factor a number for all axes, or [r, s, t]
 * @throws LAYER_ARGUMENT when `factor` is neither a positive integer nor three of them
 * @throws SHAPE_MISMATCH (at the call) when a factor does not divide its size
 * @example pixelUnshuffle3d(2)
 */
export function pixelUnshuffle3d(factor: PerAxis, options: ShuffleOptions = {}): Layer {
  return PIXEL_SHUFFLES.unshuffle[3].layer(factor, options);
}
