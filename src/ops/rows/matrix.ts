// Operators on the last two axes: EyeLike, Trilu, Det.
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { elimination } from '../costs/contraction.ts';
import { copy, fill } from '../costs/movement.ts';
import { passesSizes } from '../rules/backward.ts';
import { dtypeAttribute } from '../rules/dtype-attribute.ts';
import { diagonalContent, triangleContent } from '../rules/found-content.ts';
import { scalarInput } from '../rules/scalar-input.ts';

/** EyeLike (9): ones on the k-th diagonal of a matrix of the input's shape, else zeros. `[n, m] -> [n, m]` */
const EyeLike: OperatorRow = {
  name: 'EyeLike',
  cost: fill,
  infer: (cx) => [cx.tensor(cx.ranked(0, 2), dtypeAttribute(cx, 'dtype') ?? cx.dtype(0))],
  content: (cx, [output]) => [diagonalContent(cx, output)],
  examples: [
    { inputs: ['int64[2, 3]'], attributes: { k: 1 }, outputs: ['int64[2, 3] = [0, 1, 0, 0, 0, 1]'] },
    { inputs: ['float32[n, m]'], attributes: { k: 1 }, outputs: ['float32[n, m]'] },
    { inputs: ['int32[n, 3]'], attributes: { dtype: 1 }, outputs: ['float32[n, 3]'] },
    { inputs: ['float32[...]'], outputs: ['float32[?, ?]'] },
    { inputs: ['float32[2, 3, 4]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, m]'], attributes: { dtype: 8 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** Trilu (14): the upper or lower triangle of each matrix, zeros elsewhere. `[..., n, m] -> [..., n, m]` */
const Trilu: OperatorRow = {
  name: 'Trilu',
  cost: copy,
  infer: triluType,
  backward: passesSizes,
  content: (cx, [output]) => [triangleContent(cx, output)],
  examples: [
    { inputs: ['int64[2, 2] = [1, s, 3, t]'], attributes: { upper: 0 }, outputs: ['int64[2, 2] = [1, 0, 3, t]'] },
    { inputs: ['int64[2, 3] = [1, 2, 3, 4, 5, 6]', 'int64[] = 1'], outputs: ['int64[2, 3] = [0, 2, 3, 0, 0, 6]'] },
    { inputs: ['float32[batch, s, s]', 'int64[] = 1'], attributes: { upper: 0 }, outputs: ['float32[batch, s, s]'] },
    { inputs: ['bool[s, t]'], outputs: ['bool[s, t]'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]'] },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, n]', 'int64[2]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The type of Trilu: that of its input, which has matrices. */
export function triluType(cx: InferContext): readonly ValueType[] {
  scalarInput(cx, 1);
  return [cx.tensor(cx.rankBetween(0, 2, Number.POSITIVE_INFINITY))];
}

/** Det (11): the determinant of each matrix. `[..., n, n] -> [...]` */
const Det: OperatorRow = {
  name: 'Det',
  cost: elimination,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, Number.POSITIVE_INFINITY);
    if (shape) cx.unifyAxes({ input: 0, axis: -2 }, { input: 0, axis: -1 }, 'sides of the matrices');
    return [cx.tensor(shape?.slice(0, -2))];
  },
  examples: [
    { inputs: ['float32[batch, n, n]'], outputs: ['float32[batch]'] },
    { inputs: ['float32[n, m]'], outputs: ['float32[]'], constraints: ['n == m'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]'] },
    { inputs: ['float32[batch, 2, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const MATRIX_ROWS: readonly OperatorRow[] = [EyeLike, Trilu, Det];
