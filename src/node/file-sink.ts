// What takes the bytes of a new file in order: the system's cache, or, for large files, the disk itself, a few pieces at a time.
import { constants } from 'node:fs';
import type { FileHandle, open } from 'node:fs/promises';

/** Takes the bytes of a file, in order. */
export interface FileSink {
  /** Takes a chunk. Its bytes may change when the promise is settled, and not before. */
  add(chunk: Uint8Array): Promise<void>;
  /** Waits until all bytes are handed to the system. */
  end(): Promise<void>;
  /** Frees what the sink holds, whatever happened; the file's own handle stays open. */
  close(): Promise<void>;
}

/** A file that is open for writing, and empty. */
export interface NewFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Opens it a second time. */
  readonly open: typeof open;
}

/** Files from this size on are written past the cache: copying them into it takes longer than the disk does. */
export const DIRECT_BYTES = 2 ** 29;

/**
 * Makes a sink for a new file.
 *
 * @param bytes about how many bytes are to come
 */
export async function fileSink(file: NewFile, bytes: number): Promise<FileSink> {
  const { handle } = file;
  return (bytes < DIRECT_BYTES ? undefined : await directSink(file)) ?? new CachedSink(handle);
}

/** Writes every chunk where it lies. */
class CachedSink implements FileSink {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** A write may be short; the rest is written again from where it stopped. */
  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, at, chunk.length - at);
      at += bytesWritten;
    }
  }

  async end(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Bytes that are written at once. */
const PIECE_BYTES = 2 ** 22;
/** Pieces that are filled or on their way to the disk at a time. */
const PIECES = 4;
/** Direct writes take whole pages from the start of a page; WebAssembly's memory starts at one on all systems that Node runs on. */
const PAGE_BYTES = 2 ** 12;
const WASM_PAGE_BYTES = 2 ** 16;

/** What is used of the engine's WebAssembly. */
declare const WebAssembly:
  | { readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer } }
  | undefined;

/** A sink past the cache; undefined where system or file system have none, or memory is short. */
async function directSink({ path, handle, open: openAgain }: NewFile): Promise<FileSink | undefined> {
  // Only Linux has the flag; the declared type promises it everywhere.
  const flag: number | undefined = constants.O_DIRECT;
  if (flag === undefined) return undefined;
  const memory = pageMemory(PIECES * PIECE_BYTES);
  const direct = memory && (await openAgain(path, constants.O_WRONLY | flag).catch(() => undefined));
  return direct && new DirectSink(handle, direct, memory);
}

/** Memory that starts at a page, as direct writes ask for; undefined where there is none. */
export function pageMemory(bytes: number): Uint8Array | undefined {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
  } catch {
    // The address space may be limited.
    return undefined;
  }
}

/** Copies chunks into pieces, and writes these while the next ones are filled. */
class DirectSink implements FileSink {
  readonly #handle: FileHandle;
  readonly #direct: FileHandle;
  readonly #memory: Uint8Array;
  /** The write of each piece that is on its way. */
  readonly #writes: (Promise<void> | undefined)[] = Array.from({ length: PIECES }, () => undefined);
  #isRefused = false;
  #piece = 0;
  #filled = 0;
  #position = 0;

  constructor(handle: FileHandle, direct: FileHandle, memory: Uint8Array) {
    this.#handle = handle;
    this.#direct = direct;
    this.#memory = memory;
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#filled === PIECE_BYTES) this.#send();
      if (this.#filled === 0) await this.#writes[this.#piece];
      const part = chunk.subarray(at, at + PIECE_BYTES - this.#filled);
      this.#memory.set(part, this.#piece * PIECE_BYTES + this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) this.#send();
    await Promise.all(this.#writes);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#writes);
    await this.#direct.close();
  }

  /** Begins the write of the piece that was filled, and goes on to the next. */
  #send(): void {
    const write = this.#write(this.#piece * PIECE_BYTES, this.#filled, this.#position);
    // It is waited for when its piece is needed again, or at the end; until then a failure is nobody's.
    write.catch(() => {});
    this.#writes[this.#piece] = write;
    this.#position += this.#filled;
    this.#piece = (this.#piece + 1) % PIECES;
    this.#filled = 0;
  }

  /** Writes whole pages directly, and what is left, or was not taken, through the cache. */
  async #write(from: number, length: number, position: number): Promise<void> {
    const whole = this.#isRefused ? 0 : length - (length % PAGE_BYTES);
    let done = whole === 0 ? 0 : await this.#writeDirectly(from, whole, position);
    while (done < length) {
      const { bytesWritten } = await this.#handle.write(this.#memory, from + done, length - done, position + done);
      done += bytesWritten;
    }
  }

  async #writeDirectly(from: number, length: number, position: number): Promise<number> {
    try {
      return (await this.#direct.write(this.#memory, from, length, position)).bytesWritten;
    } catch (error) {
      // Some file systems take the flag and refuse the write, and some want larger pages.
      if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
      this.#isRefused = true;
      return 0;
    }
  }
}
