// groupedQueryAttention, multiQueryAttention: attention whose queries have more heads than its keys and values.
import { positiveInteger } from '../arguments.ts';
import {
  type AttentionInputs,
  attentionLayer,
  type CachedAttention,
  type CachedAttentionInputs,
  cachedAttentionLayer,
} from '../attention-layer.ts';
import type { AttentionOptions } from '../attention-options.ts';
import type { Layer } from '../layer.ts';

/** Options of {@link groupedQueryAttention}: those of attention, the heads of keys and values among them. */
export interface GroupedQueryAttentionOptions extends AttentionOptions {
  /** The heads of keys and values, a divisor of the heads of queries. */
  readonly kvHeads: number;
}

/**
 * Attention in which each head of keys and values serves a group of heads of queries.
 *
 * *Input shape*: as for {@link multiHeadAttention}: query `[n, s, w]`, key, value, mask, positions; with `cache` x `[n, s, w]`, pastKey and
 * pastValue `[n, kvHeads, p, d]`, mask, positions. *Output shape*: `[n, s, units]`, units being w by default; with `cache`
 * `{ output, presentKey, presentValue }`, the latter `[n, kvHeads, p + s, d]`.
 * *Parameters*: `query.weight [heads*d, w]`, `key.weight [kvHeads*d, w]`, `value.weight [kvHeads*d, w]`, `output.weight [units, heads*d]`, and
 * their biases; d is `headSize`, or w over the heads. With `qkNorm`: `queryNorm.weight [d]`, `keyNorm.weight [d]`.
 * Source: Ainslie et al., "GQA: Training generalized multi-query transformer models from multi-head checkpoints", 2023; biases by
 * default as in Keras (Llama has none).
 *
 * @param heads the heads of queries
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or `kvHeads` does not divide `heads`
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example
 * const attention = groupedQueryAttention(32, { kvHeads: 8, rotary: { base: 500000 }, bias: false, cache: true });
 */
export function groupedQueryAttention(
  heads: number,
  options: GroupedQueryAttentionOptions & { readonly cache: true },
): Layer<CachedAttentionInputs, CachedAttention>;
export function groupedQueryAttention(
  heads: number,
  options: GroupedQueryAttentionOptions & { readonly cache?: false | undefined },
): Layer<AttentionInputs>;
export function groupedQueryAttention(heads: number, options: GroupedQueryAttentionOptions) {
  positiveInteger('groupedQueryAttention', 'kvHeads', options?.kvHeads);
  return options?.cache
    ? cachedAttentionLayer('groupedQueryAttention', heads, options)
    : attentionLayer('groupedQueryAttention', heads, options);
}

/** Options of {@link multiQueryAttention}: those of attention but for `kvHeads`, which is 1. */
export type MultiQueryAttentionOptions = Omit<AttentionOptions, 'kvHeads'>;

/**
 * Attention in which all heads of queries share one head of keys and values: {@link groupedQueryAttention} with `kvHeads: 1`.
 *
 * *Input shape*, *Output shape* and *Parameters*: those of {@link groupedQueryAttention}.
 * Source: Shazeer, "Fast transformer decoding: one write-head is all you need", 2019.
 *
 * @param heads the heads of queries
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example multiQueryAttention(8, { causal: true })
 */
export function multiQueryAttention(
  heads: number,
  options: MultiQueryAttentionOptions & { readonly cache: true },
): Layer<CachedAttentionInputs, CachedAttention>;
export function multiQueryAttention(
  heads: number,
  options?: MultiQueryAttentionOptions & { readonly cache?: false | undefined },
): Layer<AttentionInputs>;
export function multiQueryAttention(heads: number, options: MultiQueryAttentionOptions = {}) {
  const grouped = { ...options, kvHeads: 1 };
  return options?.cache
    ? cachedAttentionLayer('multiQueryAttention', heads, grouped)
    : attentionLayer('multiQueryAttention', heads, grouped);
}
