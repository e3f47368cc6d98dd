// The element types of safetensors, and what they are in ONNX.
import type { DType } from '../../src/ir/dtype.ts';

/**
 * Every element type of safetensors 0.8 by its name (enum Dtype of the Rust crate, in its order, by which its writer sorts).
 * `F8_E4M3` is the variant without infinities that ONNX calls e4m3fn.
 */
const BY_NAME = new Map<string, DType>([
  ['BOOL', 'bool'],
  ['F4', 'float4e2m1'],
  ['F6_E2M3', 'float6e2m3'],
  ['F6_E3M2', 'float6e3m2'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['F8_E5M2', 'float8e5m2'],
  ['F8_E4M3', 'float8e4m3fn'],
  ['F8_E8M0', 'float8e8m0'],
  ['F8_E4M3FNUZ', 'float8e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8e5m2fnuz'],
  ['I16', 'int16'],
  ['U16', 'uint16'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I32', 'int32'],
  ['U32', 'uint32'],
  ['F32', 'float32'],
  ['C64', 'complex64'],
  ['F64', 'float64'],
  ['I64', 'int64'],
  ['U64', 'uint64'],
]);

/** The names of all element types, in the order of the reference writer. */
export const SAFETENSORS_DTYPES: readonly string[] = [...BY_NAME.keys()];

const BY_DTYPE = new Map([...BY_NAME].map(([name, dtype], rank) => [dtype, { name, rank }]));

/** The element type with a name; undefined for names that safetensors does not have. */
export const dtypeOfSafetensors = (name: string): DType | undefined => BY_NAME.get(name);

/** What safetensors calls an element type, and its place among all of them; undefined where it has none. */
export const safetensorsOfDType = (dtype: DType): { readonly name: string; readonly rank: number } | undefined =>
  BY_DTYPE.get(dtype);
