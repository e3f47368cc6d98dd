// Reads attributes of ONNX messages, one case per kind.
import type { Attribute, AttributeKind } from '../../src/ir/attribute.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { ATTRIBUTE_NUMBERS } from './attribute-proto.ts';
import { malformed } from './malformed.ts';
import type { AttributeProto, GraphProto } from './proto/messages.ts';
import { type ResolveExternal, readSparseTensor, readTensor, textOrBytes } from './read-tensor.ts';
import type { TypeReader } from './read-type.ts';

/** What attributes are read with. */
export interface AttributeReading {
  readonly types: TypeReader;
  readonly resolve: ResolveExternal;
  /** Whether an attribute may refer to one of the function that it stands in. */
  readonly inFunction: boolean;
  readBody(proto: GraphProto, owner: string): Graph;
}

type ValueKind = Exclude<AttributeKind, 'ref'>;

const KIND_BY_NUMBER: ReadonlyMap<number, ValueKind> = new Map(
  // The table's keys are the kinds.
  (Object.keys(ATTRIBUTE_NUMBERS) as ValueKind[]).map((kind) => [ATTRIBUTE_NUMBERS[kind], kind]),
);

/**
 * Reads an attribute.
 *
 * @param owner the node, for messages: `node "Conv_3"`
 * @throws ONNX_MALFORMED when it has no known type, lacks its value, or refers to a function's attribute outside of one
 */
export function readAttributeProto(proto: AttributeProto, owner: string, reading: AttributeReading): Attribute {
  const { name = '', refAttrName } = proto;
  const what = `attribute "${name}" of ${owner}`;
  const kind = KIND_BY_NUMBER.get(proto.type ?? 0) ?? kindByField(proto);
  if (!kind)
    throw malformed(`${what} has no known type (${proto.type ?? 0})`, { what: owner, actual: String(proto.type ?? 0) });
  if (refAttrName) {
    if (reading.inFunction) return { kind: 'ref', value: refAttrName, of: kind };
    throw malformed(`${what} refers to attribute "${refAttrName}" of a function, and stands in none`, { what: owner });
  }
  return readValue(proto, kind, what, reading);
}

/** Files of IR version 1 have no type; the field that is filled tells it. */
function kindByField(proto: AttributeProto): ValueKind | undefined {
  if (proto.f !== undefined) return 'float';
  if (proto.i !== undefined) return 'int';
  if (proto.s !== undefined) return 'string';
  if (proto.t !== undefined) return 'tensor';
  if (proto.g !== undefined) return 'graph';
  if (proto.floats !== undefined) return 'floats';
  if (proto.ints !== undefined) return 'ints';
  if (proto.strings !== undefined) return 'strings';
  if (proto.tensors !== undefined) return 'tensors';
  return proto.graphs !== undefined ? 'graphs' : undefined;
}

function readValue(proto: AttributeProto, kind: ValueKind, what: string, reading: AttributeReading): Attribute {
  const { resolve, types } = reading;
  switch (kind) {
    case 'float':
      return { kind, value: proto.f ?? 0 };
    case 'int':
      return { kind, value: proto.i ?? 0 };
    case 'string':
      return { kind, value: textOrBytes(proto.s ?? new Uint8Array()) };
    case 'tensor':
      return { kind, value: readTensor(given(proto.t, what), what, resolve) };
    case 'graph':
      return { kind, value: reading.readBody(given(proto.g, what), what) };
    case 'sparse_tensor':
      return { kind, value: readSparseTensor(given(proto.sparseTensor, what), what, resolve) };
    case 'type_proto':
      return { kind, value: types.type(given(proto.tp, what), 'n') };
    case 'floats':
      return { kind, value: Array.from(proto.floats ?? []) };
    case 'ints':
      return { kind, value: proto.ints ?? [] };
    case 'strings':
      return { kind, value: (proto.strings ?? []).map(textOrBytes) };
    case 'tensors':
      return { kind, value: (proto.tensors ?? []).map((each) => readTensor(each, what, resolve)) };
    case 'graphs':
      return { kind, value: (proto.graphs ?? []).map((each) => reading.readBody(each, what)) };
    case 'sparse_tensors':
      return { kind, value: (proto.sparseTensors ?? []).map((each) => readSparseTensor(each, what, resolve)) };
    case 'type_protos':
      return { kind, value: (proto.typeProtos ?? []).map((each) => types.type(each, 'n')) };
  }
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw malformed(`${what} lacks its value`, { what });
  return value;
}
