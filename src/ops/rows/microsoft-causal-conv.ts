// Convolutions of com.microsoft over the present and the past, and the parts of memory by n-grams.
import { add, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';

/** The axis of the states kept for the last `state_window` steps; none where only the last state is kept. */
export function stateWindow(cx: InferContext): Shape {
  const window = cx.int('state_window', 0);
  return window > 0 ? [constant(window)] : [];
}

/** Steps before the present that a kernel of `taps` reaches. */
function reach(cx: InferContext, taps: Dim): Dim {
  return mul(sub(taps, 1), requirePositive(cx, 'dilation'));
}

/** The channels and the state's shape of input `[n, c, sizes..]`, or `[n, t, channels..]` with `channels_last`. */
function layout(cx: InferContext, x: Shape, past: Dim): { readonly channels: Dim; readonly state: Shape } | undefined {
  const [batch, second, third] = x;
  if (!batch || !second || !third) return undefined;
  if (cx.int('channels_last', 0) === 0) return { channels: second, state: [batch, ...x.slice(1, -1), past] };
  return { channels: mul(...x.slice(2)), state: [batch, past, ...x.slice(2)] };
}

/**
 * CausalConvWithState (since 1): a depthwise convolution that looks back. input `[n, c, .., t]`, weight `[c, 1, .., k]`, bias `[c]`, state
 * `[n, c, .., (k - 1)*dilation]` -> as input, state; with `channels_last` input `[n, t, c..]`, state `[n, (k - 1)*dilation, c..]`;
 * `state_window` w puts an axis w before the state's.
 */
const CausalConvWithState: OperatorRow = {
  domain: 'com.microsoft',
  name: 'CausalConvWithState',
  infer: (cx) => {
    const axes = requirePositive(cx, 'ndim');
    const last = cx.int('channels_last', 0) !== 0;
    if (last && axes !== 1) {
      cx.fail('ATTRIBUTE_INVALID', `${cx.op}: channels_last takes ndim 1, got ${axes}`, {
        expected: '1',
        actual: String(axes),
      });
    }
    const x = last ? cx.rankBetween(0, 3, Number.POSITIVE_INFINITY) : cx.ranked(0, axes + 2);
    const weight = cx.ranked(1, axes + 2);
    const taps = weight.at(-1);
    const found = x && taps && layout(cx, x, reach(cx, taps));
    if (!found) return [];
    requireShape(cx, 1, [found.channels, 1, ...weight.slice(2)]);
    if (cx.has(2)) requireShape(cx, 2, [found.channels]);
    const state = [...stateWindow(cx), ...found.state];
    if (cx.has(3)) requireShape(cx, 3, state);
    return [cx.tensor(x), cx.tensor(state)];
  },
  examples: [
    {
      inputs: ['float32[n, c, t]', 'float32[8, 1, 4]', 'float32[8]', 'float32[n, 8, 6]'],
      attributes: { dilation: 2, activation: 'silu' },
      outputs: ['float32[n, 8, t]', 'float32[n, 8, 6]'],
      constraints: ['c == 8'],
    },
    {
      inputs: ['float32[n, t, 4, 8]', 'float32[32, 1, k]'],
      attributes: { channels_last: 1 },
      outputs: ['float32[n, t, 4, 8]', 'float32[n, k - 1, 4, 8]'],
    },
    {
      inputs: ['float32[n, 8, h, t]', 'float32[8, 1, 3, 4]', null, 'float32[2, n, 8, h, 3]'],
      attributes: { ndim: 2, state_window: 2 },
      outputs: ['float32[n, 8, h, t]', 'float32[2, n, 8, h, 3]'],
    },
    { inputs: ['float32[2, 8, 5]', 'float32[8, 1, 4]', null, 'float32[2, 8, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 8, 5]', 'float32[8, 2, 4]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[2, 5, 6, 8]', 'float32[8, 1, 3, 4]'],
      attributes: { ndim: 2, channels_last: 1 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/**
 * VarlenCausalConvWithState (since 1): CausalConvWithState on tokens without padding. input `[t, c]`, weight `[c, 1, k]`, ends `[n + 1]`,
 * bias `[c]`, state `[n, c, (k - 1)*dilation]`, counts `[n]` -> `[t, c]`, state, updates `[n, state_update_capacity, c]`.
 */
const VarlenCausalConvWithState: OperatorRow = {
  domain: 'com.microsoft',
  name: 'VarlenCausalConvWithState',
  infer: (cx) => {
    const [tokens, channels] = cx.ranked(0, 2);
    const [, , taps] = requireShape(cx, 1, [channels, 1, undefined]);
    const [batch] = cx.ranked(4, 3);
    if (!tokens || !channels || !taps || !batch) return [];
    cx.atLeast(tokens, batch, 'tokens');
    const state = requireShape(cx, 4, [batch, channels, reach(cx, taps)]);
    requireShape(cx, 2, [add(batch, 1)]);
    if (cx.has(3)) requireShape(cx, 3, [channels]);
    if (cx.has(5)) requireShape(cx, 5, [batch]);
    const updates = [batch, cx.int('state_update_capacity', 0), channels];
    return [cx.tensor([tokens, channels]), cx.tensor(state), cx.tensor(updates)];
  },
  examples: [
    {
      inputs: inputsOf('float16[t, 8]; float16[c, 1, 4]; int32[n + 1]; -; float16[n, 8, 6]; int32[n]'),
      attributes: { dilation: 2, state_update_capacity: 3 },
      outputs: ['float16[t, 8]', 'float16[n, 8, 6]', 'float16[n, 3, 8]'],
      constraints: ['c == 8', 'n <= t'],
    },
    {
      inputs: ['float16[7, 8]', 'float16[8, 1, 4]', 'int32[3]', null, 'float16[2, 8, 4]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** EngramGate (since 1): key and query `[n, s, m, h]`, value `[n, s, h]`, scales `[m, h]` -> `[n, s, m, h]`. */
const EngramGate: OperatorRow = {
  domain: 'com.microsoft',
  name: 'EngramGate',
  infer: (cx) => {
    const key = cx.ranked(0, 4);
    const [batch, length, copies, hidden] = key;
    requireShape(cx, 1, key);
    requireShape(cx, 2, [batch, length, hidden]);
    for (const i of [3, 4]) requireShape(cx, i, [copies, hidden]);
    return [cx.tensor(key)];
  },
  examples: [
    {
      inputs: ['float32[n, s, m, 32]', 'float32[n, s, 4, 32]', 'float32[n, s, h]', 'float32[4, 32]', 'float32[4, 32]'],
      outputs: ['float32[n, s, 4, 32]'],
      constraints: ['m == 4', 'h == 32'],
    },
    {
      inputs: ['float32[2, 3, 4, 8]', 'float32[2, 3, 4, 8]', 'float32[1, 3, 8]', 'float32[4, 8]', 'float32[4, 8]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** GatedAdd (since 1): `X + Y * gate`; X and Y `[.., c]`, gate `[.., 1]` -> as X. */
const GatedAdd: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GatedAdd',
  infer: (cx) => {
    const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
    if (!x) return [cx.tensor(cx.shape(1))];
    requireShape(cx, 1, x);
    requireShape(cx, 2, [...x.slice(0, -1), 1]);
    return [cx.tensor(x)];
  },
  examples: [
    {
      inputs: ['float32[n, s, c]', 'float32[n, s, 32]', 'float32[n, s, 1]'],
      outputs: ['float32[n, s, 32]'],
      constraints: ['c == 32'],
    },
    { inputs: ['float32[2, 3, 8]', 'float32[2, 3, 8]', 'float32[2, 1, 1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]', 'float32[]', 'float32[]'], fails: 'RANK_MISMATCH' },
  ],
};

/**
 * NGramHashMapping (since 1): ids `[n, s]`, multipliers `[m]`, vocabularies `[(m - 1)*h]`, past ids `[n, m - 1]` -> hashes
 * `[n, s, (m - 1)*h]`, present ids `[n, m - 1]`; m is `max_ngram_size`, h `n_head_per_ngram`.
 */
const NGramHashMapping: OperatorRow = {
  domain: 'com.microsoft',
  name: 'NGramHashMapping',
  infer: (cx) => {
    const most = requirePositive(cx, 'max_ngram_size');
    if (most < 2) {
      cx.fail('ATTRIBUTE_INVALID', `${cx.op}: max_ngram_size must be at least 2, got ${most}`, {
        expected: '>= 2',
        actual: String(most),
      });
    }
    const hashes = (most - 1) * requirePositive(cx, 'n_head_per_ngram');
    const [batch, length] = cx.ranked(0, 2);
    requireShape(cx, 1, [most]);
    requireShape(cx, 2, [hashes]);
    if (cx.has(3)) requireShape(cx, 3, [batch, most - 1]);
    return batch && length ? [cx.tensor([batch, length, hashes]), cx.tensor([batch, most - 1])] : [];
  },
  examples: [
    {
      inputs: ['int64[n, s]', 'int64[m]', 'int64[4] = [3, 5, 7, 11]', 'int64[n, 2]'],
      attributes: { pad_id: 0, n_head_per_ngram: 2, max_ngram_size: 3 },
      outputs: ['int64[n, s, 4]', 'int64[n, 2]'],
      constraints: ['m == 3'],
    },
    {
      inputs: ['int64[2, 3]', 'int64[3]', 'int64[5]'],
      attributes: { pad_id: 0, n_head_per_ngram: 2, max_ngram_size: 3 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['int64[2, 3]', 'int64[1]', 'int64[5]'],
      attributes: { pad_id: 0, n_head_per_ngram: 2, max_ngram_size: 1 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** The family. */
export const MICROSOFT_CAUSAL_CONV_ROWS: readonly OperatorRow[] = [
  CausalConvWithState,
  VarlenCausalConvWithState,
  EngramGate,
  GatedAdd,
  NGramHashMapping,
];
