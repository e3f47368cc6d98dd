// The key of a random sequence, derived from a seed and the path of a parameter.
import { dimwiseError } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import { philox4x32, type RandomKey } from './philox.ts';

/** A seed: an integer from 0 to 2^53 - 1, or a bigint from 0 to 2^64 - 1; `7` and `7n` are the same seed. */
export type Seed = number | bigint;

const MAX_SEED = (1n << 64n) - 1n;
const LOW_WORD = 0xffffffffn;

/**
 * Derives the key of one random sequence. The hash is fixed: the same seed and path give the same key on every platform
 * and in every release.
 *
 * The state starts as the seed (low word, high word). The UTF-8 bytes of the path are taken 8 at a time, the last group
 * filled up with zeros (an empty path is one group of zeros). Group g (from 0) turns the state into the first two words of
 * Philox4x32-10 with the state as key and the counter [bytes 0-3, bytes 4-7 (little-endian), number of bytes of the path,
 * g + 1]. The last state is the key.
 *
 * @param seed the seed of all parameters of a model
 * @param path what the sequence is for: the dotted path of a parameter, `0.weight`
 * @returns two uint32 words
 * @throws SEED_INVALID when the seed is negative, fractional or too large
 * @example deriveKey(0, '0.weight')
 */
export function deriveKey(seed: Seed, path: string): RandomKey {
  let key = seedWords(seed);
  // Of ASCII, as nearly all paths are, the characters are the bytes; an encoder would take longer than the key.
  const bytes = isAscii(path) ? path : new TextEncoder().encode(path);
  for (let at = 0; at === 0 || at < bytes.length; at += 8) {
    const words = philox4x32([wordAt(bytes, at), wordAt(bytes, at + 4), bytes.length, at / 8 + 1], key);
    key = [words[0], words[1]];
  }
  return key;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The four bytes from a place on as a little-endian word, zeros behind the end. */
function wordAt(bytes: string | Uint8Array, at: number): number {
  let word = 0;
  for (let i = Math.min(at + 4, bytes.length) - 1; i >= at; i--)
    word = (word << 8) | (typeof bytes === 'string' ? bytes.charCodeAt(i) : (bytes[i] ?? 0));
  return word >>> 0;
}

/** The two words of a seed. */
function seedWords(seed: Seed): RandomKey {
  if (typeof seed === 'bigint') {
    if (seed >= 0n && seed <= MAX_SEED) return [Number(seed & LOW_WORD), Number(seed >> 32n)];
  } else if (Number.isSafeInteger(seed) && seed >= 0) return [seed >>> 0, Math.floor(seed / 2 ** 32)];
  throw dimwiseError({
    code: 'SEED_INVALID',
    message: `a seed is an integer from 0 to 2^53 - 1 or a bigint below 2^64, not ${String(seed)}`,
    expected: '0 to 2^53 - 1, or a bigint below 2^64',
    actual: String(seed),
    origin: { site: captureSite() },
    hint:
      typeof seed === 'number' && seed >= 2 ** 53 ? `write it as a bigint, ${BigInt(Math.floor(seed))}n` : undefined,
  });
}
