// The weights of an ONNX model as a checkpoint.

import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import { refuseExternal } from '../../codegen/onnx/read-external.ts';
import { readTensor } from '../../codegen/onnx/read-tensor.ts';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { malformedCheckpoint } from '../../codegen/weights/malformed-checkpoint.ts';
import { DTYPES, type DType } from '../ir/dtype.ts';
import type { FileBytes } from '../ir/tensor-chunks.ts';
import type { LazySource, TensorData, TensorStorage } from '../ir/tensor-data.ts';

/** Which tensors of a model are its weights. */
export interface OnnxCheckpointOptions {
  /** Whether the tensors of Constant nodes count too, by the name of what the node gives. False by default. */
  readonly constants?: boolean | undefined;
}

/**
 * The weights of an ONNX model: the initializers of its graph, without those of bodies. Large ones stay in their files.
 *
 * @param model as `openOnnx` or `readOnnx` gives it
 * @param source what messages call it; `model` by default
 * @throws CHECKPOINT_MALFORMED when a tensor has no name, or two have one
 * @throws ONNX_MALFORMED when type, sizes and data of a tensor do not fit
 * @throws EXTERNAL_DATA when external data is missing, too short, or out of reach
 * @example checkpointOfModel(await openOnnx('resnet50.onnx')).tensors.keys()
 */
export function checkpointOfModel(
  model: OnnxModel,
  source = 'model',
  { constants = false }: OnnxCheckpointOptions = {},
): Checkpoint {
  const { graph, metadataProps = [] } = model.proto;
  const tensors = new Map<string, TensorData>();
  const add = (name: string, tensor: TensorProto): void => {
    if (name === '') throw malformedCheckpoint(source, 'an initializer has no name');
    if (tensors.has(name)) throw malformedCheckpoint(source, 'is in the model twice', { tensor: name });
    const data = readTensor(tensor, `initializer "${name}"`, model.files?.resolve ?? refuseExternal);
    tensors.set(name, inItsFile(data, model.files?.bytes));
  };
  for (const tensor of graph?.initializer ?? []) add(tensor.name ?? '', tensor);
  for (const { opType, attribute = [], output = [] } of constants ? (graph?.node ?? []) : []) {
    const value = opType === 'Constant' ? attribute.find(({ name }) => name === 'value')?.t : undefined;
    if (value) add(output[0] ?? '', value);
  }
  return { source, tensors, metadata: new Map(metadataProps.map(({ key = '', value = '' }) => [key, value])) };
}

/** External data as elements that are read when they are used. */
function inItsFile({ dtype, shape, storage }: TensorData, bytes: FileBytes | undefined): TensorData {
  if (storage.kind !== 'file' || !bytes) return { dtype, shape, storage };
  return { dtype, shape, storage: { kind: 'lazy', source: new ExternalElements(storage, bytes, dtype) } };
}

class ExternalElements implements LazySource {
  readonly description = undefined;
  readonly #storage: Extract<TensorStorage, { kind: 'file' }>;
  readonly #bytes: FileBytes;
  readonly #bits: number;

  constructor(storage: Extract<TensorStorage, { kind: 'file' }>, bytes: FileBytes, dtype: DType) {
    this.#storage = storage;
    this.#bytes = bytes;
    this.#bits = DTYPES[dtype].bits;
  }

  fill(out: Uint8Array, firstElement: number): void {
    const offset = this.#storage.offset + (firstElement * this.#bits) / 8;
    let at = 0;
    for (const chunk of this.#bytes({ ...this.#storage, offset, length: out.length })) {
      out.set(chunk, at);
      at += chunk.length;
    }
  }
}
