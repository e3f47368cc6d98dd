// Quantile and distribution function of the standard normal distribution, with the same bits on every engine.
import { CENTRAL_BOTTOM, CENTRAL_TOP, FAR_BOTTOM, FAR_TOP, NEAR_BOTTOM, NEAR_TOP } from './as241.ts';
import { exp, log } from './logarithm.ts';
import { evaluate, type Polynomial } from './polynomial.ts';

/**
 * The standard normal quantile: the z below which a normal variable lies with probability p.
 *
 * Algorithm AS 241 (PPND16) of Wichura, Applied Statistics 37 (1988) 477-484: three rational functions of degree 7 with a
 * relative error of about 1e-16, evaluated by Estrin's scheme in float64.
 *
 * @param p a probability, 1e-300 to 1 exclusive
 * @returns z in standard deviations
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) return centralQuantile(q);
  const z = tailQuantile(q < 0 ? p : 1 - p);
  return q < 0 ? -z : z;
}

/** The quantile of `0.5 + q` for |q| <= 0.425, seventeen twentieths of all probabilities. */
export function centralQuantile(q: number): number {
  return q * ratio(CENTRAL_TOP, CENTRAL_BOTTOM, 0.180625 - q * q);
}

/** The z above which a normal variable lies with probability `p`, for p from 1e-300 to 0.075. */
export function tailQuantile(p: number): number {
  const r = Math.sqrt(-log(p));
  return r <= 5 ? ratio(NEAR_TOP, NEAR_BOTTOM, r - 1.6) : ratio(FAR_TOP, FAR_BOTTOM, r - 5);
}

function ratio(top: Polynomial, bottom: Polynomial, x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  return evaluate(top, x, x2, x4) / evaluate(bottom, x, x2, x4);
}

const ONE_OVER_SQRT_2PI = 0.3989422804014327;

/**
 * The standard normal distribution function: the probability that a normal variable lies below z.
 *
 * |z| < 2: the series `0.5 + phi(z) (z + z^3/3 + z^5/(3*5) + ...)` of Marsaglia, Journal of Statistical Software 11 (2004);
 * beyond: Laplace's continued fraction `phi(z) / (z + 1/(z + 2/(z + 3/...)))`, 100 levels deep.
 *
 * @param z in standard deviations
 * @returns the probability, with a relative error below 1e-13; 0 below -37.6
 */
export function normalCdf(z: number): number {
  const density = ONE_OVER_SQRT_2PI * exp(-0.5 * z * z);
  if (Math.abs(z) < 2) {
    let term = z;
    let sum = z;
    for (let odd = 3; odd <= 79; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  const x = Math.abs(z);
  let fraction = x;
  for (let level = 100; level >= 1; level--) fraction = x + level / fraction;
  return z < 0 ? density / fraction : 1 - density / fraction;
}
