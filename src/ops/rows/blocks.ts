// Elements moved between axes in blocks, and rows chosen or reversed: DepthToSpace, SpaceToDepth, Col2Im, OneHot, Compress, ReverseSequence.
import { add, floorDiv, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { copy } from '../costs/movement.ts';
import { countOf } from '../rules/element-counts.ts';
import { compressedContent, oneHotContent } from '../rules/found-content.ts';
import { sizeElements, sizeScalar } from '../rules/size-elements.ts';

const INFINITE = Number.POSITIVE_INFINITY;

function blockSize(cx: InferContext): number {
  const size = cx.int('blocksize', 0);
  if (size < 1)
    cx.fail('ATTRIBUTE_INVALID', `${cx.op}: blocksize must be at least 1`, { expected: '>= 1', actual: String(size) });
  return size;
}

/** `dim / divisor`, required to be whole. */
function parts(cx: InferContext, dim: Dim, divisor: number, what: string): Dim {
  cx.divides(divisor, dim, what);
  return cx.facts.simplify(floorDiv(dim, divisor));
}

/** DepthToSpace (since 1): `[n, c, h, w] -> [n, c / b^2, h*b, w*b]` for block size b. */
const DepthToSpace: OperatorRow = {
  name: 'DepthToSpace',
  cost: copy,
  infer: (cx) => {
    const [n, c, h, w] = cx.ranked(0, 4);
    const b = blockSize(cx);
    return [n && c && h && w ? cx.tensor([n, parts(cx, c, b * b, 'channels'), mul(h, b), mul(w, b)]) : undefined];
  },
  examples: [
    { inputs: ['float32[n, 8, h, w]'], attributes: { blocksize: 2 }, outputs: ['float32[n, 2, 2*h, 2*w]'] },
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { blocksize: 2 },
      outputs: ['float32[n, c // 4, 2*h, 2*w]'],
      constraints: ['4 | c'],
    },
    { inputs: ['float32[n, 6, h, w]'], attributes: { blocksize: 2 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 8, h]'], attributes: { blocksize: 2 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, 8, h, w]'], attributes: { blocksize: 0 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** SpaceToDepth (since 1): `[n, c, h, w] -> [n, c*b^2, h / b, w / b]` for block size b. */
const SpaceToDepth: OperatorRow = {
  name: 'SpaceToDepth',
  cost: copy,
  infer: (cx) => {
    const [n, c, h, w] = cx.ranked(0, 4);
    const b = blockSize(cx);
    return [
      n && c && h && w ? cx.tensor([n, mul(c, b * b), parts(cx, h, b, 'height'), parts(cx, w, b, 'width')]) : undefined,
    ];
  },
  examples: [
    { inputs: ['float32[n, 3, 8, 4]'], attributes: { blocksize: 2 }, outputs: ['float32[n, 12, 4, 2]'] },
    {
      inputs: ['float32[n, 3, h, w]'],
      attributes: { blocksize: 2 },
      outputs: ['float32[n, 12, h // 2, w // 2]'],
      constraints: ['2 | h', '2 | w'],
    },
    { inputs: ['float32[n, 3, 7, w]'], attributes: { blocksize: 2 }, fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * Col2Im (since 18): blocks of columns added up into an image.
 * `[n, c*prod(block), L], image_shape, block_shape -> [n, c, image..]`, L being the number of block positions:
 * the product of `(image + pads - dilation*(block - 1) - 1) // stride + 1`.
 */
const Col2Im: OperatorRow = {
  name: 'Col2Im',
  cost: onePerInput,
  infer: (cx) => {
    const [n, columns] = cx.ranked(0, 3);
    const image = sizeElements(cx, 1);
    const block = sizeElements(cx, 2);
    if (!n || !columns || !(image ?? block)) return [cx.tensor(undefined)];
    const rank = (image ?? block ?? []).length;
    const sizes = Array.from({ length: rank }, (_, k) => image?.[k] ?? cx.fresh('image'));
    const known = block?.filter((one) => one !== undefined);
    if (!known || known.length !== rank || block?.length !== rank)
      return [cx.tensor([n, cx.fresh('channels', { max: columns }), ...sizes])];
    const area = countOf(known);
    cx.divides(area, columns, 'rows of columns');
    if (image?.every((one) => one !== undefined)) requirePositions(cx, sizes, known);
    return [cx.tensor([n, cx.facts.simplify(floorDiv(columns, area)), ...sizes])];
  },
  examples: [
    { inputs: ['float32[n, 5, 5]', 'int64[2] = [5, 5]', 'int64[2] = [1, 5]'], outputs: ['float32[n, 1, 5, 5]'] },
    {
      inputs: ['float32[n, c, L]', 'int64[2] = [H, 6]', 'int64[2] = [2, 2]'],
      attributes: { strides: [2, 2] },
      outputs: ['float32[n, c // 4, H, 6]'],
      constraints: ['4 | c', 'L == 3*(H//2)'],
    },
    {
      inputs: ['float32[n, c, L]', 'int64[2]', 'int64[2] = [2, 2]'],
      outputs: ['float32[n, c // 4, u, v]'],
      constraints: ['4 | c'],
    },
    { inputs: ['float32[n, 6, 25]', 'int64[2] = [5, 5]', 'int64[2] = [2, 2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 5, 4]', 'int64[2] = [5, 5]', 'int64[2] = [1, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

function requirePositions(cx: InferContext, image: Shape, block: Shape): void {
  const pads = cx.ints('pads');
  const positions = image.map((size, k) => {
    const dilation = cx.ints('dilations')?.[k] ?? 1;
    const stride = cx.ints('strides')?.[k] ?? 1;
    const padding = (pads?.[k] ?? 0) + (pads?.[k + image.length] ?? 0);
    const reach = add(mul(sub(block[k] ?? 1, 1), dilation), 1);
    return add(floorDiv(sub(add(size, padding), reach), stride), 1);
  });
  const columns = cx.shape(0)?.[2];
  if (columns) cx.unify(columns, countOf(positions), 'the columns and the positions of the block');
}

/**
 * OneHot (since 9): an axis of length `depth` that is `values[1]` at the index and `values[0]` elsewhere, at `axis` of the result.
 * `indices [i0, ..] -> [.., depth, ..]`.
 */
const OneHot: OperatorRow = {
  name: 'OneHot',
  cost: copy,
  settings: [2],
  infer: (cx) => {
    const indices = cx.rankBetween(0, 1, INFINITE);
    const [values] = cx.ranked(2, 1);
    if (values) cx.unify(values, constant(2), 'the number of values and 2');
    const known = depthOf(cx);
    const depth = known ?? cx.fresh('depth', { min: 1 });
    cx.atLeast(depth, 1, 'depth');
    if (!indices) return [cx.tensor(undefined, cx.dtype(2))];
    const axis = cx.axis(cx.int('axis', -1), indices.length + 1);
    return [cx.tensor([...indices.slice(0, axis), depth, ...indices.slice(axis)], cx.dtype(2))];
  },
  content: (cx, [output]) => [oneHotContent(cx, output)],
  examples: [
    {
      inputs: ['int64[3] = [1, -1, 7]', 'int64[] = 2', 'int64[2] = [0, s]'],
      outputs: ['int64[3, 2] = [0, s, 0, s, 0, 0]'],
    },
    {
      inputs: ['int64[2] = [0, 2]', 'int64[] = 3', 'int64[2] = [5, 9]'],
      attributes: { axis: 0 },
      outputs: ['int64[3, 2] = [9, 5, 5, 5, 5, 9]'],
    },
    { inputs: ['int64[b, s]', 'int64[] = 10', 'float32[2]'], outputs: ['float32[b, s, 10]'] },
    { inputs: ['int64[b, s]', 'int64[1] = [k]', 'float32[2]'], attributes: { axis: 1 }, outputs: ['float32[b, k, s]'] },
    { inputs: ['int64[b]', 'int64[]', 'float32[2]'], outputs: ['float32[b, u]'] },
    { inputs: ['int64[b]', 'float32[] = 3.5', 'float32[2]'], outputs: ['float32[b, 3]'] },
    { inputs: ['int64[b]', 'int64[] = 0', 'float32[2]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['int64[]', 'int64[] = 3', 'float32[2]'], fails: 'RANK_MISMATCH' },
    { inputs: ['int64[b]', 'int64[] = 3', 'float32[v]'], outputs: ['float32[b, 3]'], constraints: ['v == 2'] },
    { inputs: ['int64[b]', 'int64[] = 3', 'float32[1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['int64[b]', 'int64[] = 3', 'float32[2]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The depth where it is known; it may come as a float, which ONNX Runtime truncates. */
function depthOf(cx: InferContext): Dim | undefined {
  const element = cx.content(1)?.elements[0];
  return typeof element === 'number' ? constant(Math.trunc(element)) : sizeScalar(cx, 1);
}

/**
 * Compress (since 9): the slices along `axis` (or the elements of the flattened input) at which the condition holds.
 * `[.., d, ..], bool[k] -> [.., u, ..]` with `u <= min(d, k)`.
 */
const Compress: OperatorRow = {
  name: 'Compress',
  cost: copy,
  infer: (cx) => {
    const [condition] = cx.ranked(1, 1);
    const shape = cx.rankBetween(0, 1, INFINITE);
    const given = cx.int('axis');
    if (!shape) return [cx.tensor(given === undefined ? [keptOf(cx, undefined, condition)] : undefined)];
    if (given === undefined) return [cx.tensor([keptOf(cx, countOf(shape), condition)])];
    const axis = cx.axis(given, shape.length);
    return [cx.tensor(shape.with(axis, keptOf(cx, shape[axis], condition)))];
  },
  content: (cx, [output]) => [compressedContent(cx, output)],
  examples: [
    {
      inputs: ['int64[2, 2] = [1, s, 2, t]', 'bool[2] = [false, true]'],
      attributes: { axis: 1 },
      outputs: ['int64[2, 1] = [s, t]'],
    },
    { inputs: ['int64[2, 2] = [1, s, 2, t]', 'bool[3] = [true, false, true]'], outputs: ['int64[2] = [1, 2]'] },
    {
      inputs: ['float32[b, 5]', 'bool[5]'],
      attributes: { axis: 1 },
      outputs: ['float32[b, u]'],
      bounds: ['u <= 5'],
    },
    { inputs: ['float32[b, s]', 'bool[k]'], outputs: ['float32[u]'], bounds: ['u <= b*s', 'u <= k'] },
    {
      inputs: ['float32[b, 3]', 'bool[3] = [true, false, true]'],
      attributes: { axis: -1 },
      outputs: ['float32[b, 2]'],
    },
    { inputs: ['float32[b, 3]', 'bool[3, 1]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[b, 3]', 'bool[3]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

function keptOf(cx: InferContext, size: Dim | undefined, condition: Dim | undefined): Dim {
  const flags = cx.content(1)?.elements;
  // Flags past the axis are ignored, so a known list counts only where it does not reach past it.
  if (
    flags?.every((flag) => typeof flag === 'boolean') &&
    size &&
    cx.facts.atMost(constant(flags.length), size) === 'true'
  ) {
    return constant(flags.filter(Boolean).length);
  }
  const kept = cx.fresh('kept', { max: size ?? condition });
  if (size && condition) cx.facts.give({ kind: 'atMost', left: kept, right: condition, origins: [] });
  return kept;
}

/** ReverseSequence (since 10): the first `sequence_lens[i]` steps of each batch entry reversed; the shape stays. */
const ReverseSequence: OperatorRow = {
  name: 'ReverseSequence',
  cost: copy,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, INFINITE);
    cx.ranked(1, 1);
    const batch = cx.int('batch_axis', 1);
    const time = cx.int('time_axis', 0);
    if (batch + time !== 1 || batch * time !== 0) {
      cx.fail('ATTRIBUTE_INVALID', `ReverseSequence: batch_axis ${batch} and time_axis ${time} must be 0 and 1`, {
        expected: '0 and 1, or 1 and 0',
        actual: `${batch} and ${time}`,
      });
    }
    if (shape) cx.unifyAxes({ input: 0, axis: batch }, { input: 1, axis: 0 }, 'batch sizes');
    return [cx.tensor(shape)];
  },
  examples: [
    { inputs: ['float32[s, b, 8]', 'int64[b]'], outputs: ['float32[s, b, 8]'] },
    {
      inputs: ['float32[b, s]', 'int64[c]'],
      attributes: { batch_axis: 0, time_axis: 1 },
      outputs: ['float32[b, s]'],
      constraints: ['b == c'],
    },
    { inputs: ['float32[s, 3]', 'int64[4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[s]', 'int64[4]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[s, 3]', 'int64[3]'], attributes: { batch_axis: 1, time_axis: 1 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family. */
export const BLOCK_ROWS: readonly OperatorRow[] = [
  DepthToSpace,
  SpaceToDepth,
  Col2Im,
  OneHot,
  Compress,
  ReverseSequence,
];
