// Propagated content: the elements of a small tensor as far as they are known, symbolic where they are sizes.
import { constant, type Dim } from '../dim/dim.ts';
import type { DType } from './dtype.ts';
import { isFloatDType, isIntegerDType } from './dtype.ts';
import { elementCount, hasTypedArray, materialize, type TensorData, typedArrayOf } from './tensor-data.ts';

/** A bound that an element's form needs: `|dim| <= max`. */
export interface Limit {
  readonly dim: Dim;
  readonly max: number;
}

/**
 * A float that was computed from sizes: the float nearest to `numerator / denominator`, as long as the limits hold (sizes
 * beyond them are not exact in the float type). The denominator is at least 1. The limits must be stated where the float
 * becomes an integer again.
 */
export interface Ratio {
  readonly kind: 'ratio';
  readonly numerator: Dim;
  readonly denominator: Dim;
  readonly limits: readonly Limit[];
}

/**
 * One known or unknown element. Integers are dims, or bigints beyond 2^53; floats are numbers, or ratios where they were
 * computed from sizes; bools are booleans, or dims that are 0 or 1 where sizes decide them; undefined is not known.
 */
export type Scalar = Dim | Ratio | bigint | number | boolean | undefined;

/** What is known of the elements of a tensor with known sizes, in C order. */
export interface Content {
  readonly dtype: DType;
  /** Sizes as numbers; content is kept only for tensors whose own sizes are constants. */
  readonly shape: readonly number[];
  readonly elements: readonly Scalar[];
}

/** Content is propagated for tensors of up to so many elements. */
export const CONTENT_LIMIT = 1024;

/** Makes content, or undefined where it would be too large or says nothing. */
export function makeContent(dtype: DType, shape: readonly number[], elements: readonly Scalar[]): Content | undefined {
  if (elements.length > CONTENT_LIMIT || elements.length !== elementCount(shape)) return undefined;
  if (elements.length > 0 && elements.every((element) => element === undefined)) return undefined;
  return { dtype, shape, elements };
}

/** An integer as an element: a dim where it is exact as a number, else a bigint. */
export function intScalar(value: number | bigint): Dim | bigint {
  if (typeof value === 'number') return constant(value);
  const small = Number(value);
  return Number.isSafeInteger(small) ? constant(small) : value;
}

/** The integer that an element is known to be; undefined for symbols, unknowns and other kinds. */
export function intOf(scalar: Scalar): number | bigint | undefined {
  if (typeof scalar === 'bigint') return scalar;
  if (typeof scalar === 'object' && scalar.kind === 'const') return scalar.value;
  return undefined;
}

/** The dim that an integer element is; undefined for unknowns, other kinds and integers beyond 2^53. */
export function dimOf(scalar: Scalar): Dim | undefined {
  return typeof scalar === 'object' && scalar.kind !== 'ratio' ? scalar : undefined;
}

/** Reads the content of constant data; undefined for large, lazy or external data and types without arithmetic. */
export function contentOfData(data: TensorData): Content | undefined {
  const count = elementCount(data.shape);
  if (count > CONTENT_LIMIT || data.storage.kind !== 'bytes' || !hasTypedArray(data.dtype)) return undefined;
  const bytes = materialize(data);
  if (!bytes) return undefined;
  const { dtype } = data;
  const elements: Scalar[] = [];
  for (const element of typedArrayOf(dtype, bytes)) {
    if (dtype === 'bool') elements.push(element !== 0);
    else if (isIntegerDType(dtype)) elements.push(intScalar(element));
    else if (isFloatDType(dtype)) elements.push(Number(element));
  }
  return makeContent(dtype, data.shape, elements);
}
