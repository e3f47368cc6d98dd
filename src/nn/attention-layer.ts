// What all attention layers are made of: projections of queries, keys and values, the attention, and a projection behind it.
import { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
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
  /** Keys and values that were projected before. */
  readonly keys?: ContextKeys | undefined;
}

/** What keys and values are projected from. */
type ProjectCall = Pick<AttentionCall, 'key' | 'value' | 'positions' | 'past'> & {
  /** Tells the widths that options do not. */
  readonly query?: Value | undefined;
};

/** The parts of an attention layer by name, and how they compute. */
interface AttentionModule {
  readonly children: readonly (readonly [string, AnyLayer])[];
  readonly attend: (call: AttentionCall) => readonly Value[];
  /** Keys and values over all heads, turned and normalized as they are attended to. */
  readonly project: (call: ProjectCall) => ContextKeys;
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

/** What a context comes to in attention: its keys and values, as {@link contextKeys} or a first call with `cache` gives them. */
export interface ContextKeys {
  /** `[n, t, kvHeads*d]`. */
  readonly key: Value;
  /** `[n, t, kvHeads*e]`. */
  readonly value: Value;
}

/** What cross attention with a cache gives. */
export interface CachedCrossAttention extends ContextKeys {
  /** `[n, s, units]`. */
  readonly output: Value;
}

/** What cross attention is called with: a context, or what it came to. */
export type CrossAttentionInputs = [x: Value, context: Value | ContextKeys, mask?: Value | undefined];

/** How a layer of cross attention makes keys and values of a context. */
const PROJECTIONS = new WeakMap<AnyLayer, AttentionModule>();

/** An attention layer whose keys and values are another sequence, or what it came to. */
export function crossAttentionLayer(
  kind: string,
  heads: number,
  options: AttentionOptions,
): Layer<CrossAttentionInputs, Value | CachedCrossAttention> {
  const { cache: isCached, ...rest } = options;
  const module = attentionModule(planAttention(kind, heads, rest), rest);
  const layer = defineLayer({
    kind,
    name: options.name,
    children: module.children,
    apply: (_call, ...[query, context, mask]: CrossAttentionInputs): Value | CachedCrossAttention => {
      const parts = context instanceof Value ? { key: context, value: context } : { keys: checkedKeys(kind, context) };
      const call = { key: query, value: query, mask, positions: undefined, ...parts };
      const keys = 'keys' in parts ? parts.keys : module.project({ query, ...call });
      const [output = query] = module.attend({ query, ...call, keys });
      return isCached ? { output, ...keys } : output;
    },
  });
  PROJECTIONS.set(layer, module);
  return layer;
}

function checkedKeys(kind: string, keys: ContextKeys): ContextKeys {
  const isFit = typeof keys === 'object' && keys !== null && keys.key instanceof Value && keys.value instanceof Value;
  if (!isFit) refuseArgument(kind, 'its context', 'a value, or { key, value } of one', keys);
  return { key: keys.key, value: keys.value };
}

/** The layer that makes keys and values of a context for a layer of cross attention, with its weights. */
export function contextKeysLayer(attention: AnyLayer, name: string | undefined): Layer<[context: Value], ContextKeys> {
  const module = PROJECTIONS.get(attention);
  if (!module) refuseArgument('contextKeys', 'its first argument', 'a layer made by crossAttention', attention);
  const parts = new Set(['key', 'value', 'keyNorm']);
  return defineLayer({
    kind: 'contextKeys',
    name,
    children: module.children.filter(([key]) => parts.has(key)),
    apply: (_call, context: Value): ContextKeys =>
      module.project({ key: context, value: context, positions: undefined }),
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

interface Place {
  readonly positions: Value | undefined;
  readonly past: Value | undefined;
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
  const placed = (x: Value, count: number, norm: Layer | undefined, place: Place): Value => {
    const normed = norm ? normHeads(x, count, norm) : x;
    return rotary ? rotate(normed, rotary, { ...place, heads: count }) : normed;
  };
  const project = ({ query, key, value, positions, past }: ProjectCall): ContextKeys => {
    const k = keys(key, isGrouped ? undefined : query);
    return {
      key: placed(k, kvHeads, keyNorm, { positions, past: past?.[0] }),
      value: values(value, isGrouped ? k : query),
    };
  };
  const attend = (call: AttentionCall): readonly Value[] => {
    const { query, mask, positions, past } = call;
    const q = queries(query, query);
    const projected = call.keys ?? project(call);
    const turned = placed(q, heads, queryNorm, { positions, past: past?.[0] });
    const parts = { ...scores, query: turned, ...projected, mask, heads, kvHeads };
    const [mixed = query, ...present] = emitAttention(
      past ? { ...parts, pastKey: past[0], pastValue: past[1] } : parts,
    );
    return [output(mixed, query), ...present];
  };
  return {
    children: [['query', queries], ['key', keys], ['value', values], ...norms, ['output', output]],
    attend,
    project,
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
