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
  const bits = seedBits(seed);
  let key: RandomKey = [Number(bits & LOW_WORD), Number(bits >> 32n)];
  const bytes = new TextEncoder().encode(path);
  const groups = Math.max(1, Math.ceil(bytes.length / 8));
  const padded = new DataView(new ArrayBuffer(groups * 8));
  for (const [i, byte] of bytes.entries()) padded.setUint8(i, byte);
  for (let group = 0; group < groups; group++) {
    const low = padded.getUint32(group * 8, true);
    const high = padded.getUint32(group * 8 + 4, true);
    const [k0, k1] = philox4x32([low, high, bytes.length, group + 1], key);
    key = [k0, k1];
  }
  return key;
}

function seedBits(seed: Seed): bigint {
  const valid = typeof seed === 'bigint' ? seed >= 0n && seed <= MAX_SEED : Number.isSafeInteger(seed) && seed >= 0;
  if (valid) return BigInt(seed);
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
