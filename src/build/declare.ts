// Declarations as an author writes them: input types with named, fixed and unknown sizes, symbols with ranges.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { constant, type Dim, unknownDim } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';
import { DTYPE_NAMES, type DType, isDType } from '../ir/dtype.ts';
import type { ShapeSpec, SizeSpec } from '../ir/graph.ts';
import { type TensorType, tensorType } from '../ir/type.ts';
import { inWords } from './in-words.ts';

/** A declared tensor input: its element type and its sizes, undefined where even their number is open. */
export interface TensorSpec<D extends DType = DType, S extends ShapeSpec = ShapeSpec> {
  readonly dtype: D;
  readonly shape: S | undefined;
}

/** The bounds of a declared symbol: a size in [min, max], 1 and no limit unless given. */
export interface SymbolRange {
  readonly min?: number;
  readonly max?: number;
  /** The size is a multiple of this. */
  readonly divisibleBy?: number;
}

/**
 * Declares a tensor input.
 *
 * @param dtype element type, `float32` by common use
 * @param shape sizes: a number is fixed, a name or expression stays symbolic, `'?'` or null is settled by the first batch;
 *   leave it out where even the rank is open
 * @example tensor('int64', ['batch', 'seq'])
 */
export function tensor<D extends DType, const S extends ShapeSpec>(dtype: D, shape?: S): TensorSpec<D, S> {
  return { dtype, shape };
}

/** The dim that a written size stands for; `'?'` and null make a fresh unknown. @throws DIM_SYNTAX when it cannot be read */
export function sizeToDim(size: SizeSpec): Dim {
  if (size === null || size === '?') return unknownDim();
  if (typeof size === 'string') return parseDim(size);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw dimwiseError({
      code: 'DIM_SYNTAX',
      message: `a size must be an integer >= 0, got ${size}`,
      actual: String(size),
    });
  }
  return constant(size);
}

/**
 * The tensor type that a declaration stands for.
 *
 * @throws DTYPE_MISMATCH when the element type is none of ONNX
 * @throws DIM_SYNTAX when the sizes are no list, or one cannot be read
 */
export function specToType(spec: TensorSpec): TensorType {
  checkSpec(spec);
  return tensorType(spec.dtype, spec.shape ? spec.shape.map(sizeToDim) : null);
}

function checkSpec({ dtype, shape }: { readonly dtype: unknown; readonly shape: unknown }): void {
  if (!isDType(dtype)) throw noDType(dtype);
  if (shape !== undefined && shape !== null && !Array.isArray(shape)) throw noSizes('a declared shape', shape);
}

/** The error for what stands where an element type must; `where` tells of what, `for input "x"`. */
export function noDType(dtype: unknown, where?: string): DimwiseError {
  const given = inWords(dtype);
  return dimwiseError({
    code: 'DTYPE_MISMATCH',
    message: `${given}${where ? ` ${where}` : ''} is no element type of ONNX`,
    ...(where ? { origin: { site: captureSite() } } : {}),
    expected: 'an element type, as float32 or int64',
    actual: given,
    hint:
      (typeof dtype === 'string' ? didYouMean(dtype, DTYPE_NAMES) : undefined) ??
      "name the element type: 'float32', 'int64', 'bool'",
  });
}

/** The error for what stands where a list of sizes must. */
export function noSizes(what: string, given: unknown): DimwiseError {
  const words = inWords(given);
  return dimwiseError({
    code: 'DIM_SYNTAX',
    message: `${what} must be a list of sizes, got ${words}`,
    origin: { site: captureSite() },
    expected: 'a list of sizes',
    actual: words,
    hint: `write the sizes as a list: [${typeof given === 'string' ? words : "'batch'"}, 20]`,
  });
}
