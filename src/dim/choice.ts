// Minimum, maximum and broadcast in canonical form.
import { dimwiseError } from '../base/errors.ts';
import { constant, type Dim, type MaxDim, type MinDim, type Polynomial } from './dim.ts';
import { gcd } from './integer.ts';
import { choiceNode } from './nodes.ts';
import { dimOf } from './normal.ts';
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

type Extreme = 'min' | 'max';
const MAX_OPERANDS = 32;

/** The least or greatest of one or more dims. */
export function extreme(kind: Extreme, dims: readonly Dim[]): Dim {
  const operands = absorb(
    kind,
    keepExtremes(
      kind,
      flatten(
        kind,
        dims.map((d) => d.poly),
      ),
    ),
  );
  const [first] = operands;
  if (first && operands.length === 1) return dimOf(first);
  if (operands.every(isNegative)) {
    // min(-a, -b) = -max(a, b)
    const mirrored = operands.map((operand) => dimOf(scalePoly(operand, -1)));
    return dimOf(scalePoly(extreme(kind === 'min' ? 'max' : 'min', mirrored).poly, -1));
  }
  const common = commonPart(operands);
  const moved = operands.map((operand) => addPoly(operand, common, -1));
  const content = moved.reduce((g, operand) => gcd(g, contentOf(operand)), 0);
  const parts = moved.map((operand) => dimOf(dividePoly(operand, content))).toSorted(compareDims);
  return dimOf(addPoly(common, termPoly(content, choiceNode(kind, parts))));
}

/** `min(min(a, b) + c, d) = min(a + c, b + c, d)`. */
function flatten(kind: Extreme, given: readonly Polynomial[]): Polynomial[] {
  const done: Polynomial[] = [];
  const open = [...given].reverse();
  for (let operand = open.pop(); operand; operand = open.pop()) {
    const inner = operand.terms.find((term) => term.coefficient > 0 && term.monomial.kind === kind);
    const choice = inner?.monomial;
    if (!inner || choice?.kind !== kind || done.length + open.length + choice.operands.length > MAX_OPERANDS) {
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
  const dual: Extreme = kind === 'min' ? 'max' : 'min';
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

/**
 * The size that broadcasting gives, where it is defined: ones leave, and a number other than 1 decides.
 *
 * @throws DIM_UNDEFINED when two numbers other than 1 differ
 */
export function broadcastOf(dims: readonly Dim[]): Dim {
  const kept = new Set<Dim>();
  let decided: number | undefined;
  const open = [...dims];
  for (let d = open.pop(); d; d = open.pop()) {
    if (d.kind === 'broadcast') open.push(...d.operands);
    else if (d.kind !== 'const') kept.add(d);
    else if (d.value !== 1) {
      if (decided !== undefined && decided !== d.value) throw notBroadcastable(decided, d.value);
      decided = d.value;
    }
  }
  if (decided !== undefined) return constant(decided);
  const [first] = kept;
  if (!first) return constant(1);
  if (kept.size === 1) return first;
  return choiceNode('broadcast', [...kept].toSorted(compareDims));
}

function notBroadcastable(a: number, b: number): Error {
  const [low, high] = a < b ? [a, b] : [b, a];
  return dimwiseError({
    code: 'DIM_UNDEFINED',
    message: `sizes ${low} and ${high} do not broadcast`,
    expected: 'equal sizes, or one of them 1',
    actual: `${low} and ${high}`,
  });
}
