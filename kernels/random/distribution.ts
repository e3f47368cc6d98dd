// The parameters of the normal distribution that is drawn from: `mean + std * clamp(quantile(base + span * t), from, to)`.
import { pair } from './units';

/** mean, std, base, span, from, to, and how far a sample by the table may lie from the exact one. */
const PARAMETERS: usize = memory.data(56, 16);

/** Whether base, span and the bounds count; else they are 0, 1 and none. */
export let isClamped: bool = false;
/** Whether all probabilities lie within the table. */
export let isInTable: bool = true;

/** The bound of the table's error, in standard deviations; measured errors are below half of it. */
const TABLE_ERROR: f64 = 1e-11;

/** Chooses the whole of a normal distribution for the next samples. */
export function wholeDistribution(mean: f64, std: f64): void {
  isClamped = false;
  isInTable = true;
  store<f64>(PARAMETERS, mean);
  store<f64>(PARAMETERS, std, 8);
  // Products and sums of samples up to 38 standard deviations round by less than 2^-50 of the largest.
  store<f64>(PARAMETERS, abs(std) * TABLE_ERROR + (abs(mean) + 38 * abs(std)) * 8.881784197001252e-16, 48);
}

/** Chooses the part of a normal distribution that lies between `from` and `to`, with `span` of the probability behind `base`. */
export function partOfDistribution(mean: f64, std: f64, base: f64, span: f64, from: f64, to: f64): void {
  wholeDistribution(mean, std);
  isClamped = true;
  // Probabilities below 2^-33 have no place in the table; sums round.
  isInTable = base >= 2.3283064365386963e-10 && base + span <= 1 - 2.3283064365386963e-10;
  store<f64>(PARAMETERS, base, 16);
  store<f64>(PARAMETERS, span, 24);
  store<f64>(PARAMETERS, from, 32);
  store<f64>(PARAMETERS, to, 40);
}

/** `base + span * t` */
@inline
export function part(t: v128): v128 {
  return f64x2.add(pair(PARAMETERS, 2), f64x2.mul(pair(PARAMETERS, 3), t));
}

/** `clamp(z, from, to)` */
@inline
export function held(z: v128): v128 {
  return f64x2.pmin(f64x2.pmax(z, pair(PARAMETERS, 4)), pair(PARAMETERS, 5));
}

/** `mean + std * z` */
@inline
export function placed(z: v128): v128 {
  return f64x2.add(pair(PARAMETERS, 0), f64x2.mul(pair(PARAMETERS, 1), z));
}

/** How far a sample by the table may lie from the exact one. */
@inline
export function tableError(): v128 {
  return pair(PARAMETERS, 6);
}
