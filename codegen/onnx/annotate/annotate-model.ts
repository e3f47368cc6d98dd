// Annotates a model: the inferred types of all values written into a copy.
import { throwDiagnostics } from '../../../src/base/errors.ts';
import { warn } from '../../../src/base/warn.ts';
import { CONTRACT_KEY, contractOf, contractToJson } from '../../../src/ir/contract.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { ModelProto } from '../proto/messages.ts';
import type { StringStringEntryProto } from '../proto/tensor-messages.ts';
import { requireModelAnd } from '../require-model.ts';
import { IR_OF_FUNCTION_TYPES, type WrittenTypes, writeTypes } from './write-types.ts';

/** How a model is annotated. */
export interface AnnotateOptions {
  /** Whether the contract is saved in the metadata, under `dimwise.contract`; true by default. */
  readonly contract?: boolean | undefined;
}

/**
 * A copy of a model in which every value has its type and its symbolic shape, values of bodies included. Sizes of inputs that have no
 * name get one; names that the author gave to sizes of outputs stay where they say the same. Values of functions get what all calls agree
 * on, from IR version 10 on; before it they have no place for types, and a warning says so.
 *
 * @throws all mistakes of the model's nodes and values together
 * @example annotateModel(await openOnnx('lenet.onnx'))
 */
export function annotateModel(model: OnnxModel, options: AnnotateOptions = {}): OnnxModel {
  requireModelAnd('annotateModel', model, options, { contract: true });
  const { contract = true } = options;
  warnOfFunctions(model);
  let annotated = annotateOnce(model, contract);
  // What a contract says of the inputs holds from the first node on, and may tell more of what comes before the node that asked for it.
  for (let round = 1; round < MOST_ROUNDS; round++) {
    const again = annotateOnce(annotated, contract);
    if (again === annotated) break;
    annotated = again;
  }
  return annotated;
}

/** Each round can only tell more; the second one is mostly the last. */
const MOST_ROUNDS = 4;

function annotateOnce(model: OnnxModel, contract: boolean): OnnxModel {
  const { read, mistakes } = model.inference;
  throwDiagnostics(mistakes);
  const { names, ...types } = writeTypes(model.proto, read, { addsAll: true });
  const annotated = withTypes(model, types);
  if (!contract) return annotated;
  return withMetadata(annotated, CONTRACT_KEY, contractToJson(contractOf(read.graph, names)));
}

/** A model with types written into its message; the model itself where nothing changes. */
export function withTypes(model: OnnxModel, { graph, functions }: Omit<WrittenTypes, 'names'>): OnnxModel {
  const { proto } = model;
  const typed = graph === proto.graph || !proto.graph ? model : model.with({ graph });
  return !proto.functions || functions === proto.functions ? typed : typed.with({ functions });
}

function warnOfFunctions({ proto: { functions = [], irVersion = 0 } }: OnnxModel): void {
  if (functions.length === 0 || Number(irVersion) >= IR_OF_FUNCTION_TYPES) return;
  warn({
    code: 'FILE_FORMAT',
    message: `IR version ${irVersion} has no place for types inside of functions, which version ${IR_OF_FUNCTION_TYPES} brought`,
    hint: 'the values of the main graph and its bodies are annotated',
  });
}

/** A model with one entry of its metadata set; the model itself where it says so already. */
export function withMetadata(model: OnnxModel, key: string, value: string): OnnxModel {
  const before: ModelProto['metadataProps'] = model.proto.metadataProps ?? [];
  const at = before.findLastIndex((entry) => entry.key === key);
  if (at >= 0 && before[at]?.value === value) return model;
  const entry: StringStringEntryProto = { ...(before[at] ?? { key }), value };
  return model.with({ metadataProps: at < 0 ? [...before, entry] : before.with(at, entry) });
}
