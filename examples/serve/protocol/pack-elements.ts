// Elements of JSON in the array that their type has, where it holds each of them: arrays go between threads without a copy.
import { DATATYPES, type Datatype, type TensorData } from './datatypes.ts';
import type { JsonElement } from './tensor-json.ts';

/** Elements in their array; 0 stands in the place of the first that the type cannot hold, and of all behind it. */
export interface PackedElements {
  readonly data: TensorData;
  readonly odd: { readonly index: number; readonly value: JsonElement } | undefined;
}

/** Packs elements; undefined for texts. */
export function packElements(datatype: Datatype, elements: readonly JsonElement[]): PackedElements | undefined {
  if (datatype === 'BYTES' || datatype === 'FP16') return undefined;
  const { size, view } = DATATYPES[datatype];
  const data = view(new ArrayBuffer(elements.length * size), 0, elements.length);
  const isLarge = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  for (let index = 0; index < elements.length; index++) {
    const value = elements[index] ?? 0;
    if (isLarge) {
      const integer = integerOf(value);
      if (integer !== undefined) data[index] = integer;
      if (integer === undefined || data[index] !== integer) return { data, odd: oddAt(data, index, value) };
      continue;
    }
    if (!ArrayBuffer.isView(data)) return undefined;
    const number = numberOf(datatype, value);
    if (number !== undefined) data[index] = number;
    const held = data[index];
    // Floats take the nearest value, which is none where only infinity is left.
    const isHeld = isFloat ? Number.isFinite(held) || !Number.isFinite(number) : held === number;
    if (number === undefined || !isHeld) return { data, odd: oddAt(data, index, value) };
  }
  return { data, odd: undefined };
}

function oddAt(data: TensorData, index: number, value: JsonElement): PackedElements['odd'] {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = 0n;
  else if (ArrayBuffer.isView(data)) data[index] = 0;
  return { index, value };
}

/** The list that was packed, as far as anything looks at it. */
export function unpackElements({ data, odd }: PackedElements): TensorData | JsonElement[] {
  if (!odd || !ArrayBuffer.isView(data)) return data;
  const list = Array.from<JsonElement>(data);
  list[odd.index] = odd.value;
  return list;
}

function integerOf(value: JsonElement): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function numberOf(datatype: Datatype, value: JsonElement): number | undefined {
  if (datatype === 'BOOL') return typeof value !== 'string' && (value == 0 || value == 1) ? Number(value) : undefined;
  // An integer of more than 53 bits is held by no array that comes here, but for floats, whose elements are numbers by now.
  return typeof value === 'number' ? value : undefined;
}
