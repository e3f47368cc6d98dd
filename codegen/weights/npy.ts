// NumPy's .npy files (format 1.0 to 3.0: numpy.lib.format in NumPy's documentation): their header, and elements in any order of bytes and axes.
import type { DimwiseError } from '../../src/base/errors.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import { elementCount } from '../../src/ir/tensor-data.ts';
import { type PositionedBytes, readRange } from './positioned-bytes.ts';

const MAGIC = '\x93NUMPY';
/** NumPy itself takes 10,000 by default. */
const MOST_HEADER_BYTES = 65_536;
/** The data starts at a multiple of so many bytes, so that it can be mapped. */
const ALIGNMENT = 64;

/** NumPy's type codes, without the mark of byte order, and what they are here. */
const CODES: Readonly<Record<string, DType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
  c8: 'complex64',
  c16: 'complex128',
};

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** NumPy's own word for the elements: `<f4`. */
  readonly descr: string;
  /** The element type; undefined where ONNX has none. */
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  /** The bytes of one element. */
  readonly width: number;
  /** The bytes that are turned round where the file is big-endian: one part of a complex number, one character. */
  readonly unit: number;
  readonly isBigEndian: boolean;
  /** Whether the first axis runs fastest. */
  readonly isFortran: boolean;
  /** The first byte of the elements. */
  readonly start: number;
  /** The bytes that all elements take. */
  readonly length: number;
}

/**
 * Reads the header of a .npy file.
 *
 * @param file the file, or at least its first 65,548 bytes
 * @param fail makes the error of a file that is none; the fact is a clause
 */
export function readNpyHeader(file: PositionedBytes, fail: (fact: string) => DimwiseError): NpyHeader {
  const { text, start } = headerText(file, fail);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined)
    throw fail(/'descr'\s*:\s*\[/.test(text) ? 'it holds records, not one array' : 'its header is incomplete');
  const shape = shapeOf(sizes, fail);
  const [, endian = '', code = '', digits = ''] = /^([<>|=]?)([a-zA-Z])(\d{1,15})$/.exec(descr) ?? [];
  const width = Number(digits) * (code === 'U' ? 4 : 1);
  const count = shape.includes(0) ? 0 : elementCount(shape);
  const length = count * width;
  if (!Number.isSafeInteger(length)) throw fail(`its shape (${sizes.slice(0, 80)}) has too many elements`);
  return {
    descr,
    dtype: code === 'U' ? 'string' : CODES[code + digits],
    shape,
    width,
    unit: code === 'U' ? 4 : code === 'c' ? width / 2 : width,
    isBigEndian: endian === '>',
    isFortran: order === 'True',
    start,
    length,
  };
}

function headerText(file: PositionedBytes, fail: (fact: string) => DimwiseError): { text: string; start: number } {
  const head = readRange(file, 0, Math.min(file.size, 12));
  if (head.length < 10 || String.fromCharCode(...head.subarray(0, 6)) !== MAGIC)
    throw fail('it does not start as a .npy file does');
  const isLong = (head[6] ?? 0) >= 2;
  if (isLong && head.length < 12) throw fail('its header is cut');
  const at = isLong ? 12 : 10;
  const view = new DataView(head.buffer);
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  if (at + length > file.size) throw fail('its header is cut');
  if (length > MOST_HEADER_BYTES) throw fail(`its header has ${length} bytes, at most ${MOST_HEADER_BYTES} are read`);
  return { text: new TextDecoder('latin1').decode(readRange(file, at, length)), start: at + length };
}

function shapeOf(sizes: string, fail: (fact: string) => DimwiseError): number[] {
  const shape = sizes
    .split(',')
    // NumPy of Python 2 wrote 3L.
    .map((size) => size.trim().replace(/^(\d+)L$/, '$1'))
    .filter((size) => size !== '')
    .map((size) => (/^\d{1,16}$/.test(size) ? Number(size) : Number.NaN));
  if (shape.every((size) => Number.isSafeInteger(size))) return shape;
  throw fail(`its shape is (${sizes.slice(0, 80)})`);
}

/** Whether elements stand in a .npy file as ONNX has them: little-endian and in C order. */
export function isPlainNpy({ isBigEndian, isFortran, unit, shape }: NpyHeader): boolean {
  const isOneRow = shape.filter((size) => size !== 1).length <= 1;
  return !(isBigEndian && unit > 1) && (!isFortran || isOneRow);
}

/**
 * Puts elements in order: little-endian, the last axis running fastest.
 *
 * @param bytes the elements as the file has them; turned round in place where it is big-endian
 */
export function orderNpy(bytes: Uint8Array, { isBigEndian, isFortran, unit, width, shape }: NpyHeader): Uint8Array {
  if (isBigEndian && unit > 1) for (let at = 0; at < bytes.length; at += unit) bytes.subarray(at, at + unit).reverse();
  return isFortran ? toCOrder(bytes, shape, width) : bytes;
}

/** The same elements with the last axis running fastest. */
function toCOrder(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  const steps = shape.map((_, axis) => elementCount(shape.slice(0, axis)) * width);
  let from = 0;
  for (let to = 0; to < bytes.length; to += width) {
    for (let i = 0; i < width; i++) out[to + i] = bytes[from + i] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const step = steps[axis] ?? 0;
      if (next !== shape[axis]) {
        index[axis] = next;
        from += step;
        break;
      }
      index[axis] = 0;
      from -= step * (next - 1);
    }
  }
  return out;
}

/** Strings of NumPy: UTF-32, filled up with zeros. @throws what `fail` makes when a code is no character */
export function npyStrings(
  bytes: Uint8Array,
  { width, shape }: NpyHeader,
  fail: (fact: string) => DimwiseError,
): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // An array of nothing but empty strings has the width 0.
  if (width === 0) return Array.from({ length: elementCount(shape) }, () => '');
  const values: string[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    let text = '';
    for (let i = 0; i < width; i += 4) {
      const code = view.getUint32(at + i, true);
      if (code > 0x10ffff) throw fail(`its text has the code ${code}, which is no character`);
      if (code !== 0) text += String.fromCodePoint(code);
    }
    values.push(text);
  }
  return values;
}

/**
 * The header of a .npy file (format 1.0; 2.0 where it is long), up to the first element.
 *
 * @returns undefined where NumPy has no such elements
 */
export function npyHeaderBytes(dtype: DType, shape: readonly number[]): Uint8Array | undefined {
  const code = Object.keys(CODES).find((each) => CODES[each] === dtype);
  if (!code) return undefined;
  const mark = DTYPES[dtype].bits === 8 ? '|' : '<';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${mark}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const isLong = 10 + dict.length + ALIGNMENT > 0xffff;
  const at = isLong ? 12 : 10;
  const padding = (ALIGNMENT - ((at + dict.length + 1) % ALIGNMENT)) % ALIGNMENT;
  const version = isLong ? '\x02\x00\x00\x00\x00\x00' : '\x01\x00\x00\x00';
  const head = Uint8Array.from(`${MAGIC}${version}${dict}${' '.repeat(padding)}\n`, (char) => char.charCodeAt(0));
  const view = new DataView(head.buffer);
  if (isLong) view.setUint32(8, dict.length + padding + 1, true);
  else view.setUint16(8, dict.length + padding + 1, true);
  return head;
}
