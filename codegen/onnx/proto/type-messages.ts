// The messages of types: tensors, sequences, maps, optionals and their shapes.
import type { Int64 } from './int64.ts';
import type { Message } from './tensor-messages.ts';

/** The type of a value; at most one of the fields ending in `Type` is present. */
export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto | undefined;
  readonly sequenceType?: ElementTypeProto | undefined;
  readonly mapType?: MapTypeProto | undefined;
  readonly denotation?: string | undefined;
  readonly opaqueType?: OpaqueTypeProto | undefined;
  readonly sparseTensorType?: TensorTypeProto | undefined;
  readonly optionalType?: ElementTypeProto | undefined;
}

/** The type of a tensor, dense or sparse. */
export interface TensorTypeProto extends Message {
  /** A value of `DATA_TYPE`. */
  readonly elemType?: number | undefined;
  /** Absent where the rank is unknown. */
  readonly shape?: TensorShapeProto | undefined;
}

/** The type of a sequence or an optional: that of its element. */
export interface ElementTypeProto extends Message {
  readonly elemType?: TypeProto | undefined;
}

/** The type of a map. */
export interface MapTypeProto extends Message {
  /** A value of `DATA_TYPE`: an integer type or string. */
  readonly keyType?: number | undefined;
  readonly valueType?: TypeProto | undefined;
}

/** A type that only its own operators understand. */
export interface OpaqueTypeProto extends Message {
  readonly domain?: string | undefined;
  readonly name?: string | undefined;
}

/** The dims of a tensor; none is a scalar. */
export interface TensorShapeProto extends Message {
  readonly dim?: readonly DimensionProto[] | undefined;
}

/** One dim: a number, a symbol or, with neither, unknown. */
export interface DimensionProto extends Message {
  readonly dimValue?: Int64 | undefined;
  readonly dimParam?: string | undefined;
  /** The meaning of the axis, such as `DATA_BATCH`. */
  readonly denotation?: string | undefined;
}
