// Attention of com.microsoft over blocks: PagedAttention with a cache in blocks, LongformerAttention with windows.
import { add, floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { unknownWork } from '../costs/contraction.ts';
import { headSize, requireBoth, requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { headCounts } from './microsoft-group-query-attention.ts';

/** Types that hold two elements in a byte. */
const HALF_BYTES: ReadonlySet<string> = new Set(['int4', 'float4e2m1']);

interface Tokens {
  readonly tokens: Dim;
  readonly heads: number;
  readonly keyHeads: number;
  /** Elements per head. */
  readonly size: Dim;
}

/** Reads query `[t, h*d]`, key and value `[t, k*d]`, or query `[t, (h + 2*k)*d]` alone; a latent cache takes no value. */
function readTokens(cx: InferContext, latent: boolean): Tokens | undefined {
  const { heads, keyHeads } = headCounts(cx);
  const [tokens, hidden] = cx.ranked(0, 2);
  if (!latent) requireBoth(cx, 1, 2);
  if (!tokens || !hidden) return undefined;
  const packed = !latent && !cx.has(1);
  const size = headSize(cx, hidden, packed ? heads + 2 * keyHeads : heads, 'last axis of query');
  for (const i of [1, 2]) if (cx.has(i)) requireShape(cx, i, [tokens, mul(keyHeads, size)]);
  return { tokens, heads, keyHeads, size };
}

/** Requires a cache `[blocks, block, k, d]`, two elements in a byte where `attribute` names such a type. */
function requireCache(cx: InferContext, i: number, { keyHeads, size }: Tokens, attribute: string): Shape {
  const stored = HALF_BYTES.has(cx.string(attribute, '')) ? floorDiv(add(size, 1), 2) : size;
  return requireShape(cx, i, [undefined, undefined, keyHeads, stored]);
}

/** Requires ends `[n + 1]`, past lengths `[n]`, the block table `[n, b]` and slots `[t]`. */
function requireTables(cx: InferContext, { tokens, heads, size }: Tokens): void {
  const [batch] = cx.ranked(6, 1);
  if (batch) requireShape(cx, 5, [add(batch, 1)]);
  requireShape(cx, 7, [batch, undefined]);
  requireBoth(cx, 8, 9);
  if (cx.has(8)) requireShape(cx, 9, cx.ranked(8, 2));
  if (cx.has(10)) requireShape(cx, 10, [tokens]);
  if (cx.has(11)) requireShape(cx, 11, [heads]);
  requireBoth(cx, 12, 13);
  for (const i of [12, 13]) if (cx.has(i)) requireShape(cx, i, [size]);
}

/**
 * PagedAttention (since 1): grouped attention of tokens without padding over a cache in blocks. query `[t, h*d]`, key and value
 * `[t, k*d]` (or query `[t, (h + 2*k)*d]`), caches `[blocks, block, k, d]`, ends `[n + 1]`, past lengths `[n]`, table `[n, b]` ->
 * `[t, h*d]`, or `[t, h*v_head_size]` with a latent cache; caches as given.
 */
const PagedAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'PagedAttention',
  cost: unknownWork,
  infer: (cx) => {
    const latent = cx.string('kv_cache_layout', 'SEPARATE') === 'LATENT';
    const found = readTokens(cx, latent);
    if (!found) return [];
    const key = requireCache(cx, 3, found, 'k_cache_dtype');
    const value = cx.has(4) ? requireCache(cx, 4, found, 'v_cache_dtype') : undefined;
    if (value) cx.unifyShapes(key.slice(0, 2), value.slice(0, 2), 'blocks of key_cache and value_cache');
    requireTables(cx, found);
    const narrow = latent ? cx.int('v_head_size', 0) : 0;
    const output = cx.tensor([found.tokens, mul(found.heads, narrow > 0 ? narrow : found.size)]);
    return [output, cx.tensor(key, cx.dtype(3)), ...(value ? [cx.tensor(value, cx.dtype(4))] : [])];
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[t, 64]; float16[t, 32]; float16[t, 32]; float16[c, 16, 2, 16]; float16[c, 16, 2, 16]',
        'int32[n + 1]; int32[n]; int32[n, b]; float16[m, 8]; float16[m, 8]; int32[t]; float16[4]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, do_rotary: 1 },
      outputs: ['float16[t, 64]', 'float16[c, 16, 2, 16]', 'float16[c, 16, 2, 16]'],
    },
    {
      inputs: inputsOf(
        'float16[t, 128]; -; -; float16[c, 16, 2, d]; float16[c, 16, 2, 16]; int32[3]; int32[n]; int32[n, b]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2 },
      outputs: ['float16[t, 64]', 'float16[c, 16, 2, 16]', 'float16[c, 16, 2, 16]'],
      constraints: ['d == 16', 'n == 2'],
    },
    {
      inputs: inputsOf(
        'float16[t, 64]; float16[t, 16]; -; float16[c, 16, 1, 16]; -; int32[n + 1]; int32[n]; int32[n, b]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 1, kv_cache_layout: 'LATENT', v_head_size: 8, scale: 0.25 },
      outputs: ['float16[t, 32]', 'float16[c, 16, 1, 16]'],
    },
    {
      inputs: inputsOf(
        'float16[t, 64]; float16[t, 32]; float16[t, 32]; uint8[c, 16, 2, 8]; uint8[c, 16, 2, 8]',
        'int32[n + 1]; int32[n]; int32[n, b]; -; -; -; -; -; -; float32[1]; float32[1]',
      ),
      attributes: {
        num_heads: 4,
        kv_num_heads: 2,
        k_cache_dtype: 'int4',
        v_cache_dtype: 'int4',
        k_quant_type: 'PER_TENSOR',
        v_quant_type: 'PER_TENSOR',
      },
      outputs: ['float16[t, 64]', 'uint8[c, 16, 2, 8]', 'uint8[c, 16, 2, 8]'],
    },
    {
      inputs: inputsOf(
        'float16[5, 64]; float16[4, 32]; float16[5, 32]; float16[4, 16, 2, 16]; float16[4, 16, 2, 16]',
        'int32[3]; int32[2]; int32[2, 4]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** Requires weights `[h, 3*h]` and bias `[3*h]`. */
function requireProjection(cx: InferContext, weight: number, bias: number, hidden: Dim): void {
  requireShape(cx, weight, [hidden, mul(3, hidden)]);
  requireShape(cx, bias, [mul(3, hidden)]);
}

/** Where the inputs of a Longformer attention stand. */
export interface LongformerPlaces {
  readonly weight: number;
  readonly bias: number;
  readonly mask: number;
  readonly globalWeight: number;
  readonly globalBias: number;
  readonly global: number;
}

/** The shape of a Longformer attention: its input's; requires the other inputs' sizes. */
export function longformerShape(cx: InferContext, places: LongformerPlaces): Shape {
  const input = cx.ranked(0, 3);
  const [batch, length, hidden] = input;
  if (!batch || !length || !hidden) return input;
  cx.divides(2 * requirePositive(cx, 'window'), length, 'length');
  headSize(cx, hidden, requirePositive(cx, 'num_heads'), 'hidden size of input');
  requireProjection(cx, places.weight, places.bias, hidden);
  requireProjection(cx, places.globalWeight, places.globalBias, hidden);
  for (const i of [places.mask, places.global]) requireShape(cx, i, [batch, length]);
  return input;
}

/**
 * LongformerAttention (since 1): attention within windows of `window` tokens to either side, and of chosen tokens to all. input
 * `[n, s, h]`, weights `[h, 3*h]`, biases `[3*h]`, mask and global flags `[n, s]` -> `[n, s, h]`; 2*window divides s.
 */
const LongformerAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'LongformerAttention',
  cost: unknownWork,
  infer: (cx) => {
    const shape = longformerShape(cx, { weight: 1, bias: 2, mask: 3, globalWeight: 4, globalBias: 5, global: 6 });
    return [cx.tensor(shape)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, s, 32]; float32[32, 96]; float32[96]; float32[n, s]; float32[32, 96]; float32[96]; int32[n, s]',
      ),
      attributes: { num_heads: 4, window: 4 },
      outputs: ['float32[n, s, 32]'],
      constraints: ['8 | s'],
    },
    {
      inputs: inputsOf(
        'float32[2, 12, 32]; float32[32, 96]; float32[96]; float32[2, 12]; float32[32, 96]; float32[96]; int32[2, 12]',
      ),
      attributes: { num_heads: 4, window: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The lengths of new caches; undefined where only a run tells. */
function cacheLength(cx: InferContext, length: Dim, keys: Dim, past: Dim | undefined): Dim | undefined {
  const [fixed, usesPast, layered] = [8, 9, 10].map((i) => cx.content(i)?.elements[0]);
  if (usesPast === false || layered === false) return fixed === undefined ? undefined : fixed ? keys : length;
  if (usesPast !== true || layered !== true || fixed === undefined || !past) return undefined;
  return fixed ? past : add(past, length);
}

/**
 * DecoderAttention (since 1): attention with a cache, steered by four flags that are inputs. query `[s, n, h]`, key `[t, n, h]`,
 * weights `[h, h]` and `[h, 2*h]`, bias `[3*h]`, caches `[n, heads, p, h/heads]` -> `[s, n, h]`, caches `[n, heads, l, h/heads]`; l is s,
 * p + s without `static_kv`, t, p with it, first without, then with the past.
 */
const DecoderAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'DecoderAttention',
  cost: unknownWork,
  infer: (cx) => {
    const heads = requirePositive(cx, 'num_heads');
    const [length, batch, hidden] = cx.ranked(0, 3);
    if (!length || !batch || !hidden) return [];
    const [keys = length] = requireShape(cx, 1, [undefined, batch, hidden]);
    const size = headSize(cx, hidden, heads, 'hidden size of query');
    requireShape(cx, 2, [hidden, hidden]);
    requireShape(cx, 3, [hidden, mul(2, hidden)]);
    requireShape(cx, 4, [mul(3, hidden)]);
    requireBoth(cx, 6, 7);
    const past = cx.has(6) ? cx.ranked(6, 4)[2] : undefined;
    const kept = cacheLength(cx, length, keys, past) ?? cx.fresh('cached');
    const cache = cx.tensor([batch, constant(heads), kept, size]);
    return [cx.tensor([length, batch, hidden]), cache, cache];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[s, n, 32]; float32[t, n, 32]; float32[32, 32]; float32[32, 64]; float32[96]; -; float32[n, 4, p, 8]',
        'float32[n, 4, p, 8]; bool[1] = [false]; bool[1] = [true]; bool[1] = [true]; bool[1] = [false]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float32[s, n, 32]', 'float32[n, 4, p + s, 8]', 'float32[n, 4, p + s, 8]'],
    },
    {
      inputs: inputsOf(
        'float32[s, n, 32]; float32[t, n, 32]; float32[32, 32]; float32[32, 64]; float32[96]; bool[n, t]; -; -',
        'bool[1]; bool[1]; bool[1]; bool[1]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float32[s, n, 32]', 'float32[n, 4, l, 8]', 'float32[n, 4, l, 8]'],
    },
    {
      inputs: inputsOf(
        'float32[3, 2, 32]; float32[5, 2, 32]; float32[32, 32]; float32[32, 32]; float32[96]; -; -; -',
        'bool[1]; bool[1]; bool[1]; bool[1]',
      ),
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_PAGED_ATTENTION_ROWS: readonly OperatorRow[] = [
  PagedAttention,
  LongformerAttention,
  DecoderAttention,
];
