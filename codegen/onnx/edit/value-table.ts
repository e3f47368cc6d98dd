// What a graph makes, by name: for edits that speak of values.

import { type DimwiseError, dimwiseError } from '../../../src/base/errors.ts';
import { didYouMean } from '../../../src/base/nearest.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import { describeNode } from '../sort-nodes.ts';

/** What makes a value of the main graph. */
export type Maker = { readonly kind: 'input' | 'initializer' } | { readonly kind: 'node'; readonly node: NodeProto };

const INPUT: Maker = { kind: 'input' };
const INITIALIZER: Maker = { kind: 'initializer' };

/** The values of a main graph with their makers, and the names that its bodies make. */
export class ValueTable {
  /** What makes each value of the main graph. An input with a default value is an initializer. */
  readonly makers = new Map<string, Maker>();
  /** The node whose body makes a value, by the value's name. */
  readonly inner = new Map<string, string>();
  readonly #index = new Map<NodeProto, number>();

  constructor(graph: GraphProto) {
    for (const { name } of graph.input ?? []) if (name) this.makers.set(name, INPUT);
    for (const { name } of graph.initializer ?? []) if (name) this.makers.set(name, INITIALIZER);
    for (const { values } of graph.sparseInitializer ?? []) if (values?.name) this.makers.set(values.name, INITIALIZER);
    for (const [index, node] of (graph.node ?? []).entries()) {
      this.#index.set(node, index);
      for (const name of node.output ?? []) if (name) this.makers.set(name, { kind: 'node', node });
      for (const body of bodiesOf(node)) this.#enter(body, this.describe(node));
    }
  }

  /** Whether any graph of the model makes a value of this name. */
  has(name: string): boolean {
    return this.makers.has(name) || this.inner.has(name);
  }

  /** A node of the main graph in words. */
  describe(node: NodeProto): string {
    return describeNode(node, this.#index.get(node) ?? 0);
  }

  /**
   * What makes a value of the main graph.
   *
   * @param asker what names it, for messages: `extract`
   * @throws VALUE_UNKNOWN when there is none of that name, or it lies in a body
   */
  require(name: string, asker: string): Maker {
    const maker = this.makers.get(name);
    if (maker) return maker;
    throw this.unknown(name, asker);
  }

  /** The mistake that no value of the main graph has a name. */
  unknown(name: string, asker: string): DimwiseError {
    const owner = this.inner.get(name);
    if (owner !== undefined) {
      return dimwiseError({
        code: 'VALUE_UNKNOWN',
        message: `${asker}: value "${name}" lies in a body of ${owner}, and only values of the main graph can be named here`,
        origin: { what: owner },
        actual: name,
        hint: `name an output of ${owner}, or a value before it`,
      });
    }
    return unknownValue(name, asker, this.makers.keys());
  }

  #enter(graph: GraphProto, owner: string): void {
    const enter = (name: string | undefined): void => {
      if (name && !this.inner.has(name)) this.inner.set(name, owner);
    };
    for (const { name } of [...(graph.input ?? []), ...(graph.initializer ?? [])]) enter(name);
    for (const { values } of graph.sparseInitializer ?? []) enter(values?.name);
    for (const node of graph.node ?? []) {
      for (const name of node.output ?? []) enter(name);
      for (const body of bodiesOf(node)) this.#enter(body, owner);
    }
  }
}

/** The mistake that a model has no value, output, ... of a name. */
export function unknownValue(name: string, asker: string, names: Iterable<string>, kind = 'value'): DimwiseError {
  const known = [...names];
  const shown = known.slice(0, 8).map((each) => `"${each}"`);
  const rest = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  return dimwiseError({
    code: kind === 'node' ? 'NODE_UNKNOWN' : 'VALUE_UNKNOWN',
    message: `${asker}: the model has no ${kind} "${name}"; it has ${shown.join(', ') || 'none'}${rest}`,
    expected: known.slice(0, 8).join(', '),
    actual: name,
    hint: didYouMean(name, known),
  });
}

/** The names that a node takes from the graph around it: its inputs, and what its bodies capture. */
export function* readsOf(node: NodeProto): Iterable<string> {
  for (const name of node.input ?? []) if (name) yield name;
  for (const body of bodiesOf(node)) yield* capturedBy(body);
}

function capturedBy(body: GraphProto): ReadonlySet<string> {
  const own = new Set<string>();
  for (const { name } of [...(body.input ?? []), ...(body.initializer ?? [])]) if (name) own.add(name);
  for (const { values } of body.sparseInitializer ?? []) if (values?.name) own.add(values.name);
  for (const { output = [] } of body.node ?? []) for (const name of output) if (name) own.add(name);
  const captured = new Set<string>();
  for (const node of body.node ?? []) for (const name of readsOf(node)) if (!own.has(name)) captured.add(name);
  for (const { name } of body.output ?? []) if (name && !own.has(name)) captured.add(name);
  return captured;
}
