// Nodes of a graph: one operation each, linked in the graph's order.
import type { Origin } from '../base/origin.ts';
import { type Attribute, type Attributes, bodiesIn, NO_ATTRIBUTES } from './attribute.ts';
import type { Graph } from './graph.ts';
import type { OperatorRow } from './operator.ts';
import { UNKNOWN_TYPE } from './type.ts';
import { Value } from './value.ts';

/** What a node is made of. */
export interface NodeParts {
  readonly domain: string;
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: number;
  readonly attributes?: Attributes | undefined;
  readonly name?: string | undefined;
  readonly origin?: Origin | undefined;
  /** Names a function among overloads (IR 10). */
  readonly overload?: string | undefined;
  /** The row of a layer node, which travels with it; operators of ONNX are looked up by name. */
  readonly row?: OperatorRow | undefined;
}

/** One operation: an operator of ONNX, a layer (domain `dimwise.nn`) or a call of a function of the model. */
export class Node {
  readonly graph: Graph;
  readonly domain: string;
  readonly op: string;
  readonly overload: string;
  readonly row: OperatorRow | undefined;
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** The bodies among the attributes, in the order of the sorted names. */
  readonly bodies: readonly Graph[];
  readonly origin: Origin | undefined;
  readonly #inputs: (Value | undefined)[];
  name: string | undefined;
  /** Entries that go into the file beside the node (`metadata_props`). */
  metadata: ReadonlyMap<string, string> | undefined;
  /** Neighbours in the graph's order; kept by the graph. */
  previous: Node | undefined;
  next: Node | undefined;
  /** True while the node is part of its graph. */
  attached = false;

  constructor(graph: Graph, parts: NodeParts) {
    this.graph = graph;
    this.domain = parts.domain;
    this.op = parts.op;
    this.overload = parts.overload ?? '';
    this.row = parts.row;
    this.#inputs = parts.inputs.slice();
    this.attributes = parts.attributes ?? NO_ATTRIBUTES;
    this.bodies = bodiesIn(this.attributes);
    this.name = parts.name;
    this.origin = parts.origin;
    // A list that grows takes room for many entries at once; nearly all nodes have one output.
    const outputs = parts.outputs > 0 ? [outputOf(this, 0)] : [];
    for (let index = 1; index < parts.outputs; index++) outputs.push(outputOf(this, index));
    this.outputs = outputs;
  }

  /** The inputs in order; undefined where an optional one is absent. */
  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }

  /** Makes input `i` another value; only the rewrite API calls it. */
  setInput(i: number, value: Value | undefined): void {
    const old = this.#inputs[i];
    old?.dropUser(this);
    this.#inputs[i] = value;
    value?.addUser(this);
  }

  /** An attribute by name; schema defaults are not applied here. */
  attribute(name: string): Attribute | undefined {
    return this.attributes.get(name);
  }
}

const outputOf = (node: Node, index: number): Value =>
  new Value(node.graph, { kind: 'node', node, index }, UNKNOWN_TYPE, undefined, node.origin);

/** Goes through nodes by their links; a class, because it costs less than a generator where graphs are large. */
export class NodeIterator implements IterableIterator<Node> {
  #node: Node | undefined;
  #next: Node | undefined;

  /** @param first the node to begin with */
  constructor(first: Node | undefined) {
    this.#next = first;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Node> {
    // The current node may have been taken out meanwhile; then the one that followed it when it was given comes.
    const node = this.#node?.attached ? this.#node.next : this.#next;
    this.#node = node;
    this.#next = node?.next;
    return node ? { done: false, value: node } : { done: true, value: undefined };
  }
}
