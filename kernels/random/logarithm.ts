// The natural logarithm of positive normal float64, step by step as plain JavaScript takes it.
import { polynomial } from './rational';
import { pair } from './units';

/** 1/3, 1/5 ... 1/21 of the series of artanh. */
const ARTANH: usize = memory.data<f64>(
  [1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21],
  16,
);
/** sqrt 2; 2; the upper part of ln 2; its rest; ln sqrt 2; 1 */
const CONSTANTS: usize = memory.data<f64>(
  [1.4142135623730951, 2, 0.6931471803691238, 1.9082149292705877e-10, 0.3465735902799727, 1],
  16,
);
/** The bits of a fraction. */
const FRACTION: usize = memory.data<u64>([0x000fffffffffffff], 16);

/** `ln x` as `e ln 2 + ln c + 2 artanh((m - c) / (m + c))` for `x = 2^e m` and c = sqrt 2. */
@inline
export function logarithm(x: v128): v128 {
  const biased = i64x2.shr_u(x, 52);
  const e = f64x2.convert_low_i32x4_s(i32x4.sub(v128.shuffle<i32>(biased, biased, 0, 2, 0, 2), i32x4.splat(1023)));
  const m = v128.or(v128.and(x, v128.load_splat<u64>(FRACTION)), pair(CONSTANTS, 5));
  const root = pair(CONSTANTS);
  const s = f64x2.div(f64x2.sub(m, root), f64x2.add(m, root));
  const z1 = f64x2.mul(s, s);
  const z2 = f64x2.mul(z1, z1);
  const z4 = f64x2.mul(z2, z2);
  const twice = f64x2.mul(pair(CONSTANTS, 1), s);
  const last = f64x2.add(pair(ARTANH, 8), f64x2.mul(pair(ARTANH, 9), z1));
  const series = f64x2.add(polynomial(ARTANH, z1, z2, z4), f64x2.mul(last, f64x2.mul(z4, z4)));
  const low = f64x2.add(f64x2.mul(twice, f64x2.mul(z1, series)), f64x2.mul(e, pair(CONSTANTS, 3)));
  return f64x2.add(f64x2.mul(e, pair(CONSTANTS, 2)), f64x2.add(pair(CONSTANTS, 4), f64x2.add(twice, low)));
}
