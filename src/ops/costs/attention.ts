// What attention costs: the scores, their softmax, and the values that they weigh.
import { addCounts, type Count, countOf, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import type { Dim } from '../../dim/dim.ts';
import type { CostRule, Work } from '../../ir/cost.ts';

/** The sizes of one attention. */
export interface AttentionSizes {
  readonly batch: Count;
  /** Heads of the queries. */
  readonly heads: Count;
  readonly queries: Count;
  /** Keys, those of a cache included. */
  readonly keys: Count;
  /** Elements of all heads of a query together. */
  readonly width: Count;
  /** Elements of what the heads give together. */
  readonly valueWidth: Count;
}

/**
 * `Q K^T` and `P V`: `n*s*t*(width + value width)` macs; the softmax of `n*heads*s*t` scores: 5 operations each. A mask saves
 * nothing: what it hides is counted as if it were computed.
 */
export function attentionWork({ batch, heads, queries, keys, width, valueWidth }: AttentionSizes): Work {
  const pairs = multiplyCounts(batch, queries, keys);
  return {
    macs: multiplyCounts(pairs, addCounts(width, valueWidth)),
    operations: multiplyCounts(countOf(5), pairs, heads),
  };
}

/** The work of a node that multiplies matrices first. */
export function withProducts(work: Work, macs: Count): Work {
  return { ...work, macs: work.macs ? addCounts(work.macs, macs) : macs };
}

/** The count of a size; 0 where it is absent. */
export const sizeOf = (size: Dim | number | undefined): Count =>
  size === undefined ? countOf(0) : countOfSizes([size]);

/** Attention-23: Q `[n, hq, s, d]` or `[n, s, hq*d]`, K and V likewise with `hk` heads; past keys `[n, hk, p, d]` before them. */
export const attentionCost: CostRule = (cx) => {
  const [q, k, v, y] = [cx.shape(0), cx.shape(1), cx.shape(2), cx.outputShape(0)];
  const [batch, first, second, size] = q ?? [];
  const [valueSize, result] = [v?.at(-1), y?.at(-1)];
  if (!batch || !first || !second || !k || !valueSize || !result) return undefined;
  const past = sizeOf(cx.shape(4)?.[2]);
  if (size) {
    const heads = countOfSizes([first]);
    return attentionWork({
      batch: countOfSizes([batch]),
      heads,
      queries: countOfSizes([second]),
      keys: addCounts(sizeOf(k[2]), past),
      width: countOfSizes([first, size]),
      valueWidth: countOfSizes([first, valueSize]),
    });
  }
  return attentionWork({
    batch: countOfSizes([batch]),
    heads: sizeOf(cx.int('q_num_heads') ?? cx.int('heads')),
    queries: countOfSizes([first]),
    keys: addCounts(sizeOf(k[1]), past),
    width: countOfSizes([second]),
    valueWidth: countOfSizes([result]),
  });
};

/**
 * Attention with a recurrent state `[n, h, d, e]`: each element of the values joins d elements of the state, and each one of the result
 * is read from d. Source: ONNX LinearAttention-27.
 *
 * @param values the input of the values
 */
export function linearAttentionCost(values = 2): CostRule {
  return (cx) => {
    const [, , size] = cx.outputShape(1)?.slice(-4) ?? [];
    if (!size) return undefined;
    return { macs: multiplyCounts(countOfSizes([size]), addCounts(cx.outputElements(0), cx.elements(values))) };
  };
}
