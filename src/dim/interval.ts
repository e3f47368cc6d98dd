// Closed intervals of integers, rounded outward where a bound leaves the safe integers.
import { floorQuotient } from './integer.ts';

/** All integers from `min` to `max`; the ends may be infinite. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** All integers. */
export const EVERYTHING: Interval = Object.freeze({ min: -Infinity, max: Infinity });

/** The interval of one number. */
export function point(value: number): Interval {
  return { min: value, max: value };
}

function low(n: number): number {
  if (n > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return n < Number.MIN_SAFE_INTEGER ? -Infinity : n + 0;
}

function high(n: number): number {
  if (n < Number.MIN_SAFE_INTEGER) return Number.MIN_SAFE_INTEGER;
  return n > Number.MAX_SAFE_INTEGER ? Infinity : n + 0;
}

/** What lies in both; empty where `min > max`. */
export function intersect(a: Interval, b: Interval): Interval {
  if (b.min <= a.min && b.max >= a.max) return a;
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
}

/** The least interval with both in it. */
export function hull(a: Interval, b: Interval): Interval {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The sums of a number of one and a number of the other. */
export function addIntervals(a: Interval, b: Interval): Interval {
  return { min: low(a.min + b.min), max: high(a.max + b.max) };
}

/** The multiples of an interval's numbers by a number. */
export function scaleInterval(a: Interval, factor: number): Interval {
  if (factor === 0) return point(0);
  const [x, y] = [a.min * factor, a.max * factor];
  return factor > 0 ? { min: low(x), max: high(y) } : { min: low(y), max: high(x) };
}

/** The products of a number of one and a number of the other. */
export function multiplyIntervals(a: Interval, b: Interval): Interval {
  const products = [a.min, a.max].flatMap((x) => [b.min, b.max].map((y) => (x === 0 || y === 0 ? 0 : x * y)));
  return { min: low(Math.min(...products)), max: high(Math.max(...products)) };
}

/** The quotients, rounded to minus infinity, by positive divisors; all integers where a divisor may not be positive. */
export function divideIntervals(a: Interval, b: Interval): Interval {
  if (b.min < 1) return EVERYTHING;
  return {
    min: divide(a.min, a.min >= 0 ? b.max : b.min),
    max: divide(a.max, a.max >= 0 ? b.min : b.max),
  };
}

function divide(a: number, b: number): number {
  if (!Number.isFinite(a)) return a;
  if (!Number.isFinite(b)) return a < 0 ? -1 : 0;
  return floorQuotient(a, b);
}

/** The remainders by positive divisors. */
export function remainderInterval(a: Interval, b: Interval): Interval {
  if (b.min < 1) return EVERYTHING;
  if (a.min >= 0 && a.max < b.min) return a;
  return { min: 0, max: a.min >= 0 ? Math.min(a.max, b.max - 1) : b.max - 1 };
}
