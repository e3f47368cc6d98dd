// Declarations as an author writes them: input types with named, fixed and unknown sizes, symbols with ranges.
import { dimwiseError } from '../base/errors.ts';
import { constant, type Dim, isConst, symbolsOf, unknownDim } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';
import type { DType } from '../ir/dtype.ts';
import type { ShapeSpec, SizeSpec } from '../ir/graph.ts';
import { type TensorType, tensorType } from '../ir/type.ts';

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

/** The tensor type that a declaration stands for. @throws DIM_SYNTAX when a size cannot be read */
export function specToType(spec: TensorSpec): TensorType {
  return tensorType(spec.dtype, spec.shape ? spec.shape.map(sizeToDim) : null);
}

/** The names of the symbols that a declared size uses. */
export function symbolNames(size: SizeSpec): string[] {
  if (typeof size !== 'string' || size === '?') return [];
  const dim = parseDim(size);
  return isConst(dim) ? [] : [...symbolsOf(dim)].map((s) => s.name);
}
