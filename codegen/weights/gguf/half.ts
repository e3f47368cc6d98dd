// float16 as numbers, by a table: dequantizing reads one or two for each block.
import { getFloat16 } from '@petamoriken/float16';

let table: Float32Array | undefined;

/** The value of every float16 by its bits. */
export function halfTable(): Float32Array {
  if (table) return table;
  const view = new DataView(new ArrayBuffer(2));
  table = Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    view.setUint16(0, bits);
    return getFloat16(view, 0);
  });
  return table;
}

/** The float16 at a byte, little-endian. */
export function halfAt(bytes: Uint8Array, at: number): number {
  return halfTable()[wordAt(bytes, at)] ?? 0;
}

/** The unsigned 16-bit integer at a byte, little-endian. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** A byte; one that is there, as blocks lie whole in their buffers. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
