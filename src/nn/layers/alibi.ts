// alibi: scores of attention that fall with the distance, by a slope for each head.
import { op } from '../../build/op.ts';
import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { positiveInteger } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type BiasInputs, differenceSizes, positionDifferences } from '../position-differences.ts';

/** Options of {@link alibi}. */
export interface AlibiOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link AlibiOptions}. */
const ALIBI_OPTIONS: OptionNames<AlibiOptions> = { name: true };

/**
 * A bias that falls with the distance, `-slope * |i - j|` with a slope for each head, to be added to the scores of attention as its mask.
 *
 * *Input shape*: query `[n, s, ...]`, key `[n, t, ...]` (the query by default), past `[n, h, p, d]`: keys that stand before, so that query i is
 * at position p + i. *Output shape*: `[1, heads, s, p + t]`, of the query's type. *Parameters*: none.
 * Source: Press et al., "Train short, test long: attention with linear biases enables input length extrapolation", 2021; the slopes for
 * heads that are no power of 2 are those of its code and of Bloom.
 *
 * @param heads the heads of the attention
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws RANK_MISMATCH (at the call) when an input has no axis of positions
 * @example
 * const bias = alibi(8), attention = multiHeadAttention(8, { causal: true });
 * model((x: Value) => attention(x, x, x, bias(x)), { inputs: { x: ['batch', 'seq', '?'] } });
 */
export function alibi(heads: number, options: AlibiOptions = {}): Layer<BiasInputs> {
  checkOptions('alibi', options, ALIBI_OPTIONS);
  positiveInteger('alibi', 'heads', heads);
  return defineLayer({
    kind: 'alibi',
    name: options.name,
    apply: (_call, ...[query, key, past]: BiasInputs): Value => emitLayerOne(ALIBI, [query, key, past], { heads }),
  });
}

/**
 * {@link alibi} of values.
 *
 * @param query `[n, s, ...]`
 * @param key `[n, t, ...]`; the query by default
 * @param heads the heads of the attention
 * @param past `[n, h, p, d]`, keys that stand before; none by default
 * @throws LAYER_ARGUMENT when `heads` is no positive integer
 */
export function alibiOf(query: Value, key: Value | undefined, heads: number, past?: Value | undefined): Value {
  positiveInteger('alibi', 'heads', heads);
  return emitLayerOne(ALIBI, [query, key, past], { heads });
}

/** Inputs query, key, past. It becomes one product of distances and slopes. */
export const ALIBI: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'alibi',
  cost: onePerOutput,
  infer: (cx) => {
    const sizes = differenceSizes(cx);
    return [cx.tensor(sizes && [constant(1), constant(cx.int('heads', 1)), ...sizes])];
  },
  lower: (node) => {
    const { dtype } = inputOf(node, 0);
    const slopes = alibiSlopes(numberOf(node, 'heads'));
    const distances = op.Neg(op.Abs(positionDifferences(node)));
    const factors = tensorFromValues(dtype, [1, slopes.length, 1, 1], slopes);
    return [op.Mul(op.Cast(distances, { to: dtype }), factors)];
  },
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'float32[n, t, 64]'],
      attributes: { heads: 8 },
      outputs: ['float32[1, 8, s, t]'],
    },
    {
      inputs: ['float16[n, s, 64]', null, 'float16[n, 8, p, 16]'],
      attributes: { heads: 8 },
      outputs: ['float16[1, 8, s, p + s]'],
    },
    { inputs: ['float32[s]'], attributes: { heads: 8 }, fails: 'RANK_MISMATCH' },
  ],
};

/** `2^(-8h/heads)` for head h from 1 on; heads between powers of 2 take every other slope of the next power. */
export function alibiSlopes(heads: number): readonly number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const slopes = Array.from({ length: power }, (_, i) => 2 ** ((-8 * (i + 1)) / power));
  const between = Array.from({ length: heads - power }, (_, i) => 2 ** ((-4 * (2 * i + 1)) / power));
  return [...slopes, ...between];
}
