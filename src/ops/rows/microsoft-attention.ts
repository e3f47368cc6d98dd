// Attention of com.microsoft that projects its input itself: Attention, QAttention, DecoderMaskedSelfAttention.
import { add, floorDiv } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { mergedAttention } from '../costs/microsoft-attention.ts';
import {
  headSize,
  requireAttentionMask,
  requireOneOf,
  requireScoreBias,
  requireShape,
} from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';

/** The hidden sizes of queries (and keys) and of values. */
export interface HiddenSizes {
  readonly query: Dim;
  readonly value: Dim;
  readonly heads: number;
}

/** The hidden sizes that merged weights of `columns` columns hold: thirds, or as `qkv_hidden_sizes` says. */
function splitColumns(cx: InferContext, columns: Dim, heads: number): HiddenSizes {
  const sizes = cx.ints('qkv_hidden_sizes') ?? [];
  if (sizes.length === 0) {
    headSize(cx, columns, heads, 'columns of the weights', 3);
    return { query: floorDiv(columns, 3), value: floorDiv(columns, 3), heads };
  }
  const [query = 0, key, value = 0] = sizes;
  if (sizes.length !== 3 || query !== key || sizes.some((size) => size < 1 || size % heads !== 0)) {
    const actual = `[${sizes.join(', ')}]`;
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: qkv_hidden_sizes ${actual} does not fit ${heads} heads`, {
      expected: `three multiples of ${heads}, the first two equal`,
      actual,
    });
  }
  cx.unify(constant(query + query + value), columns, 'sum of qkv_hidden_sizes and columns of the weights');
  return { query: constant(query), value: constant(value), heads };
}

/** Requires merged weights `[input hidden, q + k + v]` (input 1) and bias `[q + k + v]` (input 2); returns the hidden sizes. */
export function mergedProjection(cx: InferContext): HiddenSizes {
  const heads = requirePositive(cx, 'num_heads');
  const [, columns = constant(heads)] = cx.ranked(1, 2);
  cx.unifyAxes({ input: 0, axis: -1 }, { input: 1, axis: 0 }, 'input features');
  if (cx.has(2)) {
    cx.ranked(2, 1);
    cx.unifyAxes({ input: 2, axis: 0 }, { input: 1, axis: 1 }, 'columns of bias and weights');
  }
  return splitColumns(cx, columns, heads);
}

/** Where an operator has what it may have beside input, weights and bias. */
interface Places {
  readonly mask: number;
  readonly past: number;
  readonly bias?: number;
  readonly pastLength?: number;
}

interface Cache {
  /** Past and present length; undefined where a buffer is shared and only a run tells how far it is filled. */
  readonly total: Dim | undefined;
  readonly present: Shape;
}

/** Reads a cache `[2, batch, heads, past, size]`, which grows by the input's length unless past and present share a buffer. */
function readCache(cx: InferContext, places: Places, { query, value, heads }: HiddenSizes): Cache {
  const [batch = constant(1), length = constant(1)] = cx.ranked(0, 3);
  const sizes = [constant(2), batch, constant(heads)];
  // Where keys and values differ, the kernel of the CPU takes the values' size for both, others the keys'.
  const same = cx.facts.equal(query, value) === 'true';
  const size = same || cx.has(places.past) ? floorDiv(query, heads) : cx.fresh('size');
  if (!cx.has(places.past)) return { total: length, present: [...sizes, length, size] };
  if (!same) cx.unify(query, value, 'hidden sizes of query and value, with a past');
  const past = requireShape(cx, places.past, [...sizes, undefined, size]);
  const [, , , kept = constant(0)] = past;
  if (cx.int('past_present_share_buffer', 0) === 0) {
    const total = add(kept, length);
    return { total, present: [...sizes, total, size] };
  }
  const filled = places.pastLength === undefined ? undefined : scalarDim(cx, places.pastLength);
  const total = filled && add(filled, length);
  if (total) cx.atLeast(kept, total, `${cx.inputName(places.past)} axis 3`);
  return { total, present: past };
}

function attend(cx: InferContext, places: Places): readonly Shape[] {
  const sizes = mergedProjection(cx);
  const [batch, length] = cx.ranked(0, 3);
  if (!batch || !length) return [];
  const { total, present } = readCache(cx, places, sizes);
  const scores = { batch, heads: sizes.heads, length, total };
  if (cx.has(places.mask)) requireAttentionMask(cx, places.mask, scores);
  if (places.bias !== undefined && cx.has(places.bias)) requireScoreBias(cx, places.bias, scores);
  if (places.pastLength !== undefined) scalarInput(cx, places.pastLength);
  return [[batch, length, sizes.value], present];
}

const typed = (cx: InferContext, shapes: readonly Shape[]) =>
  shapes.map((shape, i) => cx.tensor(shape, cx.outputDType(i)));

/**
 * Attention (since 1): self attention with merged projection. input `[n, s, i]`, weights `[i, q + q + v]`, bias `[q + q + v]`,
 * past `[2, n, h, p, q/h]` -> `[n, s, v]`, present `[2, n, h, p + s, q/h]`, or as past where they share a buffer. q = v is a third
 * unless `qkv_hidden_sizes` tells them; where they differ, providers do not agree on the last size of present.
 */
const Attention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'Attention',
  cost: mergedAttention(4),
  infer: (cx) => typed(cx, attend(cx, { mask: 3, past: 4, bias: 5, pastLength: 6 })),
  examples: [
    {
      inputs: ['float32[n, s, 32]', 'float32[32, 96]', 'float32[96]', 'int32[n, s]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]'],
    },
    {
      inputs: ['float32[n, s, 32]', 'float32[i, 96]', 'float32[96]', 'int32[n, t]', 'float32[2, n, 4, p, 8]'],
      attributes: { num_heads: 4, unidirectional: 1 },
      outputs: ['float32[n, s, 32]', 'float32[2, n, 4, p + s, 8]'],
      constraints: ['i == 32', 'broadcastable(p + s, t)'],
    },
    {
      inputs: ['float32[n, s, 32]', 'float32[32, 80]', 'float32[80]', null, null, 'float32[1, 4, s, s]'],
      attributes: { num_heads: 4, qkv_hidden_sizes: [32, 32, 16] },
      outputs: ['float32[n, s, 16]', 'float32[2, n, 4, s, u]'],
    },
    {
      inputs: inputsOf('float16[n, 1, 32]; float16[32, 96]; float16[96]; -; float16[2, n, 4, m, 8]; -; int32[1] = [p]'),
      attributes: { num_heads: 4, past_present_share_buffer: 1 },
      outputs: ['float16[n, 1, 32]', 'float16[2, n, 4, m, 8]'],
      constraints: ['p + 1 <= m'],
    },
    {
      inputs: ['float32[n, s, i]', 'float32[i, w]', 'float32[w]', 'int32[n, 1, 64, 64]'],
      attributes: { num_heads: 2 },
      outputs: ['float32[n, s, w // 3]'],
      constraints: ['6 | w', 's <= 64'],
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[30, 96]', 'float32[96]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[32, 92]', 'float32[92]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[32, 96]', 'float32[96]', 'int32[3]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[32, 96]', 'float32[96]', 'int32[2, 4]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[2, 5, 32]', 'float32[32, 80]', 'float32[80]'],
      attributes: { num_heads: 4, qkv_hidden_sizes: [32, 16, 32] },
      fails: 'ATTRIBUTE_INVALID',
    },
    { inputs: ['float32[2, 5, 32]', 'float32[32, 96]', 'float32[96]'], fails: 'ATTRIBUTE_MISSING' },
  ],
};

/** QAttention (since 1): Attention on 8-bit integers, scales and zero points beside the tensors; shapes as Attention's. */
const QAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QAttention',
  cost: mergedAttention(8),
  infer: (cx) => {
    scalarInput(cx, 3);
    scalarInput(cx, 6);
    const [, columns] = cx.ranked(1, 2);
    for (const i of [4, 7]) {
      const [size] = cx.has(i) ? (cx.rankBetween(i, 0, 1) ?? []) : [];
      if (size && columns)
        requireOneOf(cx, size, [columns, constant(1)], `columns of the weights and ${cx.inputName(i)}`);
    }
    return typed(cx, attend(cx, { mask: 5, past: 8 }));
  },
  examples: [
    {
      inputs: inputsOf(
        'uint8[n, s, 32]; int8[32, 96]; float32[96]; float32[]; float32[96]; int32[n, p + s]; uint8[]; int8[96]',
        'float32[2, n, 4, p, 8]',
      ),
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]', 'float32[2, n, 4, p + s, 8]'],
    },
    {
      inputs: ['uint8[n, s, 32]', 'uint8[32, 96]', 'float32[96]', 'float32[]', 'float32[]', null, 'uint8[]', 'uint8[]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, s, 32]'],
    },
    {
      inputs: ['uint8[2, 5, 32]', 'int8[32, 96]', 'float32[96]', 'float32[]', 'float32[32]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/**
 * DecoderMaskedSelfAttention (since 1): Attention of one new token; input `[n, 1, i]`, present as past where they share a buffer, as
 * decoders do.
 */
const DecoderMaskedSelfAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'DecoderMaskedSelfAttention',
  cost: mergedAttention(4),
  infer: (cx) => {
    requireShape(cx, 0, [undefined, 1, undefined]);
    scalarInput(cx, 7);
    if (cx.has(8)) cx.ranked(8, 3);
    return typed(cx, attend(cx, { mask: 3, past: 4, bias: 5, pastLength: 6 }));
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[n, 1, 32]; float16[32, 96]; float16[96]; int32[n, t]; float16[2, n, 4, m, 8]; -; int32[1]',
        'int32[1]; int32[n, 1, m]',
      ),
      attributes: { num_heads: 4, past_present_share_buffer: 1 },
      outputs: ['float16[n, 1, 32]', 'float16[2, n, 4, m, 8]'],
    },
    {
      inputs: ['float32[n, 1, 32]', 'float32[32, 96]', 'float32[96]', null, 'float32[2, n, 4, p, 8]', null, 'int32[1]'],
      attributes: { num_heads: 4 },
      outputs: ['float32[n, 1, 32]', 'float32[2, n, 4, p + 1, 8]'],
    },
    {
      inputs: ['float32[2, 2, 32]', 'float32[32, 96]', 'float32[96]', null, 'float32[2, 2, 4, 9, 8]', null, 'int32[1]'],
      attributes: { num_heads: 4 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_ATTENTION_ROWS: readonly OperatorRow[] = [Attention, QAttention, DecoderMaskedSelfAttention];
