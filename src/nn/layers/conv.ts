// conv1d, conv2d, conv3d: convolutions that know their output channels only.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';
import { weightKernel } from '../weight-kernel.ts';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions, windowAttributes } from '../window-options.ts';

/** Options of {@link conv1d}, {@link conv2d} and {@link conv3d}. */
export interface ConvOptions extends WindowOptions, WeightOptions {
  /** Groups that input and output channels are split into, each convolved by itself; 1 by default. */
  readonly groups?: number | undefined;
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The input channels; settled by the first batch by default. */
  readonly inChannels?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link ConvOptions}. */
const CONV_OPTIONS: OptionNames<ConvOptions> = {
  ...WINDOW_OPTIONS,
  ...WEIGHT_OPTIONS,
  groups: true,
  activation: true,
  inChannels: true,
  name: true,
};

/**
 * A convolution over one spatial axis: `y = activation(x * W + b)`, cross-correlation as in PyTorch, Keras and Gluon.
 *
 * *Input shape*: `[n, c, w]`; c is settled by the first batch. *Output shape*: `[n, channels, w']` with
 * `w' = (w + pads - dilation*(kernel - 1) - 1) // strides + 1`, `ceildiv(w, strides)` for padding `same`.
 * Parameters: `weight [channels, c / groups, kernel]`, `bias [channels]`.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__Conv.html
 *
 * @param channels output channels
 * @param kernel elements of the window
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example conv1d(64, 3, { padding: 'same' })
 */
export function conv1d(channels: number, kernel: PerAxis, options: ConvOptions = {}): Layer {
  return convolution('conv1d', 1, { channels, kernel, options });
}

/**
 * A convolution over two spatial axes: `y = activation(x * W + b)`, cross-correlation as in PyTorch, Keras and Gluon.
 *
 * *Input shape*: `[n, c, h, w]`; c is settled by the first batch. *Output shape*: `[n, channels, h', w']` with
 * `h' = (h + pads - dilation*(kernel - 1) - 1) // strides + 1`, `ceildiv(h, strides)` for padding `same`; w' likewise.
 * Parameters: `weight [channels, c / groups, kernel, kernel]`, `bias [channels]`.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__Conv.html
 *
 * @param channels output channels
 * @param kernel the window: a number for both axes, or [height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example conv2d(6, 5, { padding: 2, activation: 'sigmoid' })
 */
export function conv2d(channels: number, kernel: PerAxis, options: ConvOptions = {}): Layer {
  return convolution('conv2d', 2, { channels, kernel, options });
}

/**
 * A convolution over three spatial axes: `y = activation(x * W + b)`, cross-correlation as in PyTorch, Keras and Gluon.
 *
 * *Input shape*: `[n, c, d, h, w]`; c is settled by the first batch. *Output shape*: `[n, channels, d', h', w']`, sizes as for
 * {@link conv2d}. Parameters: `weight [channels, c / groups, kernel, kernel, kernel]`, `bias [channels]`.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__Conv.html
 *
 * @param channels output channels
 * @param kernel the window: a number for all axes, or [depth, height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example conv3d(16, [1, 3, 3], { strides: [1, 2, 2] })
 */
export function conv3d(channels: number, kernel: PerAxis, options: ConvOptions = {}): Layer {
  return convolution('conv3d', 3, { channels, kernel, options });
}

/** What a convolution of values takes beside them. */
export type ConvSettings = WindowOptions & Pick<ConvOptions, 'groups'>;

/** A convolution of values: x `[n, c, d...]`, a weight `[channels, c / groups, kernel...]` and, unless it is left out, a bias `[channels]`. */
export type ConvFunction = (x: Value, weight: Value, bias?: Value | undefined, options?: ConvSettings) => Value;

const functionOf =
  (kind: string, axes: number): ConvFunction =>
  (x, weight, bias, options = {}) => {
    const { groups = 1, ...rest } = options;
    checkOptions(kind, rest, WINDOW_OPTIONS);
    positiveInteger(kind, 'groups', groups);
    const size = weightKernel(kind, weight, axes);
    const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size }, rest);
    return op.Conv(x, weight, bias, groups === 1 ? window : { ...window, group: groups });
  };

/** {@link conv1d} of values. */
export const conv1dOf: ConvFunction = functionOf('conv1d', 1);

/** {@link conv2d} of values. */
export const conv2dOf: ConvFunction = functionOf('conv2d', 2);

/** {@link conv3d} of values. */
export const conv3dOf: ConvFunction = functionOf('conv3d', 3);

interface ConvArguments {
  readonly channels: number;
  readonly kernel: PerAxis;
  readonly options: ConvOptions;
}

function convolution(kind: string, axes: number, { channels, kernel, options }: ConvArguments): Layer {
  checkOptions(kind, options, CONV_OPTIONS);
  positiveInteger(kind, 'channels', channels);
  const groups = options.groups ?? 1;
  positiveInteger(kind, 'groups', groups);
  if (channels % groups !== 0) refuseArgument(kind, 'groups', `a divisor of its ${channels} output channels`, groups);
  const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size: kernel }, options);
  const perGroup = channelsPerGroup(kind, options.inChannels, groups);
  const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
  const shape = [channels, perGroup, ...window.kernel_shape];
  const attributes = groups === 1 ? window : { ...window, group: groups };
  const own = weightAndBias(shape, options);
  return defineLayer({
    kind,
    name: options.name,
    parameters: own,
    origin: own.weight.origin,
    apply: ({ parameters }, x: Value): Value =>
      activate(op.Conv(x, parameters.weight, parameters.bias, attributes), activation),
  });
}

function channelsPerGroup(kind: string, inChannels: number | undefined, groups: number): number | '?' {
  if (inChannels === undefined) return '?';
  positiveInteger(kind, 'inChannels', inChannels);
  if (inChannels % groups !== 0)
    refuseArgument(kind, 'groups', `a divisor of its ${inChannels} input channels`, groups);
  return inChannels / groups;
}
