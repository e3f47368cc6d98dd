// Chooses how a canonical polynomial is shown: with remainders, with whole parts drawn into divisions, with few terms.
import {
  type Atom,
  constant,
  type FloorDivDim,
  type MaxDim,
  type MinDim,
  type Monomial,
  type Polynomial,
} from './dim.ts';
import { extremePoly } from './extreme.ts';
import { gcd, safe } from './integer.ts';
import { choiceNode, divisionNode } from './nodes.ts';
import { compareDims, factorsOf } from './order.ts';
import {
  addPoly,
  coefficientOf,
  constantPoly,
  divideMonomials,
  dividePoly,
  multiplyMonomials,
  multiplyPoly,
  samePoly,
  scalePoly,
  termPoly,
} from './polynomial.ts';
import { type DimOf, quotient } from './quotient.ts';
import { reducePoly, withoutFactor } from './reduce.ts';

/**
 * The addends that show a polynomial best: fewest addends, then fewest minus signs, then least size. The value is the
 * same; the choice depends on the polynomial alone.
 *
 * @param dimOf makes the dim of a canonical polynomial
 */
export function presentPoly(poly: Polynomial, dimOf: DimOf): Polynomial {
  let shown = poly;
  for (const { monomial, coefficient } of poly.terms) {
    if (Math.abs(coefficient) > MAX_COEFFICIENT) continue;
    if (monomial.kind === 'min' || monomial.kind === 'max') accept(choiceForms(shown, monomial, dimOf));
    for (const factor of factorsOf(monomial)) {
      if (factor.kind !== 'floordiv') continue;
      const cofactor = withoutFactor(monomial, factor);
      accept(divisionForms({ poly: shown, division: factor, cofactor, monomial, dimOf }));
    }
  }
  return shown;

  function accept(forms: readonly Polynomial[]): void {
    for (const form of forms) if (cheaper(form, shown) && samePoly(remakePoly(form, dimOf), poly)) shown = form;
  }
}

/** The canonical polynomial that addends make when each is made again from its parts, as reading their text does. */
export function remakePoly(shown: Polynomial, dimOf: DimOf): Polynomial {
  let sum = constantPoly(shown.constant);
  for (const { coefficient, monomial } of shown.terms) {
    let product = constantPoly(coefficient);
    for (const factor of factorsOf(monomial)) {
      product = reducePoly(multiplyPoly(product, reducePoly(remade(factor, dimOf), dimOf)), dimOf);
    }
    sum = addPoly(sum, product);
  }
  return reducePoly(sum, dimOf);
}

/** Larger coefficients are shown as they are: the forms tried below could overflow. */
const MAX_COEFFICIENT = 2 ** 40;

/** One division in one monomial of a polynomial. */
interface Site {
  readonly poly: Polynomial;
  readonly division: FloorDivDim;
  readonly cofactor: Monomial | 1;
  /** The division times the cofactor. */
  readonly monomial: Monomial;
  readonly dimOf: DimOf;
}

function remade(atom: Atom, dimOf: DimOf): Polynomial {
  if (atom.kind === 'min' || atom.kind === 'max') {
    const operands = atom.operands.map((operand) => operand.poly);
    return extremePoly(atom.kind, operands, dimOf);
  }
  if (atom.kind !== 'floordiv' && atom.kind !== 'mod') return atom.poly;
  const [x, b] = [atom.dividend.poly, atom.divisor.poly];
  const whole = quotient(x, b, dimOf);
  return atom.kind === 'floordiv' ? whole : addPoly(x, multiplyPoly(b, whole), -1);
}

function cheaper(a: Polynomial, b: Polynomial): boolean {
  return count(a) - count(b) < 0 || (count(a) === count(b) && (minuses(a) - minuses(b) || sizeOf(a) - sizeOf(b)) < 0);
}

const count = (poly: Polynomial): number => poly.terms.length + (poly.constant === 0 ? 0 : 1);

function minuses(poly: Polynomial): number {
  return poly.terms.filter((term) => term.coefficient < 0).length + (poly.constant < 0 ? 1 : 0);
}

function sizeOf(poly: Polynomial): number {
  let size = 0;
  for (const { coefficient, monomial } of poly.terms) size += monomial.size + (Math.abs(coefficient) === 1 ? 0 : 1);
  return size;
}

function divisionForms(site: Site): Polynomial[] {
  const { poly, division, monomial } = site;
  const coefficient = coefficientOf(poly, monomial);
  if (coefficient === 0) return [];
  const { divisor } = division;
  if (divisor.kind !== 'const') return [...symbolicRemainder(site), ...drawConstant(site)];
  if (divisor.value > MAX_COEFFICIENT) return [];
  const drawn = drawIn(site, divisor.value);
  const forms = drawn ? [drawn] : [];
  if (gcd(coefficient, divisor.value) > 1) forms.push(...remainders(site, divisor.value));
  return forms;
}

/** `c*(x//b) + c*k*m = c*((x + b*k*m)//b)` for the monomials `m` of `x`; a negative result changes its sign. */
function drawIn({ poly, division, cofactor, monomial, dimOf }: Site, b: number): Polynomial | undefined {
  const c = coefficientOf(poly, monomial);
  const start = division.dividend.poly;
  let inner = start;
  let rest = addPoly(poly, termPoly(-c, monomial));
  for (const term of start.terms) {
    const whole = multiplyBy(cofactor, term.monomial);
    const outside = coefficientOf(poly, whole);
    if (outside === 0 || outside % c !== 0 || Math.abs(outside) > MAX_COEFFICIENT) continue;
    inner = addPoly(inner, termPoly(safe((outside / c) * b), term.monomial));
    rest = addPoly(rest, termPoly(-outside, whole));
  }
  if (inner === start) return undefined;
  const value = dividePoly(addPoly(inner, start, -1), b);
  const shown = addPoly(termPoly(1, division), value);
  if ((inner.terms[0]?.coefficient ?? 0) > 0) {
    return withTerm(rest, c, multiplyBy(cofactor, divisionNode('floordiv', dimOf(inner), division.divisor, shown)));
  }
  // y//b = -((-y + b - 1)//b)
  const mirrored = dimOf(addPoly(constantPoly(b - 1), inner, -1));
  const node = divisionNode('floordiv', mirrored, division.divisor, scalePoly(shown, -1));
  return withTerm(rest, -c, multiplyBy(cofactor, node));
}

/** `k*d*(y//(d*m)) = k*(z - z%d)` with `z = y//m`, and `z%d = d - 1 - (d - 1 - z)%d`. */
function remainders({ poly, division, cofactor, monomial, dimOf }: Site, b: number): Polynomial[] {
  const c = coefficientOf(poly, monomial);
  const d = gcd(c, b);
  const k = c / d;
  const z = quotient(division.dividend.poly, constantPoly(b / d), dimOf);
  const value = addPoly(z, termPoly(d, division), -1);
  const lifted = termPoly(1, cofactor);
  const rest = addPoly(addPoly(poly, termPoly(-c, monomial)), multiplyPoly(lifted, z), k);
  const divisor = constant(d);
  const node = divisionNode('mod', dimOf(z), divisor, value);
  const mirrored = dimOf(addPoly(constantPoly(d - 1), z, -1));
  const flipped = divisionNode('mod', mirrored, divisor, addPoly(constantPoly(d - 1), value, -1));
  return [
    withTerm(rest, -k, multiplyBy(cofactor, node)),
    withTerm(addPoly(rest, lifted, -k * (d - 1)), k, multiplyBy(cofactor, flipped)),
  ];
}

/** `k*y - k*b*(y//b) = k*(y%b)` for a divisor that is no number. */
function symbolicRemainder({ poly, division, monomial }: Site): Polynomial[] {
  const product = multiplyPoly(division.divisor.poly, termPoly(1, division));
  const lead = product.terms[0];
  const cofactor = lead && divideMonomials(monomial, lead.monomial);
  if (!lead || cofactor === undefined) return [];
  const k = coefficientOf(poly, monomial) / lead.coefficient;
  if (!Number.isInteger(k)) return [];
  const y = division.dividend.poly;
  const lifted = multiplyPoly(termPoly(k, cofactor), addPoly(y, product, -1));
  const node = divisionNode('mod', division.dividend, division.divisor, addPoly(y, product, -1));
  return [withTerm(addPoly(poly, lifted), -k, multiplyBy(cofactor, node))];
}

/** `c*(x//b) + c*k = c*((x + k*b)//b)` where that does not make the dividend longer: `1 + (-1)//(n + 1)` is `n//(n + 1)`. */
function drawConstant({ poly, division, cofactor, monomial, dimOf }: Site): Polynomial[] {
  const c = coefficientOf(poly, monomial);
  const outside = cofactor === 1 ? poly.constant : coefficientOf(poly, cofactor);
  if (outside === 0 || outside % c !== 0 || Math.abs(outside) > MAX_COEFFICIENT) return [];
  const start = division.dividend.poly;
  const inner = addPoly(start, division.divisor.poly, outside / c);
  if (count(inner) > count(start)) return [];
  const shown = addPoly(termPoly(1, division), constantPoly(outside / c));
  const node = divisionNode('floordiv', dimOf(inner), division.divisor, shown);
  const rest = addPoly(addPoly(poly, termPoly(-c, monomial)), termPoly(-outside, cofactor));
  return [withTerm(rest, c, multiplyBy(cofactor, node))];
}

function multiplyBy(cofactor: Monomial | 1, monomial: Monomial): Monomial {
  return cofactor === 1 ? monomial : multiplyMonomials(cofactor, monomial);
}

/** `max(a, b) - b = max(a - b, 0)`, where nothing but that remains. */
function choiceForms(poly: Polynomial, choice: MinDim | MaxDim, dimOf: DimOf): Polynomial[] {
  const c = coefficientOf(poly, choice);
  if (Math.abs(c) !== 1) return [];
  const rest = addPoly(poly, termPoly(-c, choice));
  const moved = scalePoly(rest, c);
  if (!choice.operands.some((operand) => samePoly(operand.poly, scalePoly(moved, -1)))) return [];
  const { kind } = choice;
  if (c > 0) {
    const operands = choice.operands.map((operand) => dimOf(addPoly(operand.poly, moved)));
    return [termPoly(1, choiceNode(kind, operands.toSorted(compareDims), poly))];
  }
  // -min(a, b) = max(-a, -b)
  const operands = choice.operands.map((operand) => dimOf(addPoly(rest, operand.poly, -1)));
  return [termPoly(1, choiceNode(kind === 'min' ? 'max' : 'min', operands.toSorted(compareDims), poly))];
}

function withTerm(poly: Polynomial, coefficient: number, monomial: Monomial): Polynomial {
  return addPoly(poly, termPoly(coefficient, monomial));
}
