// Dequantizes the blocks of ggml whose elements share one scale: Q4_0 to Q8_0, IQ4_NL, MXFP4, NVFP4, and the ternary ones.
import { byteAt, halfAt } from './half.ts';

/**
 * Writes the elements of one block, computed in float32 as `gguf.quants` of the package gguf 0.19 does.
 *
 * @param bytes holds the block from byte `at` on
 * @param out takes the elements from place `to` on
 */
export type DecodeBlock = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

/** Low halves of 16 bytes come first, then the high ones: `d * (q - zero)`. */
const nibbles =
  (zero: number): DecodeBlock =>
  (bytes, at, out, to) => {
    const d = halfAt(bytes, at);
    for (let i = 0; i < 16; i++) {
      const byte = byteAt(bytes, at + 2 + i);
      out[to + i] = d * ((byte & 15) - zero);
      out[to + 16 + i] = d * ((byte >> 4) - zero);
    }
  };

/** `d * q`, 4 bits with the zero at 8. */
export const decodeQ40: DecodeBlock = nibbles(8);

/** `d * q + m`, 4 bits. */
export const decodeQ41: DecodeBlock = (bytes, at, out, to) => {
  const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  for (let i = 0; i < 16; i++) {
    const byte = byteAt(bytes, at + 4 + i);
    out[to + i] = Math.fround(d * (byte & 15)) + m;
    out[to + 16 + i] = Math.fround(d * (byte >> 4)) + m;
  }
};

/** The fifth bits of 32 elements, as one integer. */
const fifthBits = (bytes: Uint8Array, at: number): number =>
  byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);

/** `d * q`, 5 bits with the zero at 16. */
export const decodeQ50: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at);
  const high = fifthBits(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const byte = byteAt(bytes, at + 6 + i);
    out[to + i] = d * (((byte & 15) | (((high >>> i) & 1) << 4)) - 16);
    out[to + 16 + i] = d * (((byte >> 4) | (((high >>> (16 + i)) & 1) << 4)) - 16);
  }
};

/** `d * q + m`, 5 bits. */
export const decodeQ51: DecodeBlock = (bytes, at, out, to) => {
  const [d, m] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  const high = fifthBits(bytes, at + 4);
  for (let i = 0; i < 16; i++) {
    const byte = byteAt(bytes, at + 8 + i);
    out[to + i] = Math.fround(d * ((byte & 15) | (((high >>> i) & 1) << 4))) + m;
    out[to + 16 + i] = Math.fround(d * ((byte >> 4) | (((high >>> (16 + i)) & 1) << 4))) + m;
  }
};

/** A byte as a signed number. */
export const signed = (byte: number): number => (byte << 24) >> 24;

/** `d * q`, 8 bits. */
export const decodeQ80: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * signed(byteAt(bytes, at + 2 + i));
};

/** The values that 4 bits stand for in IQ4_NL and IQ4_XS. */
export const IQ4_VALUES = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** `d * v[q]`, 4 bits into a table. */
export const decodeIq4Nl: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at);
  for (let i = 0; i < 16; i++) {
    const byte = byteAt(bytes, at + 2 + i);
    out[to + i] = d * (IQ4_VALUES[byte & 15] ?? 0);
    out[to + 16 + i] = d * (IQ4_VALUES[byte >> 4] ?? 0);
  }
};

/** Twice the values of e2m1 (OCP Microscaling Formats 1.0); the scales are halved for it. */
const E2M1_DOUBLED = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

/** `2^(e - 128) * v[q]`: e2m1 with a scale of e8m0. */
export const decodeMxfp4: DecodeBlock = (bytes, at, out, to) => {
  const d = 2 ** (byteAt(bytes, at) - 128);
  for (let i = 0; i < 16; i++) {
    const byte = byteAt(bytes, at + 1 + i);
    out[to + i] = d * (E2M1_DOUBLED[byte & 15] ?? 0);
    out[to + 16 + i] = d * (E2M1_DOUBLED[byte >> 4] ?? 0);
  }
};

/** Half the value of an unsigned e4m3; 0x7f, its NaN, counts as 0 there. */
function halfE4m3(bits: number): number {
  if (bits === 0x7f) return 0;
  const [exponent, mantissa] = [(bits >> 3) & 15, bits & 7];
  return exponent === 0 ? mantissa * 2 ** -10 : (1 + mantissa / 8) * 2 ** (exponent - 8);
}

/** `s * v[q]`: e2m1 with a scale of e4m3 for each 16. */
export const decodeNvfp4: DecodeBlock = (bytes, at, out, to) => {
  for (let group = 0; group < 4; group++) {
    const d = halfE4m3(byteAt(bytes, at + group));
    for (let i = 0; i < 8; i++) {
      const byte = byteAt(bytes, at + 4 + group * 8 + i);
      out[to + group * 16 + i] = d * (E2M1_DOUBLED[byte & 15] ?? 0);
      out[to + group * 16 + 8 + i] = d * (E2M1_DOUBLED[byte >> 4] ?? 0);
    }
  }
};

const POWERS_OF_3 = [1, 3, 9, 27, 81] as const;

/** `d * (q - 1)`: five ternary digits in a byte, as a fraction of 256. */
export const decodeTq10: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at + 52);
  // Runs of bytes: where they start, how many, how many digits each has, and where their elements start.
  for (const [start, count, digits, first] of [
    [0, 32, 5, 0],
    [32, 16, 5, 160],
    [48, 4, 4, 240],
  ] as const) {
    for (let digit = 0; digit < digits; digit++) {
      const power = POWERS_OF_3[digit] ?? 1;
      for (let i = 0; i < count; i++) {
        const rest = (byteAt(bytes, at + start + i) * power) & 255;
        out[to + first + digit * count + i] = d * (((rest * 3) >> 8) - 1);
      }
    }
  }
};

/** `d * (q - 1)`, 2 bits. */
export const decodeTq20: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at + 64);
  for (let e = 0; e < 256; e++) {
    const byte = byteAt(bytes, at + (e >> 7) * 32 + (e & 31));
    out[to + e] = d * (((byte >> (2 * ((e >> 5) & 3))) & 3) - 1);
  }
};
