// Bytes that are read by position: a file that stays where it is, or bytes in memory. Tensors of both are made here.
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import type { LazySource, TensorData } from '../../src/ir/tensor-data.ts';

/** A file of which any range can be read. */
export interface PositionedBytes {
  /** What messages call it: its path, or `bytes`. */
  readonly source: string;
  /** How many bytes it has. */
  readonly size: number;
  /**
   * Fills `into` with the bytes from `start` on.
   *
   * @throws FILE_READ when they cannot be read, or the file is no longer the one that was opened
   */
  read(into: Uint8Array, start: number): void;
  /** The bytes themselves where they are in memory anyway; they must not be changed. */
  view?(start: number, length: number): Uint8Array;
}

/** Bytes in memory. */
export function bytesInMemory(bytes: Uint8Array, source = 'bytes'): PositionedBytes {
  return {
    source,
    size: bytes.length,
    read: (into, start) => into.set(bytes.subarray(start, start + into.length)),
    view: (start, length) => bytes.subarray(start, start + length),
  };
}

/** Reads a range into a new array. @throws FILE_READ as `read` does */
export function readRange(file: PositionedBytes, start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.read(bytes, start);
  return bytes;
}

/** Where a tensor lies in a file, and what it is. */
export interface TensorPlace {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The first byte of its elements: little-endian, in C order. */
  readonly start: number;
  /** The bytes that its elements take; the caller has checked that they lie in the file. */
  readonly length: number;
}

/** The tensor at a place of a file; its elements are read when they are used. */
export function tensorAt(file: PositionedBytes, { dtype, shape, start, length }: TensorPlace): TensorData {
  if (file.view) return { dtype, shape, storage: { kind: 'bytes', bytes: file.view(start, length) } };
  return { dtype, shape, storage: { kind: 'lazy', source: new FileElements(file, start, DTYPES[dtype].bits) } };
}

/** Elements that stay in their file; a class, because a checkpoint may have a hundred thousand tensors. */
class FileElements implements LazySource {
  readonly description = undefined;
  readonly #file: PositionedBytes;
  readonly #start: number;
  readonly #bits: number;

  constructor(file: PositionedBytes, start: number, bits: number) {
    this.#file = file;
    this.#start = start;
    this.#bits = bits;
  }

  fill(out: Uint8Array, firstElement: number): void {
    this.#file.read(out, this.#start + (firstElement * this.#bits) / 8);
  }
}
