// Reads the index of a sharded safetensors checkpoint, and puts its shards together.
import type { DimwiseError } from '../../src/base/errors.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from './checkpoint-limits.ts';
import { JsonScanner } from './json-scanner.ts';
import { malformedCheckpoint, shortName } from './malformed-checkpoint.ts';
import type { PositionedBytes } from './positioned-bytes.ts';

/** Names of tensors and shards may have so many times the bytes of the longest text. */
const MOST_TEXTS = 2;

/** What an index says. */
export interface SafetensorsIndex {
  /** The index file, for messages. */
  readonly source: string;
  /** The file of every tensor, relative to the folder of the index, as it is written there. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** The files, in the order of their first mention. */
  readonly shards: readonly string[];
}

/**
 * Reads a `model.safetensors.index.json`, the form that Hugging Face's libraries write.
 *
 * @throws CHECKPOINT_MALFORMED when it is no JSON object with a `weight_map` of names, or names a tensor twice
 * @throws CHECKPOINT_LIMIT when it asks for more than a limit allows
 */
export function readSafetensorsIndex(file: PositionedBytes, limits: AllCheckpointLimits): SafetensorsIndex {
  const { source, size } = file;
  const { headerBytes, nameBytes, textBytes, tensors } = limits;
  if (size > headerBytes)
    throw beyondCheckpointLimit('headerBytes', headerBytes, { source, what: `it has ${size} bytes` });
  const fail = (fact: string): DimwiseError => malformedCheckpoint(source, `the index cannot be read: ${fact}`);
  const failLong = (most: number): DimwiseError =>
    beyondCheckpointLimit(most === nameBytes ? 'nameBytes' : 'textBytes', most, {
      source,
      what: `the text at byte ${json.position} is longer`,
    });
  const json: JsonScanner = new JsonScanner({ file, start: 0, end: size, fail, failLong });
  const shardOf = new Map<string, string>();
  // One text for all tensors of a shard.
  const shards = new Map<string, string>();
  let characters = 0;
  let hasMap = false;
  json.object(nameBytes, (field) => {
    if (field !== 'weight_map') return json.skip(textBytes);
    if (hasMap) throw fail('it has weight_map twice');
    hasMap = true;
    json.object(nameBytes, (name) => {
      if (shardOf.has(name)) throw malformedCheckpoint(source, 'is in the index twice', { tensor: name });
      const read = json.string(nameBytes);
      const shard = shards.get(read) ?? read;
      characters += name.length + (shards.has(read) ? 0 : read.length);
      shards.set(shard, shard);
      shardOf.set(name, shard);
      if (characters > MOST_TEXTS * textBytes)
        throw beyondCheckpointLimit('textBytes', textBytes, {
          source,
          what: `its names have ${characters} characters together`,
        });
      if (shardOf.size > tensors)
        throw beyondCheckpointLimit('tensors', tensors, {
          source,
          what: `it names tensor "${shortName(name)}" as number ${shardOf.size}`,
        });
      if (shards.size > limits.shards)
        throw beyondCheckpointLimit('shards', limits.shards, {
          source,
          what: `it names "${shortName(shard)}" as file number ${shards.size}`,
        });
    });
  });
  json.end();
  if (!hasMap) throw fail('it has no weight_map');
  return { source, shardOf, shards: [...shards.keys()] };
}

/**
 * Puts shards together. A tensor that a shard has and the index does not name is taken, as Hugging Face's readers do.
 *
 * @param index the index
 * @param shards the checkpoints of its files, in their order
 * @throws CHECKPOINT_MALFORMED when a tensor is not in its shard, or in two
 * @throws CHECKPOINT_LIMIT when the shards have too many tensors together
 */
export function joinShards(
  index: SafetensorsIndex,
  shards: ReadonlyMap<string, Checkpoint>,
  { tensors: most }: AllCheckpointLimits,
): Checkpoint {
  const tensors = new Map<string, TensorData>();
  const metadata = new Map<string, string>();
  const { source } = index;
  for (const [file, shard] of shards) {
    for (const [name, data] of shard.tensors) {
      const home = index.shardOf.get(name);
      if (tensors.has(name) || (home !== undefined && home !== file)) {
        throw malformedCheckpoint(
          shard.source,
          `lies in shard "${shortName(file)}" too, its index ${source} has it in "${shortName(home ?? 'another')}"`,
          { tensor: name },
        );
      }
      tensors.set(name, data);
    }
    for (const [key, text] of shard.metadata) if (!metadata.has(key)) metadata.set(key, text);
    if (tensors.size > most)
      throw beyondCheckpointLimit('tensors', most, { source, what: `its shards have ${tensors.size} tensors` });
  }
  for (const [name, file] of index.shardOf) {
    if (!tensors.has(name))
      throw malformedCheckpoint(source, `should lie in "${shortName(file)}", which does not have it`, { tensor: name });
  }
  return { source, tensors, metadata };
}
