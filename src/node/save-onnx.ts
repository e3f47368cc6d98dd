// Saves .onnx models that were opened or edited: whole or not at all, never over data that somebody still reads.
import { lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { EmittedModel } from '../../codegen/onnx/emit.ts';
import type { ExternalFilePlan } from '../../codegen/onnx/external-data.ts';
import { externalLocations } from '../../codegen/onnx/external-locations.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { type PackOptions, packModel } from '../../codegen/onnx/pack-model.ts';
import { streamParts } from '../../codegen/onnx/proto/parts.ts';
import { requireModelAnd } from '../../codegen/onnx/require-model.ts';
import { dimwiseError } from '../base/errors.ts';
import type { SaveOptions } from './save-model.ts';
import { errorCode, errorReason } from './write-atomic.ts';
import { type WrittenModel, writeModel } from './write-model.ts';

/**
 * Saves a model as `.onnx`. With nothing asked, external data stays in its files where the target lies in the same folder, and
 * is copied into `NAME.<checksum>.data` beside the target otherwise. Weights are streamed: a model larger than memory can be saved.
 *
 * @param path the `.onnx` file; its folder must exist. A link is replaced, not followed
 * @param options where weights go; the old files stay as they are when anything fails
 * @throws FILE_WRITE when a file cannot be written, or is one that holds data of this model
 * @throws EXTERNAL_DATA when data that is to be copied is missing, too short, or out of reach
 * @throws ONNX_LIMIT when tensors overlap in their file so that copies would take more than twice its bytes
 * @throws EMIT_TOO_LARGE when weights of 2 GiB or more are to be inline
 * @example await saveOnnx(await openOnnx('big.onnx'), 'out/big.onnx', { externalData: 'external' });
 */
export async function saveOnnx(model: OnnxModel, path: string, options: SaveOptions = {}): Promise<WrittenModel> {
  requireModelAnd('saveOnnx', model, options, { externalData: true, externalLimit: true });
  const folder = await realFolder(path);
  const source = model.files?.folder;
  const locations = externalLocations(model.proto);
  if (source !== undefined) await refuseOwnData(path, source, locations);
  // Without a reader of files there is nothing to copy: the references are all that is known.
  const stays = locations.size === 0 || model.files === undefined || source === folder;
  const pack: PackOptions = {
    placement: options.externalData ?? (options.externalLimit === undefined ? (stays ? 'keep' : 'move') : 'auto'),
    externalLimit: options.externalLimit,
    fileName: basename(path, extname(path)),
  };
  const { packed, hasExternal } = await freshPack(model, pack, folder);
  return writeModel(path, packed, { kept: source === folder ? locations : undefined, hasExternal });
}

/** Packs under a name that stands for no other content: a file that is there already is left as it is. */
async function freshPack(
  model: OnnxModel,
  options: PackOptions,
  folder: string,
): Promise<{ packed: EmittedModel; hasExternal: boolean }> {
  for (let number = 1; ; number++) {
    const fileName = number === 1 ? options.fileName : `${options.fileName}-${number}`;
    const packed = packModel(model, { ...options, fileName });
    if (!packed.external) return { packed, hasExternal: false };
    const found = await compareFile(join(folder, packed.external.fileName), packed.external);
    if (found !== 'other') return { packed, hasExternal: found === 'same' };
  }
}

/** Compares a file with what is to be written there; a link or a folder counts as absent, because writing replaces or refuses it. */
async function compareFile(path: string, plan: ExternalFilePlan): Promise<'absent' | 'same' | 'other'> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile()) return 'absent';
  if (stats.size !== plan.bytes) return 'other';
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return 'other';
  try {
    let at = 0;
    for await (const chunk of streamParts(plan.parts)) {
      const found = Buffer.allocUnsafe(Math.min(chunk.length, COMPARED_BYTES));
      for (let done = 0; done < chunk.length; ) {
        const { bytesRead } = await handle.read(found, 0, Math.min(found.length, chunk.length - done), at);
        if (bytesRead === 0 || found.compare(chunk, done, done + bytesRead, 0, bytesRead) !== 0) return 'other';
        done += bytesRead;
        at += bytesRead;
      }
    }
    return 'same';
  } finally {
    await handle.close();
  }
}

/** Bytes that are compared at a time. */
const COMPARED_BYTES = 1 << 20;

/** The folder of the target without links. */
async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(dirname(path));
  } catch (cause) {
    throw dimwiseError({
      code: 'FILE_WRITE',
      message: `${path} cannot be written: ${errorReason(cause)}`,
      actual: errorCode(cause),
      hint: 'make the folder first',
      cause,
    });
  }
}

/** @throws FILE_WRITE when the target is one of the model's own data files */
async function refuseOwnData(path: string, folder: string, locations: ReadonlySet<string>): Promise<void> {
  const target = await lstat(path).catch(() => undefined);
  if (!target?.isFile()) return;
  for (const location of locations) {
    const data = await lstat(join(folder, location)).catch(() => undefined);
    if (data === undefined || data.ino !== target.ino || data.dev !== target.dev) continue;
    throw dimwiseError({
      code: 'FILE_WRITE',
      message: `${path} cannot be written: it holds the model's own weights`,
      actual: location,
      hint: 'give another path',
    });
  }
}
