// Between a tensor and a list of its parts: ConcatFromSequence and SplitToSequence.
import { add, mul, sumOf } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, makeContent } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape, type ValueType } from '../../ir/type.ts';
import { copy } from '../costs/movement.ts';
import { concatenated, contentSizes } from '../rules/content-view.ts';
import {
  type Element,
  type Elements,
  elementsOf,
  knownList,
  lengthOf,
  listElements,
  partOf,
  sequenceType,
} from '../rules/sequence-elements.ts';
import { isAtLeast, sizeElements, sizeScalar } from '../rules/size-elements.ts';
import { isVarying, oneElement, varyingDim } from '../rules/varying.ts';
import { elementType } from './sequence.ts';

const INFINITE = Number.POSITIVE_INFINITY;

/**
 * ConcatFromSequence (since 11): the elements one after the other along `axis`, or stacked on a new axis there.
 * `seq([..]) -> [.., u, ..]`: how many elements there are is known only at run time.
 */
const ConcatFromSequence: OperatorRow = {
  name: 'ConcatFromSequence',
  cost: copy,
  infer: (cx) => {
    const element = elementType(cx, 0);
    const stacks = cx.int('new_axis', 0) === 1;
    const known = elementsOf(cx.type(0));
    if (known?.kind === 'list' && known.types.length > 0) return [joined(cx, known.types, stacks)];
    // All elements of a valid run agree in the sizes beside the axis, so one element stands for all.
    const one = oneElement(cx, element);
    if (one.kind !== 'tensor') return [undefined];
    if (!one.shape) return [one];
    const { shape, dtype } = one;
    const axis = cx.axis(cx.int('axis', 0), shape.length + (stacks ? 1 : 0));
    if (stacks) return [cx.tensor(shape.toSpliced(axis, 0, lengthOf(known) ?? cx.fresh('stack')), dtype)];
    // Parts along an axis, put together along the same one, are the whole again.
    if (known?.kind === 'parts' && known.axis === axis) return [known.whole];
    const part = element.kind === 'tensor' ? element.shape?.[axis] : undefined;
    if (known?.kind === 'many' && part && !isVarying(part)) {
      return [cx.tensor(shape.with(axis, cx.facts.simplify(mul(known.length, part))), dtype)];
    }
    return [cx.tensor(shape.with(axis, cx.fresh('concat')), dtype)];
  },
  content: (cx, [output]) => [joinedContent(cx, output)],
  examples: [
    { inputs: ['seq(float32[b, 4])'], attributes: { axis: 0 }, outputs: ['float32[u, 4]'] },
    { inputs: ['seq(float32[b, 4])'], attributes: { axis: -1, new_axis: 1 }, outputs: ['float32[b, 4, u]'] },
    { inputs: ['seq(float32[...])'], attributes: { axis: 0 }, outputs: ['float32[...]'] },
    { inputs: ['seq(float32[b, 4])'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[b, 4]'], attributes: { axis: 0 }, fails: 'KIND_MISMATCH' },
  ],
};

/** The concatenation or the stack of a known list. */
function joined(cx: InferContext, types: readonly ValueType[], stacks: boolean): ValueType | undefined {
  const shapes: Shape[] = [];
  for (const type of types) {
    if (type.kind !== 'tensor' || !type.shape) return undefined;
    shapes.push(type.shape);
  }
  const [first, ...rest] = shapes;
  if (!first || types[0]?.kind !== 'tensor') return undefined;
  const axis = cx.axis(cx.int('axis', 0), first.length + (stacks ? 1 : 0));
  const result = first.slice();
  for (const shape of rest) {
    if (shape.length !== first.length) cx.unifyShapes(first, shape, 'the elements');
    for (const [k, size] of shape.entries()) {
      if (stacks || k !== axis) cx.unify(first[k] ?? size, size, 'the sizes of the elements');
    }
  }
  if (stacks) result.splice(axis, 0, constant(types.length));
  else result[axis] = sumOf(shapes.map((shape) => shape[axis] ?? constant(0)));
  return cx.tensor(result, types[0].dtype);
}

/** What the concatenation or the stack of a known list holds. */
function joinedContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const known = elementsOf(cx.type(0));
  const sizes = contentSizes(output);
  if (!known || !sizes || known.kind === 'many') return undefined;
  const axis = cx.axis(cx.int('axis', 0), sizes.length);
  const stacks = cx.int('new_axis', 0) === 1;
  if (known.kind === 'parts') return !stacks && known.axis === axis ? known.content : undefined;
  const parts = listElements(known).map(({ type, content }) => {
    const part = contentSizes(type);
    return { sizes: stacks ? part?.toSpliced(axis, 0, 1) : part, elements: content?.elements };
  });
  return concatenated(output, axis, parts);
}

/**
 * SplitToSequence (since 11): consecutive parts along `axis`: of one size (the last one may be smaller), of listed sizes, or of size 1, then
 * without the axis where keepdims is 0. `[.., d, ..] -> seq([.., part, ..])`.
 */
const SplitToSequence: OperatorRow = {
  name: 'SplitToSequence',
  cost: copy,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 1, INFINITE);
    cx.rankBetween(1, 0, 1);
    if (!shape) return [sequenceType(cx.tensor(undefined))];
    const axis = cx.axis(cx.int('axis', 0), shape.length);
    return [sequenceType(partType(cx, shape, axis), partsOf(cx, shape, axis))];
  },
  examples: [
    { inputs: ['float32[b, s]'], attributes: { axis: 1 }, outputs: ['seq(float32[b, 1])'] },
    { inputs: ['float32[b, s]'], attributes: { axis: 1, keepdims: 0 }, outputs: ['seq(float32[b])'] },
    { inputs: ['float32[b, 6]', 'int64[] = 2'], attributes: { axis: 1 }, outputs: ['seq(float32[b, 2])'] },
    { inputs: ['float32[b, s]', 'int64[] = 2'], attributes: { axis: 1 }, outputs: ['seq(float32[b, u])'] },
    {
      inputs: ['float32[b, s]', 'int64[2] = [3, 3]'],
      attributes: { axis: 1 },
      outputs: ['seq(float32[b, 3])'],
      constraints: ['s == 6'],
    },
    { inputs: ['float32[b, 7]', 'int64[2] = [3, 4]'], attributes: { axis: 1 }, outputs: ['seq(float32[b, u])'] },
    { inputs: ['float32[b, s]', 'int64[] = 1'], attributes: { axis: 1, keepdims: 0 }, outputs: ['seq(float32[b])'] },
    { inputs: ['float32[b, 7]', 'int64[2] = [3, 5]'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** Axes are taken apart one by one up to this length. */
const MOST_PARTS = 64;

/** The parts one by one, where their sizes are known. */
function partsOf(cx: InferContext, shape: Shape, axis: number): Elements | undefined {
  const given = cx.has(1) ? sizeElements(cx, 1) : [constant(1)];
  if (cx.has(1) && cx.shape(1)?.length !== 0) {
    const known = given?.filter((part) => part !== undefined);
    return known && known.length === given?.length ? knownList(listedParts(cx, shape, axis, known)) : undefined;
  }
  const [part] = given ?? [];
  if (!part || !isAtLeast(cx, part, 1)) return undefined;
  if (cx.int('keepdims', 1) === 0) return droppedParts(cx, shape, axis, part);
  const content = cx.content(0);
  return { kind: 'parts', whole: { kind: 'tensor', dtype: cx.dtype(0), shape }, axis, part, content };
}

/** Parts of listed sizes; what a part holds is known where the sizes before it are numbers. */
function listedParts(cx: InferContext, shape: Shape, axis: number, sizes: readonly Dim[]): readonly Element[] {
  const whole = cx.content(0);
  let first = 0;
  return sizes.map((size) => {
    const length = size.kind === 'const' ? size.value : Number.NaN;
    const at = first;
    first += length;
    const content = whole && !Number.isNaN(first) ? partOf(whole, axis, at, length) : undefined;
    return { type: cx.tensor(shape.with(axis, size)), content };
  });
}

/** Parts of size 1 without their axis, as many as its size. */
function droppedParts(cx: InferContext, shape: Shape, axis: number, part: Dim): Elements | undefined {
  const size = shape[axis];
  if (part.kind !== 'const' || part.value !== 1 || !size) return undefined;
  if (size.kind !== 'const' || size.value > MOST_PARTS) return { kind: 'many', length: size };
  const whole = cx.content(0);
  const rest = shape.toSpliced(axis, 1);
  return knownList(
    Array.from({ length: size.value }, (_, at) => {
      const type = cx.tensor(rest);
      const one = whole && partOf(whole, axis, at, 1);
      return { type, content: one && makeContent(one.dtype, one.shape.toSpliced(axis, 1), one.elements) };
    }),
  );
}

function partType(cx: InferContext, shape: Shape, axis: number): ValueType {
  if (!cx.has(1)) {
    return cx.tensor(cx.int('keepdims', 1) === 0 ? shape.toSpliced(axis, 1) : shape.with(axis, constant(1)));
  }
  if (cx.int('keepdims', 1) === 0 && cx.shape(1)?.length === 0) {
    // The specification lets keepdims be ignored here; ONNX Runtime drops the axis, and refuses parts above size 1.
    const given = sizeScalar(cx, 1);
    const size = shape[axis];
    if (given?.kind === 'const' && given.value === 1) return cx.tensor(shape.toSpliced(axis, 1));
    if (!given || !size || !isAtLeast(cx, given, 2) || !isAtLeast(cx, size, 2)) return cx.tensor(undefined);
  }
  return cx.tensor(shape.with(axis, partSize(cx, shape[axis] ?? constant(0))));
}

function partSize(cx: InferContext, size: Dim): Dim {
  const given = sizeElements(cx, 1);
  const [first] = given ?? [];
  if (cx.shape(1)?.length === 0) {
    if (!first) return varyingDim();
    cx.atLeast(first, 1, 'the size of a part');
    // An axis no longer than a part is one part, whole.
    if (cx.facts.atMost(size, first) === 'true') return size;
    return cx.facts.divides(first, size) === 'true' ? first : varyingDim();
  }
  const known = given?.filter((part) => part !== undefined);
  if (!given || known?.length !== given.length) return varyingDim();
  const sum = add(0, ...known);
  if (cx.facts.equal(sum, size) === 'false') {
    cx.fail(
      'SHAPE_MISMATCH',
      `SplitToSequence: the parts ${formatShape(known)} do not add up to ${formatShape([size])}`,
      {
        expected: formatShape([size]),
        actual: formatShape([sum]),
      },
    );
  }
  cx.unify(size, sum, 'the axis and the sum of its parts');
  return first && known.every((part) => part === first) ? first : varyingDim();
}

/** The family. */
export const SEQUENCE_SPLIT_ROWS: readonly OperatorRow[] = [ConcatFromSequence, SplitToSequence];
