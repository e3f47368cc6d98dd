// Content of operators that only move elements: strided views, selections and fills in C order.
import { CONTENT_LIMIT, type Content, makeContent, type Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import { staticShape, type ValueType } from '../../ir/type.ts';

/** The step in elements along each axis of a tensor in C order. */
export function rowStrides(shape: readonly number[]): number[] {
  const strides = shape.slice();
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

/** The sizes of a tensor type as numbers where all are known and content of that size is kept; undefined otherwise. */
export function contentSizes(type: ValueType | undefined): number[] | undefined {
  const sizes = type?.kind === 'tensor' ? staticShape(type.shape) : undefined;
  return sizes && elementCount(sizes) <= CONTENT_LIMIT ? sizes : undefined;
}

/** The dtype of a tensor type where it is known. */
export function contentDType(type: ValueType | undefined): DType | undefined {
  return type?.kind === 'tensor' && type.dtype !== 'undefined' ? type.dtype : undefined;
}

/**
 * Elements picked from `source` by a walk over `shape`: element `[i, j, ...]` is `source[offset + i*strides[0] + j*strides[1] ...]`.
 *
 * @param strides one step per axis of the result; 0 repeats, a negative one goes backwards
 */
export function stridedView(
  source: Content,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Content | undefined {
  const count = elementCount(shape);
  if (count > CONTENT_LIMIT) return undefined;
  const elements: Scalar[] = [];
  const index = shape.map(() => 0);
  let at = offset;
  for (let k = 0; k < count; k++) {
    elements.push(source.elements[at]);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      at += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      at -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return makeContent(source.dtype, shape, elements);
}

/** The same elements under other sizes, where the output's are known and as many. */
export function reshaped(source: Content | undefined, type: ValueType | undefined): Content | undefined {
  const sizes = source && contentSizes(type);
  return sizes && makeContent(source.dtype, sizes, source.elements);
}

/** Content of one element repeated over the output's sizes, where they are known. */
export function filled(value: Scalar, type: ValueType | undefined): Content | undefined {
  const sizes = contentSizes(type);
  const dtype = contentDType(type);
  return (
    sizes &&
    dtype &&
    makeContent(
      dtype,
      sizes,
      Array.from({ length: elementCount(sizes) }, () => value),
    )
  );
}

/** Content that `pick` gives element by element for each flat index of the output, where its sizes are known. */
export function built(type: ValueType | undefined, pick: (index: number) => Scalar): Content | undefined {
  const sizes = contentSizes(type);
  const dtype = contentDType(type);
  if (!sizes || !dtype) return undefined;
  return makeContent(
    dtype,
    sizes,
    Array.from({ length: elementCount(sizes) }, (_, i) => pick(i)),
  );
}

/** A tensor that others follow along an axis. */
export interface Part {
  /** Undefined where one is not known. */
  readonly sizes: readonly number[] | undefined;
  readonly elements: readonly Scalar[] | undefined;
}

/** Content of tensors one after the other along an axis, where the output's sizes are known. */
export function concatenated(type: ValueType | undefined, axis: number, parts: readonly Part[]): Content | undefined {
  const sizes = contentSizes(type);
  const dtype = contentDType(type);
  if (!sizes || !dtype || parts.every((part) => part.elements === undefined)) return undefined;
  const outer = elementCount(sizes.slice(0, axis));
  const blocks = parts.map((part) => (part.sizes ? elementCount(part.sizes.slice(axis)) : 0));
  const elements: Scalar[] = [];
  for (let row = 0; row < outer; row++) {
    parts.forEach((part, i) => {
      const block = blocks[i] ?? 0;
      for (let k = 0; k < block; k++) elements.push(part.elements?.[row * block + k]);
    });
  }
  return makeContent(dtype, sizes, elements);
}
