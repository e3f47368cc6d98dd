// separableConv1d to 3d: each channel convolved by itself, then mixed by a convolution of one element.
import type { Value } from '../../ir/graph.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import type { PerAxis } from '../window-options.ts';
import { type ConvOptions, conv1d, conv2d, conv3d } from './conv.ts';
import { depthwiseConv1d, depthwiseConv2d, depthwiseConv3d } from './depthwise-conv.ts';

/** Options of the separable convolutions; window and input channels are those of the depthwise part. */
export interface SeparableConvOptions extends Omit<ConvOptions, 'groups'> {
  /** Channels per input channel between the two parts; 1 by default. */
  readonly multiplier?: number | undefined;
  /** Fills the weight of the depthwise part; xavierUniform by default. */
  readonly depthwiseInitializer?: InitializerInput | undefined;
}

/** The names of {@link SeparableConvOptions}. */
const SEPARABLE_OPTIONS: OptionNames<SeparableConvOptions> = {
  strides: true,
  padding: true,
  dilation: true,
  bias: true,
  weightInitializer: true,
  depthwiseInitializer: true,
  biasInitializer: true,
  dtype: true,
  multiplier: true,
  activation: true,
  inChannels: true,
  name: true,
};

/**
 * A separable convolution: `y = activation(P (D * x) + b)`, D convolving each channel by itself, P mixing channels place by place.
 *
 * *Input shape*: `[n, c, d...]`; c is settled by the first batch. *Output shape*: `[n, channels, d'...]`, sizes as for {@link conv2d}.
 * Parameters: `depthwise.weight [c*multiplier, 1, kernel...]`, `pointwise.weight [channels, c*multiplier, 1...]`,
 * `pointwise.bias [channels]`; the depthwise part has no bias.
 * Source: Keras's SeparableConv; Chollet, "Xception: deep learning with depthwise separable convolutions", CVPR 2017.
 *
 * @param channels output channels
 * @param kernel the window: a number for all axes, or one per axis
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example separableConv2d(128, 3, { padding: 'same', bias: false })
 */
export type SeparableConvLayer = (channels: number, kernel: PerAxis, options?: SeparableConvOptions) => Layer;

const PARTS = {
  1: [depthwiseConv1d, conv1d],
  2: [depthwiseConv2d, conv2d],
  3: [depthwiseConv3d, conv3d],
} as const;

const layerOf =
  (axes: 1 | 2 | 3): SeparableConvLayer =>
  (channels, kernel, options = {}) => {
    const kind = `separableConv${axes}d`;
    checkOptions(kind, options, SEPARABLE_OPTIONS);
    const { strides, padding, dilation, multiplier, inChannels, dtype } = options;
    const { bias, weightInitializer, biasInitializer, depthwiseInitializer, activation } = options;
    const [depthwiseConv, conv] = PARTS[axes];
    const depthwise = depthwiseConv(kernel, {
      strides,
      padding,
      dilation,
      multiplier,
      inChannels,
      dtype,
      bias: false,
      weightInitializer: depthwiseInitializer,
    });
    const pointwise = conv(channels, 1, { bias, weightInitializer, biasInitializer, activation, dtype });
    return defineLayer({
      kind,
      name: options.name,
      children: [
        ['depthwise', depthwise],
        ['pointwise', pointwise],
      ],
      apply: (_call, x: Value): Value => pointwise(depthwise(x)),
    });
  };

/** A separable convolution of `[n, c, w]`. */
export const separableConv1d: SeparableConvLayer = layerOf(1);

/** A separable convolution of `[n, c, h, w]`. */
export const separableConv2d: SeparableConvLayer = layerOf(2);

/** A separable convolution of `[n, c, d, h, w]`. */
export const separableConv3d: SeparableConvLayer = layerOf(3);
