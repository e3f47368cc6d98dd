// Slice: parts of a tensor by start, end and step along axes.
import { constant, type Dim } from '../../dim/dim.ts';
import type { Content } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { pick } from '../costs/movement.ts';
import { keepsRank } from '../rules/backward.ts';
import { contentSizes, rowStrides, stridedView } from '../rules/content-view.ts';
import { axesArgument, freshWithin, sizeElements } from '../rules/size-elements.ts';
import { type SliceBounds, sliceLength } from '../rules/slice-axis.ts';

/**
 * Slice (since 1; bounds as inputs, and steps, since 10): numpy's slicing on the named axes, the first ones by default.
 * `[..., d, ...] -> [..., max(ceil((end' - start') / step), 0), ...]`, start' and end' clamped to the axis.
 */
const Slice: OperatorRow = {
  name: 'Slice',
  cost: pick,
  infer: (cx) => [cx.tensor(sliceShape(cx))],
  backward: keepsRank,
  content: (cx, [output]) => [sliceContent(cx, output)],
  examples: [
    {
      inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[1] = [-1]', 'int64[1] = [1]'],
      outputs: ['float32[b, s - 1]'],
    },
    {
      inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[1] = [128]', 'int64[1] = [1]'],
      outputs: ['float32[b, min(s, 128)]'],
    },
    {
      inputs: ['float32[b, s]', 'int64[1] = [2]', 'int64[1] = [9223372036854775807]', 'int64[1] = [1]'],
      outputs: ['float32[b, max(s - 2, 0)]'],
    },
    {
      inputs: ['float32[b, s]', 'int64[1] = [1]', 'int64[1] = [2147483647]', 'int64[1] = [1]'],
      outputs: ['float32[b, s - 1]'],
    },
    {
      inputs: ['float32[b, s]', 'int64[1] = [-3]', 'int64[1] = [9223372036854775807]', 'int64[1] = [1]'],
      outputs: ['float32[b, min(s, 3)]'],
    },
    {
      inputs: [
        'float32[b, s]',
        'int64[1] = [-1]',
        'int64[1] = [-9223372036854775808]',
        'int64[1] = [1]',
        'int64[1] = [-1]',
      ],
      outputs: ['float32[b, s]'],
    },
    {
      inputs: [
        'float32[b, s]',
        'int64[1] = [-1]',
        'int64[1] = [9223372036854775807]',
        'int64[1] = [1]',
        'int64[1] = [-1]',
      ],
      outputs: ['float32[b, s]'],
    },
    {
      inputs: [
        'float32[b, s]',
        'int64[1] = [0]',
        'int64[1] = [9223372036854775807]',
        'int64[1] = [1]',
        'int64[1] = [2]',
      ],
      outputs: ['float32[b, ceildiv(s, 2)]'],
    },
    {
      inputs: ['float32[b, s + t]', 'int64[1] = [s]', 'int64[1] = [s + t]', 'int64[1] = [1]'],
      outputs: ['float32[b, t]'],
    },
    {
      inputs: ['float32[b, 512]', 'int64[1] = [0]', 'int64[1] = [s]', 'int64[1] = [1]'],
      outputs: ['float32[b, min(s, 512)]'],
    },
    {
      inputs: ['float32[10, s]', 'int64[2] = [1, ?]', 'int64[2] = [3, 4]'],
      outputs: ['float32[2, u]'],
      bounds: ['u <= s', 'u <= 4'],
    },
    { inputs: ['float32[4, s]', 'int64[1]', 'int64[1]'], outputs: ['float32[u, s]'], bounds: ['u <= 4'] },
    {
      inputs: ['float32[b, s]', 'int64[2] = [2, ?]', 'int64[2] = [?, -1]'],
      outputs: ['float32[u, v]'],
      bounds: ['u <= b', 'u + 2 <= max(b, 2)', 'v <= s', 'v + 1 <= s'],
    },
    {
      inputs: ['float32[s]', 'int64[1] = [1]', 'int64[1] = [9]', 'int64[1] = [0]', 'int64[1]'],
      outputs: ['float32[u]'],
      bounds: ['u <= s', 'u + 1 <= s', 'u <= 8'],
    },
    {
      inputs: ['float32[s]', 'int64[1] = [5]', 'int64[1] = [2]', 'int64[1] = [0]', 'int64[1] = [t - 3]'],
      outputs: ['float32[u]'],
      bounds: ['u <= s', 'u + 3 <= max(min(s, 6), 3)'],
    },
    {
      inputs: ['float32[s]', 'int64[1]', 'int64[1]', 'int64[1] = [0]', 'int64[1] = [-3]'],
      outputs: ['float32[u]'],
      bounds: ['u <= s', 'u <= ceildiv(s, 3)'],
    },
    { inputs: ['int64[3] = [b, s, 768]', 'int64[1] = [0]', 'int64[1] = [-1]'], outputs: ['int64[2] = [b, s]'] },
    {
      inputs: [
        'int64[3] = [b, s, 768]',
        'int64[1] = [-1]',
        'int64[1] = [-9223372036854775807]',
        'int64[1] = [0]',
        'int64[1] = [-1]',
      ],
      outputs: ['int64[3] = [768, s, b]'],
    },
    {
      inputs: ['float32[b, s]'],
      attributes: { starts: [1], ends: [-1], axes: [1] },
      opset: 9,
      outputs: ['float32[b, max(s - 2, 0)]'],
    },
    {
      inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[1] = [1]', 'int64[1] = [1]', 'int64[1] = [0]'],
      fails: 'OP_INVALID',
    },
    { inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[1] = [1]', 'int64[1] = [2]'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[b, s]', 'int64[1] = [0]', 'int64[2] = [1, 2]'], fails: 'OP_INVALID' },
  ],
};

/** The bounds by axis; undefined where not even the axes are known. */
type BoundsByAxis = ReadonlyMap<number, SliceBounds>;

function boundsOf(cx: InferContext, rank: number): BoundsByAxis | undefined {
  const starts = listOf(cx, 'starts', 1);
  const ends = listOf(cx, 'ends', 2);
  if (starts && ends && starts.length !== ends.length) {
    cx.fail('OP_INVALID', `${cx.op}: ${starts.length} starts and ${ends.length} ends`, {
      expected: `${starts.length} ends`,
      actual: `${ends.length} ends`,
    });
  }
  const count = (starts ?? ends)?.length;
  const given = axesArgument(cx, 3);
  if (given === undefined || (given === 'absent' && count === undefined)) return undefined;
  const axes = cx.axes(given === 'absent' ? Array.from({ length: count ?? 0 }, (_, i) => i) : given, rank);
  if (count !== undefined && axes.length !== count) {
    cx.fail('OP_INVALID', `${cx.op}: ${axes.length} axes for ${count} starts`, {
      expected: `${count} axes`,
      actual: `${axes.length}`,
    });
  }
  const steps = cx.has(4) ? sizeElements(cx, 4) : axes.map(() => constant(1));
  return new Map(axes.map((axis, i) => [axis, { start: starts?.[i], end: ends?.[i], step: steps?.[i] }]));
}

/** Slice had its bounds as attributes at first; DynamicSlice, which was tried beside it, has them as inputs. */
const hasAttributes = (cx: InferContext): boolean => cx.op === 'Slice' && cx.version < 10;

function listOf(cx: InferContext, name: string, i: number): readonly (Dim | undefined)[] | undefined {
  return hasAttributes(cx) ? cx.ints(name)?.map((n) => constant(n)) : sizeElements(cx, i);
}

/** The shape of the slice of input 0; undefined where its rank is not known. */
export function sliceShape(cx: InferContext): Shape | undefined {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  if (!shape) return undefined;
  const bounds = boundsOf(cx, shape.length);
  if (!bounds) return freshWithin(cx, shape, 'slice');
  return shape.map((size, axis) => {
    const at = bounds.get(axis);
    return at ? sliceLength(cx, size, at) : size;
  });
}

/** The elements of the slice, where they are known. */
export function sliceContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const source = cx.content(0);
  const sizes = contentSizes(output);
  const bounds = source && sizes && boundsOf(cx, source.shape.length);
  if (!bounds) return undefined;
  const strides = rowStrides(source.shape);
  let offset = 0;
  for (const [axis, { start, step }] of bounds) {
    if (start?.kind !== 'const' || step?.kind !== 'const') return undefined;
    const size = source.shape[axis] ?? 0;
    const from = start.value < 0 ? start.value + size : start.value;
    const stride = strides[axis] ?? 0;
    offset += Math.min(Math.max(from, 0), step.value > 0 ? size : size - 1) * stride;
    strides[axis] = stride * step.value;
  }
  return stridedView(source, sizes, strides, offset);
}

/** The family. */
export const SLICE_ROWS: readonly OperatorRow[] = [Slice];
