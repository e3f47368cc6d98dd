// The table of all messages of ONNX 1.23 (IR version 14) with their fields, after onnx-ml.proto of that release.
import type * as device from './device-messages.ts';
import { field, type MessageRow, messageRow } from './field-table.ts';
import type * as model from './messages.ts';
import type * as tensor from './tensor-messages.ts';
import type * as type from './type-messages.ts';

const { string, strings, bytes, byteStrings, int32, int64, int64s, float, message, messages } = field;

const STRING_STRING_ENTRY: MessageRow<tensor.StringStringEntryProto> = messageRow('StringStringEntryProto', {
  key: string(1),
  value: string(2),
});

const entries = (number: number, since?: number) =>
  messages(number, () => STRING_STRING_ENTRY, since === undefined ? {} : { since });

const SEGMENT: MessageRow<tensor.TensorSegment> = messageRow('TensorProto.Segment', { begin: int64(1), end: int64(2) });

const TENSOR: MessageRow<tensor.TensorProto> = messageRow('TensorProto', {
  dims: int64s(1),
  dataType: int32(2),
  segment: message(3, () => SEGMENT),
  floatData: field.floatData(4),
  int32Data: field.int32Data(5),
  stringData: byteStrings(6),
  int64Data: field.int64Data(7),
  name: string(8),
  rawData: field.rawData(9, { streamed: true }),
  doubleData: field.doubleData(10),
  uint64Data: field.uint64Data(11),
  docString: string(12),
  externalData: entries(13),
  dataLocation: int32(14),
  metadataProps: entries(16, 10),
});

const SPARSE_TENSOR: MessageRow<tensor.SparseTensorProto> = messageRow('SparseTensorProto', {
  values: message(1, () => TENSOR),
  indices: message(2, () => TENSOR),
  dims: int64s(3),
});

const DIMENSION: MessageRow<type.DimensionProto> = messageRow(
  'TensorShapeProto.Dimension',
  { dimValue: int64(1), dimParam: string(2), denotation: string(3) },
  ['dimValue', 'dimParam'],
);

const TENSOR_SHAPE: MessageRow<type.TensorShapeProto> = messageRow('TensorShapeProto', {
  dim: messages(1, () => DIMENSION),
});

const tensorType = (name: string): MessageRow<type.TensorTypeProto> =>
  messageRow(name, { elemType: int32(1), shape: message(2, () => TENSOR_SHAPE) });
const TENSOR_TYPE = tensorType('TypeProto.Tensor');
const SPARSE_TENSOR_TYPE = tensorType('TypeProto.SparseTensor');

const elementType = (name: string): MessageRow<type.ElementTypeProto> =>
  messageRow(name, { elemType: message(1, () => TYPE) });
const SEQUENCE_TYPE = elementType('TypeProto.Sequence');
const OPTIONAL_TYPE = elementType('TypeProto.Optional');

const MAP_TYPE: MessageRow<type.MapTypeProto> = messageRow('TypeProto.Map', {
  keyType: int32(1),
  valueType: message(2, () => TYPE),
});

const OPAQUE_TYPE: MessageRow<type.OpaqueTypeProto> = messageRow('TypeProto.Opaque', {
  domain: string(1),
  name: string(2),
});

const TYPE: MessageRow<type.TypeProto> = messageRow(
  'TypeProto',
  {
    tensorType: message(1, () => TENSOR_TYPE),
    sequenceType: message(4, () => SEQUENCE_TYPE),
    mapType: message(5, () => MAP_TYPE),
    denotation: string(6),
    opaqueType: message(7, () => OPAQUE_TYPE, { since: 14 }),
    sparseTensorType: message(8, () => SPARSE_TENSOR_TYPE),
    optionalType: message(9, () => OPTIONAL_TYPE),
  },
  ['tensorType', 'sequenceType', 'mapType', 'opaqueType', 'sparseTensorType', 'optionalType'],
);

const VALUE_INFO: MessageRow<model.ValueInfoProto> = messageRow('ValueInfoProto', {
  name: string(1),
  type: message(2, () => TYPE),
  docString: string(3),
  metadataProps: entries(4, 10),
});

const ATTRIBUTE: MessageRow<model.AttributeProto> = messageRow('AttributeProto', {
  name: string(1),
  f: float(2),
  i: int64(3),
  s: bytes(4),
  t: message(5, () => TENSOR),
  g: message(6, () => GRAPH),
  floats: field.floatData(7, { packed: false }),
  ints: int64s(8),
  strings: byteStrings(9),
  tensors: messages(10, () => TENSOR),
  graphs: messages(11, () => GRAPH),
  docString: string(13),
  tp: message(14, () => TYPE),
  typeProtos: messages(15, () => TYPE),
  type: int32(20),
  refAttrName: string(21),
  sparseTensor: message(22, () => SPARSE_TENSOR),
  sparseTensors: messages(23, () => SPARSE_TENSOR),
});

const INT_INT_LIST_ENTRY: MessageRow<device.IntIntListEntryProto> = messageRow('IntIntListEntryProto', {
  key: int64(1),
  value: int64s(2),
});

const SIMPLE_SHARDED_DIM: MessageRow<device.SimpleShardedDimProto> = messageRow(
  'SimpleShardedDimProto',
  { dimValue: int64(1), dimParam: string(2), numShards: int64(3) },
  ['dimValue', 'dimParam'],
);

const SHARDED_DIM: MessageRow<device.ShardedDimProto> = messageRow('ShardedDimProto', {
  axis: int64(1),
  simpleSharding: messages(2, () => SIMPLE_SHARDED_DIM),
});

const SHARDING_SPEC: MessageRow<device.ShardingSpecProto> = messageRow('ShardingSpecProto', {
  tensorName: string(1),
  device: int64s(2),
  indexToDeviceGroupMap: messages(3, () => INT_INT_LIST_ENTRY),
  shardedDim: messages(4, () => SHARDED_DIM),
});

const NODE_DEVICE_CONFIGURATION: MessageRow<device.NodeDeviceConfigurationProto> = messageRow(
  'NodeDeviceConfigurationProto',
  { configurationId: string(1), shardingSpec: messages(2, () => SHARDING_SPEC), pipelineStage: int32(3) },
);

const DEVICE_CONFIGURATION: MessageRow<device.DeviceConfigurationProto> = messageRow('DeviceConfigurationProto', {
  name: string(1),
  numDevices: int32(2),
  device: strings(3),
});

const NODE: MessageRow<model.NodeProto> = messageRow('NodeProto', {
  input: strings(1),
  output: strings(2),
  name: string(3),
  opType: string(4),
  attribute: messages(5, () => ATTRIBUTE),
  docString: string(6),
  domain: string(7),
  overload: string(8, { since: 10 }),
  metadataProps: entries(9, 10),
  deviceConfigurations: messages(10, () => NODE_DEVICE_CONFIGURATION, { since: 11 }),
});

const TENSOR_ANNOTATION: MessageRow<model.TensorAnnotation> = messageRow('TensorAnnotation', {
  tensorName: string(1),
  quantParameterTensorNames: entries(2),
});

const GRAPH: MessageRow<model.GraphProto> = messageRow('GraphProto', {
  node: messages(1, () => NODE, { holdsNodes: true }),
  name: string(2),
  initializer: messages(5, () => TENSOR),
  docString: string(10),
  input: messages(11, () => VALUE_INFO),
  output: messages(12, () => VALUE_INFO),
  valueInfo: messages(13, () => VALUE_INFO),
  quantizationAnnotation: messages(14, () => TENSOR_ANNOTATION),
  sparseInitializer: messages(15, () => SPARSE_TENSOR),
  metadataProps: entries(16, 10),
});

const OPERATOR_SET_ID: MessageRow<model.OperatorSetIdProto> = messageRow('OperatorSetIdProto', {
  domain: string(1),
  version: int64(2),
});

const FUNCTION: MessageRow<model.FunctionProto> = messageRow('FunctionProto', {
  name: string(1),
  input: strings(4),
  output: strings(5),
  attribute: strings(6),
  node: messages(7, () => NODE, { holdsNodes: true }),
  docString: string(8),
  opsetImport: messages(9, () => OPERATOR_SET_ID),
  domain: string(10),
  attributeProto: messages(11, () => ATTRIBUTE, { since: 9 }),
  valueInfo: messages(12, () => VALUE_INFO, { since: 10 }),
  overload: string(13, { since: 10 }),
  metadataProps: entries(14, 10),
});

const TRAINING_INFO: MessageRow<model.TrainingInfoProto> = messageRow('TrainingInfoProto', {
  initialization: message(1, () => GRAPH),
  algorithm: message(2, () => GRAPH),
  initializationBinding: entries(3),
  updateBinding: entries(4),
});

const MODEL: MessageRow<model.ModelProto> = messageRow('ModelProto', {
  irVersion: int64(1),
  producerName: string(2),
  producerVersion: string(3),
  domain: string(4),
  modelVersion: int64(5),
  docString: string(6),
  graph: message(7, () => GRAPH),
  opsetImport: messages(8, () => OPERATOR_SET_ID),
  metadataProps: entries(14),
  trainingInfo: messages(20, () => TRAINING_INFO),
  functions: messages(25, () => FUNCTION),
  configuration: messages(26, () => DEVICE_CONFIGURATION, { since: 11 }),
});

/** The row of every message, by a name for use in code. */
export const MESSAGES = {
  model: MODEL,
  operatorSetId: OPERATOR_SET_ID,
  graph: GRAPH,
  node: NODE,
  attribute: ATTRIBUTE,
  valueInfo: VALUE_INFO,
  function: FUNCTION,
  trainingInfo: TRAINING_INFO,
  tensorAnnotation: TENSOR_ANNOTATION,
  tensor: TENSOR,
  tensorSegment: SEGMENT,
  sparseTensor: SPARSE_TENSOR,
  stringStringEntry: STRING_STRING_ENTRY,
  type: TYPE,
  tensorType: TENSOR_TYPE,
  sparseTensorType: SPARSE_TENSOR_TYPE,
  sequenceType: SEQUENCE_TYPE,
  optionalType: OPTIONAL_TYPE,
  mapType: MAP_TYPE,
  opaqueType: OPAQUE_TYPE,
  tensorShape: TENSOR_SHAPE,
  dimension: DIMENSION,
  deviceConfiguration: DEVICE_CONFIGURATION,
  nodeDeviceConfiguration: NODE_DEVICE_CONFIGURATION,
  shardingSpec: SHARDING_SPEC,
  shardedDim: SHARDED_DIM,
  simpleShardedDim: SIMPLE_SHARDED_DIM,
  intIntListEntry: INT_INT_LIST_ENTRY,
};
