// The shortest list of constraints: each said once, simplified, none that the others imply.
import { type Answer, type Constraint, constraintDims } from './constraint.ts';
import { constant, type Dim, hasUnknown, symbolsOf } from './dim.ts';
import { substitute } from './evaluate.ts';
import type { FactStore } from './store.ts';

/** Facts that start empty, and what they record. */
export interface Replay {
  readonly facts: {
    require(constraint: Constraint): Answer;
    give(constraint: Constraint): Answer;
  };
  readonly store: FactStore;
}

/** Lists longer than this are not searched for constraints that later ones imply. */
const MAX_SEARCHED = 48;

/**
 * The declared and recorded constraints of a store in the order of their recording.
 *
 * @param start makes empty facts
 */
export function minimalConstraints(store: FactStore, start: () => Replay): readonly Constraint[] {
  const declared = declaredConstraints(store);
  const given = [...declared, ...store.recorded].map((constraint) => withoutUnknowns(constraint, store));
  const kept = play(store, start, given);
  const needed = kept.length > MAX_SEARCHED ? kept : dropImplied(store, start, kept);
  return Object.freeze([...mayBeZero(store), ...needed]);
}

/** Symbols that are declared to be possibly less than 1: said, though nothing follows from it. */
function mayBeZero(store: FactStore): Constraint[] {
  return [...store.declared].flatMap(([dim, { min, origin }]) => {
    if (dim.role !== 'named' || min === undefined || min >= 1 || store.solutions.has(dim)) return [];
    return [{ kind: 'range', dim, min, origins: origin ? [origin] : [] }];
  });
}

function declaredConstraints(store: FactStore): Constraint[] {
  const result: Constraint[] = [];
  for (const [dim, { min, max, divisibleBy, origin }] of store.declared) {
    if (dim.role !== 'named') continue;
    const origins = origin ? [origin] : [];
    if (min !== undefined && min > 1) result.push({ kind: 'range', dim, min, origins });
    if (max !== undefined) result.push({ kind: 'range', dim, max, origins });
    if (divisibleBy !== undefined) result.push({ kind: 'divides', divisor: constant(divisibleBy), dim, origins });
  }
  return result;
}

function withoutUnknowns(constraint: Constraint, store: FactStore): Constraint {
  const replaced = (d: Dim): Dim =>
    hasUnknown(d)
      ? substitute(d, (s) => {
          const solution = s.role === 'unknown' ? store.solutions.get(s) : undefined;
          return solution && replaced(solution.value);
        })
      : d;
  return mapConstraint(constraint, replaced);
}

function mapConstraint(constraint: Constraint, map: (d: Dim) => Dim): Constraint {
  switch (constraint.kind) {
    case 'range':
      return { ...constraint, dim: map(constraint.dim) };
    case 'divides':
      return { ...constraint, divisor: map(constraint.divisor), dim: map(constraint.dim) };
    default:
      return { ...constraint, left: map(constraint.left), right: map(constraint.right) };
  }
}

/** Empty facts with what holds beforehand: the order of the symbols, ranges that are no constraints, and what holds by construction. */
function prepare(store: FactStore, start: () => Replay): Replay {
  const replay = start();
  for (const symbol of store.order.keys()) replay.store.see(symbol);
  for (const [symbol, declared] of store.declared) {
    const { min, origin } = declared;
    if (symbol.role !== 'named') replay.store.declared.set(symbol, declared);
    else if (min !== undefined && min < 1) replay.store.declared.set(symbol, { min, origin });
  }
  for (const constraint of store.given) replay.facts.give(withoutUnknowns(constraint, store));
  return replay;
}

/** The constraints that are new, each as it was recorded after those before it. */
function play(store: FactStore, start: () => Replay, given: readonly Constraint[]): readonly Constraint[] {
  const replay = prepare(store, start);
  for (const constraint of given) replay.facts.require(constraint);
  return replay.store.recorded;
}

/** Drops constraints that all others together imply, later ones first. */
function dropImplied(store: FactStore, start: () => Replay, given: readonly Constraint[]): readonly Constraint[] {
  let kept = given;
  for (const constraint of given.toReversed()) {
    if (constraint.kind === 'equal' || !sharesSymbols(constraint, kept)) continue;
    const others = kept.filter((other) => other !== constraint);
    const replay = prepare(store, start);
    for (const other of others) replay.facts.require(other);
    if (replay.facts.require(constraint) === 'true') kept = others;
  }
  return kept;
}

function sharesSymbols(constraint: Constraint, others: readonly Constraint[]): boolean {
  const own = new Set(constraintDims(constraint).flatMap((d) => [...symbolsOf(d)]));
  return others.some(
    (other) => other !== constraint && constraintDims(other).some((d) => [...symbolsOf(d)].some((s) => own.has(s))),
  );
}
