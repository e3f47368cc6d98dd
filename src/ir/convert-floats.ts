// Numbers as elements of any type and back, those that JavaScript has no array for included.
import { dimwiseError } from '../base/errors.ts';
import { brainOfFloat, floatsOfHalves, halfOfFloat } from './convert-halves.ts';
import { DTYPES, type DType } from './dtype.ts';

/** Element types that an initializer can fill. */
const WRITERS: Partial<Record<DType, (view: DataView, at: number, value: number) => void>> = {
  float64: (view, at, value) => view.setFloat64(at, value, true),
  float32: (view, at, value) => view.setFloat32(at, value, true),
  float16: (view, at, value) => view.setUint16(at, halfOfDouble(value), true),
  bfloat16: (view, at, value) => view.setUint16(at, bfloat16Bits(value), true),
  int8: (view, at, value) => view.setInt8(at, value),
  uint8: (view, at, value) => view.setUint8(at, value),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(Math.trunc(value)), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(Math.trunc(value)), true),
  bool: (view, at, value) => view.setUint8(at, value === 0 ? 0 : 1),
};

const scratch = new DataView(new ArrayBuffer(4));

/** The float32 of a number comes first, then the nearest bfloat16 of that: the kernel that draws samples takes the same two steps. */
function bfloat16Bits(value: number): number {
  scratch.setFloat32(0, value);
  return brainOfFloat(scratch.getUint32(0));
}

/**
 * The float16 that is nearest to a double, rounded once: the float32 in between is rounded to odd, which keeps for the second rounding on
 * which side of a tie the double lies (Boldo and Melquiond 2008, rounding to odd).
 */
function halfOfDouble(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const float = scratch.getFloat32(0);
  if (float === value || Number.isNaN(value)) return halfOfFloat(bits);
  return halfOfFloat((Math.abs(float) > Math.abs(value) ? bits - 1 : bits) | 1);
}

/**
 * Writes numbers as little-endian elements of a type.
 *
 * @throws INITIALIZER_INVALID when initializers cannot fill the type
 */
export function writeElements(out: Uint8Array, dtype: DType, values: Float64Array): void {
  const write = WRITERS[dtype];
  if (!write) {
    throw dimwiseError({
      code: 'INITIALIZER_INVALID',
      message: `no initializer fills elements of ${dtype}`,
      hint: 'give the data with setData()',
    });
  }
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  const step = out.byteLength / values.length;
  for (let i = 0; i < values.length; i++) write(view, i * step, values[i] ?? 0);
}

/** Element types whose elements a double holds; of 64-bit integers the nearest one. */
const READERS: Partial<Record<DType, (view: DataView, at: number) => number>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => {
    scratch.setUint32(0, floatsOfHalves()[view.getUint16(at, true)] ?? 0);
    return scratch.getFloat32(0);
  },
  bfloat16: (view, at) => {
    scratch.setUint32(0, view.getUint16(at, true) << 16);
    return scratch.getFloat32(0);
  },
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  bool: (view, at) => view.getUint8(at),
};

/**
 * Reads little-endian elements as numbers.
 *
 * @param bytes whole elements
 * @returns undefined where a number does not hold an element: complex types, types below 16 bits that JavaScript lacks
 */
export function readElements(bytes: Uint8Array, dtype: DType): Float64Array | undefined {
  const read = READERS[dtype];
  if (!read) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = DTYPES[dtype].bits / 8;
  const values = new Float64Array(bytes.byteLength / step);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * step);
  return values;
}
