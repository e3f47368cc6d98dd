// Which field of a tensor holds the elements that its text lists, for each element type.
import { DTYPES, type DType } from '../../../src/ir/dtype.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';

/** The fields of a tensor that hold elements, strings aside. */
export type ElementField = 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';

/** The field that elements of a type are read into (comments of TensorProto in onnx.proto3). */
export function elementField(dtype: DType): ElementField | 'stringData' {
  switch (dtype) {
    case 'string':
      return 'stringData';
    case 'float32':
    case 'complex64':
      return 'floatData';
    case 'float64':
    case 'complex128':
      return 'doubleData';
    case 'int64':
      return 'int64Data';
    case 'uint32':
    case 'uint64':
      return 'uint64Data';
    default:
      return 'int32Data';
  }
}

const FIELDS = ['floatData', 'doubleData', 'int32Data', 'int64Data', 'uint64Data', 'stringData'] as const;

/** Whether the text of a tensor holds all its elements: those of raw data, or those in the field of its type. */
export function hasTextElements(tensor: TensorProto, dtype: DType): boolean {
  const own = elementField(dtype);
  const raw = tensor.rawData?.length ?? 0;
  if (FIELDS.some((field) => (field !== own || raw > 0) && (tensor[field]?.length ?? 0) > 0)) return false;
  return raw === 0 || (own !== 'stringData' && raw % rawWidth(dtype) === 0);
}

/** The bytes that one entry of the text stands for: a part of a complex number, or packed elements. */
export function rawWidth(dtype: DType): number {
  const { bits, kind } = DTYPES[dtype];
  return Math.max(1, Math.floor(bits / 8) / (kind === 'complex' ? 2 : 1));
}

/** The elements of raw data as the numbers of the text. */
export function rawElements(bytes: Uint8Array, dtype: DType): Iterable<number | bigint> {
  // Raw data may start anywhere in the file, and typed arrays need alignment.
  const { buffer } = bytes.slice();
  const { kind } = DTYPES[dtype];
  const width = rawWidth(dtype);
  if (dtype === 'float32' || dtype === 'complex64') return new Float32Array(buffer);
  if (dtype === 'float64' || dtype === 'complex128') return new Float64Array(buffer);
  const signed = kind === 'int' && DTYPES[dtype].bits >= 8;
  if (width === 8) return signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
  if (width === 4) return signed ? new Int32Array(buffer) : new Uint32Array(buffer);
  if (width === 2) return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
}
