// Tensors made larger: Expand, Tile, CenterCropPad.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, makeContent, type Scalar } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { copy } from '../costs/movement.ts';
import { keepsRank } from '../rules/backward.ts';
import { contentSizes, rowStrides, stridedView } from '../rules/content-view.ts';
import { isAtLeast, sizeElements } from '../rules/size-elements.ts';
import { keepsSpan } from '../rules/span.ts';

/**
 * Expand (since 8): the input broadcast with the shape that the second input lists.
 * `[d0, ..], int64[n] = [t0, ..] -> [broadcast(d0, t0), ..]`.
 */
const Expand: OperatorRow = {
  name: 'Expand',
  cost: copy,
  span: keepsSpan,
  infer: (cx) => [cx.tensor(expandShape(cx))],
  content: (cx, [output]) => {
    const source = cx.content(0);
    const sizes = contentSizes(output);
    if (!source || !sizes) return [];
    const strides = rowStrides(source.shape);
    const added = sizes.length - source.shape.length;
    return [
      stridedView(
        source,
        sizes,
        sizes.map((_, k) => (source.shape[k - added] === 1 ? 0 : (strides[k - added] ?? 0))),
      ),
    ];
  },
  examples: [
    { inputs: ['float32[1, s]', 'int64[2] = [b, 1]'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[s]', 'int64[2] = [b, s]'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[b, 1]', 'int64[1] = [4]'], outputs: ['float32[b, 4]'] },
    {
      inputs: ['float32[b, 3]', 'int64[2] = [c, 3]'],
      outputs: ['float32[broadcast(b, c), 3]'],
      constraints: ['broadcastable(b, c)'],
    },
    { inputs: ['float32[1, 3]', 'int64[2] = [?, 1]'], outputs: ['float32[u, 3]'] },
    { inputs: ['float32[1, b]', 'int64[2]'], outputs: ['float32[u, v]'] },
    { inputs: ['int64[1] = [s]', 'int64[2] = [2, 1]'], outputs: ['int64[2, 1] = [s, s]'] },
    { inputs: ['float32[2, 3]', 'int64[2] = [4, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[1] = [-1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[1, 1]'], fails: 'RANK_MISMATCH' },
  ],
};

function expandShape(cx: InferContext): Shape | undefined {
  cx.ranked(1, 1);
  const target = sizeElements(cx, 1);
  const shape = cx.shape(0);
  if (!target || !shape) return undefined;
  const rank = Math.max(shape.length, target.length);
  const result: Dim[] = [];
  for (let k = 0; k < rank; k++) {
    const size = shape[k - rank + shape.length];
    const at = k - rank + target.length;
    const wanted = target[at];
    if (wanted) cx.atLeast(wanted, 0, `size ${at}`);
    if (at < 0) result.push(size ?? constant(1));
    else if (wanted) result.push(size ? (cx.broadcast([size], [wanted])?.[0] ?? wanted) : wanted);
    // A size above 1 stays whatever it meets; 1 and a size that may be 1 take on an unknown one.
    else result.push(size && isAtLeast(cx, size, 2) ? size : cx.fresh('size'));
  }
  return result;
}

/**
 * Tile (since 6; repeats of one axis before): the input repeated along each axis. `[d0, ..] -> [d0 * repeats[0], ..]`.
 */
const Tile: OperatorRow = {
  name: 'Tile',
  cost: copy,
  span: keepsSpan,
  infer: (cx) => [cx.tensor(tileShape(cx))],
  backward: keepsRank,
  content: (cx, [output]) => [tileContent(cx, output)],
  examples: [
    { inputs: ['float32[b, s]', 'int64[2] = [1, 3]'], outputs: ['float32[b, 3*s]'] },
    { inputs: ['float32[1, s]', 'int64[2] = [b, 1]'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [?, 2]'], outputs: ['float32[b*u, 2*s]'] },
    { inputs: ['float32[...]', 'int64[2] = [1, 3]'], outputs: ['float32[?, ?]'] },
    { inputs: ['int64[2] = [s, 1]', 'int64[1] = [2]'], outputs: ['int64[4] = [s, 1, s, 1]'] },
    { inputs: ['float32[b, 3]', 'float32[] = 2', 'float32[] = 1'], opset: 1, outputs: ['float32[b, 6]'] },
    { inputs: ['float32[b, s]', 'int64[1] = [3]'], fails: 'OP_INVALID' },
    { inputs: ['float32[b, s]', 'int64[2] = [1, -1]'], fails: 'SHAPE_MISMATCH' },
  ],
};

function repeatsOf(cx: InferContext): readonly (Dim | undefined)[] | undefined {
  if (cx.version >= 6) return sizeElements(cx, 1);
  const rank = cx.shape(0)?.length;
  // The first form carries both as floats, or in whatever type the input has.
  const [axis, count] = [2, 1]
    .map((i) => cx.content(i)?.elements[0])
    .map((x) => (typeof x === 'number' ? x : undefined));
  if (rank === undefined) return undefined;
  if (axis === undefined) return Array.from({ length: rank }, () => undefined);
  const at = cx.axis(axis, rank);
  return Array.from({ length: rank }, (_, k) =>
    k === at ? (count !== undefined ? constant(count) : undefined) : constant(1),
  );
}

function tileShape(cx: InferContext): Shape | undefined {
  const repeats = repeatsOf(cx);
  if (!repeats) return cx.shape(0)?.map(() => cx.fresh('tile'));
  const shape = cx.shape(0) ?? cx.ranked(0, repeats.length);
  if (shape.length !== repeats.length) {
    cx.fail('OP_INVALID', `Tile: ${repeats.length} repeats for ${shape.length} axes`, {
      expected: `${shape.length} repeats`,
      actual: `${repeats.length} repeats`,
    });
  }
  return shape.map((size, axis) => {
    const times = repeats[axis] ?? cx.fresh('repeats');
    cx.atLeast(times, 0, `repeats of axis ${axis}`);
    return mul(size, times);
  });
}

function tileContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const source = cx.content(0);
  const sizes = source && contentSizes(output);
  if (!sizes || cx.version < 6) return undefined;
  const [from, to] = [rowStrides(source.shape), rowStrides(sizes)];
  const elements: Scalar[] = Array.from({ length: elementCount(sizes) }, (_, at) => {
    let index = 0;
    for (let k = 0; k < sizes.length; k++) {
      const position = Math.floor(at / (to[k] ?? 1)) % (sizes[k] ?? 1);
      index += (position % (source.shape[k] ?? 1)) * (from[k] ?? 0);
    }
    return source.elements[index];
  });
  return makeContent(source.dtype, sizes, elements);
}

/**
 * CenterCropPad (since 18): each of `axes` cropped or padded about its centre to the size that `shape` lists.
 * `[.., d, ..], int64[n] = [t0, ..] -> [.., t_i, ..]`.
 */
const CenterCropPad: OperatorRow = {
  name: 'CenterCropPad',
  cost: copy,
  infer: (cx) => {
    const shape = cx.shape(0);
    cx.ranked(1, 1);
    if (!shape) return [cx.tensor(undefined)];
    const given = cx.ints('axes');
    const axes = given ? cx.axes(given, shape.length) : shape.map((_, axis) => axis);
    const target = sizeElements(cx, 1);
    if (target && target.length !== axes.length) {
      cx.fail('OP_INVALID', `CenterCropPad: ${target.length} sizes for ${axes.length} axes`, {
        expected: `${axes.length} sizes`,
        actual: `${target.length} sizes`,
      });
    }
    const result = shape.map((size, axis) => {
      const at = axes.indexOf(axis);
      if (at < 0) return size;
      const wanted = target?.[at] ?? cx.fresh('size');
      cx.atLeast(wanted, 0, `size ${at}`);
      return wanted;
    });
    return [cx.tensor(result)];
  },
  examples: [
    {
      inputs: ['float32[b, 3, H, W]', 'int64[2] = [224, 224]'],
      attributes: { axes: [2, 3] },
      outputs: ['float32[b, 3, 224, 224]'],
    },
    { inputs: ['float32[H, W]', 'int64[2] = [s, 4]'], outputs: ['float32[s, 4]'] },
    { inputs: ['float32[H, W]', 'int64[1]'], attributes: { axes: [-1] }, outputs: ['float32[H, u]'] },
    { inputs: ['float32[H, W]', 'int64[1] = [4]'], fails: 'OP_INVALID' },
  ],
};

/** The family. */
export const STRETCH_ROWS: readonly OperatorRow[] = [Expand, Tile, CenterCropPad];
