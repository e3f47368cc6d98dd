// depthwiseConv1d to 3d: convolutions of each channel by itself, whose number the first batch settles.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import { constant, constOf } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { convolution } from '../../ops/costs/contraction.ts';
import { convSize, readWindow } from '../../ops/rules/window.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { nodeWindow } from '../node-window.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';
import { weightKernel } from '../weight-kernel.ts';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions, windowAttributes } from '../window-options.ts';

/** Options of the depthwise convolutions. */
export interface DepthwiseConvOptions extends WindowOptions, WeightOptions {
  /** Output channels per input channel; 1 by default. */
  readonly multiplier?: number | undefined;
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The input channels; settled by the first batch by default. */
  readonly inChannels?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link DepthwiseConvOptions}. */
const DEPTHWISE_OPTIONS: OptionNames<DepthwiseConvOptions> = {
  ...WINDOW_OPTIONS,
  ...WEIGHT_OPTIONS,
  multiplier: true,
  activation: true,
  inChannels: true,
  name: true,
};

/** What {@link depthwiseConv1dOf} and the like take beside values. */
export type DepthwiseConvSettings = WindowOptions & Pick<DepthwiseConvOptions, 'multiplier'>;

/**
 * A convolution of each channel by itself: `y[c*m + j] = x[c] * W[c*m + j] + b`, m being the multiplier. The number of channels, and so
 * of groups, is settled by the first batch.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c*multiplier, d'...]`, sizes as for {@link conv2d}.
 * Parameters: `weight [c*multiplier, 1, kernel...]`, `bias [c*multiplier]` (layouts of PyTorch's Conv with as many groups as channels).
 * Source: Keras's DepthwiseConv, with the defaults of {@link conv2d}.
 *
 * @param kernel the window: a number for all axes, or one per axis
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(depthwiseConv2d(3, { padding: 1 }), batchNorm(), relu6(), conv2d(64, 1))
 */
export type DepthwiseConvLayer = (kernel: PerAxis, options?: DepthwiseConvOptions) => Layer;

/** {@link DepthwiseConvLayer} of values: a weight `[c*multiplier, 1, kernel...]` and a bias `[c*multiplier]`. */
export type DepthwiseConvFunction = (x: Value, weight: Value, bias?: Value, options?: DepthwiseConvSettings) => Value;

type Axes = 1 | 2 | 3;

const layerOf =
  (axes: Axes): DepthwiseConvLayer =>
  (kernel, options = {}) => {
    const kind = `depthwiseConv${axes}d`;
    checkOptions(kind, options, DEPTHWISE_OPTIONS);
    const { multiplier = 1, inChannels } = options;
    positiveInteger(kind, 'multiplier', multiplier);
    if (inChannels !== undefined) positiveInteger(kind, 'inChannels', inChannels);
    const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size: kernel }, options);
    const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
    const channels = inChannels === undefined ? '?' : inChannels * multiplier;
    const own = weightAndBias([channels, 1, ...window.kernel_shape], options);
    return defineLayer({
      kind,
      name: options.name,
      parameters: own,
      origin: own.weight.origin,
      apply: ({ parameters: { weight, bias } }, x: Value): Value =>
        activate(emitLayerOne(DEPTHWISE_CONV, [x, weight, bias], { ...window, multiplier }), activation),
    });
  };

const functionOf =
  (axes: Axes): DepthwiseConvFunction =>
  (x, weight, bias, options = {}) => {
    const kind = `depthwiseConv${axes}d`;
    const { multiplier = 1, ...rest } = options;
    checkOptions(kind, rest, WINDOW_OPTIONS);
    positiveInteger(kind, 'multiplier', multiplier);
    const size = weightKernel(kind, weight, axes);
    const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size }, rest);
    return emitLayerOne(DEPTHWISE_CONV, [x, weight, bias], { ...window, multiplier });
  };

/** Convolves each channel of `[n, c, w]` by itself. */
export const depthwiseConv1d: DepthwiseConvLayer = layerOf(1);

/** Convolves each channel of `[n, c, h, w]` by itself. */
export const depthwiseConv2d: DepthwiseConvLayer = layerOf(2);

/** Convolves each channel of `[n, c, d, h, w]` by itself. */
export const depthwiseConv3d: DepthwiseConvLayer = layerOf(3);

/** {@link depthwiseConv1d} of values. */
export const depthwiseConv1dOf: DepthwiseConvFunction = functionOf(1);

/** {@link depthwiseConv2d} of values. */
export const depthwiseConv2dOf: DepthwiseConvFunction = functionOf(2);

/** {@link depthwiseConv3d} of values. */
export const depthwiseConv3dOf: DepthwiseConvFunction = functionOf(3);

/** Inputs x, weight, bias; bias may be absent. It becomes one Conv with as many groups as x has channels. */
export const DEPTHWISE_CONV: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'depthwiseConv',
  cost: convolution(),
  infer: (cx) => {
    const kernel = (cx.ints('kernel_shape') ?? []).map((size) => constant(size));
    const [n, , ...spatial] = cx.ranked(0, kernel.length + 2);
    const weight = cx.ranked(1, kernel.length + 2);
    cx.sameDType(0, 1);
    const times = cx.int('multiplier', 1);
    const [features, one] = [
      cx.unifyAxes({ input: 1, axis: 0 }, { input: 0, axis: 1, times }, 'output channels'),
      weight[1],
    ];
    if (one) cx.unify(one, constant(1), 'input channels per group');
    weight.slice(2).forEach((size, i) => {
      cx.unify(size, kernel[i] ?? size, 'sizes of the kernel');
    });
    if (cx.has(2)) {
      cx.ranked(2, 1);
      cx.sameDType(0, 2);
      cx.unifyAxes({ input: 2, axis: 0 }, { input: 1, axis: 0 }, 'output channels');
    }
    const sizes = readWindow(cx, kernel).map((window, i) => convSize(cx, spatial[i] ?? constant(1), window));
    return [cx.tensor(n && [n, features, ...sizes])];
  },
  lower: (node) => {
    const [x, weight] = [inputOf(node, 0), inputOf(node, 1)];
    const features = weight.shape[0] && constOf(weight.shape[0]);
    invariant(features !== undefined, 'a bound model knows the channels of its weights');
    return [
      op.Conv(x, weight, node.inputs[2], { ...nodeWindow(node), group: features / numberOf(node, 'multiplier') }),
    ];
  },
  examples: [
    {
      inputs: ['float32[n, 8, h, w]', 'float32[?, 1, 3, 3]', 'float32[?]'],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], multiplier: 2 },
      outputs: ['float32[n, 16, ceildiv(h, 2), ceildiv(w, 2)]'],
    },
    {
      inputs: ['float32[n, ?, t]', 'float32[6, 1, 3]', null],
      attributes: { kernel_shape: [3], multiplier: 3 },
      outputs: ['float32[n, 6, t - 2]'],
      constraints: ['t >= 3'],
    },
    {
      inputs: ['float32[n, 8, t]', 'float32[6, 1, 3]', null],
      attributes: { kernel_shape: [3], multiplier: 1 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 8]', 'float32[8, 1, 3]', null],
      attributes: { kernel_shape: [3], multiplier: 1 },
      fails: 'RANK_MISMATCH',
    },
  ],
};
