// Writes graphs, bodies and functions as ONNX messages.
import { assertNever } from '../../src/base/assert-never.ts';
import { type Diagnostic, dimwiseError } from '../../src/base/errors.ts';
import { warn } from '../../src/base/warn.ts';
import type { FunctionDefinition, Graph, Node, Value } from '../../src/ir/graph.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { type AttributeParts, attributeProto, attributeProtos } from './attribute-proto.ts';
import { layerPath, writtenOutputs } from './node-parts.ts';
import type { FunctionProto, GraphProto, NodeProto, OperatorSetIdProto, ValueInfoProto } from './proto/messages.ts';
import type { StringStringEntryProto } from './proto/tensor-messages.ts';
import type { TensorWriter } from './tensor-proto.ts';
import type { TypeWriter } from './type-proto.ts';
import { ValueNames } from './value-names.ts';

/** The key of a node's layer path in its metadata. */
export const PATH_KEY = 'dimwise.path';

/** What the writers of all graphs of a model share. */
export interface GraphWriterParts {
  readonly types: TypeWriter;
  readonly tensors: TensorWriter;
  /** The data of parameters and constants. */
  readonly dataOf: (value: Value) => TensorData;
  /** Values that are outputs of a graph or body. */
  readonly kept: ReadonlySet<Value>;
  /** Whether the file's IR version has metadata of nodes (10 and newer). */
  readonly nodeMetadata: boolean;
  /** Takes sizes that no batch has settled. */
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Takes the message of a node. */
export type AddNode = (node: NodeProto) => void;

/** Writes the graphs of one scope of names. */
export class GraphWriter {
  readonly #parts: GraphWriterParts;
  readonly #names: ValueNames;
  readonly #attributes: AttributeParts;
  readonly #nameOf = (value: Value | undefined): string => this.#names.of(value);

  /** @param scope the outermost graph of the scope: a model's graph or a function's body */
  constructor(scope: Graph, parts: GraphWriterParts) {
    this.#parts = parts;
    this.#names = new ValueNames(scope);
    this.#attributes = {
      tensors: parts.tensors,
      type: (type) => parts.types.type(type, () => {}) ?? {},
      graph: (body) => this.graph(body),
    };
  }

  /** The message of a body. */
  graph(graph: Graph): GraphProto {
    const node: NodeProto[] = [];
    return { node, ...this.withoutNodes(graph, (each) => node.push(each)) };
  }

  /**
   * The message of a graph without its nodes.
   *
   * @param add takes each node in its order
   */
  withoutNodes(graph: Graph, add: AddNode): GraphProto {
    const { kept, tensors, dataOf } = this.#parts;
    const edges = [...graph.parameters, ...graph.constants].filter((value) => value.isRead || kept.has(value));
    const input = graph.inputs.map((value) => this.#info(value, this.#names.of(value), !graph.parent));
    for (const node of graph.nodes()) add(this.#node(node));
    const output = this.#outputs(graph, add);
    const valueInfo = this.#innerTypes(graph);
    const initializer = edges.map((value) => tensors.initializer(dataOf(value), this.#names.of(value)));
    const metadataProps = graph.parent && this.#parts.nodeMetadata ? entriesOf(graph.metadata) : undefined;
    return { name: graph.name, initializer, input, output, valueInfo, metadataProps };
  }

  /** Names and types of what nodes make, without the outputs of the graph. */
  #innerTypes(graph: Graph): ValueInfoProto[] {
    const { kept } = this.#parts;
    const own = new Set(graph.outputs);
    const infos: ValueInfoProto[] = [];
    for (const node of graph.nodes()) {
      for (const value of writtenOutputs(node, kept)) {
        if (!value || value.type.kind === 'unknown' || own.has(value)) continue;
        const info = this.#info(value, this.#names.of(value));
        if (info.type) infos.push(info);
      }
    }
    return infos;
  }

  /** The message of a function, whose body has no initializers: constants become nodes. */
  function(definition: FunctionDefinition): FunctionProto {
    const { body, attributes, defaults, opsets } = definition;
    const constants = body.constants.map((value) => this.#constant(value));
    return {
      name: definition.name,
      input: body.inputs.map((value) => this.#names.of(value)),
      output: body.outputs.map((value) => this.#names.of(value)),
      attribute: attributes,
      node: [...constants, ...Array.from(body.nodes(), (node) => this.#node(node))],
      opsetImport: opsetEntries(opsets),
      domain: definition.domain,
      attributeProto: [...defaults].map(([name, value]) => attributeProto(name, value, this.#attributes)),
      overload: definition.overload || undefined,
      metadataProps: this.#parts.nodeMetadata ? entriesOf(body.metadata) : undefined,
    };
  }

  #constant(value: Value): NodeProto {
    const { tensors, dataOf } = this.#parts;
    const tensor = { kind: 'tensor', value: dataOf(value) } as const;
    const attribute = [attributeProto('value', tensor, { ...this.#attributes, tensors })];
    const name = this.#names.of(value);
    return { output: [name], name, opType: 'Constant', attribute };
  }

  #node(node: Node): NodeProto {
    if (node.domain === 'dimwise.nn') {
      throw dimwiseError({
        code: 'INTERNAL_INVARIANT',
        message: `layer ${node.op} was not lowered before emission`,
        origin: node.origin,
      });
    }
    const path = layerPath(node);
    const metadata = path ? new Map([...(node.metadata ?? []), [PATH_KEY, path]]) : node.metadata;
    return {
      input: node.inputs.map(this.#nameOf),
      output: writtenOutputs(node, this.#parts.kept).map(this.#nameOf),
      name: this.#names.ofNode(node),
      opType: node.op,
      attribute: attributeProtos(node.attributes, this.#attributes),
      domain: node.domain || undefined,
      overload: node.overload || undefined,
      metadataProps: this.#parts.nodeMetadata && metadata ? entriesOf(metadata) : undefined,
    };
  }

  /** Outputs; one that ONNX cannot return as it is (given twice, or not made in this graph) goes through an Identity. */
  #outputs(graph: Graph, add: AddNode): ValueInfoProto[] {
    const seen = new Set<Value>();
    return graph.outputs.map((value) => {
      let name = this.#names.of(value);
      if (seen.has(value) || value.graph !== graph) {
        const copy = this.#names.invent(name);
        add({ input: [name], output: [copy], name: copy, opType: 'Identity' });
        name = copy;
      }
      seen.add(value);
      return this.#info(value, name, !graph.parent);
    });
  }

  /** Name and type of a value; `mustBeKnown` where an unknown size is a mistake: at the edge of the model. */
  #info(value: Value, name: string, mustBeKnown = false): ValueInfoProto {
    const type = this.#parts.types.type(value.declaredType, (axis) => {
      if (!mustBeKnown) return;
      this.#parts.report({
        code: 'BIND_INCOMPLETE',
        message: `axis ${axis} of ${value.label} is still unknown`,
        origin: value.origin,
        actual: '?',
        hint: 'bind the model to a batch or its shape, or name the axis',
      });
    });
    if (mustBeKnown && type?.tensorType && !type.tensorType.shape) warnOpenRank(value, name);
    return { name, type };
  }
}

/** A rank that only a run tells cannot be written; ONNX Runtime takes the model as it is. */
function warnOpenRank(value: Value, name: string): void {
  const side = value.source.kind === 'input' ? 'input' : 'output';
  warn({
    code: 'RANK_UNKNOWN',
    message: `the rank of ${side} "${name}" is not known; it is written without a shape, which ONNX Runtime takes and the checker of onnx refuses`,
    origin: value.origin ?? (value.source.kind === 'node' ? value.source.node.origin : undefined),
    hint: `state its sizes: ${side === 'input' ? 'declare the input with a shape' : 'assumeShape(value, [...]), or declare the output'}`,
  });
}

/** A map as messages, sorted by key. */
export function entriesOf(entries: ReadonlyMap<string, string>): StringStringEntryProto[] | undefined {
  if (entries.size === 0) return undefined;
  return [...entries].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Opsets as messages, ai.onnx first, then by domain. */
export function opsetEntries(opsets: ReadonlyMap<string, number>): OperatorSetIdProto[] {
  return [...opsets].map(([domain, version]) => ({ domain, version })).sort((a, b) => (a.domain < b.domain ? -1 : 1));
}

/** The data of a constant; parameters give theirs through their cells. */
export function constantData(value: Value): TensorData {
  const { source } = value;
  switch (source.kind) {
    case 'constant':
      return source.data;
    case 'parameter':
      return source.cell.data();
    case 'input':
    case 'node':
      throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: `${value.label} has no data`, origin: value.origin });
    default:
      return assertNever(source);
  }
}
