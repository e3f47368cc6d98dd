// Cuts a stream into files of one size at most, with the SHA-256 of each.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the split. */
export interface Part {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** Where parts go. */
export interface SplitOptions {
  readonly folder: string;
  /** Parts are called `NAME.000`, `NAME.001` and so on. */
  readonly name: string;
  /** The most bytes of a part. */
  readonly size: number;
}

/** The parts of a stream, with size and SHA-256 of the whole. */
export interface Split {
  readonly bytes: number;
  readonly sha256: string;
  readonly parts: readonly Part[];
}

/** Writes what a stream gives into parts, all but the last of exactly the size. */
export async function splitStream(source: AsyncIterable<Uint8Array>, options: SplitOptions): Promise<Split> {
  const whole = createHash('sha256');
  const parts: Part[] = [];
  let bytes = 0;
  let open: OpenPart | undefined;
  try {
    for await (const chunk of source) {
      whole.update(chunk);
      bytes += chunk.length;
      for (let at = 0; at < chunk.length; ) {
        open ??= new OpenPart(options.folder, `${options.name}.${String(parts.length).padStart(3, '0')}`);
        const piece = chunk.subarray(at, at + options.size - open.bytes);
        open.write(piece);
        at += piece.length;
        if (open.bytes < options.size) continue;
        parts.push(open.close());
        open = undefined;
      }
    }
  } finally {
    if (open) parts.push(open.close());
  }
  return { bytes, sha256: whole.digest('hex'), parts };
}

class OpenPart {
  bytes = 0;
  readonly #name: string;
  readonly #file: number;
  readonly #hash = createHash('sha256');

  constructor(folder: string, name: string) {
    this.#name = name;
    this.#file = openSync(join(folder, name), 'w');
  }

  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) at += writeSync(this.#file, piece, at);
    this.#hash.update(piece);
    this.bytes += piece.length;
  }

  close(): Part {
    closeSync(this.#file);
    return { name: this.#name, bytes: this.bytes, sha256: this.#hash.digest('hex') };
  }
}
