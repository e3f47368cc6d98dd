// Matrix products of 8-bit integers: MatMulInteger and QLinearMatMul.
import type { OperatorRow } from '../../ir/operator.ts';
import { matrixProduct } from '../costs/contraction.ts';
import { matmulShape } from './matmul.ts';

/** MatMulInteger (since 10): MatMul on 8-bit integers without rounding, zero points subtracted first; int32 of MatMul's shape. */
const MatMulInteger: OperatorRow = {
  name: 'MatMulInteger',
  cost: matrixProduct(),
  infer: (cx) => [cx.tensor(matmulShape(cx, 0, 1), 'int32')],
  examples: [
    { inputs: ['uint8[n, k]', 'int8[k, 8]', 'uint8[]'], outputs: ['int32[n, 8]'] },
    { inputs: ['uint8[2, 3]', 'int8[4, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** QLinearMatMul (since 10): MatMul on 8-bit integers with scales and zero points; MatMul's shape, dtype of `y_zero_point`. */
const QLinearMatMul: OperatorRow = {
  name: 'QLinearMatMul',
  cost: matrixProduct(0, 3),
  settings: [1, 2, 4, 5, 6, 7],
  infer: (cx) => [cx.tensor(matmulShape(cx, 0, 3), cx.outputDType(0))],
  examples: [
    {
      inputs: ['uint8[b, n, 16]', 'float32[]', 'uint8[]', 'int8[16, 8]', 'float32[]', 'int8[]', 'float32[]', 'uint8[]'],
      outputs: ['uint8[b, n, 8]'],
    },
    {
      inputs: ['uint8[2, 3]', 'float32[]', 'uint8[]', 'int8[4, 8]', 'float32[]', 'int8[]', 'float32[]', 'uint8[]'],
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const INTEGER_MATMUL_ROWS: readonly OperatorRow[] = [MatMulInteger, QLinearMatMul];
