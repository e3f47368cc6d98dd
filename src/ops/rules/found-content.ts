// Known content of operators that find or place elements: NonZero, Unique, Compress, OneHot, triangles and diagonals.
import { add } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, dimOf, intOf, makeContent, type Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { compareLess, equalElements } from './compare-elements.ts';
import { conditionDim, isNonZero } from './condition.ts';
import { built, contentDType, contentSizes, rowStrides } from './content-view.ts';
import { lanesOf, positionOf } from './lanes.ts';

/** Whether an element is not zero; a dim that is 0 or 1 where sizes decide it. */
function nonZero(cx: InferContext, element: Scalar): Scalar {
  if (typeof element === 'number' || typeof element === 'boolean') return Boolean(element);
  const value = intOf(element);
  if (value !== undefined) return BigInt(value) !== 0n;
  const dim = dimOf(element);
  return dim && isNonZero(cx, cx.facts.simplify(dim));
}

/** How many elements of input 0 are not zero, where sizes decide that. */
export function countNonZero(cx: InferContext): Dim | undefined {
  let count: Dim = constant(0);
  for (const element of cx.content(0)?.elements ?? [undefined]) {
    const one = conditionDim(nonZero(cx, element));
    if (!one || count.size > MAX_COUNT_SIZE) return undefined;
    count = add(count, one);
  }
  return cx.facts.simplify(count);
}

/** A count that is a longer expression than this is a size of its own. */
const MAX_COUNT_SIZE = 48;

/** The places of the elements that are not zero, one column each, where all is decided. */
export function nonZeroContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const source = cx.content(0);
  const sizes = source && contentSizes(output);
  if (!sizes) return undefined;
  const shape = source.shape.length === 0 ? [1] : source.shape;
  const strides = rowStrides(shape);
  const places = source.elements.flatMap((element, at) => (nonZero(cx, element) === true ? [at] : []));
  if (places.length !== sizes[1]) return undefined;
  const coordinates = shape.flatMap((size, k) =>
    places.map((at) => constant(Math.floor(at / (strides[k] ?? 1)) % Math.max(size, 1))),
  );
  return makeContent('int64', sizes, coordinates);
}

/** The different elements of input 0 by their first places, where the facts tell them apart. */
export function differentElements(cx: InferContext): readonly number[] | undefined {
  const elements = cx.content(0)?.elements;
  if (!elements) return undefined;
  const first: number[] = [];
  for (const [k, element] of elements.entries()) {
    let isNew = true;
    for (const known of first) {
      const isSame = equalElements(cx, elements[known], element);
      if (isSame === undefined) return undefined;
      if (isSame) isNew = false;
    }
    if (isNew) first.push(k);
  }
  return elements.includes(undefined) ? undefined : first;
}

/** The different elements of Unique without axis, first places, representatives and counts. */
export function uniqueContents(cx: InferContext): readonly (Content | undefined)[] {
  const source = cx.content(0);
  const first = source && differentElements(cx);
  if (!first) return [];
  const { elements, dtype } = source;
  const order = first.slice();
  if (cx.int('sorted', 1) !== 0) {
    let isOrdered = true;
    order.sort((a, b) => {
      const isLess = compareLess(cx, elements[a], elements[b]);
      if (typeof isLess !== 'boolean') isOrdered = false;
      return isLess === true ? -1 : 1;
    });
    if (!isOrdered) return [];
  }
  const classOf = elements.map((element) => order.findIndex((at) => equalElements(cx, elements[at], element) === true));
  const list = (values: readonly number[]): Content | undefined =>
    makeContent(
      'int64',
      [values.length],
      values.map((value) => constant(value)),
    );
  return [
    makeContent(
      dtype,
      [order.length],
      order.map((at) => elements[at]),
    ),
    list(order),
    list(classOf),
    list(order.map((_, k) => classOf.filter((each) => each === k).length)),
  ];
}

/** The elements that Compress keeps, where the condition is known. */
export function compressedContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const [source, flags] = [cx.content(0), cx.content(1)];
  const sizes = source && flags && contentSizes(output);
  if (!sizes || flags.elements.some((flag) => typeof flag !== 'boolean')) return undefined;
  const given = cx.int('axis');
  const axis = given === undefined ? 0 : cx.axis(given, source.shape.length);
  const shape = given === undefined ? [source.elements.length] : source.shape;
  const { size, inner } = lanesOf(shape, axis);
  const kept = source.elements.filter((_, at) => flags.elements[Math.floor(at / inner) % size] === true);
  return makeContent(source.dtype, sizes, kept);
}

/** The content of OneHot, where indices and values are known. */
export function oneHotContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const [indices, values] = [cx.content(0), cx.content(2)];
  const sizes = indices && values && contentSizes(output);
  if (!sizes || !isIntegerDType(indices.dtype)) return undefined;
  const axis = cx.axis(cx.int('axis', -1), sizes.length);
  const { size, inner } = lanesOf(sizes, axis);
  const [off, on] = values.elements;
  return built(output, (at) => {
    const element = indices.elements[Math.floor(at / (size * inner)) * inner + (at % inner)];
    if (intOf(element) === undefined) return undefined;
    // An index outside of [-size, size - 1] names no place.
    return positionOf(cx, element, size) === Math.floor(at / inner) % size ? on : off;
  });
}

/** 0, 0.0 or false. */
export function zeroOf(dtype: DType): Scalar {
  if (dtype === 'bool') return false;
  return isFloatDType(dtype) ? 0 : isIntegerDType(dtype) ? constant(0) : undefined;
}

/** The upper or lower triangle of each matrix of input 0, zeros elsewhere. */
export function triangleContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const source = cx.content(0);
  const [rows, columns] = source?.shape.slice(-2) ?? [];
  const given = cx.has(1) ? intOf(cx.content(1)?.elements[0]) : 0;
  if (!source || rows === undefined || columns === undefined || given === undefined) return undefined;
  const isUpper = cx.int('upper', 1) !== 0;
  return built(output, (at) => {
    const offset = (at % columns) - (Math.floor(at / columns) % rows) - Number(given);
    return (isUpper ? offset >= 0 : offset <= 0) ? source.elements[at] : zeroOf(source.dtype);
  });
}

/** Ones on the k-th diagonal. */
export function diagonalContent(cx: InferContext, output: ValueType | undefined): Content | undefined {
  const dtype = contentDType(output);
  const [, columns] = contentSizes(output) ?? [];
  if (!dtype || columns === undefined) return undefined;
  const one: Scalar = dtype === 'bool' ? true : isFloatDType(dtype) ? 1 : constant(1);
  return built(output, (at) => ((at % columns) - Math.floor(at / columns) === cx.int('k', 0) ? one : zeroOf(dtype)));
}
