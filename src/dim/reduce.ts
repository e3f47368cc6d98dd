// Laws between several atoms of one polynomial: Hermite's identity, and minimum plus maximum.
import type { Atom, ConstDim, Monomial, Polynomial, Term } from './dim.ts';
import { unlessOverflow } from './integer.ts';
import { choiceNode, divisionNode, monomialNode } from './nodes.ts';
import { comparePolynomials, factorsOf } from './order.ts';
import {
  addPoly,
  coefficientOf,
  constantPoly,
  multiplyMonomials,
  multiplyPoly,
  sameTerms,
  termPoly,
} from './polynomial.ts';
import { type DimOf, quotient } from './quotient.ts';

/**
 * Brings the relations between atoms of one polynomial to canonical form.
 *
 * - `x//b + (x+1)//b + ... + (x+b-1)//b = x` (Hermite; Graham, Knuth, Patashnik, Concrete Mathematics, 3.26),
 *   and with `x//m` on the right for steps of `m` and the divisor `b*m`: the coefficients of such a family are shifted
 *   together while that leaves fewer terms, or smaller coefficients.
 * - `min(a, b) + max(a, b) = a + b`.
 *
 * @param dimOf makes the dim of a canonical polynomial
 */
export function reducePoly(poly: Polynomial, dimOf: DimOf): Polynomial {
  if (poly.terms.length < 2 || poly.terms.every((term) => term.monomial.plain)) return poly;
  return unlessOverflow(() => reduceFamilies(reducePairs(poly), dimOf)) ?? poly;
}

const MAX_ROUNDS = 16;

interface Family {
  readonly modulus: number;
  readonly divisor: ConstDim;
  readonly cofactor: Monomial | 1;
  /** The dividend without its constant. */
  readonly base: Polynomial;
  readonly members: Map<number, Term>;
}

function reduceFamilies(poly: Polynomial, dimOf: DimOf): Polynomial {
  let result = poly;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (const family of familiesOf(result.terms)) {
      const shifted = shiftFamily(result, family, dimOf);
      if (!shifted) continue;
      result = shifted;
      changed = true;
      break;
    }
    if (!changed) break;
  }
  return result;
}

function familiesOf(terms: readonly Term[]): Family[] {
  const families: Family[] = [];
  for (const term of terms) {
    for (const factor of factorsOf(term.monomial)) {
      if (factor.kind !== 'floordiv' || factor.divisor.kind !== 'const') continue;
      const { divisor } = factor;
      const { poly } = factor.dividend;
      const modulus = divisor.value;
      const cofactor = withoutFactor(term.monomial, factor);
      const known = families.find(
        (family) =>
          family.modulus === modulus && family.cofactor === cofactor && sameTerms(family.base.terms, poly.terms),
      );
      if (known) known.members.set(poly.constant, term);
      else {
        const base = { constant: 0, terms: poly.terms };
        families.push({ modulus, divisor, cofactor, base, members: new Map([[poly.constant, term]]) });
      }
    }
  }
  return families;
}

/** A monomial without one of its factors; 1 stands for the empty product. */
export function withoutFactor(monomial: Monomial, factor: Atom): Monomial | 1 {
  if (monomial === factor) return 1;
  const rest = [...factorsOf(monomial)];
  rest.splice(rest.indexOf(factor), 1);
  return monomialNode(rest);
}

/** The polynomial with the coefficients of a part of the family shifted, where that makes it cheaper. */
function shiftFamily(poly: Polynomial, family: Family, dimOf: DimOf): Polynomial | undefined {
  for (const count of primeFactors(family.modulus, 2 * family.members.size)) {
    const step = family.modulus / count;
    const offsets = new Set([...family.members.keys()].map((residue) => residue % step));
    for (const offset of offsets) {
      const shifted = shiftPart({ poly, family, dimOf, count, step, offset });
      if (shifted) return shifted;
    }
  }
  return undefined;
}

/** The family's members at `offset`, `offset + step`, ..., `count` of them. */
interface Part {
  readonly poly: Polynomial;
  readonly family: Family;
  readonly dimOf: DimOf;
  readonly count: number;
  readonly step: number;
  readonly offset: number;
}

function shiftPart({ poly, family, dimOf, count, step, offset }: Part): Polynomial | undefined {
  const { base, cofactor, members, divisor } = family;
  const residues = Array.from({ length: count }, (_, i) => offset + i * step);
  const shifts = new Set(residues.flatMap((residue) => members.get(residue)?.coefficient ?? []));
  if (!mayHelp({ poly, family, dimOf, count, step, offset }, residues)) return undefined;
  const lifted = termPoly(1, cofactor);
  const whole = multiplyPoly(lifted, quotient({ constant: offset, terms: base.terms }, constantPoly(step), dimOf));
  const parts = residues.map((residue) => {
    const known = members.get(residue);
    if (known) return termPoly(1, known.monomial);
    const dividend = dimOf({ constant: residue, terms: base.terms });
    return multiplyPoly(lifted, termPoly(1, divisionNode('floordiv', dividend, divisor)));
  });
  const relation = parts.reduce((sum, part) => addPoly(sum, part, -1), whole);
  let best = poly;
  for (const shift of [...shifts].toSorted((a, b) => a - b)) {
    const shifted = addPoly(poly, relation, shift);
    if (isCheaper(shifted, best)) best = shifted;
  }
  return best === poly ? undefined : best;
}

/** Tells, without making any dim, whether a shift could leave fewer terms. */
function mayHelp({ poly, family, step, count }: Part, residues: readonly number[]): boolean {
  const { base, cofactor, members } = family;
  const tally = new Map<number, number>();
  let present = 0;
  for (const residue of residues) {
    const coefficient = members.get(residue)?.coefficient;
    if (coefficient === undefined) continue;
    present += 1;
    tally.set(coefficient, (tally.get(coefficient) ?? 0) + 1);
  }
  if (2 * present < count) return false;
  let gone = Math.max(...tally.values());
  let added = count - present;
  const wholes = step === 1 ? base.terms.length : 1;
  const found = step === 1 ? countTerms(poly, base, cofactor) : hasDivision(poly, step) ? 1 : 0;
  gone += found;
  added += wholes - found;
  return gone >= added;
}

function countTerms(poly: Polynomial, base: Polynomial, cofactor: Monomial | 1): number {
  let found = 0;
  for (const { monomial } of base.terms) {
    const whole = cofactor === 1 ? monomial : multiplyMonomials(cofactor, monomial);
    if (coefficientOf(poly, whole) !== 0) found += 1;
  }
  return found;
}

function hasDivision(poly: Polynomial, divisor: number): boolean {
  return poly.terms.some((term) =>
    factorsOf(term.monomial).some((factor) => factor.kind === 'floordiv' && factor.divisor.poly.constant === divisor),
  );
}

/** The different prime factors of `n` up to a limit, rising. */
function primeFactors(n: number, limit: number): number[] {
  const found: number[] = [];
  let rest = n;
  for (let p = 2; p <= limit && rest > 1; p++) {
    if (rest % p !== 0) continue;
    found.push(p);
    while (rest % p === 0) rest /= p;
  }
  return found;
}

/** Fewer terms, then smaller coefficients, smaller monomials, the smaller constant, then any fixed order. */
function isCheaper(a: Polynomial, b: Polynomial): boolean {
  const order =
    a.terms.length - b.terms.length ||
    weightOf(a) - weightOf(b) ||
    sizeOf(a) - sizeOf(b) ||
    Math.abs(a.constant) - Math.abs(b.constant) ||
    comparePolynomials(b, a);
  return order < 0;
}

function sizeOf(poly: Polynomial): number {
  let size = 0;
  for (const term of poly.terms) size += term.monomial.size;
  return size;
}

function weightOf(poly: Polynomial): number {
  let weight = 0;
  for (const term of poly.terms) weight += Math.abs(term.coefficient);
  return weight;
}

/** `min(a, b) + max(a, b) = a + b`, shifted as families are. */
function reducePairs(poly: Polynomial): Polynomial {
  let result = poly;
  for (const { monomial } of poly.terms) {
    for (const factor of factorsOf(monomial)) {
      if ((factor.kind !== 'min' && factor.kind !== 'max') || factor.operands.length !== 2) continue;
      const lifted = termPoly(1, withoutFactor(monomial, factor));
      const dual = choiceNode(factor.kind === 'min' ? 'max' : 'min', factor.operands);
      const sum = factor.operands.reduce((total, operand) => addPoly(total, operand.poly), constantPoly(0));
      const pair = addPoly(termPoly(1, factor), termPoly(1, dual));
      const relation = multiplyPoly(lifted, addPoly(sum, pair, -1));
      for (const part of [factor, dual]) {
        const shift = coefficientOf(result, multiplyPoly(lifted, termPoly(1, part)).terms[0]?.monomial ?? part);
        const shifted = shift === 0 ? result : addPoly(result, relation, shift);
        if (isCheaper(shifted, result)) result = shifted;
      }
    }
  }
  return result;
}
