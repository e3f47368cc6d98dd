// Edits that are tried on every model, each with the feeds of its result and what that must give, bit by bit.

import { Tensor } from 'onnxruntime-node';
import { changeBatch } from '../../codegen/onnx/edit/change-batch.ts';
import { extractModel } from '../../codegen/onnx/edit/extract-model.ts';
import { joinModels } from '../../codegen/onnx/edit/join-models.ts';
import { addOutputs, dropOutputs, keepOutputs } from '../../codegen/onnx/edit/model-outputs.ts';
import { pruneModel } from '../../codegen/onnx/edit/prune-model.ts';
import { renameNodes } from '../../codegen/onnx/edit/rename-nodes.ts';
import { renameValues } from '../../codegen/onnx/edit/rename-values.ts';
import { replaceOperator } from '../../codegen/onnx/edit/replace-operator.ts';
import { freeInitializers, setInitializer } from '../../codegen/onnx/edit/set-initializer.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import type { NodeProto } from '../../codegen/onnx/proto/messages.ts';
import type { Value } from '../../src/ir/graph.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { materialize } from '../../src/ir/tensor-data.ts';
import type { Tensors } from '../real/run-values.ts';
import type { Subject } from './subjects.ts';

/** An edited model and what it must give. */
export interface Edited {
  readonly model: OnnxModel;
  readonly feeds: Tensors;
  /** By name of the output; an output that is not named here may give anything. */
  readonly wanted: Tensors;
}

/** An edit. */
export interface Trial {
  readonly name: string;
  /** Gives undefined where the model has nothing to edit so. */
  readonly edit: (subject: Subject, inner: Tensors) => Edited | undefined;
  /** Codes of errors that say that the model cannot be edited so. */
  readonly refusals?: readonly string[];
}

const pick = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])));

const renamedKeys = (tensors: Tensors, rename: (name: string) => string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));

const outputNames = ({ proto }: OnnxModel): string[] => (proto.graph?.output ?? []).map(({ name = '' }) => name);

/** The names of inputs that need a feed. */
function fedNames({ proto }: OnnxModel): string[] {
  const { input = [], initializer = [] } = proto.graph ?? {};
  const held = new Set(initializer.map(({ name }) => name));
  return input.flatMap(({ name = '' }) => (held.has(name) ? [] : [name]));
}

const headOf = (model: OnnxModel, middle: string): OnnxModel =>
  extractModel(model, { inputs: [], outputs: [middle], addInputs: true });

const tailOf = (model: OnnxModel, middle: string): OnnxModel =>
  extractModel(model, { inputs: [middle], outputs: outputNames(model), addInputs: true });

/** The float weight of the main graph with the fewest elements. */
function weightOf({ graph }: OnnxModel): readonly [name: string, data: TensorData] | undefined {
  const weights = graph.constants.flatMap(({ name, source, users }: Value) =>
    name && users.length > 0 && source.kind === 'constant' && source.data.dtype === 'float32'
      ? [[name, source.data] as const]
      : [],
  );
  const size = ([, { shape }]: (typeof weights)[number]): number => shape.reduce((a, b) => a * b, 1);
  return weights.filter((each) => size(each) > 0).sort((a, b) => size(a) - size(b))[0];
}

function tensorOf(data: TensorData): Tensor {
  const bytes = materialize(data) ?? new Uint8Array();
  const copy = bytes.slice();
  return new Tensor('float32', new Float32Array(copy.buffer, 0, copy.length / 4), data.shape);
}

/** The first Add of floats: ONNX Runtime's Sum of two gives its bits. */
function firstAdd({ graph }: OnnxModel): string | undefined {
  for (const { op, domain, outputs } of graph.nodes()) {
    const [output] = outputs;
    if (op === 'Add' && domain === '' && output?.type.kind === 'tensor' && output.type.dtype === 'float32')
      return output.name;
  }
  return undefined;
}

/** The edits, those that need an inner value given it as a tensor under its name. */
export const TRIALS: readonly Trial[] = [
  {
    name: 'rename all inputs and outputs',
    edit: ({ model, feeds, outputs }) => {
      const rename = (name: string): string => `${name} of it`;
      const names = new Set([...fedNames(model), ...outputNames(model)]);
      const renamed = renameValues(model, Object.fromEntries([...names].map((name) => [name, rename(name)])));
      return { model: renamed, feeds: renamedKeys(feeds, rename), wanted: renamedKeys(outputs, rename) };
    },
  },
  {
    name: 'rename all nodes',
    edit: ({ model, feeds, outputs }) => {
      const names = new Set((model.proto.graph?.node ?? []).flatMap(({ name }: NodeProto) => (name ? [name] : [])));
      if (names.size === 0) return undefined;
      const renamed = renameNodes(model, Object.fromEntries(Array.from(names, (name, i) => [name, `node ${i}`])));
      return { model: renamed, feeds, wanted: outputs };
    },
  },
  {
    name: 'add an output',
    edit: ({ model, feeds, outputs, middle }, inner) =>
      middle === undefined
        ? undefined
        : { model: addOutputs(model, [middle]), feeds, wanted: { ...outputs, ...inner } },
  },
  {
    name: 'keep one output, prune',
    edit: ({ model, feeds, outputs }) => {
      const [first = ''] = outputNames(model);
      const kept = pruneModel(keepOutputs(model, [first]));
      return { model: kept, feeds: pick(feeds, fedNames(kept)), wanted: pick(outputs, [first]) };
    },
  },
  {
    name: 'drop an output',
    edit: ({ model, feeds, outputs }) => {
      const names = outputNames(model);
      if (names.length < 2) return undefined;
      return { model: dropOutputs(model, names.slice(-1)), feeds, wanted: pick(outputs, names.slice(0, -1)) };
    },
  },
  {
    name: 'extract the part before a value',
    edit: ({ model, feeds, middle }, inner) => {
      if (middle === undefined) return undefined;
      const head = headOf(model, middle);
      return { model: head, feeds: pick(feeds, fedNames(head)), wanted: inner };
    },
  },
  {
    name: 'extract the part behind a value',
    edit: ({ model, feeds, outputs, middle }, inner) => {
      if (middle === undefined) return undefined;
      const tail = tailOf(model, middle);
      return { model: tail, feeds: pick({ ...feeds, ...inner }, fedNames(tail)), wanted: outputs };
    },
  },
  {
    name: 'join both parts',
    edit: ({ model, feeds, outputs, middle }) => {
      if (middle === undefined) return undefined;
      const head = headOf(model, middle);
      const tail = tailOf(model, middle);
      const mark = (name: string): string => `${name} (2)`;
      const apart = renameValues(
        tail,
        Object.fromEntries([...new Set([...fedNames(tail), ...outputNames(tail)])].map((name) => [name, mark(name)])),
      );
      const joined = joinModels(head, apart, { connect: { [mark(middle)]: middle } });
      const both = { ...feeds, ...renamedKeys(feeds, mark) };
      return { model: joined, feeds: pick(both, fedNames(joined)), wanted: renamedKeys(outputs, mark) };
    },
  },
  {
    name: 'replace an operator',
    edit: ({ model, feeds, outputs }) => {
      const add = firstAdd(model);
      if (add === undefined) return undefined;
      return { model: replaceOperator(model, add, { op: 'Sum' }), feeds, wanted: outputs };
    },
  },
  {
    name: 'free the batch size',
    refusals: ['BATCH_FIXED'],
    edit: ({ model, feeds, outputs }) => ({ model: changeBatch(model, 'any_batch'), feeds, wanted: outputs }),
  },
  {
    name: 'set a weight',
    edit: ({ model, feeds, outputs }) => {
      const weight = weightOf(model);
      return weight && { model: setInitializer(model, ...weight), feeds, wanted: outputs };
    },
  },
  {
    name: 'free a weight',
    edit: ({ model, feeds, outputs }) => {
      const weight = weightOf(model);
      if (!weight) return undefined;
      const [name, data] = weight;
      const freed = freeInitializers(model, [name]);
      return { model: freed, feeds: { ...feeds, [name]: tensorOf(data) }, wanted: outputs };
    },
  },
];
