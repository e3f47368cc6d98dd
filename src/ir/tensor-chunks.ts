// The elements of tensors in chunks, drawn or read when they are written; no tensor is ever held whole for writing.
import { invariant } from '../base/assert-never.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { byteLength, DTYPES } from './dtype.ts';
import { elementCount, type LazySource, type TensorData, type TensorStorage } from './tensor-data.ts';

/** Reads a range of a file that holds tensor data, chunk by chunk; handed in, because files need a platform. */
export type FileBytes = (storage: Extract<TensorStorage, { kind: 'file' }>) => Iterable<Uint8Array>;

/** The bytes drawn at a time: large enough to hide the cost of a call, small against any weight that matters. */
export const CHUNK_BYTES = 1 << 20;

/** The bytes that the elements of a tensor take; strings have none. */
export function tensorByteLength(data: TensorData): number {
  return data.dtype === 'string' ? 0 : byteLength(data.dtype, elementCount(data.shape));
}

/**
 * The bytes of a tensor, chunk by chunk; they can be gone through any number of times.
 *
 * @param data a tensor of any element type but string
 * @param fileBytes reads tensors that lie in files
 * @throws EXTERNAL_DATA when the data lies in a file and no reader is given
 */
export function tensorChunks(data: TensorData, fileBytes: FileBytes | undefined): Iterable<Uint8Array> {
  const { storage } = data;
  switch (storage.kind) {
    case 'bytes':
      return [storage.bytes];
    case 'lazy':
      return { [Symbol.iterator]: () => drawChunks(storage.source, data) };
    case 'file':
      if (!fileBytes) throw notOpened(storage);
      return { [Symbol.iterator]: () => fileBytes(storage)[Symbol.iterator]() };
    case 'strings':
      invariant(false, 'a string tensor has no bytes');
  }
}

/** The error of data that lies in a file which nobody opened. */
export function notOpened({ location }: Extract<TensorStorage, { kind: 'file' }>): DimwiseError {
  return dimwiseError({
    code: 'EXTERNAL_DATA',
    message: `data in file "${location}" cannot be read here`,
    hint: 'open the model with openOnnx, which reads the files beside it',
  });
}

/** Draws elements chunk by chunk; the elements of a chunk fill whole bytes. */
function* drawChunks(source: LazySource, data: TensorData): Generator<Uint8Array, void, undefined> {
  const bytes = tensorByteLength(data);
  const { bits } = DTYPES[data.dtype];
  for (let from = 0; from < bytes; from += CHUNK_BYTES) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes - from));
    source.fill(chunk, (from * 8) / bits);
    yield chunk;
  }
}
