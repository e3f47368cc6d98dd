// Messages between the pool and a process: a head as JSON, then bodies of bytes.
//
// A frame is the length of the head (4 bytes, little-endian), the head, and the bodies one after the other; the head has their sizes
// under `sizes`. The program of the process (worker-program.ts) reads and writes the same.
import { dimwiseError } from '../../base/errors.ts';

/** A message that was read. */
export interface Frame {
  readonly head: Readonly<Record<string, unknown>>;
  readonly bodies: readonly Uint8Array<ArrayBuffer>[];
}

/** The chunks of a message, in order; bodies are not copied. `bodies` may have several parts, which arrive as one. */
export function frameChunks(head: object, bodies: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const sizes = bodies.map((parts) => parts.reduce((sum, part) => sum + part.byteLength, 0));
  const text = new TextEncoder().encode(JSON.stringify({ ...head, sizes }));
  const start = new Uint8Array(4 + text.length);
  new DataView(start.buffer).setUint32(0, text.length, true);
  start.set(text, 4);
  return [start, ...bodies.flat().filter((part) => part.byteLength > 0)];
}

/** Puts frames together from the chunks in which they arrive. */
export class FrameReader {
  readonly #tell: (frame: Frame) => void;
  /** The bytes that are awaited, and how many are there. */
  #target: Uint8Array<ArrayBuffer> = new Uint8Array(4);
  #filled = 0;
  #stage: 'length' | 'head' | 'bodies' = 'length';
  #head: Frame['head'] = {};
  #bodies: Uint8Array<ArrayBuffer>[] = [];
  #body = 0;

  /** @param tell receives each frame as soon as it is complete */
  constructor(tell: (frame: Frame) => void) {
    this.#tell = tell;
  }

  /** Takes the next chunk. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const count = Math.min(this.#target.length - this.#filled, chunk.length - at);
      this.#target.set(chunk.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      while (this.#filled === this.#target.length) this.#advance();
    }
  }

  #expect(target: Uint8Array<ArrayBuffer>): void {
    this.#target = target;
    this.#filled = 0;
  }

  #advance(): void {
    switch (this.#stage) {
      case 'length':
        this.#stage = 'head';
        return this.#expect(new Uint8Array(new DataView(this.#target.buffer).getUint32(0, true)));
      case 'head':
        this.#head = readHead(this.#target);
        this.#bodies = sizesOf(this.#head).map((size) => new Uint8Array(size));
        this.#body = 0;
        this.#stage = 'bodies';
        return this.#nextBody();
      case 'bodies':
        this.#body++;
        return this.#nextBody();
    }
  }

  #nextBody(): void {
    const body = this.#bodies[this.#body];
    if (body) return this.#expect(body);
    this.#stage = 'length';
    this.#expect(new Uint8Array(4));
    this.#tell({ head: this.#head, bodies: this.#bodies });
  }
}

function readHead(bytes: Uint8Array): Frame['head'] {
  const head: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof head === 'object' && head !== null) return { ...head };
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'a worker sent a message without a head' });
}

function sizesOf({ sizes }: Frame['head']): readonly number[] {
  return Array.isArray(sizes) ? sizes.map(Number) : [];
}
