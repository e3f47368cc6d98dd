// The dim of a polynomial: reduced, interned, and shown in its best form.
import { constant, type Dim, type Monomial, type Polynomial } from './dim.ts';
import { unlessOverflow } from './integer.ts';
import { InternTable } from './intern.ts';
import { capped, productNode, sumNode } from './nodes.ts';
import { factorsOf } from './order.ts';
import { samePoly } from './polynomial.ts';
import { presentPoly, remakePoly } from './present.ts';
import { quotient } from './quotient.ts';
import { reducePoly } from './reduce.ts';

const dims = new InternTable<Dim>();

/** What monomials come out as when they are made again from their parts. */
const settled = new WeakMap<Dim, Dim>();
const MAX_SETTLING = 6;
let settling = 0;

/** The one dim of a polynomial over canonical atoms; past the caps, the fresh symbol that takes its place. */
export function dimOf(given: Polynomial): Dim {
  if (given.terms.length === 0) return constant(given.constant);
  const poly = reducePoly(given, dimOf);
  const [first] = poly.terms;
  if (!first) return constant(poly.constant);
  if (poly.constant === 0 && poly.terms.length === 1 && first.coefficient === 1) {
    return first.monomial.kind === 'symbol' ? first.monomial : dimOfMonomial(first.monomial, poly);
  }
  const key = [poly.constant];
  for (const { coefficient, monomial } of poly.terms) key.push(coefficient, monomial.id);
  return dims.find(key) ?? dims.add(key, capped(show(poly)));
}

function dimOfMonomial(monomial: Monomial, poly: Polynomial): Dim {
  const known = settled.get(monomial);
  if (known) return known;
  const own = monomial.kind === 'product' ? capped(monomial) : monomial;
  settled.set(monomial, own);
  const other = monomial.plain ? undefined : settle(poly);
  if (other) settled.set(monomial, other);
  return other ?? own;
}

/** The dim of the polynomial that the atoms of this one make when they are made again, where that is another one. */
function settle(poly: Polynomial): Dim | undefined {
  if (settling >= MAX_SETTLING) return undefined;
  settling += 1;
  try {
    const remade = unlessOverflow(() => remakePoly(poly, dimOf));
    return !remade || samePoly(remade, poly) ? undefined : dimOf(remade);
  } finally {
    settling -= 1;
  }
}

function show(poly: Polynomial): Dim {
  const plain = poly.terms.every((term) => term.monomial.plain);
  const other = plain ? undefined : settle(poly);
  if (other) return other;
  const shown = plain ? poly : (unlessOverflow(() => presentPoly(poly, dimOf)) ?? poly);
  const [first] = shown.terms;
  if (!first) return constant(shown.constant);
  if (shown.constant !== 0 || shown.terms.length > 1) return sumNode(shown.constant, Object.freeze(shown.terms), poly);
  const { coefficient, monomial } = first;
  if (coefficient === 1 && monomial.kind !== 'product') return monomial;
  return productNode({ coefficient, factors: factorsOf(monomial), poly });
}

/**
 * The polynomial of `a // b`, rounded to minus infinity.
 *
 * @throws DIM_UNDEFINED when `b` is the number 0
 */
export function quotientPoly(a: Polynomial, b: Polynomial): Polynomial {
  return quotient(a, b, dimOf);
}
