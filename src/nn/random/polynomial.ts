// Polynomials of degree 7 by Estrin's scheme, whose short chains of operations let a processor overlap them.

/** The coefficients of a polynomial of degree 7, its constant term first. */
export type Polynomial = readonly [number, number, number, number, number, number, number, number];

/**
 * The value of a polynomial: `((c0 + c1 x) + (c2 + c3 x) x^2) + ((c4 + c5 x) + (c6 + c7 x) x^2) x^4`, rounded in that order.
 *
 * @param c the coefficients
 * @param x1 the argument
 * @param x2 its square
 * @param x4 the square of that
 */
export function evaluate(c: Polynomial, x1: number, x2: number, x4: number): number {
  return c[0] + c[1] * x1 + (c[2] + c[3] * x1) * x2 + (c[4] + c[5] * x1 + (c[6] + c[7] * x1) * x2) * x4;
}
