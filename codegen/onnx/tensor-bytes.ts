// The bytes of tensors as parts of a message.

import { type FileBytes, tensorByteLength, tensorChunks } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import type { ByteSource } from './proto/parts.ts';

/**
 * The bytes of a tensor as a source that can be read any number of times.
 *
 * @param data a tensor of any element type but string
 * @param fileBytes reads tensors that lie in files
 * @throws EXTERNAL_DATA when the data lies in a file and no reader is given
 */
export function tensorSource(data: TensorData, fileBytes: FileBytes | undefined): ByteSource {
  return { bytes: tensorByteLength(data), write: tensorChunks(data, fileBytes), data };
}
