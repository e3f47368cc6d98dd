// instanceNorm: each channel of each sample normalized over its places.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { perInput } from '../../ops/costs/elementwise.ts';
import { positiveInteger } from '../arguments.ts';
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

/** Options of {@link instanceNorm}; scale and shift are on by default, as in the other normalizations (PyTorch leaves them out). */
export interface InstanceNormOptions extends ShiftedNormOptions {
  /** The channels; settled by the first batch by default. */
  readonly channels?: number | undefined;
}

/** The names of {@link InstanceNormOptions}. */
const INSTANCE_NORM_OPTIONS: OptionNames<InstanceNormOptions> = { ...SHIFTED_NORM_OPTIONS, channels: true };

/**
 * Instance normalization: `y = (x - mean) / sqrt(var + epsilon) * weight + bias`, mean and variance over the places of each channel of
 * each sample; for one, two and three spatial axes alike. With running statistics (PyTorch's `trackRunningStats`) it is
 * {@link batchNorm} at inference.
 *
 * *Input shape*: `[n, c, d...]` with at least one spatial axis; c is settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [c]`, `bias [c]`.
 * Source: Ulyanov et al., "Instance normalization: the missing ingredient for fast stylization", 2016;
 * https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @example sequential(conv2d(32, 9), instanceNorm(), relu())
 */
export function instanceNorm(options: InstanceNormOptions = {}): Layer {
  checkOptions('instanceNorm', options, INSTANCE_NORM_OPTIONS);
  if (options.channels !== undefined) positiveInteger('instanceNorm', 'channels', options.channels);
  const epsilon = readEpsilon('instanceNorm', options.epsilon);
  return defineLayer({
    kind: 'instanceNorm',
    name: options.name,
    parameters: affineParameters([options.channels ?? '?'], options),
    apply: ({ parameters: { weight, bias } }, x: Value): Value => instanceNormOf(x, weight, bias, { epsilon }),
  });
}

/**
 * {@link instanceNorm} of values.
 *
 * @param x `[n, c, d...]`
 * @param weight `[c]`; no scale where it is left out
 * @param bias `[c]`; no shift where it is left out
 * @param options `epsilon`: added to the variance, 1e-5 by default
 * @throws LAYER_ARGUMENT when epsilon is no finite number >= 0
 */
export function instanceNormOf(
  x: Value,
  weight?: Value,
  bias?: Value,
  options: { readonly epsilon?: number | undefined } = {},
): Value {
  const epsilon = readEpsilon('instanceNorm', options.epsilon);
  return emitLayerOne(INSTANCE_NORM, [x, weight, bias], { epsilon: floatAttribute(epsilon) });
}

/** Inputs x, weight, bias; weight and bias may be absent. It becomes one InstanceNormalization. */
export const INSTANCE_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'instanceNorm',
  cost: perInput(5),
  infer: (cx) => {
    const x = cx.rankBetween(0, 3, Number.POSITIVE_INFINITY);
    for (const i of [1, 2]) {
      if (!cx.has(i)) continue;
      cx.ranked(i, 1);
      cx.sameDType(0, i);
      if (x) cx.unifyAxes({ input: 0, axis: 1 }, { input: i, axis: 0 }, 'channels');
    }
    return [cx.tensor(x)];
  },
  lower: (node) => {
    const scale = node.inputs[1] ?? filledLike(node, 1, 1, 2);
    const shift = node.inputs[2] ?? filledLike(node, 0, 1, 2);
    return [op.InstanceNormalization(inputOf(node, 0), scale, shift, { epsilon: numberOf(node, 'epsilon') })];
  },
  examples: [
    { inputs: ['float32[n, 64, h, w]', 'float32[?]', 'float32[?]'], outputs: ['float32[n, 64, h, w]'] },
    { inputs: ['float32[n, c, t]', 'float32[8]', null], outputs: ['float32[n, 8, t]'], constraints: ['c == 8'] },
    { inputs: ['float32[n, 6, h]', 'float32[3]', null], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 6]', null, null], fails: 'RANK_MISMATCH' },
    { inputs: ['float16[n, 8, t]', 'float32[8]', null], fails: 'DTYPE_MISMATCH' },
  ],
};
