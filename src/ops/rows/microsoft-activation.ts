// Fused activations of com.microsoft: Gelu and its kin with a bias, BiasSoftmax, and the fusions of diffusion models.
import { floorDiv } from '../../dim/arithmetic.ts';
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { perInput, perOutput } from '../costs/elementwise.ts';
import { channelAxis, requireGroups, requirePositive } from '../rules/channels.ts';
import { unaryRow } from '../rules/elementwise-row.ts';
import { inMicrosoft, requireVector, sameShapes } from '../rules/microsoft.ts';

const ANY = Number.POSITIVE_INFINITY;

/** The type of input 0, to whose last axis a vector, input 1, is added. */
function biased(cx: InferContext): readonly ValueType[] {
  const shape = cx.rankBetween(0, 1, ANY);
  requireVector(cx, 1, shape?.at(-1), 'the last axis');
  return [cx.tensor(shape)];
}

const biasedCases: readonly OperatorExample[] = [
  { inputs: ['float32[batch, s, 64]', 'float32[64]'], outputs: ['float32[batch, s, 64]'] },
  { inputs: ['float32[batch, n]', 'float32[m]'], outputs: ['float32[batch, n]'], constraints: ['n == m'] },
  { inputs: ['float32[...]', 'float32[4]'], outputs: ['float32[...]'] },
  { inputs: ['float32[batch, 4]', 'float32[3]'], fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[]', 'float32[4]'], fails: 'RANK_MISMATCH' },
  { inputs: ['float32[batch, 4]', 'float32[1, 4]'], fails: 'RANK_MISMATCH' },
];

/** BiasGelu (1): `Gelu(A + B)`. `[..., n], [n] -> [..., n]` */
const BiasGelu: OperatorRow = {
  name: 'BiasGelu',
  cost: perOutput(2),
  infer: biased,
  examples: biasedCases,
};

/** FastGelu (1): `0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))` with `x = X + bias`. `[..., n], [n]? -> [..., n]` */
const FastGelu: OperatorRow = {
  name: 'FastGelu',
  infer: biased,
  examples: [...biasedCases, { inputs: ['float32[batch, n]'], outputs: ['float32[batch, n]'] }],
};

/** BiasSoftmax (1): `Softmax(data + bias)` over the axes from `axis` on, the bias broadcast as `is_inner_broadcast` says; shape of data. */
const BiasSoftmax: OperatorRow = {
  name: 'BiasSoftmax',
  cost: perInput(6),
  infer: (cx) => {
    const shape = cx.rankBetween(0, 1, ANY);
    if (shape) cx.axis(cx.int('axis', 1), shape.length);
    return [cx.tensor(shape)];
  },
  examples: [
    {
      inputs: ['float32[n, 12, s, t]', 'float32[n, 1, 1, t]'],
      attributes: { axis: 3, is_inner_broadcast: 1 },
      outputs: ['float32[n, 12, s, t]'],
    },
    {
      inputs: ['float32[n, s]', 'float32[n, s]'],
      attributes: { axis: 2, is_inner_broadcast: 1 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** BiasAdd (1): `X + bias + skip`. `[n, s, c], [c], [n, s, c] -> [n, s, c]` */
const BiasAdd: OperatorRow = {
  name: 'BiasAdd',
  cost: perOutput(2),
  infer: (cx) => {
    cx.ranked(0, 3);
    const shape = sameShapes(cx, 0, 2);
    requireVector(cx, 1, shape?.[2], 'channels');
    return [cx.tensor(shape)];
  },
  examples: [
    { inputs: ['float32[n, s, 320]', 'float32[320]', 'float32[n, s, 320]'], outputs: ['float32[n, s, 320]'] },
    {
      inputs: ['float32[n, s, c]', 'float32[320]', 'float32[...]'],
      outputs: ['float32[n, s, 320]'],
      constraints: ['c == 320'],
    },
    { inputs: ['float32[n, s, 320]', 'float32[320]', 'float32[n, s, 640]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 320]', 'float32[320]', 'float32[n, 320]'], fails: 'RANK_MISMATCH' },
  ],
};

/** BiasSplitGelu (1): `left * Gelu(right)`, the halves of `X + bias`. `[n, s, d], [d] -> [n, s, d/2]` */
const BiasSplitGelu: OperatorRow = {
  name: 'BiasSplitGelu',
  infer: (cx) => {
    const [n, s, d] = cx.ranked(0, 3);
    if (!n || !s || !d) return [];
    requireVector(cx, 1, d, 'hidden size');
    cx.divides(2, d, 'hidden size');
    return [cx.tensor([n, s, cx.facts.simplify(floorDiv(d, 2))])];
  },
  examples: [
    { inputs: ['float32[n, s, 64]', 'float32[64]'], outputs: ['float32[n, s, 32]'] },
    {
      inputs: ['float32[n, s, d]', 'float32[d]'],
      outputs: ['float32[n, s, d // 2]'],
      constraints: ['2 | d'],
    },
    { inputs: ['float32[n, s, 7]', 'float32[7]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, s, 8]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** X `[n, h, w, c]`, or `[n, c, h, w]` with channels_last 0; gamma and beta `[c]`; `groups` divides c. */
function normalized(cx: InferContext): Shape {
  const shape = cx.ranked(0, 4);
  const channels = shape.at(channelAxis(cx.int('channels_last', 1) !== 0)) ?? constant(1);
  requireGroups(cx, requirePositive(cx, 'groups'), channels, 'channels');
  for (const i of [1, 2]) requireVector(cx, i, channels, 'channels');
  return shape;
}

const GROUPS = { groups: 32, activation: 1 };

/** GroupNorm (1): channels normalized in `groups`, then SiLU where `activation` is 1; shape of X. */
const GroupNorm: OperatorRow = {
  name: 'GroupNorm',
  cost: perInput(5),
  infer: (cx) => [cx.tensor(normalized(cx))],
  examples: [
    {
      inputs: ['float16[n, h, w, 320]', 'float32[320]', 'float32[320]'],
      attributes: GROUPS,
      outputs: ['float16[n, h, w, 320]'],
    },
    {
      inputs: ['float16[n, c, h, w]', 'float32[c]', 'float32[c]'],
      attributes: { groups: 4, activation: 0, channels_last: 0 },
      outputs: ['float16[n, c, h, w]'],
      constraints: ['4 | c'],
    },
    { inputs: ['float16[n, h, w, 300]', 'float32[300]', 'float32[300]'], attributes: GROUPS, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float16[n, h, w, 320]', 'float32[320]', 'float32[64]'], attributes: GROUPS, fails: 'SHAPE_MISMATCH' },
  ],
};

/** SkipGroupNorm (1): GroupNorm of `S = X + skip + bias`; skip as X, `[n, 1, 1, c]` or `[n, c]`; Y and S as X. */
const SkipGroupNorm: OperatorRow = {
  name: 'SkipGroupNorm',
  cost: perInput(6),
  infer: (cx) => {
    const shape = normalized(cx);
    const [n, h, w, c] = shape;
    const skip = cx.shape(3);
    if (skip?.length === 2 && n && c) cx.unifyShapes([n, c], skip, 'batch and channels of X and skip');
    else if (skip && n && h && w && c) {
      const four = cx.ranked(3, 4);
      cx.unifyShapes([n, c], [four[0] ?? n, four[3] ?? c], 'batch and channels of X and skip');
      cx.broadcast([h, w], four.slice(1, 3));
    }
    requireVector(cx, 4, shape.at(-1), 'channels');
    return [cx.tensor(shape), cx.tensor(shape)];
  },
  examples: [
    {
      inputs: ['float16[n, h, w, 64]', 'float32[64]', 'float32[64]', 'float16[n, h, w, 64]', 'float16[64]'],
      attributes: GROUPS,
      outputs: ['float16[n, h, w, 64]', 'float16[n, h, w, 64]'],
    },
    {
      inputs: ['float16[n, h, w, 64]', 'float32[64]', 'float32[64]', 'float16[m, 64]'],
      attributes: GROUPS,
      outputs: ['float16[n, h, w, 64]', 'float16[n, h, w, 64]'],
      constraints: ['n == m'],
    },
    {
      inputs: ['float16[n, h, w, 64]', 'float32[64]', 'float32[64]', 'float16[n, 32]'],
      attributes: GROUPS,
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family: name (since-version) and formula of each row. */
export const MICROSOFT_ACTIVATION_ROWS: readonly OperatorRow[] = inMicrosoft([
  // Gelu (1): x * P(X <= x) for a standard normal X
  unaryRow('Gelu'),
  // QuickGelu (1): x * Sigmoid(alpha * x)
  unaryRow('QuickGelu', {
    examples: [{ inputs: ['float32[n]'], attributes: { alpha: 1 }, outputs: ['float32[n]'] }],
  }),
  BiasGelu,
  FastGelu,
  BiasSoftmax,
  BiasAdd,
  BiasSplitGelu,
  GroupNorm,
  SkipGroupNorm,
]);
