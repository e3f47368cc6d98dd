// The shortest list of constraints: each said once, simplified, none that the others imply.
import { type Answer, type Constraint, mapConstraint } from './constraint.ts';
import { constant, type Dim, hasUnknown, type SymbolDim } from './dim.ts';
import { plainDivisibility } from './divisibility.ts';
import { substitute } from './evaluate.ts';
import { type Group, type Trial, withoutImplied } from './implied.ts';
import type { FactStore } from './store.ts';

/** Facts that start empty, and what they record. */
export interface Replay {
  readonly facts: {
    require(constraint: Constraint): Answer;
    give(constraint: Constraint): Answer;
  };
  readonly store: FactStore;
}

/**
 * The declared and recorded constraints of a store in the order of their recording.
 *
 * @param start makes empty facts
 */
export function minimalConstraints(store: FactStore, start: () => Replay): readonly Constraint[] {
  const all = plainDivisibility(statedConstraints(store));
  const given = store.given.map((constraint) => withoutUnknowns(constraint, store));
  const kept = play(prepare(store, start, { symbols: store.order.keys(), given }), all);
  const needed = withoutImplied(kept, given, (group) => trial(store, start, group));
  return Object.freeze([...mayBeZero(store), ...needed]);
}

/** All declared and recorded constraints of a store, also those that others imply; this takes little time. */
export function everyConstraint(store: FactStore): readonly Constraint[] {
  return Object.freeze([...mayBeZero(store), ...statedConstraints(store)]);
}

function statedConstraints(store: FactStore): Constraint[] {
  return [...declaredConstraints(store), ...store.recorded].map((constraint) => withoutUnknowns(constraint, store));
}

/** Facts about the sizes of a group. */
function trial(store: FactStore, start: () => Replay, group: Group): Trial {
  const place = (symbol: SymbolDim): number => store.order.get(symbol) ?? store.order.size;
  const symbols = [...group.symbols].toSorted((a, b) => place(a) - place(b));
  const replay = prepare(store, start, { symbols, given: group.given });
  return {
    require: (constraint) => replay.facts.require(constraint),
    undoing: (step) => {
      replay.store.attempt(() => {
        step();
        return false;
      });
    },
  };
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

/** What of a store holds beforehand. */
interface Beforehand {
  readonly symbols: Iterable<SymbolDim>;
  /** Without unknowns. */
  readonly given: readonly Constraint[];
}

/** Empty facts with what holds beforehand: the order of the symbols, ranges that are no constraints, and what holds by construction. */
function prepare(store: FactStore, start: () => Replay, { symbols, given }: Beforehand): Replay {
  const replay = start();
  for (const symbol of symbols) {
    replay.store.see(symbol);
    const declared = store.declared.get(symbol);
    if (!declared) continue;
    const { min, origin } = declared;
    if (symbol.role !== 'named') replay.store.declared.set(symbol, declared);
    else if (min !== undefined && min < 1) replay.store.declared.set(symbol, { min, origin });
  }
  for (const constraint of given) replay.facts.give(constraint);
  return replay;
}

/** The constraints that are new, each as it was recorded after those before it. */
function play(replay: Replay, all: readonly Constraint[]): readonly Constraint[] {
  for (const constraint of all) replay.facts.require(constraint);
  return replay.store.recorded;
}
