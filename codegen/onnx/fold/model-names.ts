// The names of values in a model, each with the number of graphs that make it, and new ones beside them.
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import { madeNames } from './prune.ts';

/** Counts which names are made how often, bodies included: branches of one If may use a name twice. */
export class ModelNames {
  readonly #counts = new Map<string, number>();

  constructor(graph: GraphProto) {
    this.#count(graph);
  }

  /** How many graphs make a value of this name. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** A name that nothing has: the wish and a number. */
  invent(wish: string): string {
    for (let number = 1; ; number++) {
      const name = `${wish}_${number}`;
      if (this.#counts.has(name)) continue;
      this.#add(name);
      return name;
    }
  }

  #add(name: string): void {
    this.#counts.set(name, this.count(name) + 1);
  }

  #count(graph: GraphProto): void {
    // Inputs of old files name initializers again.
    for (const name of new Set([...madeNames(graph), ...(graph.input ?? []).map(({ name = '' }) => name)]))
      this.#add(name);
    this.#countBodies(graph.node ?? []);
  }

  #countBodies(nodes: readonly NodeProto[]): void {
    for (const { attribute = [] } of nodes) {
      for (const { g, graphs = [] } of attribute) {
        if (g) this.#count(g);
        for (const body of graphs) this.#count(body);
      }
    }
  }
}
