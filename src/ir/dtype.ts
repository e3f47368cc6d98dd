// The table of element types: names, ONNX numbers, widths and kinds.
import { dimwiseError } from '../base/errors.ts';

/** What an element type holds. */
export type DTypeKind = 'float' | 'int' | 'uint' | 'bool' | 'string' | 'complex';

/** One element type. */
export interface DTypeRow {
  /** `TensorProto.DataType` of ONNX (onnx.proto3, IR 14). */
  readonly onnx: number;
  /** Bits of one element; types below 8 bits are packed, low bits first; 0 for strings. */
  readonly bits: number;
  readonly kind: DTypeKind;
  /** The spelling in ONNX type strings, `tensor(float)`. */
  readonly spec: string;
}

const row = (onnx: number, bits: number, kind: DTypeKind, spec: string): DTypeRow => ({ onnx, bits, kind, spec });

/** Every element type of ONNX; dimwise spells `float` and `double` as float32 and float64. */
export const DTYPES = {
  float32: row(1, 32, 'float', 'float'),
  uint8: row(2, 8, 'uint', 'uint8'),
  int8: row(3, 8, 'int', 'int8'),
  uint16: row(4, 16, 'uint', 'uint16'),
  int16: row(5, 16, 'int', 'int16'),
  int32: row(6, 32, 'int', 'int32'),
  int64: row(7, 64, 'int', 'int64'),
  string: row(8, 0, 'string', 'string'),
  bool: row(9, 8, 'bool', 'bool'),
  float16: row(10, 16, 'float', 'float16'),
  float64: row(11, 64, 'float', 'double'),
  uint32: row(12, 32, 'uint', 'uint32'),
  uint64: row(13, 64, 'uint', 'uint64'),
  complex64: row(14, 64, 'complex', 'complex64'),
  complex128: row(15, 128, 'complex', 'complex128'),
  bfloat16: row(16, 16, 'float', 'bfloat16'),
  float8e4m3fn: row(17, 8, 'float', 'float8e4m3fn'),
  float8e4m3fnuz: row(18, 8, 'float', 'float8e4m3fnuz'),
  float8e5m2: row(19, 8, 'float', 'float8e5m2'),
  float8e5m2fnuz: row(20, 8, 'float', 'float8e5m2fnuz'),
  uint4: row(21, 4, 'uint', 'uint4'),
  int4: row(22, 4, 'int', 'int4'),
  float4e2m1: row(23, 4, 'float', 'float4e2m1'),
  float8e8m0: row(24, 8, 'float', 'float8e8m0'),
  uint2: row(25, 2, 'uint', 'uint2'),
  int2: row(26, 2, 'int', 'int2'),
  float6e2m3: row(27, 6, 'float', 'float6e2m3'),
  float6e3m2: row(28, 6, 'float', 'float6e3m2'),
} as const satisfies Record<string, DTypeRow>;

/** The name of an element type. */
export type DType = keyof typeof DTYPES;

/** All element type names, in the order of their ONNX numbers. */
export const DTYPE_NAMES = Object.freeze(Object.keys(DTYPES) as DType[]);

const BY_ONNX = new Map<number, DType>(DTYPE_NAMES.map((name) => [DTYPES[name].onnx, name]));
const BY_SPEC = new Map<string, DType>(DTYPE_NAMES.map((name) => [DTYPES[name].spec, name]));

/** Tells whether a text names an element type. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(DTYPES, name);
}

/** The element type with an ONNX number; undefined for 0 and numbers that ONNX does not define. */
export function dtypeFromOnnx(number: number): DType | undefined {
  return BY_ONNX.get(number);
}

/** The element type that ONNX's type strings spell so: `float`, `double`, `int64`. */
export function dtypeFromSpec(spec: string): DType | undefined {
  return BY_SPEC.get(spec);
}

/** Tells whether elements are integers (bool not included). */
export function isIntegerDType(dtype: DType): boolean {
  const { kind } = DTYPES[dtype];
  return kind === 'int' || kind === 'uint';
}

/** Tells whether elements are real floating point numbers. */
export function isFloatDType(dtype: DType): boolean {
  return DTYPES[dtype].kind === 'float';
}

/**
 * The bytes that `count` elements take, packed types rounded up to whole bytes.
 *
 * @throws DTYPE_MISMATCH when `dtype` is string, which has no fixed width
 */
export function byteLength(dtype: DType, count: number): number {
  const { bits } = DTYPES[dtype];
  if (bits === 0) throw dimwiseError({ code: 'DTYPE_MISMATCH', message: 'a string tensor has no fixed byte length' });
  return Math.ceil((count * bits) / 8);
}
