// Attention of com.microsoft whose key heads serve several query heads: GroupQueryAttention.
import { floorDiv, maxOf, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { groupQueryAttention } from '../costs/microsoft-attention.ts';
import { headSize, requireBoth, requireOneOf, requireScoreBias, requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';

/** Queries in groups, and the keys and values that serve them. */
export interface Groups {
  readonly batch: Dim;
  readonly length: Dim;
  readonly heads: number;
  readonly keyHeads: number;
  /** Elements per head. */
  readonly size: Dim;
  /** The length of keys and values. */
  readonly keys: Dim;
}

/** ONNX Runtime's kernels take heads of 8 elements or a multiple, or 16 where they turn them by angles. */
const HEAD_UNIT = 8;
const ROTARY_UNIT = 16;

/** What the elements of a head must be a multiple of. */
export const headUnit = (isTurned: boolean): number => (isTurned ? ROTARY_UNIT : HEAD_UNIT);

/** The counts of heads, of which the first is a multiple of the second. */
export function headCounts(cx: InferContext): { readonly heads: number; readonly keyHeads: number } {
  const heads = requirePositive(cx, 'num_heads');
  const keyHeads = requirePositive(cx, 'kv_num_heads');
  if (heads % keyHeads !== 0) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: num_heads ${heads} is no multiple of kv_num_heads ${keyHeads}`, {
      expected: `a multiple of ${keyHeads}`,
      actual: String(heads),
    });
  }
  return { heads, keyHeads };
}

/**
 * Reads query `[n, s, h*d]`, key and value `[n, t, k*d]`, or query `[n, s, (h + 2*k)*d]` alone.
 *
 * @param unit what d must be a multiple of
 */
export function readGroups(cx: InferContext, unit: number): Groups | undefined {
  const { heads, keyHeads } = headCounts(cx);
  const [batch, length, hidden] = cx.ranked(0, 3);
  if (!batch || !length || !hidden) return undefined;
  requireBoth(cx, 1, 2);
  if (!cx.has(1)) {
    const size = headSize(cx, hidden, heads + 2 * keyHeads, 'last axis of query', unit);
    return { batch, length, heads, keyHeads, size, keys: length };
  }
  const size = headSize(cx, hidden, heads, 'hidden size of query', unit);
  const [, keys = length] = requireShape(cx, 1, [batch, undefined, mul(keyHeads, size)]);
  requireShape(cx, 2, [batch, keys, mul(keyHeads, size)]);
  return { batch, length, heads, keyHeads, size, keys };
}

/** Requires caches of cosines and sines `[positions, at most size/2]` at `i` and `i + 1`, long enough for the total length. */
export function requireAngles(cx: InferContext, i: number, size: Dim, total: Dim | undefined): void {
  requireBoth(cx, i, i + 1);
  if (!cx.has(i)) return;
  const [positions, angles] = cx.ranked(i, 2);
  const [others] = requireShape(cx, i + 1, [undefined, angles]);
  if (!angles) return;
  cx.divides(HEAD_UNIT, angles, `${cx.inputName(i)} axis 1`);
  cx.atLeast(floorDiv(size, 2), angles, 'half the head size');
  for (const rows of [positions, others]) if (rows && total) cx.atLeast(rows, total, 'cached positions');
}

/** The size of a head in the cache: of 4-bit numbers, a byte holds two. */
function cachedSize(cx: InferContext, size: Dim): Dim {
  return cx.int('kv_cache_bit_width') === 4 && cx.dtype(3) === 'uint8' ? floorDiv(size, 2) : size;
}

/** Requires input `i`, which an attribute asks for. */
function requireInput(cx: InferContext, i: number, attribute: string): void {
  if (cx.has(i)) return;
  cx.fail('OP_INVALID', `${cx.op} with ${attribute} needs ${cx.inputName(i)}`, { expected: cx.inputName(i) });
}

/** Requires that a prompt of several tokens that goes on from a past is the only one. */
function requireSinglePrompt(cx: InferContext, { batch, length }: Groups, total: Dim): void {
  const goesOn = cx.facts.range(length).min > 1 && cx.facts.equal(length, total) === 'false';
  if (goesOn) cx.unify(constant(1), batch, 'batch of several tokens that go on from a past, and 1');
}

/** The length of present key and value; requires the past's sizes. */
function presentLength(cx: InferContext, { batch, length, keyHeads, size, keys }: Groups, total: Dim): Dim {
  requireBoth(cx, 3, 4);
  const slides = cx.int('sliding_window_cache', 0) !== 0;
  if (!cx.has(3)) {
    if (slides) requireInput(cx, 3, 'sliding_window_cache');
    cx.unify(length, keys, 'lengths of query and key');
    return total;
  }
  // A node that shares the keys of another brings none of its own.
  if (cx.facts.range(keys).min > 0) cx.unify(length, keys, 'lengths of query and key');
  else requireOneOf(cx, keys, [length, constant(0)], 'lengths of query and key');
  const stored = cachedSize(cx, size);
  const [, , past = total] = requireShape(cx, 3, [batch, keyHeads, undefined, stored]);
  requireShape(cx, 4, [batch, keyHeads, past, stored]);
  if (keys.kind === 'const' && keys.value === 0) cx.atLeast(past, total, 'past without keys of its own');
  return slides ? past : maxOf(past, total);
}

/** Requires position ids `[n, at least s]`, sinks `[h]` and the weights `[d]` of the norms. */
function requireRest(cx: InferContext, { batch, length, heads, keyHeads, size }: Groups): void {
  const counts = cx.shape(5);
  if (counts) cx.unify(batch, mul(1, ...counts), `batch and the elements of ${cx.inputName(5)}`);
  if (cx.has(9)) {
    const [, positions] = requireShape(cx, 9, [batch, undefined]);
    if (positions) cx.atLeast(positions, length, `${cx.inputName(9)} axis 1`);
  }
  if (cx.has(11)) requireShape(cx, 11, [heads]);
  for (const [i, attribute] of [
    [12, 'k_quant_type'],
    [13, 'v_quant_type'],
  ] as const) {
    const scales = cx.has(i) ? cx.shape(i) : undefined;
    const kind = cx.string(attribute, 'NONE');
    const count = kind === 'PER_CHANNEL' ? mul(keyHeads, size) : constant(1);
    if (scales && kind !== 'NONE') cx.unify(count, mul(1, ...scales), `elements of ${cx.inputName(i)}`);
  }
  requireBoth(cx, 14, 15);
  for (const i of [14, 15]) if (cx.has(i)) requireShape(cx, i, [size]);
}

/**
 * GroupQueryAttention (since 1). query `[n, s, h*d]`, key and value `[n, s, k*d]`, or query `[n, s, (h + 2*k)*d]` alone; past
 * `[n, k, p, d]`; total_sequence_length t as a value -> `[n, s, h*d]`, present `[n, k, max(p, t), d]` (p with `sliding_window_cache`),
 * scores `[n, h, s, t]`. k divides h, 8 divides d (16 with rotary caches).
 */
const GroupQueryAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'GroupQueryAttention',
  cost: groupQueryAttention,
  infer: (cx) => {
    const groups = readGroups(cx, headUnit(cx.has(7)));
    scalarInput(cx, 6);
    if (!groups) return [];
    const { batch, length, heads, keyHeads, size } = groups;
    const known = scalarDim(cx, 6);
    if (known) cx.atLeast(known, 1, 'total_sequence_length');
    const total = known ?? cx.fresh('total', { min: 1 });
    const present = presentLength(cx, groups, total);
    if (known) requireSinglePrompt(cx, groups, known);
    if (cx.int('do_rotary', 0) !== 0) requireInput(cx, 7, 'do_rotary');
    requireAngles(cx, 7, size, known);
    requireRest(cx, groups);
    if (cx.has(10)) requireScoreBias(cx, 10, { batch, heads, length, total });
    const cache = [batch, constant(keyHeads), present, cachedSize(cx, size)];
    const cacheDType = (i: number) => (cx.has(3) ? cx.dtype(i) : cx.dtype(0));
    return [
      cx.tensor([batch, length, mul(heads, size)]),
      cx.tensor(cache, cacheDType(3)),
      cx.tensor(cache, cacheDType(4)),
      cx.tensor([batch, constant(heads), length, total]),
    ];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, 1, 64]; float32[n, 1, 32]; float32[n, 1, 32]; float32[n, 2, p, 16]; float32[n, 2, p, 16]',
        'int32[n]; int32[] = t',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2 },
      outputs: ['float32[n, 1, 64]', 'float32[n, 2, max(p, t), 16]', 'float32[n, 2, max(p, t), 16]'],
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 64]; float32[2, 3, w]; float32[2, 3, 32]; -; -; int32[2] = [2, 2]; int32[1] = [3]',
        'float32[m, 8]; float32[m, 8]; int64[2, i]; float32[1, 4, 3, 3]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, do_rotary: 1, qk_output: 1 },
      outputs: ['float32[2, 3, 64]', 'float32[2, 2, 3, 16]', 'float32[2, 2, 3, 16]', 'float32[2, 4, 3, 3]'],
      constraints: ['w == 32', '3 <= m', '3 <= i'],
    },
    {
      inputs: inputsOf('float32[1, s, w]; -; -; -; -; int32[1]; int32[] = s; -; -; -; -; float32[1]'),
      attributes: { num_heads: 1, kv_num_heads: 1 },
      outputs: ['float32[1, s, w // 3]', 'float32[1, 1, s, w // 3]', 'float32[1, 1, s, w // 3]'],
      constraints: ['24 | w'],
    },
    {
      inputs: inputsOf(
        'float16[n, 1, 64]; float16[n, 1, 32]; float16[n, 1, 32]; float16[n, 2, p, 16]; float16[n, 2, p, 16]',
        'int32[n]; int32[]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2 },
      outputs: ['float16[n, 1, 64]', 'float16[n, 2, max(p, u), 16]', 'float16[n, 2, max(p, u), 16]'],
    },
    {
      inputs: inputsOf(
        'float32[n, 1, 64]; float32[n, 1, 32]; float32[n, 1, 32]; uint8[n, 2, 7, 8]; uint8[n, 2, 7, 8]; int32[n]',
        'int32[] = t; -; -; -; -; -; float32[1]; float32[1]',
      ),
      attributes: {
        num_heads: 4,
        kv_num_heads: 2,
        local_window_size: 4,
        sliding_window_cache: 1,
        kv_cache_bit_width: 4,
        k_quant_type: 'PER_TENSOR',
        v_quant_type: 'PER_TENSOR',
      },
      outputs: ['float32[n, 1, 64]', 'uint8[n, 2, 7, 8]', 'uint8[n, 2, 7, 8]'],
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 48]', 'float32[2, 3, 48]', null, null, 'int32[2]', 'int32[]'],
      attributes: { num_heads: 4, kv_num_heads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 3, 16]', 'float32[2, 3, 8]', 'float32[2, 3, 8]', null, null, 'int32[2]', 'int32[]'],
      attributes: { num_heads: 4, kv_num_heads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 64]; float32[2, 3, 32]; float32[2, 3, 32]; float32[2, 2, 7, 16]; float32[2, 2, 7, 16]; int32[2]',
        'int32[] = 10',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 32]', 'float32[2, 3, 32]', null, null, 'int32[2]', 'int32[]'],
      attributes: { num_heads: 4, kv_num_heads: 2, do_rotary: 1 },
      fails: 'OP_INVALID',
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 32]', null, null, null, 'int32[2]', 'int32[]'],
      attributes: { num_heads: 4, kv_num_heads: 2 },
      fails: 'OP_INVALID',
    },
    {
      inputs: ['float32[2, 3, 64]', 'float32[2, 3, 32]', 'float32[2, 3, 32]', null, null, 'int32[2]', 'int32[]'],
      attributes: { num_heads: 4, kv_num_heads: 3 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** The family. */
export const MICROSOFT_GROUP_QUERY_ATTENTION_ROWS: readonly OperatorRow[] = [GroupQueryAttention];
