// A list of numbers that grows while it is read, kept as the bits that the file has.
import type { DataKind } from './field-table.ts';

/** The typed arrays that lists of numbers are read as. */
export type DataArray = Float32Array | Float64Array | Int32Array | BigInt64Array | BigUint64Array;

const VIEWS = {
  int32: Int32Array,
  float: Float32Array,
  double: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

const WORDS: Record<DataKind, 1 | 2> = { int32: 1, float: 1, int64: 2, uint64: 2, double: 2 };

/** Elements as 32-bit words, lower half first: a signalling NaN and a 64-bit integer keep every bit. */
export class WordList {
  readonly #kind: DataKind;
  #words = new Uint32Array(0);
  #length = 0;

  /** @param kind the kind of the elements */
  constructor(kind: DataKind) {
    this.#kind = kind;
  }

  /** Makes room for so many more elements, and at least doubles what it has. */
  reserve(elements: number): void {
    const needed = this.#length + elements * WORDS[this.#kind];
    if (needed <= this.#words.length) return;
    const words = new Uint32Array(this.#length === 0 ? needed : Math.max(needed, 2 * this.#words.length));
    words.set(this.#words.subarray(0, this.#length));
    this.#words = words;
  }

  /**
   * Appends one element; room must be reserved.
   *
   * @param low the lower 32 bits
   * @param high the upper 32 bits, unused in kinds of 32 bits
   */
  push(low: number, high: number): void {
    this.#words[this.#length++] = low;
    if (WORDS[this.#kind] === 2) this.#words[this.#length++] = high;
  }

  /** Appends elements from their little-endian bytes; room must be reserved. */
  pushBytes(bytes: Uint8Array): void {
    // The typed arrays of every engine in use are little-endian, as the wire format is.
    new Uint8Array(this.#words.buffer).set(bytes, this.#length * 4);
    this.#length += bytes.length / 4;
  }

  /** Gives the elements in an array of exactly their size. */
  close(): DataArray {
    const words = this.#words.length === this.#length ? this.#words : this.#words.slice(0, this.#length);
    return new VIEWS[this.#kind](words.buffer);
  }
}
