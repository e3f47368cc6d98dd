// What the scopes of a model make and read: names of values, and what bodies take from around them.
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import type { ModelView, Scope } from './scopes.ts';

/** What makes a value. */
export type Maker =
  | { readonly kind: 'input' | 'initializer'; readonly index: number }
  | { readonly kind: 'node'; readonly index: number };

/** The names of a model. */
export class Names {
  readonly #made = new Map<Scope, ReadonlyMap<string, Maker>>();
  readonly #captured = new Map<Scope, ReadonlySet<string>>();

  constructor({ scopes }: ModelView) {
    for (const scope of scopes) this.#made.set(scope, makersOf(scope.graph));
    // Inner scopes stand behind outer ones, and what an outer one captures depends on them.
    for (let i = scopes.length - 1; i >= 0; i--) {
      const scope = scopes[i];
      if (scope?.kind === 'body') this.#captured.set(scope, this.#capturedBy(scope));
    }
  }

  /** What makes each value of a scope; the first one where several do. */
  made(scope: Scope): ReadonlyMap<string, Maker> {
    return this.#made.get(scope) ?? NOTHING;
  }

  /** The scope that makes a name, from a scope outwards. */
  find(scope: Scope, name: string): Scope | undefined {
    for (let at: Scope | undefined = scope; at; at = at.outer) if (this.made(at).has(name)) return at;
    return undefined;
  }

  /** Names that a node reads: its inputs and what its bodies take from around them. */
  *reads(scope: Scope, index: number, node: NodeProto): Iterable<string> {
    for (const name of node.input ?? []) if (name) yield name;
    for (const body of scope.bodies.get(index) ?? []) yield* this.#captured.get(body) ?? [];
  }

  #capturedBy(scope: Scope): ReadonlySet<string> {
    const own = this.made(scope);
    const captured = new Set<string>();
    for (const [index, node] of (scope.graph.node ?? []).entries()) {
      for (const name of this.reads(scope, index, node)) if (!own.has(name)) captured.add(name);
    }
    for (const { name } of scope.graph.output ?? []) if (name && !own.has(name)) captured.add(name);
    return captured;
  }
}

const NOTHING: ReadonlyMap<string, Maker> = new Map();

function makersOf(graph: GraphProto): Map<string, Maker> {
  const makers = new Map<string, Maker>();
  const add = (name: string | undefined, maker: Maker): void => {
    if (name && !makers.has(name)) makers.set(name, maker);
  };
  for (const [index, { name }] of (graph.input ?? []).entries()) add(name, { kind: 'input', index });
  for (const [index, name] of initializerNames(graph).entries()) add(name, { kind: 'initializer', index });
  for (const [index, { output = [] }] of (graph.node ?? []).entries()) {
    for (const name of output) add(name, { kind: 'node', index });
  }
  return makers;
}

/** The names of a graph's initializers, dense ones first. */
export function initializerNames(graph: GraphProto): string[] {
  return [
    ...(graph.initializer ?? []).map(({ name = '' }) => name),
    ...(graph.sparseInitializer ?? []).map(({ values }) => values?.name ?? ''),
  ];
}
