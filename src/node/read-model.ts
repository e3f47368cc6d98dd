// Reads .onnx files as graphs, with their external data checked.
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type AllLimits, allLimits, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { PiecedBytes } from '../../codegen/onnx/proto/lazy-bytes.ts';
import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../../codegen/onnx/read.ts';
import { dimwiseError, isDimwiseError } from '../base/errors.ts';
import { type ExternalFileOptions, ExternalFiles } from './external-files.ts';
import { readPieces } from './lazy-file.ts';
import { notReadable, readAll, withRegularFile } from './regular-file.ts';

/** How a model file is read. */
export interface ReadFileOptions extends ExternalFileOptions {
  /** How much the file may ask for. */
  readonly limits?: OnnxLimits | undefined;
  /**
   * The size in bytes from which a file keeps its large weights until they are needed; 16 MiB by default. Such a file must not change
   * while its model is in use; `Infinity` reads all at once.
   */
  readonly lazyBytes?: number | undefined;
}

/** A model read from a file. */
export interface ModelFile extends ReadModel {
  readonly path: string;
  /** The files of its external data; `external.bytes` reads them for emission. */
  readonly external: ExternalFiles;
}

/**
 * Reads an `.onnx` file as a graph. Weights inside the file are views of its bytes; large external ones stay references.
 *
 * @throws FILE_READ when the path is no regular file, cannot be read or is too large
 * @throws ONNX_MALFORMED when the file is no valid model
 * @throws ONNX_LIMIT when it asks for more than a limit allows
 * @throws EXTERNAL_DATA when its external data is missing, too short, or outside of its folder
 */
export async function readModelFile(path: string, options: ReadFileOptions = {}): Promise<ModelFile> {
  const limits = allLimits(options.limits);
  const message = await readMessage(path, limits, options.lazyBytes);
  // External data lies beside the file itself, also where the path given is a link to it.
  const external = new ExternalFiles(dirname(await realpath(path)), options);
  return inFile(path, () => ({
    ...readModel(message, { resolveExternal: external.resolve, limits }),
    path,
    external,
  }));
}

/**
 * Reads the message of a model file. The raw data of tensors of 64 KiB and more stays in a large file until it is needed.
 *
 * @param path the `.onnx` file, or a link to one
 * @param limits how much it may ask for
 * @param lazyBytes files of fewer bytes are read whole; 16 MiB by default
 * @throws FILE_READ when the path is no regular file, cannot be read or is too large
 * @throws ONNX_MALFORMED when the file is no ONNX message; the message names the field and the byte offset
 */
export async function readMessage(path: string, limits: AllLimits, lazyBytes = LAZY_FILE_BYTES): Promise<ModelProto> {
  const input = await withRegularFile<Uint8Array | PiecedBytes>(path, limits.fileBytes, (handle, stats) =>
    stats.size < lazyBytes ? readAll(handle, stats.size, path) : readPieces({ path, handle, stats }),
  );
  return inFile(path, () => decodeModel(input, limits));
}

/** Files of this size are worth looking through for what can stay where it is. */
const LAZY_FILE_BYTES = 2 ** 24;

/** Does something with the content of a file; the name of the file is put before what is wrong with it. */
export function inFile<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    const [first, ...rest] = error.errors.map((each) => ({ ...each, message: `${path}: ${each.message}` }));
    throw first ? dimwiseError({ ...first, cause: error.cause }, rest) : notReadable(path, 'it is malformed', error);
  }
}
