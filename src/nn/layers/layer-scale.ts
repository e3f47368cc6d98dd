// layerScale: features multiplied by learned factors that start small.
import { op } from '../../build/op.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Options of {@link layerScale}. */
export interface LayerScaleOptions {
  /** The axis of the features, counted from either end; -1, the last, by default; 1 is the channels of images. */
  readonly axis?: number | undefined;
  /** Element type of the factors; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link LayerScaleOptions}. */
const LAYER_SCALE_OPTIONS: OptionNames<LayerScaleOptions> = { axis: true, dtype: true, name: true };

function readAxis(axis: number): number {
  if (!Number.isSafeInteger(axis)) refuseArgument('layerScale', 'axis', 'an integer', axis);
  return axis;
}

/**
 * A learned factor for each feature: `y = weight * x`, along one axis.
 *
 * *Input shape*: any rank from 1 on; the size w of the axis is settled by the first batch. *Output shape*: the same.
 * Parameters: `weight [w]` (`gamma` in timm and Keras's models, `layer_scale` in torchvision).
 * Source: Touvron et al., "Going deeper with image transformers", ICCV 2021.
 *
 * @param init the factors' first value; 1e-5 by default, as in the paper and timm
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example residual(sequential(layerNorm(), dense(64), layerScale(1e-6)))
 */
export function layerScale(init = 1e-5, options: LayerScaleOptions = {}): Layer {
  checkOptions('layerScale', options, LAYER_SCALE_OPTIONS);
  if (!Number.isFinite(init)) refuseArgument('layerScale', 'init', 'a finite number', init);
  const axis = readAxis(options.axis ?? -1);
  const weight = new Parameter({ shape: ['?'], dtype: options.dtype, initializer: { kind: 'constant', value: init } });
  return defineLayer({
    kind: 'layerScale',
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, x: Value): Value => layerScaleOf(x, parameters.weight, axis),
  });
}

/**
 * {@link layerScale} of values.
 *
 * @param x any rank from 1 on
 * @param weight `[w]`, w being the size of the axis
 * @param axis the axis of the features, counted from either end; -1 by default
 * @throws LAYER_ARGUMENT when the axis is no integer
 */
export function layerScaleOf(x: Value, weight: Value, axis = -1): Value {
  return emitLayerOne(LAYER_SCALE, [x, weight], { axis: readAxis(axis) });
}

/** Inputs x, weight. It becomes one Mul, the weight with an axis for each behind the features. */
export const LAYER_SCALE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'layerScale',
  cost: onePerOutput,
  infer: (cx) => {
    const given = cx.int('axis', -1);
    cx.ranked(1, 1);
    cx.sameDType(0, 1);
    const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    if (x) cx.unifyAxes({ input: 1, axis: 0 }, { input: 0, axis: cx.axis(given, x.length) }, 'features');
    return [cx.tensor(x)];
  },
  lower: (node) => [lowerScale(node)],
  examples: [
    { inputs: ['float32[n, s, 64]', 'float32[?]'], attributes: { axis: -1 }, outputs: ['float32[n, s, 64]'] },
    { inputs: ['float32[n, 8, h, w]', 'float32[?]'], attributes: { axis: 1 }, outputs: ['float32[n, 8, h, w]'] },
    { inputs: ['float32[n, 8]', 'float32[6]'], attributes: { axis: -1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[8]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[]', 'float32[8]'], attributes: { axis: -1 }, fails: 'RANK_MISMATCH' },
  ],
};

function lowerScale(node: Node): Value {
  const [x, weight] = [inputOf(node, 0), inputOf(node, 1)];
  const given = numberOf(node, 'axis');
  const behind = x.rank - 1 - (given < 0 ? given + x.rank : given);
  const axes = Array.from({ length: behind }, (_, i) => i + 1);
  return op.Mul(x, axes.length > 0 ? op.Unsqueeze(weight, axes) : weight);
}
