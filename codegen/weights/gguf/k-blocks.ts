// Dequantizes the blocks of ggml that have scales for parts of 256 elements: Q2_K to Q8_K, and IQ4_XS.
import { byteAt, halfAt, wordAt } from './half.ts';
import { type DecodeBlock, IQ4_VALUES, signed } from './small-blocks.ts';

const { fround } = Math;

/** Two bits of an element: four elements that are 32 apart share a byte. */
const twoBits = (bytes: Uint8Array, at: number, e: number): number =>
  (byteAt(bytes, at + (e >> 7) * 32 + (e & 31)) >> (2 * ((e >> 5) & 3))) & 3;

/** `d * s * q - m * t` with scales s and t of 4 bits for each 16 elements, q of 2 bits. */
export const decodeQ2K: DecodeBlock = (bytes, at, out, to) => {
  const [d, min] = [halfAt(bytes, at + 80), halfAt(bytes, at + 82)];
  for (let part = 0; part < 16; part++) {
    const scales = byteAt(bytes, at + part);
    const [scale, offset] = [fround(d * (scales & 15)), fround(min * (scales >> 4))];
    for (let e = part * 16; e < part * 16 + 16; e++) out[to + e] = fround(scale * twoBits(bytes, at + 16, e)) - offset;
  }
};

/** `d * s * q` with scales of 6 bits for each 16 elements, q of 3 bits: the third is 0 where 4 is taken away. */
export const decodeQ3K: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at + 108);
  for (let part = 0; part < 16; part++) {
    const low = byteAt(bytes, at + 96 + (part & 7)) >> (part < 8 ? 0 : 4);
    const high = byteAt(bytes, at + 104 + (part & 3)) >> (2 * (part >> 2));
    const scale = fround(d * (((low & 15) | ((high & 3) << 4)) - 32));
    for (let e = part * 16; e < part * 16 + 16; e++) {
      const third = (byteAt(bytes, at + (e & 31)) >> (e >> 5)) & 1;
      out[to + e] = scale * (twoBits(bytes, at + 32, e) - (third ? 0 : 4));
    }
  }
};

/** The scale of 6 bits of a part of 32 elements, among 12 bytes that hold 8 scales and 8 offsets. */
const scaleOf = (bytes: Uint8Array, at: number, part: number): number =>
  part < 4
    ? byteAt(bytes, at + part) & 63
    : (byteAt(bytes, at + 4 + part) & 15) | ((byteAt(bytes, at + part - 4) >> 2) & 48);

/** The offset of 6 bits beside it. */
const offsetOf = (bytes: Uint8Array, at: number, part: number): number =>
  part < 4
    ? byteAt(bytes, at + 4 + part) & 63
    : (byteAt(bytes, at + 4 + part) >> 4) | ((byteAt(bytes, at + part) >> 2) & 48);

/** `d * s * q - m * t` for each 32 elements, q of 4 bits. */
export const decodeQ4K: DecodeBlock = (bytes, at, out, to) => {
  const [d, min] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  for (let part = 0; part < 8; part++) {
    const scale = fround(d * scaleOf(bytes, at + 4, part));
    const offset = fround(min * offsetOf(bytes, at + 4, part));
    const [from, shift] = [at + 16 + (part >> 1) * 32, 4 * (part & 1)];
    for (let i = 0; i < 32; i++)
      out[to + part * 32 + i] = fround(scale * ((byteAt(bytes, from + i) >> shift) & 15)) - offset;
  }
};

/** `d * s * q - m * t` for each 32 elements, q of 5 bits. */
export const decodeQ5K: DecodeBlock = (bytes, at, out, to) => {
  const [d, min] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  for (let part = 0; part < 8; part++) {
    const scale = fround(d * scaleOf(bytes, at + 4, part));
    const offset = fround(min * offsetOf(bytes, at + 4, part));
    const [from, shift] = [at + 48 + (part >> 1) * 32, 4 * (part & 1)];
    for (let i = 0; i < 32; i++) {
      const fifth = ((byteAt(bytes, at + 16 + i) >> part) & 1) << 4;
      out[to + part * 32 + i] = fround(scale * (((byteAt(bytes, from + i) >> shift) & 15) | fifth)) - offset;
    }
  }
};

/** `d * s * q` with scales of 8 bits for each 16 elements, q of 6 bits with the zero at 32. */
export const decodeQ6K: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at + 208);
  for (let row = 0; row < 8; row++) {
    const half = row >> 2;
    const [low, lowShift] = [at + half * 64 + (row & 1) * 32, 4 * ((row >> 1) & 1)];
    const [high, highShift] = [at + 128 + half * 32, 2 * (row & 3)];
    for (let side = 0; side < 2; side++) {
      const scale = fround(d * signed(byteAt(bytes, at + 192 + row * 2 + side)));
      for (let i = side * 16; i < side * 16 + 16; i++) {
        const q = ((byteAt(bytes, low + i) >> lowShift) & 15) | (((byteAt(bytes, high + i) >> highShift) & 3) << 4);
        out[to + row * 32 + i] = scale * (q - 32);
      }
    }
  }
};

const scratch = new DataView(new ArrayBuffer(4));

/** `d * q` with d in float32, q of 8 bits; the sums behind them are for products of quantized vectors only. */
export const decodeQ8K: DecodeBlock = (bytes, at, out, to) => {
  for (let i = 0; i < 4; i++) scratch.setUint8(i, byteAt(bytes, at + i));
  const d = scratch.getFloat32(0, true);
  for (let e = 0; e < 256; e++) out[to + e] = d * signed(byteAt(bytes, at + 4 + e));
};

/** `d * s * v[q]` with scales of 6 bits for each 32 elements, 4 bits into a table. */
export const decodeIq4Xs: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at);
  const highs = wordAt(bytes, at + 2);
  for (let part = 0; part < 8; part++) {
    const low = (byteAt(bytes, at + 4 + (part >> 1)) >> (4 * (part & 1))) & 15;
    const scale = fround(d * ((low | (((highs >> (2 * part)) & 3) << 4)) - 32));
    for (let i = 0; i < 16; i++) {
      const byte = byteAt(bytes, at + 8 + part * 16 + i);
      out[to + part * 32 + i] = scale * (IQ4_VALUES[byte & 15] ?? 0);
      out[to + part * 32 + 16 + i] = scale * (IQ4_VALUES[byte >> 4] ?? 0);
    }
  }
};
