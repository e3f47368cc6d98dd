// Writes a file so that a killed or failed process leaves the old file or the new one, never a part of either.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type DimwiseError, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { type FileSink, fileSink } from './file-sink.ts';

/** The calls that writing makes; tests hand in ones that fail. */
export interface FileOperations {
  readonly lstat: typeof lstat;
  readonly open: typeof open;
  readonly rename: typeof rename;
  readonly unlink: typeof unlink;
}

const NODE_OPERATIONS: FileOperations = { lstat, open, rename, unlink };

/** Chunks of bytes, in order. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** How a file is written. */
export interface WriteOptions {
  /** About how many bytes come; large files are written past the system's cache. 0 by default. */
  readonly bytes?: number | undefined;
  /** The file system; tests hand in ones that fail. */
  readonly operations?: FileOperations | undefined;
  /** Is shown each chunk while the system writes it. */
  readonly onChunk?: ((chunk: Uint8Array) => void) | undefined;
}

/** A file that is written, flushed, and not in its place yet. */
export interface StagedFile {
  readonly path: string;
  /** Where it lies until then. */
  readonly temporary: string;
  /**
   * Renames it into its place, or another one in the same folder.
   *
   * @throws FILE_WRITE when that fails; the old file is as it was, and the temporary file is gone
   */
  place(path?: string): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/**
 * Writes a file by a temporary file beside it, which is flushed and then renamed into place. The mode of a file that is
 * replaced is kept; a link is replaced, not followed.
 *
 * @param path where the file is to be; its folder must exist
 * @param chunks the content; drawn one at a time
 * @throws FILE_WRITE when anything fails; the old file is as it was, and the temporary file is gone
 */
export async function writeAtomic(path: string, chunks: Chunks, options: WriteOptions = {}): Promise<void> {
  await (await stageFile(path, chunks, options)).place();
}

/**
 * Writes the temporary file of {@link writeAtomic}, for files that are to be placed together, or whose content gives their name.
 *
 * @throws FILE_WRITE when anything fails; the temporary file is gone then
 */
export async function stageFile(
  path: string,
  chunks: Chunks,
  { bytes = 0, operations = NODE_OPERATIONS, onChunk }: WriteOptions = {},
): Promise<StagedFile> {
  const folder = dirname(path);
  // A name may have 255 bytes; the ending keeps two writers apart.
  const temporary = join(folder, `.${basename(path).slice(0, 64)}.${randomBytes(8).toString('hex')}.tmp`);
  const discard = (): Promise<void> => operations.unlink(temporary).catch(() => {});
  let created = false;
  let handle: FileHandle | undefined;
  let sink: FileSink | undefined;
  try {
    const mode = await modeToKeep(path, operations);
    handle = await operations.open(temporary, 'wx', mode ?? 0o666);
    created = true;
    // The mode given to open is cut by the umask.
    if (mode !== undefined) await handle.chmod(mode);
    sink = await fileSink({ path: temporary, handle, open: operations.open }, bytes);
    for await (const chunk of chunks) {
      const written = sink.add(chunk);
      try {
        onChunk?.(chunk);
      } finally {
        await written;
      }
    }
    await sink.end();
    await sink.close();
    await handle.sync();
    await handle.close();
    handle = undefined;
  } catch (error) {
    await sink?.close().catch(() => {});
    await handle?.close().catch(() => {});
    if (created) await discard();
    throw isDimwiseError(error) ? error : writeError(path, error);
  }
  const place = async (to = path): Promise<void> => {
    let placed = false;
    try {
      if (to !== path) await takeMode(temporary, to, operations);
      await operations.rename(temporary, to);
      placed = true;
      await syncFolder(folder, operations);
    } catch (error) {
      if (!placed) await discard();
      throw isDimwiseError(error) ? error : writeError(to, error);
    }
  };
  return { path, temporary, place, discard };
}

/** Gives a file the mode of the one that it is to replace. @throws FILE_WRITE when that is no file */
async function takeMode(temporary: string, path: string, operations: FileOperations): Promise<void> {
  const mode = await modeToKeep(path, operations);
  if (mode === undefined) return;
  const handle = await operations.open(temporary, 'r+');
  try {
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

/** The mode of the file that is to be replaced; undefined where there is none. @throws FILE_WRITE when it is no file */
async function modeToKeep(path: string, operations: FileOperations): Promise<number | undefined> {
  const found = await operations.lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!found || found.isSymbolicLink()) return undefined;
  if (!found.isFile()) {
    const kind = found.isDirectory() ? 'a folder' : 'no regular file';
    throw dimwiseError({
      code: 'FILE_WRITE',
      message: `${path} cannot be written: it is ${kind}`,
      expected: 'a regular file, or none',
      actual: kind,
      hint: 'give the path of a file',
    });
  }
  return found.mode & 0o7777;
}

/** Makes the renaming durable; systems that cannot open a folder do without. */
async function syncFolder(folder: string, operations: FileOperations): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await operations.open(folder, constants.O_RDONLY);
  } catch {
    return;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** The system's short name for what went wrong: `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file grows beyond the limit',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  EIO: 'the device reports an error',
  ELOOP: 'it is a link, or a chain of links',
  ENAMETOOLONG: 'the name is too long',
};

/** What went wrong, as a phrase with the system's short name. */
export function errorReason(error: unknown): string {
  const code = errorCode(error);
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason) return `${reason} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

function writeError(path: string, cause: unknown): DimwiseError {
  return dimwiseError({
    code: 'FILE_WRITE',
    message: `${path} cannot be written: ${errorReason(cause)}`,
    actual: errorCode(cause),
    hint: 'the old file, if there was one, is unchanged',
    cause,
  });
}
