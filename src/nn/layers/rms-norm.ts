// rmsNorm: the last axes of each element of the others divided by their root mean square.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { perInput } from '../../ops/costs/elementwise.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { filled, floatAttribute, numberOf } from '../layer-values.ts';
import { affineParameters, filledLike, NORM_OPTIONS, type NormOptions, readEpsilon } from '../norm-parameters.ts';
import { opsetOf } from '../opset-of.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { TRAILING_AXES, type TrailingAxes, trailingAxes, unifyTrailing } from '../trailing-axes.ts';

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions extends NormOptions, TrailingAxes {}

/** The names of {@link RmsNormOptions}. */
const RMS_NORM_OPTIONS: OptionNames<RmsNormOptions> = { ...NORM_OPTIONS, ...TRAILING_AXES };

/** The opset that brought RMSNormalization. */
const RMS_OPSET = 23;

/**
 * Root mean square normalization: `y = x / sqrt(mean(x^2) + epsilon) * weight`, the mean over the last axes.
 *
 * *Input shape*: `[..., d]`, any rank from 1 on; d is settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [d]`; with one size per axis where more than one is normalized.
 * Source: Zhang and Sennrich, "Root mean square layer normalization", 2019; https://onnx.ai/onnx/operators/onnx__RMSNormalization.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @example rmsNorm({ epsilon: 1e-6 })
 */
export function rmsNorm(options: RmsNormOptions = {}): Layer {
  checkOptions('rmsNorm', options, RMS_NORM_OPTIONS);
  const epsilon = readEpsilon('rmsNorm', options.epsilon);
  const shape = trailingAxes('rmsNorm', options);
  const { weight } = affineParameters(shape, { ...options, center: false });
  return defineLayer({
    kind: 'rmsNorm',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, x: Value): Value => rmsNormOf(x, parameters.weight, { axis: -shape.length, epsilon }),
  });
}

/**
 * {@link rmsNorm} of values.
 *
 * @param x `[..., d]`
 * @param weight `[d]`, one size per normalized axis; no scale where it is left out
 * @param options `axis`: the first normalized axis, counted from the end, -1 by default; `epsilon`: 1e-5 by default
 * @throws LAYER_ARGUMENT when the axis is no negative integer, or epsilon no finite number >= 0
 */
export function rmsNormOf(
  x: Value,
  weight?: Value | undefined,
  options: Pick<RmsNormOptions, 'axis' | 'epsilon'> = {},
): Value {
  const axes = trailingAxes('rmsNorm', { axis: options.axis }).length;
  const epsilon = floatAttribute(readEpsilon('rmsNorm', options.epsilon));
  return emitLayerOne(RMS_NORM, [x, weight], { axes, epsilon });
}

/** Inputs x, weight; weight may be absent. It becomes RMSNormalization where the model is at opset 23 or newer, else its parts. */
export const RMS_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'rmsNorm',
  cost: perInput(4),
  infer: (cx) => [cx.tensor(unifyTrailing(cx, [1]))],
  lower: (node) => {
    const [x, weight] = [inputOf(node, 0), node.inputs[1]];
    const count = numberOf(node, 'axes');
    const epsilon = numberOf(node, 'epsilon');
    if (opsetOf(node) >= RMS_OPSET)
      return [op.RMSNormalization(x, weight ?? filledLike(node, 1, -count), { axis: -count, epsilon })];
    // As RMSNormalization does by default, half precision is squared and averaged in float32.
    const isNarrow = x.dtype === 'float16' || x.dtype === 'bfloat16';
    const wide: Value = isNarrow ? op.Cast(x, { to: 'float32' }) : x;
    const axes = Array.from({ length: count }, (_, i) => i - count);
    const meanSquare = op.ReduceMean(op.Mul(wide, wide), axes, { keepdims: 1 });
    const root = op.Sqrt(op.Add(meanSquare, filled(wide.dtype, [], epsilon)));
    const normal: Value = op.Div(wide, root);
    const result: Value = isNarrow ? op.Cast(normal, { to: x.dtype }) : normal;
    return [weight ? op.Mul(result, weight) : result];
  },
  examples: [
    { inputs: ['float16[n, s, 64]', 'float16[?]'], attributes: { axes: 1 }, outputs: ['float16[n, s, 64]'] },
    { inputs: ['float32[n, d]', null], attributes: { axes: 1 }, outputs: ['float32[n, d]'] },
    { inputs: ['float32[n, 8]', 'float32[4]'], attributes: { axes: 1 }, fails: 'SHAPE_MISMATCH' },
  ],
};
