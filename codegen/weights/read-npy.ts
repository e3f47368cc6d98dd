// Reads one array of NumPy as a tensor: in place where it stands as ONNX has it, else whole, when it is used.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import type { LazySource, TensorData } from '../../src/ir/tensor-data.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from './checkpoint-limits.ts';
import { malformedCheckpoint } from './malformed-checkpoint.ts';
import { isPlainNpy, type NpyHeader, npyStrings, orderNpy, readNpyHeader } from './npy.ts';
import { type PositionedBytes, readRange, tensorAt } from './positioned-bytes.ts';

/** An array in a file. */
export interface NpyPlace {
  /** The bytes of the .npy file. Of a compressed one, the first 65,548 are enough where `whole` gives all. */
  readonly file: PositionedBytes;
  /** The name of the tensor. */
  readonly name: string;
  /** The size of the .npy file; that of `file` by default. */
  readonly size?: number | undefined;
  /** Gives the whole .npy file where ranges of it cannot be read; undefined where they can. */
  readonly whole?: (() => Uint8Array) | undefined;
}

/**
 * Reads an array.
 *
 * @param last keeps the array that was used last, where arrays are used whole
 * @throws CHECKPOINT_MALFORMED when it is no .npy file, or has elements that ONNX does not have
 * @throws CHECKPOINT_LIMIT when it must be held whole and is larger than the limit
 */
export function npyTensor(place: NpyPlace, limits: AllCheckpointLimits, last: LastArray): TensorData {
  const { file, name, size = file.size, whole } = place;
  const fail = (fact: string): DimwiseError =>
    malformedCheckpoint(file.source, `is no .npy array that can be read: ${fact}`, { tensor: name });
  const header = readNpyHeader(file, fail);
  const { dtype, shape, start, length } = header;
  if (shape.length > limits.rank) {
    throw beyondCheckpointLimit('rank', limits.rank, {
      source: file.source,
      what: `tensor "${name}" has ${shape.length} axes`,
      tensor: name,
    });
  }
  if (!dtype) throw unknownElements(header, fail);
  if (start + length !== size) {
    throw fail(`its shape (${shape.join(', ')}) of ${header.descr} takes ${length} bytes, it has ${size - start}`);
  }
  if (!whole && dtype !== 'string' && isPlainNpy(header)) return tensorAt(file, { dtype, shape, start, length });
  if (length > limits.arrayBytes) {
    throw beyondCheckpointLimit('arrayBytes', limits.arrayBytes, {
      source: file.source,
      what: `tensor "${name}" has ${length} bytes and must be held whole`,
      tensor: name,
    });
  }
  const read = (): Uint8Array => orderNpy(whole ? whole().subarray(start) : readRange(file, start, length), header);
  // Texts are few and small, and there is no way to read them later.
  if (dtype === 'string')
    return { dtype, shape, storage: { kind: 'strings', values: npyStrings(read(), header, fail) } };
  return { dtype, shape, storage: { kind: 'lazy', source: new WholeArray(last, read, { dtype, length }) } };
}

function unknownElements({ descr }: NpyHeader, fail: (fact: string) => DimwiseError): DimwiseError {
  const error = fail(`its elements are '${descr}', which ONNX does not have`);
  const [first] = error.errors;
  const hint = UNKNOWN_HINTS.find(([start]) => start.test(descr))?.[1];
  return first && hint ? dimwiseError({ ...first, actual: descr, hint }) : error;
}

const UNKNOWN_HINTS: readonly (readonly [RegExp, string])[] = [
  [/O/, 'objects are pickles, which run code when they are read: save plain arrays'],
  [/V/, 'NumPy does not say which type this is (bfloat16 and float8 are saved so): save it as safetensors'],
];

/** Keeps the one array that was used last, so that its chunks need not be made anew, and no two are in memory. */
export class LastArray {
  #owner: WholeArray | undefined;
  #bytes: Uint8Array = new Uint8Array(0);

  /** The bytes of an array, made where another one was used last. */
  bytesOf(owner: WholeArray, read: () => Uint8Array): Uint8Array {
    if (this.#owner === owner) return this.#bytes;
    // The old one must be free before the new one is made.
    this.drop();
    this.#bytes = read();
    this.#owner = owner;
    return this.#bytes;
  }

  drop(): void {
    this.#owner = undefined;
    this.#bytes = new Uint8Array(0);
  }
}

/** Elements that can be had all at once only. */
class WholeArray implements LazySource {
  readonly description = undefined;
  readonly #last: LastArray;
  readonly #read: () => Uint8Array;
  readonly #bits: number;
  readonly #length: number;

  constructor(last: LastArray, read: () => Uint8Array, { dtype, length }: { dtype: DType; length: number }) {
    this.#last = last;
    this.#read = read;
    this.#bits = DTYPES[dtype].bits;
    this.#length = length;
  }

  fill(out: Uint8Array, firstElement: number): void {
    const start = (firstElement * this.#bits) / 8;
    const end = start + out.length;
    out.set(this.#last.bytesOf(this, this.#read).subarray(start, end));
    // Arrays are used from start to end, once.
    if (end >= this.#length) this.#last.drop();
  }
}
