// A file that was looked at, and is read later by position: only as long as it is still that very file.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PositionedBytes } from '../../codegen/weights/positioned-bytes.ts';
import { type DimwiseError, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { CHUNK_BYTES } from '../ir/tensor-chunks.ts';
import { errorCode, errorReason } from './write-atomic.ts';

/** What messages say of a file that changed. */
export interface KnownFileWords {
  /** What was opened: `model`, `checkpoint`. */
  readonly what: string;
  /** What to do when the file is another one by now. */
  readonly hint: string;
}

/** A file as it was when it was opened; it stays closed between reads. */
export class KnownFile implements PositionedBytes {
  /** The path as it was given. */
  readonly source: string;
  readonly size: number;
  /** The path from the root. */
  readonly absolute: string;
  readonly #stats: Stats;
  readonly #words: KnownFileWords;

  /** @param stats what the open file was */
  constructor(path: string, stats: Stats, words: KnownFileWords) {
    this.source = path;
    this.size = stats.size;
    // The working directory may be another one when the file is read.
    this.absolute = resolve(path);
    this.#stats = stats;
    this.#words = words;
  }

  read(into: Uint8Array, start: number): void {
    if (into.length === 0) return;
    const descriptor = this.#open();
    try {
      this.readFrom(descriptor, into, start);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Reads a range chunk by chunk. @throws FILE_READ when the file is another one, at the start or at the end */
  *chunks(start: number, length: number): Generator<Uint8Array, void, undefined> {
    const descriptor = this.#open();
    try {
      for (let at = 0; at < length; at += CHUNK_BYTES) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, length - at));
        this.readFrom(descriptor, chunk, start + at);
        yield chunk;
      }
      // What was given already must have been of the file that was opened.
      if (!this.isSame(fstatSync(descriptor))) throw this.#changed();
    } finally {
      closeSync(descriptor);
    }
  }

  /** Fills a buffer through a descriptor of the file. @throws FILE_READ when the file ends before */
  readFrom(descriptor: number, into: Uint8Array, start: number): void {
    for (let done = 0; done < into.length; ) {
      let read: number;
      try {
        read = readSync(descriptor, into, done, into.length - done, start + done);
      } catch (cause) {
        throw this.#notReadable(errorReason(cause), cause);
      }
      if (read === 0)
        throw this.#notReadable(`it ends before byte ${start + into.length}: it was cut since it was opened`);
      done += read;
    }
  }

  /** Makes sure that a descriptor still leads to the file. @throws FILE_READ when it does not */
  requireSame(now: Stats): void {
    if (!this.isSame(now)) throw this.#changed();
  }

  /** A text that files with other bytes do not share: links to one file are told by it. */
  get identity(): string {
    const { dev, ino, size, mtimeMs } = this.#stats;
    return `${dev} ${ino} ${size} ${mtimeMs}`;
  }

  isSame(now: Stats): boolean {
    const then = this.#stats;
    return now.ino === then.ino && now.dev === then.dev && now.size === then.size && now.mtimeMs === then.mtimeMs;
  }

  #open(): number {
    let descriptor: number;
    try {
      // Should a pipe have taken its place meanwhile, opening must not wait for a writer.
      descriptor = openSync(this.absolute, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (cause) {
      throw this.#notReadable(errorReason(cause), cause);
    }
    if (this.isSame(fstatSync(descriptor))) return descriptor;
    closeSync(descriptor);
    throw this.#changed();
  }

  #changed(): DimwiseError {
    return this.#notReadable(`it was replaced or written to since its ${this.#words.what} was opened`);
  }

  #notReadable(reason: string, cause?: unknown): DimwiseError {
    return dimwiseError({
      code: 'FILE_READ',
      message: `weights of ${this.source} cannot be read: ${reason}`,
      actual: errorCode(cause),
      hint: this.#words.hint,
      cause,
    });
  }
}

/**
 * Looks at a file that is to be read by position.
 *
 * @param path a regular file, or a link to one
 * @throws FILE_READ when it is something else, or cannot be opened
 */
export async function knownFile(path: string, words: KnownFileWords): Promise<KnownFile> {
  try {
    // Opening a pipe or a device may wait for ever, so look first.
    const seen = await stat(path);
    if (!seen.isFile()) throw notOpened(path, seen.isDirectory() ? 'it is a folder' : 'it is no regular file');
    const handle = await open(path, 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw notOpened(path, 'it is no regular file');
      return new KnownFile(path, stats, words);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw isDimwiseError(error) ? error : notOpened(path, errorReason(error), error);
  }
}

const notOpened = (path: string, reason: string, cause?: unknown): DimwiseError =>
  dimwiseError({
    code: 'FILE_READ',
    message: `${path} cannot be read: ${reason}`,
    actual: errorCode(cause),
    hint: 'check the path and its permissions',
    cause,
  });
