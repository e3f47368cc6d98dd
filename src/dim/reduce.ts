// Laws between several atoms of one polynomial: Hermite's identity, and minimum plus maximum.
import type { Atom, ConstDim, Dim, MaxDim, Monomial, Polynomial, Term } from './dim.ts';
import { divisionNode, monomialNode } from './nodes.ts';
import { factorsOf } from './order.ts';
import { addPoly, constantPoly, multiplyPoly, sameTerms, termPoly } from './polynomial.ts';
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
  return reduceFamilies(reducePairs(poly), dimOf);
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
  if (2 * residues.filter((residue) => members.has(residue)).length < count) return undefined;
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

function isCheaper(a: Polynomial, b: Polynomial): boolean {
  if (a.terms.length !== b.terms.length) return a.terms.length < b.terms.length;
  return weightOf(a) < weightOf(b);
}

function weightOf(poly: Polynomial): number {
  let weight = 0;
  for (const term of poly.terms) weight += Math.abs(term.coefficient);
  return weight;
}

function reducePairs(poly: Polynomial): Polynomial {
  let result = poly;
  for (const low of poly.terms) {
    if (low.monomial.kind !== 'min' || low.monomial.operands.length !== 2) continue;
    const { operands } = low.monomial;
    const high = poly.terms.find(({ monomial }) => monomial.kind === 'max' && sameOperands(monomial, operands));
    if (!high || high.coefficient > 0 !== low.coefficient > 0) continue;
    const size = Math.min(Math.abs(low.coefficient), Math.abs(high.coefficient));
    const times = low.coefficient > 0 ? size : -size;
    for (const operand of operands) result = addPoly(result, operand.poly, times);
    result = addPoly(result, termPoly(1, low.monomial), -times);
    result = addPoly(result, termPoly(1, high.monomial), -times);
  }
  return result;
}

function sameOperands(choice: MaxDim, operands: readonly Dim[]): boolean {
  return choice.operands.length === operands.length && choice.operands.every((d, i) => d === operands[i]);
}
