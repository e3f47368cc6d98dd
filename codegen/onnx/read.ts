// Reads an ONNX model message as a graph, with what the file says beside it.
import type { Diagnostic } from '../../src/base/errors.ts';
import { CONTRACT_KEY, type Contract } from '../../src/ir/contract.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import type { ValueType } from '../../src/ir/type.ts';
import { checkCalls } from './check-calls.ts';
import { checkLimits } from './check-limits.ts';
import { type AllLimits, allLimits, beyondLimit } from './limits.ts';
import { malformed } from './malformed.ts';
import type { GraphProto, ModelProto } from './proto/messages.ts';
import { refuseExternal } from './read-external.ts';
import { readFunctions } from './read-functions.ts';
import { GraphReader, type GraphReading } from './read-graph.ts';
import { readOpsets } from './read-opsets.ts';
import type { ResolveExternal } from './read-tensor.ts';
import { TypeReader } from './read-type.ts';
import { contractIn, promisedSymbols } from './saved-contract.ts';

/** How a model is read. */
export interface ReadOptions {
  /** Decides about external data; by default it is refused, because bytes have no folder. */
  readonly resolveExternal?: ResolveExternal | undefined;
  /** How much the model may ask for. */
  readonly limits?: AllLimits | undefined;
}

/** A model as it was read; nothing of it is inferred yet. */
export interface ReadModel {
  readonly graph: Graph;
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  /** The types that the file states for values that are not inputs. They are claims: inference may contradict them. */
  readonly declared: ReadonlyMap<Value, ValueType>;
  /** The contract that dimwise saved with the model. */
  readonly contract: Contract | undefined;
  /** Inputs that the file has elements for, as every weight before IR version 4; they are constants of the graph. */
  readonly defaults: ReadonlySet<string>;
  /** What was put right or left out while reading. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Reads a model. Inputs and constants have types; all other values wait for inference (`inferGraph`).
 *
 * @param model the message of the whole file
 * @throws ONNX_MALFORMED when the model breaks a rule that every ONNX model obeys
 * @throws ONNX_LIMIT, FUNCTION_BUDGET when it asks for more than the limits allow
 * @throws EXTERNAL_DATA when external data is refused
 * @throws FILE_FORMAT when the contract in its metadata cannot be read
 */
export function readModel(model: ModelProto, options: ReadOptions = {}): ReadModel {
  const { graph: proto } = model;
  if (!proto) throw malformed(`the model has no graph${hasFields(model) ? '' : ': the file is empty'}`);
  const limits = options.limits ?? allLimits();
  checkLimits(model, limits);
  checkCalls(model, limits);
  const irVersion = Number(model.irVersion ?? 0);
  const opsets = importsOf(model, irVersion);
  checkVersions(irVersion, opsets.get('') ?? 0, limits);
  const graph = new Graph({ name: proto.name || 'graph', opsets });
  graph.limits = limits;
  const contract = contractIn(model);
  const declared = new Map<Value, ValueType>();
  const notes: Diagnostic[] = [];
  const reading: GraphReading = {
    types: new TypeReader(proto.input ?? [], promisedSymbols(contract, proto.input ?? [])),
    resolve: options.resolveExternal ?? refuseExternal,
    inFunction: false,
    inputsListInitializers: irVersion < 4,
    declared,
    note: (diagnostic) => notes.push(diagnostic),
  };
  for (const [key, definition] of readFunctions(model.functions ?? [], reading)) graph.functions.set(key, definition);
  new GraphReader(reading).readInto(graph, proto, `graph "${graph.name}"`);
  for (const { key = '', value = '' } of model.metadataProps ?? []) graph.metadata.set(key, value);
  graph.metadata.delete(CONTRACT_KEY);
  noteLosses(model, notes);
  return {
    graph,
    irVersion,
    producer: { name: model.producerName ?? '', version: model.producerVersion ?? '' },
    declared,
    contract,
    defaults: defaultsOf(proto),
    notes,
  };
}

function defaultsOf({ input = [], initializer = [], sparseInitializer = [] }: GraphProto): ReadonlySet<string> {
  const filled = new Set(initializer.map(({ name = '' }) => name));
  for (const { values } of sparseInitializer) filled.add(values?.name ?? '');
  return new Set(input.flatMap(({ name = '' }) => (filled.has(name) ? [name] : [])));
}

/** What a later release means by its operators is not known. */
function checkVersions(irVersion: number, opset: number, limits: AllLimits): void {
  if (!Number.isSafeInteger(irVersion) || irVersion < 0) {
    throw malformed(`the model has IR version ${irVersion}`, { expected: '>= 1', actual: String(irVersion) });
  }
  if (irVersion > limits.irVersion) {
    throw beyondLimit('irVersion', limits.irVersion, `the model has IR version ${irVersion}`);
  }
  if (opset > limits.opset) throw beyondLimit('opset', limits.opset, `the model imports ai.onnx in version ${opset}`);
}

/** The opsets of a model; before IR version 3 there were none, and version 1 held. */
function importsOf(model: ModelProto, irVersion: number): Map<string, number> {
  const opsets = readOpsets(model.opsetImport ?? [], 'the model');
  if (opsets.size > 0) return opsets;
  if (irVersion >= 3) throw malformed('the model imports no opset', { expected: 'opset_import', actual: 'none' });
  return new Map([['', 1]]);
}

/** Says what a graph cannot hold. */
function noteLosses(model: ModelProto, notes: Diagnostic[]): void {
  const lost: [boolean, string][] = [
    [(model.trainingInfo?.length ?? 0) > 0, 'training information'],
    [(model.configuration?.length ?? 0) > 0, 'device configurations'],
    [(model.graph?.quantizationAnnotation?.length ?? 0) > 0, 'quantization annotations'],
  ];
  for (const [present, what] of lost) {
    if (present) notes.push({ code: 'FILE_FORMAT', message: `${what} of the model are not part of its graph` });
  }
}

/** Whether anything at all was read. */
function hasFields(model: ModelProto): boolean {
  return Object.values(model).some((field) => field !== undefined && !(Array.isArray(field) && field.length === 0));
}
