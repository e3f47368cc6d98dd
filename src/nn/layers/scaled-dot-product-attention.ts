// scaledDotProductAttention: attention without projections.
import type { Value } from '../../ir/graph.ts';
import { emitAttention, type ScoreOptions } from '../attention-node.ts';
import { planAttention } from '../attention-options.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';

/** Options of {@link scaledDotProductAttention}. */
export interface ScaledDotProductAttentionOptions extends ScoreOptions {
  /** The heads of the queries, side by side in their last axis; 1 by default. */
  readonly heads?: number | undefined;
  /** The heads of keys and values; those of the queries by default. */
  readonly kvHeads?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link ScaledDotProductAttentionOptions}. */
const OPTIONS: OptionNames<ScaledDotProductAttentionOptions> = {
  heads: true,
  kvHeads: true,
  causal: true,
  window: true,
  scale: true,
  softcap: true,
  name: true,
};

const KIND = 'scaledDotProductAttention';

/**
 * Attention without projections: `softmax(Q K^T / sqrt(d)) V` in each head, d being the width of a head's queries.
 *
 * *Input shape*: query `[n, s, heads*d]`, key `[n, t, kvHeads*d]`, value `[n, t, kvHeads*e]`, mask, which broadcasts to `[n, heads, s, t]`: bool
 * (true attends), or the query's type and added to the scores. *Output shape*: `[n, s, heads*e]`. *Parameters*: none.
 * Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.1; torch.nn.functional.scaled_dot_product_attention, whose heads
 * are an axis of their own.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example scaledDotProductAttention({ heads: 8, causal: true })
 */
export function scaledDotProductAttention(
  options: ScaledDotProductAttentionOptions = {},
): Layer<[query: Value, key: Value, value: Value, mask?: Value | undefined]> {
  const plan = readOptions(options);
  return defineLayer({
    kind: KIND,
    name: options.name,
    apply: (_call, query: Value, key: Value, value: Value, mask?: Value | undefined): Value =>
      attend(plan, query, key, value, mask),
  });
}

/**
 * {@link scaledDotProductAttention} of values.
 *
 * @param query `[n, s, heads*d]`
 * @param key `[n, t, kvHeads*d]`
 * @param value `[n, t, kvHeads*e]`
 * @param mask broadcasts to `[n, heads, s, t]`: bool (true attends), or of the query's type and added to the scores
 * @returns `[n, s, heads*e]`
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 */
export function scaledDotProductAttentionOf(
  query: Value,
  key: Value,
  value: Value,
  mask?: Value | undefined,
  options: Omit<ScaledDotProductAttentionOptions, 'name'> = {},
): Value {
  return attend(readOptions(options), query, key, value, mask);
}

/** How values are attended to. */
interface Plan extends ScoreOptions {
  readonly heads: number;
  readonly kvHeads: number;
}

function readOptions(options: ScaledDotProductAttentionOptions): Plan {
  checkOptions(KIND, options, OPTIONS);
  const { heads = 1, name: _name, ...rest } = options;
  const { kvHeads, scores } = planAttention(KIND, heads, rest);
  return { ...scores, heads, kvHeads };
}

function attend(plan: Plan, query: Value, key: Value, value: Value, mask: Value | undefined): Value {
  const [output = query] = emitAttention({ ...plan, query, key, value, mask });
  return output;
}
