// Linear quantization: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
import { ceilDiv } from '../../dim/arithmetic.ts';
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType, Shape } from '../../ir/type.ts';
import { perInput, perOutput } from '../costs/elementwise.ts';
import { passesSizes } from '../rules/backward.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';
import { standardVersion } from '../rules/standard-version.ts';

/**
 * Checks scale (input 1) and zero point (input 2) against X: a scalar (or one element) for the whole tensor, `[d]` along `axis`, or
 * as X with `axis` cut into blocks of `block_size`.
 */
export function requireScale(cx: InferContext): void {
  const x = cx.shape(0);
  const scale = cx.shape(1);
  const zero = cx.has(2) ? cx.shape(2) : undefined;
  // A scalar may meet one element: ONNX Runtime takes both.
  if (scale?.length === 0 || zero?.length === 0) return requireOne(cx, scale?.length === 0 ? zero : scale);
  if (scale && zero) cx.unifyShapes(scale, zero, 'shapes of scale and zero point');
  const vector = scale ?? zero;
  if (!x || !vector) return;
  const block = cx.int('block_size', 0);
  if (block < 0) {
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: block_size must not be negative, got ${block}`, {
      expected: '>= 0',
      actual: String(block),
    });
  }
  if (block > 0) requireBlocks(cx, x, vector, block);
  else requireVector(cx, x, vector);
}

/** Requires that the partner of a scalar has one element. */
function requireOne(cx: InferContext, shape: Shape | undefined): void {
  for (const size of shape ?? []) cx.unify(size, constant(1), 'elements of scale and zero point');
}

function requireVector(cx: InferContext, x: Shape, vector: Shape): void {
  const [size] = vector;
  if (!size || vector.length !== 1) {
    cx.fail('RANK_MISMATCH', `${cx.op} takes a scale of rank 0 or 1 without block_size, got rank ${vector.length}`, {
      expected: '0 or 1',
      actual: String(vector.length),
    });
  }
  // One element serves the whole tensor, whatever the axis is; below version 13 there is no axis.
  if (size.kind === 'const' && size.value === 1) return;
  const axis = cx.int('axis', 1);
  if (standardVersion(cx) < 13 || (size.kind !== 'const' && axis >= x.length)) return requireOne(cx, vector);
  const dim = x[cx.axis(axis, x.length)];
  if (!dim) return;
  if (size.kind === 'const') cx.unify(size, dim, 'elements of scale and size of the axis');
  else cx.broadcast([size], [dim]);
}

function requireBlocks(cx: InferContext, x: Shape, scale: Shape, block: number): void {
  const axis = cx.axis(cx.int('axis', 1), x.length);
  const expected = x.map((dim, i) => (i === axis ? ceilDiv(dim, block) : dim));
  cx.unifyShapes(expected, scale, `blocks of ${cx.inputName(0)} and shape of scale`);
}

function quantizedDType(cx: InferContext): MaybeDType {
  const named = cx.int('output_dtype', 0) === 0 ? undefined : dtypeAttribute(cx, 'output_dtype');
  if (!cx.has(2)) return named ?? 'uint8';
  const dtype = cx.dtype(2);
  if (named && dtype !== 'undefined' && dtype !== named) {
    cx.fail('DTYPE_MISMATCH', `${cx.op}: output_dtype is ${named}, the zero point has ${dtype}`, {
      expected: named,
      actual: dtype,
    });
  }
  return named ?? dtype;
}

/** QuantizeLinear (since 10; axis since 13, blocks since 21): `y = saturate(round(x / y_scale) + y_zero_point)`; shape of x, dtype of the zero point, `output_dtype`, or uint8. */
const QuantizeLinear: OperatorRow = {
  name: 'QuantizeLinear',
  cost: perOutput(2),
  settings: [1, 2],
  backward: passesSizes,
  infer: (cx) => {
    requireScale(cx);
    return [cx.tensor(cx.shape(0), quantizedDType(cx))];
  },
  examples: [
    { inputs: ['float32[n, c]', 'float32[]', 'int8[]'], outputs: ['int8[n, c]'] },
    { inputs: ['float32[n, c]', 'float32[]'], outputs: ['uint8[n, c]'] },
    { inputs: ['float32[n, 8]', 'float32[8]'], attributes: { output_dtype: 22, axis: -1 }, outputs: ['int4[n, 8]'] },
    {
      inputs: ['float32[n, k]', 'float32[n, ceildiv(k, 32)]'],
      attributes: { block_size: 32 },
      outputs: ['uint8[n, k]'],
    },
    { inputs: ['float32[n, 7]', 'float32[n, 2]'], attributes: { block_size: 3 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[8]', 'float32[s]'], outputs: ['uint8[8]'], constraints: ['s == 1'] },
    { inputs: ['float32[8]', 'float32[8]'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[n, 8]', 'float32[1, 8]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[]', 'int8[]'], attributes: { output_dtype: 2 }, fails: 'DTYPE_MISMATCH' },
    { inputs: ['float32[n, 8]', 'float32[]'], attributes: { output_dtype: 1 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** DequantizeLinear (since 10; axis since 13, blocks since 21): `y = (x - x_zero_point) * x_scale`; shape of x, dtype of the scale or `output_dtype`. */
const DequantizeLinear: OperatorRow = {
  name: 'DequantizeLinear',
  cost: perOutput(2),
  settings: [1, 2],
  backward: passesSizes,
  infer: (cx) => {
    requireScale(cx);
    const named = cx.int('output_dtype', 0) === 0 ? undefined : dtypeAttribute(cx, 'output_dtype');
    return [cx.tensor(cx.shape(0), named ?? (cx.version < 19 ? 'float32' : cx.dtype(1)))];
  },
  examples: [
    {
      inputs: ['int8[64, c, 3, 3]', 'float32[64]', 'int8[64]'],
      attributes: { axis: 0 },
      outputs: ['float32[64, c, 3, 3]'],
    },
    { inputs: ['uint8[n, c]', 'float16[]'], outputs: ['float16[n, c]'] },
    { inputs: ['uint4[n, 64]', 'float16[n, 2]'], attributes: { block_size: 32 }, outputs: ['float16[n, 64]'] },
    { inputs: ['uint8[n, c]', 'float16[]'], attributes: { output_dtype: 1 }, opset: 23, outputs: ['float32[n, c]'] },
    { inputs: ['uint8[n, c]', 'float32[]'], opset: 10, outputs: ['float32[n, c]'] },
    { inputs: ['int8[64, 3]', 'float32[32]', 'int8[32]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['int8[64, 3]', 'float32[64]', 'int8[32]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['int8[64, 3]', 'float32[64]', 'uint8[64]'], attributes: { axis: 0 }, fails: 'DTYPE_MISMATCH' },
  ],
};

/** DynamicQuantizeLinear (since 11): quantization to uint8 by the range of x itself; y as x, its scale and zero point scalars. */
const DynamicQuantizeLinear: OperatorRow = {
  name: 'DynamicQuantizeLinear',
  cost: perInput(3),
  backward: passesSizes,
  infer: (cx) => [cx.tensor(cx.shape(0), 'uint8'), cx.tensor([], 'float32'), cx.tensor([], 'uint8')],
  examples: [
    { inputs: ['float32[n, c]'], outputs: ['uint8[n, c]', 'float32[]', 'uint8[]'] },
    { inputs: ['float16[n, c]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** The family. */
export const QUANTIZE_ROWS: readonly OperatorRow[] = [QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear];
