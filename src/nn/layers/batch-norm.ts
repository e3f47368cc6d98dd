// batchNorm: each channel normalized by its running statistics.

import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { perOutput } from '../../ops/costs/elementwise.ts';
import { numberBetween, positiveInteger } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
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
import { Parameter } from '../parameter.ts';

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends ShiftedNormOptions {
  /** The channels; settled by the first batch by default. */
  readonly channels?: number | undefined;
  /** The share of the old running statistics that a training step keeps, as in ONNX, Keras and Gluon; 0.9 by default. */
  readonly momentum?: number | undefined;
  /** Fills the running mean; zeros by default. */
  readonly meanInitializer?: InitializerInput | undefined;
  /** Fills the running variance; ones by default. */
  readonly varianceInitializer?: InitializerInput | undefined;
}

/** The names of {@link BatchNormOptions}. */
const BATCH_NORM_OPTIONS: OptionNames<BatchNormOptions> = {
  ...SHIFTED_NORM_OPTIONS,
  channels: true,
  momentum: true,
  meanInitializer: true,
  varianceInitializer: true,
};

/**
 * Batch normalization at inference: `y = (x - runningMean) / sqrt(runningVar + epsilon) * weight + bias`, for each channel.
 *
 * *Input shape*: `[n, c, d...]`; c is settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [c]`, `bias [c]`, and the buffers `runningMean [c]`, `runningVar [c]`, which are not trained.
 * Source: Ioffe and Szegedy, "Batch normalization", ICML 2015; https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @example sequential(conv2d(64, 3, { bias: false }), batchNorm(), relu())
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions('batchNorm', options, BATCH_NORM_OPTIONS);
  const epsilon = readEpsilon('batchNorm', options.epsilon);
  const momentum = options.momentum ?? 0.9;
  numberBetween('batchNorm', 'momentum', momentum, 0, 1);
  if (options.channels !== undefined) positiveInteger('batchNorm', 'channels', options.channels);
  const shape = [options.channels ?? '?'];
  const { dtype } = options;
  const buffer = (initializer: InitializerInput): Parameter =>
    new Parameter({ shape, dtype, initializer, trainable: false });
  const parameters = {
    ...affineParameters(shape, options),
    runningMean: buffer(options.meanInitializer ?? 'zeros'),
    runningVar: buffer(options.varianceInitializer ?? 'ones'),
  };
  return defineLayer({
    kind: 'batchNorm',
    name: options.name,
    parameters,
    apply: ({ parameters: { weight, bias, runningMean, runningVar } }, x: Value): Value =>
      emitLayerOne(BATCH_NORM, [x, weight, bias, runningMean, runningVar], {
        epsilon: floatAttribute(epsilon),
        momentum: floatAttribute(momentum),
      }),
  });
}

/**
 * {@link batchNorm} of values, in the order of `torch.nn.functional.batch_norm`.
 *
 * @param x `[n, c, d...]`
 * @param runningMean `[c]`
 * @param runningVar `[c]`
 * @param weight `[c]`; no scale where it is left out
 * @param bias `[c]`; no shift where it is left out
 * @param options `epsilon`: added to the variance, 1e-5 by default
 * @throws LAYER_ARGUMENT when epsilon is no finite number >= 0
 */
export function batchNormOf(
  ...[x, runningMean, runningVar, weight, bias, options = {}]: [
    x: Value,
    runningMean: Value,
    runningVar: Value,
    weight?: Value | undefined,
    bias?: Value | undefined,
    options?: { readonly epsilon?: number | undefined },
  ]
): Value {
  const epsilon = readEpsilon('batchNorm', options.epsilon);
  const attributes = { epsilon: floatAttribute(epsilon), momentum: floatAttribute(0.9) };
  return emitLayerOne(BATCH_NORM, [x, weight, bias, runningMean, runningVar], attributes);
}

/** Inputs x, weight, bias, running mean, running variance; weight and bias may be absent. It becomes one BatchNormalization. */
export const BATCH_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'batchNorm',
  cost: perOutput(2),
  settings: [3, 4],
  infer: (cx) => {
    const x = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    for (const i of [3, 4, 1, 2]) {
      if (!cx.has(i)) continue;
      cx.ranked(i, 1);
      cx.sameDType(0, i);
      if (x) cx.unifyAxes({ input: 0, axis: 1 }, { input: i, axis: 0 }, 'channels');
      else if (i !== 3) cx.unifyAxes({ input: 3, axis: 0 }, { input: i, axis: 0 }, 'channels');
    }
    return [cx.tensor(x)];
  },
  lower: (node) => {
    const [x, mean, variance] = [inputOf(node, 0), inputOf(node, 3), inputOf(node, 4)];
    const scale = node.inputs[1] ?? filledLike(node, 1, 1, 2);
    const shift = node.inputs[2] ?? filledLike(node, 0, 1, 2);
    const attributes = { epsilon: numberOf(node, 'epsilon'), momentum: numberOf(node, 'momentum') };
    return [op.BatchNormalization(x, scale, shift, mean, variance, attributes)];
  },
  examples: [
    {
      inputs: ['float32[n, 64, h, w]', 'float32[?]', 'float32[?]', 'float32[?]', 'float32[64]'],
      outputs: ['float32[n, 64, h, w]'],
    },
    {
      inputs: ['float32[n, c]', null, null, 'float32[8]', 'float32[8]'],
      outputs: ['float32[n, 8]'],
      constraints: ['c == 8'],
    },
    { inputs: ['float32[...]', 'float32[8]', null, 'float32[?]', 'float32[?]'], outputs: ['float32[...]'] },
    { inputs: ['float32[n, 3, h]', null, null, 'float32[8]', 'float32[8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', null, null, 'float32[8]', 'float32[8]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float16[n, 8]', null, null, 'float32[8]', 'float32[8]'], fails: 'DTYPE_MISMATCH' },
  ],
};
