// Normal samples rounded to float32 by a table of cubics: where its error could change a rounding, the exact formula decides.
import { held, isClamped, isInTable, part, placed, tableError } from './distribution';
import { AGAIN, AGAIN_WORDS, WIDE, WORDS } from './memory';
import { wideNormal } from './normal';
import { quantile } from './quantile';
import { highHalves, lowHalves, pair, scaled } from './units';

// The table covers probabilities p from 2^-33 to 1/2 by h = 2^32 p, from 2^-1 to 2^31: 128 intervals in each of 32 octaves, so
// that most samples come from a few of them. An interval has a cubic in the distance from its middle, four float64.
const OCTAVES: i32 = 32;
const CUBICS: usize = memory.data(32 * 32 * 128 + 32, 16);
/** Sign, exponent and seven bits of the fraction of 2^-1, the first interval, times the bytes of a cubic. */
const FIRST: i32 = 1022 << 12;
/** The bits of a float64 that tell its interval, and the bit of the interval's middle. */
const INTERVAL: usize = memory.data<u64>([0xffffe00000000000, 0x0000100000000000], 16);
/** 1/2; 1; 2^32 */
const NUMBERS: usize = memory.data<f64>([0.5, 1, 4294967296], 16);
/** The sign of a word. */
const SIGN: usize = memory.data<u32>([0x80000000, 0x80000000, 0x80000000, 0x80000000], 16);

let isFilled: bool = false;

/** Fills the table by interpolation at four Chebyshev nodes per interval. */
function fillTable(): void {
  isFilled = true;
  const a: f64 = 0.9238795325112867;
  const b: f64 = 0.3826834323650898;
  for (let i: i32 = 0; i < OCTAVES * 128; i++) {
    const low = reinterpret<f64>(<u64>(1022 * 128 + i) << 45);
    const width = reinterpret<f64>(<u64>(1022 + (i >> 7)) << 52) / 256;
    const middle = low + width;
    const outer = quantile(f64x2.mul(f64x2(middle - a * width, middle + a * width), f64x2.splat(2.3283064365386963e-10)));
    const inner = quantile(f64x2.mul(f64x2(middle - b * width, middle + b * width), f64x2.splat(2.3283064365386963e-10)));
    const outerSum = (f64x2.extract_lane(outer, 1) + f64x2.extract_lane(outer, 0)) / 2;
    const innerSum = (f64x2.extract_lane(inner, 1) + f64x2.extract_lane(inner, 0)) / 2;
    const outerSlope = (f64x2.extract_lane(outer, 1) - f64x2.extract_lane(outer, 0)) / (2 * a);
    const innerSlope = (f64x2.extract_lane(inner, 1) - f64x2.extract_lane(inner, 0)) / (2 * b);
    const c2 = (outerSum - innerSum) / (a * a - b * b);
    const c3 = (outerSlope - innerSlope) / (a * a - b * b);
    const to = CUBICS + 32 * i;
    store<f64>(to, outerSum - c2 * a * a);
    store<f64>(to, (outerSlope - c3 * a * a) / width, 8);
    store<f64>(to, c2 / width / width, 16);
    store<f64>(to, c3 / width / width / width, 24);
  }
}

/** Turns the words of a block, `count` of them, into float32 samples at `to`. */
export function narrowNormal(to: usize, count: u32): void {
  if (!isFilled) fillTable();
  let again: usize = AGAIN;
  if (!isInTable) {
    for (let at: u32 = 0; at < 4 * count; at += 16, again += 4) store<u32>(again, at);
  } else if (isClamped) again = clampedSamples(to, count);
  else again = wholeSamples(to, count);
  exactSamples(to, again);
}

/** The quantile of `h * 2^-32` by the table. */
@inline
function lookUp(h: v128): v128 {
  const places = i32x4.sub(i64x2.shl(i64x2.shr_u(h, 45), 5), i32x4.splat(FIRST));
  const i: usize = <u32>i32x4.extract_lane(places, 0);
  const j: usize = <u32>i32x4.extract_lane(places, 2);
  const middle = v128.or(v128.and(h, pair(INTERVAL)), pair(INTERVAL, 1));
  const d = f64x2.sub(h, middle);
  const c3 = two(CUBICS + 24 + i, CUBICS + 24 + j);
  const c2 = two(CUBICS + 16 + i, CUBICS + 16 + j);
  const c1 = two(CUBICS + 8 + i, CUBICS + 8 + j);
  const c0 = two(CUBICS + i, CUBICS + j);
  return f64x2.add(c0, f64x2.mul(d, f64x2.add(c1, f64x2.mul(d, f64x2.add(c2, f64x2.mul(d, c3))))));
}

@inline
function two(i: usize, j: usize): v128 {
  return v128.load_lane<f64>(j, v128.load64_zero(i), 1);
}

/** Samples of a whole distribution; gives the end of the list of groups that the table does not settle. */
@inline
function wholeSamples(to: usize, count: u32): usize {
  let again: usize = AGAIN;
  const zero = i32x4.splat(0);
  for (let at: usize = 0, end: usize = 4 * count; at < end; at += 16) {
    const words = v128.load(WORDS + at);
    // Words of the upper half are mirrored: ~u counts from the upper end.
    const upper = i32x4.shr_s(words, 31);
    const mirrored = v128.xor(words, upper);
    const signs = v128.and(upper, v128.load(SIGN));
    const x = placed(v128.xor(lookUp(lowHalves(mirrored)), v128.shuffle<i32>(zero, signs, 0, 4, 1, 5)));
    const y = placed(v128.xor(lookUp(highHalves(mirrored)), v128.shuffle<i32>(zero, signs, 2, 6, 3, 7)));
    again = storeSettled(to, at, again, x, y);
  }
  return again;
}

/** Samples of a part of a distribution. */
@inline
function clampedSamples(to: usize, count: u32): usize {
  let again: usize = AGAIN;
  for (let at: usize = 0, end: usize = 4 * count; at < end; at += 16) {
    const words = v128.load(WORDS + at);
    const x = placed(held(mirroredQuantile(part(scaled(lowHalves(words))))));
    const y = placed(held(mirroredQuantile(part(scaled(highHalves(words))))));
    again = storeSettled(to, at, again, x, y);
  }
  return again;
}

/** The quantile of any probability in the table, or of its mirror image. */
@inline
function mirroredQuantile(p: v128): v128 {
  const isBelow = f64x2.lt(p, pair(NUMBERS));
  const h = f64x2.mul(v128.bitselect(p, f64x2.sub(pair(NUMBERS, 1), p), isBelow), pair(NUMBERS, 2));
  const z = lookUp(h);
  return v128.bitselect(z, f64x2.neg(z), isBelow);
}

/** Stores four samples; where the nearest float32 is not sure, notes the group. */
@inline
function storeSettled(to: usize, at: usize, again: usize, x: v128, y: v128): usize {
  const error = tableError();
  const least = v128.shuffle<i64>(
    f32x4.demote_f64x2_zero(f64x2.sub(x, error)),
    f32x4.demote_f64x2_zero(f64x2.sub(y, error)),
    0,
    2,
  );
  const most = v128.shuffle<i64>(
    f32x4.demote_f64x2_zero(f64x2.add(x, error)),
    f32x4.demote_f64x2_zero(f64x2.add(y, error)),
    0,
    2,
  );
  v128.store(to + at, most);
  if (!i32x4.all_true(i32x4.eq(least, most))) {
    store<u32>(again, <u32>at);
    again += 4;
  }
  return again;
}

/** Draws the noted groups of four once more by the exact formula. */
function exactSamples(to: usize, end: usize): void {
  // The exact formula keeps a list of its own in the same place, so the words are fetched first and the places kept with them.
  const groups = <u32>(end - AGAIN) / 4;
  for (let group: u32 = 0; group < groups; group++) {
    v128.store(AGAIN_WORDS + 16 * group, v128.load(WORDS + load<u32>(AGAIN + 4 * group)));
    store<u32>(PLACES + 4 * group, load<u32>(AGAIN + 4 * group));
  }
  wideNormal(AGAIN_WORDS, WIDE, 4 * groups);
  for (let group: u32 = 0; group < groups; group++) {
    const x = f32x4.demote_f64x2_zero(v128.load(WIDE + 32 * group));
    const y = f32x4.demote_f64x2_zero(v128.load(WIDE + 32 * group, 16));
    v128.store(to + load<u32>(PLACES + 4 * group), v128.shuffle<i64>(x, y, 0, 2));
  }
}

/** The byte offsets of the groups that are drawn once more. */
const PLACES: usize = memory.data(1024 + 16, 16);
