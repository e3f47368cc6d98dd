// Samples rounded to float16 and bfloat16, with the bits of src/ir/convert-floats.ts.
import { AGAIN_WORDS, WIDE, WORDS } from './memory';
import { wideNormal } from './normal';
import { pair } from './units';

/** 1 + 2^42, which splits off eleven bits (Veltkamp); 2^24; 2^52; 2^-14; 65504 */
const NUMBERS: usize = memory.data<f64>([4398046511105, 16777216, 4503599627370496, 6.103515625e-5, 65504], 16);
/** The byte offsets of the groups that are rounded once more. */
const PLACES: usize = memory.data(1024 + 16, 16);

/** Two float64 as float16, in the lower words of both lanes. */
@inline
function halfPair(x: v128): v128 {
  const a = f64x2.abs(x);
  // Below 2^-14 float16 counts in steps of 2^-24, which the lowest bits of 2^52 + n count too.
  const counted = f64x2.add(f64x2.mul(a, pair(NUMBERS, 1)), pair(NUMBERS, 2));
  const split = f64x2.mul(a, pair(NUMBERS));
  const rounded = f64x2.sub(split, f64x2.sub(split, a));
  const bits = i64x2.sub(i64x2.shr_u(rounded, 42), i64x2.splat(1008 << 10));
  const finite = v128.bitselect(bits, i64x2.splat(0x7c00), f64x2.le(rounded, pair(NUMBERS, 4)));
  const isSmall = f64x2.lt(a, pair(NUMBERS, 3));
  const magnitude = v128.and(v128.bitselect(counted, finite, isSmall), i64x2.splat(0xffff));
  return v128.or(magnitude, v128.and(i64x2.shr_u(x, 48), i64x2.splat(0x8000)));
}

/** Stores the lower words of the lanes of two pairs as four 16-bit words. */
@inline
function storeFour(to: usize, first: v128, second: v128): void {
  const four = v128.shuffle<i32>(first, second, 0, 2, 4, 6);
  v128.store_lane<u64>(to, i16x8.narrow_i32x4_u(four, four), 0);
}

/** Rounds `count` float64 at `from` to float16 at `to`. */
export function wideToHalf(from: usize, to: usize, count: u32): void {
  for (let i: usize = 0; i < count; i += 4) {
    storeFour(to + 2 * i, halfPair(v128.load(from + 8 * i)), halfPair(v128.load(from + 8 * i, 16)));
  }
}

/**
 * Rounds `count` float32 at `from`, normal samples of the words of a block, to float16 at `to`. Where a float32 lies midway between
 * two float16, or below the normal ones, the float64 sample decides.
 */
export function normalToHalf(from: usize, to: usize, count: u32): void {
  let groups: u32 = 0;
  for (let i: usize = 0; i < count; i += 4) {
    const four = v128.load(from + 4 * i);
    const x = f64x2.promote_low_f32x4(four);
    const y = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
    storeFour(to + 2 * i, halfPair(x), halfPair(y));
    const isMidway = i32x4.eq(v128.and(four, i32x4.splat(0x1fff)), i32x4.splat(0x1000));
    const isSmall = i32x4.lt_s(v128.and(four, i32x4.splat(0x7fffffff)), i32x4.splat(0x38800000));
    if (v128.any_true(v128.or(isMidway, isSmall))) store<u32>(PLACES + 4 * groups++, <u32>i);
  }
  for (let group: u32 = 0; group < groups; group++) {
    v128.store(AGAIN_WORDS + 16 * group, v128.load(WORDS + 4 * load<u32>(PLACES + 4 * group)));
  }
  wideNormal(AGAIN_WORDS, WIDE, 4 * groups);
  for (let group: u32 = 0; group < groups; group++) {
    wideToHalf(WIDE + 32 * group, to + 2 * load<u32>(PLACES + 4 * group), 4);
  }
}

/** Rounds `count` float32 at `from` to bfloat16 at `to`: the upper half, ties to even. */
export function narrowToBrain(from: usize, to: usize, count: u32): void {
  for (let i: usize = 0; i < count; i += 4) {
    const four = v128.load(from + 4 * i);
    const even = v128.and(i32x4.shr_u(four, 16), i32x4.splat(1));
    const rounded = i32x4.shr_u(i32x4.add(four, i32x4.add(even, i32x4.splat(0x7fff))), 16);
    v128.store_lane<u64>(to + 2 * i, i16x8.narrow_i32x4_u(rounded, rounded), 0);
  }
}
