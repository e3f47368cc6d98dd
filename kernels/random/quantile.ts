// The standard normal quantile by Wichura's AS 241 (1988), its three rational functions by Estrin's scheme.
import { logarithm } from './logarithm';
import { CENTRAL, FAR, NEAR, rational } from './rational';
import { pair } from './units';

/** 0.5; 0.180625; 1; 1.6; 5; 0.425 */
const CONSTANTS: usize = memory.data<f64>([0.5, 0.180625, 1, 1.6, 5, 0.425], 16);

/** `p - 0.5` */
@inline
export function fromMiddle(p: v128): v128 {
  return f64x2.sub(p, pair(CONSTANTS));
}

/** Where |q| is above 0.425. */
@inline
export function isTail(q: v128): v128 {
  return f64x2.gt(f64x2.abs(q), pair(CONSTANTS, 5));
}

/** The quantile of `0.5 + q` for |q| up to 0.425. */
@inline
export function centralQuantile(q: v128): v128 {
  return f64x2.mul(q, rational(CENTRAL, f64x2.sub(pair(CONSTANTS, 1), f64x2.mul(q, q))));
}

/** The quantile of `p` where it is no more than 0.075 from 0 or 1. */
@inline
export function tailQuantile(p: v128): v128 {
  const isBelow = f64x2.lt(p, pair(CONSTANTS));
  const beyond = v128.bitselect(p, f64x2.sub(pair(CONSTANTS, 2), p), isBelow);
  const r = f64x2.sqrt(f64x2.neg(logarithm(beyond)));
  let z = rational(NEAR, f64x2.sub(r, pair(CONSTANTS, 3)));
  const isFar = f64x2.gt(r, pair(CONSTANTS, 4));
  if (v128.any_true(isFar)) z = v128.bitselect(rational(FAR, f64x2.sub(r, pair(CONSTANTS, 4))), z, isFar);
  return v128.bitselect(f64x2.neg(z), z, isBelow);
}

/** The quantile of two probabilities from 1e-300 to 1 exclusive. */
export function quantile(p: v128): v128 {
  const q = fromMiddle(p);
  return v128.bitselect(tailQuantile(p), centralQuantile(q), isTail(q));
}
