// layerNorm: the last axes of each element of the others normalized.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { SizeSpec, Value } from '../../ir/graph.ts';
import { perInput } from '../../ops/costs/elementwise.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { floatAttribute, numberOf } from '../layer-values.ts';
import {
  affineParameters,
  filledLike,
  readEpsilon,
  SHIFTED_NORM_OPTIONS,
  type ShiftedNormOptions,
} from '../norm-parameters.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { TRAILING_AXES, type TrailingAxes, trailingAxes, unifyTrailing } from '../trailing-axes.ts';

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends ShiftedNormOptions, TrailingAxes {}

/** The names of {@link LayerNormOptions}. */
const LAYER_NORM_OPTIONS: OptionNames<LayerNormOptions> = { ...SHIFTED_NORM_OPTIONS, ...TRAILING_AXES };

/**
 * Layer normalization: `y = (x - mean) / sqrt(var + epsilon) * weight + bias`, mean and variance over the last axes.
 *
 * *Input shape*: `[..., d]`, any rank from 1 on; d is settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [d]`, `bias [d]`; with one size per axis where more than one is normalized.
 * Source: Ba et al., "Layer normalization", 2016; https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @example layerNorm({ epsilon: 1e-12 })
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  checkOptions('layerNorm', options, LAYER_NORM_OPTIONS);
  const epsilon = readEpsilon('layerNorm', options.epsilon);
  const shape: readonly SizeSpec[] = trailingAxes('layerNorm', options);
  const parameters = affineParameters(shape, options);
  return defineLayer({
    kind: 'layerNorm',
    name: options.name,
    parameters,
    apply: ({ parameters: { weight, bias } }, x: Value): Value =>
      layerNormOf(x, weight, bias, { axis: -shape.length, epsilon }),
  });
}

/**
 * {@link layerNorm} of values.
 *
 * @param x `[..., d]`
 * @param weight `[d]`, one size per normalized axis; no scale where it is left out
 * @param bias like the weight; no shift where it is left out
 * @param options `axis`: the first normalized axis, counted from the end, -1 by default; `epsilon`: 1e-5 by default
 * @throws LAYER_ARGUMENT when the axis is no negative integer, or epsilon no finite number >= 0
 */
export function layerNormOf(
  x: Value,
  weight?: Value | undefined,
  bias?: Value | undefined,
  options: Pick<LayerNormOptions, 'axis' | 'epsilon'> = {},
): Value {
  const axes = trailingAxes('layerNorm', { axis: options.axis }).length;
  const epsilon = floatAttribute(readEpsilon('layerNorm', options.epsilon));
  return emitLayerOne(LAYER_NORM, [x, weight, bias], { axes, epsilon });
}

/** Inputs x, weight, bias; weight and bias may be absent. It becomes one LayerNormalization. */
export const LAYER_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'layerNorm',
  cost: perInput(5),
  infer: (cx) => [cx.tensor(unifyTrailing(cx, [1, 2]))],
  lower: (node) => {
    const axis = -numberOf(node, 'axes');
    const scale = node.inputs[1] ?? filledLike(node, 1, axis);
    return [
      op.LayerNormalization(inputOf(node, 0), scale, node.inputs[2], { axis, epsilon: numberOf(node, 'epsilon') }),
    ];
  },
  examples: [
    {
      inputs: ['float32[n, s, 768]', 'float32[?]', 'float32[768]'],
      attributes: { axes: 1 },
      outputs: ['float32[n, s, 768]'],
    },
    {
      inputs: ['float32[n, c, 8, 8]', 'float32[?, ?]', null],
      attributes: { axes: 2 },
      outputs: ['float32[n, c, 8, 8]'],
    },
    { inputs: ['float32[n, d]', null, null], attributes: { axes: 1 }, outputs: ['float32[n, d]'] },
    { inputs: ['float32[n, 512]', 'float32[768]', null], attributes: { axes: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[768]', 'float32[1, 768]', null], attributes: { axes: 2 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float16[n, 768]', 'float32[768]', null], attributes: { axes: 1 }, fails: 'DTYPE_MISMATCH' },
  ],
};
