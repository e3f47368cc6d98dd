// Elements picked by index: Gather, GatherElements, GatherND.
import { add, neg } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, dimOf, intOf, makeContent, type Scalar } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { pick } from '../costs/movement.ts';
import { contentSizes } from '../rules/content-view.ts';
import { gatheredElements, gatheredSlices } from '../rules/indexed-content.ts';
import { positionOf } from '../rules/lanes.ts';

const INFINITE = Number.POSITIVE_INFINITY;

/**
 * Gather (since 1): slices of `data` along `axis` at `indices`.
 * `data [.., d_axis, ..], indices [i0, ..] -> [.., i0, .., ..]`: the indices' axes take the place of `axis`.
 */
const Gather: OperatorRow = {
  name: 'Gather',
  cost: pick,
  infer: (cx) => {
    const data = cx.rankBetween(0, 1, INFINITE);
    const indices = cx.shape(1);
    if (!data) return [cx.tensor(undefined)];
    const axis = cx.axis(cx.int('axis', 0), data.length);
    requireInside(cx, data[axis]);
    return [cx.tensor(indices && [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)])];
  },
  content: (cx, [output]) => [gatherContent(cx, output)],
  examples: [
    { inputs: ['float32[30522, 768]', 'int64[b, s]'], outputs: ['float32[b, s, 768]'] },
    { inputs: ['int64[3] = [b, s, 768]', 'int64[] = 1'], outputs: ['int64[] = s'] },
    { inputs: ['int64[3] = [b, s, 768]', 'int64[2] = [-1, 0]'], outputs: ['int64[2] = [768, b]'] },
    { inputs: ['float32[b, s, 768]', 'int64[] = 0'], attributes: { axis: 1 }, outputs: ['float32[b, 768]'] },
    {
      inputs: ['float32[b, s, 768]', 'int64[2] = [0, 5]'],
      attributes: { axis: 1 },
      outputs: ['float32[b, 2, 768]'],
      constraints: ['s >= 6'],
    },
    { inputs: ['float32[s, 768]', 'int64[] = s - 1'], outputs: ['float32[768]'] },
    { inputs: ['float32[b, s]', 'int64[...]'], outputs: ['float32[...]'] },
    {
      inputs: ['int64[2, 2] = [1, b, 2, c]', 'int64[1] = [1]'],
      attributes: { axis: 1 },
      outputs: ['int64[2, 1] = [b, c]'],
    },
    { inputs: ['float32[b, 3]', 'int64[] = 3'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[] = -4'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]', 'int64[] = 0'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[] = 0'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** Requires that an axis is long enough for every known index: `-size <= index < size`. */
function requireInside(cx: InferContext, size: Dim | undefined): void {
  if (!cx.content(1)) return requireSpanInside(cx, size);
  let least = 0;
  const symbolic = new Set<Dim>();
  for (const element of cx.content(1)?.elements ?? []) {
    const index = intOf(element);
    const dim = dimOf(element);
    if (index !== undefined) least = Math.max(least, index < 0 ? -Number(index) : Number(index) + 1);
    else if (dim && cx.facts.range(dim).min >= 0) symbolic.add(add(dim, 1));
  }
  if (!size) return;
  if (least > 0) cx.atLeast(size, least, 'the axis that the index is taken from');
  for (const dim of symbolic) cx.atLeast(size, dim, 'the axis that the index is taken from');
}

/** The same for indices that are known by their least and greatest element, where there surely are any. */
function requireSpanInside(cx: InferContext, size: Dim | undefined): void {
  const span = size && cx.span(1);
  if (!span || !cx.shape(1)?.every((dim) => cx.facts.range(dim).min >= 1)) return;
  cx.atLeast(size, add(span.greatest, 1), 'the axis that the index is taken from');
  if (cx.facts.range(span.least).min < 0) cx.atLeast(size, neg(span.least), 'the axis that the index is taken from');
}

function gatherContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const source = cx.content(0);
  const indices = cx.content(1);
  const sizes = source && indices && contentSizes(output);
  if (!sizes) return undefined;
  const axis = cx.axis(cx.int('axis', 0), source.shape.length);
  const size = source.shape[axis] ?? 0;
  const inner = elementCount(source.shape.slice(axis + 1));
  const elements: Scalar[] = [];
  for (let row = 0; row < elementCount(source.shape.slice(0, axis)); row++) {
    for (const element of indices.elements) {
      const at = positionOf(cx, element, size);
      for (let k = 0; k < inner; k++) {
        elements.push(at === undefined ? undefined : source.elements[(row * size + at) * inner + k]);
      }
    }
  }
  return makeContent(source.dtype, sizes, elements);
}

/**
 * GatherElements (since 11): one element of `data` for each index; the index replaces the position on `axis`.
 * `data [d0, ..], indices [i0, ..] -> [i0, ..]`, the ranks equal and no index axis but `axis` longer than its data axis.
 */
const GatherElements: OperatorRow = {
  name: 'GatherElements',
  cost: pick,
  infer: (cx) => {
    const data = cx.rankBetween(0, 1, INFINITE);
    const indices = data ? cx.ranked(1, data.length) : cx.rankBetween(1, 1, INFINITE);
    if (!indices) return [cx.tensor(undefined)];
    const shape = data ?? cx.ranked(0, indices.length);
    const axis = cx.axis(cx.int('axis', 0), indices.length);
    indices.forEach((size, k) => {
      const most = shape[k];
      if (k !== axis && most) cx.atLeast(most, size, `data axis ${k}`);
    });
    return [cx.tensor(indices)];
  },
  content: (cx) => [gatheredElements(cx)],
  examples: [
    { inputs: ['int64[3] = [b, s, 4]', 'int64[2] = [-1, 1]'], outputs: ['int64[2] = [4, s]'] },
    {
      inputs: ['int64[2, 2] = [1, b, 2, s]', 'int64[2, 1] = [1, 0]'],
      attributes: { axis: 1 },
      outputs: ['int64[2, 1] = [b, 2]'],
    },
    { inputs: ['float32[b, s]', 'int64[b, k]'], attributes: { axis: 1 }, outputs: ['float32[b, k]'] },
    {
      inputs: ['float32[b, s]', 'int64[c, k]'],
      attributes: { axis: -1 },
      outputs: ['float32[c, k]'],
      constraints: ['c <= b'],
    },
    { inputs: ['float32[...]', 'int64[b, k]'], outputs: ['float32[b, k]'], constraints: ['k <= ?'] },
    { inputs: ['float32[b, s]', 'int64[k]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[b, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * GatherND (since 11; batch_dims since 12): slices of `data` at index tuples, the last axis of `indices` being a tuple of length k.
 * `data [B.., d0, ..], indices [B.., i0, .., k] -> [B.., i0, .., d_k, ..]`.
 */
const GatherND: OperatorRow = {
  name: 'GatherND',
  cost: pick,
  infer: (cx) => [cx.tensor(gatherNDShape(cx))],
  content: (cx, [output]) => [gatheredSlices(cx, output)],
  examples: [
    { inputs: ['float32[b, s, h]', 'int64[n, 2]'], outputs: ['float32[n, h]'] },
    { inputs: ['float32[b, s, h]', 'int64[b, n, 1]'], attributes: { batch_dims: 1 }, outputs: ['float32[b, n, h]'] },
    {
      inputs: ['float32[b, s, h]', 'int64[c, 1]'],
      attributes: { batch_dims: 1 },
      outputs: ['float32[b, h]'],
      constraints: ['b == c'],
    },
    { inputs: ['int64[3] = [b, s, 4]', 'int64[2, 1] = [2, 1]'], outputs: ['int64[2] = [4, s]'] },
    {
      inputs: ['int64[2, 2] = [1, b, 2, s]', 'int64[2, 1] = [1, 0]'],
      attributes: { batch_dims: 1 },
      outputs: ['int64[2] = [b, 2]'],
    },
    { inputs: ['int64[2, 2] = [1, b, 2, s]', 'int64[1, 1] = [-1]'], outputs: ['int64[1, 2] = [2, s]'] },
    { inputs: ['float32[b, s, h]', 'int64[n, k]'], outputs: ['float32[...]'], constraints: ['k <= 3'] },
    { inputs: ['float32[b, s]', 'int64[n, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, s]', 'int64[n, 1]'], attributes: { batch_dims: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The shape of GatherND of input 0 at input 1; undefined where it is not known. */
export function gatherNDShape(cx: InferContext): Shape | undefined {
  const data = cx.rankBetween(0, 1, INFINITE);
  const indices = cx.rankBetween(1, 1, INFINITE);
  const tuple = indices?.at(-1);
  if (!data || !indices || !tuple) return undefined;
  const batch = batchAxes(cx, data, indices);
  if (tuple.kind !== 'const') {
    cx.atLeast(constant(data.length - batch), tuple, 'the number of axes that are indexed');
    return undefined;
  }
  // ONNX Runtime takes empty tuples too: each index then picks the whole of what is left.
  if (tuple.value > data.length - batch) {
    cx.fail(
      'SHAPE_MISMATCH',
      `GatherND: an index of ${tuple.value} positions does not fit ${data.length - batch} axes of ${cx.inputName(0)}`,
      {
        expected: `0 to ${data.length - batch}`,
        actual: String(tuple.value),
      },
    );
  }
  return [...indices.slice(0, -1), ...data.slice(batch + tuple.value)];
}

function batchAxes(cx: InferContext, data: Shape, indices: Shape): number {
  const batch = cx.int('batch_dims', 0);
  const most = Math.min(data.length, indices.length) - 1;
  if (batch < 0 || batch > most) {
    cx.fail('ATTRIBUTE_INVALID', `GatherND: batch_dims ${batch} is outside [0, ${most}]`, {
      expected: `0 to ${most}`,
      actual: String(batch),
    });
  }
  for (let axis = 0; axis < batch; axis++) cx.unifyAxes({ input: 0, axis }, { input: 1, axis }, 'batch sizes');
  return batch;
}

/** The family. */
export const GATHER_ROWS: readonly OperatorRow[] = [Gather, GatherElements, GatherND];
