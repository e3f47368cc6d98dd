// subtract, multiply, average, maximum, minimum, stack: branches over one value, brought together element by element.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { choiceOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type AddOptions, type Branches, type ConcatOptions, readBranches, SUM } from './merge.ts';

const NAME_OPTIONS: OptionNames<AddOptions> = { name: true };
const STACK_OPTIONS: OptionNames<ConcatOptions> = { name: true, axis: true };

const MERGES = ['Sub', 'Mul', 'Max', 'Min'] as const;
type Merge = (typeof MERGES)[number];

const fold = (values: readonly Value[], operator: Merge): Value =>
  values.reduce((a, b) => emitLayerOne(MERGE, [a, b], { operator }));

/** {@link add} of values: the sum of any number of values of one shape. */
export function addOf(...values: readonly Value[]): Value {
  return values.reduce((a, b) => emitLayerOne(SUM, [a, b]));
}

/** {@link subtract} of two values of one shape. */
export function subtractOf(a: Value, b: Value): Value {
  return fold([a, b], 'Sub');
}

/** {@link multiply} of any number of values of one shape. */
export function multiplyOf(...values: readonly Value[]): Value {
  return fold(values, 'Mul');
}

/** {@link maximum} of any number of values of one shape. */
export function maximumOf(...values: readonly Value[]): Value {
  return fold(values, 'Max');
}

/** {@link minimum} of any number of values of one shape. */
export function minimumOf(...values: readonly Value[]): Value {
  return fold(values, 'Min');
}

/** {@link average} of any number of values of one shape. */
export function averageOf(...values: readonly Value[]): Value {
  return op.Div(addOf(...values), values.length);
}

/** {@link stack} of values of one shape along a new axis, the last one by default. */
export function stackOf(values: readonly Value[], axis = -1): Value {
  return op.Concat(
    values.map((value) => op.Unsqueeze(value, [axis])),
    { axis },
  );
}

function merging(kind: string, branches: Branches<AddOptions>, merge: (values: readonly Value[]) => Value): Layer {
  const { parts, options } = readBranches<AddOptions>(kind, branches);
  checkOptions(kind, options, NAME_OPTIONS);
  return defineLayer({
    kind,
    name: options.name,
    children: parts.map((part, i) => [String(i), part]),
    apply: (_call, x: Value): Value => merge(parts.map((part) => part(x))),
  });
}

/**
 * Subtracts the second branch from the first: `y = a(x) - b(x)`.
 *
 * *Input shape*: what both branches take. *Output shape*: that of each; shapes must be equal, as for {@link add}.
 * Source: keras.layers.Subtract.
 *
 * @param branches two layers or functions; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there are not two branches, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example subtract(dense(64), dense(64))
 */
export function subtract(...branches: Branches<AddOptions>): Layer {
  const { parts } = readBranches<AddOptions>('subtract', branches);
  if (parts.length !== 2) refuseArgument('subtract', 'its branches', 'two layers or functions', parts.length);
  return merging('subtract', branches, ([a, b]) => (a && b ? subtractOf(a, b) : addOf()));
}

/**
 * Multiplies what its branches make of one value, element by element: `y = a(x) * b(x) * ...`.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each; shapes must be equal, as for {@link add}.
 * Source: keras.layers.Multiply.
 *
 * @param branches layers or functions, at least one; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example multiply(dense(64), sequential(dense(64), sigmoid()))
 */
export function multiply(...branches: Branches<AddOptions>): Layer {
  return merging('multiply', branches, (values) => multiplyOf(...values));
}

/**
 * The mean of what its branches make of one value: `y = (a(x) + b(x) + ...) / count`.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each; shapes must be equal, as for {@link add}.
 * Source: keras.layers.Average.
 *
 * @param branches layers or functions, at least one; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example average(dense(10), sequential(dense(64), dense(10)))
 */
export function average(...branches: Branches<AddOptions>): Layer {
  return merging('average', branches, (values) => averageOf(...values));
}

/**
 * The greatest of what its branches make of one value, element by element.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each; shapes must be equal, as for {@link add}.
 * Source: keras.layers.Maximum; Goodfellow et al., "Maxout networks", ICML 2013.
 *
 * @param branches layers or functions, at least one; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example maximum(dense(64), dense(64), dense(64))
 */
export function maximum(...branches: Branches<AddOptions>): Layer {
  return merging('maximum', branches, (values) => maximumOf(...values));
}

/**
 * The least of what its branches make of one value, element by element.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each; shapes must be equal, as for {@link add}.
 * Source: keras.layers.Minimum.
 *
 * @param branches layers or functions, at least one; an {@link AddOptions} may stand last
 * @throws LAYER_ARGUMENT when there is no branch, or one is neither
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example minimum(dense(64), dense(64))
 */
export function minimum(...branches: Branches<AddOptions>): Layer {
  return merging('minimum', branches, (values) => minimumOf(...values));
}

/**
 * Lays what its branches make of one value behind each other along a new axis.
 *
 * *Input shape*: what every branch takes. *Output shape*: that of each, and the number of branches at the axis.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.stack.html
 *
 * @param branches layers or functions, at least one; a {@link ConcatOptions} may stand last: `axis` is -1 by default, a new last axis
 * @throws LAYER_ARGUMENT when there is no branch, one is neither, or the axis is no integer
 * @throws SHAPE_MISMATCH (at the call) when the branches differ in shape
 * @example stack(dense(64), dense(64), { axis: 1 })
 */
export function stack(...branches: Branches<ConcatOptions>): Layer {
  const { parts, options } = readBranches<ConcatOptions>('stack', branches);
  checkOptions('stack', options, STACK_OPTIONS);
  const { axis = -1, name } = options;
  if (!Number.isSafeInteger(axis)) refuseArgument('stack', 'axis', 'an integer', axis);
  return merging('stack', name === undefined ? parts : [...parts, { name }], (values) => stackOf(values, axis));
}

/** Inputs a, b of one shape and element type, an attribute says which operator. It becomes one Sub, Mul, Max or Min. */
export const MERGE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'merge',
  infer: SUM.infer,
  lower: (node) => {
    const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
    const operator = choiceOf(node, 'operator', MERGES);
    if (operator === 'Sub') return [op.Sub(a, b)];
    if (operator === 'Mul') return [op.Mul(a, b)];
    return [operator === 'Max' ? op.Max([a, b]) : op.Min([a, b])];
  },
  examples: [
    { inputs: ['float32[n, ?]', 'float32[n, 64]'], attributes: { operator: 'Sub' }, outputs: ['float32[n, 64]'] },
    {
      inputs: ['float32[n, h]', 'float32[m, h]'],
      attributes: { operator: 'Mul' },
      outputs: ['float32[n, h]'],
      constraints: ['n == m'],
    },
    { inputs: ['float32[2, 3]', 'float32[2, 3]'], attributes: { operator: 'Max' }, outputs: ['float32[2, 3]'] },
    { inputs: ['float32[n, 1]', 'float32[n, 64]'], attributes: { operator: 'Min' }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float16[n, 64]', 'float32[n, 64]'], attributes: { operator: 'Mul' }, fails: 'DTYPE_MISMATCH' },
  ],
};
