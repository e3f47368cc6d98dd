// Checks the attributes of a node as messages: names, types, one value of that type, references.
import type { AttributeKind } from '../../../src/ops/schema.ts';
import { ATTRIBUTE_NUMBERS } from '../attribute-proto.ts';
import type { AttributeProto, NodeProto } from '../proto/messages.ts';
import type { Findings, Place } from './finding.ts';
import type { Scope } from './scopes.ts';

/** Attributes by name as far as their kinds can be told. */
export type CallAttributes = ReadonlyMap<string, { readonly kind: AttributeKind }>;

/** The field that holds the value of each kind, in the spelling of messages. */
const FIELDS = {
  float: 'f',
  int: 'i',
  string: 's',
  tensor: 't',
  graph: 'g',
  sparse_tensor: 'sparseTensor',
  type_proto: 'tp',
  floats: 'floats',
  ints: 'ints',
  strings: 'strings',
  tensors: 'tensors',
  graphs: 'graphs',
  sparse_tensors: 'sparseTensors',
  type_protos: 'typeProtos',
} as const satisfies Record<AttributeKind, keyof AttributeProto>;

// The table's keys are the kinds.
const KINDS = Object.keys(FIELDS) as AttributeKind[];
const KIND_BY_NUMBER: ReadonlyMap<number, AttributeKind> = new Map(
  KINDS.map((kind) => [ATTRIBUTE_NUMBERS[kind], kind]),
);
/** Kinds whose values are messages, which have no default that a writer could leave out. */
const MESSAGES: ReadonlySet<AttributeKind> = new Set(['tensor', 'graph', 'sparse_tensor', 'type_proto']);
const NONE: CallAttributes = new Map();

/** Checks the attributes of a node, and tells their kinds. */
export function checkAttributes(
  node: NodeProto,
  place: Place & { readonly scope: Scope },
  irVersion: number,
  findings: Findings,
): CallAttributes {
  const { attribute: list } = node;
  if (!list || list.length === 0) return NONE;
  const kinds = new Map<string, { readonly kind: AttributeKind }>();
  for (const attribute of list) {
    const { name = '' } = attribute;
    if (!name) findings.add('ATTRIBUTE_VALUE', 'an attribute has no name', place);
    else if (kinds.has(name)) findings.add('ATTRIBUTE_TWICE', `attribute "${name}" is given twice`, place);
    const kind = checkValue(attribute, place, irVersion, findings);
    if (name && kind) kinds.set(name, { kind });
  }
  return kinds;
}

function checkValue(
  attribute: AttributeProto,
  place: Place & { readonly scope: Scope },
  irVersion: number,
  findings: Findings,
): AttributeKind | undefined {
  const what = `attribute "${attribute.name ?? ''}"`;
  const held = KINDS.filter((kind) => isHeld(attribute[FIELDS[kind]]));
  const type = attribute.type ?? 0;
  const kind = KIND_BY_NUMBER.get(type);
  if (attribute.refAttrName) {
    checkReference(attribute, what, place, findings);
    return kind;
  }
  if (!kind) {
    // Before IR version 2 there were no types.
    if (type !== 0) findings.add('ATTRIBUTE_VALUE', `${what} has the type ${type}, which ONNX does not have`, place);
    else if (irVersion !== 1) findings.add('ATTRIBUTE_VALUE', `${what} has no type`, place);
    return held[0];
  }
  const others = held.filter((each) => each !== kind);
  if (others.length > 0) {
    const fact =
      others.length === held.length
        ? `says ${kind}, holds ${held.join(' and ')}`
        : `has values of ${held.join(' and ')}`;
    findings.add('ATTRIBUTE_VALUE', `${what} ${fact}`, place);
  } else if (held.length === 0 && MESSAGES.has(kind)) {
    findings.add('ATTRIBUTE_VALUE', `${what} has no value`, place);
  }
  return kind;
}

/** Tells whether a field has a value; lists are there when they have elements. */
function isHeld(field: AttributeProto[keyof AttributeProto]): boolean {
  if (field === undefined) return false;
  // A text is bytes, and an empty one is a value.
  return !(Array.isArray(field) || field instanceof Float32Array) || field.length > 0;
}

function checkReference(
  { refAttrName = '' }: AttributeProto,
  what: string,
  place: Place & { readonly scope: Scope },
  findings: Findings,
): void {
  const proto = place.scope.function;
  if (!proto) {
    findings.add(
      'ATTRIBUTE_REFERENCE',
      `${what} refers to attribute "${refAttrName}", and stands in no function`,
      place,
    );
    return;
  }
  const known = [...(proto.attribute ?? []), ...(proto.attributeProto ?? []).map(({ name = '' }) => name)];
  if (known.includes(refAttrName)) return;
  const message = `${what} refers to attribute "${refAttrName}", which ${place.scope.path[0]} does not have`;
  findings.add('ATTRIBUTE_REFERENCE', message, place, { severity: 'warning' });
}
