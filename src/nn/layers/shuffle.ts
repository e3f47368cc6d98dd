// pixelShuffle, pixelUnshuffle, channelShuffle: elements moved between channels, and between channels and pixels.
import { op } from '../../build/op.ts';
import { constOf } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { pick } from '../../ops/costs/movement.ts';
import { positiveInteger } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link pixelShuffle}, {@link pixelUnshuffle} and {@link channelShuffle}. */
export interface ShuffleOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link ShuffleOptions}. */
const SHUFFLE_OPTIONS: OptionNames<ShuffleOptions> = { name: true };

function forms(
  kind: string,
  argument: string,
  shuffle: (x: Value, count: number) => Value,
): PlainForms<[count: number, options?: ShuffleOptions]> {
  return plainForms(kind, (count: number, options: ShuffleOptions = {}) => {
    checkOptions(kind, options, SHUFFLE_OPTIONS);
    positiveInteger(kind, argument, count);
    return { name: options.name, compute: (x) => shuffle(x, count) };
  });
}

/** Channels of each group in turn. */
const shuffled = (x: Value, groups: number): Value => emitLayerOne(CHANNEL_SHUFFLE, [x], { groups });

/** The shuffles by name, in both forms. */
export const SHUFFLES = {
  pixelShuffle: forms('pixelShuffle', 'factor', (x, factor) => op.DepthToSpace(x, { blocksize: factor, mode: 'CRD' })),
  // SpaceToDepth puts the place in the block before the channel, PyTorch behind it.
  pixelUnshuffle: forms('pixelUnshuffle', 'factor', (x, factor) =>
    shuffled(op.SpaceToDepth(x, { blocksize: factor }), factor * factor),
  ),
  channelShuffle: forms('channelShuffle', 'groups', shuffled),
} as const;

/**
 * Channels made pixels: `y[n, c, h*r + i, w*r + j] = x[n, c*r*r + i*r + j, h, w]`.
 *
 * *Input shape*: `[n, c, h, w]`, c a multiple of r*r. *Output shape*: `[n, c // (r*r), r*h, r*w]`.
 * Source: Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network",
 * CVPR 2016; channels in PyTorch's order.
 *
 * @param factor the factor r
 * @throws LAYER_ARGUMENT when `factor` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when r*r does not divide the channels
 * @example sequential(conv2d(4 * 64, 3, { padding: 1 }), pixelShuffle(2))
 */
export function pixelShuffle(factor: number, options: ShuffleOptions = {}): Layer {
  return SHUFFLES.pixelShuffle.layer(factor, options);
}

/**
 * Pixels made channels, the inverse of {@link pixelShuffle}.
 *
 * *Input shape*: `[n, c, h, w]`, h and w multiples of r. *Output shape*: `[n, c*r*r, h // r, w // r]`.
 *
 * @param factor the factor r
 * @throws LAYER_ARGUMENT when `factor` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when r does not divide a size
 * @example sequential(pixelUnshuffle(2), conv2d(64, 3))
 */
export function pixelUnshuffle(factor: number, options: ShuffleOptions = {}): Layer {
  return SHUFFLES.pixelUnshuffle.layer(factor, options);
}

/**
 * Channels taken from each group in turn, so that groups of convolutions exchange them: with g groups of c // g channels, channel
 * `i*g + k` of the output is channel `k*(c // g) + i` of the input.
 *
 * *Input shape*: `[n, c, d...]`, c a multiple of the groups. *Output shape*: the same.
 * Source: Zhang et al., "ShuffleNet: an extremely efficient convolutional neural network for mobile devices", CVPR 2018.
 *
 * @param groups the number of groups
 * @throws LAYER_ARGUMENT when `groups` is no positive integer
 * @throws SHAPE_MISMATCH (at the call) when the groups do not divide the channels
 * @example channelShuffle(2)
 */
export function channelShuffle(groups: number, options: ShuffleOptions = {}): Layer {
  return SHUFFLES.channelShuffle.layer(groups, options);
}

/** Where each channel of the output comes from: `0, k, 2k, .., 1, k + 1, ..` for k channels in a group. */
function sourceChannels(node: Node) {
  const x = inputOf(node, 0);
  const groups = numberOf(node, 'groups');
  const channels = x.shape[1] && constOf(x.shape[1]);
  if (channels !== undefined) {
    const size = channels / groups;
    return tensorFromValues(
      'int64',
      [channels],
      Array.from({ length: channels }, (_, i) => (i % groups) * size + Math.floor(i / groups)),
    );
  }
  const all = op.Range(0n, op.Squeeze(op.Shape(x, { start: 1, end: 2 }), [0]), 1n);
  return op.Reshape(op.Transpose(op.Reshape(all, [groups, -1]), { perm: [1, 0] }), [-1]);
}

/** Input x `[n, c, d...]`. It becomes a Gather of the channels. */
export const CHANNEL_SHUFFLE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'channelShuffle',
  cost: pick,
  infer: (cx) => {
    const x = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    if (x?.[1]) cx.divides(cx.int('groups', 1), x[1], 'channels');
    return [cx.tensor(x)];
  },
  lower: (node) => [op.Gather(inputOf(node, 0), sourceChannels(node), { axis: 1 })],
  examples: [
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { groups: 3 },
      outputs: ['float32[n, c, h, w]'],
      constraints: ['3 | c'],
    },
    { inputs: ['float32[n, 8, h]'], attributes: { groups: 3 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[8]'], attributes: { groups: 2 }, fails: 'RANK_MISMATCH' },
  ],
};
