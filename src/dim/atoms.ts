// Replacing one atom of a polynomial by a polynomial, at the top level only.
import type { Atom, Polynomial } from './dim.ts';
import { factorsOf } from './order.ts';
import { addPoly, constantPoly, multiplyPoly, termPoly } from './polynomial.ts';
import { withoutFactor } from './reduce.ts';

/** The polynomial with a polynomial in the place of an atom, powers included; what lies inside other atoms stays. */
export function substituteAtom(poly: Polynomial, atom: Atom, value: Polynomial): Polynomial {
  let result = constantPoly(poly.constant);
  for (const { coefficient, monomial } of poly.terms) {
    let part = termPoly(coefficient, monomial);
    let rest = monomial;
    let factor = constantPoly(coefficient);
    while (factorsOf(rest).includes(atom)) {
      factor = multiplyPoly(factor, value);
      const left = withoutFactor(rest, atom);
      part = left === 1 ? factor : multiplyPoly(factor, termPoly(1, left));
      if (left === 1) break;
      rest = left;
    }
    result = addPoly(result, part);
  }
  return result;
}
