// Finds the raw data of large tensors in a model file by looking at tags and lengths only.
import type { MessageRow } from './field-table.ts';
import { MESSAGES } from './message-table.ts';
import { WIRE } from './wire-reader.ts';

/** A range of a file. */
export interface ByteRange {
  /** The first byte. */
  readonly start: number;
  /** The byte behind the last one. */
  readonly end: number;
}

/** Reads a file. */
export interface FileLook {
  /** How many bytes the file has. */
  readonly size: number;
  /** Fills `into` with the bytes from `start` on. */
  readonly read: (into: Uint8Array, start: number) => void;
}

/** Messages are looked into to this depth; data that lies deeper is read with the rest. */
const MOST_DEPTH = 64;
/** The bytes that are read behind a range that was left out. */
const FIRST_LOOK = 4096;
/** The most bytes that are read at a time. */
const MOST_LOOK = 2 ** 18;

/**
 * Finds the raw data of large tensors, wherever the model holds them. Nothing is judged here: where a message is not sound, the
 * search goes on behind it, and its reader finds out what is wrong.
 *
 * @param file the file
 * @param least ranges of fewer bytes are not worth leaving out
 * @returns the ranges in the order of the file
 */
export function findGaps(file: FileLook, least: number): ByteRange[] {
  const search = new GapSearch(file, least);
  search.fields(MESSAGES.model, file.size, 0);
  return search.found;
}

class GapSearch {
  readonly found: ByteRange[] = [];
  readonly #file: FileLook;
  readonly #least: number;
  #pos = 0;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #value = 0;

  constructor(file: FileLook, least: number) {
    this.#file = file;
    this.#least = least;
  }

  /** Looks at the fields of a message as far as it is sound. */
  fields(row: MessageRow, end: number, depth: number): void {
    while (this.#pos < end) {
      if (!this.#varint(end)) return;
      const wire = this.#value % 8;
      const field = row.byNumber[Math.floor(this.#value / 8)];
      if (wire === WIRE.varint) {
        if (!this.#varint(end)) return;
      } else if (wire === WIRE.fixed64 || wire === WIRE.fixed32) {
        this.#pos += wire === WIRE.fixed64 ? 8 : 4;
      } else if (wire === WIRE.bytes) {
        if (!this.#varint(end) || this.#value > end - this.#pos) return;
        const fieldEnd = this.#pos + this.#value;
        if (this.#value >= this.#least && field?.streamed) this.found.push({ start: this.#pos, end: fieldEnd });
        else if (this.#value >= this.#least && field?.message && depth < MOST_DEPTH) {
          this.fields(field.message(), fieldEnd, depth + 1);
        }
        this.#pos = fieldEnd;
      } else {
        // Groups occur in no model that a current writer makes.
        return;
      }
    }
  }

  /** Reads a varint; false where it is cut off or beyond the numbers that JavaScript holds. */
  #varint(end: number): boolean {
    let value = 0;
    for (let scale = 1; this.#pos < end; scale *= 128) {
      const byte = this.#byte(this.#pos++);
      value += (byte & 0x7f) * scale;
      // Negative numbers have ten bytes; they are no lengths, so their value does not matter.
      if (byte < 0x80) {
        this.#value = value;
        return true;
      }
      if (scale >= 128 ** 9) return false;
    }
    return false;
  }

  #byte(at: number): number {
    const held = this.#window[at - this.#windowStart];
    if (held !== undefined) return held;
    // Fields that follow each other are read with ever larger steps, those behind a jump with a small one.
    const goesOn = at === this.#windowStart + this.#window.length;
    const wanted = goesOn ? Math.min(2 * this.#window.length, MOST_LOOK) : FIRST_LOOK;
    const length = Math.min(Math.max(wanted, FIRST_LOOK), this.#file.size - at);
    this.#window = new Uint8Array(length);
    this.#windowStart = at;
    this.#file.read(this.#window, at);
    return this.#window[0] ?? 0;
  }
}
