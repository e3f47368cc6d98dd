// Projections of com.microsoft by weights of few bits that share a normalized input: MatMulNBitsQkv and MatMulNBitsMlp.
import { ceilDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { columnsOfAttributes } from '../costs/contraction.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';

/** The input's shape `[.., K]`; requires the skip as it and the norm's scale `[K]`. */
function normalizedInput(cx: InferContext, features: number): Shape | undefined {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  const last = shape?.at(-1);
  if (last) cx.unify(constant(features), last, `K and the last axis of ${cx.inputName(0)}`);
  if (shape && cx.has(1)) requireShape(cx, 1, shape);
  if (cx.has(2)) requireShape(cx, 2, [features]);
  return shape && [...shape.slice(0, -1), constant(features)];
}

/** Requires weight `[columns, blocks, bytes]`, scales `[columns, blocks]` or as one vector, and bias `[columns]` from input `i` on. */
function requirePacked(cx: InferContext, i: number, columns: number): void {
  const block = requirePositive(cx, 'block_size');
  const blocks = ceilDiv(requirePositive(cx, 'K'), block);
  requireShape(cx, i, [columns, blocks, (block * cx.int('bits', 4)) / 8]);
  const scales = cx.rankBetween(i + 1, 1, 2);
  if (scales?.length === 1) requireShape(cx, i + 1, [mul(columns, blocks)]);
  else if (scales) requireShape(cx, i + 1, [columns, blocks]);
  if (cx.has(i + 2)) requireShape(cx, i + 2, [columns]);
}

const projected = (shape: Shape | undefined, columns: number): readonly (Dim | number)[] | undefined =>
  shape && [...shape.slice(0, -1), columns];

/**
 * MatMulNBitsQkv (since 1): queries, keys and values of a normalized input. A `[.., K]`, skip as A, scale `[K]`, weights as MatMulNBits has
 * them -> `[.., Nq]`, twice `[.., Nkv]`, the sum of A and skip.
 */
const MatMulNBitsQkv: OperatorRow = {
  domain: 'com.microsoft',
  name: 'MatMulNBitsQkv',
  cost: columnsOfAttributes('Nq', 'Nkv', 'Nkv'),
  infer: (cx) => {
    const shape = normalizedInput(cx, requirePositive(cx, 'K'));
    const [queries, keys] = [requirePositive(cx, 'Nq'), requirePositive(cx, 'Nkv')];
    for (const [i, columns] of [queries, keys, keys].entries()) requirePacked(cx, 3 + 3 * i, columns);
    const key = cx.tensor(projected(shape, keys));
    return [cx.tensor(projected(shape, queries)), key, key, cx.tensor(shape)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[n, s, k]; float16[n, s, 64]; float16[64]; uint8[16, 2, 16]; float16[16, 2]; -; uint8[8, 2, 16]',
        'float16[16]; float16[8]; uint8[8, 2, 16]; float16[8, 2]',
      ),
      attributes: { K: 64, Nq: 16, Nkv: 8, block_size: 32 },
      outputs: ['float16[n, s, 16]', 'float16[n, s, 8]', 'float16[n, s, 8]', 'float16[n, s, 64]'],
      constraints: ['k == 64'],
    },
    {
      inputs: inputsOf(
        'float16[2, 3, 64]; -; float16[64]; uint8[16, 2, 16]; float16[16, 2]; -; uint8[16, 2, 16]; float16[16]; -',
        'uint8[8, 2, 16]; float16[8, 2]',
      ),
      attributes: { K: 64, Nq: 16, Nkv: 8, block_size: 32 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/**
 * MatMulNBitsMlp (since 1): `activation(gate) * up` of a normalized input. A `[.., K]`, skip as A, scale `[K]`, weights as MatMulNBits has
 * them -> `[.., N]`, the sum of A and skip.
 */
const MatMulNBitsMlp: OperatorRow = {
  domain: 'com.microsoft',
  name: 'MatMulNBitsMlp',
  cost: columnsOfAttributes('N', 'N'),
  infer: (cx) => {
    const shape = normalizedInput(cx, requirePositive(cx, 'K'));
    const columns = requirePositive(cx, 'N');
    for (const i of [3, 6]) requirePacked(cx, i, columns);
    return [cx.tensor(projected(shape, columns)), cx.tensor(shape)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float16[n, s, 64]; float16[n, s, 64]; float16[64]; uint8[16, 2, 16]; float16[16, 2]; -; uint8[16, 2, 16]; float16[32]',
      ),
      attributes: { K: 64, N: 16, block_size: 32, activation: 'silu' },
      outputs: ['float16[n, s, 16]', 'float16[n, s, 64]'],
    },
    {
      inputs: inputsOf('float16[2, 30]; -; -; uint8[16, 2, 16]; float16[16, 2]; -; uint8[16, 2, 16]; float16[32]'),
      attributes: { K: 64, N: 16, block_size: 32, activation: 'silu' },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_FUSED_PROJECTION_ROWS: readonly OperatorRow[] = [MatMulNBitsQkv, MatMulNBitsMlp];
