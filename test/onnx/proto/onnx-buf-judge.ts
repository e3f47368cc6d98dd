// Reads messages with onnx-buf, a codec by others on another protobuf library, into the form of our messages.
import { type DescField, type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { file_onnx } from 'onnx-buf';
import type { DataKind, MessageRow } from '../../../codegen/onnx/proto/field-table.ts';

const schemas = new Map<string, DescMessage>();
const collect = (message: DescMessage): void => {
  schemas.set(message.typeName, message);
  message.nestedMessages.forEach(collect);
};
file_onnx.messages.forEach(collect);

/** The schema of a message in onnx-buf, undefined where it lacks the message. */
export const schemaOf = (row: MessageRow): DescMessage | undefined => schemas.get(`onnx.${row.name}`);

/**
 * Reads a message with onnx-buf; unknown fields are left out.
 *
 * @param row the kind of message
 * @param bytes the message
 */
export function readWithOnnxBuf(row: MessageRow, bytes: Uint8Array): Record<string, unknown> {
  const schema = schemaOf(row);
  if (!schema) return {};
  const message: Message = fromBinary(schema, bytes);
  return ours(row, reflect(schema, message));
}

function ours(row: MessageRow, message: ReflectMessage): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of row.fields) {
    const theirs = message.fields.find(({ number }) => number === field.number);
    if (!theirs || !message.isSet(theirs)) continue;
    const inner = field.message?.();
    if (theirs.fieldKind !== 'list') {
      result[field.name] = ourValue(message.get(theirs), inner);
    } else {
      const list = [...listOf(message, theirs)].map((value) => ourValue(value, inner));
      result[field.name] = field.form === 'data' ? typedArray(field.kind, list) : list;
    }
  }
  return result;
}

function listOf(message: ReflectMessage, field: DescField & { fieldKind: 'list' }): Iterable<unknown> {
  return message.get(field);
}

function ourValue(value: unknown, row: MessageRow | undefined): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return row && isReflected(value) ? ours(row, value) : value;
}

const isReflected = (value: unknown): value is ReflectMessage =>
  typeof value === 'object' && value !== null && 'fields' in value;

function typedArray(kind: DataKind, list: readonly unknown[]): unknown {
  if (kind === 'int64') return BigInt64Array.from(list, (value) => BigInt(String(value)));
  if (kind === 'uint64') return BigUint64Array.from(list, (value) => BigInt(String(value)));
  const numbers = list.map(Number);
  if (kind === 'int32') return Int32Array.from(numbers);
  return kind === 'float' ? Float32Array.from(numbers) : Float64Array.from(numbers);
}
