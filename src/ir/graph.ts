// The typed graph: values, nodes in a valid order, bodies. Mutation goes through the builder's methods here and the rewrite API.
import { invariant } from '../base/assert-never.ts';
import type { Origin } from '../base/origin.ts';
import { Facts } from '../dim/facts.ts';
import type { Attribute } from './attribute.ts';
import type { Claim } from './claim.ts';
import { contentOfData } from './content.ts';
import type { DType } from './dtype.ts';
import { INFERENCE_LIMITS, type InferenceLimits } from './inference-limits.ts';
import { Node, NodeIterator, type NodeParts } from './node.ts';
import type { ParameterCell } from './parameter-cell.ts';
import type { TensorData } from './tensor-data.ts';
import { tensorType, type ValueType } from './type.ts';
import { Value } from './value.ts';

export { Node, type NodeParts } from './node.ts';
export { type ShapeSpec, type SizeSpec, Value, type ValueSource } from './value.ts';

/** A function of the model: a body with formal inputs, outputs and attributes, called by nodes of its domain and name. */
export interface FunctionDefinition {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly body: Graph;
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly opsets: ReadonlyMap<string, number>;
}

/** The settings of a new graph. */
export interface GraphOptions {
  readonly name?: string;
  /** The graph whose node holds this one as a body; what is known there holds here, and so do its opsets unless others are given. */
  readonly parent?: Graph;
  /** Domain to version; `''` is ai.onnx. */
  readonly opsets?: ReadonlyMap<string, number>;
}

/** Opset that new graphs are inferred at; emission raises it where an operator needs it. */
export const DEFAULT_OPSET = 21;

/** A graph: inputs, parameters and constants, nodes in a valid order, outputs, and the facts about its dims. */
export class Graph {
  name: string;
  readonly parent: Graph | undefined;
  readonly opsets: Map<string, number>;
  readonly functions = new Map<string, FunctionDefinition>();
  readonly metadata = new Map<string, string>();
  /** The node that holds this graph as a body; set when the node is added. */
  owner: Node | undefined;
  /** How much inference may be asked to do; of the outermost graph, those of others are not looked at. */
  limits: InferenceLimits = INFERENCE_LIMITS;
  /** A place for what inference remembers of its nodes; nothing else reads it. */
  memo: unknown;
  /** What a file or an author states of its values; inference meets it each time it infers one of them. */
  claims: Map<Value, Claim> | undefined;
  #facts: Facts;
  readonly #inputs: Value[] = [];
  readonly #parameters = new Map<ParameterCell, Value>();
  readonly #constants: Value[] = [];
  #outputs: Value[] = [];
  #first: Node | undefined;
  #last: Node | undefined;
  #nodeCount = 0;
  #bodyHolders = 0;

  constructor(options: GraphOptions = {}) {
    this.name = options.name ?? 'graph';
    this.parent = options.parent;
    this.#facts = options.parent?.facts.fork() ?? new Facts();
    this.opsets = options.opsets ? new Map(options.opsets) : (options.parent?.opsets ?? new Map([['', DEFAULT_OPSET]]));
  }

  /** What is known of the dims. A body knows more than the graph around it: it may run only where more holds. */
  get facts(): Facts {
    return this.#facts;
  }

  /** Lets a body start over from what the graph around it knows; inference does so before it infers the body again. */
  renewFacts(): void {
    if (this.parent) this.#facts = this.parent.facts.fork();
  }

  /** The outermost graph. */
  get root(): Graph {
    return this.parent?.root ?? this;
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  /** Parameters in the order of their first use. */
  get parameters(): readonly Value[] {
    return [...this.#parameters.values()];
  }

  /** Constant tensors (initializers without a layer). */
  get constants(): readonly Value[] {
    return this.#constants;
  }

  get nodeCount(): number {
    return this.#nodeCount;
  }

  /** The nodes in order; nodes that are added or removed while iterating behind the current one are honoured. */
  nodes(): IterableIterator<Node> {
    return new NodeIterator(this.#first);
  }

  /** Whether a node holds a body. */
  get hasBodies(): boolean {
    return this.#bodyHolders > 0;
  }

  /** Adds an input with its declared type. */
  addInput(name: string, type: ValueType, origin?: Origin): Value {
    const value = new Value(this, { kind: 'input' }, type, name, origin);
    this.#inputs.push(value);
    return value;
  }

  /** The value of a parameter cell in this graph, added on first use; `dtype` is what this graph takes it to be. */
  addParameter(
    cell: ParameterCell,
    options: { readonly dtype?: DType; readonly origin?: Origin | undefined } = {},
  ): Value {
    const known = this.#parameters.get(cell);
    if (known) return known;
    const value = new Value(
      this,
      { kind: 'parameter', cell },
      { kind: 'tensor', dtype: options.dtype ?? cell.dtype, shape: cell.shape },
      undefined,
      options.origin,
    );
    this.#parameters.set(cell, value);
    return value;
  }

  /** Adds a constant tensor. */
  addConstant(data: TensorData, name?: string, origin?: Origin): Value {
    const value = new Value(this, { kind: 'constant', data }, tensorType(data.dtype, data.shape), name, origin);
    value.setType(tensorType(data.dtype, data.shape), contentOfData(data));
    this.#constants.push(value);
    return value;
  }

  /** Adds a node at the end, or before another node of this graph. */
  addNode(parts: NodeParts, before?: Node): Node {
    const node = new Node(this, parts);
    for (const input of node.inputs) input?.addUser(node);
    if (node.bodies.length > 0) this.#bodyHolders++;
    for (const body of node.bodies) body.owner = node;
    const previous = before ? before.previous : this.#last;
    node.previous = previous;
    node.next = before;
    if (previous) previous.next = node;
    else this.#first = node;
    if (before) before.previous = node;
    else this.#last = node;
    node.attached = true;
    this.#nodeCount++;
    return node;
  }

  /** Sets the outputs. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) value.dropReturn(this);
    this.#outputs = values.slice();
    for (const value of values) value.addReturn(this);
  }

  /** Empties a body that no node holds any more, so that it counts no longer as a reader of the values around it. */
  release(): void {
    this.setOutputs([]);
    for (let node = this.#last; node; node = this.#last) this.detach(node);
  }

  /**
   * Takes a node out, and its bodies unless another node has taken them over; only the rewrite API calls it, once nothing reads the
   * node's outputs.
   */
  detach(node: Node): void {
    invariant(node.graph === this && node.attached, `node ${node.op} is not part of graph ${this.name}`);
    for (const input of node.inputs) input?.dropUser(node);
    if (node.bodies.length > 0) this.#bodyHolders--;
    for (const body of node.bodies) if (body.owner === node) body.release();
    if (node.previous) node.previous.next = node.next;
    else this.#first = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous;
    node.attached = false;
    this.#nodeCount--;
  }

  /** Drops constants and parameters that nothing reads; only the rewrite API calls it. */
  dropUnusedConstants(): number {
    const used = (value: Value): boolean => value.isRead || value.returnedBy.length > 0;
    const before = this.#constants.length + this.#parameters.size;
    const kept = this.#constants.filter(used);
    this.#constants.splice(0, this.#constants.length, ...kept);
    for (const [cell, value] of this.#parameters) if (!used(value)) this.#parameters.delete(cell);
    return before - this.#constants.length - this.#parameters.size;
  }
}
