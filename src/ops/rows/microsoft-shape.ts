// Operators of com.microsoft that move, take and lay out elements: older forms of standard ones, and windows of an axis.
import { add, floorDiv, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { copy, fill, pick, view } from '../costs/movement.ts';
import { gridSampleCost } from '../costs/window.ts';
import { requirePositive } from '../rules/channels.ts';
import { gatheredSlices } from '../rules/indexed-content.ts';
import { inMicrosoft } from '../rules/microsoft.ts';
import { scalarInput } from '../rules/scalar-input.ts';
import { isAtLeast, sizeElements } from '../rules/size-elements.ts';
import { rangeContent, rangeSpan, rangeType } from './constants.ts';
import { gatherNDShape } from './gather.ts';
import { triluType } from './matrix.ts';
import { padShape } from './pad.ts';
import { gridSampled } from './sampling.ts';

const ANY = Number.POSITIVE_INFINITY;

/** GatherND (1): slices of data at index tuples, the last axis of indices; `[d...], [i..., k] -> [i..., d_k...]`. */
const GatherND: OperatorRow = {
  name: 'GatherND',
  cost: pick,
  infer: (cx) => [cx.tensor(gatherNDShape(cx))],
  content: (cx, [output]) => [gatheredSlices(cx, output)],
  examples: [
    { inputs: ['float32[b, s, h]', 'int64[n, 2]'], outputs: ['float32[n, h]'] },
    { inputs: ['int64[3] = [b, s, 4]', 'int32[2, 1] = [2, 1]'], outputs: ['int64[2] = [4, s]'] },
    { inputs: ['float32[b, s]', 'int64[n, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** Pad (1): sizes grow by the pads, all begins, then all ends; `[.., d, ..] -> [.., begin + d + end, ..]`. */
const Pad: OperatorRow = {
  name: 'Pad',
  cost: copy,
  infer: (cx) => [cx.tensor(padShape(cx))],
  examples: [
    { inputs: ['float32[b, s]', 'int64[4] = [0, 1, 0, 2]'], outputs: ['float32[b, s + 3]'] },
    { inputs: ['float32[b, s]', 'int64[4] = [0, 0, 0, 512 - s]', 'float32[]'], outputs: ['float32[b, 512]'] },
    {
      inputs: ['float32[b, s]', 'int64[4] = [0, 3, 0, 1]'],
      attributes: { mode: 'reflect' },
      outputs: ['float32[b, s + 4]'],
      constraints: ['s >= 4'],
    },
    { inputs: ['float32[b, s]', 'int64[4]'], outputs: ['float32[u, v]'] },
    { inputs: ['float32[b, s]', 'int64[2] = [0, 3]'], fails: 'OP_INVALID' },
  ],
};

/** Range (1): `start, start + delta, ...` up to but without `limit`; a delta that is not given is 1. */
const Range: OperatorRow = {
  name: 'Range',
  cost: fill,
  infer: rangeType,
  content: rangeContent,
  span: rangeSpan,
  examples: [
    { inputs: ['int64[] = 0', 'int64[] = s'], outputs: ['int64[s]'] },
    { inputs: ['int64[1] = 1', 'int64[1] = s', 'int64[1] = 2'], outputs: ['int64[ceildiv(s - 1, 2)]'] },
    { inputs: ['int64[] = s', 'int64[] = s + 2'], outputs: ['int64[2] = [s, s + 1]'] },
    { inputs: ['float32[] = 0', 'float32[] = 2.5'], outputs: ['float32[3]'] },
    { inputs: ['int64[]', 'int64[] = s'], outputs: ['int64[u]'] },
    { inputs: ['int64[] = 0', 'int64[] = s', 'int64[] = 0'], fails: 'OP_INVALID' },
  ],
};

/** Trilu (1): the upper or lower triangle of each matrix, zeros elsewhere. `[..., n, m] -> [..., n, m]` */
const Trilu: OperatorRow = {
  name: 'Trilu',
  cost: copy,
  infer: triluType,
  examples: [
    { inputs: ['float32[b, s, t]', 'int64[]'], attributes: { upper: 0 }, outputs: ['float32[b, s, t]'] },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

/** GridSample (1): X read at the places in Grid. `[n, c, h, w], [n, a, b, 2] -> [n, c, a, b]` */
const GridSample: OperatorRow = {
  name: 'GridSample',
  cost: gridSampleCost,
  infer: (cx) => {
    for (const i of [0, 1]) cx.ranked(i, 4);
    return [cx.tensor(gridSampled(cx))];
  },
  examples: [
    { inputs: ['float32[n, c, h, w]', 'float32[n, a, b, 2]'], outputs: ['float32[n, c, a, b]'] },
    { inputs: ['float32[n, c, h, w]', 'float32[n, a, b, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, c, h, w, d]', 'float32[n, a, b, e, 3]'], fails: 'RANK_MISMATCH' },
  ],
};

/** Unique (1): the different elements of a vector in the order in which they come: `[u]`, the index of each one among them `[n]`, counts `[u]`. */
const Unique: OperatorRow = {
  name: 'Unique',
  cost: onePerInput,
  infer: (cx) => {
    const [size] = cx.ranked(0, 1);
    if (!size) return [];
    const unique = cx.fresh('unique', { min: isAtLeast(cx, size, 1) ? 1 : 0, max: size });
    return [cx.tensor([unique]), cx.tensor([size], 'int64'), cx.tensor([unique], 'int64')];
  },
  examples: [
    { inputs: ['float32[n]'], outputs: ['float32[u]', 'int64[n]', 'int64[u]'], bounds: ['u <= n'] },
    { inputs: ['float32[n, 2]'], fails: 'RANK_MISMATCH' },
  ],
};

/** UnfoldTensor (1): all windows of an axis, one every `step`: `[.., d, ..] -> [.., (d - size)//step + 1, .., size]`. */
const UnfoldTensor: OperatorRow = {
  name: 'UnfoldTensor',
  cost: copy,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 1, ANY);
    const [size, step] = [requirePositive(cx, 'size'), requirePositive(cx, 'step')];
    if (!shape) return [cx.tensor(undefined)];
    const axis = cx.axis(cx.int('dim', -1), shape.length, 'dim');
    const length = shape[axis] ?? constant(1);
    cx.atLeast(length, size, 'the unfolded axis');
    return [cx.tensor([...shape.with(axis, add(floorDiv(sub(length, size), step), 1)), size])];
  },
  examples: [
    {
      inputs: ['float32[b, t, 3]'],
      attributes: { dim: 1, size: 4, step: 2 },
      outputs: ['float32[b, t//2 - 1, 3, 4]'],
      constraints: ['t >= 4'],
    },
    { inputs: ['float32[9]'], attributes: { size: 4, step: 3 }, outputs: ['float32[2, 4]'] },
    { inputs: ['float32[...]'], attributes: { size: 4 }, outputs: ['float32[...]'] },
    { inputs: ['float32[b, 3]'], attributes: { size: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]'], attributes: { size: 2, dim: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[b, 3]'], attributes: { size: 0 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** ExpandDims (1): an axis of size 1 at `axis` of the result, which counts from either end. */
const ExpandDims: OperatorRow = {
  name: 'ExpandDims',
  cost: view,
  infer: (cx) => {
    scalarInput(cx, 1);
    const shape = cx.shape(0);
    return [cx.tensor(shape && expanded(cx, shape))];
  },
  examples: [
    { inputs: ['float32[b, s]', 'int32[] = 1'], outputs: ['float32[b, 1, s]'] },
    { inputs: ['float32[b, s]', 'int32[1] = [-1]'], outputs: ['float32[b, s, 1]'] },
    { inputs: ['float32[b]', 'int32[]'], outputs: ['float32[u, v]'] },
    { inputs: ['float32[...]', 'int32[] = 0'], outputs: ['float32[...]'] },
    { inputs: ['float32[b, s]', 'int32[] = -4'], fails: 'ATTRIBUTE_INVALID' },
  ],
};

function expanded(cx: InferContext, shape: Shape): Shape {
  const [given] = cx.integers(1) ?? [];
  if (given === undefined) {
    if (shape.length === 0) return [constant(1)];
    return Array.from({ length: shape.length + 1 }, (): Dim => cx.fresh('axis'));
  }
  return shape.toSpliced(cx.axis(given, shape.length + 1), 0, constant(1));
}

/** TorchEmbedding (1): rows of weight by index. `[n, m], [i...] -> [i..., m]` */
const TorchEmbedding: OperatorRow = {
  name: 'TorchEmbedding',
  cost: pick,
  infer: (cx) => {
    const size = cx.ranked(0, 2)[1];
    for (const i of [2, 3]) scalarInput(cx, i);
    const indices = cx.shape(1);
    return [cx.tensor(indices && size && [...indices, size])];
  },
  examples: [
    { inputs: ['float32[512, 16]', 'int64[b, s]', 'int64[]'], outputs: ['float32[b, s, 16]'] },
    { inputs: ['float32[512, 16, 2]', 'int64[b, s]'], fails: 'RANK_MISMATCH' },
  ],
};

/** CropAndResize (1): regions of X, resampled to the sizes that crop_size lists. `[n, c, h, w], [r, 4], [r], int32[2] -> [r, c, crop_size...]` */
const CropAndResize: OperatorRow = {
  name: 'CropAndResize',
  infer: (cx) => {
    const channels = cx.ranked(0, 4)[1];
    const width = cx.ranked(1, 2)[1];
    cx.ranked(2, 1);
    const [length] = cx.ranked(3, 1);
    if (width) cx.unify(constant(4), width, `coordinates per region of ${cx.inputName(1)}`);
    if (length) cx.unify(constant(2), length, `2 and the elements of ${cx.inputName(3)}`);
    const count = cx.unifyAxes({ input: 1, axis: 0 }, { input: 2, axis: 0 }, 'regions');
    const size = sizeElements(cx, 3) ?? [];
    const sizes = [0, 1].map((i) => size[i] ?? cx.fresh('crop', { min: 1 }));
    for (const each of sizes) cx.atLeast(each, 1, 'crop_size');
    return [cx.tensor(channels && [count, channels, ...sizes])];
  },
  examples: [
    {
      inputs: ['float32[n, 256, h, w]', 'float32[r, 4]', 'int32[r]', 'int32[2] = [7, 5]'],
      outputs: ['float32[r, 256, 7, 5]'],
    },
    { inputs: ['float32[n, 3, h, w]', 'float32[r, 4]', 'int32[r]', 'int32[2]'], outputs: ['float32[r, 3, u, v]'] },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 4]', 'int32[3]', 'int32[2] = [7, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 3, 8, 8]', 'float32[4, 5]', 'int32[4]', 'int32[2] = [7, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_SHAPE_ROWS: readonly OperatorRow[] = inMicrosoft([
  GatherND,
  Pad,
  Range,
  Trilu,
  GridSample,
  Unique,
  UnfoldTensor,
  ExpandDims,
  TorchEmbedding,
  CropAndResize,
]);
