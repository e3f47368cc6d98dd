// Tensors as JSON: elements in C order, flat or nested, integers of 64 bits as they are.
import { countOf, DATATYPES, type Datatype, type TensorData, type WireTensor } from './datatypes.ts';
import type { JsonValue } from './lossless-json.ts';
import { ProtocolError } from './protocol-error.ts';

/** One element as JSON has it. */
export type JsonElement = number | bigint | boolean | string;

/**
 * The elements of a tensor in C order.
 *
 * @param data the member `data`, flat or nested
 * @throws ProtocolError when it is no array of elements, the type goes as bytes only, or its shape has another number of elements
 */
export function elementsFromJson(
  what: string,
  datatype: Datatype,
  shape: readonly number[],
  data: JsonValue,
): JsonElement[] {
  if (datatype === 'FP16') throw new ProtocolError(`${what} is FP16, which is sent as binary data only`);
  if (!Array.isArray(data)) throw new ProtocolError(`${what} takes data as an array`);
  const elements: JsonElement[] = [];
  collect(what, data, elements, 0);
  const count = countOf(shape);
  if (elements.length !== count) {
    throw new ProtocolError(`${what} has ${elements.length} elements, its shape [${shape.join(', ')}] has ${count}`);
  }
  // An integer above 2^53 is a number like any other to a float, which rounds it.
  return datatype === 'FP32' || datatype === 'FP64'
    ? elements.map((each) => (typeof each === 'bigint' ? Number(each) : each))
    : elements;
}

/** Arrays nested deeper than this are no tensor. */
const DEEPEST = 64;

function collect(what: string, rows: readonly JsonValue[], elements: JsonElement[], depth: number): void {
  if (depth > DEEPEST) throw new ProtocolError(`${what} nests its data more than ${DEEPEST} deep`);
  for (const row of rows) {
    if (Array.isArray(row)) collect(what, row, elements, depth + 1);
    else if (row === null || typeof row === 'object') {
      throw new ProtocolError(`${what} has ${row === null ? 'null' : 'an object'} among its data`);
    } else elements.push(row);
  }
}

/**
 * The elements as a JSON array. Floats have all their digits; NaN and infinities are words, as Triton has them, which other readers
 * of JSON refuse.
 *
 * @throws ProtocolError when the type goes as bytes only
 */
export function jsonOfTensor(what: string, { datatype, data }: WireTensor): string {
  if (datatype === 'FP16') throw new ProtocolError(`${what} is FP16, which is sent as binary data only`);
  if (datatype === 'BOOL') return `[${Array.from<unknown>(data).map(Boolean).join(',')}]`;
  return ArrayBuffer.isView(data) ? `[${data.join(',')}]` : JSON.stringify(data);
}

/** The elements of a tensor of a message in the array that its type has. @throws ProtocolError as {@link elementsFromJson} */
export function tensorFromJson(
  what: string,
  datatype: Datatype,
  shape: readonly number[],
  data: JsonValue,
): WireTensor {
  const elements = elementsFromJson(what, datatype, shape, data);
  return { datatype, shape, data: arrayOf(datatype, elements) };
}

function arrayOf(datatype: Datatype, elements: readonly JsonElement[]): TensorData {
  if (datatype === 'BYTES') return elements.map(String);
  const { size, view } = DATATYPES[datatype];
  const data = view(new ArrayBuffer(elements.length * size), 0, elements.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (const [i, each] of elements.entries()) data[i] = BigInt(each);
  } else if (ArrayBuffer.isView(data)) {
    for (const [i, each] of elements.entries()) data[i] = Number(each);
  }
  return data;
}
