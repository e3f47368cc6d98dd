// Exact integer arithmetic on numbers, with every result checked against 2^53.
import { dimwiseError, isDimwiseError } from '../base/errors.ts';

/**
 * Returns an integer below 2^53 in magnitude unchanged.
 *
 * @throws DIM_OVERFLOW when it is not one
 */
export function safe(n: number): number {
  if (!Number.isSafeInteger(n)) throw overflow(n);
  return n === 0 ? 0 : n;
}

function overflow(n: number): Error {
  return dimwiseError({
    code: 'DIM_OVERFLOW',
    message: `a size or coefficient is ${n}, beyond what an exact integer can hold`,
    expected: 'an integer below 2^53 in magnitude',
    actual: String(n),
  });
}

/** What a step gives, or undefined where a number in it leaves the safe integers: for steps that may be left out. */
export function unlessOverflow<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (isDimwiseError(error) && error.code === 'DIM_OVERFLOW') return undefined;
    throw error;
  }
}

/** The quotient rounded to minus infinity; exact for safe integers, `b` not zero. */
export function floorQuotient(a: number, b: number): number {
  const remainder = a % b;
  const quotient = (a - remainder) / b;
  return (remainder !== 0 && remainder < 0 !== b < 0 ? quotient - 1 : quotient) + 0;
}

/** The remainder with the sign of `b`, so that `a = b * floorQuotient(a, b) + floorRemainder(a, b)`. */
export function floorRemainder(a: number, b: number): number {
  const remainder = a % b;
  return (remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder) + 0;
}

/** The remainder in `(-b/2, b/2]` for `b > 0`. */
export function centredRemainder(a: number, b: number): number {
  const remainder = floorRemainder(a, b);
  return remainder > b - remainder ? remainder - b : remainder;
}

/** The greatest common divisor, never negative; `gcd(0, 0)` is 0. */
export function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
