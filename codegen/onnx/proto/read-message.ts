// Reads ONNX messages from bytes: nothing is lost, nothing is trusted, and tensor data stays where it is.
import { assertNever, invariant } from '../../../src/base/assert-never.ts';
import { FieldPath } from './field-path.ts';
import type { DataField, DataKind, Field, MessageRow, ScalarField, ScalarKind } from './field-table.ts';
import { int64FromHalves } from './int64.ts';
import type { PiecedBytes } from './lazy-bytes.ts';
import { MESSAGES } from './message-table.ts';
import type { ModelProto } from './messages.ts';
import { namingOther } from './other-file.ts';
import type { Message } from './tensor-messages.ts';
import { WIRE, WireReader, wireName } from './wire-reader.ts';
import { WordList } from './word-list.ts';

/** How much an input may ask of its reader. */
export interface ReadLimits {
  /** How deep messages and unknown groups may be nested; 100 by default, as in protobuf's own parsers. */
  readonly depth?: number;
  /** About how many bytes the objects that are made may take beside the input and lists of numbers; 2^31 by default. */
  readonly memory?: number;
}

/** A message while it is being read. */
type Draft = Record<string, unknown>;

const WIRE_OF: Record<ScalarKind | DataKind, number> = {
  int32: WIRE.varint,
  int64: WIRE.varint,
  uint64: WIRE.varint,
  float: WIRE.fixed32,
  double: WIRE.fixed64,
  string: WIRE.bytes,
  bytes: WIRE.bytes,
  message: WIRE.bytes,
};

/** About how many bytes of memory a value takes in Node 20: two bytes of input can ask for a hundred. */
const COST: Record<ScalarKind | 'view' | 'list', number> = {
  int32: 16,
  int64: 16,
  float: 16,
  string: 48,
  message: 128,
  bytes: 128,
  view: 128,
  list: 512,
};

/**
 * Reads a model.
 *
 * @param input the content of an `.onnx` file, or all but the ranges that `findGaps` found; byte fields of the result are views of it
 * @param limits how much the input may ask for
 * @throws ONNX_MALFORMED when it is no such message; the message names the field and the byte offset
 */
export function decodeModel(input: Uint8Array | PiecedBytes, limits?: ReadLimits): ModelProto {
  if (input instanceof Uint8Array) return namingOther(input, () => decodeMessage(MESSAGES.model, input, limits));
  const reader = new MessageReader(new WireReader(input, new FieldPath('ModelProto')), limits ?? {});
  return namingOther(input.first, () => reader.readWhole(MESSAGES.model));
}

/**
 * Reads a message of any kind, such as the tensor of a `.pb` file.
 *
 * @param row the kind of message, from `MESSAGES`
 * @param bytes the whole message; byte fields of the result are views of it
 * @param limits how much the input may ask for
 * @throws ONNX_MALFORMED when the bytes are no such message; the message names the field and the byte offset
 */
export function decodeMessage<M extends Message>(row: MessageRow<M>, bytes: Uint8Array, limits: ReadLimits = {}): M {
  // A Buffer of Node would hand its class on to all its views.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wire = new WireReader(plain, new FieldPath(row.name));
  // The table's types are checked against the interfaces where its rows are made.
  return new MessageReader(wire, limits).readWhole(row) as M;
}

class MessageReader {
  readonly #wire: WireReader;
  readonly #depth: number;
  #memoryLeft: number;
  /** Lists of numbers stay open to the end: a message that comes in pieces adds to them. */
  readonly #open: { readonly draft: Draft; readonly name: string; readonly list: WordList }[] = [];

  constructor(wire: WireReader, { depth = 100, memory = 2 ** 31 }: ReadLimits) {
    this.#wire = wire;
    this.#depth = depth;
    this.#memoryLeft = memory;
  }

  readWhole(row: MessageRow): Draft {
    const draft: Draft = {};
    this.#fields(row, draft);
    for (const { draft: owner, name, list } of this.#open) owner[name] = list.close();
    invariant(this.#wire.isThrough, 'every range that was left out is the raw data of a tensor');
    return draft;
  }

  /** Reads fields up to the end of the message, `len` of the reader. */
  #fields(row: MessageRow, draft: Draft): void {
    const wire = this.#wire;
    let unknownFrom = -1;
    while (wire.pos < wire.len) {
      const start = wire.pos;
      const tag = wire.tag();
      const field = row.byNumber[tag >>> 3];
      if (field === undefined) {
        // Unknown fields that stand together are kept together: one view, however many they are.
        if (unknownFrom < 0) unknownFrom = start;
        wire.skipField(tag, this.#depth - wire.path.depth);
        continue;
      }
      if (unknownFrom >= 0) this.#keepUnknown(draft, unknownFrom, start);
      unknownFrom = -1;
      this.#field(field, tag & 7, draft);
    }
    if (unknownFrom >= 0) this.#keepUnknown(draft, unknownFrom, wire.pos);
  }

  #keepUnknown(draft: Draft, start: number, end: number): void {
    this.#spend(COST.view);
    listOf<Uint8Array>(draft, 'unknownFields').push(this.#wire.buf.subarray(start, end));
  }

  #field(field: Field, wireType: number, draft: Draft): void {
    const { name } = field;
    if (field.form === 'data') {
      this.#data(field, wireType, draft);
    } else if (field.form === 'many') {
      if (field.kind === 'int64' && wireType === WIRE.bytes) {
        this.#packedInt64s(field, listOf<unknown>(draft, name));
        return;
      }
      const known = draft[name];
      // Most lists stay short: one made with its first element takes no more room than that.
      if (Array.isArray(known)) known.push(this.#value(field, wireType, known.length, undefined));
      else draft[name] = [this.#value(field, wireType, 0, undefined)];
    } else {
      const value = this.#value(field, wireType, -1, draft[name]);
      if (field.oneOf) clearOthers(field, draft);
      draft[name] = value;
    }
  }

  /** Reads one value; `earlier` is the one that the field has already, for messages that come in pieces. */
  #value(field: ScalarField, wireType: number, index: number, earlier: unknown): unknown {
    const wire = this.#wire;
    wire.path.push(field, index);
    const { kind } = field;
    this.#spend(COST[kind]);
    this.#checkWire(wireType, WIRE_OF[kind]);
    let value: unknown;
    switch (kind) {
      case 'message':
        value = this.#message(field, earlier);
        break;
      case 'string':
        value = wire.string();
        break;
      case 'bytes':
        value = field.streamed ? wire.rawData() : wire.bytes();
        break;
      case 'int32':
        value = wire.int32();
        break;
      case 'int64':
        wire.varint();
        value = int64FromHalves(wire.low, wire.high);
        break;
      case 'float':
        value = wire.float();
        break;
      default:
        assertNever(kind);
    }
    wire.path.pop();
    return value;
  }

  #message(field: ScalarField, earlier: unknown): Draft {
    const wire = this.#wire;
    const at = wire.pos;
    const length = wire.length();
    if (wire.path.depth > this.#depth) {
      wire.fail(`message is nested deeper than ${this.#depth}`, at, {
        expected: `at most ${this.#depth} messages`,
        hint: 'if you trust the file, raise the limits depth and graphDepth',
      });
    }
    const draft = isDraft(earlier) ? earlier : {};
    // Raw data that was left out moves the place that positions are counted from.
    const outerEnd = wire.base + wire.len;
    wire.len = wire.pos + length;
    if (field.message) this.#fields(field.message(), draft);
    wire.len = outerEnd - wire.base;
    return draft;
  }

  #packedInt64s(field: ScalarField, list: unknown[]): void {
    const wire = this.#wire;
    wire.path.push(field, list.length);
    const outerEnd = wire.len;
    const length = wire.length();
    wire.len = wire.pos + length;
    while (wire.pos < wire.len) {
      this.#spend(COST.int64);
      wire.varint();
      list.push(int64FromHalves(wire.low, wire.high));
    }
    wire.len = outerEnd;
    wire.path.pop();
  }

  /** Reads one element of a list of numbers, or all elements that stand packed under one tag. */
  #data(field: DataField, wireType: number, draft: Draft): void {
    const wire = this.#wire;
    wire.path.push(field);
    const elementWire = WIRE_OF[field.kind];
    if (wireType !== WIRE.bytes) this.#checkWire(wireType, elementWire);
    const outerEnd = wire.len;
    if (wireType === WIRE.bytes) {
      const length = wire.length();
      wire.len = wire.pos + length;
    }
    const list = this.#openList(field, draft);
    if (elementWire === WIRE.varint) this.#varints(list, wireType === WIRE.bytes);
    else this.#fixed(list, elementWire === WIRE.fixed32 ? 4 : 8, wireType === WIRE.bytes);
    wire.len = outerEnd;
    wire.path.pop();
  }

  #varints(list: WordList, packed: boolean): void {
    const wire = this.#wire;
    if (!packed) {
      wire.varint();
      list.reserve(1);
      list.push(wire.low, wire.high);
      return;
    }
    let elements = 0;
    for (let at = wire.pos; at < wire.len; at++) if ((wire.buf[at] ?? 0) < 0x80) elements++;
    list.reserve(elements);
    while (wire.pos < wire.len) {
      wire.varint();
      list.push(wire.low, wire.high);
    }
  }

  #fixed(list: WordList, size: 4 | 8, packed: boolean): void {
    const wire = this.#wire;
    if (!packed) wire.need(size);
    const length = packed ? wire.len - wire.pos : size;
    if (length % size !== 0) wire.fail(`holds ${length} bytes, no multiple of ${size}`);
    list.reserve(length / size);
    list.pushBytes(wire.buf.subarray(wire.pos, wire.pos + length));
    wire.pos += length;
  }

  #openList({ name, kind }: DataField, draft: Draft): WordList {
    const known = draft[name];
    if (known instanceof WordList) return known;
    this.#spend(COST.list);
    const list = new WordList(kind);
    draft[name] = list;
    this.#open.push({ draft, name, list });
    return list;
  }

  #checkWire(found: number, wanted: number): void {
    if (found === wanted) return;
    const facts = { expected: wireName(wanted), actual: wireName(found) };
    this.#wire.fail(`is written as ${facts.actual}, not as ${facts.expected},`, this.#wire.pos, facts);
  }

  #spend(bytes: number): void {
    this.#memoryLeft -= bytes;
    if (this.#memoryLeft < 0)
      this.#wire.fail('the limit of memory is reached', this.#wire.pos, {
        hint: 'if you trust the file, raise the limit memory',
      });
  }
}

const isDraft = (value: unknown): value is Draft => typeof value === 'object' && value !== null;

function listOf<T>(draft: Draft, name: string): T[] {
  const known = draft[name];
  // Only this file fills drafts, and a list holds one kind.
  if (Array.isArray(known)) return known as T[];
  const list: T[] = [];
  draft[name] = list;
  return list;
}

/** Of the fields of a oneof, the last one in the input counts. */
function clearOthers({ name, oneOf = [] }: Field, draft: Draft): void {
  for (const other of oneOf) {
    if (other !== name && other in draft) delete draft[other];
  }
}
