// dense: a fully connected layer that knows its output size only.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, SizeSpec, Value } from '../../ir/graph.ts';
import { matrixProduct } from '../../ops/costs/contraction.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';

/** Options of {@link dense}. */
export interface DenseOptions extends WeightOptions {
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The input features; settled by the first batch by default. */
  readonly inFeatures?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link DenseOptions}. */
const DENSE_OPTIONS: OptionNames<DenseOptions> = { ...WEIGHT_OPTIONS, activation: true, inFeatures: true, name: true };

/**
 * A fully connected layer: `y = activation(x W^T + b)` over the last axis.
 *
 * *Input shape*: `[..., k]`, any rank from 1 on; k is settled by the first batch. *Output shape*: `[..., units]`.
 * Parameters: `weight [units, k]`, `bias [units]` (layouts of PyTorch's Linear and Gluon's Dense).
 *
 * @param units output features
 * @throws LAYER_ARGUMENT when `units` or `inFeatures` is no positive integer
 * @example dense(256, { activation: 'relu' })
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  checkOptions('dense', options, DENSE_OPTIONS);
  positiveInteger('dense', 'units', units);
  if (options.inFeatures !== undefined) positiveInteger('dense', 'inFeatures', options.inFeatures);
  const inFeatures: SizeSpec = options.inFeatures ?? '?';
  const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
  const own = weightAndBias([units, inFeatures], options);
  return defineLayer({
    kind: 'dense',
    name: options.name,
    parameters: own,
    origin: own.weight.origin,
    apply: ({ parameters }, x: Value) => activate(denseOf(x, parameters.weight, parameters.bias), activation),
  });
}

/**
 * {@link dense} of values.
 *
 * @param x `[..., k]`
 * @param weight `[units, k]`
 * @param bias `[units]`; none where it is left out
 */
export function denseOf(x: Value, weight: Value, bias?: Value | undefined): Value {
  return emitLayerOne(DENSE, [x, weight, bias]);
}

const WEIGHT_OUT = { input: 1, axis: 0 };
const WEIGHT_IN = { input: 1, axis: 1 };
const BIAS_OUT = { input: 2, axis: 0 };
const X_IN = { input: 0, axis: -1 };

/** Inputs x, weight, bias. On rank 2 it becomes one Gemm, on other ranks MatMul and Add. */
export const DENSE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'dense',
  cost: matrixProduct(),
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    const weight = cx.ranked(1, 2);
    cx.sameDType(0, 1);
    if (cx.has(2)) cx.unifyAxes(WEIGHT_OUT, BIAS_OUT, 'output features');
    if (!x) return [cx.tensor(undefined)];
    cx.unifyAxes(WEIGHT_IN, X_IN, 'input features');
    return [cx.tensor([...x.slice(0, -1), ...weight.slice(0, 1)])];
  },
  lower: (node) => [lowerDense(node)],
  examples: [
    { inputs: ['float32[batch, 20]', 'float32[256, ?]', 'float32[256]'], outputs: ['float32[batch, 256]'] },
    { inputs: ['float32[n, s, 768]', 'float32[64, 768]', null], outputs: ['float32[n, s, 64]'] },
    { inputs: ['float32[2, 30]', 'float32[256, 20]', 'float32[256]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The operators of a node whose first inputs are x, weight and perhaps a bias. */
export function lowerDense(node: Node): Value {
  const [x, weight, bias] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2]];
  if (x.rank === 2) return op.Gemm(x, weight, bias, { transB: 1 });
  const product = op.MatMul(x, op.Transpose(weight, { perm: [1, 0] }));
  return bias ? op.Add(product, bias) : product;
}
