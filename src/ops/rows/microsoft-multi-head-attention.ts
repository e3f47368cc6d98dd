// Attention of com.microsoft over projected queries, keys and values: MultiHeadAttention and its form for decoding.
import { add, floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { multiHeadAttention } from '../costs/microsoft-attention.ts';
import {
  headSize,
  requireBoth,
  requirePaddingMask,
  requireScoreBias,
  requireShape,
} from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';

/** Queries, keys and values with their sizes read, whichever way they were packed. */
interface Parts {
  readonly batch: Dim;
  readonly length: Dim;
  /** The length of keys and values. */
  readonly keys: Dim;
  readonly heads: number;
  readonly hidden: Dim;
  readonly valueHidden: Dim;
}

/** Where an operator has what it may have beside query, key and value. */
interface Places {
  readonly bias: number;
  readonly mask: number;
  readonly scoreBias: number;
  readonly pastKey: number;
  readonly pastLength: number;
}

/** Reads query, key and value; `packed` reads a query that holds all three. Undefined where a needed rank is unknown. */
function readParts(
  cx: InferContext,
  packed: (cx: InferContext, heads: number) => Parts | undefined,
): Parts | undefined {
  const heads = requirePositive(cx, 'num_heads');
  if (!cx.has(1)) {
    if (cx.has(2)) requireBoth(cx, 1, 2);
    return packed(cx, heads);
  }
  const [batch, length, hidden] = cx.ranked(0, 3);
  if (!batch || !length || !hidden) return undefined;
  const size = headSize(cx, hidden, heads, 'hidden size of query');
  if (!cx.has(2)) {
    const [, keys] = requireShape(cx, 1, [batch, undefined, heads, 2, size]);
    return keys && { batch, length, keys, heads, hidden, valueHidden: hidden };
  }
  const rank = cx.rankBetween(1, 3, 4)?.length ?? cx.rankBetween(2, 3, 4)?.length;
  if (rank === undefined) return undefined;
  if (rank === 4) {
    const key = requireShape(cx, 1, [batch, heads, undefined, size]);
    cx.unifyShapes(key, cx.ranked(2, 4), 'shapes of key and value');
    return key[2] && { batch, length, keys: key[2], heads, hidden, valueHidden: hidden };
  }
  const [, keys] = requireShape(cx, 1, [batch, undefined, hidden]);
  const [, , valueHidden] = requireShape(cx, 2, [batch, keys, undefined]);
  if (!keys || !valueHidden) return undefined;
  // Nothing is split where there are no values.
  if (cx.facts.range(keys).min > 0) headSize(cx, valueHidden, heads, 'hidden size of value');
  return { batch, length, keys, heads, hidden, valueHidden };
}

/** A query `[batch, length, heads, 3, size]` that holds keys and values too. */
function packedByHead(cx: InferContext, heads: number): Parts | undefined {
  const [batch, length, , , size] = requireShape(cx, 0, [undefined, undefined, heads, 3, undefined]);
  if (!batch || !length || !size) return undefined;
  const hidden = mul(heads, size);
  return { batch, length, keys: length, heads, hidden, valueHidden: hidden };
}

/** A query `[batch, length, 3*hidden]` that holds keys and values too. */
function packedByPart(cx: InferContext, heads: number): Parts | undefined {
  const [batch, length, all] = cx.ranked(0, 3);
  if (!batch || !length || !all) return undefined;
  headSize(cx, all, heads, 'last axis of query', 3);
  const hidden = floorDiv(all, 3);
  return { batch, length, keys: length, heads, hidden, valueHidden: hidden };
}

/** The lengths that caches give. */
interface Lengths {
  /** Undefined where a buffer is shared and only a run tells how far it is filled. */
  readonly total: Dim | undefined;
  readonly present: Dim;
}

function readCache(cx: InferContext, { batch, keys, heads, hidden }: Parts, places: Places, shares: boolean): Lengths {
  const { pastKey, pastLength } = places;
  requireBoth(cx, pastKey, pastKey + 1);
  if (!cx.has(pastKey)) return { total: keys, present: keys };
  const size = floorDiv(hidden, heads);
  const [, , past = constant(0)] = requireShape(cx, pastKey, [batch, heads, undefined, size]);
  requireShape(cx, pastKey + 1, [batch, heads, past, size]);
  if (!shares) return { total: add(past, keys), present: add(past, keys) };
  const filled = scalarDim(cx, pastLength);
  if (filled) cx.atLeast(past, add(filled, 1), `${cx.inputName(pastKey)} axis 2`);
  return { total: filled && add(filled, keys), present: past };
}

function attend(cx: InferContext, parts: Parts | undefined, places: Places, shares: boolean): readonly Shape[] {
  if (!parts) return [];
  const { batch, length, heads, hidden, valueHidden } = parts;
  const { total, present } = readCache(cx, parts, places, shares);
  const scores = { batch, heads, length, total };
  scalarInput(cx, places.pastLength);
  requireBeams(cx, batch);
  if (cx.has(places.bias)) requireShape(cx, places.bias, [add(mul(2, hidden), valueHidden)]);
  if (cx.has(places.mask)) requirePaddingMask(cx, places.mask, scores);
  if (cx.has(places.scoreBias)) requireScoreBias(cx, places.scoreBias, scores);
  const each = constant(heads);
  const cache = (size: Dim): Shape => [batch, each, present, floorDiv(size, heads)];
  const outputs = [[batch, length, valueHidden], cache(hidden), cache(valueHidden)];
  if (cx.outputCount < 4) return outputs;
  return [...outputs, [batch, each, length, total ?? cx.fresh('total', { min: 1 })]];
}

/** Requires that input 9 tells the beam of each token: `[sequences, beams, length]`, of which the first two make the batch. */
function requireBeams(cx: InferContext, batch: Dim): void {
  if (!cx.has(9)) return;
  const [sequences, beams] = cx.ranked(9, 3);
  if (!sequences || !beams) return;
  cx.unify(batch, mul(sequences, beams), `batch and the first two axes of ${cx.inputName(9)}`);
  const width = cx.op === 'MultiHeadAttention' ? undefined : scalarDim(cx, 8);
  if (width) cx.unify(width, beams, `beam_width and ${cx.inputName(9)} axis 1`);
}

const typed = (cx: InferContext, shapes: readonly Shape[]) =>
  shapes.map((shape, i) => cx.tensor(shape, i === 3 ? cx.outputDType(i) : cx.dtype(0)));

const MHA: Places = { bias: 3, mask: 4, scoreBias: 5, pastKey: 6, pastLength: 8 };

/**
 * MultiHeadAttention (since 1). query `[n, s, h*d]`, key `[n, t, h*d]`, value `[n, t, h*e]`; or key and value `[n, h, t, d]`, key
 * `[n, t, h, 2, d]` with the values, query `[n, s, h, 3, d]` with both; past `[n, h, p, d]` -> `[n, s, h*e]`, present
 * `[n, h, p + t, d]` and `[n, h, p + t, e]` (as past where `past_sequence_length` says that they share a buffer), scores `[n, h, s, p + t]`.
 */
const MultiHeadAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'MultiHeadAttention',
  cost: multiHeadAttention(6),
  infer: (cx) => typed(cx, attend(cx, readParts(cx, packedByHead), MHA, cx.has(6) && cx.has(8))),
  examples: [
    {
      inputs: ['float32[n, s, 32]', 'float32[n, t, 32]', 'float32[n, t, 16]', 'float32[80]', 'int32[n, t]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 16]', 'float32[n, 4, t, 8]', 'float32[n, 4, t, 4]'],
    },
    {
      inputs: inputsOf(
        'float32[n, s, 32]; float32[n, t, d]; float32[n, t, 32]; -; -; float32[1, 4, s, p + t]; float32[n, 4, p, 8]',
        'float32[n, 4, p, 8]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]', 'float32[n, 4, p + t, 8]', 'float32[n, 4, p + t, 8]'],
      constraints: ['d == 32'],
    },
    {
      inputs: ['float32[n, s, 32]', 'float32[n, 4, t, 8]', 'float32[n, 4, t, 8]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]'],
    },
    {
      inputs: inputsOf(
        'float32[n, s, 32]; float32[n, s, 32]; float32[n, s, 32]; -; -; -; float32[n, 4, m, 8]; float32[n, 4, m, 8]',
        'int32[1]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]', 'float32[n, 4, m, 8]', 'float32[n, 4, m, 8]'],
    },
    {
      inputs: ['float16[n, s, 4, 3, 8]', null, null, 'float16[96]'],
      attributes: { num_heads: 4 },
      outputs: ['float16[n, s, 32]'],
    },
    {
      inputs: ['float16[n, s, 32]', 'float16[n, t, 4, 2, d]'],
      attributes: { num_heads: 4 },
      outputs: ['float16[n, s, 32]', 'float16[n, 4, t, 8]', 'float16[n, 4, t, 8]'],
      constraints: ['d == 8'],
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[2, 7, 30]', 'float32[2, 7, 32]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[2, 7, 32]', 'float32[2, 7, 30]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[2, 7, 32]', 'float32[2, 7, 32]', null, 'int32[2, 5]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: ['float32[2, 5, 32]', 'float32[2, 7, 32]'], attributes: { num_heads: 4 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[2, 5, 96]'], attributes: { num_heads: 4 }, fails: 'RANK_MISMATCH' },
  ],
};

const DECODER: Places = { bias: 10, mask: 3, scoreBias: 4, pastKey: 5, pastLength: 7 };

/**
 * DecoderMaskedMultiHeadAttention (since 1): MultiHeadAttention of one new token. query `[n, 1, h*d]`, or `[n, 1, 3*h*d]` with keys and
 * values; present as past where `past_present_share_buffer` is set.
 */
const DecoderMaskedMultiHeadAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'DecoderMaskedMultiHeadAttention',
  cost: multiHeadAttention(5),
  infer: (cx) => {
    requireShape(cx, 0, [undefined, 1, undefined]);
    scalarInput(cx, 8);
    if (cx.has(3)) cx.ranked(3, 2);
    const shares = cx.int('past_present_share_buffer', 0) !== 0;
    const parts = readParts(cx, packedByPart);
    if (parts) cx.unify(parts.hidden, parts.valueHidden, 'hidden sizes of query and value');
    return typed(cx, attend(cx, parts, DECODER, shares));
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, 1, 32]; float32[n, 1, 32]; float32[n, 1, 32]; -; -; float32[n, 4, m, 8]; float32[n, 4, m, 8]',
        'int32[1]; int32[1]; int32[n, 1, m]; float32[96]',
      ),
      attributes: { num_heads: 4, past_present_share_buffer: 1 },
      outputs: ['float32[n, 1, 32]', 'float32[n, 4, m, 8]', 'float32[n, 4, m, 8]'],
    },
    {
      inputs: ['float32[n, 1, 32]', 'float32[n, 4, t, 8]', 'float32[n, 4, t, 8]', 'int32[n, t]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, 1, 32]'],
    },
    {
      inputs: ['float16[n, 1, 96]', null, null, null, null, 'float16[n, 4, m, 8]', 'float16[n, 4, m, 8]', 'int32[1]'],
      attributes: { num_heads: 4, past_present_share_buffer: 1 },
      outputs: ['float16[n, 1, 32]', 'float16[n, 4, m, 8]', 'float16[n, 4, m, 8]'],
    },
    {
      inputs: ['float32[2, 2, 32]', 'float32[2, 2, 32]', 'float32[2, 2, 32]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_MULTI_HEAD_ATTENTION_ROWS: readonly OperatorRow[] = [
  MultiHeadAttention,
  DecoderMaskedMultiHeadAttention,
];
