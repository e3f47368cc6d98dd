// The typed graph: values, nodes in order, bodies. Mutation goes through the builder's methods here and the rewrite API.
import { invariant } from '../base/assert-never.ts';
import { dimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { Facts } from '../dim/facts.ts';
import { type Attribute, type Attributes, NO_ATTRIBUTES } from './attribute.ts';
import type { Content } from './content.ts';
import { contentOfData } from './content.ts';
import type { DType } from './dtype.ts';
import type { OperatorRow } from './operator.ts';
import type { ParameterCell } from './parameter-cell.ts';
import type { TensorData } from './tensor-data.ts';
import { mapDims, type Shape, tensorType, type ValueType } from './type.ts';

/** One size as an author writes it: a number, a symbol or expression, or unknown (`'?'` or null). */
export type SizeSpec = number | string | null;
/** Sizes as an author writes them. */
export type ShapeSpec = readonly SizeSpec[];

/** What makes a value: its node, or that it stands at the graph's edge. */
export type ValueSource =
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }
  | { readonly kind: 'input' }
  | { readonly kind: 'parameter'; readonly cell: ParameterCell }
  | { readonly kind: 'constant'; readonly data: TensorData };

/**
 * A value of a graph: what an input, a parameter, a constant or a node's output is.
 * The type parameters carry dtype and sizes where the author's call knows them.
 */
export class Value<D extends DType = DType, S extends ShapeSpec = ShapeSpec> {
  /** Types only; never set. */
  declare readonly staticType?: { readonly dtype: D; readonly shape: S };
  readonly graph: Graph;
  readonly source: ValueSource;
  /** The name in the file; inner values without a name are named by path when they are emitted. */
  name: string | undefined;
  readonly origin: Origin | undefined;
  /** Nodes that read this value, one entry per use, bodies that capture it included. */
  readonly users: Node[] = [];
  #type: ValueType;
  #content: Content | undefined;
  #resolvedAt = -1;
  /** True where the call that made it was a mistake; what reads it makes no second complaint. */
  poisoned = false;

  constructor(graph: Graph, source: ValueSource, type: ValueType, name?: string, origin?: Origin) {
    this.graph = graph;
    this.source = source;
    this.#type = type;
    this.name = name;
    this.origin = origin;
  }

  /** The inferred type, under all that the graph knows by now. */
  get type(): ValueType {
    const { facts } = this.graph;
    if (this.#resolvedAt !== facts.version) {
      this.#type = mapDims(this.#type, (dim) => facts.simplify(dim));
      this.#resolvedAt = facts.version;
    }
    return this.#type;
  }

  /**
   * The element type.
   *
   * @throws KIND_MISMATCH when the value is no tensor, or its element type is not known
   */
  get dtype(): D {
    const { type } = this;
    if ((type.kind === 'tensor' || type.kind === 'sparse') && type.dtype !== 'undefined') return type.dtype as D;
    throw dimwiseError({
      code: 'KIND_MISMATCH',
      message: `${this.label} has no known element type`,
      origin: this.origin,
    });
  }

  /**
   * The sizes, symbolic where they may vary, under all that the graph knows by now.
   *
   * @throws RANK_UNKNOWN when the number of axes is not known yet
   * @throws KIND_MISMATCH when the value is no tensor
   */
  get shape(): Shape {
    const { type } = this;
    if (type.kind !== 'tensor' && type.kind !== 'sparse') {
      if (type.kind === 'unknown') throw unknownRank(this);
      throw dimwiseError({
        code: 'KIND_MISMATCH',
        message: `${this.label} is a ${type.kind}, which has no shape`,
        origin: this.origin,
      });
    }
    if (!type.shape) throw unknownRank(this);
    return type.shape;
  }

  /**
   * The number of axes.
   *
   * @throws RANK_UNKNOWN when it is not known yet
   */
  get rank(): number {
    return this.shape.length;
  }

  /** The value in a message: by name where it has one. */
  get label(): string {
    if (this.source.kind === 'parameter') return `parameter ${this.source.cell.path}`;
    if (this.name) return `value "${this.name}"`;
    return this.source.kind === 'node' ? `output ${this.source.index} of ${this.source.node.op}` : 'a value';
  }

  /** What is known of the elements; undefined where nothing is. */
  get content(): Content | undefined {
    return this.#content;
  }

  /** Sets what inference found; only the inference engine and the reader call it. */
  setType(type: ValueType, content?: Content): void {
    this.#type = type;
    this.#content = content;
    this.#resolvedAt = -1;
  }
}

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
    this.name = parts.name;
    this.origin = parts.origin;
    const outputs: Value[] = [];
    for (let index = 0; index < parts.outputs; index++) {
      outputs.push(new Value(graph, { kind: 'node', node: this, index }, UNTYPED, undefined, parts.origin));
    }
    this.outputs = outputs;
  }

  /** The inputs in order; undefined where an optional one is absent. */
  get inputs(): readonly (Value | undefined)[] {
    return this.#inputs;
  }

  /** Makes input `i` another value; only the rewrite API calls it. */
  setInput(i: number, value: Value | undefined): void {
    const old = this.#inputs[i];
    if (old) dropUser(old, this);
    this.#inputs[i] = value;
    value?.users.push(this);
  }

  /** An attribute by name; schema defaults are not applied here. */
  attribute(name: string): Attribute | undefined {
    return this.attributes.get(name);
  }
}

function unknownRank(value: Value) {
  return dimwiseError({
    code: 'RANK_UNKNOWN',
    message: `the shape of ${value.label} is not known before a batch is bound`,
    origin: value.origin,
    hint: 'declare the shape of the model input, or read the shape after bind()',
  });
}

const UNTYPED: ValueType = Object.freeze({ kind: 'unknown' });

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
  /** The graph whose node holds this one as a body; facts and opsets are shared with it. */
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
  readonly facts: Facts;
  readonly opsets: Map<string, number>;
  readonly functions = new Map<string, FunctionDefinition>();
  readonly metadata = new Map<string, string>();
  readonly #inputs: Value[] = [];
  readonly #parameters = new Map<ParameterCell, Value>();
  readonly #constants: Value[] = [];
  #outputs: Value[] = [];
  #first: Node | undefined;
  #last: Node | undefined;
  #nodeCount = 0;

  constructor(options: GraphOptions = {}) {
    this.name = options.name ?? 'graph';
    this.parent = options.parent;
    this.facts = options.parent?.facts ?? new Facts();
    this.opsets = options.parent?.opsets ?? new Map(options.opsets ?? [['', DEFAULT_OPSET]]);
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
  *nodes(): IterableIterator<Node> {
    for (let node = this.#first; node; ) {
      const next: Node | undefined = node.next;
      yield node;
      node = node.attached ? node.next : next;
    }
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
      tensorType(options.dtype ?? cell.dtype, cell.shape),
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
    for (const input of node.inputs) input?.users.push(node);
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
    this.#outputs = values.slice();
  }

  /** Takes a node out; only the rewrite API calls it, once nothing reads the node's outputs. */
  detach(node: Node): void {
    invariant(node.graph === this && node.attached, `node ${node.op} is not part of graph ${this.name}`);
    for (const input of node.inputs) if (input) dropUser(input, node);
    if (node.previous) node.previous.next = node.next;
    else this.#first = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous;
    node.attached = false;
    this.#nodeCount--;
  }

  /** Drops constants and parameters that nothing reads; only the rewrite API calls it. */
  dropUnusedConstants(): number {
    const used = (value: Value): boolean => value.users.length > 0 || this.#outputs.includes(value);
    const before = this.#constants.length + this.#parameters.size;
    const kept = this.#constants.filter(used);
    this.#constants.splice(0, this.#constants.length, ...kept);
    for (const [cell, value] of this.#parameters) if (!used(value)) this.#parameters.delete(cell);
    return before - this.#constants.length - this.#parameters.size;
  }
}

/** Removes one use of a value by a node. */
export function dropUser(value: Value, node: Node): void {
  const at = value.users.lastIndexOf(node);
  if (at < 0) return;
  const last = value.users.pop();
  if (last && at < value.users.length) value.users[at] = last;
}
