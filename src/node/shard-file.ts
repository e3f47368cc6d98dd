// Finds the shards of a checkpoint: files in the folder of its index, and nowhere else.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { malformedCheckpoint, shortName } from '../../codegen/weights/malformed-checkpoint.ts';
import type { DimwiseError } from '../base/errors.ts';
import { isInside, lookInside, pathInside } from './inside-folder.ts';
import { errorReason } from './write-atomic.ts';

/** Where shards may lie. */
export interface ShardOptions {
  /** Whether links to files outside of the folder are followed. False by default; those of Hugging Face's cache are followed always. */
  readonly allowLinks?: boolean | undefined;
}

/**
 * The path of a shard.
 *
 * @param folder the real path of the folder of the index
 * @param location the shard as the index names it
 * @param index the index, for messages
 * @throws CHECKPOINT_MALFORMED when it lies outside of the folder, is reached through a link that leads out, or is no regular file
 */
export function shardPath(
  folder: string,
  location: string,
  index: string,
  { allowLinks = false }: ShardOptions = {},
): string {
  const refuse = (fact: string, hint?: string, cause?: unknown): DimwiseError =>
    malformedCheckpoint(index, `shard "${shortName(location)}" is refused: ${fact}`, {
      hint: hint ?? 'shards must be regular files in the folder of their index',
      cause,
    });
  const path = pathInside(folder, location, 'index', refuse);
  const found = lookInside(folder, path, refuse);
  if (!('link' in found)) {
    if (found.isFile()) return path;
    throw refuse(`${path} is no regular file`);
  }
  let real: string;
  try {
    real = realpathSync(path);
  } catch (cause) {
    throw refuse(`${path} cannot be read: ${errorReason(cause)}`, undefined, cause);
  }
  const blobs = blobsOf(folder);
  if (allowLinks || isInside(folder, real) || (blobs !== undefined && isInside(blobs, real))) return real;
  throw refuse(`${found.link} is a link to ${real}`, 'put the file itself beside its index, or set allowLinks');
}

/**
 * The folder that the links of Hugging Face's cache lead to: those of `models--x/snapshots/REVISION` to `models--x/blobs`
 * (huggingface_hub's documentation, *Understand caching*).
 */
function blobsOf(folder: string): string | undefined {
  const [, repository] = /^(.*)[\\/]snapshots[\\/][^\\/]+(?:[\\/].*)?$/.exec(folder) ?? [];
  return repository === undefined ? undefined : join(repository, 'blobs');
}

/** The real path of the folder that a file lies in; a link to the file is not followed. */
export const realFolderOf = (path: string): string => realpathSync(dirname(path));
