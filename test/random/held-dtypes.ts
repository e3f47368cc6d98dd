// The element types of tensors that JavaScript can hand to ONNX Runtime and take from it.
import type { DType } from '../../src/ir/dtype.ts';

/** All of them; to fetch a tensor of another type ends the process (onnxruntime-node 1.30). */
export const HELD_DTYPES: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
]);
