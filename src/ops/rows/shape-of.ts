// Sizes as values: Shape and Size.
import type { Dim } from '../../dim/dim.ts';
import { makeContent } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { fill } from '../costs/movement.ts';
import { countOf } from '../rules/element-counts.ts';

/**
 * Shape (since 1; start and end since 15): the sizes of the axes from `start` up to `end`, clamped to the rank.
 * `[d0, ..., dn] -> int64[n + 1] = [d0, ..., dn]`.
 */
const Shape: OperatorRow = {
  name: 'Shape',
  cost: fill,
  infer: (cx) => [cx.tensor([sizesOf(cx)?.length ?? cx.fresh('rank')], 'int64')],
  content: (cx) => {
    const sizes = sizesOf(cx);
    return [sizes && makeContent('int64', [sizes.length], sizes)];
  },
  examples: [
    { inputs: ['float32[b, s, 768]'], outputs: ['int64[3] = [b, s, 768]'] },
    { inputs: ['float32[b, s, 768]'], attributes: { start: 1 }, outputs: ['int64[2] = [s, 768]'] },
    { inputs: ['float32[b, s, 768]'], attributes: { start: -2, end: -1 }, outputs: ['int64[1] = [s]'] },
    { inputs: ['float32[b, s]'], attributes: { start: -9, end: 9 }, outputs: ['int64[2] = [b, s]'] },
    { inputs: ['float32[b, s]'], attributes: { start: 2, end: 1 }, outputs: ['int64[0]'] },
    { inputs: ['float32[...]'], outputs: ['int64[u]'] },
    { inputs: ['seq(float32[s])'], fails: 'KIND_MISMATCH' },
  ],
};

function sizesOf(cx: InferContext): readonly Dim[] | undefined {
  const shape = cx.shape(0);
  if (!shape) return undefined;
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + shape.length : at, 0), shape.length);
  return shape.slice(clamp(cx.int('start', 0)), clamp(cx.int('end', shape.length)));
}

/** Size (since 1): the number of elements. `[d0, ..., dn] -> int64[] = d0 * ... * dn`. */
const Size: OperatorRow = {
  name: 'Size',
  cost: fill,
  infer: (cx) => [cx.tensor([], 'int64')],
  content: (cx) => {
    const shape = cx.shape(0);
    return [shape && makeContent('int64', [], [countOf(shape)])];
  },
  examples: [
    { inputs: ['float32[b, s, 3]'], outputs: ['int64[] = 3*b*s'] },
    { inputs: ['float32[]'], outputs: ['int64[] = 1'] },
    { inputs: ['float32[...]'], outputs: ['int64[]'] },
    { inputs: ['seq(float32[s])'], fails: 'KIND_MISMATCH' },
  ],
};

/** The family. */
export const SHAPE_OF_ROWS: readonly OperatorRow[] = [Shape, Size];
