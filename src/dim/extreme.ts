// Minima and maxima of polynomials in canonical form.
import type { MaxDim, MinDim, Polynomial } from './dim.ts';
import { gcd } from './integer.ts';
import { choiceNode } from './nodes.ts';
import { compareDims } from './order.ts';
import {
  addPoly,
  coefficientOf,
  contentOf,
  dividePoly,
  samePoly,
  sameTerms,
  scalePoly,
  termPoly,
} from './polynomial.ts';
import type { DimOf } from './quotient.ts';
import { spend } from './work.ts';

type Extreme = 'min' | 'max';
const MAX_OPERANDS = 32;
const MAX_ROUNDS = 6;

function dualOf(kind: Extreme): Extreme {
  return kind === 'min' ? 'max' : 'min';
}

/**
 * The least or greatest of polynomials. What they have in common is drawn out; what is left may flatten again, so it
 * goes round until nothing moves.
 *
 * @param dimOf makes the dims of the operands
 */
export function extremePoly(
  kind: Extreme,
  given: readonly Polynomial[],
  dimOf: DimOf,
  rounds = MAX_ROUNDS,
): Polynomial {
  const operands = absorb(kind, keepExtremes(kind, flatten(kind, given)));
  const [first] = operands;
  if (first && operands.length === 1) return first;
  if (operands.every(isNegative)) {
    // min(-a, -b) = -max(a, b)
    const mirrored = operands.map((operand) => dimOf(scalePoly(operand, -1)).poly);
    return scalePoly(extremePoly(dualOf(kind), mirrored, dimOf, rounds), -1);
  }
  const common = commonPart(operands);
  const moved = operands.map((operand) => addPoly(operand, common, -1));
  const content = moved.reduce((g, operand) => gcd(g, contentOf(operand)), 0);
  const parts = moved.map((operand) => dimOf(dividePoly(operand, content)));
  const still = parts.every((part, i) => part.poly === given[i] || samePoly(part.poly, given[i] ?? common));
  if ((still && parts.length === given.length) || rounds === 0) {
    const atom = termPoly(content, choiceNode(kind, parts.toSorted(compareDims)));
    return addPoly(common, atom);
  }
  const inner = extremePoly(
    kind,
    parts.map((part) => part.poly),
    dimOf,
    rounds - 1,
  );
  return addPoly(common, inner, content);
}

/** `min(min(a, b) + c, d) = min(a + c, b + c, d)`, and `min(c - max(a, b), d) = min(c - a, c - b, d)`. */
function flatten(kind: Extreme, given: readonly Polynomial[]): Polynomial[] {
  const done: Polynomial[] = [];
  const open = [...given].reverse();
  for (let operand = open.pop(); operand; operand = open.pop()) {
    const inner = operand.terms.find(
      ({ coefficient, monomial }) => monomial.kind === (coefficient > 0 ? kind : dualOf(kind)),
    );
    const choice = inner?.monomial;
    const fits = choice?.kind === 'min' || choice?.kind === 'max';
    if (!inner || !fits || done.length + open.length + choice.operands.length > MAX_OPERANDS) {
      done.push(operand);
      continue;
    }
    const rest = addPoly(operand, termPoly(-inner.coefficient, choice));
    for (const part of choice.operands) open.push(addPoly(rest, part.poly, inner.coefficient));
  }
  return done;
}

/** Of operands that differ by a number, only the extreme one. */
function keepExtremes(kind: Extreme, operands: readonly Polynomial[]): Polynomial[] {
  const kept: Polynomial[] = [];
  for (const operand of operands) {
    const at = kept.findIndex((other) => sameTerms(other.terms, operand.terms));
    const known = kept[at];
    if (!known) kept.push(operand);
    else if (kind === 'min' ? operand.constant < known.constant : operand.constant > known.constant) kept[at] = operand;
  }
  return kept;
}

/** `min(a, max(a, b)) = a` and its dual. */
function absorb(kind: Extreme, operands: readonly Polynomial[]): readonly Polynomial[] {
  if (operands.length < 2) return operands;
  const dual: Extreme = dualOf(kind);
  return operands.filter((operand) => {
    const inner = operand.terms.find((term) => term.coefficient > 0 && term.monomial.kind === dual);
    if (!inner) return true;
    const choice: MinDim | MaxDim | undefined =
      inner.monomial.kind === 'min' || inner.monomial.kind === 'max' ? inner.monomial : undefined;
    const rest = addPoly(operand, termPoly(-inner.coefficient, inner.monomial));
    return !choice?.operands.some((part) => {
      const bound = addPoly(rest, part.poly, inner.coefficient);
      return operands.some((other) => other !== operand && samePoly(other, bound));
    });
  });
}

function isNegative(operand: Polynomial): boolean {
  return operand.constant <= 0 && operand.terms.every((term) => term.coefficient < 0);
}

/** Of each monomial and of the constant the least coefficient; what is left is the same for shifted operands. */
function commonPart(operands: readonly Polynomial[]): Polynomial {
  for (const { terms } of operands) spend(1 + ((terms.length * operands.length) >> 1));
  let common: Polynomial = { constant: Math.min(...operands.map((operand) => operand.constant)), terms: [] };
  for (const operand of operands) {
    for (const { monomial } of operand.terms) {
      if (coefficientOf(common, monomial) !== 0) continue;
      const least = Math.min(...operands.map((other) => coefficientOf(other, monomial)));
      if (least !== 0) common = addPoly(common, termPoly(least, monomial));
    }
  }
  return common;
}
