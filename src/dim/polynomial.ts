// Sums, products and quotients of canonical polynomials with integer coefficients.
import type { Atom, Dim, Monomial, Polynomial, Term } from './dim.ts';
import { centredRemainder, gcd, safe } from './integer.ts';
import { monomialNode } from './nodes.ts';
import { compareAtoms, compareMonomials, factorsOf } from './order.ts';
import { spend } from './work.ts';

const NO_TERMS: readonly Term[] = [];

/** The polynomial of a number. */
export function constantPoly(constant: number): Polynomial {
  return { constant, terms: NO_TERMS };
}

/** Tells whether two polynomials are equal. */
export function samePoly(a: Polynomial, b: Polynomial): boolean {
  return a.constant === b.constant && sameTerms(a.terms, b.terms);
}

/** Tells whether two term lists are equal. */
export function sameTerms(a: readonly Term[], b: readonly Term[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x?.monomial !== y?.monomial || x?.coefficient !== y?.coefficient) return false;
  }
  return true;
}

/**
 * `a + factor * b`.
 *
 * @throws DIM_OVERFLOW when a coefficient leaves the safe integers
 */
export function addPoly(a: Polynomial, b: Polynomial, factor = 1): Polynomial {
  const constant = safe(a.constant + safe(factor * b.constant));
  if (b.terms.length === 0) return a.constant === constant ? a : { constant, terms: a.terms };
  spend((a.terms.length + b.terms.length) >> 1);
  const terms: Term[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a.terms[i];
    const y = b.terms[j];
    if (!x && !y) break;
    const order = !x ? 1 : !y ? -1 : compareMonomials(x.monomial, y.monomial);
    if (x && order <= 0) i += 1;
    if (y && order >= 0) j += 1;
    if (x && order < 0) terms.push(x);
    else if (y && order > 0) terms.push(scaleTerm(y, factor));
    else if (x && y) pushTerm(terms, safe(x.coefficient + safe(factor * y.coefficient)), x.monomial);
  }
  return { constant, terms };
}

function scaleTerm(term: Term, factor: number): Term {
  return factor === 1 ? term : { coefficient: safe(term.coefficient * factor), monomial: term.monomial };
}

function pushTerm(terms: Term[], coefficient: number, monomial: Monomial): void {
  if (coefficient !== 0) terms.push({ coefficient, monomial });
}

/** `factor * a`; the factor is not zero. */
export function scalePoly(a: Polynomial, factor: number): Polynomial {
  if (factor === 1) return a;
  return { constant: safe(a.constant * factor), terms: a.terms.map((term) => scaleTerm(term, factor)) };
}

/** `a / divisor` for a divisor of the constant and of every coefficient. */
export function dividePoly(a: Polynomial, divisor: number): Polynomial {
  const terms = a.terms.map(({ coefficient, monomial }) => ({ coefficient: coefficient / divisor, monomial }));
  return { constant: a.constant / divisor + 0, terms };
}

/** The product of two monomials. */
export function multiplyMonomials(a: Monomial, b: Monomial): Monomial {
  const factors = [...factorsOf(a), ...factorsOf(b)];
  factors.sort(compareAtoms);
  return monomialNode(factors);
}

/** Sorts terms and merges equal monomials. */
export function collect(constant: number, terms: Term[]): Polynomial {
  terms.sort((x, y) => compareMonomials(x.monomial, y.monomial));
  const merged: Term[] = [];
  for (const term of terms) {
    const last = merged.at(-1);
    if (last?.monomial !== term.monomial) {
      merged.push(term);
      continue;
    }
    merged.pop();
    pushTerm(merged, safe(last.coefficient + term.coefficient), term.monomial);
  }
  return { constant: safe(constant), terms: merged };
}

/**
 * `a * b`.
 *
 * @throws DIM_OVERFLOW when a coefficient leaves the safe integers
 */
export function multiplyPoly(a: Polynomial, b: Polynomial): Polynomial {
  if (a.terms.length === 0) return a.constant === 0 ? a : scalePoly(b, a.constant);
  if (b.terms.length === 0) return b.constant === 0 ? b : scalePoly(a, b.constant);
  const terms: Term[] = [];
  for (const x of a.terms) {
    if (b.constant !== 0) terms.push(scaleTerm(x, b.constant));
    for (const y of b.terms) {
      const coefficient = safe(x.coefficient * y.coefficient);
      terms.push({ coefficient, monomial: multiplyMonomials(x.monomial, y.monomial) });
    }
  }
  if (a.constant !== 0) for (const y of b.terms) terms.push(scaleTerm(y, a.constant));
  return collect(safe(a.constant * b.constant), terms);
}

/** The greatest common divisor of the coefficients, and of the constant unless `termsOnly`. */
export function contentOf(a: Polynomial, termsOnly = false): number {
  let content = termsOnly ? 0 : Math.abs(a.constant);
  for (const term of a.terms) {
    if (content === 1) return 1;
    content = gcd(content, term.coefficient);
  }
  return content;
}

/** `a / b` for monomials, undefined where `b` does not divide `a`; the number 1 stands for an empty product. */
export function divideMonomials(a: Monomial, b: Monomial): Monomial | 1 | undefined {
  if (a === b) return 1;
  const rest = [...factorsOf(a)];
  for (const factor of factorsOf(b)) {
    const at = rest.indexOf(factor);
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest.length === 0 ? 1 : monomialNode(rest);
}

/** The polynomial of one term. */
export function termPoly(coefficient: number, monomial: Monomial | 1): Polynomial {
  if (monomial === 1) return constantPoly(coefficient);
  return { constant: 0, terms: [{ coefficient, monomial }] };
}

const MAX_DIVISION_STEPS = 64;

/**
 * Division with remainder by a polynomial with a leading term: `a = quotient * b + remainder`, where no term of the
 * remainder is a multiple of the leading term of `b`, coefficients taken to their centred remainder.
 */
export function dividePolynomials(a: Polynomial, b: Polynomial): { quotient: Polynomial; remainder: Polynomial } {
  const lead = b.terms[0];
  let quotient = constantPoly(0);
  let remainder = a;
  if (!lead) return { quotient, remainder };
  let index = 0;
  for (let step = 0; step < MAX_DIVISION_STEPS; ) {
    const term = remainder.terms[index];
    if (!term) break;
    const monomial = divideMonomials(term.monomial, lead.monomial);
    const modulus = Math.abs(lead.coefficient);
    const times = (term.coefficient - centredRemainder(term.coefficient, modulus)) / lead.coefficient;
    if (monomial === undefined || times === 0) {
      index += 1;
      continue;
    }
    const part = termPoly(times, monomial);
    quotient = addPoly(quotient, part);
    remainder = addPoly(remainder, multiplyPoly(part, b), -1);
    step += 1;
  }
  return { quotient, remainder };
}

/** The atoms that divide every term of the given polynomials, none where one has a constant. */
export function commonFactors(polys: readonly Polynomial[]): Atom[] {
  let common: Atom[] | undefined;
  for (const { constant, terms } of polys) {
    if (constant !== 0) return [];
    for (const { monomial } of terms) {
      const left = [...factorsOf(monomial)];
      common = (common ?? [...left]).filter((factor) => {
        const at = left.indexOf(factor);
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      });
      if (common.length === 0) return common;
    }
  }
  return common ?? [];
}

/** `a / factors` for factors that divide every term. */
export function cancelFactors(a: Polynomial, factors: readonly Atom[]): Polynomial {
  if (factors.length === 0) return a;
  const divisor = monomialNode(factors);
  spend(a.terms.length);
  let { constant } = a;
  const terms: Term[] = [];
  for (const { coefficient, monomial } of a.terms) {
    const rest = divideMonomials(monomial, divisor) ?? 1;
    if (rest === 1) constant = safe(constant + coefficient);
    else terms.push({ coefficient, monomial: rest });
  }
  return collect(constant, terms);
}

/** The term of one monomial in a polynomial, 0 where it is absent. */
export function coefficientOf(a: Polynomial, monomial: Dim): number {
  spend(a.terms.length >> 4);
  for (const term of a.terms) if (term.monomial === monomial) return term.coefficient;
  return 0;
}
