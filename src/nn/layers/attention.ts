// multiHeadAttention, crossAttention, contextKeys: queries attend to keys and values in several heads, at a width that the first batch may settle.
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import {
  type AttentionInputs,
  attentionLayer,
  type CachedAttention,
  type CachedAttentionInputs,
  type CachedCrossAttention,
  type ContextKeys,
  type CrossAttentionInputs,
  cachedAttentionLayer,
  contextKeysLayer,
  crossAttentionLayer,
} from '../attention-layer.ts';
import type { AttentionOptions } from '../attention-options.ts';
import type { AnyLayer, Layer } from '../layer.ts';
import { checkOptions } from '../option-names.ts';

/**
 * Multi-head attention: `softmax(Q K^T / sqrt(d)) V` in each head, d being the width of a head's queries; then a projection.
 *
 * *Input shape*: query `[n, s, w]`; key `[n, t, w2]`, the query by default; value `[n, t, w3]`, the key by default; mask, which
 * broadcasts to `[n, heads, s, t]`: bool (true attends), or the query's type and added to the scores; positions `[s]` or `[n, s]` for
 * `rotary`, 0, 1, ... by default. With `cache`: x `[n, s, w]`, pastKey and pastValue `[n, kvHeads, p, d]`, mask over `p + s` keys, and
 * positions, p, p + 1, ... by default; p may be 0 where its symbol is declared with `{ min: 0 }`.
 * *Output shape*: `[n, s, units]`; units is w by default. n, s and t may stay symbolic; w, w2 and w3 are settled by the first batch. With
 * `cache` it is `{ output, presentKey, presentValue }`, the latter `[n, kvHeads, p + s, d]`, keys after their rotation.
 * *Parameters*: `query.weight [keyUnits, w]`, `key.weight [keyUnits, w2]`, `value.weight [units, w3]`, `output.weight [units, units]`,
 * and their biases; those of key and value have `kvHeads / heads` of these rows. With `qkNorm`: `queryNorm.weight [d]`, `keyNorm.weight [d]`.
 * Source: Vaswani et al., "Attention is all you need", 2017, section 3.2. The causal mask lies at the upper left as in PyTorch and ONNX;
 * behind a past it begins at p, so that the last query attends to all keys.
 *
 * @param heads the number of heads
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or `heads` does not divide the units
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example
 * const attention = multiHeadAttention(8);
 * model((x: Value) => op.Add(x, attention(x)), { inputs: { x: ['batch', 'seq', '?'] } });
 */
export function multiHeadAttention(
  heads: number,
  options: AttentionOptions & { readonly cache: true },
): Layer<CachedAttentionInputs, CachedAttention>;
export function multiHeadAttention(
  heads: number,
  options?: AttentionOptions & { readonly cache?: false | undefined },
): Layer<AttentionInputs>;
export function multiHeadAttention(heads: number, options: AttentionOptions = {}) {
  return options?.cache
    ? cachedAttentionLayer('multiHeadAttention', heads, options)
    : attentionLayer('multiHeadAttention', heads, options);
}

/** Options of {@link crossAttention}. */
export type CrossAttentionOptions = Omit<AttentionOptions, 'causal' | 'window' | 'rotary'>;

/**
 * Attention of one sequence to another: {@link multiHeadAttention} whose keys and values are a context.
 *
 * *Input shape*: x `[n, s, w]`; context `[n, t, w2]`, or its keys and values `{ key, value }`, `[n, t, kvHeads*d]` each, computed before;
 * mask, which broadcasts to `[n, heads, s, t]`. *Output shape*: `[n, s, units]`; units is w by default. With `cache`
 * `{ output, key, value }`, so that a decoder computes the keys and values of its encoder's output once for all steps;
 * {@link contextKeys} computes them without a query. They lie as they are projected, heads side by side.
 * *Parameters*: those of {@link multiHeadAttention}.
 * Source: Vaswani et al., 2017, section 3.2.3, "encoder-decoder attention".
 *
 * @param heads the number of heads
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or `heads` does not divide the units; at the call when the
 * context is neither a value nor keys and values
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example crossAttention(8, { bias: { query: false, key: false, value: false } })
 * @example
 * const attention = crossAttention(8, { units: 64, cache: true });
 * model((x: Value, context: Value) => ({ ...attention(x, context) })); // the first step
 * model((x: Value, key: Value, value: Value) => attention(x, { key, value }).output); // every further step
 */
export function crossAttention(
  heads: number,
  options: CrossAttentionOptions & { readonly cache: true },
): Layer<CrossAttentionInputs, CachedCrossAttention>;
export function crossAttention(
  heads: number,
  options?: CrossAttentionOptions & { readonly cache?: false | undefined },
): Layer<CrossAttentionInputs>;
export function crossAttention(
  heads: number,
  options: CrossAttentionOptions = {},
): Layer<CrossAttentionInputs, Value | CachedCrossAttention> {
  for (const name of ['causal', 'window', 'rotary'])
    if (typeof options === 'object' && Object.hasOwn(options ?? {}, name))
      refuseArgument('crossAttention', name, 'left out, being of self attention', Reflect.get(options, name));
  return crossAttentionLayer('crossAttention', heads, options);
}

/**
 * The keys and values that a layer of cross attention makes of a context, with that layer's weights: what a model of an encoder gives, and
 * a decoder's step takes.
 *
 * *Input shape*: `[n, t, w2]`. *Output shape*: `{ key, value }`, `[n, t, kvHeads*d]` each; widths that `units` or `headSize` does not tell must
 * be settled by a first batch of the attention. *Parameters*: `key.weight`, `value.weight` and so on, shared with the attention.
 *
 * @param attention a layer made by {@link crossAttention}
 * @param options `name`: the path segment
 * @throws LAYER_ARGUMENT when it is no such layer
 * @example
 * const keys = contextKeys(crossAttention(8, { units: 64, cache: true }));
 * model((context: Value) => ({ ...keys(context) }));
 */
export function contextKeys(
  attention: AnyLayer,
  options: { readonly name?: string } = {},
): Layer<[context: Value], ContextKeys> {
  checkOptions('contextKeys', options, { name: true });
  return contextKeysLayer(attention, options.name);
}
