// The layout of an external data file: which tensors lie in it, where, and the name that its content gives it.
import { dimwiseError } from '../../src/base/errors.ts';
import { Checksum } from '../../src/ir/checksum.ts';
import { type FileBytes, tensorByteLength } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import type { ByteSource, Part } from './proto/parts.ts';
import { tensorSource } from './tensor-bytes.ts';

/** Large tensors start at multiples of a page, so that a runtime can map them. */
const PAGE_BYTES = 4096;
/** Smaller ones start where any element type is aligned. */
const SMALL_ALIGNMENT = 16;

/** Tensors below this size stay in the model file: runtimes read shapes and scalars from there while they infer. */
export const MIN_EXTERNAL_BYTES = 1024;

/** Where a tensor lies in the file, in bytes. */
export interface ExternalPlace {
  readonly offset: number;
  readonly length: number;
}

/** The plan of one external data file. */
export interface ExternalFilePlan {
  /** `NAME.<checksum>.data`. */
  readonly fileName: string;
  readonly bytes: number;
  /** The content in order, padding included. */
  readonly parts: readonly Part[];
  placeOf(data: TensorData): ExternalPlace | undefined;
}

/**
 * Lays out the tensors of a model that are large enough for an external file.
 *
 * The checksum in the name is of the layout and the content; of data that is drawn, the description stands for the content,
 * because it determines every bit. So the same weights give the same name, and other weights never overwrite the old file.
 *
 * @param name the name before the checksum, without a folder
 * @param tensors the tensors in the order of the file
 * @param fileBytes reads tensors that lie in other files
 * @returns undefined where no tensor is large enough
 */
export function planExternalFile(
  name: string,
  tensors: Iterable<TensorData>,
  fileBytes: FileBytes | undefined,
): ExternalFilePlan | undefined {
  const places = new Map<TensorData, ExternalPlace>();
  const parts: Part[] = [];
  const checksum = new Checksum();
  let end = 0;
  for (const data of tensors) {
    const length = tensorByteLength(data);
    if (length < MIN_EXTERNAL_BYTES || places.has(data)) continue;
    const alignment = length >= PAGE_BYTES ? PAGE_BYTES : SMALL_ALIGNMENT;
    const offset = Math.ceil(end / alignment) * alignment;
    if (offset > end) parts.push(new Uint8Array(offset - end));
    const source = tensorSource(data, fileBytes);
    addToChecksum(checksum, data, offset, source);
    parts.push(data.storage.kind === 'bytes' ? data.storage.bytes : source);
    places.set(data, { offset, length });
    end = offset + length;
  }
  if (places.size === 0) return undefined;
  return {
    fileName: `${fileStem(name)}.${checksum.digest()}.data`,
    bytes: end,
    parts,
    placeOf: (data) => places.get(data),
  };
}

function addToChecksum(checksum: Checksum, data: TensorData, offset: number, source: ByteSource): void {
  checksum.addNumber(offset).addText(`${data.dtype}[${data.shape.join(', ')}]`);
  const drawnBy = describedBy(data);
  if (drawnBy !== undefined) {
    checksum.addText(drawnBy);
    return;
  }
  for (const chunk of syncChunks(source)) checksum.add(chunk);
}

/** What determines every byte of drawn data. */
function describedBy({ storage }: TensorData): string | undefined {
  if (storage.kind === 'lazy') return storage.source.description;
  return storage.kind === 'bytes' ? storage.description : undefined;
}

/** The chunks of a source of tensor data, which never gives them asynchronously. */
export function syncChunks({ write }: ByteSource): Iterable<Uint8Array> {
  if (Symbol.iterator in write) return write;
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'tensor data is read in synchronous chunks' });
}

/** A text that is safe as the start of a file name on every platform. */
function fileStem(name: string): string {
  return name.replace(/[^\w.-]+/g, '_').replace(/^[.-]+/, '_') || 'model';
}
