// Philox4x32-10 (Salmon et al., SC'11), eight blocks at a time.
import { KEYS, WORDS } from './memory';

/** The multipliers of counter words 0 and 2 (the paper, table 2), each in four lanes. */
const MULTIPLIERS: usize = memory.data<u32>(
  [
    0xd2511f53, 0xd2511f53, 0xd2511f53, 0xd2511f53, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57, 0xcd9e8d57,
  ],
  16,
);

/** Writes the keys of all rounds; each round adds the Weyl constants (the paper, section 3.3). */
export function setKey(key0: u32, key1: u32): void {
  for (let at: usize = KEYS; at < KEYS + 320; at += 32) {
    v128.store(at, i32x4.splat(key0));
    v128.store(at, i32x4.splat(key1), 16);
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
}

/**
 * Draws words from a block on, 32 at a time, beginning at WORDS; up to 31 more than asked for are written.
 *
 * @param block the number of the first block
 * @param count how many words
 */
export function drawWords(block: u64, count: u32): void {
  const low = <u32>block;
  const untilCarry: u64 = 0x100000000 - <u64>low;
  if (<u64>((count + 3) / 4) <= untilCarry) {
    drawRun(low, <u32>(block >> 32), WORDS, WORDS + 4 * count);
    return;
  }
  const carryAt = WORDS + 16 * <usize>untilCarry;
  drawRun(low, <u32>(block >> 32), WORDS, carryAt);
  drawRun(0, <u32>(block >> 32) + 1, carryAt, WORDS + 4 * count);
}

/** Draws blocks whose numbers have one high word. */
function drawRun(low: u32, high: u32, from: usize, end: usize): void {
  const m0 = v128.load(MULTIPLIERS);
  const m1 = v128.load(MULTIPLIERS, 16);
  const highs = i32x4.splat(high);
  let counter = i32x4.add(i32x4.splat(low), i32x4(0, 1, 2, 3));
  for (let at = from; at < end; at += 128) {
    let a0 = counter;
    let a1 = highs;
    let a2 = i32x4.splat(0);
    let a3 = i32x4.splat(0);
    let b0 = i32x4.add(counter, i32x4.splat(4));
    let b1 = highs;
    let b2 = i32x4.splat(0);
    let b3 = i32x4.splat(0);
    // Two rounds per step, so that no word need move from one variable to another.
    for (let key: usize = KEYS; key < KEYS + 320; key += 64) {
      const k0 = v128.load(key);
      const k1 = v128.load(key, 16);
      const a4 = v128.xor(v128.xor(highWords(a0, m0), a3), k1);
      const a5 = i32x4.mul(a0, m0);
      const b4 = v128.xor(v128.xor(highWords(b0, m0), b3), k1);
      const b5 = i32x4.mul(b0, m0);
      const a6 = v128.xor(v128.xor(highWords(a2, m1), a1), k0);
      const a7 = i32x4.mul(a2, m1);
      const b6 = v128.xor(v128.xor(highWords(b2, m1), b1), k0);
      const b7 = i32x4.mul(b2, m1);
      const k2 = v128.load(key, 32);
      const k3 = v128.load(key, 48);
      a2 = v128.xor(v128.xor(highWords(a6, m0), a5), k3);
      a3 = i32x4.mul(a6, m0);
      b2 = v128.xor(v128.xor(highWords(b6, m0), b5), k3);
      b3 = i32x4.mul(b6, m0);
      a0 = v128.xor(v128.xor(highWords(a4, m1), a7), k2);
      a1 = i32x4.mul(a4, m1);
      b0 = v128.xor(v128.xor(highWords(b4, m1), b7), k2);
      b1 = i32x4.mul(b4, m1);
    }
    storeBlocks(at, a0, a1, a2, a3);
    storeBlocks(at + 64, b0, b1, b2, b3);
    counter = i32x4.add(counter, i32x4.splat(8));
  }
}

/** The high words of four products of 32-bit words. */
@inline
function highWords(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7);
}

/** Writes four blocks, of which each lane holds one, one after the other. */
@inline
function storeBlocks(at: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(at, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(at, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(at, v128.shuffle<i64>(c, d, 1, 3), 48);
}
