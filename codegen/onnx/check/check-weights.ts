// Looks into weights: numbers that are none, infinities, tensors that stand in the file twice.
import { Checksum } from '../../../src/ir/checksum.ts';
import { DTYPES, type DType } from '../../../src/ir/dtype.ts';
import { sameBytes } from '../../../src/ir/same-bytes.ts';
import { CHUNK_BYTES, type FileBytes, tensorByteLength } from '../../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../../src/ir/tensor-data.ts';
import { tensorSource } from '../tensor-bytes.ts';
import type { ReadInitializer } from './check-tensors.ts';
import type { Findings } from './finding.ts';

/** Copies below this size do not matter, in bytes. */
const SMALL_BYTES = 1024;

/** How the bits of an element tell: those of the exponent all set mean infinity, or NaN where the fraction is not zero. */
interface FloatForm {
  /** Bytes of an element. */
  readonly size: 2 | 4;
  readonly exponent: number;
  readonly fraction: number;
}

const FORMS: ReadonlyMap<DType, FloatForm> = new Map<DType, FloatForm>([
  ['float32', { size: 4, exponent: 0x7f800000, fraction: 0x7fffff }],
  ['float16', { size: 2, exponent: 0x7c00, fraction: 0x3ff }],
  ['bfloat16', { size: 2, exponent: 0x7f80, fraction: 0x7f }],
]);

/** Counts NaN and infinities in initializers of float32, float64, float16 and bfloat16, and finds large ones that are equal. */
export function checkWeights(
  initializers: readonly ReadInitializer[],
  files: FileBytes | undefined,
  findings: Findings,
): void {
  const candidates = new Map<string, ReadInitializer[]>();
  for (const initializer of initializers) {
    const { scope, name, data } = initializer;
    const { dtype, shape, storage } = data;
    if (storage.kind === 'strings' || (storage.kind === 'file' && !files)) continue;
    const { nan, infinite, count } = countSpecial(data, files);
    const place = { scope, value: name };
    const what = `initializer "${name}"`;
    if (nan > 0) findings.add('WEIGHT_NAN', `${nan} of ${count} elements of ${what} are NaN`, place);
    if (infinite > 0)
      findings.add('WEIGHT_INFINITE', `${infinite} of ${count} elements of ${what} are infinite`, place);
    const bytes = tensorByteLength(data);
    if (bytes < SMALL_BYTES || storage.kind === 'file') continue;
    // A look at the middle spares the checksum of most tensors of one shape.
    const middle = partOf(data, bytes >> 1, Math.min(32, bytes - (bytes >> 1))).join();
    const key = `${dtype}[${shape.join()}]${middle}`;
    const list = candidates.get(key);
    if (list) list.push(initializer);
    else candidates.set(key, [initializer]);
  }
  for (const list of candidates.values()) if (list.length > 1) tellCopies(list, findings);
}

function tellCopies(list: readonly ReadInitializer[], findings: Findings): void {
  const first = new Map<string, ReadInitializer>();
  for (const each of list) {
    const checksum = new Checksum();
    for (const part of partsOf(each.data)) checksum.add(part);
    const digest = checksum.digest();
    const before = first.get(digest);
    if (!before) first.set(digest, each);
    else if (!sameData(before.data, each.data)) continue;
    else {
      const message = `initializer "${each.name}" is equal to "${before.name}", ${tensorByteLength(each.data)} bytes`;
      findings.add('WEIGHT_TWICE', message, { scope: each.scope, value: each.name });
    }
  }
}

/** Bytes of a tensor that lies in the model file. */
function partOf({ dtype, storage }: TensorData, start: number, length: number): Uint8Array {
  if (storage.kind === 'bytes') return storage.bytes.subarray(start, start + length);
  const part = new Uint8Array(length);
  if (storage.kind === 'lazy') storage.source.fill(part, (start * 8) / DTYPES[dtype].bits);
  return part;
}

function* partsOf(data: TensorData): Iterable<Uint8Array> {
  const bytes = tensorByteLength(data);
  for (let at = 0; at < bytes; at += CHUNK_BYTES) yield partOf(data, at, Math.min(CHUNK_BYTES, bytes - at));
}

/** Whether two tensors of as many bytes have the same ones. */
function sameData(a: TensorData, b: TensorData): boolean {
  let at = 0;
  for (const part of partsOf(a)) {
    if (!sameBytes(part, partOf(b, at, part.length))) return false;
    at += part.length;
  }
  return true;
}

interface Special {
  readonly nan: number;
  readonly infinite: number;
  readonly count: number;
}

function countSpecial(data: TensorData, files: FileBytes | undefined): Special {
  const form = FORMS.get(data.dtype);
  const isDouble = data.dtype === 'float64';
  if (!form && !isDouble) return { nan: 0, infinite: 0, count: 0 };
  const size = form?.size ?? 8;
  const total = { nan: 0, infinite: 0, count: 0 };
  for (const chunk of wholeElements(data, files, size)) {
    if (form) countIn(chunk, form, total);
    else countDoubles(chunk, total);
    total.count += chunk.length / size;
  }
  return total;
}

/** The bytes of a tensor in chunks that hold whole elements, each aligned for a typed array. */
function* wholeElements(data: TensorData, files: FileBytes | undefined, size: number): Iterable<Uint8Array> {
  const parts = tensorSource(data, files).write;
  // Sources that wait for something are those of downloads; tensors of a file have none.
  if (!(Symbol.iterator in parts)) return;
  let rest: Uint8Array = new Uint8Array(0);
  for (const part of parts) {
    // Parts of a file are views of any alignment; small pieces of them are cheap to copy.
    for (let at = 0; at < part.length; at += CHUNK_BYTES) {
      const piece = part.subarray(at, at + CHUNK_BYTES);
      const bytes = rest.length === 0 ? piece : joined(rest, piece);
      const end = bytes.length - (bytes.length % size);
      const whole = bytes.subarray(0, end);
      yield bytes.byteOffset % size === 0 ? whole : whole.slice();
      rest = bytes.slice(end);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function countIn(
  bytes: Uint8Array,
  { size, exponent, fraction }: FloatForm,
  total: { nan: number; infinite: number },
): void {
  const { buffer, byteOffset, length } = bytes;
  const list =
    size === 2 ? new Uint16Array(buffer, byteOffset, length / 2) : new Uint32Array(buffer, byteOffset, length / 4);
  for (const word of list) {
    if ((word & exponent) !== exponent) continue;
    if ((word & fraction) !== 0) total.nan++;
    else total.infinite++;
  }
}

function countDoubles(bytes: Uint8Array, total: { nan: number; infinite: number }): void {
  for (const value of new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)) {
    if (Number.isNaN(value)) total.nan++;
    else if (!Number.isFinite(value)) total.infinite++;
  }
}
