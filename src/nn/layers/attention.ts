// multiHeadAttention: queries attend to keys and values in several heads, at a width that the first batch may settle.

import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { attentionCost } from '../../ops/costs/attention.ts';
import { broadcastInto } from '../../ops/rules/broadcast-into.ts';
import { numberBetween, positiveInteger, refuseArgument } from '../arguments.ts';
import { lowerAttention } from '../attention-parts.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, type LayerRow } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';
import { projection } from './projection.ts';

/** Options of {@link multiHeadAttention}. */
export interface AttentionOptions extends WeightOptions {
  /** The width of queries, keys, values and output over all heads, a multiple of `heads`; that of the query input by default. */
  readonly units?: number | undefined;
  /** The width of queries and keys over all heads where it differs from that of the values, a multiple of `heads`. */
  readonly keyUnits?: number | undefined;
  /** Whether a position attends to itself and those before it only; false by default. */
  readonly causal?: boolean | undefined;
  /** The share of attention weights that training drops; no effect at inference; 0 by default. */
  readonly dropout?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link AttentionOptions}. */
const ATTENTION_OPTIONS: OptionNames<AttentionOptions> = {
  ...WEIGHT_OPTIONS,
  units: true,
  keyUnits: true,
  causal: true,
  dropout: true,
  name: true,
};

/** What attention is called with: self attention on the query alone, cross attention with keys, and values where they differ. */
export type AttentionInputs = [
  query: Value,
  key?: Value | undefined,
  value?: Value | undefined,
  mask?: Value | undefined,
];

/**
 * Multi-head attention: `softmax(Q K^T / sqrt(d)) V` in each head, d being the width of a head's queries; then a projection.
 *
 * *Input shape*: query `[n, s, w]`; key `[n, t, w2]`, the query by default; value `[n, t, w3]`, the key by default; mask, which
 * broadcasts to `[n, heads, s, t]`: bool (true attends), or the query's type and added to the scores.
 * *Output shape*: `[n, s, units]`; units is w by default. n, s and t may stay symbolic; w, w2 and w3 are settled by the first batch.
 * Parameters: `query.weight [keyUnits, w]`, `key.weight [keyUnits, w2]`, `value.weight [units, w3]`, `output.weight [units, units]`,
 * and their biases.
 * Source: Vaswani et al., "Attention is all you need", 2017, section 3.2; the causal mask lies at the upper left as in PyTorch and ONNX.
 *
 * @param heads the number of heads
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range, or `heads` does not divide the units
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit together
 * @example
 * const attention = multiHeadAttention(8);
 * model((x: Value) => op.Add(x, attention(x)), { inputs: { x: ['batch', 'seq', '?'] } });
 */
export function multiHeadAttention(heads: number, options: AttentionOptions = {}): Layer<AttentionInputs> {
  checkOptions('multiHeadAttention', options, ATTENTION_OPTIONS);
  const { units, causal = false, dropout = 0 } = options;
  const keyUnits = options.keyUnits ?? units;
  positiveInteger('multiHeadAttention', 'heads', heads);
  headedUnits('units', units, heads);
  headedUnits('keyUnits', keyUnits, heads);
  numberBetween('multiHeadAttention', 'dropout', dropout, 0, 1);
  const { bias, dtype, weightInitializer, biasInitializer } = options;
  const part = (width: number | undefined) =>
    projection({ units: width, bias, dtype, weightInitializer, biasInitializer });
  const [queries, keys, values, output] = [part(keyUnits), part(keyUnits), part(units), part(units)];
  return defineLayer({
    kind: 'multiHeadAttention',
    name: options.name,
    children: [
      ['query', queries],
      ['key', keys],
      ['value', values],
      ['output', output],
    ],
    apply: (_call, ...[query, key = query, value = key, mask]: AttentionInputs): Value => {
      const parts = [queries(query, query), keys(key, query), values(value, query), mask];
      return output(emitLayerOne(ATTENTION, parts, { heads, causal: causal ? 1 : 0 }), query);
    },
  });
}

function headedUnits(argument: string, units: number | undefined, heads: number): void {
  if (units === undefined) return;
  positiveInteger('multiHeadAttention', argument, units);
  if (units % heads !== 0) refuseArgument('multiHeadAttention', argument, `a multiple of its ${heads} heads`, units);
}

/**
 * Scaled dot-product attention. Inputs query `[n, s, u]`, key `[n, t, u]`, value `[n, t, v]`, mask; output `[n, s, v]`.
 * It becomes one Attention where the model is at opset 23 or newer, else its parts.
 */
export const ATTENTION: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'attention',
  cost: attentionCost,
  infer: (cx) => {
    const [query, key, value] = [cx.ranked(0, 3), cx.ranked(1, 3), cx.ranked(2, 3)];
    for (const i of [1, 2]) {
      cx.sameDType(0, i);
      cx.unifyAxes({ input: 0, axis: 0 }, { input: i, axis: 0 }, 'batch');
    }
    cx.unifyAxes({ input: 1, axis: 1 }, { input: 2, axis: 1 }, 'positions of keys and values');
    cx.unifyAxes({ input: 0, axis: 2 }, { input: 1, axis: 2 }, 'width of queries and keys');
    const heads = cx.int('heads', 1);
    const [[n, s, u], [, t], [, , v]] = [query, key, value];
    if (!n || !s || !t || !u || !v) return [cx.tensor(undefined)];
    cx.divides(heads, u, 'the width of queries and keys');
    if (v !== u) cx.divides(heads, v, 'the width of values');
    if (cx.has(3)) {
      if (cx.dtype(3) !== 'bool') cx.sameDType(3, 0);
      broadcastInto(cx, 3, [n, constant(heads), s, t]);
    }
    return [cx.tensor([n, s, v])];
  },
  lower: (node) => [lowerAttention(node)],
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
