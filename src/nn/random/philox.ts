// Philox4x32, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11.

/** The key of one random sequence: two unsigned 32-bit words, low word first. */
export type RandomKey = readonly [low: number, high: number];

/** Four unsigned 32-bit words: the counter or the output of one Philox block. */
export type PhiloxWords = readonly [number, number, number, number];

/** The multiplier of counter word 0 (the paper, table 2). */
export const MULTIPLIER_0 = 0xd2511f53;
/** The multiplier of counter word 2. */
export const MULTIPLIER_1 = 0xcd9e8d57;
/** What each round adds to key word 0 (the paper, section 3.3). */
export const WEYL_0 = 0x9e3779b9;
/** What each round adds to key word 1. */
export const WEYL_1 = 0xbb67ae85;
const TWO_POW_MINUS_32 = 2 ** -32;
const TWO_POW_32 = 2 ** 32;
// Scaling by a power of two is exact, so x * SCALED rounds just as x * MULTIPLIER does.
const SCALED_0 = MULTIPLIER_0 * TWO_POW_MINUS_32;
const SCALED_1 = MULTIPLIER_1 * TWO_POW_MINUS_32;
/** A low product word whose upper 22 bits are all ones: only then can the rounded product reach the next high word. */
const NEAR_CARRY = 0x3fffff;

/**
 * The high word of a 32 x 32 bit product, exact for all operands.
 *
 * @param word one factor as int32
 * @param low the low word of the product as int32
 * @param multiplier the other factor as uint32
 */
function highWord(word: number, low: number, multiplier: number): number {
  // The float64 product errs by at most 2^10; taking the known low word away leaves high * 2^32 within 2^11.
  return ((((word >>> 0) * multiplier - (low >>> 0)) * TWO_POW_MINUS_32 + 0.5) | 0) >>> 0;
}

/**
 * One Philox4x32 block: four random words from a counter and a key.
 *
 * @param counter four uint32 words, the lowest first
 * @param key two uint32 words
 * @param rounds the number of rounds; default 10, which passes TestU01's BigCrush
 * @returns four uint32 words
 */
export function philox4x32(counter: PhiloxWords, key: RandomKey, rounds = 10): PhiloxWords {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < rounds; round++) {
    const low0 = Math.imul(c0, MULTIPLIER_0);
    const low1 = Math.imul(c2, MULTIPLIER_1);
    const high0 = highWord(c0, low0, MULTIPLIER_0);
    const high1 = highWord(c2, low1, MULTIPLIER_1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** The words at the edges of a chunk, where a block is used in part. */
const edge = new Uint32Array(8);

/**
 * Fills `out` with the words of one sequence: element i is lane `i & 3` of block `i >> 2`, whose counter is
 * `[low word, high word, 0, 0]` of the block number. Any chunking of a sequence gives the same words.
 *
 * @param out receives uint32 words
 * @param key the key of the sequence
 * @param firstElement the number of the element that goes to `out[0]`, an integer from 0 to 2^53 - 1
 * @param count how many elements of `out` are filled; default all
 */
export function fillUint32(out: Uint32Array, key: RandomKey, firstElement: number, count: number = out.length): void {
  let done = 0;
  let block = Math.floor(firstElement / 4);
  const lane = firstElement % 4;
  if (lane !== 0) {
    fillBlocks(edge, key, block++, 0, 8);
    while (done < count && lane + done < 4) out[done] = edge[lane + done++] ?? 0;
  }
  const whole = (count - done) & ~7;
  fillBlocks(out, key, block, done, done + whole);
  done += whole;
  if (done === count) return;
  fillBlocks(edge, key, block + whole / 4, 0, 8);
  for (let i = 0; done < count; i++) out[done++] = edge[i] ?? 0;
}

/** Fills `out[begin]` to `out[end]`, a multiple of 8 words, from the block `block` on. */
function fillBlocks(out: Uint32Array, key: RandomKey, block: number, begin: number, end: number): void {
  let at = begin;
  while (at < end) {
    // The high counter word is constant inside a run of 2^32 blocks; runs start at even blocks but the first.
    const low = block % TWO_POW_32;
    const words = Math.min(end - at, (TWO_POW_32 - low) * 4);
    const high = Math.floor(block / TWO_POW_32);
    if (words % 8 === 0) fillRun(out, key, low, high, at, at + words);
    else for (let i = 0; i < words; i += 4) out.set(philox4x32([low + i / 4, high, 0, 0], key), at + i);
    at += words;
    block += words / 4;
  }
}

/**
 * The hot loop: two independent blocks at a time, because one block alone waits for its own multiplications.
 * The high product word is the truncated float64 product, which is exact but near a carry (see {@link highWord}).
 */
function fillRun(out: Uint32Array, key: RandomKey, low: number, high: number, begin: number, end: number): void {
  for (let at = begin; at < end; at += 8, low += 2) {
    let a0 = low | 0;
    let a1 = high | 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = (low + 1) | 0;
    let b1 = high | 0;
    let b2 = 0;
    let b3 = 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      const aLow0 = Math.imul(a0, MULTIPLIER_0);
      const aLow1 = Math.imul(a2, MULTIPLIER_1);
      const bLow0 = Math.imul(b0, MULTIPLIER_0);
      const bLow1 = Math.imul(b2, MULTIPLIER_1);
      let aHigh0 = ((a0 >>> 0) * SCALED_0) | 0;
      let aHigh1 = ((a2 >>> 0) * SCALED_1) | 0;
      let bHigh0 = ((b0 >>> 0) * SCALED_0) | 0;
      let bHigh1 = ((b2 >>> 0) * SCALED_1) | 0;
      if (aLow0 >>> 10 === NEAR_CARRY) aHigh0 = highWord(a0, aLow0, MULTIPLIER_0);
      if (aLow1 >>> 10 === NEAR_CARRY) aHigh1 = highWord(a2, aLow1, MULTIPLIER_1);
      if (bLow0 >>> 10 === NEAR_CARRY) bHigh0 = highWord(b0, bLow0, MULTIPLIER_0);
      if (bLow1 >>> 10 === NEAR_CARRY) bHigh1 = highWord(b2, bLow1, MULTIPLIER_1);
      a0 = aHigh1 ^ a1 ^ k0;
      a1 = aLow1;
      a2 = aHigh0 ^ a3 ^ k1;
      a3 = aLow0;
      b0 = bHigh1 ^ b1 ^ k0;
      b1 = bLow1;
      b2 = bHigh0 ^ b3 ^ k1;
      b3 = bLow0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[at] = a0;
    out[at + 1] = a1;
    out[at + 2] = a2;
    out[at + 3] = a3;
    out[at + 4] = b0;
    out[at + 5] = b1;
    out[at + 6] = b2;
    out[at + 7] = b3;
  }
}
