// Floor division of canonical polynomials: what leaves the division, what composes, and what stays an atom.
import { dimwiseError } from '../base/errors.ts';
import { constant, type Dim, type Polynomial, type Term } from './dim.ts';
import { centredRemainder, floorQuotient, floorRemainder, gcd } from './integer.ts';
import { divisionNode } from './nodes.ts';
import { comparePolynomials } from './order.ts';
import {
  addPoly,
  cancelFactors,
  commonFactors,
  constantPoly,
  contentOf,
  dividePoly,
  dividePolynomials,
  multiplyPoly,
  samePoly,
  scalePoly,
  termPoly,
} from './polynomial.ts';

/** Makes the dim of a polynomial; it is handed in, because making one needs division in turn. */
export type DimOf = (poly: Polynomial) => Dim;

/**
 * The polynomial of `a // b`, rounded to minus infinity.
 *
 * @param dimOf makes the dims of what is divided
 * @throws DIM_UNDEFINED when `b` is the number 0
 * @throws DIM_OVERFLOW when a coefficient leaves the safe integers
 */
export function quotient(a: Polynomial, b: Polynomial, dimOf: DimOf): Polynomial {
  return b.terms.length === 0 ? byNumber(a, b.constant, dimOf) : bySymbols(a, b, dimOf);
}

function byNumber(a: Polynomial, b: number, dimOf: DimOf): Polynomial {
  if (b === 0) throw dimwiseError({ code: 'DIM_UNDEFINED', message: 'a dim is divided by 0', actual: 'x // 0' });
  if (b < 0) return byNumber(scalePoly(a, -1), -b, dimOf);
  if (b === 1) return a;
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const { coefficient, monomial } of a.terms) {
    const left = centredRemainder(coefficient, b);
    if (left !== 0) rest.push({ coefficient: left, monomial });
    if (left !== coefficient) whole.push({ coefficient: (coefficient - left) / b, monomial });
  }
  const outer = { constant: floorQuotient(a.constant, b), terms: whole };
  if (rest.length === 0) return outer;
  return addPoly(outer, fraction({ constant: floorRemainder(a.constant, b), terms: rest }, b, dimOf));
}

/** `a // b` for coefficients in `(-b/2, b/2]`, none zero, and a constant in `[0, b)`. */
function fraction(a: Polynomial, b: number, dimOf: DimOf): Polynomial {
  const common = gcd(contentOf(a, true), b);
  if (common > 1) {
    // (g*x + j) // (g*b) = (x + j//g) // b
    const inner = { constant: a.constant - floorRemainder(a.constant, common), terms: a.terms };
    return byNumber(dividePoly(inner, common), b / common, dimOf);
  }
  const composed = compose(a, b, dimOf);
  if (composed) return composed;
  const own = dimOf(a).poly;
  if (!samePoly(own, a) && own.terms.length > 0) return byNumber(own, b, dimOf);
  if (!isMirrored(a, b)) return termPoly(1, divisionNode('floordiv', dimOf(a), constant(b)));
  // y // b = -((b - 1 - y) // b)
  const mirrored = dimOf(addPoly(constantPoly(b - 1), a, -1)).poly;
  if (isMirrored(mirrored, b) && comparePolynomials(a, mirrored) < 0) {
    return termPoly(1, divisionNode('floordiv', dimOf(a), constant(b)));
  }
  return scalePoly(byNumber(mirrored, b, dimOf), -1);
}

/** Tells whether the dividend leads with a minus; a coefficient of b/2 is its own negative modulo b and says nothing. */
function isMirrored(a: Polynomial, b: number): boolean {
  const lead = a.terms.find((term) => 2 * term.coefficient !== b) ?? a.terms[0];
  return lead !== undefined && lead.coefficient < 0;
}

/** `(x//d + y) // b = (x + d*y) // (d*b)` for `b > 0`; a negated `x//d` is `(d - 1 - x)//d`. */
function compose(a: Polynomial, b: number, dimOf: DimOf): Polynomial | undefined {
  for (const { coefficient, monomial } of a.terms) {
    if (monomial.kind !== 'floordiv' || Math.abs(coefficient) !== 1) continue;
    const { dividend, divisor } = monomial;
    const d = divisor.poly;
    if (coefficient < 0 && divisor.kind !== 'const') continue;
    if (contentMagnitude(d) > Number.MAX_SAFE_INTEGER / (4 * b)) continue;
    const x = coefficient > 0 ? dividend.poly : addPoly(constantPoly(d.constant - 1), dividend.poly, -1);
    const y = addPoly(a, termPoly(-coefficient, monomial));
    return quotient(addPoly(x, multiplyPoly(d, y)), scalePoly(d, b), dimOf);
  }
  return undefined;
}

function contentMagnitude(a: Polynomial): number {
  return a.terms.reduce((most, term) => Math.max(most, Math.abs(term.coefficient)), Math.abs(a.constant));
}

/** `a // b` for a divisor with symbols: common factors cancel, whole multiples leave, the divisor leads with a plus. */
function bySymbols(a: Polynomial, b: Polynomial, dimOf: DimOf): Polynomial {
  if (a.constant === 0 && a.terms.length === 0) return a;
  if ((b.terms[0]?.coefficient ?? 1) < 0) return bySymbols(scalePoly(a, -1), scalePoly(b, -1), dimOf);
  const content = gcd(contentOf(a), contentOf(b));
  const factors = commonFactors([a, b]);
  if (content > 1 || factors.length > 0) {
    const [x, y] = [a, b].map((poly) => cancelFactors(dividePoly(poly, content), factors));
    if (x && y) return quotient(x, y, dimOf);
  }
  const { quotient: whole, remainder } = dividePolynomials(a, b);
  if (whole.terms.length > 0 || whole.constant !== 0) return addPoly(whole, bySymbols(remainder, b, dimOf));
  return termPoly(1, divisionNode('floordiv', dimOf(a), dimOf(b)));
}
