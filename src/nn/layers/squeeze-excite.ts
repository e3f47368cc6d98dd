// squeezeExcite: channels weighted by what a small network makes of their means.
import { op } from '../../build/op.ts';
import { floorDiv } from '../../dim/arithmetic.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { convolution } from '../../ops/costs/contraction.ts';
import { type Activation, activationFunction } from '../activation.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions, weightAndBias } from '../weight-and-bias.ts';

/** Options of {@link squeezeExcite}. */
export interface SqueezeExciteOptions extends WeightOptions {
  /** The channels between the two convolutions; the input's divided by `reduction` by default. */
  readonly channels?: number | undefined;
  /** Applied between the two convolutions; relu by default. */
  readonly activation?: Activation | undefined;
  /** Applied to the weights of the channels; sigmoid by default (MobileNetV3: hardSigmoid). */
  readonly gate?: Activation | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link SqueezeExciteOptions}. */
const SQUEEZE_OPTIONS: OptionNames<SqueezeExciteOptions> = {
  ...WEIGHT_OPTIONS,
  channels: true,
  activation: true,
  gate: true,
  name: true,
};

/**
 * Squeeze and excitation: `y = x * gate(fc2(activation(fc1(mean(x)))))`, the mean over the places of each channel, fc1 and fc2
 * convolutions of one element.
 *
 * *Input shape*: `[n, c, h, w]`; c is settled by the first batch. *Output shape*: the same.
 * Parameters: `fc1.weight [s, c, 1, 1]`, `fc1.bias [s]`, `fc2.weight [c, s, 1, 1]`, `fc2.bias [c]` with `s = channels`, or
 * `c // reduction` (names and layouts of torchvision).
 * Source: Hu et al., "Squeeze-and-excitation networks", CVPR 2018.
 *
 * @param reduction what the channels are divided by, rounded down; 16 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH (at the call) when the input has fewer channels than `reduction`
 * @example sequential(conv2d(96, 3), squeezeExcite(4, { gate: 'hardSigmoid' }))
 */
export function squeezeExcite(reduction = 16, options: SqueezeExciteOptions = {}): Layer {
  checkOptions('squeezeExcite', options, SQUEEZE_OPTIONS);
  positiveInteger('squeezeExcite', 'reduction', reduction);
  if (options.channels !== undefined) positiveInteger('squeezeExcite', 'channels', options.channels);
  const [activation, gate] = [
    activationFunction(options.activation ?? 'relu'),
    activationFunction(options.gate ?? 'sigmoid'),
  ];
  const squeezed = options.channels ?? '?';
  const fc1 = pointConv([squeezed, '?'], options, squeezed === '?' ? reduction : undefined);
  const fc2 = pointConv(['?', squeezed], options, 1);
  return defineLayer({
    kind: 'squeezeExcite',
    name: options.name,
    children: [
      ['fc1', fc1],
      ['fc2', fc2],
    ],
    apply: (_call, x: Value): Value => {
      const means = op.GlobalAveragePool(x);
      return op.Mul(x, gate(fc2(activation(fc1(means, x)), x)));
    },
  });
}

/** A convolution of one element whose output channels are those of `like` divided by `reduction`, where that is given. */
function pointConv(
  [out, into]: readonly [number | '?', number | '?'],
  options: WeightOptions,
  reduction: number | undefined,
): Layer<[x: Value, like: Value]> {
  const own = weightAndBias([out, into, 1, 1], options);
  return defineLayer({
    kind: 'conv2d',
    parameters: own,
    origin: own.weight.origin,
    apply: ({ parameters: { weight, bias } }, x: Value, like: Value): Value =>
      reduction === undefined
        ? op.Conv(x, weight, bias, { kernel_shape: [1, 1] })
        : emitLayerOne(POINT_CONV, [x, weight, bias, like], { reduction }),
  });
}

/** Inputs x, weight, bias, like; bias may be absent. It becomes one Conv. */
export const POINT_CONV: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'pointConv',
  cost: convolution(),
  infer: (cx) => {
    const [n, , h, w] = cx.ranked(0, 4);
    const [features] = cx.ranked(1, 4);
    const channels = cx.ranked(3, 4)[1];
    const reduction = cx.int('reduction', 1);
    cx.sameDType(0, 1);
    cx.unifyAxes({ input: 1, axis: 1 }, { input: 0, axis: 1 }, 'input channels');
    if (reduction === 1) cx.unifyAxes({ input: 1, axis: 0 }, { input: 3, axis: 1 }, 'output channels');
    else if (channels && features) {
      cx.atLeast(channels, reduction, 'the channels that are reduced');
      cx.unify(features, floorDiv(channels, reduction), 'output channels');
    }
    if (cx.has(2)) {
      cx.ranked(2, 1);
      cx.sameDType(0, 2);
      cx.unifyAxes({ input: 2, axis: 0 }, { input: 1, axis: 0 }, 'output channels');
    }
    return [cx.tensor(n && features && h && w && [n, features, h, w])];
  },
  lower: (node) => [op.Conv(inputOf(node, 0), inputOf(node, 1), node.inputs[2], { kernel_shape: [1, 1] })],
  examples: [
    {
      inputs: ['float32[n, 64, 1, 1]', 'float32[?, ?, 1, 1]', 'float32[?]', 'float32[n, 64, h, w]'],
      attributes: { reduction: 16 },
      outputs: ['float32[n, 4, 1, 1]'],
    },
    {
      inputs: ['float32[n, 4, h, w]', 'float32[?, ?, 1, 1]', null, 'float32[n, 64, h, w]'],
      attributes: { reduction: 1 },
      outputs: ['float32[n, 64, h, w]'],
    },
    {
      inputs: ['float32[n, 8, 1, 1]', 'float32[?, ?, 1, 1]', null, 'float32[n, 8, h, w]'],
      attributes: { reduction: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 8, 1]', 'float32[?, ?, 1, 1]', null, 'float32[n, 8, h]'],
      attributes: { reduction: 1 },
      fails: 'RANK_MISMATCH',
    },
  ],
};
