// Reads and writes .npy files whole: feeds and outputs of runs.

import { npyHeaderBytes, npyStrings, orderNpy, readNpyHeader } from '../../codegen/weights/npy.ts';
import { bytesInMemory } from '../../codegen/weights/positioned-bytes.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { DTYPES, type DType } from '../ir/dtype.ts';
import { readRegularFile } from './regular-file.ts';
import { writeAtomic } from './write-atomic.ts';

/** An array of a .npy file: little-endian elements in C order, or strings. */
export interface NpyArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage:
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    | { readonly kind: 'strings'; readonly values: readonly string[] };
}

/** Arrays in memory are smaller than this. */
const MOST_BYTES = 2 ** 32;

/**
 * Reads a .npy file.
 *
 * @throws FILE_READ when the file cannot be read
 * @throws FILE_FORMAT when it is no .npy file, is damaged, or holds elements that no feed has
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return parseNpy(await readRegularFile(path, MOST_BYTES), path);
}

/**
 * Reads the bytes of a .npy file.
 *
 * @param path the file, for messages
 * @throws FILE_FORMAT as {@link readNpy} does
 */
export function parseNpy(file: Uint8Array, path: string): NpyArray {
  const fail = (fact: string): DimwiseError => malformed(path, fact);
  const header = readNpyHeader(bytesInMemory(file, path), fail);
  const { dtype, shape, start, length, descr } = header;
  const bytes = file.slice(start, start + length);
  if (bytes.length !== length)
    throw fail(`its shape (${shape.join(', ')}) takes ${length} bytes, it has ${bytes.length}`);
  if (!dtype || DTYPES[dtype].kind === 'complex') throw fail(`its elements are '${descr}', which ONNX does not have`);
  const ordered = orderNpy(bytes, header);
  if (dtype === 'string')
    return { dtype, shape, storage: { kind: 'strings', values: npyStrings(ordered, header, fail) } };
  return { dtype, shape, storage: { kind: 'bytes', bytes: ordered } };
}

function malformed(path: string, fact: string): DimwiseError {
  return dimwiseError({
    code: 'FILE_FORMAT',
    message: `${path} is no .npy file that can be fed: ${fact}`,
    origin: { what: path },
    expected: 'an array saved by numpy.save',
    hint: 'save a plain array of numbers: numpy.save(path, array)',
  });
}

/**
 * The bytes of a .npy file.
 *
 * @param array elements of a fixed width that NumPy has; bool is one byte each
 * @throws FILE_FORMAT when NumPy has no such elements
 */
export function formatNpy({ dtype, shape, storage }: NpyArray): Uint8Array {
  const head = npyHeaderBytes(dtype, shape);
  if (!head || storage.kind === 'strings') {
    throw dimwiseError({
      code: 'FILE_FORMAT',
      message: `a .npy file cannot hold elements of ${dtype} here`,
      actual: dtype,
    });
  }
  const out = new Uint8Array(head.length + storage.bytes.length);
  out.set(head);
  out.set(storage.bytes, head.length);
  return out;
}

/** Writes a .npy file. @throws FILE_WRITE when it cannot be written; FILE_FORMAT as {@link formatNpy} does */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  await writeAtomic(path, [formatNpy(array)]);
}
