// The bytes of tensors in chunks, drawn when they are written; no tensor is ever held whole for writing.
import { invariant } from '../../src/base/assert-never.ts';
import { dimwiseError } from '../../src/base/errors.ts';
import { byteLength, DTYPES } from '../../src/ir/dtype.ts';
import { elementCount, type LazySource, type TensorData, type TensorStorage } from '../../src/ir/tensor-data.ts';
import type { ByteSource } from './proto/parts.ts';

/** Reads a range of a file that holds tensor data, chunk by chunk; handed in, because files need a platform. */
export type FileBytes = (storage: Extract<TensorStorage, { kind: 'file' }>) => Iterable<Uint8Array>;

/** The bytes drawn at a time: large enough to hide the cost of a call, small against any weight that matters. */
export const CHUNK_BYTES = 1 << 20;

/** The bytes that the elements of a tensor take; strings have none. */
export function tensorByteLength(data: TensorData): number {
  return data.dtype === 'string' ? 0 : byteLength(data.dtype, elementCount(data.shape));
}

/**
 * The bytes of a tensor as a source that can be read any number of times.
 *
 * @param data a tensor of any element type but string
 * @param fileBytes reads tensors that lie in files
 * @throws EXTERNAL_DATA when the data lies in a file and no reader is given
 */
export function tensorSource(data: TensorData, fileBytes: FileBytes | undefined): ByteSource {
  const { storage } = data;
  const bytes = tensorByteLength(data);
  switch (storage.kind) {
    case 'bytes':
      return { bytes, write: [storage.bytes] };
    case 'lazy':
      return { bytes, write: { [Symbol.iterator]: () => drawChunks(storage.source, data, bytes) } };
    case 'file':
      if (!fileBytes) {
        throw dimwiseError({
          code: 'EXTERNAL_DATA',
          message: `data in file "${storage.location}" cannot be read here`,
          hint: 'write the model with writeModel, or load its external data first',
        });
      }
      return { bytes, write: { [Symbol.iterator]: () => fileBytes(storage)[Symbol.iterator]() } };
    case 'strings':
      invariant(false, 'a string tensor has no bytes');
  }
}

/** Draws elements chunk by chunk; the elements of a chunk fill whole bytes. */
function* drawChunks(source: LazySource, data: TensorData, bytes: number): Generator<Uint8Array, void, undefined> {
  const { bits } = DTYPES[data.dtype];
  for (let from = 0; from < bytes; from += CHUNK_BYTES) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes - from));
    source.fill(chunk, (from * 8) / bits);
    yield chunk;
  }
}
