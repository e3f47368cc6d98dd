// Operators whose result is as long as what they find: NonZero and Unique.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { countNonZero, differentElements, nonZeroContent, uniqueContents } from '../rules/found-content.ts';
import { attempt } from '../rules/integer-elements.ts';

/** The number of elements of a shape; undefined where it is not known or passes 2^53. */
function sizeOf(shape: Shape | undefined): Dim | undefined {
  return shape && attempt(() => mul(...shape));
}

/**
 * NonZero (9): the indices of the elements that are not zero, one column each; there are as many as the data says.
 * `[d0, ..., dr-1] -> int64[r, found]`, `found <= d0 * ... * dr-1`
 * A scalar counts as `[1]` (ONNX Runtime 1.32; the specification says `int64[0, found]`).
 */
const NonZero: OperatorRow = {
  name: 'NonZero',
  cost: onePerInput,
  infer: (cx) => {
    const shape = cx.shape(0);
    const found = countNonZero(cx) ?? cx.fresh('found', { max: sizeOf(shape) });
    return [cx.tensor([shape ? constant(Math.max(shape.length, 1)) : cx.fresh('rank'), found], 'int64')];
  },
  content: (cx, [output]) => [nonZeroContent(cx, output)],
  examples: [
    { inputs: ['float32[batch, n]'], outputs: ['int64[2, found]'], bounds: ['found <= batch*n'] },
    { inputs: ['bool[4] = [true, false, true, true]'], outputs: ['int64[1, 3] = [0, 2, 3]'] },
    { inputs: ['int64[2, 2] = [s, 0, 0, 7]'], outputs: ['int64[2, 2] = [0, 1, 0, 1]'] },
    { inputs: ['int64[3] = [s, t - 1, 0]'], outputs: ['int64[1, min(t - 1, 1) + 1]'] },
    { inputs: ['float32[]'], outputs: ['int64[1, found]'], bounds: ['found <= 1'] },
    { inputs: ['float32[...]'], outputs: ['int64[rank, found]'] },
    { inputs: ['seq(float32[n])'], fails: 'KIND_MISMATCH' },
  ],
};

const isPositive = (cx: InferContext, dim: Dim): boolean => cx.facts.range(dim).min >= 1;

/** How many different elements input 0 has, where that is known and no axis is given. */
function countUnique(cx: InferContext, axis: number | undefined): Dim | undefined {
  const different = axis === undefined ? differentElements(cx) : undefined;
  return different && constant(different.length);
}

/**
 * Unique (11): the different elements, or slices along an axis, with the index of the first of each, the index of each one's
 * representative, and counts. `[d0, ..., dn] -> [u], int64[u], int64[d0 * ... * dn], int64[u]`, or u along the axis
 */
const Unique: OperatorRow = {
  name: 'Unique',
  cost: onePerInput,
  infer: (cx) => {
    const shape = cx.shape(0);
    const given = cx.int('axis');
    const axis = given === undefined || !shape ? undefined : cx.axis(given, shape.length);
    const all = given === undefined ? sizeOf(shape) : axis === undefined ? undefined : shape?.[axis];
    const unique = countUnique(cx, given) ?? cx.fresh('unique', { min: all && isPositive(cx, all) ? 1 : 0, max: all });
    const values = given === undefined ? [unique] : shape?.map((dim, i) => (i === axis ? unique : dim));
    const inverse = all ?? cx.fresh('size');
    return [cx.tensor(values), ...[unique, inverse, unique].map((size) => cx.tensor([size], 'int64'))];
  },
  content: (cx) => (cx.int('axis') === undefined ? uniqueContents(cx) : []),
  examples: [
    {
      inputs: ['float32[batch, n]'],
      outputs: ['float32[u]', 'int64[u]', 'int64[batch*n]', 'int64[u]'],
      bounds: ['u <= batch*n'],
    },
    {
      inputs: ['float32[batch, n]'],
      attributes: { axis: 1 },
      outputs: ['float32[batch, u]', 'int64[u]', 'int64[n]', 'int64[u]'],
      bounds: ['u <= n'],
    },
    {
      inputs: ['int64[4] = [2, 1, 2, 3]'],
      outputs: ['int64[3] = [1, 2, 3]', 'int64[3] = [1, 0, 3]', 'int64[4] = [1, 0, 1, 2]', 'int64[3] = [1, 2, 1]'],
    },
    {
      inputs: ['int64[3] = [s + 1, s, s + 1]'],
      attributes: { sorted: 0 },
      outputs: ['int64[2] = [s + 1, s]', 'int64[2] = [0, 1]', 'int64[3] = [0, 1, 0]', 'int64[2] = [2, 1]'],
    },
    {
      inputs: ['int64[2] = [s, t]'],
      outputs: ['int64[u]', 'int64[u]', 'int64[2]', 'int64[u]'],
      bounds: ['u <= 2'],
    },
    { inputs: ['float32[...]'], outputs: ['float32[u]', 'int64[u]', 'int64[size]', 'int64[u]'] },
    {
      inputs: ['float32[...]'],
      attributes: { axis: 0 },
      outputs: ['float32[...]', 'int64[u]', 'int64[size]', 'int64[u]'],
    },
    { inputs: ['float32[batch, n]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family. */
export const SEARCH_ROWS: readonly OperatorRow[] = [NonZero, Unique];
