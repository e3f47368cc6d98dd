// What a body's facts tell the graph around it: sizes left open by the author always, conditions where the body surely runs.
import { type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { allGraphs } from '../ir/bodies.ts';
import type { Graph } from '../ir/graph.ts';
import type { Value } from '../ir/value.ts';

/**
 * Carries facts from a body to the graph around it. A size that is open there (a parameter's, which some number must settle) takes what
 * the body makes of it; a condition counts only where the body surely runs, since a branch that is not taken asks for nothing.
 *
 * @param runs whether every valid run of the graph runs the body
 */
export function hoistFacts(body: Graph, runs: boolean): void {
  const outer = body.parent?.facts;
  if (!outer || outer === body.facts) return;
  for (const symbol of openSymbols(body)) {
    const value = body.facts.solved(symbol);
    if (value && !outer.solved(symbol)) outer.unify(symbol, value, body.facts.settledBy(symbol));
  }
  if (!runs) return;
  outer.adopt(body.facts);
  for (const constraint of body.facts.constraints()) outer.require(constraint);
}

/** The unknown sizes of values that a body, or a body inside of it, reads from around it. */
function openSymbols(body: Graph): ReadonlySet<SymbolDim> {
  const found = new Set<SymbolDim>();
  const graphs = [...allGraphs(body)];
  const inside = new Set(graphs);
  const read = (value: Value | undefined): void => {
    const type = value && !inside.has(value.graph) ? value.type : undefined;
    if (type?.kind !== 'tensor' && type?.kind !== 'sparse') return;
    for (const dim of type.shape ?? []) {
      for (const symbol of symbolsOf(dim)) if (symbol.role === 'unknown') found.add(symbol);
    }
  };
  for (const graph of graphs) {
    for (const node of graph.nodes()) for (const input of node.inputs) read(input);
    for (const output of graph.outputs) read(output);
  }
  return found;
}
