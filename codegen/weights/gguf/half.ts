// float16 as numbers, by a table: dequantizing reads one or two for each block.
import { floatsOfHalves } from '../../../src/ir/convert-halves.ts';

let table: Float32Array | undefined;

/** The value of every float16 by its bits. */
export function halfTable(): Float32Array {
  table ??= new Float32Array(floatsOfHalves().buffer);
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
