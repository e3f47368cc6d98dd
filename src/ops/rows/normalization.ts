// Normalizations whose scale and shift lie on the channel axis: batch, instance, group and local response.
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { perInput, perOutput } from '../costs/elementwise.ts';
import { localNormalization } from '../costs/window.ts';
import { passesSizes } from '../rules/backward.ts';
import { requireGroups, requirePositive } from '../rules/channels.ts';

const ANY = Number.POSITIVE_INFINITY;

/** Requires that inputs `from` to `to` are `[c]`, c being axis 1 of input 0; returns c where anything tells it. */
function requireChannelVectors(cx: InferContext, from: number, to: number): Dim | undefined {
  const rank = cx.shape(0)?.length;
  let channels = rank === 1 ? constant(1) : cx.shape(0)?.[1];
  for (let i = from; i <= to; i++) {
    const [size] = cx.ranked(i, 1);
    if (!size) continue;
    // BatchNormalization-9: a single axis is the batch, and c is 1 then.
    if (rank === 1) cx.unify(constant(1), size, `channels of an input of rank 1 and ${cx.inputName(i)}`);
    else if (rank !== undefined) cx.unifyAxes({ input: i, axis: 0 }, { input: 0, axis: 1 }, 'channels');
    else if (i > from) cx.unifyAxes({ input: from, axis: 0 }, { input: i, axis: 0 }, 'channels');
    channels ??= size;
  }
  return channels;
}

/** The shapes of scale, shift, mean and variance: `[c]`, or `X.shape[1:]` for `spatial = 0` below version 9. */
function statisticsShape(cx: InferContext): Shape | undefined {
  if (cx.version >= 9 || cx.int('spatial', 1) !== 0) {
    const channels = requireChannelVectors(cx, 1, 4);
    return channels && [channels];
  }
  const rest = cx.shape(0)?.slice(1);
  if (!rest) return undefined;
  for (let i = 1; i <= 4; i++) {
    cx.unifyShapes(cx.ranked(i, rest.length), rest, `${cx.inputName(i)} and the shape of X without its first axis`);
  }
  return rest;
}

const BN_INPUTS = ['float32[n, 64, h, w]', 'float32[64]', 'float32[64]', 'float32[64]', 'float32[64]'];

/**
 * BatchNormalization (since 1): `Y = (X - mean) / sqrt(var + epsilon) * scale + B`, per channel.
 * X `[n, c, d...]`, the others `[c]`; Y as X. In training (since 14 by attribute, before by the number of outputs) also the
 * running and, before 14, the saved statistics, `[c]`.
 */
const BatchNormalization: OperatorRow = {
  name: 'BatchNormalization',
  cost: perOutput(2),
  settings: [3, 4],
  backward: passesSizes,
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, ANY);
    const statistics = statisticsShape(cx);
    const training = cx.version < 14 || cx.int('training_mode', 0) !== 0;
    if (!training && cx.outputCount > 1) {
      cx.fail('OP_INVALID', `${cx.op} has one output unless training_mode is 1, got ${cx.outputCount}`, {
        expected: '1 output',
        actual: `${cx.outputCount} outputs`,
        hint: 'set training_mode to 1, or use the first output only',
      });
    }
    const others = [1, 2, 3, 4].map((i) => cx.tensor(statistics, cx.outputDType(i)));
    return [cx.tensor(x), ...others];
  },
  examples: [
    { inputs: BN_INPUTS, outputs: ['float32[n, 64, h, w]'] },
    {
      inputs: BN_INPUTS,
      attributes: { training_mode: 1 },
      outputs: ['float32[n, 64, h, w]', 'float32[64]', 'float32[64]'],
    },
    {
      inputs: ['float32[n, c]', 'float32[c]', 'float32[c]', 'float32[c]', 'float32[c]'],
      opset: 9,
      outputs: ['float32[n, c]', 'float32[c]', 'float32[c]', 'float32[c]', 'float32[c]'],
    },
    {
      inputs: ['float32[n, 3, h]', 'float32[3, h]', 'float32[3, h]', 'float32[3, h]', 'float32[3, h]'],
      attributes: { spatial: 0 },
      opset: 7,
      outputs: ['float32[n, 3, h]'],
    },
    { inputs: ['float32[n]', 'float32[1]', 'float32[1]', 'float32[1]', 'float32[1]'], outputs: ['float32[n]'] },
    {
      inputs: ['float32[...]', 'float32[c]', 'float32[d]', 'float32[c]', 'float32[c]'],
      outputs: ['float32[...]'],
      constraints: ['c == d'],
    },
    { inputs: ['float32[2, 3]', 'float32[1]', 'float32[3]', 'float32[3]', 'float32[3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3]', 'float32[3, 1]', 'float32[3]', 'float32[3]', 'float32[3]'], fails: 'RANK_MISMATCH' },
  ],
};

/** InstanceNormalization (since 1): each channel of each sample normalized over its spatial axes; X `[n, c, d...]`, scale and B `[c]`. */
const InstanceNormalization: OperatorRow = {
  name: 'InstanceNormalization',
  cost: perInput(5),
  backward: passesSizes,
  infer: (cx) => {
    const x = cx.rankBetween(0, 3, ANY);
    requireChannelVectors(cx, 1, 2);
    return [cx.tensor(x)];
  },
  examples: [
    { inputs: ['float32[n, c, h, w]', 'float32[c]', 'float32[c]'], outputs: ['float32[n, c, h, w]'] },
    { inputs: ['float32[n, 3]', 'float32[3]', 'float32[3]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, 3, 4]', 'float32[3]', 'float32[1]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * GroupNormalization (since 18): channels normalized in `num_groups` groups, which divide c; X `[n, c, d...]`, scale and bias `[c]`
 * (`[num_groups]` in version 18).
 */
const GroupNormalization: OperatorRow = {
  name: 'GroupNormalization',
  cost: perInput(5),
  backward: passesSizes,
  infer: (cx) => {
    const x = cx.rankBetween(0, 2, ANY);
    const groups = requirePositive(cx, 'num_groups');
    if (x?.[1]) {
      requireGroups(cx, groups, x[1], 'channels');
      // ONNX Runtime splits the channels by a Reshape, for which a size of 0 is none.
      cx.atLeast(x[1], 1, 'channels');
    }
    if (cx.version >= 21) requireChannelVectors(cx, 1, 2);
    else {
      for (const i of [1, 2]) {
        const [size] = cx.ranked(i, 1);
        if (size) cx.unify(constant(groups), size, `num_groups and ${cx.inputName(i)}`);
      }
    }
    return [cx.tensor(x)];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]', 'float32[c]', 'float32[c]'],
      attributes: { num_groups: 4 },
      outputs: ['float32[n, c, h, w]'],
      constraints: ['4 | c'],
    },
    {
      inputs: ['float32[n, 8, h]', 'float32[4]', 'float32[4]'],
      attributes: { num_groups: 4 },
      opset: 18,
      outputs: ['float32[n, 8, h]'],
    },
    {
      inputs: ['float32[n, 6, 5]', 'float32[6]', 'float32[6]'],
      attributes: { num_groups: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 0, 5]', 'float32[0]', 'float32[0]'],
      attributes: { num_groups: 3 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 6, 5]', 'float32[3]', 'float32[6]'],
      attributes: { num_groups: 3 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 6, 5]', 'float32[6]', 'float32[6]'],
      attributes: { num_groups: 0 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** LpNormalization (since 1): `Y = X / norm_p(X)` along `axis`; Y as X. */
const LpNormalization: OperatorRow = {
  name: 'LpNormalization',
  cost: perInput(3),
  backward: passesSizes,
  infer: (cx) => {
    const x = cx.shape(0);
    if (x) cx.axis(cx.int('axis', -1), x.length);
    return [cx.tensor(x)];
  },
  examples: [
    { inputs: ['float32[n, d]'], attributes: { axis: 1 }, outputs: ['float32[n, d]'] },
    { inputs: ['float32[n, d]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** MeanVarianceNormalization (since 9): `Y = (X - mean) / (std + 1e-9)` over `axes`; Y as X. Axes that X lacks are of no effect. */
const MeanVarianceNormalization: OperatorRow = {
  name: 'MeanVarianceNormalization',
  cost: perInput(5),
  backward: passesSizes,
  infer: (cx) => [cx.tensor(cx.shape(0))],
  examples: [
    { inputs: ['float32[n, c, h, w]'], outputs: ['float32[n, c, h, w]'] },
    { inputs: ['int64[2, 3]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** LRN (since 1): each element divided by a power of the sum of squares of its `size` neighbours along channels; Y as X. */
const LRN: OperatorRow = {
  name: 'LRN',
  cost: localNormalization,
  backward: passesSizes,
  infer: (cx) => {
    requirePositive(cx, 'size');
    return [cx.tensor(cx.rankBetween(0, 2, ANY))];
  },
  examples: [
    { inputs: ['float32[n, c, h, w]'], attributes: { size: 5 }, outputs: ['float32[n, c, h, w]'] },
    { inputs: ['float32[c]'], attributes: { size: 5 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, c, h, w]'], attributes: { size: 0 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family. */
export const NORMALIZATION_ROWS: readonly OperatorRow[] = [
  BatchNormalization,
  InstanceNormalization,
  GroupNormalization,
  LpNormalization,
  MeanVarianceNormalization,
  LRN,
];
