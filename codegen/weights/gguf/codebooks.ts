// The codebooks of ggml's IQ types, unpacked when the first block asks for one.
import { CODEBOOK_DIGITS } from './codebooks.gen.ts';

/** The name of a codebook. */
export type CodebookName = keyof typeof CODEBOOK_DIGITS;

const OF_2_BITS = [8, 25, 43];
const TERNARY = [-1, 0, 1];

/** What the digits of each stand for; those with more than four values have digits of 4 bits. */
const VALUES: Readonly<Record<CodebookName, readonly number[]>> = {
  iq2xxs: OF_2_BITS,
  iq2xs: OF_2_BITS,
  iq2s: OF_2_BITS,
  iq3xxs: [4, 12, 20, 28, 36, 44, 52, 62],
  iq3s: [1, 3, 5, 7, 9, 11, 13, 15],
  iq1s: TERNARY,
};

const unpacked = new Map<CodebookName, Float32Array>();

/** The entries of a codebook, one behind the other. */
export function codebook(name: CodebookName): Float32Array {
  const known = unpacked.get(name);
  if (known) return known;
  const values = VALUES[name];
  const bits = values.length > 4 ? 4 : 2;
  const packed = atob(CODEBOOK_DIGITS[name]);
  const perByte = 8 / bits;
  const entries = Float32Array.from({ length: packed.length * perByte }, (_, i) => {
    const byte = packed.charCodeAt(Math.floor(i / perByte));
    return values[(byte >> (bits * (i % perByte))) & ((1 << bits) - 1)] ?? 0;
  });
  unpacked.set(name, entries);
  return entries;
}
