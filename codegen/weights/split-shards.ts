// Splits the tensors of a checkpoint into shards as huggingface_hub does, and writes their index.
import { tensorByteLength } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';

/** Tensors by name. */
export type NamedTensors = ReadonlyMap<string, TensorData>;

/**
 * Splits tensors in their order: a shard is full when the next tensor would make its elements take more bytes than allowed. A tensor
 * that is larger alone gets a shard of its own (`split_state_dict_into_shards_factory` of huggingface_hub 1.33).
 *
 * @param maxBytes the bytes of elements of one shard
 * @returns at least one shard
 */
export function splitShards(tensors: NamedTensors, maxBytes: number): NamedTensors[] {
  const shards: NamedTensors[] = [];
  let shard = new Map<string, TensorData>();
  let bytes = 0;
  for (const [name, data] of tensors) {
    const size = tensorByteLength(data);
    if (size > maxBytes) {
      shards.push(new Map([[name, data]]));
      continue;
    }
    if (bytes + size > maxBytes) {
      shards.push(shard);
      shard = new Map();
      bytes = 0;
    }
    shard.set(name, data);
    bytes += size;
  }
  if (shard.size > 0 || shards.length === 0) shards.push(shard);
  return shards;
}

/** The name of a shard: `model-00001-of-00003.safetensors`, numbered from 1. */
export const shardName = (stem: string, number: number, count: number): string =>
  `${stem}-${String(number).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.safetensors`;

/** The text of an index: the sum of bytes, and the file of every tensor. */
export function formatIndex(shards: readonly { readonly file: string; readonly tensors: NamedTensors }[]): string {
  let totalSize = 0;
  const entries: string[] = [];
  for (const { file, tensors } of shards) {
    for (const [name, data] of tensors) {
      totalSize += tensorByteLength(data);
      // No object: one would sort names that are numbers, and lose __proto__.
      entries.push(`    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
    }
  }
  const map = entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n  }`;
  return `{\n  "metadata": {\n    "total_size": ${totalSize}\n  },\n  "weight_map": ${map}\n}`;
}
