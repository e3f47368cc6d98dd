// The enum values of ONNX: those of onnx-proto and the ones that ONNX has added since.
import { onnx } from './protobuf.ts';

/** Element types of tensors, `TensorProto.DataType`, by their ONNX names. */
export const DATA_TYPE = {
  ...onnx.TensorProto.DataType,
  // IR version 9
  FLOAT8E4M3FN: 17,
  FLOAT8E4M3FNUZ: 18,
  FLOAT8E5M2: 19,
  FLOAT8E5M2FNUZ: 20,
  // IR version 10
  UINT4: 21,
  INT4: 22,
  // IR version 11
  FLOAT4E2M1: 23,
  // IR version 12
  FLOAT8E8M0: 24,
  // IR version 13
  UINT2: 25,
  INT2: 26,
  // IR version 14
  FLOAT6E2M3: 27,
  FLOAT6E3M2: 28,
} as const;

/** Which field of an attribute holds its value, `AttributeProto.AttributeType`, by their ONNX names. */
export const ATTRIBUTE_TYPE = onnx.AttributeProto.AttributeType;

/** Where the data of a tensor is, `TensorProto.DataLocation`. */
export const DATA_LOCATION = onnx.TensorProto.DataLocation;
