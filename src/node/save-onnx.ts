// Saves .onnx models that were opened or edited: whole or not at all, never over data that somebody still reads.
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { externalLocations } from '../../codegen/onnx/external-locations.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { type PackOptions, packModel } from '../../codegen/onnx/pack-model.ts';
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
  const kept = source === folder ? locations : undefined;
  return writeModel(path, packModel(model, pack), { kept, keepsOthers: true });
}

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
