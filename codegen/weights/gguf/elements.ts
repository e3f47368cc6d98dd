// The elements of GGUF tensors, read and made numbers when they are used, a piece at a time.
import type { LazySource } from '../../../src/ir/tensor-data.ts';
import type { PositionedBytes } from '../positioned-bytes.ts';
import type { BlockType } from './types.ts';

/** Elements that are made at a time. */
const PIECE = 1 << 18;

/** Where a tensor of blocks lies. */
export interface BlockPlace {
  readonly file: PositionedBytes;
  readonly type: BlockType;
  /** The first byte of its first block. */
  readonly start: number;
  /** Elements of the tensor: whole blocks. */
  readonly count: number;
  readonly isBigEndian: boolean;
}

/** Elements of blocks as float32. */
export class BlockElements implements LazySource {
  readonly description = undefined;
  readonly #place: BlockPlace;

  constructor(place: BlockPlace) {
    this.#place = place;
  }

  fill(out: Uint8Array, firstElement: number): void {
    const end = firstElement + out.length / 4;
    const isAligned = out.byteOffset % 4 === 0;
    const target = isAligned
      ? new Float32Array(out.buffer, out.byteOffset, out.length / 4)
      : new Float32Array(out.length / 4);
    for (let at = firstElement; at < end; at += PIECE)
      this.#piece(target.subarray(at - firstElement, Math.min(at + PIECE, end) - firstElement), at);
    if (!isAligned) out.set(new Uint8Array(target.buffer));
  }

  #piece(target: Float32Array, first: number): void {
    const { file, type, start, count, isBigEndian } = this.#place;
    const [from, to] = [Math.floor(first / type.elements), Math.ceil((first + target.length) / type.elements)];
    const at = start + from * type.bytes;
    const length = (to - from) * type.bytes;
    const canView = file.view && !(isBigEndian && type.words?.length);
    const bytes = canView && file.view ? file.view(at, length) : new Uint8Array(length);
    if (!canView) file.read(bytes, at);
    if (isBigEndian) turnWords(bytes, type);
    const isWhole = first === from * type.elements && target.length === (to - from) * type.elements;
    const decoded = isWhole ? target : new Float32Array(Math.min((to - from) * type.elements, count));
    for (let block = 0; block < to - from; block++)
      type.decode(bytes, block * type.bytes, decoded, block * type.elements);
    if (isWhole) return;
    const skip = first - from * type.elements;
    target.set(decoded.subarray(skip, skip + target.length));
  }
}

/** Turns the 16-bit numbers of blocks round. */
function turnWords(bytes: Uint8Array, { words = [], bytes: step }: BlockType): void {
  for (const word of words) for (let at = word; at < bytes.length; at += step) bytes.subarray(at, at + 2).reverse();
}

/** Plain elements of a big-endian file. */
export class TurnedElements implements LazySource {
  readonly description = undefined;
  readonly #file: PositionedBytes;
  readonly #start: number;
  readonly #width: number;

  /** @param width bytes of an element */
  constructor(file: PositionedBytes, start: number, width: number) {
    this.#file = file;
    this.#start = start;
    this.#width = width;
  }

  fill(out: Uint8Array, firstElement: number): void {
    this.#file.read(out, this.#start + firstElement * this.#width);
    for (let at = 0; at < out.length; at += this.#width) out.subarray(at, at + this.#width).reverse();
  }
}
