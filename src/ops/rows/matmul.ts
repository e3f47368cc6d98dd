// Matrix products: MatMul and Gemm.
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { matrixProduct, transposedProduct } from '../costs/contraction.ts';
import { broadcastInto } from '../rules/broadcast-into.ts';

/**
 * MatMul (since 1): numpy.matmul.
 * `[..., n, k] x [..., k, m] -> [..., n, m]`, leading axes broadcast; a 1-D operand is a row or a column that is dropped again.
 */
const MatMul: OperatorRow = {
  name: 'MatMul',
  cost: matrixProduct(),
  infer: (cx) => [cx.tensor(matmulShape(cx, 0, 1))],
  examples: [
    { inputs: ['float32[batch, 20]', 'float32[20, 256]'], outputs: ['float32[batch, 256]'] },
    { inputs: ['float32[a, b]', 'float32[c, d]'], outputs: ['float32[a, d]'], constraints: ['b == c'] },
    { inputs: ['float32[n, 1, s, 64]', 'float32[12, 64, t]'], outputs: ['float32[n, 12, s, t]'] },
    { inputs: ['float32[k]', 'float32[k, 5]'], outputs: ['float32[5]'] },
    { inputs: ['float32[3]', 'float32[3]'], outputs: ['float32[]'] },
    { inputs: ['float32[2, 3]', 'float32[4, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]', 'float32[4, 5]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The axes of an operand in the order in which a product sees them; in their own where it is undefined. */
export type AxisOrder = readonly number[] | undefined;

/** The shape of the product of two inputs whose axes are reordered first; undefined where a rank is unknown. */
export function reorderedProduct(
  cx: InferContext,
  [a, orderA]: readonly [input: number, order: AxisOrder],
  [b, orderB]: readonly [input: number, order: AxisOrder],
): Shape | undefined {
  const left = reordered(cx.rankBetween(a, 1, Number.POSITIVE_INFINITY), orderA);
  const right = reordered(cx.rankBetween(b, 1, Number.POSITIVE_INFINITY), orderB);
  if (!left || !right) return undefined;
  const row = right.length > 1 ? -2 : -1;
  cx.unifyAxes({ input: a, axis: orderA?.at(-1) ?? -1 }, { input: b, axis: orderB?.at(row) ?? row }, 'inner dims');
  return productShape(cx, left, right);
}

function reordered(shape: Shape | undefined, order: AxisOrder): Shape | undefined {
  return order ? shape && order.flatMap((axis) => shape[axis] ?? []) : shape;
}

/** The shape of numpy.matmul of inputs `a` and `b`; undefined where a rank is unknown. */
export function matmulShape(cx: InferContext, a: number, b: number): Shape | undefined {
  const left = cx.rankBetween(a, 1, Number.POSITIVE_INFINITY);
  const right = cx.rankBetween(b, 1, Number.POSITIVE_INFINITY);
  if (!left || !right) return undefined;
  cx.unifyAxes({ input: a, axis: -1 }, { input: b, axis: right.length > 1 ? -2 : -1 }, 'inner dims');
  return productShape(cx, left, right);
}

/** The shape of numpy.matmul of shapes whose inner dims agree. */
export function productShape(cx: InferContext, left: Shape, right: Shape): Shape {
  const batch = cx.broadcast(left.slice(0, -2), right.slice(0, -2)) ?? [];
  return [...batch, ...left.slice(-2, -1), ...(right.length > 1 ? right.slice(-1) : [])];
}

/**
 * Gemm (since 1): `Y = alpha * A' * B' + beta * C`, A' being A or its transpose.
 * `[n, k] x [k, m] -> [n, m]`; C broadcasts one way, to `[n, m]`.
 */
const Gemm: OperatorRow = {
  name: 'Gemm',
  cost: transposedProduct(),
  infer: (cx) => [cx.tensor(gemmShape(cx, { a: 0, b: 1, c: 2 }))],
  examples: [
    {
      inputs: ['float32[batch, 20]', 'float32[256, 20]', 'float32[256]'],
      attributes: { transB: 1 },
      outputs: ['float32[batch, 256]'],
    },
    {
      inputs: ['float32[a, 3]', 'float32[3, d]', 'float32[c, e]'],
      outputs: ['float32[a, d]'],
      constraints: ['broadcast(a, c) == a', 'broadcast(d, e) == d'],
    },
    {
      inputs: ['float32[1, 3]', 'float32[3, d]', 'float32[c, 4]'],
      outputs: ['float32[1, 4]'],
      constraints: ['c == 1', 'd == 4'],
    },
    { inputs: ['float32[a, b]', 'float32[c, d]', null], outputs: ['float32[a, d]'], constraints: ['b == c'] },
    { inputs: ['float32[2, 3]', 'float32[4, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3, 4]', 'float32[4, 5]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[2, 3]', 'float32[3, 5]', 'float32[2, 2, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The shape of Gemm of the inputs that play its parts, by the attributes `transA` and `transB`. */
export function gemmShape(
  cx: InferContext,
  { a: ai, b: bi, c }: { readonly a: number; readonly b: number; readonly c: number },
): Shape {
  const a = cx.ranked(ai, 2);
  const b = cx.ranked(bi, 2);
  const [row, innerA] = cx.int('transA', 0) ? [1, 0] : [0, 1];
  const [innerB, column] = cx.int('transB', 0) ? [1, 0] : [0, 1];
  cx.unifyAxes({ input: ai, axis: innerA }, { input: bi, axis: innerB }, 'inner dims');
  const result = [a[row], b[column]].filter((dim) => dim !== undefined);
  if (cx.has(c)) broadcastInto(cx, c, result);
  return result;
}

/** The family. */
export const MATMUL_ROWS: readonly OperatorRow[] = [MatMul, Gemm];
