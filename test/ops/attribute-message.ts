// Writes the attributes of a worked case as ONNX messages, bodies included, without what inference says of their values.
import { ATTRIBUTE_NUMBERS } from '../../codegen/onnx/attribute-proto.ts';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { DTYPES } from '../../src/ir/dtype.ts';
import type { Graph, Node, Value } from '../../src/ir/graph.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';

/** The message of an attribute. */
export function attributeMessage(name: string, attribute: Attribute): AttributeProto {
  const text = (value: string | Uint8Array): Uint8Array =>
    typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const type = attribute.kind === 'ref' ? 0 : ATTRIBUTE_NUMBERS[attribute.kind];
  switch (attribute.kind) {
    case 'int':
      return { name, type, i: attribute.value };
    case 'float':
      return { name, type, f: attribute.value };
    case 'string':
      return { name, type, s: text(attribute.value) };
    case 'ints':
      return { name, type, ints: attribute.value };
    case 'floats':
      return { name, type, floats: attribute.value };
    case 'strings':
      return { name, type, strings: attribute.value.map(text) };
    case 'tensor':
      return { name, type, t: tensorMessage(attribute.value, undefined) };
    case 'graph':
      return { name, type, g: bodyMessage(attribute.value) };
    default:
      throw new Error(`attribute ${name} of kind ${attribute.kind} cannot be written in a case`);
  }
}

function tensorMessage({ dtype, shape, storage }: TensorData, name: string | undefined): TensorProto {
  if (storage.kind !== 'bytes') throw new Error(`tensor ${name} has no bytes`);
  return { name, dataType: DTYPES[dtype].onnx, dims: shape, rawData: storage.bytes };
}

/** The message of a body that was read and not inferred: its inputs and outputs have the types that its text declares. */
function bodyMessage(body: Graph): GraphProto {
  return {
    name: body.name,
    node: Array.from(body.nodes(), nodeMessage),
    initializer: body.constants.map((value) =>
      value.source.kind === 'constant' ? tensorMessage(value.source.data, value.name) : {},
    ),
    input: body.inputs.map(infoMessage),
    output: body.outputs.map(infoMessage),
  };
}

function nodeMessage({ op, domain, inputs, outputs, attributes }: Node): NodeProto {
  return {
    opType: op,
    domain,
    input: inputs.map((value) => value?.name ?? ''),
    output: outputs.map((value) => value.name ?? ''),
    attribute: [...attributes].map(([name, value]) => attributeMessage(name, value)),
  };
}

/** Sizes that are no numbers are left open: ONNX Runtime finds them from what the node is given. */
function infoMessage({ name, type }: Value): ValueInfoProto {
  if (type.kind !== 'tensor' || type.dtype === 'undefined') return { name };
  const elemType = DTYPES[type.dtype].onnx;
  if (!type.shape) return { name, type: { tensorType: { elemType } } };
  const dim = type.shape.map((size) => (size.kind === 'const' ? { dimValue: size.value } : {}));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
