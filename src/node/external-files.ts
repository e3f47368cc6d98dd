// The files of weights beside a model: resolved inside the model's folder only, checked before anything is read.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { ExternalReference } from '../../codegen/onnx/read-external.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { CHUNK_BYTES, type FileBytes } from '../ir/tensor-chunks.ts';
import type { TensorStorage } from '../ir/tensor-data.ts';
import { lookInside, pathInside, type RefuseLocation } from './inside-folder.ts';
import { errorReason } from './write-atomic.ts';

/** Tensors up to this size are read at once: shapes and scalars that inference looks into. */
const EAGER_BYTES = 2 ** 14;

type FileStorage = Extract<TensorStorage, { kind: 'file' }>;

/** How external data is resolved. */
export interface ExternalFileOptions {
  /** Whether files with more than one hard link may be read; package caches make such. False by default. */
  readonly allowHardLinks?: boolean | undefined;
}

interface CheckedFile {
  readonly path: string;
  readonly stats: Stats;
}

/** The external data of one model. */
export class ExternalFiles {
  /** The real path of the model's folder. */
  readonly folder: string;
  readonly #allowHardLinks: boolean;
  readonly #files = new Map<string, CheckedFile>();

  /** @param folder the real path of the model's folder */
  constructor(folder: string, options: ExternalFileOptions = {}) {
    this.folder = folder;
    this.#allowHardLinks = options.allowHardLinks ?? false;
  }

  /**
   * Checks a reference and reads it where it is small.
   *
   * @throws EXTERNAL_DATA when the file lies outside of the folder, is reached through a link, is no regular file, or is too short
   */
  readonly resolve = (reference: ExternalReference): TensorStorage => {
    const { location, offset, length, checksum, owner } = reference;
    const { path, stats } = this.#check(location, owner);
    // Subtraction cannot wrap around, a sum could.
    if (offset > stats.size || length > stats.size - offset) {
      throw dimwiseError({
        code: 'EXTERNAL_DATA',
        message: `${owner} lies at bytes ${offset} to ${offset + length} of ${path}, which has ${stats.size}`,
        origin: { what: owner },
        expected: `at least ${offset + length} bytes`,
        actual: `${stats.size} bytes`,
        hint: 'the data file is damaged or belongs to another model',
      });
    }
    const storage: FileStorage = {
      kind: 'file',
      location,
      offset,
      length,
      ...(checksum === undefined ? {} : { checksum }),
    };
    if (length > EAGER_BYTES) return storage;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of this.bytes(storage)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { kind: 'bytes', bytes };
  };

  /**
   * Reads a range, chunk by chunk.
   *
   * @throws EXTERNAL_DATA when the file is another one than the one that was checked, or shorter by now
   */
  readonly bytes: FileBytes = (storage) => this.#chunks(storage);

  *#chunks({ location, offset, length }: FileStorage): Generator<Uint8Array, void, undefined> {
    const file = this.#check(location, `file "${location}"`);
    const descriptor = openChecked(file, location);
    try {
      for (let done = 0; done < length; ) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, length - done));
        const read = readSync(descriptor, chunk, 0, chunk.length, offset + done);
        if (read === 0) throw refused(location, `${file.path} ends before byte ${offset + length}`);
        done += read;
        yield read === chunk.length ? chunk : chunk.subarray(0, read);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #check(location: string, owner: string): CheckedFile {
    const known = this.#files.get(location);
    if (known) return known;
    const refuse: RefuseLocation = (...facts) => refused(owner, ...facts);
    const path = pathInside(this.folder, location, 'model', refuse);
    const stats = lookInside(this.folder, path, refuse);
    if ('link' in stats) throw refuse(`${stats.link} is a link`, 'put the file itself beside the model');
    if (!stats.isFile()) throw refused(owner, `${path} is no regular file`);
    if (stats.nlink > 1 && !this.#allowHardLinks) {
      throw refused(
        owner,
        `${path} has ${stats.nlink} hard links`,
        'allow hard links if the folder belongs to a package cache',
      );
    }
    const file = { path, stats };
    this.#files.set(location, file);
    return file;
  }
}

/** Opens the file that was checked, and makes sure that it is still that one. */
function openChecked({ path, stats }: CheckedFile, location: string): number {
  let descriptor: number;
  try {
    // Should a pipe have taken its place meanwhile, opening must not wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw refused(`file "${location}"`, `${path} cannot be read: ${errorReason(cause)}`, undefined, cause);
  }
  const opened = fstatSync(descriptor);
  if (opened.ino === stats.ino && opened.dev === stats.dev && opened.size >= stats.size) return descriptor;
  closeSync(descriptor);
  throw refused(`file "${location}"`, `${path} was replaced while the model was read`);
}

function refused(owner: string, fact: string, hint?: string, cause?: unknown): DimwiseError {
  return dimwiseError({
    code: 'EXTERNAL_DATA',
    message: `external data of ${owner} is refused: ${fact}`,
    origin: { what: owner },
    actual: fact,
    hint: hint ?? "external data must be a regular file in the model's own folder",
    cause,
  });
}
