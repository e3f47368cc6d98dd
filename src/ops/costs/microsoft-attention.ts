// What the attention operators of com.microsoft cost.
import { floorDiv } from '../../dim/arithmetic.ts';
import { addCounts, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { dimOf } from '../../ir/content.ts';
import type { CostContext, CostRule } from '../../ir/cost.ts';
import { attentionWork, sizeOf, withProducts } from './attention.ts';

/** The columns of queries in merged weights: a third, or as `qkv_hidden_sizes` says. */
function queryColumns(cx: CostContext, columns: Dim): Dim {
  const [query] = cx.ints('qkv_hidden_sizes') ?? [];
  return query === undefined ? floorDiv(columns, 3) : constant(query);
}

/**
 * Attention that projects its input `[n, s, i]` by merged weights `[i, q + q + v]`.
 *
 * @param past the input `[2, n, h, p, d]`
 */
export function mergedAttention(past: number): CostRule {
  return (cx) => {
    const [batch, length] = cx.shape(0) ?? [];
    const columns = cx.shape(1)?.[1];
    const value = cx.outputShape(0)?.at(-1);
    if (!batch || !length || !columns || !value) return undefined;
    const kept = cx.shape(past)?.[3];
    const shares = cx.int('past_present_share_buffer', 0) !== 0;
    const keys = shares && kept ? sizeOf(kept) : addCounts(sizeOf(length), sizeOf(kept));
    const work = attentionWork({
      batch: sizeOf(batch),
      heads: sizeOf(cx.int('num_heads', 1)),
      queries: sizeOf(length),
      keys,
      width: sizeOf(queryColumns(cx, columns)),
      valueWidth: sizeOf(value),
    });
    return withProducts(work, multiplyCounts(cx.elements(0), sizeOf(columns)));
  };
}

/**
 * Attention over projected parts: query `[n, s, h*d]`, or all three in `[n, s, h, 3, d]` or `[n, s, 3*h*d]`; key `[n, t, h*d]`,
 * `[n, h, t, d]`, or with the values in `[n, t, h, 2, d]`.
 *
 * @param past the input `[n, h, p, d]`
 */
export function multiHeadAttention(past: number): CostRule {
  return (cx) => {
    const [query, key, value] = [cx.shape(0), cx.shape(1), cx.outputShape(0)?.at(-1)];
    const [batch, length, hidden] = query ?? [];
    if (!batch || !length || !hidden || !value || (cx.has(1) && !key)) return undefined;
    const own = key ? key[key.length === 4 ? 2 : 1] : length;
    const kept = cx.shape(past)?.[2];
    const shares = cx.int('past_present_share_buffer', 0) !== 0;
    return attentionWork({
      batch: sizeOf(batch),
      heads: sizeOf(cx.int('num_heads', 1)),
      queries: sizeOf(length),
      keys: shares && kept ? sizeOf(kept) : addCounts(sizeOf(own), sizeOf(kept)),
      width: key ? sizeOf(hidden) : sizeOf(value),
      valueWidth: sizeOf(value),
    });
  };
}

/** GroupQueryAttention: the keys are as many as `total_sequence_length` says, else as many as the present cache holds. */
export const groupQueryAttention: CostRule = (cx) => {
  const [batch, length] = cx.shape(0) ?? [];
  const width = cx.outputShape(0)?.at(-1);
  const keys = dimOf(cx.content(6)?.elements[0]) ?? cx.outputShape(1)?.[2];
  if (!batch || !length || !width || !keys) return undefined;
  const [n, s, t, w] = [sizeOf(batch), sizeOf(length), sizeOf(keys), sizeOf(width)];
  return attentionWork({
    batch: n,
    heads: sizeOf(cx.int('num_heads', 1)),
    queries: s,
    keys: t,
    width: w,
    valueWidth: w,
  });
};

/**
 * Attention over tokens without padding: each sequence is counted as long as the longest may be.
 *
 * @param offsets the input `[n, s]`
 * @param projects whether input 0 `[t, i]` is projected by input 1 `[i, q + q + v]` first
 */
export function packedAttention(offsets: number, projects: boolean): CostRule {
  return (cx) => {
    const [batch, length] = cx.shape(offsets) ?? [];
    const value = cx.outputShape(0)?.at(-1);
    const columns = cx.shape(1)?.[1];
    if (!batch || !length || !value || (projects && !columns)) return undefined;
    const width = projects && columns ? queryColumns(cx, columns) : value;
    const work = attentionWork({
      batch: sizeOf(batch),
      heads: sizeOf(cx.int('num_heads', 1)),
      queries: sizeOf(length),
      keys: sizeOf(length),
      width: sizeOf(width),
      valueWidth: sizeOf(value),
    });
    return projects ? withProducts(work, multiplyCounts(cx.elements(0), sizeOf(columns))) : work;
  };
}

/**
 * A mixture of experts: each token meets the weights of its best `k` experts.
 *
 * @param weights inputs `[e, .., ..]`
 */
export function expertsCost(...weights: readonly number[]): CostRule {
  return (cx) => {
    const hidden = cx.shape(0)?.at(-1);
    const tokens = cx.shape(0)?.slice(0, -1);
    if (!hidden || !tokens) return undefined;
    const packed = Math.floor(8 / cx.int('expert_weight_bits', 8));
    let perToken = sizeOf(undefined);
    for (const i of weights) {
      const shape = cx.shape(i);
      if (shape) perToken = addCounts(perToken, countOfSizes([packed, ...shape.slice(1)]));
    }
    return { macs: multiplyCounts(countOfSizes([cx.int('k', 1), ...tokens]), perToken) };
  };
}
