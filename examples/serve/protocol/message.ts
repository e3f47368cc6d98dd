// What both sides do with messages: split bytes into a JSON header and binary data, join them, and look at members.
import { type JsonValue, parseJson } from './lossless-json.ts';
import { ProtocolError } from './protocol-error.ts';

/** The header that tells where the JSON of a message ends; its binary data follows. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** A message: JSON, and the data of its binary tensors in their order. */
export interface Message {
  readonly json: JsonObject;
  readonly binary: Uint8Array;
}

/** An object of JSON. */
export type JsonObject = { readonly [name: string]: JsonValue };

/**
 * Takes the bytes of a message apart.
 *
 * @param headerLength the header {@link HEADER_LENGTH}; undefined where all of it is JSON
 * @param mostJson the most bytes of JSON
 * @throws ProtocolError when the length or the JSON is wrong
 */
export function splitMessage(bytes: Uint8Array, headerLength: string | null | undefined): Message {
  const length = headerLength === null || headerLength === undefined ? bytes.byteLength : Number(headerLength);
  if (!Number.isSafeInteger(length) || length < 0 || length > bytes.byteLength) {
    throw new ProtocolError(
      `${HEADER_LENGTH} is "${headerLength}"; it takes an integer from 0 to ${bytes.byteLength}, the length of the body`,
    );
  }
  return { json: parseObject(bytes.subarray(0, length)), binary: bytes.subarray(length) };
}

/** The JSON object that bytes stand for. @throws ProtocolError when they are none */
export function parseObject(bytes: Uint8Array): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? error.message
        : error instanceof RangeError
          ? 'it nests too deep'
          : 'it is not in UTF-8';
    throw new ProtocolError(`the body is no JSON: ${why}`);
  }
  if (!isObject(value)) throw new ProtocolError('the body is no JSON object');
  return value;
}

/** Tells objects from other JSON. */
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a member that is a list. @throws ProtocolError when it is something else */
export function objectsOf(json: JsonObject, member: string): readonly JsonObject[] {
  const list = memberOf(json, member) ?? [];
  if (!Array.isArray(list)) throw new ProtocolError(`"${member}" takes a list`);
  return list.map((each, i) => {
    if (isObject(each)) return each;
    throw new ProtocolError(`"${member}" has something at ${i} that is no object`);
  });
}

/** A member that an object has itself. */
export const memberOf = (json: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(json, name) ? json[name] : undefined;

/** The parameters of a part of a message; empty where it has none. */
export function parametersOf(json: JsonObject): JsonObject {
  const parameters = memberOf(json, 'parameters');
  return isObject(parameters) ? parameters : {};
}

/** A size or count in JSON. */
export const isCount = (value: JsonValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Reads the binary data of a message piece by piece. */
export class BinaryReader {
  readonly #binary: Uint8Array;
  #at = 0;

  constructor(binary: Uint8Array) {
    this.#binary = binary;
  }

  /** @throws ProtocolError when so many bytes are not there */
  take(what: string, length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#binary.byteLength) {
      const left = this.#binary.byteLength - this.#at;
      throw new ProtocolError(`${what} says that it has ${length} bytes of binary data, ${left} are left`);
    }
    const piece = this.#binary.subarray(this.#at, end);
    this.#at = end;
    return piece;
  }

  /** @throws ProtocolError when there is more than was read */
  end(): void {
    const left = this.#binary.byteLength - this.#at;
    if (left > 0) throw new ProtocolError(`${left} bytes of binary data belong to no tensor`);
  }
}
