// Rational functions of degree 7 by Estrin's scheme: the coefficients of Wichura's AS 241 (1988), constant terms first.
import { settle } from './memory';
import { pair } from './units';

/** |p - 1/2| up to 0.425: numerator in `0.180625 - (p - 1/2)^2`, then the denominator. */
export const CENTRAL: usize = memory.data<f64>(
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227, 1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
    21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
  ],
  16,
);
/** Tails with `r = sqrt(-ln p)` up to 5: numerator and denominator in `r - 1.6`. */
export const NEAR: usize = memory.data<f64>(
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
    0.022723844989269184, 0.0007745450142783414, 1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
    0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
  16,
);
/** Tails beyond: numerator and denominator in `r - 5`. */
export const FAR: usize = memory.data<f64>(
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7, 1, 0.599832206555888, 0.1369298809227358,
    0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
  16,
);

/** `(c0 + c1 x) + (c2 + c3 x) x^2` */
@inline
function cubic(c0: v128, c1: v128, c2: v128, c3: v128, x1: v128, x2: v128): v128 {
  return f64x2.add(f64x2.add(c0, f64x2.mul(c1, x1)), f64x2.mul(f64x2.add(c2, f64x2.mul(c3, x1)), x2));
}

/** Eight coefficients of a table at `x`, from its powers 1, 2 and 4. */
@inline
export function polynomial(table: usize, x1: v128, x2: v128, x4: v128): v128 {
  const low = cubic(pair(table, 0), pair(table, 1), pair(table, 2), pair(table, 3), x1, x2);
  const high = cubic(pair(table, 4), pair(table, 5), pair(table, 6), pair(table, 7), x1, x2);
  return f64x2.add(low, f64x2.mul(high, x4));
}

/** The quotient of a table's numerator and denominator at `x`. */
@inline
export function rational(table: usize, x: v128): v128 {
  const x2 = f64x2.mul(x, x);
  const x4 = f64x2.mul(x2, x2);
  const top = settle(polynomial(table, x, x2, x4));
  return f64x2.div(top, polynomial(table + 64, x, x2, x4));
}
