// Linear equations: a symbol isolated from a polynomial, and residues combined.
import { type Polynomial, type SymbolDim, symbolsOf, type Term } from './dim.ts';
import { floorRemainder, gcd } from './integer.ts';
import { factorsOf } from './order.ts';
import { addPoly, constantPoly, termPoly } from './polynomial.ts';
import { withoutFactor } from './reduce.ts';
import type { Residue } from './store.ts';

/** `cofactor * symbol + rest`, the symbol in neither. */
export interface Isolated {
  readonly cofactor: Polynomial;
  readonly rest: Polynomial;
}

/** A polynomial as a linear function of a symbol; undefined where it is none. */
export function isolate(poly: Polynomial, symbol: SymbolDim): Isolated | undefined {
  let cofactor = constantPoly(0);
  const outside: Term[] = [];
  for (const term of poly.terms) {
    const factors = factorsOf(term.monomial);
    if (factors.includes(symbol)) {
      const left = withoutFactor(term.monomial, symbol);
      if (left !== 1 && symbolsOf(left).has(symbol)) return undefined;
      cofactor = addPoly(cofactor, termPoly(term.coefficient, left));
    } else {
      if (symbolsOf(term.monomial).has(symbol)) return undefined;
      outside.push(term);
    }
  }
  return { cofactor, rest: { constant: poly.constant, terms: outside } };
}

/** The two sides of `poly = 0`: terms with a plus, and terms with a minus turned around. */
export function sidesOf(poly: Polynomial): { readonly left: Polynomial; readonly right: Polynomial } {
  const left = poly.terms.filter((term) => term.coefficient > 0);
  const right = poly.terms.flatMap(({ coefficient, monomial }) =>
    coefficient < 0 ? [{ coefficient: -coefficient, monomial }] : [],
  );
  const { constant } = poly;
  // A number stands alone on a side, `h - w == 3`, or makes the other side larger.
  const toLeft = left.length === 0 || (constant > 0 && right.length > 0);
  return {
    left: { constant: toLeft ? constant : 0, terms: left },
    right: { constant: toLeft ? 0 : 0 - constant, terms: right },
  };
}

/** The inverse of `a` modulo `m`, for coprime numbers. */
export function inverseModulo(a: number, m: number): number {
  let [r0, r1] = [m, floorRemainder(a, m)];
  let [t0, t1] = [0, 1];
  while (r1 !== 0) {
    const q = (r0 - (r0 % r1)) / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [t0, t1] = [t1, t0 - q * t1];
  }
  return floorRemainder(t0, m);
}

/** Both residues in one (Chinese remainder theorem); undefined where none has both, `a` where the two overflow. */
export function joinResidues(a: Residue, b: Residue): Residue | undefined {
  const common = gcd(a.modulus, b.modulus);
  const difference = b.residue - a.residue;
  if (difference % common !== 0) return undefined;
  const modulus = (a.modulus / common) * b.modulus;
  if (modulus > 2 ** 26) return a.modulus >= b.modulus ? a : b;
  const step = b.modulus / common;
  const times = step === 1 ? 0 : floorRemainder((difference / common) * inverseModulo(a.modulus / common, step), step);
  return { modulus, residue: floorRemainder(a.residue + a.modulus * times, modulus) };
}
