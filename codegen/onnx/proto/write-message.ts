// Writes ONNX messages: same input, same bytes, fields by ascending number, tensor data passed through without a copy.
import { assertNever } from '../../../src/base/assert-never.ts';
import { ByteWriter } from './byte-writer.ts';
import { packedChunks } from './data-words.ts';
import type { DataField, Field, MessageRow, ScalarField } from './field-table.ts';
import { type Fields, isFields } from './fields.ts';
import { isInt64 } from './int64.ts';
import { measureMessage, type Plan, type WriteOptions } from './measure-message.ts';
import { MESSAGES } from './message-table.ts';
import type { ModelProto } from './messages.ts';
import { NodeList, NodeRun } from './node-list.ts';
import { type ByteSource, joinParts, type Part } from './parts.ts';
import type { Message } from './tensor-messages.ts';
import { WIRE } from './wire-reader.ts';

/** Byte arrays from this size on become parts of their own; smaller ones are copied together. */
const OWN_PART_BYTES = 1 << 14;
/** About the size of the parts that smaller values make together. */
const PART_BYTES = 1 << 16;

/**
 * Writes a model into one array.
 *
 * @throws EMIT_VALUE when a value does not fit its field
 * @throws EMIT_TOO_LARGE when the model has 2 GiB or more
 */
export function encodeModel(model: ModelProto): Uint8Array {
  return encodeMessage(MESSAGES.model, model);
}

/**
 * Writes a model as parts that follow each other in the file; the data of large tensors is passed through as it is.
 *
 * @param model the model; it must not change before the parts are written
 * @param options where data that is not in memory comes from
 * @throws EMIT_VALUE when a value does not fit its field
 * @throws EMIT_TOO_LARGE when the model has 2 GiB or more
 */
export function encodeModelParts(model: ModelProto, options: WriteOptions = {}): Part[] {
  return encodeMessageParts(MESSAGES.model, model, options);
}

/**
 * Writes a message of any kind, such as the tensor of a `.pb` file.
 *
 * @param row the kind of message, from `MESSAGES`
 * @param message the message
 * @throws EMIT_VALUE when a value does not fit its field
 * @throws EMIT_TOO_LARGE when the message has 2 GiB or more
 */
export function encodeMessage<M extends Message>(row: MessageRow<M>, message: M): Uint8Array {
  return joinParts(encodeMessageParts(row, message, {}));
}

function encodeMessageParts(row: MessageRow, message: Message, options: WriteOptions): Part[] {
  return new MessageWriter(measureMessage(row, message, options)).write(row, message);
}

/** The second pass: the plan has checked all values, and holds all lengths in the order of this walk. */
class MessageWriter {
  readonly #plan: Plan;
  #nextLength = 0;
  #nextPayload = 0;
  readonly #writer = new ByteWriter(2 * PART_BYTES);
  /** Pieces that become one part together. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  readonly #parts: Part[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  write(row: MessageRow, message: Message): Part[] {
    if (isFields(message)) this.#fields(row, message);
    this.#settle();
    return this.#parts;
  }

  #fields(row: MessageRow, message: Fields): void {
    for (const field of row.fields) {
      const value: unknown = message[field.name];
      if (field.streamed) this.#streamed(field);
      else if (field.holdsNodes) this.#nodes(field);
      else if (value !== undefined) this.#field(field, value);
    }
    const unknown: unknown = message['unknownFields'];
    if (Array.isArray(unknown)) for (const view of unknown) if (view instanceof Uint8Array) this.#append(view);
  }

  #field(field: Field, value: unknown): void {
    if (field.form === 'data') this.#data(field);
    else if (field.form === 'one') this.#value(field, value);
    else if (Array.isArray(value)) for (const element of value) this.#value(field, element);
  }

  #value(field: ScalarField, value: unknown): void {
    const writer = this.#writer;
    const { kind, number } = field;
    switch (kind) {
      case 'message':
        writer.varint((number << 3) | WIRE.bytes);
        writer.varint(this.#length());
        if (field.message && isFields(value)) this.#fields(field.message(), value);
        break;
      case 'string':
        writer.varint((number << 3) | WIRE.bytes);
        writer.string(String(value));
        break;
      case 'bytes':
        if (value instanceof Uint8Array) this.#bytes(number, value);
        break;
      case 'int64':
        writer.varint((number << 3) | WIRE.varint);
        if (isInt64(value, 'int64')) writer.int64(value);
        break;
      case 'int32':
        writer.varint((number << 3) | WIRE.varint);
        // A negative int32 is written as its 64-bit value.
        writer.int64(Number(value));
        break;
      case 'float':
        writer.varint((number << 3) | WIRE.fixed32);
        writer.float(Number(value));
        break;
      default:
        assertNever(kind);
    }
    if (writer.length >= PART_BYTES) this.#settle();
  }

  #nodes(field: Field): void {
    const list = this.#payload();
    if (!(list instanceof NodeList) || field.form === 'data') return;
    for (const item of list.items) {
      if (item instanceof NodeRun) this.#append(item.bytes);
      else this.#value(field, item);
    }
  }

  #bytes(number: number, value: Uint8Array): void {
    this.#writer.varint((number << 3) | WIRE.bytes);
    if (value.length < OWN_PART_BYTES) {
      this.#writer.bytes(value);
    } else {
      this.#writer.varint(value.length);
      this.#append(value);
    }
  }

  #data({ kind, number, packed }: DataField): void {
    const words = this.#payload();
    if (!(words instanceof Uint32Array) || words.length === 0) return;
    if (!packed) {
      // Only `floats` is written so: an element is one word, and a word keeps the bits of a signalling NaN.
      for (const word of words) {
        this.#writer.varint((number << 3) | WIRE.fixed32);
        this.#writer.fixed32(word);
        if (this.#writer.length >= PART_BYTES) this.#settle();
      }
      return;
    }
    const bytes = this.#length();
    this.#writer.varint((number << 3) | WIRE.bytes);
    this.#writer.varint(bytes);
    if (kind === 'float' || kind === 'double') {
      this.#append(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    } else if (bytes < OWN_PART_BYTES) {
      for (const chunk of packedChunks(kind, words)) this.#append(chunk);
    } else {
      this.#source({ bytes, write: packedChunks(kind, words) });
    }
  }

  #streamed({ number }: Field): void {
    const data = this.#payload();
    if (data === undefined || data instanceof Uint32Array || data instanceof NodeList) return;
    if (data instanceof Uint8Array) {
      this.#bytes(number, data);
    } else {
      this.#writer.varint((number << 3) | WIRE.bytes);
      this.#writer.varint(data.bytes);
      this.#source(data);
    }
  }

  #length(): number {
    return this.#plan.lengths[this.#nextLength++] ?? 0;
  }

  #payload(): Plan['payloads'][number] {
    return this.#plan.payloads[this.#nextPayload++];
  }

  /** Puts bytes behind all that is written so far. */
  #append(bytes: Uint8Array): void {
    if (bytes.length < OWN_PART_BYTES) {
      this.#flush();
      this.#pieces.push(bytes);
      this.#pieceBytes += bytes.length;
      if (this.#pieceBytes >= PART_BYTES) this.#settle();
    } else {
      this.#settle();
      this.#parts.push(bytes);
    }
  }

  #source(source: ByteSource): void {
    this.#settle();
    this.#parts.push(source);
  }

  /** Makes a piece of what the writer has. */
  #flush(): void {
    if (this.#writer.length === 0) return;
    const bytes = this.#writer.take();
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
  }

  /** Makes a part of all pieces. */
  #settle(): void {
    this.#flush();
    const [only, ...others] = this.#pieces;
    if (only === undefined) return;
    this.#parts.push(others.length === 0 ? only : joinParts(this.#pieces));
    this.#pieces = [];
    this.#pieceBytes = 0;
  }
}
