// Products of com.microsoft on weights packed into few bits: MatMulNBits, MatMulBnb4, MatMulFpQ4 and kin.
import { ceilDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';
import { columnsOfOutput } from '../costs/contraction.ts';
import { requirePositive } from '../rules/channels.ts';
import { elementsOf, inMicrosoft, requireScalars, requireVector } from '../rules/microsoft.ts';
import { sizeElements } from '../rules/size-elements.ts';

const ANY = Number.POSITIVE_INFINITY;

/** The shape of input 0 with its last axis, which must be `k`, replaced by `n`. */
function weighed(cx: InferContext, k: Dim, n: Dim, what: string): Shape | undefined {
  const shape = cx.rankBetween(0, 1, ANY);
  const last = shape?.at(-1);
  if (last) cx.unify(k, last, what);
  return shape && [...shape.slice(0, -1), n];
}

/** An attribute that must be at least 1, as a dim. */
const sizeAttribute = (cx: InferContext, name: string): Dim => constant(requirePositive(cx, name));

/** Requires that input `i`, where given, has the shape, or its elements as one vector. */
function requireMatrix(cx: InferContext, i: number, shape: Shape): void {
  const given = cx.has(i) ? cx.shape(i) : undefined;
  if (!given) return;
  if (given.length === 1) requireVector(cx, i, mul(1, ...shape), `elements of ${formatShape(shape)}`);
  else cx.unifyShapes(shape, given, `expected shape and ${cx.inputName(i)}`);
}

/** Bits of an element of the weight: ONNX Runtime takes 2, 4 and 8. */
function bitsOf(cx: InferContext): number {
  const bits = cx.int('bits', 4);
  if (bits === 2 || bits === 4 || bits === 8) return bits;
  return cx.fail('ATTRIBUTE_INVALID', `${cx.op}: bits must be 2, 4 or 8, got ${bits}`, {
    expected: '2, 4 or 8',
    actual: String(bits),
  });
}

/**
 * MatMulNBits (1): A times a weight of `bits` bits per element in blocks along K, `[..., K] -> [..., N]`.
 * With `blocks = ceil(K / block_size)`: B `[N, blocks, block_size*bits/8]`, scales `[N, blocks]`, zero_points `[N, blocks]` in A's
 * type or `[N, ceil(blocks*bits/8)]` packed, the last two also as one vector; bias `[N]`.
 */
const MatMulNBits: OperatorRow = {
  name: 'MatMulNBits',
  cost: columnsOfOutput,
  infer: (cx) => {
    const [k, n] = [sizeAttribute(cx, 'K'), sizeAttribute(cx, 'N')];
    const block = requirePositive(cx, 'block_size');
    const bits = bitsOf(cx);
    const blocks = ceilDiv(k, block);
    const blob = constant((block * bits) / 8);
    // A weight that a provider packed beforehand has a layout of its own.
    if (cx.int('weight_prepacked', 0) === 0) {
      const b = cx.ranked(1, 3);
      cx.unifyShapes([n, blocks, blob], b, 'K, N, block_size and the shape of B');
    }
    requireMatrix(cx, 2, [n, blocks]);
    const packed = cx.dtype(3) === 'uint8';
    if (packed || cx.dtype(3) === cx.dtype(0)) {
      requireMatrix(cx, 3, [n, packed ? ceilDiv(mul(blocks, bits), 8) : blocks]);
    }
    requireVector(cx, 5, n, 'N');
    return [cx.tensor(weighed(cx, k, n, 'K and the last axis of A'))];
  },
  examples: [
    {
      inputs: ['float32[b, s, 64]', 'uint8[8, 2, 16]', 'float32[8, 2]', 'uint8[8, 1]', null, 'float32[8]'],
      attributes: { K: 64, N: 8, block_size: 32 },
      outputs: ['float32[b, s, 8]'],
    },
    {
      inputs: ['float32[b, k]', 'uint8[8, 3, 16]', 'float32[24]'],
      attributes: { K: 33, N: 8, block_size: 16, bits: 8 },
      outputs: ['float32[b, 8]'],
      constraints: ['k == 33'],
    },
    {
      inputs: ['float32[b, 32]', 'uint8[8, 2, 8]', 'float32[8, 2]', 'float32[8, 2]'],
      attributes: { K: 32, N: 8, block_size: 16 },
      outputs: ['float32[b, 8]'],
    },
    {
      inputs: ['float32[...]', 'uint8[8, 2, 8]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16 },
      outputs: ['float32[...]'],
    },
    {
      inputs: ['float32[b, 30]', 'uint8[8, 2, 8]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[b, 32]', 'uint8[8, 4, 8]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[b, 32]', 'uint8[8, 2, 8]', 'float32[8]'],
      attributes: { K: 32, N: 8, block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[b, 32]', 'uint8[8, 2, 6]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16, bits: 3 },
      fails: 'ATTRIBUTE_INVALID',
    },
    {
      inputs: ['float32[b, 32]', 'uint8[8, 2, 8]', 'float32[16]'],
      attributes: { K: 32, N: 0, block_size: 16 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/**
 * MatMulBnb4 (1): A times a weight of FP4 or NF4: `[..., K] -> [..., N]`, with transB 0 `[..., N] -> [..., K]`.
 * B `[at least ceil(N*K/2)]`, absmax `[at least ceil(N*K / block_size)]`.
 */
const MatMulBnb4: OperatorRow = {
  name: 'MatMulBnb4',
  cost: columnsOfOutput,
  infer: (cx) => {
    const [k, n] = [sizeAttribute(cx, 'K'), sizeAttribute(cx, 'N')];
    const count = mul(k, n);
    const [packed, scales] = [elementsOf(cx, 1), elementsOf(cx, 2)];
    if (packed) cx.atLeast(packed, ceilDiv(count, 2), 'elements of B');
    if (scales) cx.atLeast(scales, ceilDiv(count, requirePositive(cx, 'block_size')), 'elements of absmax');
    const transposed = cx.int('transB', 1) !== 0;
    return [
      cx.tensor(
        transposed ? weighed(cx, k, n, 'K and the last axis of A') : weighed(cx, n, k, 'N and the last axis of A'),
      ),
    ];
  },
  examples: [
    {
      inputs: ['float32[b, s, 32]', 'uint8[128]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16, quant_type: 1 },
      outputs: ['float32[b, s, 8]'],
    },
    {
      inputs: ['float32[b, n]', 'uint8[128]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16, quant_type: 0, transB: 0 },
      outputs: ['float32[b, 32]'],
      constraints: ['n == 8'],
    },
    {
      inputs: ['float32[b, 32]', 'uint8[120]', 'float32[16]'],
      attributes: { K: 32, N: 8, block_size: 16, quant_type: 1 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[b, 32]', 'uint8[128]', 'float32[12]'],
      attributes: { K: 32, N: 8, block_size: 16, quant_type: 1 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** Rows of a column that share a scale in MatMulFpQ4. */
const FP_Q4_BLOCK = 32;
/** Bytes of such a block: its elements of 4 bits and a scale of 4 bytes; but for `blk_quant_type` 0 a zero point of one byte too. */
const [SYMMETRIC_BYTES, ZERO_POINT_BYTES] = [20, 21];

/**
 * MatMulFpQ4 (1): A times a weight packed into one blob, whose sizes `[k, n]` input 2 lists: `[..., k] -> [..., n]`.
 * B `[n * ceil(k/32) * 21]`, with `blk_quant_type` 0 `[n * ceil(k/32) * 20]`.
 */
const MatMulFpQ4: OperatorRow = {
  name: 'MatMulFpQ4',
  cost: columnsOfOutput,
  infer: (cx) => {
    const [bytes] = cx.ranked(1, 1);
    const [length] = cx.ranked(2, 1);
    if (length) cx.unify(constant(2), length, `2 and the elements of ${cx.inputName(2)}`);
    const [k, n] = sizeElements(cx, 2) ?? [];
    const shape = cx.rankBetween(0, 1, ANY);
    const last = shape?.at(-1);
    if (k && last) cx.unify(k, last, 'rows of B and the last axis of A');
    if (k && n && bytes) {
      const each = cx.int('blk_quant_type', 1) === 0 ? SYMMETRIC_BYTES : ZERO_POINT_BYTES;
      cx.unify(mul(n, ceilDiv(k, FP_Q4_BLOCK), each), bytes, `bytes of the blocks and elements of ${cx.inputName(1)}`);
    }
    return [cx.tensor(shape && [...shape.slice(0, -1), n ?? cx.fresh('columns', { min: 1 })])];
  },
  examples: [
    { inputs: ['float32[b, 32]', 'uint8[168]', 'int64[2] = [32, 8]'], outputs: ['float32[b, 8]'] },
    {
      inputs: ['float32[b, s, 33]', 'uint8[bytes]', 'int64[2] = [33, 8]'],
      attributes: { blk_quant_type: 0 },
      outputs: ['float32[b, s, 8]'],
      constraints: ['bytes == 320'],
    },
    { inputs: ['float32[b, 32]', 'uint8[168]', 'int64[2]'], outputs: ['float32[b, u]'] },
    { inputs: ['float32[b, 16]', 'uint8[168]', 'int64[2] = [32, 8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 32]', 'uint8[160]', 'int64[2] = [32, 8]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** A product with a floating-point weight in blocks along K: A `[..., K]`, scales `[N, ceil(K / block_size)]`, bias `[N]`. */
function blockScaled(cx: InferContext, n: Dim, k: Dim, parts: { readonly block: number; readonly bias: number }) {
  requireMatrix(cx, 2, [n, ceilDiv(k, parts.block)]);
  requireVector(cx, parts.bias, n, 'N');
  return [cx.tensor(weighed(cx, k, n, 'K and the last axis of A'))];
}

/** MatMulBlockQuantizedFp8Weight (1): A times an FP8 weight `[N, K]` with a scale per block: `[..., K] -> [..., N]`. */
const MatMulBlockQuantizedFp8Weight: OperatorRow = {
  name: 'MatMulBlockQuantizedFp8Weight',
  cost: columnsOfOutput,
  infer: (cx) => {
    const [n, k] = cx.ranked(1, 2);
    requireScalars(cx, [3]);
    return n && k ? blockScaled(cx, n, k, { block: cx.int('block_size', 128), bias: 4 }) : [];
  },
  examples: [
    {
      inputs: ['float16[b, s, 256]', 'float8e4m3fn[64, 256]', 'float32[64, 2]', null, 'float16[64]'],
      outputs: ['float16[b, s, 64]'],
    },
    { inputs: ['float16[b, 128]', 'float8e4m3fn[64, 256]', 'float32[64, 2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float16[b, 256]', 'float8e4m3fn[64, 256]', 'float32[64, 4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** MatMulBlockQuantizedFp4Weight (1): A times an FP4 weight packed in pairs, `[N, K/2]`, with a scale per block: `[..., K] -> [..., N]`. */
const MatMulBlockQuantizedFp4Weight: OperatorRow = {
  name: 'MatMulBlockQuantizedFp4Weight',
  cost: columnsOfOutput,
  infer: (cx) => {
    const [n, pairs] = cx.ranked(1, 2);
    requireScalars(cx, [3, 4]);
    return n && pairs ? blockScaled(cx, n, mul(2, pairs), { block: cx.int('block_size', 16), bias: 5 }) : [];
  },
  examples: [
    {
      inputs: ['float16[b, s, 64]', 'uint8[8, 32]', 'uint8[8, 4]', 'float32[]', null, 'float16[8]'],
      outputs: ['float16[b, s, 8]'],
    },
    { inputs: ['float16[b, 32]', 'uint8[8, 32]', 'uint8[8, 4]', 'float32[]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_PACKED_MATMUL_ROWS: readonly OperatorRow[] = inMicrosoft([
  MatMulNBits,
  MatMulBnb4,
  MatMulFpQ4,
  MatMulBlockQuantizedFp8Weight,
  MatMulBlockQuantizedFp4Weight,
]);
