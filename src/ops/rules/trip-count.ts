// How many steps a Loop does: by its limit, and by a condition that compares a counter with a bound.
import { add, ceilDiv, maxOf, minOf, neg, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim, type SymbolDim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import { dimOf, type Scalar } from '../../ir/content.ts';
import type { Value } from '../../ir/graph.ts';
import { holdsInner, type IsInner } from '../../ir/inner-symbols.ts';
import { coefficientsIn } from './step-polynomial.ts';

/** What is known of a condition: it holds exactly where all of `positive` are above zero, or only there. */
interface Conditions {
  readonly positive: readonly Dim[];
  /** Whether nothing else must hold. */
  readonly complete: boolean;
}

const NOTHING_KNOWN: Conditions = { positive: [], complete: false };
const PASSES: readonly string[] = ['Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Reshape'];

/** A truth value under facts, where they decide it. */
export function truthIn(facts: Facts, scalar: Scalar): boolean | undefined {
  if (typeof scalar === 'boolean') return scalar;
  const dim = dimOf(scalar);
  const simple = dim && facts.simplify(dim);
  return simple?.kind === 'const' ? simple.value !== 0 : undefined;
}

/** Reads a condition back to the comparisons that make it. */
function conditionsOf(value: Value | undefined, facts: Facts): Conditions {
  const known = truthIn(facts, value?.content?.elements[0]);
  if (known === true) return { positive: [], complete: true };
  if (known === false) return { positive: [constant(0)], complete: true };
  if (value?.source.kind !== 'node') return NOTHING_KNOWN;
  const { op, domain, inputs } = value.source.node;
  if (domain !== '') return NOTHING_KNOWN;
  const [a, b] = inputs;
  if (PASSES.includes(op)) return isBool(a) ? conditionsOf(a, facts) : NOTHING_KNOWN;
  if (op === 'And') {
    const [left, right] = [conditionsOf(a, facts), conditionsOf(b, facts)];
    return { positive: [...left.positive, ...right.positive], complete: left.complete && right.complete };
  }
  if (op === 'Not') {
    const { positive, complete } = conditionsOf(a, facts);
    const [only] = positive;
    return complete && only && positive.length === 1 ? { positive: [sub(1, only)], complete } : NOTHING_KNOWN;
  }
  const difference = differenceOf(op, elementOf(a, facts), elementOf(b, facts));
  return difference ? { positive: [difference], complete: true } : NOTHING_KNOWN;
}

function isBool(value: Value | undefined): boolean {
  return value?.type.kind === 'tensor' && value.type.dtype === 'bool';
}

function elementOf(value: Value | undefined, facts: Facts): Dim | undefined {
  const content = value?.content;
  const dim = content?.elements.length === 1 ? dimOf(content.elements[0]) : undefined;
  return dim && facts.simplify(dim);
}

/** What is above zero exactly where a comparison of integers holds. */
function differenceOf(op: string, a: Dim | undefined, b: Dim | undefined): Dim | undefined {
  if (!a || !b) return undefined;
  switch (op) {
    case 'Less':
      return sub(b, a);
    case 'Greater':
      return sub(a, b);
    case 'LessOrEqual':
      return add(sub(b, a), 1);
    case 'GreaterOrEqual':
      return add(sub(a, b), 1);
    default:
      return undefined;
  }
}

/** What a Loop says of its steps. */
export interface LoopHead {
  /** M, raised to 0; undefined where there is none or it is not known. */
  readonly limit: Dim | undefined;
  /** Whether M is given and not known. */
  readonly limited: boolean;
  /** The condition before the first step; undefined where it is not given, and then holds. */
  readonly start: Value | undefined;
  /** The condition after a step. */
  readonly goesOn: Value | undefined;
  readonly step: SymbolDim;
  readonly isInner: IsInner;
  /** The facts around the loop, and those of the body. */
  readonly facts: Facts;
  readonly bodyFacts: Facts;
}

/** How many steps are done: exactly, or at most. */
export interface TripCount {
  readonly exact?: Dim | undefined;
  readonly most?: Dim | undefined;
}

/** Counts the steps of a Loop. */
export function tripCount(head: LoopHead): TripCount {
  const { limit, limited, start, goesOn, facts, bodyFacts } = head;
  const starts = start ? conditionsOf(start, facts) : { positive: [], complete: true };
  const stays = conditionsOf(goesOn, bodyFacts);
  const counts = stays.positive.map((positive) => countOf(positive, starts, head));
  const known = counts.filter((count) => count !== undefined);
  const startsAlways = starts.complete && starts.positive.length === 0;
  // A start that was compared is part of the count of the one condition that it belongs to.
  const startIsCounted = starts.complete && counts.length === 1 && starts.positive.length === 1 && known.length === 1;
  const limits = limit ? [limit, ...known] : known;
  const [first, ...more] = limits;
  const most = first && facts.simplify(minOf(first, ...more));
  const exact =
    stays.complete && known.length === counts.length && (startsAlways || startIsCounted) && !(limited && !limit);
  if (starts.complete && starts.positive.some((dim) => dim.kind === 'const' && dim.value <= 0)) {
    return { exact: constant(0) };
  }
  return exact && most ? { exact: most } : { most };
}

/** The steps that are done while `positive`, a linear function of the step's number that falls, stays above zero. */
function countOf(positive: Dim, starts: Conditions, { step, isInner, facts }: LoopHead): Dim | undefined {
  const [value, slope, ...more] = coefficientsIn(positive, step) ?? [];
  if (!value || more.length > 0 || holdsInner(value, isInner)) return undefined;
  if (!slope) {
    // A condition that no step changes: one step where it does not hold, and else no end.
    return facts.range(value).max <= 0 ? constant(1) : undefined;
  }
  const fall = neg(slope);
  if (holdsInner(fall, isInner) || facts.range(fall).min < 1) return undefined;
  const [before] = starts.positive;
  // After step i the condition is value - i*fall > 0; before the first step that is the same formula for i = -1.
  const counted = starts.positive.length === 1 && before && facts.equal(before, add(value, fall)) === 'true';
  if (counted) return facts.simplify(maxOf(ceilDiv(before, fall), 0));
  return facts.simplify(add(maxOf(ceilDiv(value, fall), 0), 1));
}
