// Writes the values of protobuf's wire format into a buffer that is used again and again: no object is made per value.
import { type Int64, int64Halves, varint32Bytes } from './int64.ts';
import { utf8Length } from './utf8-length.ts';

const ENCODER = new TextEncoder();

/** Writes values one behind the other. */
export class ByteWriter {
  /** The bytes written since they were last taken. */
  length = 0;
  #bytes: Uint8Array;
  #view: DataView;

  /** @param room about how many bytes are written between two takings; more are fine */
  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Takes what is written so far. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Writes a varint of up to 32 bits: a tag, a length, a number that is not negative. */
  varint(value: number): void {
    this.#reserve(5);
    this.#put(value);
  }

  /** Writes a varint of 64 bits. */
  int64(value: Int64): void {
    if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
      this.varint(value);
      return;
    }
    const [lower, upper] = int64Halves(value);
    this.#reserve(10);
    let low = lower >>> 0;
    let high = upper >>> 0;
    while (high !== 0) {
      this.#bytes[this.length++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#put(low);
  }

  /** Writes the four bytes of a word, lowest first. */
  fixed32(word: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, word, true);
    this.length += 4;
  }

  /** Writes a float. */
  float(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  /** Writes bytes with their length. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /**
   * Writes a text in UTF-8 with its length.
   *
   * @returns false where the text has a lone surrogate, which UTF-8 cannot hold
   */
  string(text: string): boolean {
    const start = this.length;
    this.#reserve(5 + 3 * text.length);
    this.#put(text.length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        // Most texts are ASCII; the others are begun anew with their true length.
        this.length = start;
        const length = utf8Length(text);
        if (length < 0) return false;
        this.#put(length);
        this.length += ENCODER.encodeInto(text, bytes.subarray(this.length)).written;
        return true;
      }
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  /**
   * Begins a message whose length is written when it ends.
   *
   * @returns where its content begins, for `end`
   */
  begin(tag: number): number {
    this.#reserve(6);
    this.#put(tag);
    return ++this.length;
  }

  /** Ends the message whose content begins at `start`. */
  end(start: number): void {
    const bytes = this.length - start;
    const more = varint32Bytes(bytes) - 1;
    if (more > 0) {
      // One byte was left for the length; most messages of a node need no more.
      this.#reserve(more);
      this.#bytes.copyWithin(start + more, start, this.length);
    }
    this.length = start - 1;
    this.#put(bytes);
    this.length += bytes;
  }

  #put(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.length++] = rest;
  }

  #reserve(bytes: number): void {
    const wanted = this.length + bytes;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
