// deformableConv2d: a convolution that samples its input at learned offsets.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { type Activation, activate, activationFunction } from '../activation.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { DEFORMABLE_CONV } from '../deformable-node.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';
import { weightKernel } from '../weight-kernel.ts';
import { explicitWindow, type PerAxis, WINDOW_OPTIONS, type WindowOptions } from '../window-options.ts';
import { conv2d } from './conv.ts';

/** Options of {@link deformableConv2d}. */
export interface DeformableConvOptions extends WindowOptions, WeightOptions {
  /** Groups that input and output channels are split into, each convolved by itself; 1 by default. */
  readonly groups?: number | undefined;
  /** Groups of input channels that have offsets of their own; 1 by default. */
  readonly offsetGroups?: number | undefined;
  /** Whether each sample has a factor too (version 2); false by default. */
  readonly modulated?: boolean | undefined;
  /** `computed` (default) by a convolution of the input, as in Gluon; `given` with each call, as in torchvision. */
  readonly offsets?: 'computed' | 'given' | undefined;
  /** Fills the weight of the convolution that computes offsets; zeros by default, so that it starts as a plain convolution. */
  readonly offsetInitializer?: InitializerInput | undefined;
  /** Applied to the output; none by default. */
  readonly activation?: Activation | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link DeformableConvOptions}. */
const DEFORMABLE_OPTIONS: OptionNames<DeformableConvOptions> = {
  ...WINDOW_OPTIONS,
  ...WEIGHT_OPTIONS,
  groups: true,
  offsetGroups: true,
  modulated: true,
  offsets: true,
  offsetInitializer: true,
  activation: true,
  name: true,
};

/** What a deformable convolution is called with: the offsets, and the factors where it is modulated, only where they are `given`. */
export type DeformableInputs = [x: Value, offset?: Value | undefined, mask?: Value | undefined];

const KIND = 'deformableConv2d';

/**
 * A deformable convolution: `y[p] = sum_k W[k] m_k x[p + k + o_k] + b`, x read between elements linearly, as zero outside. A
 * convolution with the same window computes the offsets o from x, and, where modulated, the factors `m = sigmoid(..)`.
 *
 * *Input shape*: `[n, c, h, w]`; c is settled by the first batch. Where they are given: offset
 * `[n, offsetGroups*k1*k2*2, h', w']`, rows before columns for each element of the kernel; mask `[n, offsetGroups*k1*k2, h', w']`.
 * *Output shape*: `[n, channels, h', w']`, sizes as for {@link conv2d}.
 * Parameters: `weight [channels, c / groups, k1, k2]`, `bias [channels]`; `offset.weight [offsetGroups*k1*k2*(2 or 3), c, k1, k2]`,
 * `offset.bias`, offsets before factors.
 * Source: Dai et al., "Deformable convolutional networks", ICCV 2017; Zhu et al., "Deformable ConvNets v2", CVPR 2019;
 * https://onnx.ai/onnx/operators/onnx__DeformConv.html. Gluon takes twice the sigmoid.
 *
 * @param channels output channels
 * @param kernel the window: a number for both axes, or [height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range; at the call when offsets are missing, or given to a layer that
 *   computes them
 * @example deformableConv2d(64, 3, { padding: 1, modulated: true })
 */
export function deformableConv2d(
  channels: number,
  kernel: PerAxis,
  options: DeformableConvOptions = {},
): Layer<DeformableInputs> {
  const { groups, offsetGroups, modulated, offsets } = readDeformable(channels, options);
  const window = explicitWindow({ layer: KIND, axes: 2, sizeName: 'kernel', size: kernel }, options);
  const activation = options.activation === undefined ? undefined : activationFunction(options.activation);
  const points = offsetGroups * window.kernel_shape.reduce((product, size) => product * size, 1);
  const { strides, padding, dilation, dtype } = options;
  const offset =
    offsets === 'given'
      ? undefined
      : conv2d(points * (modulated ? 3 : 2), kernel, {
          strides,
          padding,
          dilation,
          dtype,
          weightInitializer: options.offsetInitializer ?? 'zeros',
        });
  return defineLayer({
    kind: KIND,
    name: options.name,
    parameters: weightAndBias([channels, '?', ...window.kernel_shape], options),
    children: offset ? [['offset', offset]] : [],
    apply: ({ parameters: { weight, bias } }, ...[x, given, mask]: DeformableInputs): Value => {
      const found = offset ? computedOffsets(offset, x, { points, modulated, given }) : given;
      if (!found) refuseArgument(KIND, 'offset', 'a value, for its offsets are given with the call', 'undefined');
      if (!offset && modulated !== (mask !== undefined))
        refuseArgument(
          KIND,
          'mask',
          modulated ? 'a value, for it is modulated' : 'nothing, for it is not modulated',
          mask,
        );
      const [places, factors] = Array.isArray(found) ? found : [found, mask];
      const attributes = { ...window, group: groups, offset_group: offsetGroups };
      return activate(emitLayerOne(DEFORMABLE_CONV, [x, weight, places, bias, factors], attributes), activation);
    },
  });
}

function readDeformable(channels: number, options: DeformableConvOptions) {
  checkOptions(KIND, options, DEFORMABLE_OPTIONS);
  const { groups = 1, offsetGroups = 1, modulated = false, offsets = 'computed' } = options;
  positiveInteger(KIND, 'channels', channels);
  positiveInteger(KIND, 'groups', groups);
  positiveInteger(KIND, 'offsetGroups', offsetGroups);
  if (channels % groups !== 0) refuseArgument(KIND, 'groups', `a divisor of its ${channels} output channels`, groups);
  if (offsets !== 'computed' && offsets !== 'given') refuseArgument(KIND, 'offsets', '"computed" or "given"', offsets);
  return { groups, offsetGroups, modulated, offsets };
}

interface OffsetCall {
  readonly points: number;
  readonly modulated: boolean;
  readonly given: Value | undefined;
}

/** Offsets, and factors from 0 to 1, that the inner convolution makes of the input. */
function computedOffsets(offset: Layer, x: Value, call: OffsetCall): [offset: Value, mask?: Value] {
  if (call.given)
    refuseArgument(KIND, 'offset', 'nothing, for it computes its offsets; say offsets: "given"', 'a value');
  const all = offset(x);
  if (!call.modulated) return [all];
  const [places, factors] = op.Split(all, [2 * call.points, call.points], { axis: 1 });
  return places && factors ? [places, op.Sigmoid(factors)] : [all];
}

/** What {@link deformableConv2dOf} takes beside values. */
export type DeformableConvSettings = WindowOptions & Pick<DeformableConvOptions, 'groups' | 'offsetGroups'>;

/**
 * {@link deformableConv2d} of values, in the order of torchvision's `deform_conv2d`.
 *
 * @param x `[n, c, h, w]`
 * @param offset `[n, offsetGroups*k1*k2*2, h', w']`
 * @param weight `[channels, c / groups, k1, k2]`
 * @param bias `[channels]`; none where it is left out
 * @param mask `[n, offsetGroups*k1*k2, h', w']`; factors 1 where it is left out
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 */
export function deformableConv2dOf(
  ...[x, offset, weight, bias, mask, options = {}]: [
    x: Value,
    offset: Value,
    weight: Value,
    bias?: Value | undefined,
    mask?: Value | undefined,
    options?: DeformableConvSettings,
  ]
): Value {
  const { groups = 1, offsetGroups = 1, ...rest } = options;
  checkOptions(KIND, rest, WINDOW_OPTIONS);
  positiveInteger(KIND, 'groups', groups);
  positiveInteger(KIND, 'offsetGroups', offsetGroups);
  const window = explicitWindow(
    { layer: KIND, axes: 2, sizeName: 'kernel', size: weightKernel(KIND, weight, 2) },
    rest,
  );
  const attributes = { ...window, group: groups, offset_group: offsetGroups };
  return emitLayerOne(DEFORMABLE_CONV, [x, weight, offset, bias, mask], attributes);
}
