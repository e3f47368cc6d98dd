// Annotates a model: the inferred types of all values written into a copy.
import { throwDiagnostics } from '../../../src/base/errors.ts';
import { CONTRACT_KEY, contractOf, contractToJson } from '../../../src/ir/contract.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { ModelProto } from '../proto/messages.ts';
import type { StringStringEntryProto } from '../proto/tensor-messages.ts';
import { requireModelAnd } from '../require-model.ts';
import { writeTypes } from './write-types.ts';

/** How a model is annotated. */
export interface AnnotateOptions {
  /** Whether the contract is saved in the metadata, under `dimwise.contract`; true by default. */
  readonly contract?: boolean | undefined;
}

/**
 * A copy of a model in which every value has its type and its symbolic shape, values of bodies included. Sizes of inputs that have no
 * name get one; names that the author gave to sizes of outputs stay where they say the same. Bodies of functions are left as they are,
 * because each call has sizes of its own.
 *
 * @throws all mistakes of the model's nodes and values together
 * @example annotateModel(await openOnnx('lenet.onnx'))
 */
export function annotateModel(model: OnnxModel, options: AnnotateOptions = {}): OnnxModel {
  requireModelAnd('annotateModel', model, options, { contract: true });
  const { contract = true } = options;
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
  const { graph: before = {} } = model.proto;
  const { graph, names } = writeTypes(before, read, { addsAll: true });
  const annotated = graph === before ? model : model.with({ graph });
  if (!contract) return annotated;
  return withMetadata(annotated, CONTRACT_KEY, contractToJson(contractOf(read.graph, names)));
}

/** A model with one entry of its metadata set; the model itself where it says so already. */
export function withMetadata(model: OnnxModel, key: string, value: string): OnnxModel {
  const before: ModelProto['metadataProps'] = model.proto.metadataProps ?? [];
  const at = before.findLastIndex((entry) => entry.key === key);
  if (at >= 0 && before[at]?.value === value) return model;
  const entry: StringStringEntryProto = { ...(before[at] ?? { key }), value };
  return model.with({ metadataProps: at < 0 ? [...before, entry] : before.with(at, entry) });
}
