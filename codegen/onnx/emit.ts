// Emits a lowered graph as an ONNX model: the message, the bytes in parts, and the plan of its external data file.
import { type Diagnostic, dimwiseError, isDimwiseError, throwDiagnostics } from '../../src/base/errors.ts';
import { VERSION } from '../../src/base/version.ts';
import { allGraphs } from '../../src/ir/bodies.ts';
import { CONTRACT_KEY, contractOf, contractToJson } from '../../src/ir/contract.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import { SymbolNames } from '../../src/ir/symbol-names.ts';
import { DEFAULT_IR_VERSION, DEFAULT_TARGET, irVersionFor, type Target } from '../../src/ir/target.ts';
import { type FileBytes, tensorByteLength } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { type EmittedModel, type EncodedModel, emittedModel } from './emitted-model.ts';
import { type ExternalFilePlan, planExternalFile } from './external-data.ts';
import { constantData, entriesOf, GraphWriter, type GraphWriterParts, opsetEntries } from './graph-writer.ts';
import { neededOpsets } from './opsets.ts';
import { ByteWriter } from './proto/byte-writer.ts';
import type { GraphProto, ModelProto } from './proto/messages.ts';
import { NodeList } from './proto/node-list.ts';
import { encodeModelParts } from './proto/write-message.ts';
import { type ExternalPlaces, TensorWriter } from './tensor-proto.ts';
import { irVersionOfDType, TypeWriter } from './type-proto.ts';

/** A model file must stay below this: protobuf's parsers take no message of 2 GiB. */
const MAX_INLINE_BYTES = 2 ** 31 - 1;
/** Bytes of weights from which they go into a file of their own. */
export const DEFAULT_EXTERNAL_LIMIT = 1.5 * 2 ** 30;

/** Where weights are written: `inline` in the model, `external` beside it, `auto` beside it above a limit. */
export type WeightPlacement = 'auto' | 'inline' | 'external';

/** How a model is emitted. */
export interface EmitOptions {
  /** The runtime that the model is for; `ort@1.30` by default. */
  readonly target?: Target | undefined;
  /** `auto` by default. */
  readonly externalData?: WeightPlacement | undefined;
  /** Bytes of weights from which `auto` writes an external file; 1.5 GiB by default. */
  readonly externalLimit?: number | undefined;
  /** The start of the name of the external file; the graph's name by default. */
  readonly fileName?: string | undefined;
  /** Reads tensors that lie in files; needed where the graph has such. */
  readonly fileBytes?: FileBytes | undefined;
  /** Further entries of the model's metadata. */
  readonly metadata?: ReadonlyMap<string, string> | undefined;
}

/**
 * Emits a graph. Same graph and options, same bytes.
 *
 * @param graph a lowered graph: operators of ONNX and of other domains, functions, bodies; every size a number or a symbol
 * @throws BIND_INCOMPLETE when a size of an input or output is still unknown; all such values are listed
 * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when a parameter has no data yet; all such parameters are listed
 * @throws EMIT_OPSET when the target lacks an operator
 * @throws EMIT_TOO_LARGE when the weights do not fit one file and `externalData` is `inline`
 * @throws NAME_DUPLICATE when two inputs, outputs or parameters have one name
 */
export function emitModel(graph: Graph, options: EmitOptions = {}): EmittedModel {
  const target = options.target ?? DEFAULT_TARGET;
  const opsets = neededOpsets(graph, target);
  const graphs = [...allGraphs(graph)];
  const data = collectData(graphs);
  const external = planWeights(graph, data, options);
  return emittedModel(external, (fileName) => {
    const places = external && { fileName, placeOf: (tensor: TensorData) => external.placeOf(tensor) };
    return encodeGraph(graph, { target, opsets: new Map(opsets), graphs, data, places, options });
  });
}

/** What encoding a graph takes. */
interface Encoding {
  readonly target: Target;
  readonly opsets: Map<string, number>;
  /** The graph and all bodies in it. */
  readonly graphs: readonly Graph[];
  readonly data: ReadonlyMap<Value, TensorData>;
  readonly places: ExternalPlaces | undefined;
  readonly options: EmitOptions;
}

function encodeGraph(graph: Graph, { target, opsets, graphs, data, places, options }: Encoding): EncodedModel {
  const functionGraphs = [...graph.functions.values()].flatMap(({ body }) => [...allGraphs(body)]);
  const names = new SymbolNames();
  for (const each of graphs) reserveNames(each, names);
  const types = new TypeWriter(
    names,
    graph.inputs.map((value) => value.declaredType),
  );
  const tensors = new TensorWriter(types, options.fileBytes, places);
  const mistakes: Diagnostic[] = [];
  const parts: GraphWriterParts = {
    types,
    tensors,
    dataOf: (value) => data.get(value) ?? constantData(value),
    kept: new Set([...graphs, ...functionGraphs].flatMap((each) => each.outputs)),
    nodeMetadata: Math.max(DEFAULT_IR_VERSION, irVersionFor(opsets.get('') ?? 1)) <= target.ir,
    report: (diagnostic) => mistakes.push(diagnostic),
  };
  const nodes = new NodeList(new ByteWriter(1 << 12));
  const proto = new GraphWriter(graph, parts).withoutNodes(graph, (node) => nodes.add(node));
  throwDiagnostics(mistakes.slice(0, MOST_MISTAKES));
  const functions = [...graph.functions.values()].map((each) => new GraphWriter(each.body, parts).function(each));
  for (const { domain } of graph.functions.values()) if (!opsets.has(domain)) opsets.set(domain, 1);
  const message: ModelProto = {
    irVersion: irVersion(opsets, types, target),
    producerName: 'dimwise',
    producerVersion: VERSION,
    graph: proto,
    opsetImport: opsetEntries(opsets),
    metadataProps: entriesOf(
      new Map([...graph.metadata, ...(options.metadata ?? []), contractEntry(graph, names, proto)]),
    ),
    functions,
  };
  const encoded = encodeModelParts(message, {
    tensorBytes: tensors.bytesOf,
    nodesOf: (each) => (each === proto ? nodes : undefined),
  });
  // Of what a graph holds, only initializers lie outside of the file, all of them in one.
  return withNodes(message, nodes, { parts: encoded, locations: new Set(places ? [places.fileName] : []) });
}

/** The result, whose message gets its nodes when somebody asks for it. */
function withNodes(frame: ModelProto, nodes: NodeList, rest: Omit<EncodedModel, 'message'>): EncodedModel {
  let message: ModelProto | undefined;
  return {
    ...rest,
    get message() {
      message ??= { ...frame, graph: { ...frame.graph, node: nodes.messages() } };
      return message;
    },
  };
}

function contractEntry(graph: Graph, names: SymbolNames, { output = [] }: GraphProto): [string, string] {
  const contract = contractOf(
    graph,
    names,
    output.map(({ name = '' }) => name),
  );
  return [CONTRACT_KEY, contractToJson(contract)];
}

/** More unknown sizes than these follow from the first ones. */
const MOST_MISTAKES = 20;

function reserveNames(graph: Graph, names: SymbolNames): void {
  for (const value of graph.inputs) names.reserve(value.declaredType);
  for (const node of graph.nodes()) for (const value of node.outputs) names.reserve(value.type);
}

/** The data of all constants and parameters; every parameter without data is listed in one error. */
function collectData(graphs: readonly Graph[]): Map<Value, TensorData> {
  const data = new Map<Value, TensorData>();
  const mistakes: Diagnostic[] = [];
  for (const graph of graphs) {
    for (const value of [...graph.parameters, ...graph.constants]) {
      try {
        data.set(value, constantData(value));
      } catch (error) {
        if (!isDimwiseError(error)) throw error;
        mistakes.push(...error.errors);
      }
    }
  }
  throwDiagnostics(mistakes);
  return data;
}

function planWeights(
  graph: Graph,
  data: ReadonlyMap<Value, TensorData>,
  options: EmitOptions,
): ExternalFilePlan | undefined {
  const { externalData = 'auto', externalLimit = DEFAULT_EXTERNAL_LIMIT } = options;
  let bytes = 0;
  for (const tensor of data.values()) bytes += tensorByteLength(tensor);
  if (externalData === 'inline' && bytes >= MAX_INLINE_BYTES) {
    throw dimwiseError({
      code: 'EMIT_TOO_LARGE',
      message: `the weights of "${graph.name}" take ${bytes} bytes, one .onnx file holds less than ${MAX_INLINE_BYTES}`,
      expected: `< ${MAX_INLINE_BYTES} bytes`,
      actual: `${bytes} bytes`,
      hint: 'let the weights go into an external file: externalData "auto" or "external"',
    });
  }
  if (externalData === 'inline' || (externalData === 'auto' && bytes <= externalLimit)) return undefined;
  return planExternalFile(options.fileName ?? graph.name, data.values(), options.fileBytes);
}

function irVersion(opsets: ReadonlyMap<string, number>, types: TypeWriter, target: Target): number {
  const needed = Math.max(irVersionFor(opsets.get('') ?? 1), irVersionOfDType(types.newestDType));
  if (needed > target.ir) {
    throw dimwiseError({
      code: 'EMIT_OPSET',
      message: `the model needs IR version ${needed}, ${target.name} takes ${target.ir} at most`,
      expected: `IR version <= ${target.ir}`,
      actual: String(needed),
      hint: 'choose a newer target, or another element type',
    });
  }
  return Math.max(needed, Math.min(DEFAULT_IR_VERSION, target.ir));
}
