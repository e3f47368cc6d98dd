// The element types of the open inference protocol, with the names that dimwise has for them and the arrays that hold them.

/** The elements of a tensor in C order; those of FP16 are their bits, those of BOOL 0 and 1, those of BYTES text. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** How one element type travels. */
interface DatatypeRow {
  /** The name that dimwise and ONNX have for it. */
  readonly dtype: string;
  /** Bytes of one element; 0 where elements differ. */
  readonly size: number;
  /** An array over memory whose start is a multiple of `size`. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => TensorData;
}

/** The types by their names in the protocol. BF16 is left out: ONNX Runtime passes none to or from JavaScript. */
export const DATATYPES = {
  BOOL: { dtype: 'bool', size: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
  UINT8: { dtype: 'uint8', size: 1, view: (buffer, at, length) => new Uint8Array(buffer, at, length) },
  UINT16: { dtype: 'uint16', size: 2, view: (buffer, at, length) => new Uint16Array(buffer, at, length) },
  UINT32: { dtype: 'uint32', size: 4, view: (buffer, at, length) => new Uint32Array(buffer, at, length) },
  UINT64: { dtype: 'uint64', size: 8, view: (buffer, at, length) => new BigUint64Array(buffer, at, length) },
  INT8: { dtype: 'int8', size: 1, view: (buffer, at, length) => new Int8Array(buffer, at, length) },
  INT16: { dtype: 'int16', size: 2, view: (buffer, at, length) => new Int16Array(buffer, at, length) },
  INT32: { dtype: 'int32', size: 4, view: (buffer, at, length) => new Int32Array(buffer, at, length) },
  INT64: { dtype: 'int64', size: 8, view: (buffer, at, length) => new BigInt64Array(buffer, at, length) },
  FP16: { dtype: 'float16', size: 2, view: (buffer, at, length) => new Uint16Array(buffer, at, length) },
  FP32: { dtype: 'float32', size: 4, view: (buffer, at, length) => new Float32Array(buffer, at, length) },
  FP64: { dtype: 'float64', size: 8, view: (buffer, at, length) => new Float64Array(buffer, at, length) },
  BYTES: { dtype: 'string', size: 0, view: () => [] },
} as const satisfies Record<string, DatatypeRow>;

/** The name of an element type in the protocol. */
export type Datatype = keyof typeof DATATYPES;

/** The names of all element types. */
export const DATATYPE_NAMES: readonly Datatype[] = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
];

/** Tells the names of element types from others. */
export const isDatatype = (name: unknown): name is Datatype =>
  typeof name === 'string' && Object.hasOwn(DATATYPES, name);

/** The name that the protocol has for an element type of dimwise; undefined where it has none. */
export const datatypeOf = (dtype: string | undefined): Datatype | undefined =>
  DATATYPE_NAMES.find((name) => DATATYPES[name].dtype === dtype);

/** A tensor of the protocol. */
export interface WireTensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** How many elements a shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
