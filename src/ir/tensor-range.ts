// Ranges of a tensor's elements, wherever the tensor keeps them.
import { dimwiseError } from '../base/errors.ts';
import { DTYPES } from './dtype.ts';
import { notOpened } from './tensor-chunks.ts';
import { materialize, type TensorData } from './tensor-data.ts';

/** Writes the little-endian bytes of the elements from `firstElement` on into `out`. */
export type RangeReader = (out: Uint8Array, firstElement: number) => void;

/**
 * Checks that a tensor's elements can be read as bytes here.
 *
 * @throws DTYPE_MISMATCH when they are strings
 * @throws EXTERNAL_DATA when they lie in a file that was not opened
 */
export function requireReadable({ storage }: TensorData): void {
  if (storage.kind === 'strings')
    throw dimwiseError({ code: 'DTYPE_MISMATCH', message: 'a tensor of strings has no bytes to rearrange' });
  if (storage.kind === 'file') throw notOpened(storage);
}

/**
 * A reader of a tensor's elements in any order of ranges; ranges start and end at whole bytes.
 *
 * @throws DTYPE_MISMATCH when the elements are strings
 * @throws EXTERNAL_DATA when they lie in a file that was not opened
 */
export function rangeReader(data: TensorData): RangeReader {
  requireReadable(data);
  const { storage } = data;
  if (storage.kind === 'lazy') return (out, first) => storage.source.fill(out, first);
  const bytes = materialize(data) ?? new Uint8Array();
  const { bits } = DTYPES[data.dtype];
  return (out, first) => out.set(bytes.subarray((first * bits) / 8, (first * bits) / 8 + out.length));
}

/**
 * A reader that takes a lazy tensor as a whole at the first range and keeps it until the range with the last element was read: for
 * ranges too small, or too far apart, to read each from a file.
 */
export function wholeReader(data: TensorData, isLast: (firstElement: number, bytes: number) => boolean): RangeReader {
  if (data.storage.kind !== 'lazy') return rangeReader(data);
  let held: RangeReader | undefined;
  return (out, first) => {
    held ??= rangeReader({ ...data, storage: { kind: 'bytes', bytes: materialize(data) ?? new Uint8Array() } });
    held(out, first);
    if (isLast(first, out.length)) held = undefined;
  };
}

/** The bytes of one element. @throws DTYPE_MISMATCH for elements below a byte, which views cannot cut apart */
export function elementBytes({ dtype, shape }: TensorData): number {
  const { bits } = DTYPES[dtype];
  if (bits % 8 === 0 && bits > 0) return bits / 8;
  throw dimwiseError({
    code: 'DTYPE_MISMATCH',
    message: `${dtype}[${shape.join(', ')}] cannot be cut or rearranged: its elements are no whole bytes`,
    expected: 'elements of whole bytes',
    actual: dtype,
  });
}
