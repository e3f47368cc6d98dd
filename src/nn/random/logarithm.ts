// Logarithm and exponential with the same bits on every engine, of IEEE 754 additions, multiplications and divisions only.
import { evaluate, type Polynomial } from './polynomial.ts';

/** The upper part of ln 2; it ends in 21 zero bits, so that its product with an exponent is exact. */
export const LN2_HIGH = 0.6931471803691238;
/** The rest of ln 2. */
export const LN2_LOW = 1.9082149292705877e-10;
const SQRT2 = Math.SQRT2;
/** The logarithm of the float64 nearest to the square root of 2. */
export const LN_SQRT2 = 0.3465735902799727;

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);
float64[0] = 1;
/** Where the word with sign and exponent of a float64 lies: 1 on little-endian machines. */
const HIGH = words[1] === 0 ? 0 : 1;

/** 1/3, 1/5 ... 1/17 and 1/19, 1/21: artanh(s) = s + s^3/3 + s^5/5 + ...; |s| <= 0.1716, so that the next term is below 2^-58. */
export const ARTANH: Polynomial = [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15, 1 / 17];
/** See {@link ARTANH}. */
export const ARTANH_LAST = [1 / 19, 1 / 21] as const;

/** 2^0 to 2^32. */
const POWERS = Float64Array.from({ length: 33 }, (_, i) => 2 ** i);

/**
 * The natural logarithm, to an error of 3e-16, relative or (near x = 1) absolute.
 *
 * With `x = 2^e m`, m from 1 to 2, and `s = (m - c) / (m + c)` for c = sqrt(2) it is `e ln 2 + ln c + 2 artanh(s)`.
 *
 * @param x a positive normal float64
 */
export function log(x: number): number {
  if (x >= 2 ** -32 && x < 1) {
    // Leading zeros tell the exponent without a round trip through memory.
    const zeros = Math.clz32((x * 2 ** 32) | 0);
    return logOfParts(-1 - zeros, x * (POWERS[zeros + 1] ?? 0));
  }
  float64[0] = x;
  const top = words[HIGH] ?? 0;
  words[HIGH] = (top & 0xfffff) | 0x3ff00000;
  return logOfParts((top >>> 20) - 1023, float64[0]);
}

function logOfParts(e: number, m: number): number {
  const s = (m - SQRT2) / (m + SQRT2);
  const z1 = s * s;
  const z2 = z1 * z1;
  const z4 = z2 * z2;
  const tail = z1 * (evaluate(ARTANH, z1, z2, z4) + (ARTANH_LAST[0] + ARTANH_LAST[1] * z1) * (z4 * z4));
  return e * LN2_HIGH + (LN_SQRT2 + (2 * s + (2 * s * tail + e * LN2_LOW)));
}

/**
 * The exponential function, to a relative error of 4e-16; 0 below -708 and Infinity above 709.
 *
 * With `x = k ln 2 + r`, |r| <= ln 2 / 2, it is `2^k` times the Taylor polynomial of degree 15 at r.
 *
 * @param x any float64
 */
export function exp(x: number): number {
  if (x < -708) return 0;
  if (x > 709) return Infinity;
  const k = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let n = 15; n >= 1; n--) sum = 1 + (r * sum) / n;
  const step = k < 0 ? 0.5 : 2;
  for (let i = Math.abs(k); i > 0; i--) sum *= step;
  return sum;
}
