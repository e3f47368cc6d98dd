// convTranspose1d, convTranspose2d, convTranspose3d: transposed convolutions that know their output channels only.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { perAxis, positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';
import { weightKernel } from '../weight-kernel.ts';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions, windowAttributes } from '../window-options.ts';

/** Options of {@link convTranspose1d}, {@link convTranspose2d} and {@link convTranspose3d}. */
export interface ConvTransposeOptions extends WindowOptions, WeightOptions {
  /** Elements added at the end of each spatial axis of the output; 0 by default. */
  readonly outputPadding?: PerAxis | undefined;
  /** Groups that input and output channels are split into, each by itself; 1 by default. */
  readonly groups?: number | undefined;
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The input channels; settled by the first batch by default. */
  readonly inChannels?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link ConvTransposeOptions}. */
const CONV_TRANSPOSE_OPTIONS: OptionNames<ConvTransposeOptions> = {
  ...WINDOW_OPTIONS,
  ...WEIGHT_OPTIONS,
  outputPadding: true,
  groups: true,
  activation: true,
  inChannels: true,
  name: true,
};

/**
 * A transposed convolution over one spatial axis: the gradient of {@link conv1d} with respect to its input.
 *
 * *Input shape*: `[n, c, w]`; c is settled by the first batch. *Output shape*: `[n, channels, w']` with
 * `w' = strides*(w - 1) + outputPadding + dilation*(kernel - 1) + 1 - pads`, `strides*w` for padding `same`.
 * Parameters: `weight [c, channels / groups, kernel]`, `bias [channels]` (layouts of PyTorch and ONNX).
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 *
 * @param channels output channels
 * @param kernel elements of the window
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example convTranspose1d(32, 4, { strides: 2, padding: 1 })
 */
export function convTranspose1d(channels: number, kernel: PerAxis, options: ConvTransposeOptions = {}): Layer {
  return transposed('convTranspose1d', 1, { channels, kernel, options });
}

/**
 * A transposed convolution over two spatial axes: the gradient of {@link conv2d} with respect to its input.
 *
 * *Input shape*: `[n, c, h, w]`. *Output shape*: `[n, channels, h', w']`, sizes as for {@link convTranspose1d}.
 * Parameters: `weight [c, channels / groups, kernel, kernel]`, `bias [channels]`.
 *
 * @param channels output channels
 * @param kernel the window: a number for both axes, or [height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example convTranspose2d(3, 4, { strides: 2, padding: 1, activation: 'tanh' })
 */
export function convTranspose2d(channels: number, kernel: PerAxis, options: ConvTransposeOptions = {}): Layer {
  return transposed('convTranspose2d', 2, { channels, kernel, options });
}

/**
 * A transposed convolution over three spatial axes: the gradient of {@link conv3d} with respect to its input.
 *
 * *Input shape*: `[n, c, d, h, w]`. *Output shape*: `[n, channels, d', h', w']`, sizes as for {@link convTranspose1d}.
 * Parameters: `weight [c, channels / groups, kernel, kernel, kernel]`, `bias [channels]`.
 *
 * @param channels output channels
 * @param kernel the window: a number for all axes, or [depth, height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or the groups do not divide the channels
 * @example convTranspose3d(8, 2, { strides: 2 })
 */
export function convTranspose3d(channels: number, kernel: PerAxis, options: ConvTransposeOptions = {}): Layer {
  return transposed('convTranspose3d', 3, { channels, kernel, options });
}

/** What a transposed convolution of values takes beside them. */
export type ConvTransposeSettings = WindowOptions & Pick<ConvTransposeOptions, 'groups' | 'outputPadding'>;

/** A transposed convolution of values: x `[n, c, d...]`, a weight `[c, channels / groups, kernel...]` and perhaps a bias `[channels]`. */
export type ConvTransposeFunction = (
  x: Value,
  weight: Value,
  bias?: Value | undefined,
  options?: ConvTransposeSettings,
) => Value;

const functionOf =
  (kind: string, axes: number): ConvTransposeFunction =>
  (x, weight, bias, options = {}) => {
    const { groups = 1, outputPadding = 0, ...rest } = options;
    checkOptions(kind, rest, WINDOW_OPTIONS);
    positiveInteger(kind, 'groups', groups);
    const size = weightKernel(kind, weight, axes);
    const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size }, rest);
    return op.ConvTranspose(x, weight, bias, { ...window, ...extras(kind, axes, { groups, outputPadding }) });
  };

/** {@link convTranspose1d} of values. */
export const convTranspose1dOf: ConvTransposeFunction = functionOf('convTranspose1d', 1);

/** {@link convTranspose2d} of values. */
export const convTranspose2dOf: ConvTransposeFunction = functionOf('convTranspose2d', 2);

/** {@link convTranspose3d} of values. */
export const convTranspose3dOf: ConvTransposeFunction = functionOf('convTranspose3d', 3);

/** The attributes beside the window that differ from ONNX's defaults. */
function extras(kind: string, axes: number, { groups, outputPadding }: { groups: number; outputPadding: PerAxis }) {
  const extra = perAxis(kind, 'outputPadding', outputPadding, axes, 0);
  return {
    ...(groups === 1 ? {} : { group: groups }),
    ...(extra.every((size) => size === 0) ? {} : { output_padding: extra }),
  };
}

interface ConvTransposeArguments {
  readonly channels: number;
  readonly kernel: PerAxis;
  readonly options: ConvTransposeOptions;
}

function transposed(kind: string, axes: number, { channels, kernel, options }: ConvTransposeArguments): Layer {
  checkOptions(kind, options, CONV_TRANSPOSE_OPTIONS);
  const { groups = 1, inChannels, dtype } = options;
  positiveInteger(kind, 'channels', channels);
  positiveInteger(kind, 'groups', groups);
  if (channels % groups !== 0) refuseArgument(kind, 'groups', `a divisor of its ${channels} output channels`, groups);
  if (inChannels !== undefined) positiveInteger(kind, 'inChannels', inChannels);
  const window = windowAttributes({ layer: kind, axes, sizeName: 'kernel', size: kernel }, options);
  const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
  const shape = [inChannels ?? '?', channels / groups, ...window.kernel_shape];
  const weight = new Parameter({ shape, dtype, layout: 'io', initializer: options.weightInitializer });
  const initializer = options.biasInitializer ?? 'zeros';
  const bias =
    options.bias === false ? undefined : new Parameter({ shape: [channels], dtype, initializer, fansOf: weight });
  const attributes = { ...window, ...extras(kind, axes, { groups, outputPadding: options.outputPadding ?? 0 }) };
  return defineLayer({
    kind,
    name: options.name,
    parameters: { weight, bias },
    apply: ({ parameters }, x: Value): Value =>
      activate(op.ConvTranspose(x, parameters.weight, parameters.bias, attributes), activation),
  });
}
