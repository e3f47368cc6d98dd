// Attributes as ONNX messages, one case per kind.
import type { Attribute, AttributeKind, Attributes } from '../../src/ir/attribute.ts';
import type { Graph } from '../../src/ir/graph.ts';
import type { ValueType } from '../../src/ir/type.ts';
import { ATTRIBUTE_TYPE } from './proto/enums.ts';
import type { AttributeProto, GraphProto } from './proto/messages.ts';
import type { TypeProto } from './proto/type-messages.ts';
import { type TensorWriter, utf8 } from './tensor-proto.ts';

/** What the parts of attributes are written with. */
export interface AttributeParts {
  readonly tensors: TensorWriter;
  type(type: ValueType): TypeProto;
  graph(body: Graph): GraphProto;
}

/** The ONNX number of each kind of attribute. */
export const ATTRIBUTE_NUMBERS: Readonly<Record<Exclude<AttributeKind, 'ref'>, number>> = {
  float: ATTRIBUTE_TYPE.FLOAT,
  int: ATTRIBUTE_TYPE.INT,
  string: ATTRIBUTE_TYPE.STRING,
  tensor: ATTRIBUTE_TYPE.TENSOR,
  graph: ATTRIBUTE_TYPE.GRAPH,
  sparse_tensor: ATTRIBUTE_TYPE.SPARSE_TENSOR,
  type_proto: ATTRIBUTE_TYPE.TYPE_PROTO,
  floats: ATTRIBUTE_TYPE.FLOATS,
  ints: ATTRIBUTE_TYPE.INTS,
  strings: ATTRIBUTE_TYPE.STRINGS,
  tensors: ATTRIBUTE_TYPE.TENSORS,
  graphs: ATTRIBUTE_TYPE.GRAPHS,
  sparse_tensors: ATTRIBUTE_TYPE.SPARSE_TENSORS,
  type_protos: ATTRIBUTE_TYPE.TYPE_PROTOS,
};

/** The messages of a node's attributes, sorted by name so that the same node has the same bytes. */
export function attributeProtos(attributes: Attributes, parts: AttributeParts): AttributeProto[] | undefined {
  if (attributes.size === 0) return undefined;
  const protos: AttributeProto[] = [];
  for (const [name, attribute] of inOrder(attributes)) protos.push(attributeProto(name, attribute, parts));
  return protos;
}

/** Entries sorted by name. */
function inOrder(attributes: Attributes): Iterable<readonly [string, Attribute]> {
  if (attributes.size === 1) return attributes;
  return [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The message of one attribute. */
export function attributeProto(name: string, attribute: Attribute, parts: AttributeParts): AttributeProto {
  // The kinds that most attributes have, in one step.
  if (attribute.kind === 'int') return { name, i: attribute.value, type: ATTRIBUTE_NUMBERS.int };
  if (attribute.kind === 'float') return { name, f: attribute.value, type: ATTRIBUTE_NUMBERS.float };
  if (attribute.kind === 'ints') return { name, ints: attribute.value, type: ATTRIBUTE_NUMBERS.ints };
  if (attribute.kind === 'ref') return { name, type: ATTRIBUTE_NUMBERS[attribute.of], refAttrName: attribute.value };
  return { name, ...valueFields(attribute, parts), type: ATTRIBUTE_NUMBERS[attribute.kind] };
}

function valueFields(attribute: Exclude<Attribute, { kind: 'ref' }>, parts: AttributeParts): AttributeProto {
  switch (attribute.kind) {
    case 'float':
      return { f: attribute.value };
    case 'int':
      return { i: attribute.value };
    case 'string':
      return { s: utf8(attribute.value) };
    case 'tensor':
      return { t: parts.tensors.tensor(attribute.value) };
    case 'graph':
      return { g: parts.graph(attribute.value) };
    case 'sparse_tensor':
      return { sparseTensor: parts.tensors.sparse(attribute.value) };
    case 'type_proto':
      return { tp: parts.type(attribute.value) };
    case 'floats':
      return { floats: attribute.value };
    case 'ints':
      return { ints: attribute.value };
    case 'strings':
      return { strings: attribute.value.map(utf8) };
    case 'tensors':
      return { tensors: attribute.value.map((value) => parts.tensors.tensor(value)) };
    case 'graphs':
      return { graphs: attribute.value.map((value) => parts.graph(value)) };
    case 'sparse_tensors':
      return { sparseTensors: attribute.value.map((value) => parts.tensors.sparse(value)) };
    case 'type_protos':
      return { typeProtos: attribute.value.map((value) => parts.type(value)) };
  }
}
