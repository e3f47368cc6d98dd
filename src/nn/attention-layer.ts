// What all attention layers are made of: projections of queries, keys and values, the attention, and a projection behind it.
import type { Value } from '../ir/graph.ts';
import { emitAttention } from './attention-node.ts';
import { type AttentionOptions, type AttentionPlan, planAttention } from './attention-options.ts';
import { MERGE_HEADS, SPLIT_HEADS } from './heads-node.ts';
import { type AnyLayer, defineLayer, type Layer } from './layer.ts';
import { emitLayerOne } from './layer-node.ts';
import { layerNorm } from './layers/layer-norm.ts';
import { projection } from './layers/projection.ts';
import { rmsNorm } from './layers/rms-norm.ts';
import { rotate } from './layers/rotary-embedding.ts';

/** What attention is called with: self attention on the query alone, cross attention with keys, and values where they differ. */
export type AttentionInputs = [
  query: Value,
  key?: Value | undefined,
  value?: Value | undefined,
  mask?: Value | undefined,
  positions?: Value | undefined,
];

/** What self attention with a cache is called with. */
export type CachedAttentionInputs = [
  x: Value,
  pastKey: Value,
  pastValue: Value,
  mask?: Value | undefined,
  positions?: Value | undefined,
];

/** What self attention with a cache gives. */
export interface CachedAttention {
  /** `[n, s, units]`. */
  readonly output: Value;
  /** `[n, kvHeads, p + s, d]`. */
  readonly presentKey: Value;
  /** `[n, kvHeads, p + s, d]`. */
  readonly presentValue: Value;
}

/** What one call of attention works with. */
interface AttentionCall {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask: Value | undefined;
  readonly positions: Value | undefined;
  readonly past?: readonly [key: Value, value: Value];
}

/** The parts of an attention layer by name, and how they compute. */
interface AttentionModule {
  readonly children: readonly (readonly [string, AnyLayer])[];
  readonly attend: (call: AttentionCall) => readonly Value[];
}

/** An attention layer without a cache. */
export function attentionLayer(kind: string, heads: number, options: AttentionOptions): Layer<AttentionInputs> {
  const { children, attend } = attentionModule(planAttention(kind, heads, options), options);
  return defineLayer({
    kind,
    name: options.name,
    children,
    apply: (_call, ...[query, key = query, value = key, mask, positions]: AttentionInputs): Value => {
      const [output = query] = attend({ query, key, value, mask, positions });
      return output;
    },
  });
}

/** An attention layer whose keys and values are another sequence. */
export function crossAttentionLayer(
  kind: string,
  heads: number,
  options: AttentionOptions,
): Layer<[x: Value, context: Value, mask?: Value | undefined]> {
  const { children, attend } = attentionModule(planAttention(kind, heads, options), options);
  return defineLayer({
    kind,
    name: options.name,
    children,
    apply: (_call, query: Value, context: Value, mask?: Value | undefined): Value => {
      const [output = query] = attend({ query, key: context, value: context, mask, positions: undefined });
      return output;
    },
  });
}

/** A self attention layer with a cache of keys and values. */
export function cachedAttentionLayer(
  kind: string,
  heads: number,
  options: AttentionOptions,
): Layer<CachedAttentionInputs, CachedAttention> {
  const { children, attend } = attentionModule(planAttention(kind, heads, options), options);
  return defineLayer({
    kind,
    name: options.name,
    children,
    apply: (_call, ...[x, pastKey, pastValue, mask, positions]: CachedAttentionInputs): CachedAttention => {
      const call = { query: x, key: x, value: x, mask, positions, past: [pastKey, pastValue] } as const;
      const [output = x, presentKey = pastKey, presentValue = pastValue] = attend(call);
      return { output, presentKey, presentValue };
    },
  });
}

function attentionModule(plan: AttentionPlan, options: AttentionOptions): AttentionModule {
  const { heads, kvHeads, widths, biases, scores, rotary } = plan;
  const { dtype, weightInitializer, biasInitializer } = options;
  const part = (units: number | undefined, bias: boolean) =>
    projection({ units, bias, dtype, weightInitializer, biasInitializer });
  const [queries, keys] = [part(widths.query, biases.query), part(widths.key, biases.key)];
  const [values, output] = [part(widths.value, biases.value), part(widths.output, biases.output)];
  const [queryNorm, keyNorm] = [headNorm(plan, options), headNorm(plan, options)];
  const norms =
    queryNorm && keyNorm
      ? ([
          ['queryNorm', queryNorm],
          ['keyNorm', keyNorm],
        ] as const)
      : [];
  const isGrouped = heads !== kvHeads;
  const attend = ({ query, key, value, mask, positions, past }: AttentionCall): readonly Value[] => {
    const place = { positions, past: past?.[0] };
    const placed = (x: Value, count: number, norm: Layer | undefined): Value => {
      const normed = norm ? normHeads(x, count, norm) : x;
      return rotary ? rotate(normed, rotary, { ...place, heads: count }) : normed;
    };
    const [q, k] = [queries(query, query), keys(key, isGrouped ? undefined : query)];
    const parts = {
      ...scores,
      query: placed(q, heads, queryNorm),
      key: placed(k, kvHeads, keyNorm),
      value: values(value, isGrouped ? k : query),
      mask,
      heads,
      kvHeads,
    };
    const [mixed = query, ...present] = emitAttention(
      past ? { ...parts, pastKey: past[0], pastValue: past[1] } : parts,
    );
    return [output(mixed, query), ...present];
  };
  return {
    children: [['query', queries], ['key', keys], ['value', values], ...norms, ['output', output]],
    attend,
  };
}

/** The normalization of one head, of whatever width. */
function headNorm({ qkNorm }: AttentionPlan, { dtype, epsilon = 1e-6 }: AttentionOptions): Layer | undefined {
  if (qkNorm === undefined) return undefined;
  return qkNorm === 'layer' ? layerNorm({ dtype, epsilon }) : rmsNorm({ dtype, epsilon });
}

function normHeads(x: Value, heads: number, norm: Layer): Value {
  return emitLayerOne(MERGE_HEADS, [norm(emitLayerOne(SPLIT_HEADS, [x], { heads }))]);
}
