// Words as uniform samples.
import { WORDS } from './memory';
import { highHalves, lowHalves, scaled } from './units';

/** Turns `count` words into float64 `low + span * (u + 0.5) * 2^-32` at `to`. */
export function wideUniform(to: usize, count: u32, low: f64, span: f64): void {
  const lows = f64x2.splat(low);
  const spans = f64x2.splat(span);
  for (let at: usize = 0, end: usize = 4 * count; at < end; at += 16) {
    const words = v128.load(WORDS + at);
    v128.store(to + 2 * at, f64x2.add(lows, f64x2.mul(spans, scaled(lowHalves(words)))));
    v128.store(to + 2 * at, f64x2.add(lows, f64x2.mul(spans, scaled(highHalves(words)))), 16);
  }
}

/** The same, rounded to float32. */
export function narrowUniform(to: usize, count: u32, low: f64, span: f64): void {
  const lows = f64x2.splat(low);
  const spans = f64x2.splat(span);
  for (let at: usize = 0, end: usize = 4 * count; at < end; at += 16) {
    const words = v128.load(WORDS + at);
    const first = f64x2.add(lows, f64x2.mul(spans, scaled(lowHalves(words))));
    const second = f64x2.add(lows, f64x2.mul(spans, scaled(highHalves(words))));
    v128.store(to + at, v128.shuffle<i64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2));
  }
}
