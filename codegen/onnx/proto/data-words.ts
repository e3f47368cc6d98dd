// Lists of numbers as 32-bit words, and words as packed varints.
import type { DataKind } from './field-table.ts';
import { int64Halves, isInt64, varintBytes } from './int64.ts';
import type { DataArray } from './word-list.ts';

/** Chunks of packed varints have about this many bytes. */
const CHUNK_BYTES = 1 << 16;

/**
 * Gives a list of numbers as 32-bit words, lower half first; a typed array of the kind is viewed, not copied.
 *
 * @param kind the kind of the elements
 * @param list a typed array of that kind, or an array of numbers and bigints
 * @returns the words, or the index of the first element that the kind cannot hold; -1 when `list` is no list
 */
export function wordsOf(kind: DataKind, list: unknown): Uint32Array | number {
  if (list instanceof ARRAYS[kind]) return new Uint32Array(list.buffer, list.byteOffset, list.byteLength / 4);
  if (!Array.isArray(list)) return -1;
  const bad = list.findIndex((element) => !fits(kind, element));
  if (bad >= 0) return bad;
  if (kind === 'int64' || kind === 'uint64') return halvesOf(list);
  return new Uint32Array(ARRAYS[kind].from(list).buffer);
}

const ARRAYS = {
  int32: Int32Array,
  float: Float32Array,
  double: Float64Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} satisfies Record<DataKind, new (buffer: ArrayBuffer) => DataArray>;

/** Tells whether a value can be written as the kind says; a finite float must not become infinite. */
export function fits(kind: DataKind, value: unknown): boolean {
  switch (kind) {
    case 'int32':
      return typeof value === 'number' && (value | 0) === value;
    case 'int64':
    case 'uint64':
      return isInt64(value, kind);
    case 'float':
      return typeof value === 'number' && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value));
    case 'double':
      return typeof value === 'number';
  }
}

function halvesOf(list: readonly (number | bigint)[]): Uint32Array {
  const words = new Uint32Array(2 * list.length);
  list.forEach((element, index) => {
    const [low, high] = int64Halves(element);
    words[2 * index] = low;
    words[2 * index + 1] = high;
  });
  return words;
}

/** Counts the bytes of all elements as varints. */
export function packedBytes(kind: DataKind, words: Uint32Array): number {
  let bytes = 0;
  if (kind === 'int32') {
    // A negative int32 is written as its 64-bit value, in 10 bytes.
    for (const word of words) bytes += varintBytes(word, (word | 0) >> 31);
  } else {
    for (let at = 0; at < words.length; at += 2) bytes += varintBytes(words[at] ?? 0, words[at + 1] ?? 0);
  }
  return bytes;
}

/** Gives all elements as varints, in chunks; it can be iterated more than once. */
export function packedChunks(kind: DataKind, words: Uint32Array): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => chunksOf(kind === 'int32' ? 1 : 2, words) };
}

function* chunksOf(stride: 1 | 2, words: Uint32Array): Generator<Uint8Array, void, undefined> {
  let chunk = new Uint8Array(Math.min(CHUNK_BYTES, words.length * 10));
  let length = 0;
  for (let at = 0; at < words.length; at += stride) {
    if (length + 10 > chunk.length) {
      yield chunk.subarray(0, length);
      chunk = new Uint8Array(CHUNK_BYTES);
      length = 0;
    }
    const low = words[at] ?? 0;
    length = putVarint(chunk, length, low, stride === 1 ? (low | 0) >> 31 : (words[at + 1] ?? 0));
  }
  if (length > 0) yield chunk.subarray(0, length);
}

/** Writes one varint and gives the place behind it. */
function putVarint(chunk: Uint8Array, start: number, lower: number, upper: number): number {
  let at = start;
  let low = lower >>> 0;
  let high = upper >>> 0;
  while (high > 0 || low > 0x7f) {
    chunk[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  chunk[at++] = low;
  return at;
}
