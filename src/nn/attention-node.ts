// The layer node of scaled dot-product attention, with grouped heads, masks and a cache of keys and values.
import { add, mul } from '../dim/arithmetic.ts';
import { constant, type Dim } from '../dim/dim.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import { attentionCost } from '../ops/costs/attention.ts';
import { broadcastInto } from '../ops/rules/broadcast-into.ts';
import { lowerAttention } from './attention-parts.ts';
import { emitLayer, type LayerRow } from './layer-node.ts';
import { floatAttribute } from './layer-values.ts';

/** How scores are made and masked. */
export interface ScoreOptions {
  /** Whether a position attends to itself and those before it only. */
  readonly causal?: boolean | undefined;
  /** How many positions a query attends to, itself included; all by default. */
  readonly window?: number | undefined;
  /** The factor of the scores; 1/sqrt of the width of a head's queries by default. */
  readonly scale?: number | undefined;
  /** The scores become `softcap * tanh(scores / softcap)`; not by default. */
  readonly softcap?: number | undefined;
}

/** What goes into one attention, and how. */
export interface AttentionParts extends ScoreOptions {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask?: Value | undefined;
  readonly pastKey?: Value | undefined;
  readonly pastValue?: Value | undefined;
  readonly heads: number;
  readonly kvHeads: number;
}

/** Adds an attention to the model: its output and, where there is a past, present keys and values. */
export function emitAttention(parts: AttentionParts): readonly Value[] {
  const { query, key, value, mask, pastKey, pastValue, heads, kvHeads, scale } = parts;
  const attributes = {
    heads,
    kvHeads,
    causal: parts.causal ? 1 : 0,
    window: parts.window ?? 0,
    softcap: floatAttribute(parts.softcap ?? 0),
    scale: scale === undefined ? undefined : floatAttribute(scale),
  };
  const isCached = pastKey !== undefined || pastValue !== undefined;
  const inputs = [query, key, value, mask, ...(isCached ? [pastKey, pastValue] : [])];
  return emitLayer(ATTENTION, inputs, attributes, isCached ? 3 : 1);
}

/** Keys and values of the past, `[n, kvHeads, p, d]`, fit those of the present; returns p. */
function meetPast(cx: InferContext, kvHeads: number, heads: number): Dim {
  const [pastKey, pastValue] = [cx.ranked(4, 4), cx.ranked(5, 4)];
  for (const i of [4, 5]) {
    cx.sameDType(i, 0);
    cx.unifyAxes({ input: 0, axis: 0 }, { input: i, axis: 0 }, 'batch');
  }
  for (const past of [pastKey, pastValue])
    if (past[1]) cx.unify(constant(kvHeads), past[1], 'heads of the keys and values of the past');
  cx.unifyAxes({ input: 4, axis: 2 }, { input: 5, axis: 2 }, 'length of the past');
  cx.unifyAxes({ input: 0, axis: 2 }, { input: 4, axis: 3, times: heads }, 'width of a head of the past keys');
  cx.unifyAxes({ input: 2, axis: 2 }, { input: 5, axis: 3, times: kvHeads }, 'width of a head of the past values');
  return pastKey[2] ?? constant(0);
}

/**
 * Scaled dot-product attention. Inputs query `[n, s, heads*d]`, key `[n, t, kvHeads*d]`, value `[n, t, kvHeads*e]`, mask, and perhaps the
 * keys and values of a past, `[n, kvHeads, p, d]` and `[n, kvHeads, p, e]`; outputs `[n, s, heads*e]` and, with a past, keys and values
 * `[n, kvHeads, p + t, ...]`. It becomes one Attention where the model is at opset 23 or newer, else its parts.
 */
export const ATTENTION: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'attention',
  cost: attentionCost,
  infer: (cx) => {
    const heads = cx.int('heads', 1);
    const kvHeads = cx.int('kvHeads', heads);
    const group = heads / kvHeads;
    const [query, key, value] = [cx.ranked(0, 3), cx.ranked(1, 3), cx.ranked(2, 3)];
    for (const i of [1, 2]) {
      cx.sameDType(0, i);
      cx.unifyAxes({ input: 0, axis: 0 }, { input: i, axis: 0 }, 'batch');
    }
    cx.unifyAxes({ input: 1, axis: 1 }, { input: 2, axis: 1 }, 'positions of keys and values');
    cx.unifyAxes({ input: 0, axis: 2 }, { input: 1, axis: 2, times: group }, 'width of queries and keys');
    const [[n, s, u], [, t], [, , v]] = [query, key, value];
    if (!n || !s || !t || !u || !v) return [cx.tensor(undefined)];
    cx.divides(heads, u, 'the width of queries and keys');
    if (v !== u) cx.divides(kvHeads, v, 'the width of values');
    const past = cx.has(4) || cx.has(5) ? meetPast(cx, kvHeads, heads) : undefined;
    const total = past ? add(past, t) : t;
    if (cx.has(3)) {
      if (cx.dtype(3) !== 'bool') cx.sameDType(3, 0);
      broadcastInto(cx, 3, [n, constant(heads), s, total]);
    }
    const output = cx.tensor([n, s, mul(v, group)]);
    if (!past) return [output];
    const present = (i: number) => cx.tensor([n, constant(kvHeads), total, ...cx.ranked(i, 4).slice(3)]);
    return [output, present(4), present(5)];
  },
  lower: (node) => lowerAttention(node),
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'float32[n, t, 64]', 'float32[n, t, 32]', 'bool[s, t]'],
      attributes: { heads: 4 },
      outputs: ['float32[n, s, 32]'],
    },
    {
      inputs: ['float16[n, s, u]', 'float16[n, s, u]', 'float16[n, s, u]'],
      attributes: { heads: 8, causal: 1 },
      outputs: ['float16[n, s, u]'],
      constraints: ['8 | u'],
    },
    {
      inputs: ['float32[n, s, 64]', 'float32[n, t, 16]', 'float32[n, t, 8]'],
      attributes: { heads: 8, kvHeads: 2 },
      outputs: ['float32[n, s, 32]'],
    },
    {
      inputs: [
        'float32[n, s, 64]',
        'float32[n, s, 16]',
        'float32[n, s, 16]',
        'bool[s, p + s]',
        'float32[n, 2, p, 8]',
        'float32[n, 2, p, 8]',
      ],
      attributes: { heads: 8, kvHeads: 2, causal: 1 },
      outputs: ['float32[n, s, 64]', 'float32[n, 2, p + s, 8]', 'float32[n, 2, p + s, 8]'],
    },
    {
      inputs: [
        'float32[n, s, 64]',
        'float32[n, s, 16]',
        'float32[n, s, 16]',
        null,
        'float32[n, 4, p, 8]',
        'float32[n, 2, p, 8]',
      ],
      attributes: { heads: 8, kvHeads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, s, 64]', 'float32[n, t, 64]', 'float32[n, t, 64]'],
      attributes: { heads: 8, kvHeads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, s, 6]', 'float32[n, s, 6]', 'float32[n, s, 6]'],
      attributes: { heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, s, 8]', 'float32[n, s, 4]', 'float32[n, s, 8]'],
      attributes: { heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[s, 8]', 'float32[s, 8]', 'float32[s, 8]'], attributes: { heads: 4 }, fails: 'RANK_MISMATCH' },
    {
      inputs: ['float32[n, 5, 8]', 'float32[n, 5, 8]', 'float32[n, 5, 8]', 'bool[5, 6]'],
      attributes: { heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 5, 8]', 'float32[n, 5, 8]', 'float32[n, 5, 8]', 'int64[5, 5]'],
      attributes: { heads: 4 },
      fails: 'DTYPE_MISMATCH',
    },
  ],
};
