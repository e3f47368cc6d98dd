// add, concat, residual: branches over one value, brought together.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { asLayer, type Stage } from '../stage.ts';

/** Options of {@link add}. */
export interface AddOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of {@link concat}. */
export interface ConcatOptions extends AddOptions {
  /** The axis along which the branches are joined, counted from either end; -1, the last, by default, as in Keras and Gluon. */
  readonly axis?: number | undefined;
}

/** Options of {@link residual}. */
export interface ResidualOptions extends AddOptions {
  /** Applied to the input before it is added, where its shape must change; nothing by default. */
  readonly projection?: Stage | undefined;
}

/** The names of {@link AddOptions}, {@link ConcatOptions} and {@link ResidualOptions}. */
const ADD_OPTIONS: OptionNames<AddOptions> = { name: true };
const CONCAT_OPTIONS: OptionNames<ConcatOptions> = { name: true, axis: true };
const RESIDUAL_OPTIONS: OptionNames<ResidualOptions> = { name: true, projection: true };

/** Branches, with options behind them where there are any. */
export type Branches<O> = readonly Stage[] | readonly [...branches: Stage[], options: O];

/**
 * Adds what its branches make of one value: `y = a(x) + b(x) + ...`.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each branch. All branches must have one shape: other than ONNX's
 * Add it does not broadcast, so that an unknown size of one branch is settled by the others.
 * Paths: each branch has its index as segment.
 *
 * @param branches layers or functions, at least one; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example add(dense(64), sequential(dense(32), dense(64)))
 */
export function add(...branches: Branches<AddOptions>): Layer {
  const { parts, options } = readBranches<AddOptions>('add', branches);
  checkOptions('add', options, ADD_OPTIONS);
  return defineLayer({
    kind: 'add',
    name: options.name,
    children: parts.map((part, i) => [String(i), part]),
    apply: (_call, x: Value): Value =>
      parts.map((part) => part(x)).reduce((sum, value) => emitLayerOne(SUM, [sum, value])),
  });
}

/**
 * Joins what its branches make of one value along an axis.
 *
 * *Input shape*: what every branch takes. *Output shape*: the branches' sizes summed along the axis; the other sizes must agree.
 * Paths: each branch has its index as segment.
 *
 * @param branches layers or functions, at least one; a {@link ConcatOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, one is neither, or the axis is no integer
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in another axis
 * @example concat(conv2d(64, 1), conv2d(128, 3, { padding: 'same' }), { axis: 1 })
 */
export function concat(...branches: Branches<ConcatOptions>): Layer {
  const { parts, options } = readBranches<ConcatOptions>('concat', branches);
  checkOptions('concat', options, CONCAT_OPTIONS);
  const axis = options.axis ?? -1;
  if (!Number.isSafeInteger(axis)) refuseArgument('concat', 'axis', 'an integer', axis);
  return defineLayer({
    kind: 'concat',
    name: options.name,
    children: parts.map((part, i) => [String(i), part]),
    apply: (_call, x: Value): Value => {
      const values = parts.map((part) => part(x));
      return op.Concat(values, { axis });
    },
  });
}

/**
 * Adds a layer's output to its input: `y = x + layer(x)`, or `projection(x) + layer(x)`.
 *
 * *Input shape*: what the layer takes. *Output shape*: what it gives, which must be the shape of the input, or of the projection.
 * Paths: `layer` and `projection`.
 * Source: He et al., "Deep residual learning for image recognition", 2015.
 *
 * @param layer a layer or a function
 * @throws LAYER_ARGUMENT when the layer or the projection is neither
 * @throws SHAPE_MISMATCH (at the call) when the two summands differ in shape
 * @example residual(sequential(layerNorm(), dense(64), gelu(), dense(64)))
 */
export function residual(layer: Stage, options: ResidualOptions = {}): Layer {
  checkOptions('residual', options, RESIDUAL_OPTIONS);
  const main = asLayer(layer, 'residual');
  const shortcut = options.projection && asLayer(options.projection, 'residual');
  return defineLayer({
    kind: 'residual',
    name: options.name,
    children: shortcut
      ? [
          ['layer', main],
          ['projection', shortcut],
        ]
      : [['layer', main]],
    apply: (_call, x: Value): Value => {
      const value = main(x);
      return emitLayerOne(SUM, [shortcut ? shortcut(x) : x, value]);
    },
  });
}

/** The branches of a merge as layers, and its options. */
export function readBranches<O extends object>(
  layer: string,
  branches: Branches<O>,
): { parts: Layer[]; options: Partial<O> } {
  const stages: Stage[] = [];
  let options: Partial<O> = {};
  branches.forEach((branch: Stage | O, i) => {
    if (typeof branch === 'function') stages.push(branch);
    else if (i === branches.length - 1 && typeof branch === 'object' && branch !== null) options = branch;
    else refuseArgument(layer, `branch ${i}`, 'a layer or a function of a value', branch);
  });
  if (stages.length === 0) refuseArgument(layer, 'its branches', 'at least one layer or function', 'none');
  return { parts: stages.map((stage) => asLayer(stage, layer)), options };
}

/** Inputs a, b of one shape and element type. It becomes one Add. */
export const SUM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'sum',
  infer: (cx) => {
    cx.sameDType(0, 1);
    const [a, b] = [cx.shape(0), cx.shape(1)];
    if (!a || !b) return [cx.tensor(a ?? b)];
    cx.ranked(1, a.length);
    return [
      cx.tensor(a.map((_, axis) => cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, 'sizes of the summands'))),
    ];
  },
  lower: (node) => [op.Add(inputOf(node, 0), inputOf(node, 1))],
  examples: [
    { inputs: ['float32[n, ?]', 'float32[n, 64]'], outputs: ['float32[n, 64]'] },
    { inputs: ['float32[n, h]', 'float32[m, h]'], outputs: ['float32[n, h]'], constraints: ['n == m'] },
    { inputs: ['float32[...]', 'float32[n, 64]'], outputs: ['float32[n, 64]'] },
    { inputs: ['float32[n, 1]', 'float32[n, 64]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[64]', 'float32[n, 64]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float16[n, 64]', 'float32[n, 64]'], fails: 'DTYPE_MISMATCH' },
  ],
};
