// The first of two passes over a message that is to be written: checks every value and works out every length.
import { assertNever } from '../../../src/base/assert-never.ts';
import { dimwiseError } from '../../../src/base/errors.ts';
import { ByteWriter } from './byte-writer.ts';
import { fits, packedBytes, wordsOf } from './data-words.ts';
import { FieldPath } from './field-path.ts';
import type { DataField, Field, MessageRow, ScalarField } from './field-table.ts';
import { type Fields, isFields } from './fields.ts';
import { int64Bytes, isInt64, varint32Bytes } from './int64.ts';
import type { GraphProto } from './messages.ts';
import { NodeList, NodeRun } from './node-list.ts';
import type { ByteSource } from './parts.ts';
import { SIMPLE_NODE_DEPTH } from './simple-node.ts';
import type { Message, TensorProto } from './tensor-messages.ts';
import { utf8Length } from './utf8-length.ts';

/** Protobuf's own parsers take no deeper message. */
const MAX_DEPTH = 100;
/** Protobuf's own parsers take no message of 2 GiB or more. */
const MAX_BYTES = 2 ** 31 - 1;
/** The bytes of nodes that there is room for at first. */
const NODE_ROOM = 1 << 12;

/** Gives the data of a tensor that is not in memory, or undefined where `rawData` is to be written. */
export type TensorBytes = (tensor: TensorProto) => ByteSource | undefined;

/** Where parts of a message are that do not stand in it. */
export interface WriteOptions {
  /** Gives the data of a tensor chunk by chunk; called once for each tensor, in the order of writing. */
  readonly tensorBytes?: TensorBytes | undefined;
  /** Gives the nodes of a graph that are written already, or undefined where `node` is to be written. */
  readonly nodesOf?: ((graph: GraphProto) => NodeList | undefined) | undefined;
}

/** What the second pass keeps of a field beside its length. */
export type Payload = Uint32Array | Uint8Array | ByteSource | NodeList | undefined;

/** What the second pass needs, in the order in which it walks the message. */
export interface Plan {
  /** The bytes of the whole message. */
  readonly bytes: number;
  /** The lengths of nested messages and of packed lists. */
  readonly lengths: readonly number[];
  /** The words of lists of numbers, the data of tensors, and nodes. */
  readonly payloads: readonly Payload[];
}

/**
 * Checks a message and works out its lengths.
 *
 * @throws EMIT_VALUE when a value does not fit its field
 * @throws EMIT_TOO_LARGE when the message has 2 GiB or more
 */
export function measureMessage(row: MessageRow, message: Message, options: WriteOptions = {}): Plan {
  return new Measure(row.name, options).plan(row, message);
}

class Measure {
  readonly #lengths: number[] = [];
  readonly #payloads: Payload[] = [];
  readonly #path: FieldPath;
  readonly #options: WriteOptions;
  readonly #nodeWriter = new ByteWriter(NODE_ROOM);

  constructor(root: string, options: WriteOptions) {
    this.#path = new FieldPath(root);
    this.#options = options;
  }

  plan(row: MessageRow, message: Message): Plan {
    const bytes = isFields(message) ? this.#fields(row, message) : 0;
    if (bytes > MAX_BYTES) {
      throw dimwiseError({
        code: 'EMIT_TOO_LARGE',
        message: `${row.name} has ${bytes} bytes, more than the ${MAX_BYTES} that protobuf can hold`,
        expected: `at most ${MAX_BYTES} bytes`,
        actual: `${bytes} bytes`,
        hint: 'write the weights as external data',
      });
    }
    return { bytes, lengths: this.#lengths, payloads: this.#payloads };
  }

  #fields(row: MessageRow, message: Fields): number {
    let bytes = 0;
    for (const field of row.fields) {
      const value: unknown = message[field.name];
      if (field.streamed) bytes += this.#streamed(field, message, value);
      else if (field.holdsNodes) bytes += this.#nodes(field, message, value);
      else if (value !== undefined) bytes += this.#field(field, message, value);
    }
    const unknown: unknown = message['unknownFields'];
    if (unknown === undefined) return bytes;
    if (!Array.isArray(unknown)) return this.#fail('unknownFields is no array of byte arrays');
    for (const view of unknown) {
      if (!(view instanceof Uint8Array)) return this.#fail('unknownFields is no array of byte arrays');
      bytes += view.length;
    }
    return bytes;
  }

  #field(field: Field, message: Fields, value: unknown): number {
    if (field.form === 'data') return this.#data(field, value);
    if (field.oneOf) this.#checkOneOf(field, message);
    const tag = varint32Bytes(field.number << 3);
    if (field.form === 'one') return tag + this.#value(field, value, -1);
    if (!Array.isArray(value)) return this.#misfit(field, -1, 'an array', value);
    let bytes = tag * value.length;
    for (let index = 0; index < value.length; index++) bytes += this.#value(field, value[index], index);
    return bytes;
  }

  /** The bytes of one value, with its length where it has one. */
  #value(field: ScalarField, value: unknown, index: number): number {
    switch (field.kind) {
      case 'message':
        return this.#message(field, value, index);
      case 'string': {
        const length = typeof value === 'string' ? utf8Length(value) : -1;
        return length < 0 ? this.#misfit(field, index, 'text of valid Unicode', value) : varint32Bytes(length) + length;
      }
      case 'bytes':
        if (!(value instanceof Uint8Array)) return this.#misfit(field, index, 'a Uint8Array', value);
        return varint32Bytes(value.length) + value.length;
      case 'int64':
        return isInt64(value, 'int64') ? int64Bytes(value) : this.#misfit(field, index, 'an int64', value);
      case 'int32':
        if (typeof value !== 'number' || !fits('int32', value)) return this.#misfit(field, index, 'an int32', value);
        return value < 0 ? 10 : varint32Bytes(value);
      case 'float':
        return fits('float', value) ? 4 : this.#misfit(field, index, 'a number in the range of float32', value);
      default:
        return assertNever(field.kind);
    }
  }

  #message(field: ScalarField, value: unknown, index: number): number {
    if (!isFields(value)) return this.#misfit(field, index, 'a message', value);
    this.#path.push(field, index);
    if (this.#path.depth > MAX_DEPTH) this.#fail(`is nested deeper than ${MAX_DEPTH} messages`);
    const slot = this.#lengths.push(0) - 1;
    const bytes = field.message ? this.#fields(field.message(), value) : 0;
    this.#lengths[slot] = bytes;
    this.#path.pop();
    return lengthBytes(bytes) + bytes;
  }

  /** The nodes of a graph or function; simple ones are written here and now. */
  #nodes(field: Field, message: Fields, value: unknown): number {
    const list = this.#options.nodesOf?.(message) ?? this.#listOf(field, value);
    this.#payloads.push(list);
    if (!list || field.form === 'data') return 0;
    const tag = varint32Bytes(field.number << 3);
    let bytes = 0;
    let index = 0;
    for (const item of list.items) {
      if (item instanceof NodeRun) {
        bytes += item.bytes.length;
        index += item.count;
      } else {
        bytes += tag + this.#value(field, item, index++);
      }
    }
    return bytes;
  }

  #listOf(field: Field, value: unknown): NodeList | undefined {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.#misfit(field, -1, 'an array', value);
    const list = new NodeList(this.#nodeWriter, field.number);
    const isTooDeep = this.#path.depth + SIMPLE_NODE_DEPTH > MAX_DEPTH;
    for (const node of value) list.add(node, isTooDeep);
    return list;
  }

  #data(field: DataField, value: unknown): number {
    const words = wordsOf(field.kind, value);
    if (typeof words === 'number') {
      const element: unknown = words < 0 || !Array.isArray(value) ? value : value[words];
      return this.#misfit(field, words, words < 0 ? `a list of ${field.kind}` : field.kind, element);
    }
    this.#payloads.push(words);
    if (words.length === 0) return 0;
    const tag = varint32Bytes(field.number << 3);
    if (!field.packed) return words.length * (tag + 4);
    const fixed = field.kind === 'float' || field.kind === 'double';
    const bytes = fixed ? words.byteLength : packedBytes(field.kind, words);
    this.#lengths.push(bytes);
    return tag + lengthBytes(bytes) + bytes;
  }

  /** The data of a tensor: from the caller's source or, without one, from the message. */
  #streamed(field: Field, message: Fields, value: unknown): number {
    const data: unknown = this.#options.tensorBytes?.(message) ?? value;
    if (data === undefined) {
      this.#payloads.push(undefined);
      return 0;
    }
    if (!isBytesOrSource(data)) return this.#misfit(field, -1, 'a Uint8Array or a source of bytes', data);
    this.#payloads.push(data);
    const length = data instanceof Uint8Array ? data.length : data.bytes;
    return varint32Bytes(field.number << 3) + lengthBytes(length) + length;
  }

  #checkOneOf(field: Field, message: Fields): void {
    for (const other of field.oneOf ?? []) {
      if (other === field.name || message[other] === undefined) continue;
      this.#fail(`has both ${field.name} and ${other}, of which one would be lost`);
    }
  }

  #misfit(field: Field, index: number, expected: string, value: unknown): never {
    this.#path.push(field, index);
    const actual = describe(value);
    return this.#fail(`takes ${expected}, not ${actual}`, { expected, actual });
  }

  #fail(fault: string, facts: { expected?: string; actual?: string } = {}): never {
    throw dimwiseError({ code: 'EMIT_VALUE', message: `${this.#path}: ${fault}`, ...facts });
  }
}

/** The bytes of a length; one that exceeds 32 bits is refused at the end, with the whole message. */
const lengthBytes = (length: number): number => (length > MAX_BYTES ? 5 : varint32Bytes(length));

function isBytesOrSource(data: unknown): data is Uint8Array | ByteSource {
  if (data instanceof Uint8Array) return true;
  if (typeof data !== 'object' || data === null || !('bytes' in data) || !('write' in data)) return false;
  return Number.isSafeInteger(data.bytes) && Number(data.bytes) >= 0;
}

/** A value in few words. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null) return `an object of ${value.constructor?.name ?? 'no class'}`;
  return String(value);
}
