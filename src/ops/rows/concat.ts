// Tensors put together and taken apart along one axis: Concat and Split.
import { add, ceilDiv, floorDiv, mul, sub, sumOf } from '../../dim/arithmetic.ts';
import { constant, type Dim, unknownDim } from '../../dim/dim.ts';
import type { Content } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape, type ValueType } from '../../ir/type.ts';
import { copy } from '../costs/movement.ts';
import { keepsSizesBeside } from '../rules/backward.ts';
import { concatenated, contentSizes, rowStrides, stridedView } from '../rules/content-view.ts';
import { sizeElements } from '../rules/size-elements.ts';

/**
 * Concat (since 1; axis required since 4, 1 before): the inputs one after the other along `axis`; all other sizes agree.
 * `[..., d0, ...], [..., d1, ...] -> [..., d0 + d1, ...]`.
 */
const Concat: OperatorRow = {
  name: 'Concat',
  cost: copy,
  infer: (cx) => [cx.tensor(concatShape(cx))],
  backward: (cx, _, output) => {
    const axis = cx.axis(cx.int('axis', 1), output.length);
    return output.map((dim, i) => (i === axis ? unknownDim() : dim));
  },
  content: (cx, [output]) => [concatContent(cx, output)],
  examples: [
    { inputs: ['float32[b, s, 64]', 'float32[b, t, 64]'], attributes: { axis: 1 }, outputs: ['float32[b, s + t, 64]'] },
    {
      inputs: ['float32[b, 3]', 'float32[c, 4]'],
      attributes: { axis: -1 },
      outputs: ['float32[b, 7]'],
      constraints: ['b == c'],
    },
    { inputs: ['float32[b, 3]', 'float32[...]'], attributes: { axis: 0 }, outputs: ['float32[?, 3]'] },
    {
      inputs: ['int64[1] = [b]', 'int64[2] = [12, -1]', 'int64[1]'],
      attributes: { axis: 0 },
      outputs: ['int64[4] = [b, 12, -1, ?]'],
    },
    {
      inputs: ['int64[2, 1] = [b, 2]', 'int64[2, 2] = [3, 4, 5, s]'],
      attributes: { axis: 1 },
      outputs: ['int64[2, 3] = [b, 3, 4, 2, 5, s]'],
    },
    { inputs: ['float32[b]'], attributes: { axis: 0 }, outputs: ['float32[b]'] },
    { inputs: ['float32[b, 3]', 'float32[b, 4]'], attributes: { axis: 0 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'float32[b]'], attributes: { axis: 0 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[b, 3]', 'float32[b, 3]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The shape of the inputs, all by default, one after the other along `axis`; undefined where no rank is known. */
export function concatShape(
  cx: InferContext,
  inputs: readonly number[] = Array.from({ length: cx.inputCount }, (_, i) => i),
): Shape | undefined {
  const first = inputs.find((i) => cx.shape(i) !== undefined);
  const rank = first === undefined ? undefined : cx.shape(first)?.length;
  if (first === undefined || rank === undefined) return undefined;
  const axis = cx.axis(cx.int('axis', 1), rank);
  const shapes = inputs.map((i) => cx.ranked(i, rank));
  const result = (shapes[first] ?? []).slice();
  for (const i of inputs) {
    if (i === first) continue;
    for (let k = 0; k < rank; k++) {
      if (k !== axis)
        result[k] = cx.unifyAxes({ input: first, axis: k }, { input: i, axis: k }, 'sizes beside the axis');
    }
  }
  result[axis] = sumOf(shapes.map((shape) => shape[axis] ?? constant(0)));
  return result;
}

function concatContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const sizes = contentSizes(output);
  if (!sizes) return undefined;
  const axis = cx.axis(cx.int('axis', 1), sizes.length);
  const parts = Array.from({ length: cx.inputCount }, (_, i) => ({
    sizes: contentSizes(cx.type(i)),
    elements: cx.content(i)?.elements,
  }));
  return concatenated(output, axis, parts);
}

/**
 * Split (since 1; sizes an attribute before 13, num_outputs since 18): consecutive parts along `axis`.
 * `[..., d, ...] -> [..., split[i], ...]`; without sizes `d // n` each (n must divide d), with num_outputs `ceil(d / n)` and a smaller last.
 */
const Split: OperatorRow = {
  name: 'Split',
  cost: copy,
  infer: (cx) => splitShapes(cx).map((shape) => cx.tensor(shape)),
  backward: keepsSizesBeside(0),
  content: (cx, outputs) => splitContents(cx, outputs),
  examples: [
    {
      inputs: ['float32[b, s, 768]'],
      attributes: { axis: -1, num_outputs: 3 },
      outputs: ['float32[b, s, 256]', 'float32[b, s, 256]', 'float32[b, s, 256]'],
    },
    {
      inputs: ['float32[b, h]'],
      attributes: { axis: 1, num_outputs: 2 },
      outputs: ['float32[b, ceildiv(h, 2)]', 'float32[b, h // 2]'],
      constraints: ['h >= 2'],
    },
    {
      inputs: ['float32[b, h]'],
      attributes: { axis: 1 },
      opset: 13,
      outputs: ['float32[b, h // 2]', 'float32[b, h // 2]'],
      constraints: ['2 | h'],
    },
    {
      inputs: ['float32[b, h]', 'int64[2] = [3, 5]'],
      attributes: { axis: 1 },
      outputs: ['float32[b, 3]', 'float32[b, 5]'],
      constraints: ['h == 8'],
    },
    {
      inputs: ['float32[b, h]', 'int64[2] = [3, h - 3]'],
      attributes: { axis: 1 },
      outputs: ['float32[b, 3]', 'float32[b, h - 3]'],
      constraints: ['h >= 3'],
    },
    {
      inputs: ['float32[b, h]', 'int64[2]'],
      attributes: { axis: 1 },
      outputs: ['float32[b, u]', 'float32[b, h - u]'],
      bounds: ['u <= h'],
    },
    {
      inputs: ['float32[b, 7]'],
      attributes: { axis: 1, num_outputs: 4 },
      outputs: ['float32[b, 2]', 'float32[b, 2]', 'float32[b, 2]', 'float32[b, 1]'],
    },
    {
      inputs: ['float32[b, 8]'],
      attributes: { axis: 1, split: [2, 6] },
      opset: 11,
      outputs: ['float32[b, 2]', 'float32[b, 6]'],
    },
    { inputs: ['int64[3] = [b, s, 768]', 'int64[2] = [2, 1]'], outputs: ['int64[2] = [b, s]', 'int64[1] = [768]'] },
    { inputs: ['float32[...]'], attributes: { num_outputs: 2 }, outputs: ['float32[...]', 'float32[...]'] },
    { inputs: ['float32[b, 7]', 'int64[1] = [8]'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]'], attributes: { axis: 1, num_outputs: 5 }, fails: 'OP_INVALID' },
    { inputs: ['float32[b, 7]', 'int64[2] = [3, 4]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

function splitShapes(cx: InferContext): (Shape | undefined)[] {
  const count = cx.outputCount;
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  const sizes = shape && splitSizes(cx, shape, cx.axis(cx.int('axis', 0), shape.length));
  if (!sizes) return Array.from({ length: count }, () => undefined);
  const axis = cx.axis(cx.int('axis', 0), shape.length);
  return sizes.map((size) => shape.with(axis, size));
}

function splitSizes(cx: InferContext, shape: Shape, axis: number): readonly Dim[] {
  const size = shape[axis] ?? constant(0);
  const given = cx.has(1)
    ? (sizeElements(cx, 1) ?? Array.from({ length: cx.outputCount }, () => undefined))
    : attributeSizes(cx);
  if (!given) return evenSizes(cx, size);
  if (given.length !== cx.outputCount) {
    cx.fail('OP_INVALID', `Split: ${given.length} sizes for ${cx.outputCount} outputs`, {
      expected: `${cx.outputCount} sizes`,
      actual: `${given.length} sizes`,
    });
  }
  return givenSizes(cx, shape, size, given);
}

function attributeSizes(cx: InferContext): readonly Dim[] | undefined {
  return cx.version < 13 ? cx.ints('split')?.map((n) => constant(n)) : undefined;
}

/** Listed sizes; one that is not known is what the others leave of the axis. */
function givenSizes(cx: InferContext, shape: Shape, size: Dim, given: readonly (Dim | undefined)[]): readonly Dim[] {
  const lastOpen = given.lastIndexOf(undefined);
  const sizes = given.map((one, i) => (i === lastOpen ? undefined : (one ?? cx.fresh('split', { max: size }))));
  sizes.forEach((one, i) => {
    if (one) cx.atLeast(one, 0, `part ${i}`);
  });
  const sum = add(0, ...sizes.filter((one) => one !== undefined));
  if (lastOpen < 0) {
    if (cx.facts.equal(sum, size) === 'false') {
      cx.fail(
        'SHAPE_MISMATCH',
        `Split: the parts ${formatShape(sizes.filter((one) => one !== undefined))} do not add up to ${formatShape([size])} of ${formatShape(shape)}`,
        {
          expected: formatShape([size]),
          actual: formatShape([sum]),
        },
      );
    }
    cx.unify(size, sum, 'the axis and the sum of its parts');
  }
  const rest = sub(size, sum);
  return sizes.map((one) => one ?? rest);
}

function evenSizes(cx: InferContext, size: Dim): readonly Dim[] {
  const count = cx.outputCount;
  const parts = cx.int('num_outputs', count);
  if (parts !== count) {
    cx.fail('OP_INVALID', `Split: num_outputs is ${parts}, the node has ${count} outputs`, {
      expected: String(count),
      actual: String(parts),
    });
  }
  // Without num_outputs ONNX Runtime wants equal parts in the newer form too.
  if (cx.int('num_outputs') === undefined) {
    cx.divides(count, size, 'the size that is split');
    const whole = cx.facts.simplify(floorDiv(size, count));
    return Array.from({ length: count }, () => whole);
  }
  const each = ceilDiv(size, count);
  const last = sub(size, mul(count - 1, each));
  // ONNX Runtime 1.30 refuses an empty last part, 1.32 gives it: numbers may have one, a contract keeps clear of it.
  cx.atLeast(last, last.kind === 'const' ? 0 : 1, 'the last part');
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? each : last));
}

function splitContents(cx: InferContext, outputs: readonly ValueType[]): readonly (Content | undefined)[] {
  const source = cx.content(0);
  if (!source) return [];
  const strides = rowStrides(source.shape);
  const axis = cx.axis(cx.int('axis', 0), source.shape.length);
  let offset = 0;
  return outputs.map((output) => {
    const sizes = contentSizes(output);
    const content = sizes && !Number.isNaN(offset) ? stridedView(source, sizes, strides, offset) : undefined;
    // Behind a part of open size nothing can be placed.
    offset = sizes ? offset + (sizes[axis] ?? 0) * (strides[axis] ?? 0) : Number.NaN;
    return content;
  });
}

/** The family. */
export const CONCAT_ROWS: readonly OperatorRow[] = [Concat, Split];
