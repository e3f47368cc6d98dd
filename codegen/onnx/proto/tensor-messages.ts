// The messages of tensors, and what all messages share.
import type { Int64 } from './int64.ts';
import type { LazyBytes } from './lazy-bytes.ts';

/** What every message has. */
export interface Message {
  /** Fields that the codec does not know, tag and value as they stood in the file, in their order. */
  readonly unknownFields?: readonly Uint8Array[] | undefined;
}

/** A key and its value, both text. */
export interface StringStringEntryProto extends Message {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}

/** A tensor. Its elements are in `rawData`, in the list of its type, or in a file that `externalData` names. */
export interface TensorProto extends Message {
  readonly dims?: readonly Int64[] | undefined;
  /** A value of `DATA_TYPE`. */
  readonly dataType?: number | undefined;
  readonly segment?: TensorSegment | undefined;
  /** Elements of float and complex64; read as a `Float32Array`. */
  readonly floatData?: Float32Array | readonly number[] | undefined;
  /** Elements of all integers up to 32 bits, of bool, and the bits of 16-bit and smaller floats; read as an `Int32Array`. */
  readonly int32Data?: Int32Array | readonly number[] | undefined;
  readonly stringData?: readonly Uint8Array[] | undefined;
  /** Elements of int64; read as a `BigInt64Array`. */
  readonly int64Data?: BigInt64Array | readonly Int64[] | undefined;
  readonly name?: string | undefined;
  /**
   * Elements of fixed width, little-endian, in row-major order; read as a view of the input, of any alignment. `openOnnx` leaves those
   * of large tensors in the file: `wholeBytes` reads them.
   */
  readonly rawData?: Uint8Array | LazyBytes | undefined;
  /** Elements of double and complex128; read as a `Float64Array`. */
  readonly doubleData?: Float64Array | readonly number[] | undefined;
  /** Elements of uint32 and uint64; read as a `BigUint64Array`. */
  readonly uint64Data?: BigUint64Array | readonly Int64[] | undefined;
  readonly docString?: string | undefined;
  /** Keys `location`, `offset`, `length`, `checksum`. */
  readonly externalData?: readonly StringStringEntryProto[] | undefined;
  /** A value of `DATA_LOCATION`. */
  readonly dataLocation?: number | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
}

/** The part of a large tensor that a message holds; unused by ONNX so far. */
export interface TensorSegment extends Message {
  readonly begin?: Int64 | undefined;
  readonly end?: Int64 | undefined;
}

/** A sparse tensor in coordinate form. */
export interface SparseTensorProto extends Message {
  /** The elements that are not zero, `[NNZ]`; its name is the name of the whole. */
  readonly values?: TensorProto | undefined;
  /** Their places, int64 `[NNZ]` (linear) or `[NNZ, rank]`. */
  readonly indices?: TensorProto | undefined;
  readonly dims?: readonly Int64[] | undefined;
}
