// Operators of com.microsoft on sequences without padding: the packed attentions, RemovePadding and RestorePadding.
import { add, mul } from '../../dim/arithmetic.ts';

import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { packedAttention } from '../costs/microsoft-attention.ts';
import { copy } from '../costs/movement.ts';
import { headSize, requireBoth, requireScoreBias, requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { mergedProjection } from './microsoft-attention.ts';

/** Requires offsets `[batch, length]` at `i`, ends `[batch + 1]` at `i + 1` and the bias of the scores at `i + 2`. */
function requirePacking(cx: InferContext, i: number, heads: number): void {
  const [batch, length] = cx.ranked(i, 2);
  if (!batch || !length) return;
  requireShape(cx, i + 1, [add(batch, 1)]);
  if (cx.has(i + 2)) requireScoreBias(cx, i + 2, { batch, heads, length, total: length });
}

/**
 * PackedAttention (since 1): Attention over the tokens of all sequences, without padding. input `[t, i]`, weights `[i, q + q + v]`, bias
 * `[q + q + v]`, offsets `[n, s]`, ends `[n + 1]` -> `[t, v]`.
 */
const PackedAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'PackedAttention',
  cost: packedAttention(3, true),
  infer: (cx) => {
    const [tokens] = cx.ranked(0, 2);
    const { heads, value } = mergedProjection(cx);
    requirePacking(cx, 3, heads);
    return tokens ? [cx.tensor([tokens, value])] : [];
  },
  examples: [
    {
      inputs: inputsOf('float16[t, 32]; float16[32, 96]; float16[96]; int32[n, s]; int32[n + 1]; float16[1, 4, s, s]'),
      attributes: { num_heads: 4 },
      outputs: ['float16[t, 32]'],
    },
    {
      inputs: ['float32[t, i]', 'float32[32, 80]', 'float32[80]', 'int32[n, s]', 'int32[4]'],
      attributes: { num_heads: 4, qkv_hidden_sizes: [32, 32, 16] },
      outputs: ['float32[t, 16]'],
      constraints: ['i == 32', 'n == 3'],
    },
    {
      inputs: ['float32[5, 32]', 'float32[32, 96]', 'float32[96]', 'int32[2, 3]', 'int32[2]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[32, 96]', 'float32[96]', 'int32[2, 3]', 'int32[3]'],
      attributes: { num_heads: 4 },
      fails: 'RANK_MISMATCH',
    },
  ],
};

/** The hidden sizes of packed query and value: `[t, h*d]` and `[t, h*e]`, or query `[t, h, 3, d]` alone. */
function packedSizes(cx: InferContext, heads: number) {
  if (!cx.has(1)) {
    const [tokens, , , size] = requireShape(cx, 0, [undefined, heads, 3, undefined]);
    return tokens && size && { tokens, query: mul(heads, size), value: mul(heads, size) };
  }
  const [tokens, query] = cx.ranked(0, 2);
  if (!tokens || !query) return undefined;
  headSize(cx, query, heads, 'hidden size of query');
  requireShape(cx, 1, [tokens, query]);
  const [, value] = requireShape(cx, 2, [tokens, undefined]);
  if (value) headSize(cx, value, heads, 'hidden size of value');
  return value && { tokens, query, value };
}

/**
 * PackedMultiHeadAttention (since 1): MultiHeadAttention without padding. query, key `[t, h*d]`, value `[t, h*e]`, or query `[t, h, 3, d]`
 * alone; bias `[2*h*d + h*e]`, offsets `[n, s]`, ends `[n + 1]` -> `[t, h*e]`.
 */
const PackedMultiHeadAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'PackedMultiHeadAttention',
  cost: packedAttention(4, false),
  infer: (cx) => {
    const heads = requirePositive(cx, 'num_heads');
    requireBoth(cx, 1, 2);
    const sizes = packedSizes(cx, heads);
    requirePacking(cx, 4, heads);
    if (!sizes) return [];
    if (cx.has(3)) requireShape(cx, 3, [add(mul(2, sizes.query), sizes.value)]);
    return [cx.tensor([sizes.tokens, sizes.value])];
  },
  examples: [
    {
      inputs: ['float16[t, 32]', 'float16[t, 32]', 'float16[t, 16]', 'float16[w]', 'int32[n, s]', 'int32[n + 1]'],
      attributes: { num_heads: 4 },
      outputs: ['float16[t, 16]'],
      constraints: ['w == 80'],
    },
    {
      inputs: ['float16[t, 4, 3, d]', null, null, null, 'int32[n, s]', 'int32[n + 1]'],
      attributes: { num_heads: 4 },
      outputs: ['float16[t, 4*d]'],
    },
    {
      inputs: ['float16[5, 32]', 'float16[6, 32]', 'float16[5, 32]', null, 'int32[2, 3]', 'int32[3]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float16[5, 32]', 'float16[5, 32]', null, null, 'int32[2, 3]', 'int32[3]'],
      attributes: { num_heads: 4 },
      fails: 'OP_INVALID',
    },
  ],
};

/** RemovePadding (since 1): input `[n, s, h]`, token counts `[n]` -> tokens `[t, h]`, offsets `[n, s]`, ends `[n + 1]`, longest `[1]`. */
const RemovePadding: OperatorRow = {
  domain: 'com.microsoft',
  name: 'RemovePadding',
  cost: copy,
  infer: (cx) => {
    const [batch, length, hidden] = cx.ranked(0, 3);
    if (!batch || !length || !hidden) return [];
    requireShape(cx, 1, [batch]);
    const counts = cx.dims(1);
    const tokens = counts ? add(...counts) : cx.fresh('tokens', { max: mul(batch, length) });
    return [
      cx.tensor([tokens, hidden]),
      cx.tensor([batch, length], 'int32'),
      cx.tensor([add(batch, 1)], 'int32'),
      cx.tensor([1], 'int32'),
    ];
  },
  examples: [
    {
      inputs: ['float16[n, s, 32]', 'int32[n]'],
      outputs: ['float16[t, 32]', 'int32[n, s]', 'int32[n + 1]', 'int32[1]'],
      bounds: ['t <= n*s'],
    },
    {
      inputs: ['float16[2, s, h]', 'int32[2] = [s, 3]'],
      outputs: ['float16[s + 3, h]', 'int32[2, s]', 'int32[3]', 'int32[1]'],
    },
    { inputs: ['float16[2, 3, 32]', 'int32[3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** RestorePadding (since 1): tokens `[t, h]`, offsets `[n, s]` -> `[n, s, h]`, zeros where padded. */
const RestorePadding: OperatorRow = {
  domain: 'com.microsoft',
  name: 'RestorePadding',
  cost: copy,
  infer: (cx) => {
    const [, hidden] = cx.ranked(0, 2);
    const [batch, length] = cx.ranked(1, 2);
    return batch && length && hidden ? [cx.tensor([batch, length, hidden])] : [];
  },
  examples: [
    { inputs: ['float16[t, 32]', 'int32[n, s]'], outputs: ['float16[n, s, 32]'] },
    { inputs: ['float16[2, 5, 32]', 'int32[2, 5]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_PACKED_ATTENTION_ROWS: readonly OperatorRow[] = [
  PackedAttention,
  PackedMultiHeadAttention,
  RemovePadding,
  RestorePadding,
];
