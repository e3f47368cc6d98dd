// Words as numbers, and pairs of constants.

/** The upper word of the float64 2^52, whose lower word counts ones. */
const MAGIC: usize = memory.data<u32>([0x43300000, 0x43300000, 0x43300000, 0x43300000], 16);
/** 2^52 - 0.5 */
const MAGIC_HALF: usize = memory.data<f64>([4503599627370495.5], 16);
/** 2^-32 */
const SCALE: usize = memory.data<f64>([2.3283064365386963e-10], 16);

/** A float64 of a table, in both lanes. */
@inline
export function pair(table: usize, index: i32 = 0): v128 {
  return v128.load_splat<f64>(table + 8 * index);
}

/** `u + 0.5` of the lower two words, exact: 2^52 + u less 2^52 - 0.5. */
@inline
export function lowHalves(words: v128): v128 {
  return f64x2.sub(v128.shuffle<i32>(words, v128.load(MAGIC), 0, 4, 1, 5), pair(MAGIC_HALF));
}

/** `u + 0.5` of the upper two words. */
@inline
export function highHalves(words: v128): v128 {
  return f64x2.sub(v128.shuffle<i32>(words, v128.load(MAGIC), 2, 6, 3, 7), pair(MAGIC_HALF));
}

/** Times 2^-32. */
@inline
export function scaled(halves: v128): v128 {
  return f64x2.mul(halves, pair(SCALE));
}
