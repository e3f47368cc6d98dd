// groupNorm: groups of channels of each sample normalized.

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

/** Options of {@link groupNorm}. */
export interface GroupNormOptions extends ShiftedNormOptions {
  /** The channels; settled by the first batch by default. */
  readonly channels?: number | undefined;
}

/** The names of {@link GroupNormOptions}. */
const GROUP_NORM_OPTIONS: OptionNames<GroupNormOptions> = { ...SHIFTED_NORM_OPTIONS, channels: true };

/**
 * Group normalization: `y = (x - mean) / sqrt(var + epsilon) * weight + bias`, mean and variance over each group of channels of
 * each sample. One group is layer normalization over all but the batch, a group per channel is instance normalization.
 *
 * *Input shape*: `[n, c, d...]`; c is settled by the first batch and a multiple of `groups`. *Output shape*: the same.
 * Parameters: `weight [c]`, `bias [c]`.
 * Source: Wu and He, "Group normalization", ECCV 2018; https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
 *
 * @param groups the number of groups
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH (at the call) when the groups do not divide the channels
 * @example groupNorm(32)
 */
export function groupNorm(groups: number, options: GroupNormOptions = {}): Layer {
  checkOptions('groupNorm', options, GROUP_NORM_OPTIONS);
  positiveInteger('groupNorm', 'groups', groups);
  if (options.channels !== undefined) positiveInteger('groupNorm', 'channels', options.channels);
  const epsilon = readEpsilon('groupNorm', options.epsilon);
  const parameters = affineParameters([options.channels ?? '?'], options);
  return defineLayer({
    kind: 'groupNorm',
    name: options.name,
    parameters,
    apply: ({ parameters: { weight, bias } }, x: Value): Value => groupNormOf(x, groups, weight, bias, { epsilon }),
  });
}

/**
 * {@link groupNorm} of values, in the order of `torch.nn.functional.group_norm`.
 *
 * @param x `[n, c, d...]`, c a multiple of the groups
 * @param groups the number of groups
 * @param weight `[c]`; no scale where it is left out
 * @param bias `[c]`; no shift where it is left out
 * @param options `epsilon`: added to the variance, 1e-5 by default
 * @throws LAYER_ARGUMENT when groups is no positive integer, or epsilon no finite number >= 0
 */
export function groupNormOf(
  ...[x, groups, weight, bias, options = {}]: [
    x: Value,
    groups: number,
    weight?: Value | undefined,
    bias?: Value | undefined,
    options?: { readonly epsilon?: number | undefined },
  ]
): Value {
  positiveInteger('groupNorm', 'groups', groups);
  const epsilon = floatAttribute(readEpsilon('groupNorm', options.epsilon));
  return emitLayerOne(GROUP_NORM, [x, weight, bias], { groups, epsilon });
}

/** Inputs x, weight, bias; weight and bias may be absent. It becomes one GroupNormalization. */
export const GROUP_NORM: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'groupNorm',
  cost: perInput(5),
  infer: (cx) => {
    const x = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    for (const i of [1, 2]) {
      if (!cx.has(i)) continue;
      cx.ranked(i, 1);
      cx.sameDType(0, i);
      if (x) cx.unifyAxes({ input: 0, axis: 1 }, { input: i, axis: 0 }, 'channels');
    }
    const channels = x?.[1];
    if (channels) cx.divides(cx.int('groups', 1), channels, 'channels');
    return [cx.tensor(x)];
  },
  lower: (node) => {
    const scale = node.inputs[1] ?? filledLike(node, 1, 1, 2);
    const shift = node.inputs[2] ?? filledLike(node, 0, 1, 2);
    const attributes = { num_groups: numberOf(node, 'groups'), epsilon: numberOf(node, 'epsilon') };
    return [op.GroupNormalization(inputOf(node, 0), scale, shift, attributes)];
  },
  examples: [
    {
      inputs: ['float32[n, 64, h, w]', 'float32[?]', 'float32[?]'],
      attributes: { groups: 8 },
      outputs: ['float32[n, 64, h, w]'],
    },
    {
      inputs: ['float32[n, c]', null, null],
      attributes: { groups: 8 },
      outputs: ['float32[n, c]'],
      constraints: ['8 | c'],
    },
    { inputs: ['float32[n, 6, h]', null, null], attributes: { groups: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 6, h]', 'float32[3]', null], attributes: { groups: 3 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[6]', null, null], attributes: { groups: 3 }, fails: 'RANK_MISMATCH' },
  ],
};
