// Operators of com.microsoft on 8-bit integers in the layouts of cuBLASLt: the QOrdered kinds.
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { columnsOfOutput, unknownWork } from '../costs/contraction.ts';
import { perInput } from '../costs/elementwise.ts';
import {
  headSize,
  requireAttentionMask,
  requireOneOf,
  requireScoreBias,
  requireShape,
} from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarInput } from '../rules/scalar-input.ts';
import { matmulShape } from './matmul.ts';
import { longformerShape } from './microsoft-paged-attention.ts';

const ROW = 1;
const COLUMN = 0;

/** Requires that each of the inputs, where given, is one number. */
function requireScales(cx: InferContext, inputs: readonly number[]): void {
  for (const i of inputs) scalarInput(cx, i);
}

/**
 * QOrderedAttention (since 1): Attention whose projections are apart. input `[n, s, i]`, weights `[i, h]`, biases `[h]` -> `[n, s, h]`, h the
 * columns of V's weight.
 */
const QOrderedAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QOrderedAttention',
  cost: unknownWork,
  infer: (cx) => {
    const heads = requirePositive(cx, 'num_heads');
    requireScales(cx, [1, 2, 3, 4, 14, 15, 16]);
    const [batch, length, features] = cx.ranked(0, 3);
    const [, query] = requireShape(cx, 5, [features, undefined]);
    requireShape(cx, 6, [features, query]);
    const [, value] = requireShape(cx, 7, [features, undefined]);
    for (const [i, size] of [query, query, value].entries()) {
      requireShape(cx, 11 + i, [size]);
      const [scales] = cx.rankBetween(8 + i, 0, 1) ?? [];
      if (scales && size)
        requireOneOf(cx, scales, [size, constant(1)], `columns of the weight and ${cx.inputName(8 + i)}`);
    }
    if (!batch || !length || !query || !value) return [];
    for (const size of [query, value]) headSize(cx, size, heads, 'columns of the weights');
    const scores = { batch, heads, length, total: length };
    if (cx.has(17)) requireAttentionMask(cx, 17, scores);
    if (cx.has(19)) requireScoreBias(cx, 19, scores);
    return [cx.tensor([batch, length, value])];
  },
  examples: [
    {
      inputs: inputsOf(
        'int8[n, s, 32]; float32[]; float32[]; float32[]; float32[]; int8[32, 32]; int8[32, 32]; int8[32, h]; float32[32]',
        'float32[]; float32[]; float32[32]; float32[32]; float32[32]; float32[]; float32[]; float32[]; int32[n, s]',
      ),
      attributes: { num_heads: 4, order_input: ROW, order_weight: COLUMN, order_output: ROW },
      outputs: ['int8[n, s, 32]'],
      constraints: ['h == 32'],
    },
    {
      inputs: inputsOf(
        'int8[2, 3, 32]; float32[]; float32[]; float32[]; float32[]; int8[32, 32]; int8[32, 32]; int8[30, 32]; float32[]',
        'float32[]; float32[]; float32[32]; float32[32]; float32[32]; float32[]; float32[]; float32[]',
      ),
      attributes: { num_heads: 4, order_input: ROW, order_weight: COLUMN, order_output: ROW },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** QOrderedLongformerAttention (since 1): LongformerAttention with scales between the inputs; as the input. */
const QOrderedLongformerAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QOrderedLongformerAttention',
  cost: unknownWork,
  infer: (cx) => {
    requireScales(cx, [1, 3, 5, 6, 9, 11, 13]);
    const places = { weight: 2, bias: 4, mask: 7, globalWeight: 8, globalBias: 10, global: 12 };
    return [cx.tensor(longformerShape(cx, places))];
  },
  examples: [
    {
      inputs: inputsOf(
        'int8[n, s, 32]; float32[]; int8[32, 96]; float32[]; float32[96]; float32[]; float32[]; float16[n, s]; int8[32, 96]',
        'float32[]; float32[96]; float32[]; int32[n, s]; float32[]',
      ),
      attributes: {
        num_heads: 4,
        window: 4,
        order_input: ROW,
        order_weight: COLUMN,
        order_global_weight: COLUMN,
        order_output: ROW,
      },
      outputs: ['int8[n, s, 32]'],
      constraints: ['8 | s'],
    },
    {
      inputs: inputsOf(
        'int8[2, 8, 32]; float32[]; int8[32, 64]; float32[]; float32[96]; float32[]; float32[]; float16[2, 8]; int8[32, 96]',
        'float32[]; float32[96]; float32[]; int32[2, 8]; float32[]',
      ),
      attributes: {
        num_heads: 4,
        window: 4,
        order_input: ROW,
        order_weight: COLUMN,
        order_global_weight: COLUMN,
        order_output: ROW,
      },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** QOrderedMatMul (since 1): A `[.., m, k]`, B `[k, n]`, scale of B `[]`, `[1]` or `[n]`, bias `[n]` -> `[.., m, n]`. */
const QOrderedMatMul: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QOrderedMatMul',
  cost: columnsOfOutput,
  infer: (cx) => {
    requireScales(cx, [1, 4, 7]);
    const shape = matmulShape(cx, 0, 2);
    const columns = shape?.at(-1);
    const [scales] = cx.rankBetween(3, 0, 1) ?? [];
    if (columns && scales) requireOneOf(cx, scales, [columns, constant(1)], `columns of B and ${cx.inputName(3)}`);
    if (columns && cx.has(5)) requireShape(cx, 5, [columns]);
    return [cx.tensor(shape)];
  },
  examples: [
    {
      inputs: inputsOf('int8[b, m, k]; float32[]; int8[16, 8]; float32[8]; float32[]; float32[8]'),
      attributes: { order_A: ROW, order_B: COLUMN, order_Y: ROW },
      outputs: ['int8[b, m, 8]'],
      constraints: ['k == 16'],
    },
    {
      inputs: inputsOf('int8[2, 3, 16]; float32[]; int8[16, 8]; float32[4]; float32[]'),
      attributes: { order_A: ROW, order_B: COLUMN, order_Y: ROW },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** QOrderedGelu (since 1): Gelu of 8-bit integers; Y as X. */
const QOrderedGelu: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QOrderedGelu',
  infer: (cx) => {
    requireScales(cx, [1, 2]);
    return [cx.tensor(cx.shape(0))];
  },
  examples: [
    { inputs: ['int8[n, s, 32]', 'float32[]', 'float32[]'], outputs: ['int8[n, s, 32]'] },
    { inputs: ['int8[2, 3]', 'float32[3]', 'float32[]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** QOrderedLayerNormalization (since 1): LayerNormalization of 8-bit integers; scale and B of the last size; Y as X. */
const QOrderedLayerNormalization: OperatorRow = {
  domain: 'com.microsoft',
  name: 'QOrderedLayerNormalization',
  cost: perInput(5),
  infer: (cx) => {
    requireScales(cx, [1, 4]);
    const last = cx.shape(0)?.at(-1);
    for (const i of [2, 3]) if (last && cx.has(i)) requireShape(cx, i, [last]);
    return [cx.tensor(cx.shape(0))];
  },
  examples: [
    {
      inputs: ['int8[n, s, h]', 'float32[]', 'float16[32]', 'float16[32]', 'float32[]'],
      outputs: ['int8[n, s, 32]'],
      constraints: ['h == 32'],
    },
    { inputs: ['int8[2, 3, 32]', 'float32[]', 'float16[31]', null, 'float32[]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_ORDERED_ROWS: readonly OperatorRow[] = [
  QOrderedAttention,
  QOrderedLongformerAttention,
  QOrderedMatMul,
  QOrderedGelu,
  QOrderedLayerNormalization,
];
