// What a body's facts tell the graph around it: sizes left open by the author always, conditions where the body surely runs.
import { isDimwiseError } from '../base/errors.ts';
import { type Constraint, constraintDims, mapConstraint, type RangeConstraint } from '../dim/constraint.ts';
import { type Dim, hasUnknown, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import type { Facts } from '../dim/facts.ts';
import { allGraphs } from '../ir/bodies.ts';
import type { Graph } from '../ir/graph.ts';
import { holdsInner, type IsInner } from '../ir/inner-symbols.ts';
import type { BodyOptions } from '../ir/operator.ts';
import type { ValueType } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';

/** What is known of a body whose facts are carried out. */
export interface Hoisting {
  /** Whether every valid run of the graph runs the body. */
  readonly runs: boolean;
  /** The symbols that mean nothing outside of the body; none by default. */
  readonly isInner?: IsInner | undefined;
  /** Runs of the body that surely happen, as dims for inner symbols. */
  readonly instances?: BodyOptions['instances'] | undefined;
}

/**
 * Carries facts from a body to the graph around it. A size that the author left open (a parameter's, which some number must settle)
 * takes what the body makes of it; a condition counts only where the body surely runs, since a branch that is not taken asks for nothing. What
 * speaks of symbols that mean nothing outside is asked for those runs of which that is known, and stays inside otherwise.
 */
export function hoistFacts(body: Graph, { runs, isInner = nothing, instances }: Hoisting): void {
  const outer = body.parent?.facts;
  if (!outer || outer === body.facts) return;
  const found = openSymbols(body);
  // What a graph works out itself is no size left open by an author: a branch around Squeeze must not make it 1.
  const left = runs || found.size === 0 ? found : leftOpen(body.root);
  for (const symbol of found) {
    const value = body.facts.solved(symbol);
    if (value && left.has(symbol) && !outer.solved(symbol) && !holdsInner(value, isInner)) {
      outer.unify(symbol, value, body.facts.settledBy(symbol));
    }
  }
  if (!runs) return;
  if (isInner === nothing) outer.adopt(body.facts);
  else for (const constraint of body.facts.given().slice(outer.given().length)) giveOuter(outer, constraint, isInner);
  if (body.facts.recorded === outer.recorded) return;
  // The graph around drops what is implied once, at the end: to do so for each body would cost more than inferring it.
  const before = new Set(outer.recorded);
  for (const recorded of body.facts.recorded) {
    if (before.has(recorded)) continue;
    const constraint = mapConstraint(recorded, (dim) => withoutUnknowns(dim, body.facts));
    if (!isAbout(constraint, isInner)) outer.require(constraint);
    else for (const instance of instances?.() ?? []) requireFor(outer, constraint, { isInner, instance });
  }
}

/** So many constraints of a branch are held against the other branch. */
const MOST_COMMON = 32;

/**
 * Carries out what two branches ask for alike, of which one surely runs: constraints of both, and of sizes that both bound the wider
 * bounds.
 *
 * @param isInner the symbols that mean nothing outside of either
 */
export function hoistCommon(branches: readonly [Graph, Graph], isInner: IsInner): void {
  const [yes, no] = branches;
  const outer = yes.parent?.facts;
  if (!outer || yes.facts.recorded === outer.recorded || no.facts.recorded === outer.recorded) return;
  const before = new Set(outer.recorded);
  const newIn = ({ facts }: Graph): readonly Constraint[] =>
    facts.recorded.filter((each) => !before.has(each)).slice(0, MOST_COMMON);
  const [left, right] = [newIn(yes), newIn(no)];
  if (left.length === 0 || right.length === 0) return;
  const hoist = (constraints: readonly Constraint[], other: Facts, own: Facts): void => {
    for (const constraint of constraints) {
      if (isAbout(constraint, isInner) || constraintDims(constraint).some(hasUnknown)) continue;
      if (constraint.kind === 'range') hoistRange(outer, constraint, [own, other]);
      else if (other.fork().require(constraint) === 'true') outer.require(constraint);
    }
  };
  hoist(left, no.facts, yes.facts);
  hoist(right, yes.facts, no.facts);
}

function hoistRange(outer: Facts, { dim, origins }: RangeConstraint, branches: readonly [Facts, Facts]): void {
  const [a, b] = branches.map((facts) => facts.range(dim));
  const known = outer.range(dim);
  const min = Math.min(a?.min ?? known.min, b?.min ?? known.min);
  const max = Math.max(a?.max ?? known.max, b?.max ?? known.max);
  if (min > known.min) outer.require({ kind: 'range', dim, min, origins });
  if (max < known.max) outer.require({ kind: 'range', dim, max, origins });
}

/** A dim with what the body settled in the place of the sizes that were open in it. */
const withoutUnknowns = (dim: Dim, facts: Facts): Dim =>
  hasUnknown(dim) ? substitute(dim, (symbol) => (symbol.role === 'unknown' ? facts.solved(symbol) : undefined)) : dim;

const nothing: IsInner = () => false;

const isAbout = (constraint: Constraint, isInner: IsInner): boolean =>
  constraintDims(constraint).some((dim) => holdsInner(dim, isInner));

function giveOuter(outer: Facts, constraint: Constraint, isInner: IsInner): void {
  if (!isAbout(constraint, isInner)) outer.give(constraint);
}

/** Asks for a constraint on inner symbols in one run of the body; where that run does not tell them all, nothing is asked. */
function requireFor(
  outer: Facts,
  constraint: Constraint,
  { isInner, instance }: { readonly isInner: IsInner; readonly instance: (symbol: SymbolDim) => Dim | undefined },
): void {
  try {
    const asked = mapConstraint(constraint, (dim) => substitute(dim, instance));
    if (!isAbout(asked, isInner)) outer.require(asked);
  } catch (error) {
    // A size that has no value in that run (a division by zero) asks for nothing that could be written down.
    if (!isDimwiseError(error)) throw error;
  }
}

/** The unknown sizes of inputs and parameters, which a batch or the model's own operators settle for every run. */
function leftOpen(root: Graph): ReadonlySet<SymbolDim> {
  const found = new Set<SymbolDim>();
  for (const value of [...root.inputs, ...root.parameters]) addUnknowns(value.typeAsSet, found);
  return found;
}

function addUnknowns(type: ValueType, found: Set<SymbolDim>): void {
  if (type.kind !== 'tensor' && type.kind !== 'sparse') return;
  for (const dim of type.shape ?? []) {
    for (const symbol of symbolsOf(dim)) if (symbol.role === 'unknown') found.add(symbol);
  }
}

/** The unknown sizes of values that a body, or a body inside of it, reads from around it. */
function openSymbols(body: Graph): ReadonlySet<SymbolDim> {
  const found = new Set<SymbolDim>();
  const graphs = [...allGraphs(body)];
  const inside = new Set(graphs);
  const read = (value: Value | undefined): void => {
    if (value && !inside.has(value.graph)) addUnknowns(value.type, found);
  };
  for (const graph of graphs) {
    for (const node of graph.nodes()) for (const input of node.inputs) read(input);
    for (const output of graph.outputs) read(output);
  }
  return found;
}
