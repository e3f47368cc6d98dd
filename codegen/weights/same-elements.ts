// sameElements: whether two tensors hold the same bits, read chunk by chunk.
import { DTYPES } from '../../src/ir/dtype.ts';
import { sameBytes } from '../../src/ir/same-bytes.ts';
import { materialize, type TensorData } from '../../src/ir/tensor-data.ts';
import { rangeReader } from '../../src/ir/tensor-range.ts';

/** Elements that are compared at a time. */
const CHUNK = 1 << 18;

/**
 * Tells whether two tensors have the same type, sizes and bits. Tensors that lie in files are read.
 *
 * @throws DTYPE_MISMATCH when they are of strings
 */
export function sameElements(a: TensorData, b: TensorData): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length || !a.shape.every((n, i) => n === b.shape[i]))
    return false;
  if (a.storage === b.storage) return true;
  if (a.storage.kind === 'lazy' && b.storage.kind === 'lazy' && a.storage.source.description !== undefined)
    if (a.storage.source.description === b.storage.source.description) return true;
  const { bits } = DTYPES[a.dtype];
  if (bits % 8 !== 0) return sameBytes(materialize(a) ?? new Uint8Array(), materialize(b) ?? new Uint8Array());
  const [readA, readB] = [rangeReader(a), rangeReader(b)];
  const count = a.shape.reduce((product, size) => product * size, 1);
  for (let first = 0; first < count; first += CHUNK) {
    const bytes = (Math.min(CHUNK, count - first) * bits) / 8;
    const [one, other] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    readA(one, first);
    readB(other, first);
    if (!sameBytes(one, other)) return false;
  }
  return true;
}
