// Axes that appear, vanish and change places: Squeeze, Unsqueeze, Transpose.
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { copy, view } from '../costs/movement.ts';
import { contentSizes, reshaped, rowStrides, stridedView } from '../rules/content-view.ts';
import { axesArgument, isAtLeast, listLength } from '../rules/size-elements.ts';
import { keepsSpan } from '../rules/span.ts';

/**
 * Squeeze (since 1; axes an input since 13): drops axes of size 1; without axes all of them.
 * `[..., 1, ...] -> [..., ...]`.
 */
const Squeeze: OperatorRow = {
  name: 'Squeeze',
  cost: view,
  span: keepsSpan,
  backward: (cx, i, output) => {
    const axes = axesArgument(cx, 1);
    // Without axes any number of ones may have been dropped.
    if (i !== 0 || axes === undefined || axes === 'absent' || axes.length === 0) return undefined;
    const dropped = cx.axes(axes, output.length + axes.length);
    const kept = output[Symbol.iterator]();
    return Array.from({ length: output.length + axes.length }, (_, axis) =>
      dropped.includes(axis) ? constant(1) : (kept.next().value ?? constant(1)),
    );
  },
  infer: (cx) => [cx.tensor(squeezeShape(cx))],
  content: (cx, [output]) => [reshaped(cx.content(0), output)],
  examples: [
    { inputs: ['float32[b, 1, s, 1]', 'int64[1] = [1]'], outputs: ['float32[b, s, 1]'] },
    { inputs: ['float32[b, 1, s, 1]', 'int64[2] = [-1, 1]'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[b, c]', 'int64[1] = [1]'], outputs: ['float32[b]'], constraints: ['c == 1'] },
    { inputs: ['float32[1, 3, 1]'], outputs: ['float32[3]'] },
    { inputs: ['float32[1, b + 1, 1]'], outputs: ['float32[b + 1]'] },
    { inputs: ['float32[1, b, 1]'], outputs: ['float32[...]'] },
    { inputs: ['float32[2, 1, b + 1, 3]', 'int64[1]'], outputs: ['float32[2, b + 1, 3]'] },
    { inputs: ['float32[1, 3, 1, 5]', 'int64[1]'], outputs: ['float32[u, v, 5]'] },
    { inputs: ['float32[1, 3, 1, 5]', 'int64[2]'], outputs: ['float32[...]'] },
    { inputs: ['int64[1] = [s]', 'int64[1] = [0]'], outputs: ['int64[] = s'] },
    { inputs: ['float32[b, 1]'], attributes: { axes: [1] }, opset: 11, outputs: ['float32[b]'] },
    { inputs: ['float32[2, 3]', 'int64[1] = [1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 1]', 'int64[1] = [2]'], fails: 'ATTRIBUTE_INVALID' },
  ],
};

function squeezeShape(cx: InferContext): Shape | undefined {
  const shape = cx.shape(0);
  const given = axesArgument(cx, 1);
  if (!shape) return undefined;
  // Several axes that are not known may name one axis twice.
  if (given === undefined) return listLength(cx, 1) === 1 ? squeezeSomewhere(cx, shape) : undefined;
  // ONNX Runtime takes an empty list of axes as no list.
  if (given === 'absent' || given.length === 0) return squeezeAll(cx, shape);
  const axes = cx.axes(given, shape.length);
  for (const axis of axes) cx.unify(shape[axis] ?? constant(1), constant(1), `axis ${axis} that is squeezed and 1`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function squeezeAll(cx: InferContext, shape: Shape): Shape | undefined {
  const kept: Dim[] = [];
  for (const dim of shape) {
    if (dim.kind === 'const') {
      if (dim.value !== 1) kept.push(dim);
      continue;
    }
    // A size that may be 1 or more decides the rank only at run time.
    if (!isAtLeast(cx, dim, 2)) return undefined;
    kept.push(dim);
  }
  return kept;
}

/** The shape when one axis vanishes and is not known: it lies between the first and the last axis that can be 1. */
function squeezeSomewhere(cx: InferContext, shape: Shape): Shape {
  const canBeOne = (dim: Dim): boolean => cx.facts.equal(dim, 1) !== 'false';
  const [first, last] = [shape.findIndex(canBeOne), shape.findLastIndex(canBeOne)];
  const only = first === last ? shape[first] : undefined;
  if (only) cx.unify(only, constant(1), `axis ${first}, the only one that can be squeezed, and 1`);
  return shape.slice(1).map((next, axis) => {
    const same = shape[axis] ?? next;
    if (axis < first || same === next) return same;
    return axis >= last ? next : cx.fresh('squeezed');
  });
}

/**
 * Unsqueeze (since 1; axes an input since 13): axes of size 1 that stand at `axes` of the result.
 * `[..., ...] -> [..., 1, ...]`.
 */
const Unsqueeze: OperatorRow = {
  name: 'Unsqueeze',
  cost: view,
  span: keepsSpan,
  backward: (cx, i, output) => {
    const axes = axesArgument(cx, 1);
    if (i !== 0 || axes === undefined || axes === 'absent') return undefined;
    const added = cx.axes(axes, output.length);
    return output.filter((_, axis) => !added.includes(axis));
  },
  infer: (cx) => [cx.tensor(unsqueezeShape(cx))],
  content: (cx, [output]) => [reshaped(cx.content(0), output)],
  examples: [
    { inputs: ['float32[b, s]', 'int64[1] = [1]'], outputs: ['float32[b, 1, s]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [-1, 0]'], outputs: ['float32[1, b, s, 1]'] },
    { inputs: ['int64[] = s', 'int64[1] = [0]'], outputs: ['int64[1] = [s]'] },
    { inputs: ['float32[b]'], attributes: { axes: [0] }, opset: 11, outputs: ['float32[1, b]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [0, -4]'], fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[b, s]', 'int64[1] = [3]'], fails: 'ATTRIBUTE_INVALID' },
  ],
};

function unsqueezeShape(cx: InferContext): Shape | undefined {
  const shape = cx.shape(0);
  if (!shape) return undefined;
  const given = axesArgument(cx, 1);
  if (given === 'absent') return cx.fail('ATTRIBUTE_MISSING', 'Unsqueeze needs axes', { expected: 'axes' });
  if (!given) {
    const added = listLength(cx, 1);
    return added === undefined ? undefined : placedSomewhere(cx, shape, added);
  }
  const axes = cx.axes(given, shape.length + given.length);
  const rest = shape[Symbol.iterator]();
  const result: Dim[] = [];
  for (let axis = 0; axis < shape.length + axes.length; axis++) {
    const next = axes.includes(axis) ? undefined : rest.next();
    result.push(next && !next.done ? next.value : constant(1));
  }
  return result;
}

/** The shape when only the number of new axes is known. */
function placedSomewhere(cx: InferContext, shape: Shape, added: number): Shape {
  if (shape.length === 0) return Array.from({ length: added }, () => constant(1));
  return Array.from({ length: shape.length + added }, () => cx.fresh('axis'));
}

/**
 * Transpose (since 1): axis `i` of the result is axis `perm[i]` of the input; reversed without perm.
 * `[d0, ..., dn] -> [d_perm[0], ..., d_perm[n]]`.
 */
const Transpose: OperatorRow = {
  name: 'Transpose',
  cost: copy,
  span: keepsSpan,
  infer: (cx) => {
    const order = permutation(cx);
    const shape = order ? cx.ranked(0, order.length) : undefined;
    return [cx.tensor(order?.map((axis) => shape?.[axis] ?? constant(1)))];
  },
  // With perm the rule itself fixes the rank; without it the axes are reversed.
  backward: (_, i, output) => (i === 0 ? output.toReversed() : undefined),
  content: (cx, [output]) => {
    const source = cx.content(0);
    const sizes = contentSizes(output);
    if (!source || !sizes) return [];
    const strides = rowStrides(source.shape);
    return [stridedView(source, sizes, permutation(cx)?.map((axis) => strides[axis] ?? 0) ?? [])];
  },
  examples: [
    { inputs: ['float32[b, s, 12, 64]'], attributes: { perm: [0, 2, 1, 3] }, outputs: ['float32[b, 12, s, 64]'] },
    { inputs: ['float32[b, s, 64]'], outputs: ['float32[64, s, b]'] },
    { inputs: ['float32[...]'], attributes: { perm: [1, 0] }, outputs: ['float32[?, ?]'] },
    {
      inputs: ['int64[2, 3] = [1, 2, 3, s, t, 6]'],
      outputs: ['int64[3, 2] = [1, s, 2, t, 3, 6]'],
    },
    { inputs: ['float32[b, s]'], attributes: { perm: [0, 2, 1] }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[b, s]'], attributes: { perm: [0, 0] }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

function permutation(cx: InferContext): readonly number[] | undefined {
  const perm = cx.ints('perm');
  if (!perm) return cx.shape(0)?.map((_, axis, { length }) => length - 1 - axis);
  const sorted = perm.toSorted((a, b) => a - b);
  if (sorted.some((axis, i) => axis !== i)) {
    cx.fail('ATTRIBUTE_INVALID', `Transpose: perm [${perm.join(', ')}] is no permutation of the axes`, {
      expected: `0 to ${perm.length - 1}, each once`,
      actual: `[${perm.join(', ')}]`,
    });
  }
  return perm;
}

/** The family. */
export const AXES_ROWS: readonly OperatorRow[] = [Squeeze, Unsqueeze, Transpose];
