// Quantile and distribution function of the standard normal distribution, with the same bits on every engine.
import { exp, log } from './logarithm.ts';

/**
 * The standard normal quantile: the z below which a normal variable lies with probability p.
 *
 * Algorithm AS 241 (PPND16) of Wichura, Applied Statistics 37 (1988) 477-484: three rational functions of degree 7 with a
 * relative error of about 1e-16, evaluated by Horner's rule in float64.
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

/** The quantile of `0.5 + q` for |q| <= 0.425, seven eighths of all probabilities. */
export function centralQuantile(q: number): number {
  const r = 0.180625 - q * q;
  const top =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
      13731.69376550946) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665;
  const bottom =
    ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1;
  return (q * top) / bottom;
}

/** The z above which a normal variable lies with probability `p`, for p from 1e-300 to 0.075. */
export function tailQuantile(p: number): number {
  const r = Math.sqrt(-log(p));
  return r <= 5 ? nearTail(r - 1.6) : farTail(r - 5);
}

function nearTail(r: number): number {
  const top =
    ((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r + 1.2704582524523684) * r +
      3.6478483247632045) *
      r +
      5.769497221460691) *
      r +
      4.630337846156546) *
      r +
    1.4234371107496835;
  const bottom =
    ((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r + 0.14810397642748008) *
      r +
      0.6897673349851) *
      r +
      1.6763848301838038) *
      r +
      2.053191626637759) *
      r +
    1;
  return top / bottom;
}

function farTail(r: number): number {
  const top =
    ((((((2.0103343992922881e-7 * r + 0.000027115555687434876) * r + 0.0012426609473880784) * r +
      0.026532189526576124) *
      r +
      0.29656057182850487) *
      r +
      1.7848265399172913) *
      r +
      5.463784911164114) *
      r +
    6.657904643501103;
  const bottom =
    ((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 0.000018463183175100548) * r +
      0.0007868691311456133) *
      r +
      0.014875361290850615) *
      r +
      0.1369298809227358) *
      r +
      0.599832206555888) *
      r +
    1;
  return top / bottom;
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
