// castTensor: a tensor in another element type, converted while it is read.
import { dimwiseError } from '../base/errors.ts';
import { readElements, writeElements } from './convert-floats.ts';
import { halfConversion } from './convert-halves.ts';
import { byteLength, DTYPES, type DType } from './dtype.ts';
import { elementCount, type TensorData, tensorFromBytes } from './tensor-data.ts';
import { elementBytes, rangeReader, requireReadable } from './tensor-range.ts';

/** Elements that are converted at a time. */
const CHUNK = 1 << 16;

/** Element types whose elements are read and written as numbers here. */
const CASTABLE: readonly DType[] = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'bool',
];

/**
 * A tensor in another element type: floats are rounded to nearest, ties to even, and a NaN stays one; numbers become integers as ONNX's Cast
 * converts them where the type holds them.
 *
 * @throws DTYPE_MISMATCH when either type is a string, complex, below 8 bits, a float of 8 bits or an integer of 64
 * @throws EXTERNAL_DATA when the elements lie in a file that was not opened
 */
export function castTensor(data: TensorData, dtype: DType): TensorData {
  if (data.dtype === dtype) return data;
  for (const type of [data.dtype, dtype]) {
    if (CASTABLE.includes(type)) continue;
    throw dimwiseError({
      code: 'DTYPE_MISMATCH',
      message: `${data.dtype}[${data.shape.join(', ')}] cannot be cast to ${dtype} here`,
      expected: CASTABLE.join(', '),
      actual: type,
      hint: 'convert the file where it was made',
    });
  }
  requireReadable(data);
  const read = rangeReader(data);
  const [from, to] = [elementBytes(data), DTYPES[dtype].bits / 8];
  const fill = (out: Uint8Array, first: number): void => {
    const count = out.length / to;
    const buffer = new Uint8Array(Math.min(CHUNK, count) * from);
    for (let at = 0; at < count; at += CHUNK) {
      const source = buffer.subarray(0, Math.min(CHUNK, count - at) * from);
      read(source, first + at);
      convert(source, data.dtype, out.subarray(at * to, at * to + (source.length / from) * to), dtype);
    }
  };
  if (data.storage.kind === 'bytes') {
    const bytes = new Uint8Array(byteLength(dtype, elementCount(data.shape)));
    fill(bytes, 0);
    return tensorFromBytes(dtype, data.shape, bytes);
  }
  const text = data.storage.kind === 'lazy' ? data.storage.source.description : undefined;
  const description = text && `cast to ${dtype} of ${text}`;
  return { dtype, shape: data.shape, storage: { kind: 'lazy', source: { description, fill } } };
}

function convert(source: Uint8Array, from: DType, out: Uint8Array, to: DType): void {
  const direct = halfConversion(from, to);
  if (direct) {
    direct(source, out);
    return;
  }
  const values = readElements(source, from);
  if (values) writeElements(out, to, values);
}
