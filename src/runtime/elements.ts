// The element types that ONNX Runtime takes and gives here, with the arrays that hold them, and conversion without loss.
import { Float16Array, f16round, setFloat16 } from '@petamoriken/float16';
import type { DType } from '../ir/dtype.ts';
import { isShared } from './feed-arrays.ts';
import type { OrtData } from './ort.ts';

/** The data of a tensor that is not of strings. */
type OrtArray = Exclude<OrtData, readonly string[]>;

/** How one element type is held and checked. */
interface ElementRow {
  readonly Class: ArrayClass;
  /** A new array of zeros. */
  readonly make: (length: number) => OrtArray;
  /** An array over memory that is there. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => OrtArray;
  readonly kind: 'float' | 'int' | 'bigint' | 'bool';
  /** The range of integers, both ends included. */
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  /** The nearest element, as a number; of float types only. */
  readonly round?: (value: number) => number;
}

/** A class of typed arrays. */
export interface ArrayClass {
  new (length: number): OrtArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): OrtArray;
}

const arrays = (Class: ArrayClass): Pick<ElementRow, 'Class' | 'make' | 'view'> => ({
  Class,
  make: (length) => new Class(length),
  view: (buffer, byteOffset, length) => new Class(buffer, byteOffset, length),
});

const ROWS = {
  float32: { kind: 'float', ...arrays(Float32Array), round: Math.fround },
  float64: { kind: 'float', ...arrays(Float64Array), round: (value) => value },
  float16: { kind: 'float', ...arrays(Uint16Array), round: f16round },
  int8: { kind: 'int', ...arrays(Int8Array), min: -128, max: 127 },
  uint8: { kind: 'int', ...arrays(Uint8Array), min: 0, max: 255 },
  int16: { kind: 'int', ...arrays(Int16Array), min: -32768, max: 32767 },
  uint16: { kind: 'int', ...arrays(Uint16Array), min: 0, max: 65535 },
  int32: { kind: 'int', ...arrays(Int32Array), min: -(2 ** 31), max: 2 ** 31 - 1 },
  uint32: { kind: 'int', ...arrays(Uint32Array), min: 0, max: 2 ** 32 - 1 },
  int64: { kind: 'bigint', ...arrays(BigInt64Array), min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint64: { kind: 'bigint', ...arrays(BigUint64Array), min: 0n, max: 2n ** 64n - 1n },
  bool: { kind: 'bool', ...arrays(Uint8Array) },
} as const satisfies Partial<Record<DType, ElementRow>>;

/** An element type that can be fed and fetched. */
export type RunDType = keyof typeof ROWS | 'string';

/** The element types that can be fed and fetched. */
export const RUN_DTYPES: readonly RunDType[] = [...(Object.keys(ROWS) as (keyof typeof ROWS)[]), 'string'];

/**
 * The class of arrays whose memory is handed on as it is; undefined for types whose elements are looked at one by one: strings, and bools,
 * which take 0 and 1 only.
 */
export function arrayClassOf(dtype: RunDType): ArrayClass | undefined {
  return dtype === 'string' || dtype === 'bool' ? undefined : ROWS[dtype].Class;
}

/** Tells whether tensors of an element type can be fed and fetched. */
export function isRunDType(dtype: string): dtype is RunDType {
  return dtype === 'string' || Object.hasOwn(ROWS, dtype);
}

/** One element as a caller may write it. */
export type Element = number | bigint | boolean | string;

/** Elements in C order, and what holds them. */
export interface Elements {
  /** The element type that the container states; `plain` for numbers and the like, `words` for 16 bits that are either a uint16 or a float16. */
  readonly from: DType | 'plain' | 'words';
  /** Those of float16 stand in a Float16Array. */
  readonly values: ArrayLike<Element>;
  /** Where plain values came of typed arrays, in order; the others are literals. */
  readonly exact?: readonly Span[] | undefined;
}

/** Elements that follow each other. */
export interface Span {
  readonly start: number;
  /** The element after the last one. */
  readonly end: number;
}

const NO_SPANS: readonly Span[] = [];

/** An element that the type cannot hold. */
export interface ElementMistake {
  readonly index: number;
  readonly value: Element;
  /** What the type takes: `integers from 0 to 255`. */
  readonly takes: string;
}

/** Converted elements, or the first that would be changed. */
export type Converted = { readonly data: OrtData } | { readonly mistake: ElementMistake };

/**
 * Converts elements to a type where nothing is lost. A plain number is a literal: float types take the nearest value to it.
 * Elements of an array or tensor keep their exact value.
 */
export function convertElements({ from, values, exact = NO_SPANS }: Elements, to: RunDType): Converted {
  if (to === 'string') return convertStrings(values);
  const row: ElementRow = ROWS[to];
  const ready = asIs(values, from, to, row);
  if (ready) return { data: ready };
  if (from === 'words' && to === 'float16') return { data: Uint16Array.from(values, Number) };
  const data = row.make(values.length);
  const write = writerOf(row, to, from === 'plain', data);
  const writeExact = exact.length > 0 ? writerOf(row, to, false, data) : write;
  let bad: number | undefined;
  let start = 0;
  for (const span of exact) {
    bad ??= firstRefused(write, values, { start, end: span.start });
    bad ??= firstRefused(writeExact, values, span);
    start = span.end;
  }
  bad ??= firstRefused(write, values, { start, end: values.length });
  return bad === undefined ? { data } : { mistake: { index: bad, value: values[bad] ?? 0, takes: takenBy(to, row) } };
}

/** Writes some elements; the index of the first that the type cannot hold. */
function firstRefused(write: Writer, values: ArrayLike<Element>, { start, end }: Span): number | undefined {
  for (let index = start; index < end; index++) if (!write(index, values[index] ?? 0)) return index;
  return undefined;
}

/** The first element that is NaN or infinite; -1 where all are finite. */
export function firstNonFinite(dtype: string, data: OrtData): number {
  if (dtype === 'float16') return data.findIndex((word: unknown) => (Number(word) & 0x7c00) === 0x7c00);
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return -1;
  // What is not finite is not 0 after it is taken from itself; a loop without calls goes through memory at its speed.
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value - value !== 0) return i;
  }
  return -1;
}

/** Half of a pair of UTF-16 without the other half. */
const LONE_SURROGATE = /\p{Surrogate}/u;

function convertStrings(values: ArrayLike<Element>): Converted {
  const data: string[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? '';
    if (typeof value !== 'string') return { mistake: { index, value, takes: 'strings' } };
    // onnxruntime-node passes UTF-8 that ends at the first NUL: both would change without a word.
    if (value.includes('\0')) return { mistake: { index, value, takes: 'strings without NUL characters' } };
    if (LONE_SURROGATE.test(value)) return { mistake: { index, value, takes: 'strings that UTF-8 can hold' } };
    data.push(value);
  }
  return { data };
}

/** The array itself, or its memory as another class of array, where it is what ONNX Runtime takes. */
function asIs(values: ArrayLike<Element>, from: Elements['from'], to: RunDType, row: ElementRow): OrtData | undefined {
  if (from === 'words' ? to !== 'uint16' && to !== 'float16' : from !== to) return undefined;
  if (Array.isArray(values) || to === 'bool') return undefined;
  if (from === 'float16') return wordsOf(values);
  if (!ArrayBuffer.isView(values)) return undefined;
  const sample = row.make(0);
  if (isShared(values)) return undefined;
  if (values.constructor === sample.constructor) return values as ArrayBufferView as typeof sample;
  // A Buffer, a Uint8ClampedArray, a subclass, or an array of another realm: the same memory in the class that is taken.
  return row.view(values.buffer, values.byteOffset, values.length);
}

/** The bits of a Float16Array, that of the engine or its stand-in. */
function wordsOf(values: ArrayLike<Element>): Uint16Array | undefined {
  if (!(values instanceof Float16Array) && !ArrayBuffer.isView(values)) return undefined;
  return isShared(values) ? undefined : new Uint16Array(values.buffer, values.byteOffset, values.length);
}

type Writer = (index: number, value: Element) => boolean;

/** Writes one element; false where its value would change. */
function writerOf(row: ElementRow, to: RunDType, isPlain: boolean, data: OrtArray): Writer {
  switch (row.kind) {
    case 'bool':
      return (index, value) => {
        if (typeof value === 'string' || (Number(value) !== 0 && Number(value) !== 1)) return false;
        data[index] = Number(value);
        return true;
      };
    case 'bigint':
      return (index, value) => {
        const integer = asBigInt(value);
        if (integer === undefined || integer < BigInt(row.min ?? 0) || integer > BigInt(row.max ?? 0)) return false;
        data[index] = integer;
        return true;
      };
    case 'int':
      return (index, value) => {
        if (typeof value === 'string' || typeof value === 'boolean') return false;
        const number = Number(value);
        if (!Number.isInteger(number) || number < Number(row.min) || number > Number(row.max)) return false;
        data[index] = number;
        return true;
      };
    case 'float': {
      const round = row.round ?? Number;
      const halves = to === 'float16' ? new DataView(data.buffer) : undefined;
      return (index, value) => {
        const number = asFloat(value, round, isPlain);
        if (number === undefined) return false;
        // The words of a float16 array have the byte order of the machine, which is little-endian wherever ONNX Runtime runs.
        if (halves) setFloat16(halves, index * 2, number, true);
        else data[index] = number;
        return true;
      };
    }
  }
}

function asBigInt(value: Element): bigint | undefined {
  if (typeof value === 'bigint') return value;
  // A larger number may have been rounded before it came here.
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function asFloat(value: Element, round: (value: number) => number, isPlain: boolean): number | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return undefined;
  const number = Number(value);
  if (Number.isNaN(number)) return number;
  const rounded = round(number);
  if (typeof value === 'bigint') return Number.isFinite(rounded) && BigInt(rounded) === value ? rounded : undefined;
  if (rounded === number) return number;
  return isPlain && Number.isFinite(rounded) ? rounded : undefined;
}

function takenBy(dtype: RunDType, row: ElementRow): string {
  switch (row.kind) {
    case 'bool':
      return 'true and false, or 1 and 0';
    case 'int':
    case 'bigint':
      return `integers from ${row.min} to ${row.max}`;
    case 'float':
      return `numbers that ${dtype} can hold`;
  }
}
