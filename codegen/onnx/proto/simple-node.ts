// Writes the nodes of which large graphs have many in one pass: names, and attributes that are numbers or texts.
import { invariant } from '../../../src/base/assert-never.ts';
import type { ByteWriter } from './byte-writer.ts';
import { fits, wordsOf } from './data-words.ts';
import type { MessageRow } from './field-table.ts';
import { isFields } from './fields.ts';
import { isInt64 } from './int64.ts';
import { MESSAGES } from './message-table.ts';
import type { AttributeProto, NodeProto } from './messages.ts';
import type { Message, StringStringEntryProto } from './tensor-messages.ts';
import { WIRE } from './wire-reader.ts';

/** Texts and lists of more bytes or elements are left to the writer of all messages, which makes parts of what is large. */
const MAX_SIMPLE = 1 << 12;

/** How deep messages are nested in a simple node, the node itself included. */
export const SIMPLE_NODE_DEPTH = 2;

/** The tag of a field, from the table of messages. */
function tagOf<M extends Message>(row: MessageRow<M>, name: keyof M & string, wire: number = WIRE.bytes): number {
  const field = row.fields.find((each) => each.name === name);
  invariant(field !== undefined, `${row.name} has no field ${name}`);
  return (field.number << 3) | wire;
}

const { node: NODE, attribute: ATTRIBUTE, stringStringEntry: ENTRY } = MESSAGES;
const NODE_TAGS = {
  input: tagOf(NODE, 'input'),
  output: tagOf(NODE, 'output'),
  name: tagOf(NODE, 'name'),
  opType: tagOf(NODE, 'opType'),
  attribute: tagOf(NODE, 'attribute'),
  docString: tagOf(NODE, 'docString'),
  domain: tagOf(NODE, 'domain'),
  overload: tagOf(NODE, 'overload'),
  metadataProps: tagOf(NODE, 'metadataProps'),
};
const ATTRIBUTE_TAGS = {
  name: tagOf(ATTRIBUTE, 'name'),
  f: tagOf(ATTRIBUTE, 'f', WIRE.fixed32),
  i: tagOf(ATTRIBUTE, 'i', WIRE.varint),
  s: tagOf(ATTRIBUTE, 's'),
  floats: tagOf(ATTRIBUTE, 'floats', WIRE.fixed32),
  ints: tagOf(ATTRIBUTE, 'ints', WIRE.varint),
  strings: tagOf(ATTRIBUTE, 'strings'),
  docString: tagOf(ATTRIBUTE, 'docString'),
  type: tagOf(ATTRIBUTE, 'type', WIRE.varint),
  refAttrName: tagOf(ATTRIBUTE, 'refAttrName'),
};
const ENTRY_TAGS = { key: tagOf(ENTRY, 'key'), value: tagOf(ENTRY, 'value') };

/**
 * Writes a node as an element of the field that holds it, with the bytes that the writer of all messages would write.
 *
 * @param field the number of that field
 * @returns false where the node has tensors, bodies, types, unknown fields or a value that does not fit its field; nothing is written
 */
export function writeSimpleNode(writer: ByteWriter, field: number, node: NodeProto): boolean {
  const start = writer.length;
  const body = writer.begin((field << 3) | WIRE.bytes);
  if (isSimpleNode(node) && putNode(writer, node)) {
    writer.end(body);
    return true;
  }
  writer.length = start;
  return false;
}

const isSimpleNode = (node: NodeProto): boolean =>
  isFields(node) && node.deviceConfigurations === undefined && node.unknownFields === undefined;

function putNode(writer: ByteWriter, node: NodeProto): boolean {
  const { attribute, metadataProps } = node;
  return (
    putTexts(writer, NODE_TAGS.input, node.input) &&
    putTexts(writer, NODE_TAGS.output, node.output) &&
    putText(writer, NODE_TAGS.name, node.name) &&
    putText(writer, NODE_TAGS.opType, node.opType) &&
    (attribute === undefined || putAttributes(writer, attribute)) &&
    putText(writer, NODE_TAGS.docString, node.docString) &&
    putText(writer, NODE_TAGS.domain, node.domain) &&
    putText(writer, NODE_TAGS.overload, node.overload) &&
    (metadataProps === undefined || putEntries(writer, metadataProps))
  );
}

function putAttributes(writer: ByteWriter, attributes: readonly AttributeProto[]): boolean {
  if (!Array.isArray(attributes)) return false;
  for (const attribute of attributes) {
    const body = writer.begin(NODE_TAGS.attribute);
    if (!isSimpleAttribute(attribute) || !putAttribute(writer, attribute)) return false;
    writer.end(body);
  }
  return true;
}

const isSimpleAttribute = (attribute: AttributeProto): boolean =>
  isFields(attribute) &&
  attribute.t === undefined &&
  attribute.g === undefined &&
  attribute.tensors === undefined &&
  attribute.graphs === undefined &&
  attribute.tp === undefined &&
  attribute.typeProtos === undefined &&
  attribute.sparseTensor === undefined &&
  attribute.sparseTensors === undefined &&
  attribute.unknownFields === undefined;

function putAttribute(writer: ByteWriter, attribute: AttributeProto): boolean {
  const { f, i, s, floats, ints, strings, type } = attribute;
  return (
    putText(writer, ATTRIBUTE_TAGS.name, attribute.name) &&
    (f === undefined || putFloat(writer, f)) &&
    (i === undefined || putInt(writer, ATTRIBUTE_TAGS.i, i)) &&
    (s === undefined || putBytes(writer, ATTRIBUTE_TAGS.s, s)) &&
    (floats === undefined || putFloats(writer, floats)) &&
    (ints === undefined || putInts(writer, ints)) &&
    (strings === undefined || putStrings(writer, strings)) &&
    putText(writer, ATTRIBUTE_TAGS.docString, attribute.docString) &&
    (type === undefined || (fits('int32', type) && putInt(writer, ATTRIBUTE_TAGS.type, type))) &&
    putText(writer, ATTRIBUTE_TAGS.refAttrName, attribute.refAttrName)
  );
}

function putEntries(writer: ByteWriter, entries: readonly StringStringEntryProto[]): boolean {
  if (!Array.isArray(entries)) return false;
  for (const entry of entries) {
    if (!isFields(entry) || entry.unknownFields !== undefined) return false;
    const body = writer.begin(NODE_TAGS.metadataProps);
    if (!putText(writer, ENTRY_TAGS.key, entry.key) || !putText(writer, ENTRY_TAGS.value, entry.value)) return false;
    writer.end(body);
  }
  return true;
}

function putTexts(writer: ByteWriter, tag: number, texts: readonly string[] | undefined): boolean {
  if (texts === undefined) return true;
  if (!Array.isArray(texts) || texts.length > MAX_SIMPLE) return false;
  for (let at = 0; at < texts.length; at++)
    if (texts[at] === undefined || !putText(writer, tag, texts[at])) return false;
  return true;
}

/** An absent text is nothing to write. */
function putText(writer: ByteWriter, tag: number, text: unknown): boolean {
  if (text === undefined) return true;
  if (typeof text !== 'string' || text.length > MAX_SIMPLE) return false;
  writer.varint(tag);
  return writer.string(text);
}

function putFloat(writer: ByteWriter, value: number): boolean {
  if (!fits('float', value)) return false;
  writer.varint(ATTRIBUTE_TAGS.f);
  writer.float(value);
  return true;
}

function putFloats(writer: ByteWriter, values: Float32Array | readonly number[]): boolean {
  if (!isFields(values) || !(values.length <= MAX_SIMPLE)) return false;
  // As words, because a word keeps the bits of a signalling NaN.
  const words = wordsOf('float', values);
  if (typeof words === 'number') return false;
  for (const word of words) {
    writer.varint(ATTRIBUTE_TAGS.floats);
    writer.fixed32(word);
  }
  return true;
}

function putInt(writer: ByteWriter, tag: number, value: unknown): boolean {
  if (!isInt64(value, 'int64')) return false;
  writer.varint(tag);
  writer.int64(value);
  return true;
}

function putInts(writer: ByteWriter, values: readonly unknown[]): boolean {
  if (!Array.isArray(values) || values.length > MAX_SIMPLE) return false;
  for (const value of values) if (!putInt(writer, ATTRIBUTE_TAGS.ints, value)) return false;
  return true;
}

function putStrings(writer: ByteWriter, values: readonly Uint8Array[]): boolean {
  if (!Array.isArray(values) || values.length > MAX_SIMPLE) return false;
  for (const value of values) if (!putBytes(writer, ATTRIBUTE_TAGS.strings, value)) return false;
  return true;
}

function putBytes(writer: ByteWriter, tag: number, value: Uint8Array): boolean {
  if (!(value instanceof Uint8Array) || value.length > MAX_SIMPLE) return false;
  writer.varint(tag);
  writer.bytes(value);
  return true;
}
