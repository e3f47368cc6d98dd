// Words as float64 normal samples: the middle without a branch, then the tails, which are noted meanwhile.
import { held, isClamped, part, placed } from './distribution';
import { AGAIN } from './memory';
import { centralQuantile, fromMiddle, isTail, tailQuantile } from './quantile';
import { highHalves, lowHalves, scaled } from './units';

/** For each set of lanes, how the bytes of those lanes are brought to the front. */
const FRONT: usize = memory.data(256, 16);
/** The byte offsets of four words. */
const OFFSETS: usize = memory.data<u32>([0, 4, 8, 12], 16);

/** Fills the table of lanes; called once. */
export function setFront(): void {
  for (let set: u32 = 0; set < 16; set++) {
    let to = FRONT + 16 * set;
    for (let lane: u32 = 0; lane < 4; lane++) {
      if (!(set & (1 << lane))) continue;
      store<u32>(to, 0x03020100 + 0x04040404 * lane);
      to += 4;
    }
  }
}

/** Turns `count` words at `words` into float64 samples at `to`. */
export function wideNormal(words: usize, to: usize, count: u32): void {
  if (isClamped) samples(true, words, to, count);
  else samples(false, words, to, count);
}

@inline
function probability(clamped: bool, halves: v128): v128 {
  return clamped ? part(scaled(halves)) : scaled(halves);
}

@inline
function sample(clamped: bool, z: v128): v128 {
  return placed(clamped ? held(z) : z);
}

@inline
function samples(clamped: bool, words: usize, to: usize, count: u32): void {
  let again: usize = AGAIN;
  for (let at: usize = 0, end: usize = 4 * count; at < end; at += 16) {
    const four = v128.load(words + at);
    const a = fromMiddle(probability(clamped, lowHalves(four)));
    const b = fromMiddle(probability(clamped, highHalves(four)));
    const set = i32x4.bitmask(v128.shuffle<i32>(isTail(a), isTail(b), 0, 2, 4, 6));
    const places = i32x4.add(i32x4.splat(<i32>at), v128.load(OFFSETS));
    v128.store(again, i8x16.swizzle(places, v128.load(FRONT + 16 * set)));
    again += 4 * popcnt(set);
    v128.store(to + 2 * at, sample(clamped, centralQuantile(a)));
    v128.store(to + 2 * at, sample(clamped, centralQuantile(b)), 16);
  }
  // An odd last tail is done twice.
  if (again > AGAIN) store<u32>(again, load<u32>(again - 4));
  for (let tail = AGAIN; tail < again; tail += 8) {
    const i: usize = load<u32>(tail);
    const j: usize = load<u32>(tail, 4);
    const two = v128.load_lane<u32>(words + j, v128.load32_zero(words + i), 1);
    const z = sample(clamped, tailQuantile(probability(clamped, lowHalves(two))));
    v128.store_lane<f64>(to + 2 * i, z, 0);
    v128.store_lane<f64>(to + 2 * j, z, 1);
  }
}
