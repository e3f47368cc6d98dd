// Builds graphs from ONNX messages: values by name, scopes of bodies, initializers as constants.
import type { Diagnostic } from '../../src/base/errors.ts';
import type { Origin } from '../../src/base/origin.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph, type Node, type Value } from '../../src/ir/graph.ts';
import { UNKNOWN_TYPE, type ValueType } from '../../src/ir/type.ts';
import { PATH_KEY } from './graph-writer.ts';
import { malformed } from './malformed.ts';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from './proto/messages.ts';
import type { StringStringEntryProto } from './proto/tensor-messages.ts';
import { readAttributeProto } from './read-attribute.ts';
import { type ResolveExternal, readSparseTensor, readTensor } from './read-tensor.ts';
import type { TypeReader } from './read-type.ts';
import { describeNode, NodeSorter } from './sort-nodes.ts';

/** Names that are visible in a graph, those of the graphs around it included. */
interface Scope {
  readonly values: Map<string, Value>;
  readonly outer: Scope | undefined;
}

/** What reading a graph needs, and what it gives beside the graph. */
export interface GraphReading {
  readonly types: TypeReader;
  readonly resolve: ResolveExternal;
  readonly inFunction: boolean;
  /** Whether every initializer must be an input too, as before IR version 4. */
  readonly inputsListInitializers: boolean;
  /** Takes the types that the file states for values that are not inputs. */
  readonly declared: Map<Value, ValueType>;
  /** Takes what was put right or left out. */
  readonly note: (diagnostic: Diagnostic) => void;
}

/** Reads the graphs of one scope of names. */
export class GraphReader {
  readonly #reading: GraphReading;
  readonly #sorter = new NodeSorter();

  constructor(reading: GraphReading) {
    this.#reading = reading;
  }

  /**
   * Fills a graph from its message.
   *
   * @param graph an empty graph
   * @param owner the graph, for messages: `graph "main"`
   * @throws ONNX_MALFORMED when a name is made twice or by nothing, or the nodes form a circle
   */
  readInto(graph: Graph, proto: GraphProto, owner: string): void {
    this.#read(graph, proto, owner, undefined);
  }

  #read(graph: Graph, proto: GraphProto, owner: string, outer: Scope | undefined): void {
    const scope: Scope = { values: new Map(), outer };
    const defined = initializerNames(proto);
    for (const info of proto.input ?? []) {
      const name = info.name ?? '';
      if (defined.has(name)) {
        if (!this.#reading.inputsListInitializers) this.#noteDefault(name, owner);
      } else this.#define(scope, name, graph.addInput(name, this.#typeOf(info), { what: `input "${name}"` }), owner);
    }
    this.#initializers(graph, proto, scope, owner);
    const infos = new Map([...(proto.valueInfo ?? []), ...(proto.output ?? [])].map((info) => [info.name ?? '', info]));
    const { nodes, changed } = this.#sorter.sort(proto.node ?? [], owner);
    if (changed) {
      this.#reading.note({
        code: 'ONNX_MALFORMED',
        message: `nodes of ${owner} were not in a valid order; they were sorted`,
      });
    }
    nodes.forEach((node, index) => {
      const made = this.#node(graph, node, index, scope);
      for (const output of made.outputs) this.#declare(output, infos);
    });
    graph.setOutputs((proto.output ?? []).map(({ name = '' }) => this.#lookUp(scope, name, `the outputs of ${owner}`)));
    for (const { key = '', value = '' } of proto.metadataProps ?? []) graph.metadata.set(key, value);
  }

  #initializers(graph: Graph, proto: GraphProto, scope: Scope, owner: string): void {
    for (const tensor of proto.initializer ?? []) {
      const name = tensor.name ?? '';
      const what = `initializer "${name}"`;
      const data = readTensor(tensor, what, this.#reading.resolve);
      this.#define(scope, name, graph.addConstant(data, name, { what }), owner);
    }
    for (const sparse of proto.sparseInitializer ?? []) {
      // Graphs have dense constants only; a Constant node makes the same tensor.
      const name = sparse.values?.name ?? '';
      const what = `sparse initializer "${name}"`;
      const value = readSparseTensor(sparse, what, this.#reading.resolve);
      const attributes = new Map<string, Attribute>([['sparse_value', { kind: 'sparse_tensor', value }]]);
      const node = graph.addNode({ domain: '', op: 'Constant', inputs: [], outputs: 1, attributes, origin: { what } });
      this.#nameOutput(scope, node, 0, name, owner);
    }
  }

  #node(graph: Graph, proto: NodeProto, index: number, scope: Scope): Node {
    const what = describeNode(proto, index);
    const outputs = proto.output ?? [];
    const metadata = proto.metadataProps && new Map(proto.metadataProps.map(toEntry));
    const node = graph.addNode({
      domain: proto.domain === 'ai.onnx' ? '' : (proto.domain ?? ''),
      op: proto.opType ?? '',
      inputs: (proto.input ?? []).map((name) => (name ? this.#lookUp(scope, name, what) : undefined)),
      outputs: outputs.length,
      attributes: proto.attribute && this.#attributes(graph, proto.attribute, what, scope),
      name: proto.name || undefined,
      origin: originOf(graph, what, metadata),
      overload: proto.overload,
    });
    metadata?.delete(PATH_KEY);
    if (metadata && metadata.size > 0) node.metadata = metadata;
    for (let i = 0; i < outputs.length; i++) {
      const name = outputs[i];
      if (name) this.#nameOutput(scope, node, i, name, what);
    }
    return node;
  }

  #attributes(graph: Graph, protos: readonly AttributeProto[], what: string, scope: Scope): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    const reading = {
      ...this.#reading,
      readBody: (body: GraphProto, owner: string) => this.#body(graph, body, owner, scope),
    };
    for (const attribute of protos) {
      const name = attribute.name ?? '';
      if (attributes.has(name)) throw malformed(`${what} has attribute "${name}" twice`, { what });
      attributes.set(name, readAttributeProto(attribute, what, reading));
    }
    return attributes;
  }

  #body(parent: Graph, proto: GraphProto, owner: string, outer: Scope): Graph {
    const body = new Graph({ name: proto.name || 'body', parent });
    this.#read(body, proto, owner, outer);
    return body;
  }

  #nameOutput(scope: Scope, node: Node, i: number, name: string, owner: string): void {
    const output = node.outputs[i];
    if (!output) return;
    output.name = name;
    this.#define(scope, name, output, owner);
  }

  #define(scope: Scope, name: string, value: Value, owner: string): void {
    if (name === '') throw malformed(`${owner} makes a value without a name`, { what: owner });
    if (scope.values.has(name))
      throw malformed(`value "${name}" is made twice, the second time by ${owner}`, { what: owner });
    scope.values.set(name, value);
  }

  #lookUp(scope: Scope, name: string, reader: string): Value {
    for (let at: Scope | undefined = scope; at; at = at.outer) {
      const found = at.values.get(name);
      if (found) return found;
    }
    throw malformed(`"${name}" is read by ${reader}, and nothing makes it`, { what: reader, actual: name });
  }

  #typeOf(info: ValueInfoProto | undefined): ValueType {
    return this.#reading.types.type(info?.type, info?.name ?? 'n');
  }

  #declare(value: Value, infos: ReadonlyMap<string, ValueInfoProto>): void {
    const info = value.name === undefined ? undefined : infos.get(value.name);
    const type = info ? this.#typeOf(info) : UNKNOWN_TYPE;
    if (type.kind !== 'unknown') this.#reading.declared.set(value, type);
  }

  #noteDefault(name: string, owner: string): void {
    this.#reading.note({
      code: 'ONNX_MALFORMED',
      message: `input "${name}" of ${owner} has an initializer; it is read as a constant`,
      origin: { what: `input "${name}"` },
    });
  }
}

function initializerNames(proto: GraphProto): Set<string> {
  const names = new Set((proto.initializer ?? []).map(({ name = '' }) => name));
  for (const { values } of proto.sparseInitializer ?? []) names.add(values?.name ?? '');
  return names;
}

const toEntry = ({ key = '', value = '' }: StringStringEntryProto): [string, string] => [key, value];

/** The layer path that dimwise wrote beside the node, and the node. */
function originOf(graph: Graph, what: string, metadata: ReadonlyMap<string, string> | undefined): Origin {
  const path = metadata?.get(PATH_KEY);
  return path ? { path: `${graph.root.name}.${path}`, what } : { what };
}
