// Large weights that stay in a model file: their ranges are found by looking at tags, and read when they are needed.
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { type ByteRange, findGaps } from '../../codegen/onnx/proto/find-gaps.ts';
import type { LazyBytes, PiecedBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import { KnownFile } from './known-file.ts';

/** Raw data of fewer bytes is read with the rest. */
const LEAST_LAZY_BYTES = 2 ** 16;

/** An open model file. */
interface OpenedFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** What the file was when it was opened. */
  readonly stats: Stats;
}

const WORDS = {
  what: 'model',
  hint: 'open the model again, or read the whole file at once with the option lazyBytes: Infinity',
};

/**
 * Reads a model file but for the raw data of large tensors.
 *
 * @throws FILE_READ when the file changes meanwhile
 */
export async function readPieces({ path, handle, stats }: OpenedFile): Promise<PiecedBytes> {
  const { size } = stats;
  const file = new KnownFile(path, stats, WORDS);
  const look = (into: Uint8Array, start: number): void => file.readFrom(handle.fd, into, start);
  const ranges = findGaps({ size, read: look }, LEAST_LAZY_BYTES);
  const between = (from: number, to = size): Uint8Array => {
    const bytes = new Uint8Array(to - from);
    look(bytes, from);
    return bytes;
  };
  const first = between(0, ranges[0]?.start);
  const gaps = ranges.map((range, index) => ({
    start: range.start,
    data: new FileRange(file, range),
    next: between(range.end, ranges[index + 1]?.start),
  }));
  file.requireSame(await handle.stat());
  return { length: size, first, gaps };
}

/** A range of a model file; read only from the very file that was opened. */
class FileRange implements LazyBytes {
  readonly length: number;
  readonly #file: KnownFile;
  readonly #start: number;

  constructor(file: KnownFile, { start, end }: ByteRange) {
    this.#file = file;
    this.#start = start;
    this.length = end - start;
  }

  get bytes(): number {
    return this.length;
  }

  get write(): Iterable<Uint8Array> {
    return { [Symbol.iterator]: () => this.#file.chunks(this.#start, this.length) };
  }

  read(into: Uint8Array, start: number): void {
    this.#file.read(into, this.#start + start);
  }
}
