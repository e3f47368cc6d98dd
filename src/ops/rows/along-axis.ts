// Operators that search or accumulate along one axis: ArgMax, ArgMin, TopK, CumSum, CumProd.

import { constant } from '../../dim/dim.ts';
import { intOf } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { passesSizes } from '../rules/backward.ts';
import { scalarDim, scalarElement, scalarInput } from '../rules/scalar-input.ts';

function argShape(cx: InferContext): readonly ValueType[] {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  if (!shape) return [cx.tensor(undefined, 'int64')];
  const axis = cx.axis(cx.int('axis', 0), shape.length);
  const keep = cx.int('keepdims', 1) !== 0;
  const reduced = keep ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.filter((_, i) => i !== axis);
  return [cx.tensor(reduced, 'int64')];
}

const argRow = (name: string): OperatorRow => ({
  name,
  infer: argShape,
  examples: [
    { inputs: ['float32[batch, n]'], attributes: { axis: -1, keepdims: 0 }, outputs: ['int64[batch]'] },
    { inputs: ['float32[batch, n]'], outputs: ['int64[1, n]'] },
    { inputs: ['float32[...]'], outputs: ['int64[...]'] },
    { inputs: ['float32[batch, n]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[]'], fails: 'RANK_MISMATCH' },
    { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
  ],
});

/**
 * TopK (1): the k greatest (or least) elements along an axis and where they stand; k is an attribute before version 10.
 * `T[..., n, ...] -> T[..., k, ...], int64[..., k, ...]`, `k <= n`
 */
const TopK: OperatorRow = {
  name: 'TopK',
  infer: (cx) => {
    const shape = cx.shape(0);
    if (cx.version >= 10) {
      const [size] = cx.ranked(1, 1);
      if (size) cx.unify(size, constant(1), 'the size of input K and 1');
    }
    if (!shape) return [cx.tensor(undefined), cx.tensor(undefined, 'int64')];
    const axis = cx.axis(cx.int('axis', -1), shape.length);
    const from = shape[axis] ?? constant(1);
    const given = cx.version >= 10 ? scalarDim(cx, 1) : constant(cx.int('k', 0));
    if (given) {
      cx.atLeast(given, 0, 'k');
      cx.atLeast(from, given, `axis ${axis} of ${cx.inputName(0)}, of which k elements are taken,`);
    }
    const k = given ?? cx.fresh('k', { max: from });
    const result = shape.map((dim, i) => (i === axis ? k : dim));
    return [cx.tensor(result), cx.tensor(result, 'int64')];
  },
  examples: [
    {
      inputs: ['float32[batch, n]', 'int64[1] = [5]'],
      outputs: ['float32[batch, 5]', 'int64[batch, 5]'],
      constraints: ['n >= 5'],
    },
    {
      inputs: ['float32[batch, n]', 'int64[1] = [k]'],
      attributes: { axis: 0 },
      outputs: ['float32[k, n]', 'int64[k, n]'],
      constraints: ['k <= batch'],
    },
    {
      inputs: ['float32[batch, 8]', 'int64[1]'],
      outputs: ['float32[batch, k]', 'int64[batch, k]'],
      bounds: ['k <= 8'],
    },
    {
      inputs: ['float32[batch, 8]'],
      attributes: { k: 3 },
      opset: 9,
      outputs: ['float32[batch, 3]', 'int64[batch, 3]'],
    },
    { inputs: ['float32[...]', 'int64[1] = [3]'], outputs: ['float32[...]', 'int64[...]'] },
    { inputs: ['float32[batch, 4]', 'int64[1] = [5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', 'int64[2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', 'int64[1]'], attributes: { axis: 1 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

function cumulative(cx: InferContext): readonly ValueType[] {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  scalarInput(cx, 1);
  const axis = intOf(scalarElement(cx, 1));
  if (shape && axis !== undefined) cx.axis(Number(axis), shape.length);
  return [cx.tensor(shape)];
}

const cumulativeRow = (name: string): OperatorRow => ({
  name,
  infer: cumulative,
  backward: passesSizes,
  examples: [
    { inputs: ['float32[batch, n]', 'int64[] = 1'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[batch, n]', 'int32[]'], outputs: ['float32[batch, n]'] },
    { inputs: ['float32[...]', 'int64[] = 1'], outputs: ['float32[...]'] },
    { inputs: ['float32[batch, n]', 'int64[] = 2'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[n]', 'int64[2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]', 'int64[] = 0'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n]', 'float32[]'], fails: 'DTYPE_MISMATCH' },
  ],
});

/** The family: name (since-version) and formula of each row. */
export const ALONG_AXIS_ROWS: readonly OperatorRow[] = [
  // ArgMax, ArgMin (1): the index of the greatest, the least element; `[..., n, ...] -> int64[..., 1, ...]` or dropped
  argRow('ArgMax'),
  argRow('ArgMin'),
  TopK,
  // CumSum (11), CumProd (26): sums, products of the elements up to each one; `[d0, ..., dn] -> [d0, ..., dn]`
  cumulativeRow('CumSum'),
  cumulativeRow('CumProd'),
];
