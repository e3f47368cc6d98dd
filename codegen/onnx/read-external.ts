// Reads what a tensor says of its external data; nothing but the known keys, nothing but plain decimal numbers.
import { dimwiseError } from '../../src/base/errors.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { TensorProto } from './proto/tensor-messages.ts';

/** Where the data of a tensor lies, as its message says; whether that is true is for the owner of the files to find out. */
export interface ExternalReference {
  /** Relative to the folder of the model. */
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
  /** In bytes; what type and sizes of the tensor take. */
  readonly length: number;
  readonly checksum: string | undefined;
  /** The tensor, for messages: `initializer "w"`. */
  readonly owner: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What is known of the tensor. */
export interface ExternalTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly owner: string;
}

const KEYS = new Set(['location', 'offset', 'length', 'checksum']);

/** Locations that ONNX Runtime takes for addresses in its own memory. */
const MEMORY_MARKER = '_ORT_MEM_ADDR_';

/**
 * Reads the reference of a tensor.
 *
 * @throws EXTERNAL_DATA when an entry is missing, unknown, no number, or does not fit the tensor
 */
export function readExternalReference(
  tensor: TensorProto,
  { dtype, shape, bytes, owner }: ExternalTensor,
): ExternalReference {
  const entries = new Map<string, string>();
  for (const { key = '', value = '' } of tensor.externalData ?? []) {
    if (!KEYS.has(key))
      throw refused(owner, `has the unknown entry "${key}"`, { expected: [...KEYS].join(', '), actual: key });
    entries.set(key, value);
  }
  const location = entries.get('location') ?? '';
  if (location === '') throw refused(owner, 'names no file');
  if (location.includes(MEMORY_MARKER))
    throw refused(owner, `names a place in memory, "${location}"`, { actual: location });
  const offset = readNumber(entries, 'offset', owner) ?? 0;
  const length = readNumber(entries, 'length', owner) ?? bytes;
  if (length !== bytes) {
    throw refused(owner, `takes ${bytes} bytes by its type and sizes, its entry says ${length}`, {
      expected: `${bytes} bytes`,
      actual: `${length} bytes`,
    });
  }
  return { location, offset, length, checksum: entries.get('checksum'), owner, dtype, shape };
}

function readNumber(entries: ReadonlyMap<string, string>, key: string, owner: string): number | undefined {
  const text = entries.get(key);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw refused(owner, `has the ${key} "${text}"`, { expected: 'a decimal number', actual: text });
  return value;
}

function refused(owner: string, what: string, facts: { expected?: string; actual?: string } = {}) {
  return dimwiseError({
    code: 'EXTERNAL_DATA',
    message: `external data of ${owner} ${what}`,
    origin: { what: owner },
    ...facts,
  });
}

/**
 * Refuses external data: for models that are given as bytes, without a folder that could hold it.
 *
 * @throws EXTERNAL_DATA always
 */
export function refuseExternal({ owner, location }: ExternalReference): never {
  throw dimwiseError({
    code: 'EXTERNAL_DATA',
    message: `data of ${owner} lies in file "${location}", and a model given as bytes has no folder`,
    origin: { what: owner },
    actual: location,
    hint: 'read the model from its file',
  });
}
