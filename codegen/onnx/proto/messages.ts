// The messages of an ONNX model as plain objects: model, graph, node, attribute, function.
// A field that is absent is not in the file; names are those of onnx.proto3 in camel case.
import type { DeviceConfigurationProto, NodeDeviceConfigurationProto } from './device-messages.ts';
import type { Int64 } from './int64.ts';
import type { Message, SparseTensorProto, StringStringEntryProto, TensorProto } from './tensor-messages.ts';
import type { TypeProto } from './type-messages.ts';

/** A whole model: the content of an `.onnx` file. */
export interface ModelProto extends Message {
  readonly irVersion?: Int64 | undefined;
  readonly producerName?: string | undefined;
  readonly producerVersion?: string | undefined;
  readonly domain?: string | undefined;
  readonly modelVersion?: Int64 | undefined;
  readonly docString?: string | undefined;
  readonly graph?: GraphProto | undefined;
  readonly opsetImport?: readonly OperatorSetIdProto[] | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
  readonly trainingInfo?: readonly TrainingInfoProto[] | undefined;
  readonly functions?: readonly FunctionProto[] | undefined;
  readonly configuration?: readonly DeviceConfigurationProto[] | undefined;
}

/** An operator set that a model or function uses; the empty domain is ai.onnx. */
export interface OperatorSetIdProto extends Message {
  readonly domain?: string | undefined;
  readonly version?: Int64 | undefined;
}

/** A graph: the main one of a model, or the body of a control-flow operator. */
export interface GraphProto extends Message {
  /** Nodes in topological order. */
  readonly node?: readonly NodeProto[] | undefined;
  readonly name?: string | undefined;
  readonly initializer?: readonly TensorProto[] | undefined;
  readonly docString?: string | undefined;
  readonly input?: readonly ValueInfoProto[] | undefined;
  readonly output?: readonly ValueInfoProto[] | undefined;
  /** Types of values that are neither inputs nor outputs. */
  readonly valueInfo?: readonly ValueInfoProto[] | undefined;
  readonly quantizationAnnotation?: readonly TensorAnnotation[] | undefined;
  readonly sparseInitializer?: readonly SparseTensorProto[] | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
}

/** Name and type of a value. */
export interface ValueInfoProto extends Message {
  readonly name?: string | undefined;
  readonly type?: TypeProto | undefined;
  readonly docString?: string | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
}

/** One call of an operator or of a model-local function. */
export interface NodeProto extends Message {
  /** Names of the values it takes; an empty name leaves out an optional input. */
  readonly input?: readonly string[] | undefined;
  readonly output?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly opType?: string | undefined;
  readonly attribute?: readonly AttributeProto[] | undefined;
  readonly docString?: string | undefined;
  readonly domain?: string | undefined;
  readonly overload?: string | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
  readonly deviceConfigurations?: readonly NodeDeviceConfigurationProto[] | undefined;
}

/** A named attribute; `type`, a value of `ATTRIBUTE_TYPE`, says which field holds its value. */
export interface AttributeProto extends Message {
  readonly name?: string | undefined;
  readonly f?: number | undefined;
  readonly i?: Int64 | undefined;
  /** Text in UTF-8, or any bytes. */
  readonly s?: Uint8Array | undefined;
  readonly t?: TensorProto | undefined;
  readonly g?: GraphProto | undefined;
  /** Read as a `Float32Array`. */
  readonly floats?: Float32Array | readonly number[] | undefined;
  readonly ints?: readonly Int64[] | undefined;
  readonly strings?: readonly Uint8Array[] | undefined;
  readonly tensors?: readonly TensorProto[] | undefined;
  readonly graphs?: readonly GraphProto[] | undefined;
  readonly docString?: string | undefined;
  readonly tp?: TypeProto | undefined;
  readonly typeProtos?: readonly TypeProto[] | undefined;
  readonly type?: number | undefined;
  /** In a function: the attribute of the function that gives the value. */
  readonly refAttrName?: string | undefined;
  readonly sparseTensor?: SparseTensorProto | undefined;
  readonly sparseTensors?: readonly SparseTensorProto[] | undefined;
}

/** A model-local function: an operator defined by nodes. */
export interface FunctionProto extends Message {
  readonly name?: string | undefined;
  readonly input?: readonly string[] | undefined;
  readonly output?: readonly string[] | undefined;
  /** Names of attributes without a default. */
  readonly attribute?: readonly string[] | undefined;
  readonly node?: readonly NodeProto[] | undefined;
  readonly docString?: string | undefined;
  readonly opsetImport?: readonly OperatorSetIdProto[] | undefined;
  readonly domain?: string | undefined;
  /** Attributes with a default. */
  readonly attributeProto?: readonly AttributeProto[] | undefined;
  readonly valueInfo?: readonly ValueInfoProto[] | undefined;
  readonly overload?: string | undefined;
  readonly metadataProps?: readonly StringStringEntryProto[] | undefined;
}

/** How a model is trained; dimwise keeps it as it is. */
export interface TrainingInfoProto extends Message {
  readonly initialization?: GraphProto | undefined;
  readonly algorithm?: GraphProto | undefined;
  readonly initializationBinding?: readonly StringStringEntryProto[] | undefined;
  readonly updateBinding?: readonly StringStringEntryProto[] | undefined;
}

/** The quantization parameters of a tensor, as names of other tensors by role. */
export interface TensorAnnotation extends Message {
  readonly tensorName?: string | undefined;
  readonly quantParameterTensorNames?: readonly StringStringEntryProto[] | undefined;
}
