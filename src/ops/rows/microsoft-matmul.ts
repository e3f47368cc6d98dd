// Matrix products of com.microsoft: fused, transposed, and on 8- and 16-bit integers.
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType, Shape, ValueType } from '../../ir/type.ts';
import { matrixProduct, transposedProduct } from '../costs/contraction.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';
import { inMicrosoft, requireCount, requireScalars, requireVector } from '../rules/microsoft.ts';
import { type AxisOrder, gemmShape, matmulShape, reorderedProduct } from './matmul.ts';

/**
 * The order of an operand's axes: with `transBatch` axis 0 goes behind the other batch axes, in front of the last one; with `trans`
 * the last two then change places. Vectors stay as they are.
 */
function orderOf(cx: InferContext, i: number, side: 'A' | 'B'): AxisOrder {
  const shape = cx.shape(i);
  const [swap, rotate] = [cx.int(`trans${side}`, 0) !== 0, cx.int(`transBatch${side}`, 0) !== 0];
  if (!shape || shape.length < 2 || (!swap && !rotate)) return undefined;
  if (rotate) cx.rankBetween(i, 3, Number.POSITIVE_INFINITY);
  const order = Array.from({ length: shape.length }, (_, axis) => axis);
  if (rotate) order.splice(shape.length - 2, 0, ...order.splice(0, 1));
  return swap ? [...order.slice(0, -2), ...order.slice(-2).reverse()] : order;
}

/** The product of inputs 0 and 1, transposed as the attributes say. */
function fusedProduct(cx: InferContext): Shape | undefined {
  return reorderedProduct(cx, [0, orderOf(cx, 0, 'A')], [1, orderOf(cx, 1, 'B')]);
}

/** A fused matrix product; `attributes` are what its cases need. */
function fusedRow(name: string, attributes: OperatorExample['attributes'], more: readonly OperatorExample[] = []) {
  const row: OperatorRow = {
    name,
    infer: (cx) => [cx.tensor(fusedProduct(cx))],
    examples: [
      { inputs: ['float32[n, s, 64]', 'float32[64, 8]'], attributes: { ...attributes }, outputs: ['float32[n, s, 8]'] },
      {
        inputs: ['float32[n, 12, 64, s]', 'float32[n, 12, t, 64]'],
        attributes: { ...attributes, transA: 1, transB: 1 },
        outputs: ['float32[n, 12, s, t]'],
      },
      {
        inputs: ['float32[a, b]', 'float32[c, d]'],
        attributes: { ...attributes, transB: 1 },
        outputs: ['float32[a, c]'],
        constraints: ['b == d'],
      },
      { inputs: ['float32[k]', 'float32[k, 5]'], attributes: { ...attributes, transA: 1 }, outputs: ['float32[5]'] },
      { inputs: ['float32[2, 3]', 'float32[3]'], attributes: { ...attributes, transB: 1 }, outputs: ['float32[2]'] },
      { inputs: ['float32[...]', 'float32[3, 4]'], attributes: { ...attributes }, outputs: ['float32[...]'] },
      {
        inputs: ['float32[2, 3]', 'float32[3, 5]'],
        attributes: { ...attributes, transA: 1 },
        fails: 'SHAPE_MISMATCH',
      },
      ...more,
    ],
  };
  return row;
}

const batchCases = (attributes: OperatorExample['attributes']): readonly OperatorExample[] => [
  {
    inputs: ['float32[s, n, 12, 64]', 'float32[n, 12, 64, t]'],
    attributes: { ...attributes, transBatchA: 1 },
    outputs: ['float32[n, 12, s, t]'],
  },
  {
    inputs: ['float32[k, n, s]', 'float32[n, k, 5]'],
    attributes: { ...attributes, transBatchA: 1, transA: 1 },
    outputs: ['float32[n, s, 5]'],
  },
  {
    inputs: ['float32[2, 3]', 'float32[3, 4]'],
    attributes: { ...attributes, transBatchA: 1 },
    fails: 'RANK_MISMATCH',
  },
];

/** FusedGemm (1): Gemm, then an activation; `[n, k] x [k, m] -> [n, m]`, C broadcasts one way. */
const FusedGemm: OperatorRow = {
  name: 'FusedGemm',
  cost: transposedProduct(),
  infer: (cx) => [cx.tensor(gemmShape(cx, { a: 0, b: 1, c: 2 }))],
  examples: [
    {
      inputs: ['float32[n, 20]', 'float32[256, 20]', 'float32[256]'],
      attributes: { transB: 1, activation: 'Relu' },
      outputs: ['float32[n, 256]'],
    },
    {
      inputs: ['float32[2, 3]', 'float32[4, 5]'],
      attributes: { activation: 'Relu' },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** GemmFastGelu (1): `FastGelu(X @ W + bias)`; MatMul's shape, bias `[m]`. */
const GemmFastGelu: OperatorRow = {
  name: 'GemmFastGelu',
  cost: matrixProduct(),
  infer: (cx) => {
    const shape = matmulShape(cx, 0, 1);
    requireVector(cx, 2, shape?.at(-1), 'output features');
    return [cx.tensor(shape)];
  },
  examples: [
    { inputs: ['float32[n, s, 16]', 'float32[16, 64]', 'float32[64]'], outputs: ['float32[n, s, 64]'] },
    { inputs: ['float32[n, s, 16]', 'float32[16, 64]', 'float32[16]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** GemmFloat8 (1): Gemm of floats of 8 to 32 bits with scales; `[n, m]` of the element type `dtype`. */
const GemmFloat8: OperatorRow = {
  name: 'GemmFloat8',
  cost: transposedProduct(),
  infer: (cx) => {
    requireScalars(cx, [3, 4, 5]);
    return [cx.tensor(gemmShape(cx, { a: 0, b: 1, c: 2 }), dtypeAttribute(cx, 'dtype') ?? cx.outputDType(0))];
  },
  examples: [
    {
      inputs: ['float8e4m3fn[n, 32]', 'float8e4m3fn[64, 32]', null, 'float32[1]', 'float32[1]'],
      attributes: { transB: 1, dtype: 10 },
      outputs: ['float16[n, 64]'],
    },
    { inputs: ['float16[n, 32]', 'float16[32, 8]'], outputs: ['float32[n, 8]'] },
    { inputs: ['float16[n, 32]', 'float16[16, 8]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** A float without scale and zero point of the output, else the type of the zero point. */
function gemmDType(cx: InferContext): MaybeDType {
  return cx.has(8) ? cx.dtype(8) : 'float32';
}

/** QGemm (1): Gemm of 8-bit integers; A (input 0), B (input 3), C (input 6) `-> [n, m]`. */
const QGemm: OperatorRow = {
  name: 'QGemm',
  cost: transposedProduct(),
  infer: (cx) => {
    requireScalars(cx, [1, 2, 7, 8]);
    return [cx.tensor(gemmShape(cx, { a: 0, b: 3, c: 6 }), gemmDType(cx))];
  },
  examples: [
    {
      inputs: [
        'uint8[n, 20]',
        'float32[]',
        'uint8[]',
        'int8[64, 20]',
        'float32[64]',
        'int8[64]',
        'int32[64]',
        'float32[]',
        'uint8[]',
      ],
      attributes: { transB: 1 },
      outputs: ['uint8[n, 64]'],
    },
    {
      inputs: ['uint8[n, 20]', 'float32[]', 'uint8[]', 'uint8[20, m]', 'float32[]', 'uint8[]'],
      outputs: ['float32[n, m]'],
    },
    {
      inputs: ['uint8[n, 20]', 'float32[]', 'uint8[]', 'uint8[30, 4]', 'float32[]', 'uint8[]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** A product of integers that gives floats: MatMul's shape, a bias of its last size. */
function floatProduct(cx: InferContext, bias: number): readonly ValueType[] {
  const shape = matmulShape(cx, 0, 1);
  requireCount(cx, bias, shape?.at(-1), 'output features');
  return [cx.tensor(shape, cx.outputDType(0))];
}

/** DynamicQuantizeMatMul (1): A, quantized by its own range, times 8-bit B; MatMul's shape, bias `[m]`. */
const DynamicQuantizeMatMul: OperatorRow = {
  name: 'DynamicQuantizeMatMul',
  cost: matrixProduct(),
  infer: (cx) => floatProduct(cx, 4),
  examples: [
    {
      inputs: ['float32[n, s, 768]', 'uint8[768, 64]', 'float32[64]', 'uint8[64]', 'float32[64]'],
      outputs: ['float32[n, s, 64]'],
    },
    { inputs: ['float32[n, k]', 'int8[768, m]', 'float32[]'], outputs: ['float32[n, m]'], constraints: ['k == 768'] },
    { inputs: ['float32[n, 3]', 'int8[4, 5]', 'float32[]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 3]', 'int8[3, 5]', 'float32[]', null, 'float32[1]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** MatMulIntegerToFloat (1): MatMulInteger times scales, plus a bias `[m]`; MatMul's shape. */
const MatMulIntegerToFloat: OperatorRow = {
  name: 'MatMulIntegerToFloat',
  cost: matrixProduct(),
  infer: (cx) => floatProduct(cx, 6),
  examples: [
    {
      inputs: ['uint8[n, s, 768]', 'uint8[768, 64]', 'float32[]', 'float32[64]', 'uint8[]', 'uint8[]', 'float32[64]'],
      outputs: ['float32[n, s, 64]'],
    },
    {
      inputs: ['uint8[n, 8]', 'uint8[8, m]', 'float32[]', 'float32[]', null, null, 'float32[1, 4]'],
      outputs: ['float32[n, 4]'],
      constraints: ['m == 4'],
    },
    { inputs: ['uint8[2, 3]', 'int8[4, 5]', 'float32[]', 'float32[]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** MatMulInteger16 (1): MatMul of 16-bit integers in 32 bits; MatMul's shape. */
const MatMulInteger16: OperatorRow = {
  name: 'MatMulInteger16',
  cost: matrixProduct(),
  infer: (cx) => [cx.tensor(matmulShape(cx, 0, 1), 'int32')],
  examples: [
    { inputs: ['int16[n, 8]', 'int16[8, m]'], outputs: ['int32[n, m]'] },
    { inputs: ['int16[2, 3]', 'int16[4, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** SparseToDenseMatMul (1): a sparse matrix times a dense one, each transposed at will; `[n, k] x [k, m] -> [n, m]`. */
const SparseToDenseMatMul: OperatorRow = {
  name: 'SparseToDenseMatMul',
  cost: transposedProduct(),
  infer: (cx) => [cx.tensor(fusedProduct(cx), cx.dtype(1))],
  examples: [
    { inputs: ['sparse(float32[n, 8])', 'float32[8, m]'], outputs: ['float32[n, m]'] },
    { inputs: ['sparse(float32[n, k])', 'float32[8, m]'], outputs: ['float32[n, m]'], constraints: ['k == 8'] },
    { inputs: ['sparse(float32[2, 3])', 'float32[4, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family: name (since-version) and formula of each row. */
export const MICROSOFT_MATMUL_ROWS: readonly OperatorRow[] = inMicrosoft([
  // FusedMatMul (1): alpha * A' @ B'; TransposeMatMul (1): its older name; FusedMatMulActivation (1): then an activation
  fusedRow('FusedMatMul', {}, batchCases({})),
  fusedRow('TransposeMatMul', {}),
  fusedRow('FusedMatMulActivation', { activation: 'Relu' }, batchCases({ activation: 'Relu' })),
  FusedGemm,
  GemmFastGelu,
  GemmFloat8,
  QGemm,
  DynamicQuantizeMatMul,
  MatMulIntegerToFloat,
  MatMulInteger16,
  SparseToDenseMatMul,
]);
