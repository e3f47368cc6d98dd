// Saves safetensors files: one, or shards with their index. Elements are drawn or read while they are written.
import { readdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatIndex, shardName, splitShards } from '../../codegen/weights/split-shards.ts';
import { planSafetensors, type SafetensorsPlan } from '../../codegen/weights/write-safetensors.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { checkOptions, type OptionNames } from '../nn/option-names.ts';
import { type SavableTensors, tensorsToSave } from './tensors-to-save.ts';
import { type StagedFile, stageFile } from './write-atomic.ts';

/** How a safetensors file is saved. */
export interface SaveSafetensorsOptions {
  /** Texts in the header; `{ format: 'pt' }` is what PyTorch's libraries write. None by default. */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
  /** The bytes of elements of one file; from the next tensor on another one is begun. One file by default. */
  readonly maxShardBytes?: number | undefined;
}

/** The names of {@link SaveSafetensorsOptions}. */
const OPTIONS: OptionNames<SaveSafetensorsOptions> = { metadata: true, maxShardBytes: true };

/** What was saved. */
export interface SavedCheckpoint {
  /** The file to open: the only one, or the index of the shards. */
  readonly path: string;
  /** All files with their sizes in bytes, the index included. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly tensors: number;
}

const ENDING = '.safetensors';

/**
 * Saves tensors as safetensors. Equal tensors and texts give equal bytes: those that the Python package writes. With `maxShardBytes`, tensors
 * that do not fit one file go into `NAME-00001-of-00003.safetensors` and so on, with `NAME.safetensors.index.json` beside them, as
 * Hugging Face's libraries write and read them. The files are put into place when all are written; one file that stood there before, or
 * shards with their index, are replaced. Nothing is held whole.
 *
 * @param path the `.safetensors` file; its folder must exist
 * @param tensors tensors by name, `model.parameters()`, or a checkpoint; a shared parameter is saved once
 * @throws CHECKPOINT_VALUE when safetensors has no such name or element type
 * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when a parameter has no data yet
 * @throws FILE_WRITE when a file cannot be written
 * @example await saveSafetensors('model.safetensors', net.parameters(), { metadata: { format: 'pt' } });
 */
export async function saveSafetensors(
  path: string,
  tensors: SavableTensors,
  options: SaveSafetensorsOptions = {},
): Promise<SavedCheckpoint> {
  checkOptions('saveSafetensors', options, OPTIONS);
  const { maxShardBytes } = options;
  if (maxShardBytes !== undefined && !(maxShardBytes >= 1))
    refuseArgument('saveSafetensors', 'maxShardBytes', 'a number >= 1', maxShardBytes);
  const all = tensorsToSave('saveSafetensors', tensors);
  const metadata = options.metadata instanceof Map ? options.metadata : new Map(Object.entries(options.metadata ?? {}));
  const shards = maxShardBytes === undefined ? [all] : splitShards(all, maxShardBytes);
  const folder = dirname(path);
  const stem = basename(path, ENDING);
  const files = shards.map((each, at) => ({
    file: shards.length === 1 ? basename(path) : shardName(stem, at + 1, shards.length),
    tensors: each,
  }));
  // Every plan is made before anything is written: a mistake in the last shard is found now.
  const outputs: Output[] = files.map(({ file, tensors: part }) => ({
    path: join(folder, file),
    ...planSafetensors(part, { metadata, target: file }),
  }));
  if (shards.length > 1) {
    const index = new TextEncoder().encode(formatIndex(files));
    outputs.push({ path: join(folder, `${stem}${ENDING}.index.json`), bytes: index.length, chunks: [index] });
  }
  await writeTogether(outputs);
  await removeOthers(folder, stem, new Set(outputs.map((each) => basename(each.path))));
  const last = outputs.at(-1);
  return {
    path: last?.path ?? path,
    files: outputs.map((each) => ({ path: each.path, bytes: each.bytes })),
    tensors: all.size,
  };
}

interface Output extends SafetensorsPlan {
  readonly path: string;
}

/** Writes all files beside their places first, because what is saved may be read from the old ones. */
async function writeTogether(outputs: readonly Output[]): Promise<void> {
  const staged: StagedFile[] = [];
  try {
    for (const { path, bytes, chunks } of outputs) staged.push(await stageFile(path, chunks, { bytes }));
    for (let next = staged[0]; next; next = staged[0]) {
      await next.place();
      staged.shift();
    }
  } catch (error) {
    for (const each of staged) await each.discard();
    throw error;
  }
}

/** Removes the files of the same name that were saved in another number of shards: they would be read in place of the new ones. */
async function removeOthers(folder: string, stem: string, kept: ReadonlySet<string>): Promise<void> {
  const rest = (name: string): string => (name.startsWith(stem) ? name.slice(stem.length) : '');
  for (const name of await readdir(folder).catch(() => [])) {
    if (!kept.has(name) && /^(?:-\d{5}-of-\d{5}\.safetensors|\.safetensors(?:\.index\.json)?)$/.test(rest(name)))
      await unlink(join(folder, name)).catch(() => {});
  }
}
