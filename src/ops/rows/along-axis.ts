// Operators that search or accumulate along one axis: ArgMax, ArgMin, TopK, CumSum, CumProd.

import { constant, hasUnknown } from '../../dim/dim.ts';
import { intOf } from '../../ir/content.ts';
import { isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { keepsSizesBeside, passesSizes, withAdded, withOpen } from '../rules/backward.ts';
import { addElements, multiplyElements } from '../rules/element-rules.ts';
import { exactFold, type Fold } from '../rules/exact-fold.ts';
import { argContent, cumulated, topContents } from '../rules/lanes.ts';
import { scalarDim, scalarElement, scalarInput } from '../rules/scalar-input.ts';

function argShape(cx: InferContext): readonly ValueType[] {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  if (!shape) return [cx.tensor(undefined, 'int64')];
  const axis = cx.axis(cx.int('axis', 0), shape.length);
  const keep = cx.int('keepdims', 1) === 1;
  // Nothing is greatest of nothing; of an empty tensor ONNX Runtime leaves an axis that is counted from the end in place.
  shape.forEach((dim, i) => {
    if ((i === axis || cx.int('axis', 0) < 0) && !hasUnknown(dim)) cx.atLeast(dim, 1, `size of axis ${i}`);
  });
  const reduced = keep ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.filter((_, i) => i !== axis);
  return [cx.tensor(reduced, 'int64')];
}

/** The axis of an ArgMax, ArgMin or TopK of a known rank. */
const axisOf = (cx: InferContext, fallback: number): number =>
  cx.axis(cx.int('axis', fallback), cx.shape(0)?.length ?? 1);

const argRow = (name: string, largest: boolean): OperatorRow => ({
  name,
  cost: onePerInput,
  infer: argShape,
  backward: (cx, i, output) => {
    const axes = [cx.int('axis', 0)];
    if (i !== 0) return undefined;
    return cx.int('keepdims', 1) !== 1 ? withAdded(output, axes) : withOpen(output, axes);
  },
  content: (cx, [output]) => [cx.content(0) && argContent(cx, output, axisOf(cx, 0), largest)],
  examples: [
    {
      inputs: ['int64[3] = [s, s + 5, s + 5]'],
      attributes: { keepdims: 0 },
      outputs: [`int64[] = ${largest ? 1 : 0}`],
    },
    {
      inputs: ['float32[2, 2] = [1, 3, 2, 2]'],
      attributes: { axis: 1, select_last_index: 1 },
      outputs: [`int64[2, 1] = [${largest ? '1, 1' : '0, 1'}]`],
    },
    { inputs: ['int64[2] = [s, t]'], outputs: ['int64[1]'] },
    { inputs: ['float32[batch, n]'], attributes: { axis: -1, keepdims: 0 }, outputs: ['int64[batch]'] },
    { inputs: ['float32[batch, n]'], outputs: ['int64[1, n]'] },
    { inputs: ['float32[batch, n]'], attributes: { keepdims: 5 }, outputs: ['int64[n]'] },
    { inputs: ['float32[...]'], outputs: ['int64[...]'] },
    { inputs: ['float32[0, n]'], attributes: { axis: 1 }, outputs: ['int64[0, 1]'] },
    { inputs: ['float32[0, n]'], attributes: { axis: -1 }, fails: 'SHAPE_MISMATCH' },
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
  backward: keepsSizesBeside(-1),
  cost: onePerInput,
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
  content: (cx, outputs) => (cx.content(0) ? topContents(cx, outputs, axisOf(cx, -1)) : []),
  examples: [
    {
      inputs: ['int64[3] = [s, 0, s + 5]', 'int64[1] = [2]'],
      outputs: ['int64[2] = [s + 5, s]', 'int64[2] = [2, 0]'],
    },
    {
      inputs: ['float32[2, 3] = [1, 3, 2, 2, 5, 2]', 'int64[1] = [2]'],
      attributes: { largest: 0 },
      outputs: ['float32[2, 2] = [1, 2, 2, 2]', 'int64[2, 2] = [0, 2, 0, 2]'],
    },
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

const cumulativeRow = (name: string, fold: Fold, empty: number): OperatorRow => ({
  name,
  infer: cumulative,
  content: (cx, [output]) => {
    const [source, axis] = [cx.content(0), intOf(scalarElement(cx, 1))];
    if (!source || axis === undefined) return [];
    const start = isIntegerDType(source.dtype) ? constant(empty) : empty;
    return [cumulated(cx, output, cx.axis(Number(axis), source.shape.length), { rule: exactFold(fold), empty: start })];
  },
  backward: passesSizes,
  examples: [
    {
      inputs: ['int64[3] = [s, 2, t]', 'int64[] = 0'],
      outputs: [name === 'CumSum' ? 'int64[3] = [s, s + 2, s + t + 2]' : 'int64[3] = [s, 2*s, 2*s*t]'],
    },
    {
      inputs: ['int64[3] = [s, 2, t]', 'int64[] = 0'],
      attributes: { exclusive: 1, reverse: 1 },
      outputs: [name === 'CumSum' ? 'int64[3] = [t + 2, t, 0]' : 'int64[3] = [2*t, t, 1]'],
    },
    {
      inputs: ['int32[2, 2] = [1, 2, 3, 4]', 'int32[] = 1'],
      attributes: { exclusive: 1 },
      outputs: [name === 'CumSum' ? 'int32[2, 2] = [0, 1, 0, 3]' : 'int32[2, 2] = [1, 1, 1, 3]'],
    },
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
  argRow('ArgMax', true),
  argRow('ArgMin', false),
  TopK,
  // CumSum (11), CumProd (26): sums, products of the elements up to each one; `[d0, ..., dn] -> [d0, ..., dn]`
  cumulativeRow('CumSum', { rule: addElements, exact: (a, b) => a + b }, 0),
  cumulativeRow('CumProd', { rule: multiplyElements, exact: (a, b) => a * b }, 1),
];
