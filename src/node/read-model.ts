// Reads model files: regular files of a sane size only, with their external data checked.
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { allLimits, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../../codegen/onnx/read.ts';
import { type DimwiseError, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { type ExternalFileOptions, ExternalFiles } from './external-files.ts';
import { errorCode, errorReason } from './write-atomic.ts';

/** How a model file is read. */
export interface ReadFileOptions extends ExternalFileOptions {
  /** How much the file may ask for. */
  readonly limits?: OnnxLimits | undefined;
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
  const bytes = await readRegularFile(path, limits.fileBytes);
  // External data lies beside the file itself, also where the path given is a link to it.
  const external = new ExternalFiles(dirname(await realpath(path)), options);
  return inFile(path, () => ({
    ...readModel(decodeModel(bytes, limits), { resolveExternal: external.resolve, limits }),
    path,
    external,
  }));
}

/**
 * Reads a whole file.
 *
 * @param path a regular file, or a link to one
 * @param maxBytes the largest file that is read
 * @throws FILE_READ when it is something else, cannot be read or is too large
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    // Opening a pipe or a device may wait for ever, so look first.
    const seen = await stat(path);
    if (!seen.isFile()) throw notReadable(path, seen.isDirectory() ? 'it is a folder' : 'it is no regular file');
    handle = await open(path, 'r');
    const opened = await handle.stat();
    if (!opened.isFile()) throw notReadable(path, 'it is no regular file');
    if (opened.size > maxBytes) {
      throw dimwiseError({
        code: 'FILE_READ',
        message: `${path} has ${opened.size} bytes, at most ${maxBytes} are read`,
        expected: `<= ${maxBytes} bytes`,
        actual: `${opened.size} bytes`,
      });
    }
    return await readAll(handle, opened.size, path);
  } catch (error) {
    throw isDimwiseError(error) ? error : notReadable(path, errorReason(error), error);
  } finally {
    await handle?.close();
  }
}

async function readAll(handle: FileHandle, size: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) throw notReadable(path, `it ends at byte ${at} of ${size}: it was cut while it was read`);
    at += bytesRead;
  }
  return bytes;
}

function notReadable(path: string, reason: string, cause?: unknown): DimwiseError {
  return dimwiseError({
    code: 'FILE_READ',
    message: `${path} cannot be read: ${reason}`,
    actual: errorCode(cause),
    hint: 'check the path and its permissions',
    cause,
  });
}

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
