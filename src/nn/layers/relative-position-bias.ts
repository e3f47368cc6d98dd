// relativePositionBias: a learned number for each head and distance, added to the scores of attention.
import { op } from '../../build/op.ts';
import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { DType } from '../../ir/dtype.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { InitializerInput } from '../initializers/parse-initializer.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { numberOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';
import { type BiasInputs, differenceSizes, positionDifferences } from '../position-differences.ts';

/** How distances fall into buckets. */
export interface BucketOptions {
  /** How many buckets there are; 32 by default, as in T5. */
  readonly buckets?: number | undefined;
  /** The distance from which on all fall into the last bucket; 128 by default, as in T5. */
  readonly maxDistance?: number | undefined;
  /** Whether half of the buckets is for keys behind the query, as in encoders; true by default. */
  readonly bidirectional?: boolean | undefined;
}

/** Options of {@link relativePositionBias}. */
export interface RelativePositionBiasOptions extends BucketOptions {
  /** Fills the weight; a standard normal distribution by default, as in an embedding. */
  readonly weightInitializer?: InitializerInput | undefined;
  /** Element type of the weight; that of the first batch by default. */
  readonly dtype?: DType | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link BucketOptions} and {@link RelativePositionBiasOptions}. */
const BUCKET_OPTIONS: OptionNames<BucketOptions> = { buckets: true, maxDistance: true, bidirectional: true };
const BIAS_OPTIONS: OptionNames<RelativePositionBiasOptions> = {
  ...BUCKET_OPTIONS,
  weightInitializer: true,
  dtype: true,
  name: true,
};

const KIND = 'relativePositionBias';

function readBuckets({ buckets = 32, maxDistance = 128, bidirectional = true }: BucketOptions) {
  positiveInteger(KIND, 'buckets', buckets);
  positiveInteger(KIND, 'maxDistance', maxDistance);
  const isEven = buckets % (bidirectional ? 4 : 2) === 0;
  if (!isEven) refuseArgument(KIND, 'buckets', `a multiple of ${bidirectional ? 4 : 2}`, buckets);
  const exact = buckets / (bidirectional ? 4 : 2);
  if (maxDistance <= exact)
    refuseArgument(KIND, 'maxDistance', `more than the ${exact} distances with a bucket each`, maxDistance);
  return { buckets, maxDistance, bidirectional: bidirectional ? 1 : 0 };
}

/**
 * A learned number for each head and bucket of distances, to be added to the scores of attention as its mask.
 *
 * *Input shape*: query `[n, s, ...]`, key `[n, t, ...]` (the query by default), past `[n, h, p, d]`: keys that stand before, so that query i is
 * at position p + i. *Output shape*: `[1, heads, s, p + t]`, of the weight's type.
 * *Parameters*: `weight [buckets, heads]` (`relative_attention_bias.weight` of T5).
 * Source: Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", 2020; the buckets are those
 * of T5's code: one for each small distance, then logarithmic ones.
 *
 * @param heads the heads of the attention
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws RANK_MISMATCH (at the call) when an input has no axis of positions
 * @example
 * const bias = relativePositionBias(8), attention = multiHeadAttention(8, { scale: 1, bias: false });
 * model((x: Value) => attention(x, x, x, bias(x)), { inputs: { x: ['batch', 'seq', '?'] } });
 */
export function relativePositionBias(heads: number, options: RelativePositionBiasOptions = {}): Layer<BiasInputs> {
  checkOptions(KIND, options, BIAS_OPTIONS);
  positiveInteger(KIND, 'heads', heads);
  const attributes = readBuckets(options);
  const weight = new Parameter({
    shape: [attributes.buckets, heads],
    dtype: options.dtype,
    initializer: options.weightInitializer,
    fallback: { kind: 'normal', std: 1 },
    layout: 'embedding',
  });
  return defineLayer({
    kind: KIND,
    name: options.name,
    parameters: { weight },
    apply: ({ parameters }, ...[query, key, past]: BiasInputs): Value =>
      emitLayerOne(RELATIVE_POSITION_BIAS, [query, key, past, parameters.weight], attributes),
  });
}

/**
 * {@link relativePositionBias} of values.
 *
 * @param query `[n, s, ...]`
 * @param key `[n, t, ...]`; the query by default
 * @param weight `[buckets, heads]`
 * @param past `[n, h, p, d]`, keys that stand before; none by default
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 */
export function relativePositionBiasOf(
  query: Value,
  key: Value | undefined,
  weight: Value,
  options: BucketOptions & { readonly past?: Value | undefined } = {},
): Value {
  checkOptions(KIND, options, { ...BUCKET_OPTIONS, past: true });
  return emitLayerOne(RELATIVE_POSITION_BIAS, [query, key, options.past, weight], readBuckets(options));
}

/** Inputs query, key, past, weight. It becomes a Gather of buckets by distance, and one of weights by bucket. */
export const RELATIVE_POSITION_BIAS: LayerRow = {
  domain: LAYER_DOMAIN,
  name: KIND,
  cost: onePerOutput,
  infer: (cx) => {
    const sizes = differenceSizes(cx);
    const [buckets, heads] = cx.ranked(3, 2);
    const given = cx.int('buckets', 32);
    if (buckets) cx.unify(constant(given), buckets, 'buckets');
    return [cx.tensor(sizes && heads && [1, heads, ...sizes], cx.dtype(3))];
  },
  lower: (node) => [lowerBias(node)],
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'float32[n, t, 64]', null, 'float32[32, 8]'],
      outputs: ['float32[1, 8, s, t]'],
    },
    {
      inputs: ['float32[n, s, 64]', null, 'float32[n, 8, p, 16]', 'float16[32, h]'],
      outputs: ['float16[1, h, s, p + s]'],
    },
    { inputs: ['float32[n, s, 64]', null, null, 'float32[16, 8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[s]', null, null, 'float32[32, 8]'], fails: 'RANK_MISMATCH' },
  ],
};

function lowerBias(node: Node): Value {
  const [buckets, most] = [numberOf(node, 'buckets'), numberOf(node, 'maxDistance')];
  const table = bucketTable(buckets, most, numberOf(node, 'bidirectional') === 1);
  const places: Value = op.Add(op.Clip(positionDifferences(node), BigInt(-most), BigInt(most)), BigInt(most));
  const chosen = op.Gather(tensorFromValues('int64', [table.length], table), places, { axis: 0 });
  const numbers = op.Gather(inputOf(node, 3), chosen, { axis: 0 });
  return op.Unsqueeze(op.Transpose(numbers, { perm: [2, 0, 1] }), [0]);
}

/** The bucket of each difference from -most to most. */
export function bucketTable(buckets: number, most: number, isBidirectional: boolean): readonly number[] {
  const side = isBidirectional ? buckets / 2 : buckets;
  const exact = side / 2;
  const bucketOf = (distance: number): number => {
    if (distance < exact) return distance;
    // T5 computes this in float32, which decides where the logarithm is a whole number.
    const log = Math.fround(Math.log(Math.fround(distance / exact)));
    const part = Math.fround(Math.fround(log / Math.fround(Math.log(most / exact))) * (side - exact));
    return Math.min(exact + Math.floor(part), side - 1);
  };
  return Array.from({ length: 2 * most + 1 }, (_, i) => {
    const difference = i - most;
    if (isBidirectional) return (difference > 0 ? side : 0) + bucketOf(Math.abs(difference));
    return bucketOf(Math.max(-difference, 0));
  });
}
