// Large weights that stay in a model file: their ranges are found by looking at tags, and read when they are needed.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ByteRange, findGaps } from '../../codegen/onnx/proto/find-gaps.ts';
import type { LazyBytes, PiecedBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { CHUNK_BYTES } from '../ir/tensor-chunks.ts';
import { errorCode, errorReason } from './write-atomic.ts';

/** Raw data of fewer bytes is read with the rest. */
const LEAST_LAZY_BYTES = 2 ** 16;

/** An open model file. */
interface OpenedFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** What the file was when it was opened. */
  readonly stats: Stats;
}

/**
 * Reads a model file but for the raw data of large tensors.
 *
 * @throws FILE_READ when the file changes meanwhile
 */
export async function readPieces({ path, handle, stats }: OpenedFile): Promise<PiecedBytes> {
  const { size } = stats;
  const look = (into: Uint8Array, start: number): void => readFully({ path, descriptor: handle.fd }, into, start);
  const ranges = findGaps({ size, read: look }, LEAST_LAZY_BYTES);
  const between = (from: number, to = size): Uint8Array => {
    const bytes = new Uint8Array(to - from);
    look(bytes, from);
    return bytes;
  };
  const first = between(0, ranges[0]?.start);
  // The working directory may be another one when the weights are read.
  const file = { path, absolute: resolve(path), stats };
  const gaps = ranges.map((range, index) => ({
    start: range.start,
    data: new FileRange(file, range),
    next: between(range.end, ranges[index + 1]?.start),
  }));
  if (!isSame(await handle.stat(), stats)) throw changed(path);
  return { length: size, first, gaps };
}

/** A file that was looked at, and may be another one by now. */
interface KnownFile {
  /** As it was given, for messages. */
  readonly path: string;
  readonly absolute: string;
  readonly stats: Stats;
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
    return { [Symbol.iterator]: () => this.#chunks() };
  }

  read(into: Uint8Array, start: number): void {
    const descriptor = openKnown(this.#file);
    try {
      readFully({ path: this.#file.path, descriptor }, into, this.#start + start);
    } finally {
      closeSync(descriptor);
    }
  }

  *#chunks(): Generator<Uint8Array, void, undefined> {
    const descriptor = openKnown(this.#file);
    try {
      for (let at = 0; at < this.length; at += CHUNK_BYTES) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.length - at));
        readFully({ path: this.#file.path, descriptor }, chunk, this.#start + at);
        yield chunk;
      }
      // What was given already must have been of the file that was opened.
      if (!isSame(fstatSync(descriptor), this.#file.stats)) throw changed(this.#file.path);
    } finally {
      closeSync(descriptor);
    }
  }
}

function openKnown({ path, absolute, stats }: KnownFile): number {
  let descriptor: number;
  try {
    // Should a pipe have taken its place meanwhile, opening must not wait for a writer.
    descriptor = openSync(absolute, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw notReadable(path, errorReason(cause), cause);
  }
  if (isSame(fstatSync(descriptor), stats)) return descriptor;
  closeSync(descriptor);
  throw changed(path);
}

const isSame = (now: Stats, then: Stats): boolean =>
  now.ino === then.ino && now.dev === then.dev && now.size === then.size && now.mtimeMs === then.mtimeMs;

/** Fills a buffer from a file. @throws FILE_READ when the file ends before */
function readFully(file: { path: string; descriptor: number }, into: Uint8Array, start: number): void {
  for (let done = 0; done < into.length; ) {
    let read: number;
    try {
      read = readSync(file.descriptor, into, done, into.length - done, start + done);
    } catch (cause) {
      throw notReadable(file.path, errorReason(cause), cause);
    }
    if (read === 0)
      throw notReadable(file.path, `it ends before byte ${start + into.length}: it was cut since it was opened`);
    done += read;
  }
}

const changed = (path: string): DimwiseError =>
  notReadable(path, 'it was replaced or written to since its model was opened');

const notReadable = (path: string, reason: string, cause?: unknown): DimwiseError =>
  dimwiseError({
    code: 'FILE_READ',
    message: `weights of ${path} cannot be read: ${reason}`,
    actual: errorCode(cause),
    hint: 'open the model again, or read the whole file at once with the option lazyBytes: Infinity',
    cause,
  });
