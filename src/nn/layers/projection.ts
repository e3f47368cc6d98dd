// projection: a fully connected layer whose output has the features of another value.

import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { matrixProduct } from '../../ops/costs/contraction.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, type LayerRow } from '../layer-node.ts';
import { type WeightOptions, weightAndBias } from '../weight-and-bias.ts';
import { DENSE, lowerDense } from './dense.ts';

/** Options of {@link projection}. */
export interface ProjectionOptions extends WeightOptions {
  /** Output features; those of the second input by default. */
  readonly units?: number | undefined;
  /** Input features; settled by the first batch by default. */
  readonly inFeatures?: number | undefined;
}

/**
 * A fully connected layer, `y = x W^T + b` over the last axis, whose output features may be those of another value: the part of
 * attention and feed-forward blocks that must come back to the width of the model, before that width is known.
 *
 * *Input shape*: `x [..., k]`, `like [..., m]`. *Output shape*: `[..., units]`, units being m where left out; without `like` it is
 * settled by what reads the output.
 * Parameters: `weight [units, k]`, `bias [units]`.
 */
export function projection(options: ProjectionOptions = {}): Layer<[x: Value, like?: Value | undefined]> {
  const units = options.units ?? '?';
  const own = weightAndBias([units, options.inFeatures ?? '?'], options);
  return defineLayer({
    kind: 'dense',
    parameters: own,
    origin: own.weight.origin,
    apply: ({ parameters }, x: Value, like?: Value | undefined): Value =>
      units === '?' && like
        ? emitLayerOne(PROJECTION, [x, parameters.weight, parameters.bias, like])
        : emitLayerOne(DENSE, [x, parameters.weight, parameters.bias]),
  });
}

/** Inputs x, weight, bias, like. It is dense with the features of `like`, and becomes what dense becomes. */
export const PROJECTION: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'projection',
  cost: matrixProduct(),
  infer: (cx) => {
    cx.ranked(1, 2);
    cx.rankBetween(3, 1, Number.POSITIVE_INFINITY);
    cx.unifyAxes({ input: 1, axis: 0 }, { input: 3, axis: -1 }, 'output features');
    return DENSE.infer(cx);
  },
  lower: (node) => [lowerDense(node)],
  examples: [
    {
      inputs: ['float32[n, s, 20]', 'float32[?, ?]', 'float32[?]', 'float32[n, s, 8]'],
      outputs: ['float32[n, s, 8]'],
    },
    { inputs: ['float32[n, 20]', 'float32[8, 20]', null, 'float32[n, 9]'], fails: 'SHAPE_MISMATCH' },
  ],
};
