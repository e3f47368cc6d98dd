// Compares the elements of tensors, wherever they are stored.
import { Checksum } from '../../../src/ir/checksum.ts';
import { readElements } from '../../../src/ir/convert-floats.ts';
import { DTYPES } from '../../../src/ir/dtype.ts';
import type { FileBytes } from '../../../src/ir/tensor-chunks.ts';
import { elementCount, type TensorData } from '../../../src/ir/tensor-data.ts';
import { syncChunks } from '../external-data.ts';
import type { ModelFiles } from '../onnx-model.ts';
import { tensorSource } from '../tensor-bytes.ts';

/** The elements of one model's tensors. */
export class Weights {
  readonly #bytes: FileBytes | undefined;
  readonly #tokens = new Map<TensorData, string>();

  /** @param files where external data is read */
  constructor(files: ModelFiles | undefined) {
    this.#bytes = files?.bytes;
  }

  /** Element type, sizes and a checksum of the elements: the same for the same elements, however they are stored. */
  token(data: TensorData): string {
    let token = this.#tokens.get(data);
    if (token === undefined) {
      token = `${typeText(data)}#${this.#checksum(data)}`;
      this.#tokens.set(data, token);
    }
    return token;
  }

  /** The bytes in chunks; strings have none. */
  chunks(data: TensorData): Iterable<Uint8Array> {
    return data.dtype === 'string' ? [] : syncChunks(tensorSource(data, this.#bytes));
  }

  #checksum(data: TensorData): string {
    const checksum = new Checksum();
    if (data.storage.kind === 'strings') {
      const encoder = new TextEncoder();
      for (const value of data.storage.values) {
        const bytes = typeof value === 'string' ? encoder.encode(value) : value;
        checksum.addNumber(bytes.length).add(bytes);
      }
    } else for (const chunk of this.chunks(data)) checksum.add(chunk);
    return checksum.digest();
  }
}

/** Type and sizes as people read them: `float32[64, 3, 7, 7]`. */
export const typeText = ({ dtype, shape }: TensorData): string => `${dtype}[${shape.join(', ')}]`;

/** A tensor and the model that it is of. */
export type Owned = readonly [weights: Weights, data: TensorData];

/**
 * Says how the elements of two tensors of one type and shape differ.
 *
 * @param tolerance the greatest difference that counts as none, relative to the greatest element of the first tensor
 * @returns `3 of 64 elements, by 0.25 at most`; undefined where they are equal within the tolerance
 */
export function elementDifference([a, first]: Owned, [b, second]: Owned, tolerance: number): string | undefined {
  if (a.token(first) === b.token(second)) return undefined;
  const count = elementCount(first.shape);
  const { bits } = DTYPES[first.dtype];
  if (bits % 8 !== 0 || bits === 0) return `elements of ${count} differ`;
  const found = { count: 0, largest: 0, scale: 0, measured: false };
  for (const [left, right] of inStep(a.chunks(first), b.chunks(second))) {
    found.count += countDifferent(left, right, bits / 8);
    const [x, y] = [readElements(left, first.dtype), readElements(right, first.dtype)];
    if (x && y) measure(x, y, found);
  }
  if (found.count === 0 || (tolerance > 0 && found.measured && found.largest <= tolerance * found.scale))
    return undefined;
  const distance = found.largest > 0 ? `, by ${Number(found.largest.toPrecision(3))} at most` : '';
  return `${found.count} of ${count} elements differ${distance}`;
}

function countDifferent(left: Uint8Array, right: Uint8Array, size: number): number {
  let count = 0;
  for (let at = 0; at < left.length; at += size) {
    for (let i = at; i < at + size; i++) {
      if (left[i] === right[i]) continue;
      count += 1;
      break;
    }
  }
  return count;
}

/** Takes the greatest distance, and the greatest magnitude in the first of the two. */
function measure(x: Float64Array, y: Float64Array, found: { largest: number; scale: number; measured: boolean }): void {
  found.measured = true;
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i] ?? 0, y[i] ?? 0];
    const size = Math.abs(p);
    if (size > found.scale && size < Infinity) found.scale = size;
    if (Object.is(p, q)) continue;
    const distance = Math.abs(p - q);
    // A NaN on one side, or infinities, have no distance; they are within no tolerance.
    found.largest = Math.max(found.largest, Number.isNaN(distance) ? Infinity : distance);
  }
}

const PIECE_BYTES = 2 ** 16;

/** Two streams of equal length in pieces with the same ends. */
function* inStep(a: Iterable<Uint8Array>, b: Iterable<Uint8Array>): Generator<readonly [Uint8Array, Uint8Array]> {
  const right = pieces(b);
  for (const left of pieces(a)) yield [left, right.next().value ?? new Uint8Array(left.length)];
}

/** A stream in pieces of one length, but for the last one. */
function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array, undefined> {
  let piece = new Uint8Array(PIECE_BYTES);
  let held = 0;
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + PIECE_BYTES - held);
      piece.set(part, held);
      held += part.length;
      from += part.length;
      if (held < PIECE_BYTES) continue;
      yield piece;
      piece = new Uint8Array(PIECE_BYTES);
      held = 0;
    }
  }
  if (held > 0) yield piece.subarray(0, held);
  return undefined;
}
