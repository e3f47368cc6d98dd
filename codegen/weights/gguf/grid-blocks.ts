// Dequantizes the blocks of ggml whose elements are entries of codebooks: IQ1_S to IQ3_S.
import { codebook } from './codebooks.ts';
import { byteAt, halfAt, halfTable, wordAt } from './half.ts';
import type { DecodeBlock } from './small-blocks.ts';

const { fround } = Math;

/** Signs of eight elements from seven bits: the eighth makes their number even. */
const EVEN_SIGNS = Uint8Array.from({ length: 128 }, (_, bits) => {
  let odd = bits;
  for (const shift of [4, 2, 1]) odd ^= odd >> shift;
  return bits | ((odd & 1) << 7);
});

const signsOf = (index: number): number => EVEN_SIGNS[index & 127] ?? 0;
const doubleWord = (bytes: Uint8Array, at: number): number => wordAt(bytes, at) | (wordAt(bytes, at + 2) << 16);

/** Elements of a codebook with signs, for `scale * v * sign`. */
interface Entry {
  readonly book: Float32Array;
  /** Which entry. */
  readonly index: number;
  /** Elements of an entry. */
  readonly width: 4 | 8;
  readonly scale: number;
  /** A bit for each element, the first one lowest; set where it is negative. */
  readonly signs: number;
}

function writeEntry({ book, index, width, scale, signs }: Entry, out: Float32Array, to: number): void {
  for (let i = 0; i < width; i++) {
    const value = fround(scale * (book[index * width + i] ?? 0));
    out[to + i] = (signs >> i) & 1 ? -value : value;
  }
}

/** The scale of a code of 4 bits: `d * (1/2 + s) / 4`. */
const quarter = (d: number, code: number): number => fround(fround(d * (0.5 + code)) * 0.25);

/** For each 32 elements four entries of 8 bits, four sets of signs and a scale of 4 bits. */
export const decodeIq2Xxs: DecodeBlock = (bytes, at, out, to) => {
  const book = codebook('iq2xxs');
  const d = halfAt(bytes, at);
  for (let part = 0; part < 8; part++) {
    const from = at + 2 + part * 8;
    const rest = doubleWord(bytes, from + 4);
    const scale = quarter(d, rest >>> 28);
    for (let i = 0; i < 4; i++) {
      const signs = signsOf(rest >>> (7 * i));
      writeEntry({ book, index: byteAt(bytes, from + i), width: 8, scale, signs }, out, to + part * 32 + i * 8);
    }
  }
};

/** Entries of 9 bits with 7 of signs; scales of 4 bits for each 16 elements. */
export const decodeIq2Xs: DecodeBlock = (bytes, at, out, to) => {
  const book = codebook('iq2xs');
  const d = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) {
    const word = wordAt(bytes, at + 2 + i * 2);
    const scale = quarter(d, (byteAt(bytes, at + 66 + (i >> 2)) >> (4 * ((i >> 1) & 1))) & 15);
    writeEntry({ book, index: word & 511, width: 8, scale, signs: signsOf(word >> 9) }, out, to + i * 8);
  }
};

/** Entries of 10 bits, signs of their own; scales of 4 bits for each 16 elements. */
export const decodeIq2S: DecodeBlock = (bytes, at, out, to) => {
  const book = codebook('iq2s');
  const d = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) {
    const high = (byteAt(bytes, at + 66 + (i >> 2)) >> (2 * (i & 3))) & 3;
    const scale = quarter(d, (byteAt(bytes, at + 74 + (i >> 2)) >> (4 * ((i >> 1) & 1))) & 15);
    const index = byteAt(bytes, at + 2 + i) | (high << 8);
    writeEntry({ book, index, width: 8, scale, signs: byteAt(bytes, at + 34 + i) }, out, to + i * 8);
  }
};

/** For each 32 elements eight entries of 8 bits, four sets of signs and a scale of 4 bits. */
export const decodeIq3Xxs: DecodeBlock = (bytes, at, out, to) => {
  const book = codebook('iq3xxs');
  const d = halfAt(bytes, at);
  for (let part = 0; part < 8; part++) {
    const rest = doubleWord(bytes, at + 66 + part * 4);
    const scale = fround(fround(d * (0.5 + (rest >>> 28))) * 0.5);
    for (let i = 0; i < 8; i++) {
      const signs = signsOf(rest >>> (7 * (i >> 1))) >> (4 * (i & 1));
      const index = byteAt(bytes, at + 2 + part * 8 + i);
      writeEntry({ book, index, width: 4, scale, signs }, out, to + part * 32 + i * 4);
    }
  }
};

/** Entries of 9 bits, signs of their own; odd scales of 4 bits for each 32 elements. */
export const decodeIq3S: DecodeBlock = (bytes, at, out, to) => {
  const book = codebook('iq3s');
  const d = halfAt(bytes, at);
  for (let i = 0; i < 64; i++) {
    const high = (byteAt(bytes, at + 66 + (i >> 3)) >> (i & 7)) & 1;
    const code = (byteAt(bytes, at + 106 + (i >> 4)) >> (4 * ((i >> 3) & 1))) & 15;
    const signs = byteAt(bytes, at + 74 + (i >> 1)) >> (4 * (i & 1));
    const index = byteAt(bytes, at + 2 + i) | (high << 8);
    writeEntry({ book, index, width: 4, scale: fround(d * (1 + 2 * code)), signs }, out, to + i * 4);
  }
};

/** `scale * (v + delta)` for an entry of 8 ternary digits. */
function writeTernary(index: number, scale: number, delta: number, out: Float32Array, to: number): void {
  const book = codebook('iq1s');
  for (let i = 0; i < 8; i++) out[to + i] = scale * ((book[index * 8 + i] ?? 0) + delta);
}

/** Entries of 11 bits; an odd scale of 3 bits and the sign of an eighth for each 32 elements. */
export const decodeIq1S: DecodeBlock = (bytes, at, out, to) => {
  const d = halfAt(bytes, at);
  for (let part = 0; part < 8; part++) {
    const rest = wordAt(bytes, at + 34 + part * 2);
    const scale = fround(d * (2 * ((rest >> 12) & 7) + 1));
    const delta = rest & 0x8000 ? -0.125 : 0.125;
    for (let i = 0; i < 4; i++) {
      const index = byteAt(bytes, at + 2 + part * 4 + i) | (((rest >> (3 * i)) & 7) << 8);
      writeTernary(index, scale, delta, out, to + part * 32 + i * 8);
    }
  }
};

/** As IQ1_S with scales for each 16 elements; the one of the block is spread over four words. */
export const decodeIq1M: DecodeBlock = (bytes, at, out, to) => {
  let bits = 0;
  for (let i = 0; i < 4; i++) bits |= (wordAt(bytes, at + 48 + i * 2) >> 12) << (4 * i);
  const d = halfTable()[bits] ?? 0;
  for (let i = 0; i < 32; i++) {
    const code = (wordAt(bytes, at + 48 + (i >> 3) * 2) >> (3 * ((i >> 1) & 3))) & 7;
    const high = byteAt(bytes, at + 32 + (i >> 1)) >> (4 * (i & 1));
    const index = byteAt(bytes, at + i) | ((high & 7) << 8);
    writeTernary(index, fround(d * (2 * code + 1)), high & 8 ? -0.125 : 0.125, out, to + i * 8);
  }
};
