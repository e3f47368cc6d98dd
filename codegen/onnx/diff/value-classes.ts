// Gives values and nodes of two models the same number exactly where they compute the same from the same inputs.
import type { Attribute } from '../../../src/ir/attribute.ts';
import type { Graph, Node, Value } from '../../../src/ir/graph.ts';
import { formatType } from '../../../src/ir/type.ts';
import { isDefaultAttribute } from '../../../src/ops/default-attribute.ts';
import { isCommutative } from './commutative.ts';
import type { Numbering } from './numbering.ts';
import type { Weights } from './weights.ts';

/** What a node is by itself. */
interface LocalForm {
  /** Operator, attributes other than their defaults, how many outputs; bodies with what they capture left open. */
  readonly token: number;
  /** What its bodies read from around it, in the order of first use. */
  readonly captures: readonly Value[];
}

/** The classes of one graph and of the graphs around it; two sides that share a numbering can be compared. */
export class ValueClasses {
  /** Shared with the other side. */
  readonly numbering: Numbering;
  readonly #weights: Weights;
  readonly #values = new Map<Value, number>();
  readonly #nodes = new Map<Node, number>();
  readonly #local = new Map<Node, LocalForm>();
  readonly #captures: Value[] = [];

  constructor(numbering: Numbering, weights: Weights) {
    this.numbering = numbering;
    this.#weights = weights;
  }

  /** Says what a value stands for before anything else is asked: an input, or what a body takes from around it. */
  define(value: Value, token: string): void {
    this.#values.set(value, this.numbering.of(token));
  }

  /** Numbers the nodes of a graph, whose inputs are defined. */
  number(graph: Graph): void {
    this.#numberNodes(graph.nodes());
  }

  #numberNodes(nodes: Iterable<Node>): void {
    const { numbering } = this;
    for (const node of nodes) {
      const { token, captures } = this.#localForm(node);
      let own = token;
      const inputs = node.inputs.map((input) => (input ? this.ofValue(input) : numbering.of(MISSING)));
      if (isCommutative(node)) inputs.sort((x, y) => x - y);
      for (const input of inputs) own = numbering.pair(own, input);
      if (captures.length > 0) own = numbering.pair(own, numbering.of(CAPTURED));
      for (const value of captures) own = numbering.pair(own, this.ofValue(value));
      this.#nodes.set(node, own);
      node.outputs.forEach((output, i) => {
        this.#values.set(output, numbering.pair(own, numbering.place(i)));
      });
    }
  }

  /** The class of a value; of one that nothing here makes, where it stands among what is taken from around. */
  ofValue(value: Value): number {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const { source } = value;
    const isConstant = source.kind === 'constant';
    const token = isConstant ? `weight ${this.#weights.token(source.data)}` : `captured ${this.#captures.length}`;
    if (!isConstant) this.#captures.push(value);
    const number = this.numbering.of(token);
    this.#values.set(value, number);
    return number;
  }

  /** The class of a node that was numbered. */
  ofNode(node: Node): number | undefined {
    return this.#nodes.get(node);
  }

  /** What a node is by itself: operator, attributes other than their defaults, how many outputs; bodies included. */
  localToken(node: Node): number {
    return this.#localForm(node).token;
  }

  /** What the bodies of a node read from around it. */
  capturesOf(node: Node): readonly Value[] {
    return this.#localForm(node).captures;
  }

  #localForm(node: Node): LocalForm {
    const known = this.#local.get(node);
    if (known) return known;
    const inner = node.attributes.size > 0 ? new ValueClasses(this.numbering, this.#weights) : undefined;
    const text = `${operatorOf(node)}<${inner?.attributesToken(node) ?? ''}>${node.outputs.length}`;
    const form = { token: this.numbering.of(text), captures: inner ? inner.#captures : NOTHING };
    this.#local.set(node, form);
    return form;
  }

  /** The attributes of a node without those that only repeat a default. */
  attributesToken(node: Node): string {
    return [...node.attributes]
      .filter(([name, attribute]) => !isDefaultAttribute(node, name, attribute))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attribute]) => `${JSON.stringify(name)}=${this.attributeToken(attribute)}`)
      .join();
  }

  /** What an attribute holds, the same text for the same content. */
  attributeToken(attribute: Attribute): string {
    const { kind } = attribute;
    switch (kind) {
      case 'tensor':
        return this.#weights.token(attribute.value);
      case 'tensors':
        return `[${attribute.value.map((data) => this.#weights.token(data)).join()}]`;
      case 'sparse_tensor':
        return this.#sparse(attribute.value);
      case 'sparse_tensors':
        return `[${attribute.value.map((each) => this.#sparse(each)).join()}]`;
      case 'graph':
        return this.#graph(attribute.value);
      case 'graphs':
        return `[${attribute.value.map((body) => this.#graph(body)).join()}]`;
      case 'type_proto':
        return formatType(attribute.value);
      case 'type_protos':
        return `[${attribute.value.map((type) => formatType(type)).join()}]`;
      case 'ref':
        return `@${attribute.value}:${attribute.of}`;
      case 'string':
        return bytesToken(attribute.value);
      case 'strings':
        return `[${attribute.value.map(bytesToken).join()}]`;
      case 'float':
        return `f${Object.is(attribute.value, -0) ? '-0' : attribute.value}`;
      case 'floats':
        return `f[${[...attribute.value].map((each) => (Object.is(each, -0) ? '-0' : each)).join()}]`;
      case 'int':
        return `${attribute.value}`;
      case 'ints':
        return `[${attribute.value.join()}]`;
    }
  }

  #sparse({ values, indices, shape }: Extract<Attribute, { kind: 'sparse_tensor' }>['value']): string {
    return `sparse[${shape.join()}](${this.#weights.token(values)},${this.#weights.token(indices)})`;
  }

  /** A body: what it returns, computed from its inputs by position and from what stands around it. */
  #graph(body: Graph): string {
    body.inputs.forEach((input, i) => {
      this.define(input, `body input ${i}`);
    });
    this.#numberNodes(this.#byUse(body));
    const outputs = body.outputs.map((output) => this.ofValue(output));
    // What nobody reads is part of a body all the same.
    const loose = [...body.nodes()].filter((node) => isLoose(node)).map((node) => this.ofNode(node) ?? -1);
    return `body ${body.inputs.length} -> ${outputs.join()} | ${loose.sort((a, b) => a - b).join()}`;
  }

  /** The nodes of a body in an order that follows from what its outputs read, so that what it captures is met in the same order in any guise. */
  #byUse(body: Graph): Set<Node> {
    const order = new Set<Node>();
    const open = new Set<Node>();
    const makers = (values: readonly (Value | undefined)[]): Node[] =>
      values.flatMap((value) =>
        value?.source.kind === 'node' && value.source.node.graph === body ? [value.source.node] : [],
      );
    const stack = makers(body.outputs).reverse();
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      if (order.has(node) || open.has(node)) {
        order.add(node);
        stack.pop();
        continue;
      }
      open.add(node);
      stack.push(...makers([...node.inputs, ...this.capturesOf(node)]).reverse());
    }
    // What nobody reads stands behind.
    for (const node of body.nodes()) order.add(node);
    return order;
  }
}

const NOTHING: readonly Value[] = [];

/** Tokens that no value has. */
const MISSING = 'no input';
const CAPTURED = 'from around';

/** The operator with its domain and overload; lengths keep them apart. */
const operatorOf = ({ domain, op, overload }: Node): string =>
  `operator ${op.length}.${domain.length} ${op}${domain}${overload}`;

/** Whether two nodes have the same operator, domain and overload included. */
export const sameOperator = (a: Node, b: Node): boolean =>
  a.op === b.op && a.domain === b.domain && a.overload === b.overload;

const isLoose = (node: Node): boolean =>
  node.outputs.every((output) => output.users.length === 0 && output.returnedBy.length === 0);

function bytesToken(value: string | Uint8Array): string {
  return typeof value === 'string' ? JSON.stringify(value) : `bytes[${value.join()}]`;
}
