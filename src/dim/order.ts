// The total order of dims that canonical forms and printing rely on; it looks at structure, never at creation.
import type { Atom, Dim, Monomial, Polynomial } from './dim.ts';

const RANK: Record<Atom['kind'], number> = { symbol: 0, floordiv: 2, mod: 3, min: 4, max: 5, broadcast: 6 };

/** The factors of a monomial, in order. */
export function factorsOf(monomial: Monomial): readonly Atom[] {
  return monomial.kind === 'product' ? monomial.factors : [monomial];
}

function rankOf(atom: Atom): number {
  return atom.kind === 'symbol' && atom.role !== 'named' ? 1 : RANK[atom.kind];
}

/** Orders atoms: named symbols by name, then open ones by age, then the composed ones by their parts. */
export function compareAtoms(a: Atom, b: Atom): number {
  if (a === b) return 0;
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (a.kind === 'symbol') {
    if (b.kind === 'symbol' && a.role === 'named') return a.name < b.name ? -1 : 1;
    return a.id - b.id;
  }
  if (a.kind === 'floordiv' || a.kind === 'mod') {
    if (b.kind !== a.kind) return 0;
    return compareDims(a.dividend, b.dividend) || compareDims(a.divisor, b.divisor);
  }
  if (b.kind !== a.kind) return 0;
  const length = Math.min(a.operands.length, b.operands.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.operands[i], b.operands[i]];
    const order = x && y ? compareDims(x, y) : 0;
    if (order !== 0) return order;
  }
  return a.operands.length - b.operands.length;
}

/** Orders monomials by falling degree, then by their factors: a monomial order, as polynomial division needs. */
export function compareMonomials(a: Monomial, b: Monomial): number {
  if (a === b) return 0;
  if (a.kind !== 'product' && b.kind !== 'product') return compareAtoms(a, b);
  const x = factorsOf(a);
  const y = factorsOf(b);
  if (x.length !== y.length) return y.length - x.length;
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i], y[i]];
    const order = p && q ? compareAtoms(p, q) : 0;
    if (order !== 0) return order;
  }
  return 0;
}

/** Orders dims by their polynomials, symbols before numbers. */
export function compareDims(a: Dim, b: Dim): number {
  return a === b ? 0 : comparePolynomials(a.poly, b.poly);
}

/** Orders polynomials term by term, then by their constants. */
export function comparePolynomials(a: Polynomial, b: Polynomial): number {
  const length = Math.min(a.terms.length, b.terms.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.terms[i], b.terms[i]];
    if (!x || !y) break;
    const order = compareMonomials(x.monomial, y.monomial) || x.coefficient - y.coefficient;
    if (order !== 0) return order;
  }
  return b.terms.length - a.terms.length || a.constant - b.constant;
}
