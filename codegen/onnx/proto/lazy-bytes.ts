// Bytes that stay in their file until somebody reads them: the raw data of large tensors.
import type { ByteSource } from './parts.ts';

/** Bytes that stay in their file until they are read. */
export interface LazyBytes extends ByteSource {
  /** How many bytes there are; the same number as `bytes`. */
  readonly length: number;
  /** The bytes in chunks, read anew each time. */
  readonly write: Iterable<Uint8Array>;
  /**
   * Reads as many bytes as `into` has.
   *
   * @param into where they go
   * @param start the first byte that is read
   * @throws FILE_READ when the file is no longer the one that was opened
   */
  read(into: Uint8Array, start: number): void;
}

/** Whether bytes still lie in their file. */
export const isLazy = (data: Uint8Array | LazyBytes): data is LazyBytes => !(data instanceof Uint8Array);

/** The bytes themselves, read now where they still lie in their file. @throws FILE_READ as `read` does */
export function wholeBytes(data: Uint8Array | LazyBytes): Uint8Array {
  if (!isLazy(data)) return data;
  const bytes = new Uint8Array(data.length);
  data.read(bytes, 0);
  return bytes;
}

/** A range of a file that is left there. */
export interface Gap {
  /** The first byte of the range. */
  readonly start: number;
  /** What stands for it. */
  readonly data: LazyBytes;
  /** The bytes behind it, up to the next range or the end of the file. */
  readonly next: Uint8Array;
}

/** The content of a file with ranges left out. */
export interface PiecedBytes {
  /** The bytes of the whole file. */
  readonly length: number;
  /** The bytes up to the first range. */
  readonly first: Uint8Array;
  /** The ranges in the order of the file. */
  readonly gaps: readonly Gap[];
}
