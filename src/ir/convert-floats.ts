// Rounds numbers to element types, those that JavaScript has no array for included.
import { setFloat16 } from '@petamoriken/float16';
import { dimwiseError } from '../base/errors.ts';
import type { DType } from './dtype.ts';

/** Element types that an initializer can fill. */
const WRITERS: Partial<Record<DType, (view: DataView, at: number, value: number) => void>> = {
  float64: (view, at, value) => view.setFloat64(at, value, true),
  float16: (view, at, value) => setFloat16(view, at, value, true),
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

/** bfloat16 is the upper half of float32, rounded to nearest, ties to even. */
function bfloat16Bits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
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
