// The names that the text of a graph may read.
import { symbolsOf } from '../dim/dim.ts';
import type { Graph, Value } from './graph.ts';
import { mapDims, type ValueType } from './type.ts';

/** Names that are visible, and what was said of values that are not made yet. */
export interface Scope {
  readonly values: Map<string, Value>;
  /** Weights without data, and types of inner values: which of the two they are shows when they are read or made. */
  readonly types: Map<string, ValueType>;
  readonly outputTypes: Map<string, ValueType>;
  readonly graph: Graph;
  readonly outer: Scope | undefined;
}

/** The names of a graph that stands, and of those around it. */
export function scopeOf(graph: Graph): Scope {
  const made = Array.from(graph.nodes(), ({ outputs }) => outputs).flat();
  const named = [...graph.inputs, ...graph.parameters, ...graph.constants, ...made].flatMap((value) => {
    const name = value.name ?? (value.source.kind === 'parameter' ? value.source.cell.path : undefined);
    return name ? [[name, value] as const] : [];
  });
  const outer = graph.parent && scopeOf(graph.parent);
  return { values: new Map(named), types: new Map(), outputTypes: new Map(), graph, outer };
}

/** The names of the symbols in the sizes of what a scope holds. */
export function symbolsIn(scope: Scope): ReadonlySet<string> {
  const names = new Set(scope.outer && symbolsIn(scope.outer));
  for (const { type } of scope.values.values()) {
    mapDims(type, (dim) => {
      for (const { role, name } of symbolsOf(dim)) if (role === 'named') names.add(name);
      return dim;
    });
  }
  return names;
}
