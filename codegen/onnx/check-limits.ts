// Counts what a model message asks for before anything is made of it; a stack in place of recursion, each graph once.
import { type AllLimits, beyondLimit } from './limits.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from './proto/messages.ts';
import type { TensorProto } from './proto/tensor-messages.ts';
import type { TypeProto } from './proto/type-messages.ts';
import { short } from './short-text.ts';

/**
 * Checks the graphs and functions of a model against the limits of nodes, names and nesting.
 *
 * @throws ONNX_LIMIT when it has more of something than its limit
 */
export function checkLimits(model: ModelProto, limits: AllLimits): void {
  const count = new Count(limits);
  if (model.graph) count.graph(model.graph, 0);
  for (const {
    name = '',
    input = [],
    output = [],
    node = [],
    attributeProto = [],
    valueInfo = [],
  } of model.functions ?? []) {
    count.names(input);
    count.names(output);
    count.infos(valueInfo);
    count.attributes(attributeProto, `function "${short(name)}"`, 0);
    count.nodes(node, `function "${short(name)}"`, 0);
    count.finish();
  }
}

/** A graph that is still to be counted. */
interface Waiting {
  readonly graph: GraphProto;
  readonly depth: number;
}

class Count {
  readonly #limits: AllLimits;
  readonly #waiting: Waiting[] = [];
  #nodes = 0;
  #names = 0;

  constructor(limits: AllLimits) {
    this.#limits = limits;
  }

  graph(graph: GraphProto, depth: number): void {
    this.#waiting.push({ graph, depth });
    this.finish();
  }

  /** Counts the bodies that were found, and those inside of them. */
  finish(): void {
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) {
      const { graph, depth } = next;
      const owner = `graph "${short(graph.name ?? '')}"`;
      this.infos(graph.input ?? []);
      this.infos(graph.output ?? []);
      this.infos(graph.valueInfo ?? []);
      for (const tensor of graph.initializer ?? []) this.#tensor(tensor);
      for (const { values } of graph.sparseInitializer ?? []) if (values) this.#tensor(values);
      this.nodes(graph.node ?? [], owner, depth);
    }
  }

  nodes(nodes: readonly NodeProto[], owner: string, depth: number): void {
    this.#nodes += nodes.length;
    if (this.#nodes > this.#limits.nodes) {
      throw beyondLimit('nodes', this.#limits.nodes, `with ${owner} the model has ${this.#nodes} nodes`, owner);
    }
    for (const { input, output, attribute, name = '', opType = '' } of nodes) {
      if (input) this.#ownNames(input, 'inputs', name, opType, owner);
      if (output) this.#ownNames(output, 'outputs', name, opType, owner);
      if (attribute) this.attributes(attribute, owner, depth);
    }
  }

  attributes(attributes: readonly AttributeProto[], owner: string, depth: number): void {
    for (const { name = '', g, graphs, t } of attributes) {
      this.#name(name);
      if (t) this.#tensor(t);
      if (!g && !graphs) continue;
      if (depth >= this.#limits.graphDepth) {
        throw beyondLimit(
          'graphDepth',
          this.#limits.graphDepth,
          `attribute "${short(name)}" of a node of ${owner} holds a subgraph at depth ${depth + 1}`,
          owner,
        );
      }
      if (g) this.#waiting.push({ graph: g, depth: depth + 1 });
      for (const graph of graphs ?? []) this.#waiting.push({ graph, depth: depth + 1 });
    }
  }

  infos(infos: readonly ValueInfoProto[]): void {
    for (const { name = '', type } of infos) {
      this.#name(name);
      if (type) this.#type(type, name);
    }
  }

  names(names: readonly string[]): void {
    for (const name of names) this.#name(name);
  }

  /** Lists of one node are handed on as arguments, of which the stack holds so many. */
  #ownNames(list: readonly string[], what: string, name: string, opType: string, owner: string): void {
    const { nodeNames } = this.#limits;
    if (list.length > nodeNames) {
      const node = `node "${short(name)}" (${short(opType)}) of ${owner}`;
      throw beyondLimit('nodeNames', nodeNames, `${node} has ${list.length} ${what}`, owner);
    }
    this.names(list);
  }

  #name(name: string): void {
    this.#names++;
    const { names, nameLength } = this.#limits;
    if (this.#names > names)
      throw beyondLimit('names', names, `at name "${short(name)}" the model has ${this.#names} names`);
    if (name.length > nameLength) {
      throw beyondLimit('nameLength', nameLength, `the name "${short(name)}" has ${name.length} characters`);
    }
  }

  #tensor({ name = '', dims }: TensorProto): void {
    this.#name(name);
    if (dims) this.#rank(dims.length, `tensor "${short(name)}"`);
  }

  #type(type: TypeProto, owner: string): void {
    const { tensorType, sparseTensorType, sequenceType, optionalType, mapType } = type;
    for (const { shape } of [tensorType, sparseTensorType].filter((each) => each !== undefined)) {
      const { dim = [] } = shape ?? {};
      this.#rank(dim.length, `value "${short(owner)}"`);
      for (const { dimParam } of dim) if (dimParam) this.#name(dimParam);
    }
    const inner = sequenceType?.elemType ?? optionalType?.elemType ?? mapType?.valueType;
    // Types in each other are messages in each other, of which the decoder has counted the depth.
    if (inner) this.#type(inner, owner);
  }

  #rank(rank: number, owner: string): void {
    const limit = this.#limits.rank;
    if (rank > limit) throw beyondLimit('rank', limit, `${owner} has rank ${rank}`, owner);
  }
}
