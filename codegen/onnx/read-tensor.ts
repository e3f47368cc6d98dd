// Reads tensors of ONNX messages: data in any of the fields that may hold it, checked against type and sizes.
import type { SparseTensorData } from '../../src/ir/attribute.ts';
import { byteLength, DTYPES, type DType, dtypeFromOnnx } from '../../src/ir/dtype.ts';
import {
  type LazySource,
  materialize,
  type TensorData,
  type TensorStorage,
  typedArrayOf,
} from '../../src/ir/tensor-data.ts';
import { malformed } from './malformed.ts';
import { DATA_LOCATION } from './proto/enums.ts';
import type { Int64 } from './proto/int64.ts';
import { isLazy, type LazyBytes } from './proto/lazy-bytes.ts';
import type { SparseTensorProto, TensorProto } from './proto/tensor-messages.ts';
import { type ExternalReference, readExternalReference } from './read-external.ts';

/** Decides what becomes of external data: bytes, or a reference that was checked. Throws where it is refused. */
export type ResolveExternal = (reference: ExternalReference) => TensorStorage;

/**
 * Reads a tensor. Raw data stays a view of the file.
 *
 * @param owner who holds it, for messages: `initializer "w"`
 * @param resolve decides about external data
 * @throws ONNX_MALFORMED when type, sizes and data do not fit
 * @throws EXTERNAL_DATA when external data is refused
 */
export function readTensor(tensor: TensorProto, owner: string, resolve: ResolveExternal): TensorData {
  const dtype = dtypeFromOnnx(tensor.dataType ?? 0);
  if (!dtype) {
    throw malformed(`${owner} has the element type ${tensor.dataType ?? 0}, which dimwise does not know`, {
      what: owner,
      actual: String(tensor.dataType ?? 0),
    });
  }
  if (tensor.segment) throw malformed(`${owner} is a segment of a tensor, which no runtime reads`, { what: owner });
  const shape = readSizes(tensor.dims ?? [], owner);
  const count = safeCount(shape, owner);
  if (dtype === 'string') return { dtype, shape, storage: readStrings(tensor, count, owner) };
  const bytes = byteLength(dtype, count);
  if (tensor.dataLocation === DATA_LOCATION.EXTERNAL) {
    return { dtype, shape, storage: resolve(readExternalReference(tensor, { dtype, shape, bytes, owner })) };
  }
  return { dtype, shape, storage: inlineData(tensor, { dtype, count, bytes, owner }) };
}

/** Reads a sparse tensor. @throws ONNX_MALFORMED, EXTERNAL_DATA as `readTensor` does */
export function readSparseTensor(sparse: SparseTensorProto, owner: string, resolve: ResolveExternal): SparseTensorData {
  if (!sparse.values || !sparse.indices) throw malformed(`${owner} lacks its values or indices`, { what: owner });
  const values = readTensor(sparse.values, `values of ${owner}`, resolve);
  const indices = readTensor(sparse.indices, `indices of ${owner}`, resolve);
  if (indices.dtype !== 'int64') {
    throw malformed(`indices of ${owner} are of ${indices.dtype}, not int64`, { what: owner, actual: indices.dtype });
  }
  if (values.shape.length !== 1 || indices.shape[0] !== values.shape[0]) {
    throw malformed(`${owner} has values [${values.shape.join(', ')}] at indices [${indices.shape.join(', ')}]`, {
      what: owner,
    });
  }
  const shape = readSizes(sparse.dims ?? [], owner);
  checkIndices(indices, shape, owner);
  return { values, indices, shape };
}

/** Indices are flat, or one per axis in rows; they ascend and lie within the sizes (onnx.proto3, SparseTensorProto). */
function checkIndices(indices: TensorData, shape: readonly number[], owner: string): void {
  const count = safeCount(shape, owner);
  const width = indices.shape.length === 1 ? 1 : (indices.shape[1] ?? 0);
  if (indices.shape.length > 2 || (indices.shape.length === 2 && width !== shape.length)) {
    throw malformed(`${owner} has indices [${indices.shape.join(', ')}] for sizes [${shape.join(', ')}]`, {
      what: owner,
    });
  }
  const bytes = materialize(indices);
  // Those of another file are not read here.
  if (!bytes) return;
  const sizes = indices.shape.length === 1 ? [count] : shape;
  let before = -1;
  let flat = 0;
  const elements = typedArrayOf('int64', bytes);
  for (let at = 0; at < elements.length; at++) {
    const size = sizes[at % width] ?? 0;
    const index = Number(elements[at]);
    if (index < 0 || index >= size) {
      throw malformed(`${owner} has index ${index} in an axis of ${size}`, { what: owner, actual: String(index) });
    }
    flat = flat * size + index;
    if ((at + 1) % width !== 0) continue;
    if (flat <= before) {
      throw malformed(`${owner} has index ${flat} behind ${before}`, { what: owner, expected: 'ascending indices' });
    }
    before = flat;
    flat = 0;
  }
}

/** The sizes of a tensor. @throws ONNX_MALFORMED when one is negative or beyond 2^53 */
function readSizes(dims: readonly Int64[], owner: string): number[] {
  return dims.map((size) => {
    if (typeof size === 'number' && size >= 0) return size;
    throw malformed(`${owner} has a size of ${size}`, { what: owner, actual: String(size) });
  });
}

function safeCount(shape: readonly number[], owner: string): number {
  let count = 1;
  // A zero anywhere makes the tensor empty, whatever the other sizes multiply to.
  if (shape.includes(0)) return 0;
  for (const size of shape) count *= size;
  if (count > Number.MAX_SAFE_INTEGER / 16)
    throw malformed(`${owner} has too many elements: [${shape.join(', ')}]`, { what: owner });
  return count;
}

function readStrings(tensor: TensorProto, count: number, owner: string): TensorStorage {
  const values = tensor.stringData ?? [];
  if (values.length !== count || tensor.dataLocation === DATA_LOCATION.EXTERNAL) {
    throw wrongCount(owner, 'strings', count, values.length);
  }
  return { kind: 'strings', values: values.map(textOrBytes) };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes; the bytes themselves where they are none. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes;
  }
}

interface Wanted {
  readonly dtype: DType;
  readonly count: number;
  readonly bytes: number;
  readonly owner: string;
}

function inlineData(tensor: TensorProto, wanted: Wanted): TensorStorage {
  const { bytes, owner } = wanted;
  const raw = tensor.rawData;
  if (!raw || (raw.length === 0 && hasTypedData(tensor))) return { kind: 'bytes', bytes: typedBytes(tensor, wanted) };
  if (raw.length !== bytes) throw wrongCount(owner, 'bytes', bytes, raw.length);
  return isLazy(raw) ? { kind: 'lazy', source: readSource(raw, wanted.dtype) } : { kind: 'bytes', bytes: raw };
}

/** Raw data in its file as elements that are read when they are needed. */
const readSource = (raw: LazyBytes, dtype: DType): LazySource => ({
  description: undefined,
  fill: (out, firstElement) => raw.read(out, (firstElement * DTYPES[dtype].bits) / 8),
});

function typedBytes(tensor: TensorProto, wanted: Wanted): Uint8Array {
  const { bytes, owner, count } = wanted;
  const { field, elements, width } = typedField(tensor, wanted);
  const data = field ?? [];
  if (data.length !== elements) throw wrongCount(owner, 'elements', count, data.length);
  // A view of the bits keeps signalling NaNs.
  if (data instanceof Float32Array || data instanceof Float64Array)
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return bytesOfNumbers(data, wanted.dtype, width, bytes);
}

const hasTypedData = (tensor: TensorProto): boolean =>
  [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData, tensor.uint64Data].some(
    (field) => field?.length,
  );

type Numbers = ArrayLike<number> | ArrayLike<Int64>;

/** Which field holds the elements of a type (comments of TensorProto in onnx.proto3), how many entries, of which width in bytes. */
function typedField(
  tensor: TensorProto,
  { dtype, count, bytes }: Wanted,
): { field: Numbers | undefined; elements: number; width: number } {
  switch (dtype) {
    case 'float32':
      return { field: tensor.floatData, elements: count, width: 4 };
    case 'complex64':
      return { field: tensor.floatData, elements: 2 * count, width: 4 };
    case 'float64':
      return { field: tensor.doubleData, elements: count, width: 8 };
    case 'complex128':
      return { field: tensor.doubleData, elements: 2 * count, width: 8 };
    case 'int64':
      return { field: tensor.int64Data, elements: count, width: 8 };
    case 'uint32':
    case 'uint64':
      return { field: tensor.uint64Data, elements: count, width: DTYPES[dtype].bits / 8 };
    default: {
      // Types below 8 bits are packed into bytes first, and each byte is one entry.
      const { bits } = DTYPES[dtype];
      return { field: tensor.int32Data, elements: bits < 8 ? bytes : count, width: Math.max(1, bits / 8) };
    }
  }
}

function bytesOfNumbers(data: Numbers, dtype: DType, width: number, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  const real = dtype === 'float32' || dtype === 'float64' || DTYPES[dtype].kind === 'complex';
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    const at = i * width;
    if (real && width === 4) view.setFloat32(at, Number(value), true);
    else if (real) view.setFloat64(at, Number(value), true);
    else if (width === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
    else if (width === 4) view.setUint32(at, Number(value), true);
    else if (width === 2) view.setUint16(at, Number(value), true);
    else out[at] = Number(value);
  }
  return out;
}

function wrongCount(owner: string, unit: string, expected: number, actual: number) {
  return malformed(`${owner} needs ${expected} ${unit} by its type and sizes, its data has ${actual}`, {
    what: owner,
    expected: `${expected} ${unit}`,
    actual: `${actual} ${unit}`,
  });
}
