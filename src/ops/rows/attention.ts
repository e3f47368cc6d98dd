// Attention, its form with bodies, and rotary position embedding.
import { add, floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';
import { attentionCost } from '../costs/attention.ts';
import { perInput } from '../costs/elementwise.ts';

/** A query, key or value with its heads apart, whichever way it was given. */
interface Heads {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly length: Dim;
  /** Elements per head. */
  readonly size: Dim;
}

/** Splits input `i`, `[batch, heads, length, size]` or `[batch, length, heads*size]`. */
function readHeads(cx: InferContext, i: number, rank: number, attribute: string): Heads | undefined {
  const shape = cx.ranked(i, rank);
  const [batch, first, second, third] = shape;
  if (!batch || !first || !second) return undefined;
  if (third) return { batch, heads: first, length: second, size: third };
  const heads = cx.int(attribute);
  if (heads === undefined || heads < 1) {
    return cx.fail(
      'ATTRIBUTE_MISSING',
      `${cx.op} needs attribute ${attribute} for ${cx.inputName(i)} of rank 3: ${formatShape(shape)}`,
      {
        expected: attribute,
      },
    );
  }
  cx.divides(heads, second, `hidden size of ${cx.inputName(i)}`);
  return { batch, heads: constant(heads), length: first, size: floorDiv(second, heads) };
}

/** Requires what query, key, value and their past have in common; returns the total key length. */
function meet(cx: InferContext, q: Heads, k: Heads, v: Heads): Dim {
  cx.unify(q.batch, k.batch, 'batch of Q and K');
  cx.unify(q.batch, v.batch, 'batch of Q and V');
  cx.unify(k.heads, v.heads, 'heads of K and V');
  cx.unify(k.length, v.length, 'lengths of K and V');
  cx.unify(q.size, k.size, 'head size of Q and K');
  // Grouped queries: each key head serves as many query heads as any other.
  cx.divides(k.heads, q.heads, 'query heads');
  if (!cx.has(4) && !cx.has(5)) return k.length;
  if (!cx.has(4) || !cx.has(5)) {
    cx.fail('OP_INVALID', `${cx.op} takes past_key and past_value together, got only one of them`, {
      expected: 'both or none',
    });
  }
  const key = cx.ranked(4, 4);
  const past = key[2] ?? constant(0);
  cx.unifyShapes(key, [k.batch, k.heads, past, k.size], 'past_key and K (batch, heads, -, size)');
  cx.unifyShapes(cx.ranked(5, 4), [k.batch, k.heads, past, v.size], 'past_value and V (batch, heads, past, size)');
  return add(past, k.length);
}

/** Requires that the mask broadcasts into the scores; since version 24 its last axis may be shorter and is padded. */
function requireMask(cx: InferContext, scores: Shape): void {
  const mask = cx.rankBetween(3, 1, 4);
  if (!mask) return;
  const last = mask.at(-1);
  const total = scores.at(-1);
  if (cx.version >= 24 && last && total) cx.atLeast(total, last, 'total length for the last axis of attn_mask');
  const kept = cx.version >= 24 ? mask.length - 1 : mask.length;
  for (let i = 0; i < kept; i++) {
    const dim = mask[i];
    const into = scores[scores.length - mask.length + i];
    if (!dim || !into || (dim.kind === 'const' && dim.value === 1)) continue;
    if (dim.kind === 'const') cx.unify(dim, into, `attn_mask axis ${i} and the scores`);
    else cx.broadcast([dim], [into]);
  }
}

function attend(cx: InferContext): readonly Shape[] {
  const ranks = [0, 1, 2].flatMap((i) => cx.rankBetween(i, 3, 4)?.length ?? []);
  const [rank] = ranks;
  if (rank === undefined) return [];
  if (ranks.some((other) => other !== rank)) {
    cx.fail('RANK_MISMATCH', `${cx.op} takes Q, K and V of the same rank, got ${ranks.join(', ')}`, {
      expected: 'three times the same rank',
      actual: ranks.join(', '),
    });
  }
  const q = readHeads(cx, 0, rank, 'q_num_heads');
  const k = readHeads(cx, 1, rank, 'kv_num_heads');
  const v = readHeads(cx, 2, rank, 'kv_num_heads');
  if (!q || !k || !v) return [];
  const total = meet(cx, q, k, v);
  const scores = [q.batch, q.heads, q.length, total];
  if (cx.has(3)) requireMask(cx, scores);
  const [valid] = cx.has(6) ? cx.ranked(6, 1) : [];
  if (valid) cx.unify(q.batch, valid, 'batch and nonpad_kv_seqlen');
  const y = rank === 3 ? [q.batch, q.length, mul(q.heads, v.size)] : [q.batch, q.heads, q.length, v.size];
  return [y, [k.batch, k.heads, total, k.size], [v.batch, v.heads, total, v.size], scores];
}

const PAST: readonly string[] = ['float16[b, 8, p, 64]', 'float16[b, 8, p, 64]'];

/**
 * Attention (since 23): `softmax(Q K^T * scale + mask) V` per head; each key head serves q_heads/kv_heads query heads.
 * Q `[n, hq, s, d]` or `[n, s, hq*d]`, K `[n, hk, t, d]`, V `[n, hk, t, e]`, past `[n, hk, p, ...]` -> Y `[n, hq, s, e]` or
 * `[n, s, hq*e]`, present key and value `[n, hk, p + t, ...]`, scores `[n, hq, s, p + t]`; the mask broadcasts into the scores.
 */
const Attention: OperatorRow = {
  name: 'Attention',
  cost: attentionCost,
  infer: (cx) => attend(cx).map((shape, i) => cx.tensor(shape, cx.outputDType(i))),
  examples: [
    {
      inputs: ['float32[n, 8, s, 64]', 'float32[n, 8, t, 64]', 'float32[n, 8, t, 32]'],
      outputs: ['float32[n, 8, s, 32]', 'float32[n, 8, t, 64]', 'float32[n, 8, t, 32]', 'float32[n, 8, s, t]'],
    },
    {
      inputs: ['float16[b, s, 2048]', 'float16[b, s, 512]', 'float16[b, s, 512]', 'bool[s, p + s]', ...PAST],
      attributes: { q_num_heads: 32, kv_num_heads: 8 },
      outputs: ['float16[b, s, 2048]', 'float16[b, 8, p + s, 64]', 'float16[b, 8, p + s, 64]'],
    },
    {
      inputs: ['float32[n, h, s, d]', 'float32[n, k, t, d]', 'float32[n, k, t, d]', 'float32[1, 1, s, m]'],
      opset: 24,
      outputs: ['float32[n, h, s, d]'],
      constraints: ['k | h', 'm <= t'],
    },
    {
      inputs: ['float32[1, 4, 5, 8]', 'float32[1, 4, 7, 8]', 'float32[1, 4, 7, 8]', 'float32[5, 6]'],
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[1, 4, 5, 8]', 'float32[1, 3, 7, 8]', 'float32[1, 3, 7, 8]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[n, 4, s, 8]', 'float32[...]', 'float32[...]'],
      outputs: ['float32[n, 4, s, ?]'],
      constraints: ['? | 4'],
    },
    { inputs: ['float32[1, 5, 32]', 'float32[1, 7, 32]', 'float32[1, 7, 32]'], fails: 'ATTRIBUTE_MISSING' },
    { inputs: ['float32[1, 4, 5, 8]', 'float32[2, 4, 7, 8]', 'float32[2, 4, 7, 8]'], fails: 'SHAPE_MISMATCH' },
    {
      inputs: ['float32[1, 5, 32]', 'float32[1, 4, 7, 8]', 'float32[1, 4, 7, 8]'],
      attributes: { q_num_heads: 4, kv_num_heads: 4 },
      fails: 'RANK_MISMATCH',
    },
  ],
};

/**
 * FlexAttention (preview 1): attention whose scores and probabilities bodies may change; Q `[n, hq, s, d]`, K `[n, hk, t, d]`,
 * V `[n, hk, t, e]` -> `[n, hq, s, e]`. The bodies keep the shape that they are given.
 */
const FlexAttention: OperatorRow = {
  domain: 'ai.onnx.preview',
  name: 'FlexAttention',
  infer: (cx) => {
    const q = readHeads(cx, 0, 4, '');
    const k = readHeads(cx, 1, 4, '');
    const v = readHeads(cx, 2, 4, '');
    if (!q || !k || !v) return [];
    meet(cx, q, k, v);
    return [cx.tensor([q.batch, q.heads, q.length, v.size])];
  },
  examples: [
    {
      inputs: ['float32[n, 8, s, 64]', 'float32[n, 2, t, 64]', 'float32[n, 2, t, e]'],
      outputs: ['float32[n, 8, s, e]'],
    },
    { inputs: ['float32[1, 4, 5, 8]', 'float32[1, 3, 7, 8]', 'float32[1, 3, 7, 8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 5, 8]', 'float32[1, 7, 8]', 'float32[1, 7, 8]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The sizes that the caches must have, from X and the attributes. */
function rotated(cx: InferContext): Shape | undefined {
  const shape = cx.rankBetween(0, 3, 4);
  const x = shape && readHeads(cx, 0, shape.length, 'num_heads');
  if (!x) return undefined;
  const partial = cx.int('rotary_embedding_dim', 0);
  const angles = partial > 0 ? constant(Math.floor(partial / 2)) : floorDiv(x.size, 2);
  if (partial > 0) cx.atLeast(x.size, partial, 'head size for rotary_embedding_dim');
  else cx.divides(2, x.size, 'head size');
  if (cx.has(3)) {
    const cos = cx.unifyShapes(cx.ranked(1, 2), cx.ranked(2, 2), 'shapes of cos_cache and sin_cache');
    if (cos[1]) cx.unify(angles, cos[1], 'half the rotary size and cos_cache axis 1');
    cx.unifyShapes(cx.ranked(3, 2), [x.batch, x.length], 'position_ids and X (batch, length)');
  } else {
    const expected = [x.batch, x.length, angles];
    for (const i of [1, 2])
      cx.unifyShapes(cx.ranked(i, 3), expected, `${cx.inputName(i)} and (batch, length, half the rotary size)`);
  }
  return shape;
}

/**
 * RotaryEmbedding (since 23): pairs of elements of each head turned by an angle per position; Y as X.
 * X `[n, h, s, d]` or `[n, s, h*d]`; caches `[positions, r/2]` with position_ids `[n, s]`, or `[n, s, r/2]`; r is `rotary_embedding_dim` or d.
 */
const RotaryEmbedding: OperatorRow = {
  name: 'RotaryEmbedding',
  cost: perInput(3),
  infer: (cx) => [cx.tensor(rotated(cx))],
  examples: [
    {
      inputs: ['float32[n, 8, s, 64]', 'float32[2048, 32]', 'float32[2048, 32]', 'int64[n, s]'],
      outputs: ['float32[n, 8, s, 64]'],
    },
    {
      inputs: ['float32[n, s, 512]', 'float32[n, s, 16]', 'float32[n, s, 16]'],
      attributes: { num_heads: 8, rotary_embedding_dim: 32 },
      outputs: ['float32[n, s, 512]'],
    },
    { inputs: ['float32[2, 8, 5, 64]', 'float32[2, 5, 30]', 'float32[2, 5, 30]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 5, 64]', 'float32[2, 5, 8]', 'float32[2, 5, 8]'], fails: 'ATTRIBUTE_MISSING' },
  ],
};

/** The family. */
export const ATTENTION_ROWS: readonly OperatorRow[] = [Attention, FlexAttention, RotaryEmbedding];
