// Reads numbers and texts of a GGUF file from front to end, in either byte order; nothing is read that the file does not have.
import type { DimwiseError } from '../../../src/base/errors.ts';
import { malformedCheckpoint } from '../malformed-checkpoint.ts';
import { type PositionedBytes, readRange } from '../positioned-bytes.ts';

/** Bytes that are read at a time. */
const WINDOW = 1 << 16;

/** A place in the header of a GGUF file. */
export class GgufScanner {
  readonly #file: PositionedBytes;
  readonly #isLittle: boolean;
  #at: number;
  #window: DataView = new DataView(new ArrayBuffer(0));
  #windowStart = 0;

  /** @param at the first byte to read */
  constructor(file: PositionedBytes, at: number, isLittle: boolean) {
    this.#file = file;
    this.#at = at;
    this.#isLittle = isLittle;
  }

  /** The next byte to be read. */
  get position(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#file.size - this.#at;
  }

  uint8 = (): number => this.#take(1).getUint8(this.#in(1));
  int8 = (): number => this.#take(1).getInt8(this.#in(1));
  uint16 = (): number => this.#take(2).getUint16(this.#in(2), this.#isLittle);
  int16 = (): number => this.#take(2).getInt16(this.#in(2), this.#isLittle);
  uint32 = (): number => this.#take(4).getUint32(this.#in(4), this.#isLittle);
  int32 = (): number => this.#take(4).getInt32(this.#in(4), this.#isLittle);
  float32 = (): number => this.#take(4).getFloat32(this.#in(4), this.#isLittle);
  uint64 = (): bigint => this.#take(8).getBigUint64(this.#in(8), this.#isLittle);
  /** An unsigned integer of 64 bits; a bigint only where it is beyond 2^53 - 1, for a bigint takes ten times as long. */
  size(): number | bigint {
    const view = this.#take(8);
    const at = this.#in(8);
    const [low, high] = this.#isLittle ? [at, at + 4] : [at + 4, at];
    const upper = view.getUint32(high, this.#isLittle);
    // A product would be kept as a float, in twice the memory.
    if (upper === 0) return view.getUint32(low, this.#isLittle);
    if (upper < 2 ** 21) return upper * 2 ** 32 + view.getUint32(low, this.#isLittle);
    return view.getBigUint64(at, this.#isLittle);
  }

  int64 = (): bigint => this.#take(8).getBigInt64(this.#in(8), this.#isLittle);
  float64 = (): number => this.#take(8).getFloat64(this.#in(8), this.#isLittle);

  /**
   * So many bytes.
   *
   * @param length at most what is left; the caller has checked it
   */
  bytes(length: number): Uint8Array {
    const at = this.#at - this.#windowStart;
    const isInside = at >= 0 && at + length <= this.#window.byteLength;
    const found = isInside
      ? new Uint8Array(this.#window.buffer, this.#window.byteOffset + at, length)
      : readRange(this.#file, this.#at, length);
    this.#at += length;
    return found;
  }

  /** The error of a file that ends too early. */
  ended(): DimwiseError {
    return malformedCheckpoint(this.#file.source, `it ends at byte ${this.#file.size}, inside of its header`, {
      hint: 'the file was cut',
    });
  }

  /** Makes sure that bytes are in the window, and passes over them. */
  #take(length: number): DataView {
    const at = this.#at - this.#windowStart;
    if (at < 0 || at + length > this.#window.byteLength) {
      if (length > this.left) throw this.ended();
      const bytes = readRange(this.#file, this.#at, Math.min(WINDOW, this.left));
      this.#window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#windowStart = this.#at;
    }
    this.#at += length;
    return this.#window;
  }

  /** Where in the window the bytes start that were taken last. */
  #in = (length: number): number => this.#at - length - this.#windowStart;
}
