// Reads regular files of a sane size only: a pipe or a device may wait for ever.
import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type DimwiseError, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { errorCode, errorReason } from './write-atomic.ts';

/**
 * Reads a whole file.
 *
 * @param path a regular file, or a link to one
 * @param maxBytes the largest file that is read
 * @throws FILE_READ when it is something else, cannot be read or is too large
 */
export function readRegularFile(path: string, maxBytes: number): Promise<Uint8Array> {
  return withRegularFile(path, maxBytes, (handle, { size }) => readAll(handle, size, path));
}

/**
 * Opens a regular file of a sane size, and closes it behind `read`.
 *
 * @throws FILE_READ when it is something else, cannot be read or is too large
 */
export async function withRegularFile<T>(
  path: string,
  maxBytes: number,
  read: (handle: FileHandle, stats: Stats) => Promise<T>,
): Promise<T> {
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
    return await read(handle, opened);
  } catch (error) {
    throw isDimwiseError(error) ? error : notReadable(path, errorReason(error), error);
  } finally {
    await handle?.close();
  }
}

/** Reads the bytes of an open file. @throws FILE_READ when it ends before its size */
export async function readAll(handle: FileHandle, size: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) throw notReadable(path, `it ends at byte ${at} of ${size}: it was cut while it was read`);
    at += bytesRead;
  }
  return bytes;
}

/** The error of a file that cannot be read. */
export function notReadable(path: string, reason: string, cause?: unknown): DimwiseError {
  return dimwiseError({
    code: 'FILE_READ',
    message: `${path} cannot be read: ${reason}`,
    actual: errorCode(cause),
    hint: 'check the path and its permissions',
    cause,
  });
}
