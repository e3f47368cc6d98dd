// Tensor data: bytes, strings, a range of a file, or a source that draws its bytes when they are needed.
import { dimwiseError } from '../base/errors.ts';
import { writeElements } from './convert-floats.ts';
import { byteLength, type DType } from './dtype.ts';

/** Bytes that are made on demand, in any order of chunks, the same bits every time. */
export interface LazySource {
  /**
   * What makes the bytes, for texts and comparison: `normal{"std":0.01} seed 1 "0.weight"`; undefined where nothing but the bytes tells,
   * because they are read from a file.
   */
  readonly description: string | undefined;
  /** Writes the little-endian bytes of the elements from `firstElement` on into `out`; chunks start at whole bytes. */
  fill(out: Uint8Array, firstElement: number): void;
}

/** Where the elements of a tensor are. */
export type TensorStorage =
  /** `description` stands for the bytes, as that of a {@link LazySource}, where they were drawn. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly description?: string | undefined }
  | { readonly kind: 'strings'; readonly values: readonly (string | Uint8Array)[] }
  | {
      readonly kind: 'file';
      readonly location: string;
      readonly offset: number;
      readonly length: number;
      readonly checksum?: string;
    }
  | { readonly kind: 'lazy'; readonly source: LazySource };

/** A constant tensor: element type, sizes, and little-endian elements in C order (types below 8 bits packed, low bits first). */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage: TensorStorage;
}

/** The number of elements of a static shape. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/**
 * Makes a tensor from its bytes.
 *
 * @throws PARAM_SHAPE when the bytes do not fit dtype and shape
 */
export function tensorFromBytes(dtype: DType, shape: readonly number[], bytes: Uint8Array): TensorData {
  const expected = byteLength(dtype, elementCount(shape));
  if (bytes.byteLength !== expected) {
    throw dimwiseError({
      code: 'PARAM_SHAPE',
      message: `${dtype}[${shape.join(', ')}] takes ${expected} bytes, the data has ${bytes.byteLength}`,
      expected: String(expected),
      actual: String(bytes.byteLength),
    });
  }
  return { dtype, shape, storage: { kind: 'bytes', bytes } };
}

/** The typed array constructors of the types that JavaScript has; others are converted by {@link tensorFromValues}. */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** An element type that a JavaScript typed array holds. */
export type ArrayDType = keyof typeof ARRAYS;

/** Tells whether a JavaScript typed array holds the element type. */
export function hasTypedArray(dtype: DType): dtype is ArrayDType {
  return Object.hasOwn(ARRAYS, dtype);
}

/**
 * Makes a tensor from plain numbers, bigints or booleans in C order; float16 and bfloat16 are rounded to nearest even.
 *
 * @throws DTYPE_MISMATCH when the dtype is none that numbers are written as
 * @throws PARAM_SHAPE when count and shape differ
 */
export function tensorFromValues(
  dtype: DType,
  shape: readonly number[],
  values: readonly (number | bigint | boolean)[],
): TensorData {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const bytes = new Uint8Array(byteLength(dtype, values.length));
    writeElements(bytes, dtype, Float64Array.from(values, Number));
    return tensorFromBytes(dtype, shape, bytes);
  }
  if (!hasTypedArray(dtype)) {
    throw dimwiseError({
      code: 'DTYPE_MISMATCH',
      message: `numbers cannot be stored as ${dtype} here`,
      hint: 'give the bytes',
    });
  }
  if (dtype === 'int64' || dtype === 'uint64') {
    const big = ARRAYS[dtype].from(values.map((v) => BigInt(v)));
    return tensorFromBytes(dtype, shape, new Uint8Array(big.buffer));
  }
  const array = ARRAYS[dtype].from(values.map((v) => Number(v)));
  return tensorFromBytes(dtype, shape, new Uint8Array(array.buffer));
}

/**
 * The elements as a typed array; a view where alignment allows, else a copy.
 *
 * @throws DTYPE_MISMATCH when the dtype has no JavaScript array
 */
export function typedArrayOf(dtype: DType, bytes: Uint8Array): InstanceType<(typeof ARRAYS)[ArrayDType]> {
  if (!hasTypedArray(dtype)) {
    throw dimwiseError({
      code: 'DTYPE_MISMATCH',
      message: `JavaScript has no typed array for ${dtype}`,
      hint: 'read the bytes',
    });
  }
  const Type = ARRAYS[dtype];
  const aligned = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Type(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / Type.BYTES_PER_ELEMENT);
}

/** The bytes of a tensor where they are in memory or can be drawn; undefined for strings and references into files. */
export function materialize(data: TensorData): Uint8Array | undefined {
  switch (data.storage.kind) {
    case 'bytes':
      return data.storage.bytes;
    case 'lazy': {
      const bytes = new Uint8Array(byteLength(data.dtype, elementCount(data.shape)));
      data.storage.source.fill(bytes, 0);
      return bytes;
    }
    case 'strings':
    case 'file':
      return undefined;
  }
}
