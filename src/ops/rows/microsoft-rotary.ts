// Rotary position embeddings and relative position biases of com.microsoft.
import { floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { perInput } from '../costs/elementwise.ts';
import { headSize, requireOneOf, requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';

interface Rotated {
  readonly shape: Shape;
  readonly batch: Dim;
  readonly length: Dim;
  /** Elements per head; undefined where only the caches tell it. */
  readonly size: Dim | undefined;
}

/** Reads `[n, h, s, d]` or `[n, s, h*d]`, the heads of the latter from `num_heads`, where it is given. */
function readRotated(cx: InferContext): Rotated | undefined {
  const shape = cx.rankBetween(0, 3, 4);
  const [batch, second, third, fourth] = shape ?? [];
  if (!shape || !batch || !second || !third) return undefined;
  if (fourth) return { shape, batch, length: third, size: fourth };
  const heads = cx.int('num_heads', 0);
  const size = heads > 0 ? headSize(cx, third, heads, 'hidden size of input') : undefined;
  return { shape, batch, length: second, size };
}

/** `rotary_embedding_dim`, which needs `num_heads`; 0 where all of a head is turned. */
function partialSize(cx: InferContext): number {
  const partial = cx.int('rotary_embedding_dim', 0);
  if (partial > 0 && cx.int('num_heads', 0) < 1) {
    cx.fail('ATTRIBUTE_MISSING', `${cx.op}: rotary_embedding_dim ${partial} needs num_heads`, {
      expected: 'num_heads',
    });
  }
  return partial;
}

/** Requires caches `[positions, angles]` at inputs 2 and 3, with a row for each step of the sequence; returns the angles. */
function readCaches(cx: InferContext, { length }: Rotated): Dim | undefined {
  const cache = cx.ranked(2, 2);
  const [positions, angles] = requireShape(cx, 3, cache);
  if (positions && cx.int('is_packed_batching', 0) === 0) cx.atLeast(positions, length, `rows of ${cx.inputName(2)}`);
  return angles;
}

/**
 * RotaryEmbedding (since 1): pairs of elements of each head turned by an angle per position. input `[n, h, s, d]` or `[n, s, h*d]`, position
 * ids `[n, s]`, `[1]` or `[]`, caches `[m, r]` -> as input; r is d/2, or half of `rotary_embedding_dim`; s <= m.
 */
const RotaryEmbedding: OperatorRow = {
  domain: 'com.microsoft',
  name: 'RotaryEmbedding',
  cost: perInput(3),
  infer: (cx) => {
    const partial = partialSize(cx);
    const found = readRotated(cx);
    const ids = cx.rankBetween(1, 0, 2);
    if (!found) return [];
    const { shape, batch, length, size } = found;
    if (ids?.length === 2) requireShape(cx, 1, [batch, length]);
    else if (ids) scalarInput(cx, 1);
    const angles = readCaches(cx, found);
    const hidden = shape[2];
    if (size && partial > 0) cx.atLeast(size, partial, 'head size for rotary_embedding_dim');
    if (angles && size) {
      const halves = [floorDiv(size, 2), ...(partial > 0 ? [constant(Math.floor(partial / 2))] : [])];
      if (halves.length === 1 && halves[0]) cx.unify(halves[0], angles, 'half the head size and the angles');
      else requireOneOf(cx, angles, halves, 'half the rotary size and the angles');
    } else if (angles && hidden) cx.divides(mul(2, angles), hidden, 'hidden size of input');
    return [cx.tensor(shape)];
  },
  examples: [
    {
      inputs: ['float32[n, 4, s, 16]', 'int64[n, s]', 'float32[12, 8]', 'float32[m, 8]'],
      outputs: ['float32[n, 4, s, 16]'],
      constraints: ['m == 12', 's <= 12'],
    },
    {
      inputs: ['float32[n, s, 64]', 'int64[1]', 'float32[12, 4]', 'float32[12, 4]'],
      attributes: { num_heads: 4, rotary_embedding_dim: 8, is_packed_batching: 1 },
      outputs: ['float32[n, s, 64]'],
    },
    {
      inputs: ['float32[n, s, h]', 'int64[n, s]', 'float32[12, 4]', 'float32[12, 4]'],
      outputs: ['float32[n, s, h]'],
      constraints: ['8 | h', 's <= 12'],
    },
    { inputs: ['float32[2, 3, 16]', 'int64[2, 3]', 'float32[8, 4]', 'float32[9, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3, 16]', 'int64[2, 3]', 'float32[2, 4]', 'float32[2, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 2, 3, 8]', 'int64[2, 4]', 'float32[8, 4]', 'float32[8, 4]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[2, 3, 16]', 'int64[2, 3]', 'float32[8, 2]', 'float32[8, 2]'],
      attributes: { rotary_embedding_dim: 4 },
      fails: 'ATTRIBUTE_MISSING',
    },
  ],
};

/** Requires that the sections of the angles, one for each stream of positions, sum up to them. */
function requireSections(cx: InferContext, angles: Dim): void {
  const sections = cx.ints('mrope_section') ?? [];
  if (sections.length !== 3) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: mrope_section takes 3 numbers, got ${sections.length}`, {
      expected: '3',
      actual: String(sections.length),
    });
  }
  cx.unify(constant(sections.reduce((sum, size) => sum + size, 0)), angles, 'sum of mrope_section and the angles');
}

/**
 * MRotaryEmbedding (since 1): RotaryEmbedding by three streams of positions. input `[n, h, s, d]` or `[n, s, h*d]`, position ids `[3, n, s]`,
 * caches `[m, r]` -> as input; r is half of `rotary_embedding_dim`, d/2 without it, and the sum of `mrope_section`.
 */
const MRotaryEmbedding: OperatorRow = {
  domain: 'com.microsoft',
  name: 'MRotaryEmbedding',
  cost: perInput(3),
  infer: (cx) => {
    const partial = partialSize(cx);
    if (cx.shape(0)?.length === 3 && cx.int('num_heads', 0) < 1) {
      cx.fail('ATTRIBUTE_MISSING', `${cx.op} needs num_heads for an input of rank 3`, { expected: 'num_heads' });
    }
    const found = readRotated(cx);
    if (!found) return [];
    const { shape, batch, length, size } = found;
    requireShape(cx, 1, [3, batch, length]);
    const angles = readCaches(cx, found);
    const half = partial > 0 ? constant(Math.floor(partial / 2)) : size && floorDiv(size, 2);
    if (angles) requireSections(cx, half ? cx.unify(half, angles, 'half the rotary size and the angles') : angles);
    return [cx.tensor(shape)];
  },
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'int64[3, n, s]', 'float32[12, r]', 'float32[12, 8]'],
      attributes: { num_heads: 4, mrope_section: [4, 2, 2] },
      outputs: ['float32[n, s, 64]'],
      constraints: ['r == 8', 's <= 12'],
    },
    {
      inputs: ['float32[n, 4, s, 16]', 'int64[3, n, s]', 'float32[12, 4]', 'float32[12, 4]'],
      attributes: { num_heads: 4, rotary_embedding_dim: 8, mrope_section: [2, 1, 1], mrope_layout: 1 },
      outputs: ['float32[n, 4, s, 16]'],
      constraints: ['s <= 12'],
    },
    {
      inputs: ['float32[2, 3, 16]', 'int64[3, 2, 3]', 'float32[8, 4]', 'float32[8, 4]'],
      attributes: { num_heads: 2, mrope_section: [2, 1, 2] },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 3, 16]', 'int64[3, 2, 3]', 'float32[8, 4]', 'float32[8, 4]'],
      attributes: { mrope_section: [2, 1, 1] },
      fails: 'ATTRIBUTE_MISSING',
    },
    {
      inputs: ['float32[2, 3, 16]', 'int64[3, 2, 3]', 'float32[8, 4]', 'float32[8, 4]'],
      attributes: { num_heads: 2, mrope_section: [2, 2] },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** GemmaRotaryEmbedding (since 1): emb `[n, s, d]`, q and k, each with its turned half, `[n, h, s, d]` -> twice as q. */
const GemmaRotaryEmbedding: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GemmaRotaryEmbedding',
  infer: (cx) => {
    const [batch, length, size] = cx.ranked(0, 3);
    const q = requireShape(cx, 1, [batch, undefined, length, size]);
    for (const i of [2, 3, 4]) requireShape(cx, i, q);
    const turned = cx.tensor(q, cx.dtype(1));
    return [turned, turned];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, s, d]; float16[n, 4, s, 8]; float16[n, 4, s, 8]; float16[n, k, s, 8]; float16[n, 4, s, 8]',
      ),
      outputs: ['float16[n, 4, s, 8]', 'float16[n, 4, s, 8]'],
      constraints: ['d == 8', 'k == 4'],
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 8]; float16[2, 4, 3, 8]; float16[2, 4, 2, 8]; float16[2, 4, 3, 8]; float16[2, 4, 3, 8]',
      ),
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** RelativePositionBias (since 1): table `[buckets, h]`, lengths q and k as values, equal -> `[1, h, q, k]`. */
const RelativePositionBias: OperatorRow = {
  domain: 'com.microsoft',
  name: 'RelativePositionBias',
  infer: (cx) => {
    const [, heads] = cx.ranked(0, 2);
    for (const i of [1, 2]) scalarInput(cx, i);
    const [query, key] = [scalarDim(cx, 1), scalarDim(cx, 2)];
    const length =
      query && key ? cx.unify(query, key, 'query_length and key_length') : (query ?? key ?? cx.fresh('length'));
    return heads ? [cx.tensor([1, heads, length, length])] : [];
  },
  examples: [
    {
      inputs: ['float32[32, h]', 'int64[1] = [s]', 'int64[1] = [t]'],
      attributes: { max_distance: 128 },
      outputs: ['float32[1, h, s, s]'],
      constraints: ['s == t'],
    },
    {
      inputs: ['float32[b, 4]', 'int64[1]', 'int64[1]'],
      attributes: { max_distance: 128 },
      outputs: ['float32[1, 4, l, l]'],
    },
    {
      inputs: ['float32[32, 4]', 'int64[1] = [5]', 'int64[1] = [6]'],
      attributes: { max_distance: 128 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/**
 * GatedRelativePositionBias (since 1): query `[n, s, h*d]`, or tokens `[t, h*d]` with offsets `[n, s]`, bias `[h*d]`, positions `[1, h, s, s]`,
 * weight `[d, D]`, bias `[D]`, constants `[1, h, 1, 1]` -> `[n, h, s, s]`.
 */
const GatedRelativePositionBias: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GatedRelativePositionBias',
  infer: (cx) => {
    const heads = requirePositive(cx, 'num_heads');
    const query = cx.ranked(0, cx.has(6) ? 2 : 3);
    const hidden = query.at(-1);
    const [batch, length] = cx.has(6) ? cx.ranked(6, 2) : query;
    if (!batch || !length || !hidden) return [];
    requireShape(cx, 1, [hidden]);
    requireShape(cx, 2, [1, heads, length, length]);
    const [, gates] = requireShape(cx, 3, [headSize(cx, hidden, heads, 'hidden size of query'), undefined]);
    if (gates) cx.divides(2, gates, 'columns of the weight');
    requireShape(cx, 4, [gates]);
    requireShape(cx, 5, [1, heads, 1, 1]);
    return [cx.tensor([batch, heads, length, length])];
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[n, s, 32]; float16[32]; float16[1, 4, s, s]; float16[8, g]; float16[8]; float16[1, 4, 1, 1]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float16[n, 4, s, s]'],
      constraints: ['g == 8'],
    },
    {
      inputs: inputsOf(
        'float16[t, 32]; float16[32]; float16[1, 4, s, s]; float16[8, 8]; float16[8]; float16[1, 4, 1, 1]; int32[n, s]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float16[n, 4, s, s]'],
    },
    {
      inputs: inputsOf(
        'float16[2, 3, 32]; float16[32]; float16[1, 4, 5, 5]; float16[8, 8]; float16[8]; float16[1, 4, 1, 1]',
      ),
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_ROTARY_ROWS: readonly OperatorRow[] = [
  RotaryEmbedding,
  MRotaryEmbedding,
  GemmaRotaryEmbedding,
  RelativePositionBias,
  GatedRelativePositionBias,
];
