// Reads and writes NumPy's .npy files (format 1.0 to 3.0: numpy.lib.format in NumPy's documentation).
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { DTYPES, type DType } from '../ir/dtype.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { readRegularFile } from './read-model.ts';
import { writeAtomic } from './write-atomic.ts';

/** An array of a .npy file: little-endian elements in C order, or strings. */
export interface NpyArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly storage:
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
    | { readonly kind: 'strings'; readonly values: readonly string[] };
}

const MAGIC = '\x93NUMPY';
/** Arrays in memory are smaller than this. */
const MOST_BYTES = 2 ** 32;

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
};

/**
 * Reads a .npy file.
 *
 * @throws FILE_READ when the file cannot be read
 * @throws FILE_FORMAT when it is no .npy file, is damaged, or holds elements that ONNX does not have
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return parseNpy(await readRegularFile(path, MOST_BYTES), path);
}

/**
 * Reads the bytes of a .npy file.
 *
 * @param path the file, for messages
 * @throws FILE_FORMAT as {@link readNpy} does
 */
export function parseNpy(file: Uint8Array, path: string): NpyArray {
  const { text, start } = header(file, path);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw malformed(
      path,
      /'descr'\s*:\s*\[/.test(text) ? 'it holds records, not one array' : 'its header is incomplete',
    );
  }
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw malformed(path, `its shape is (${sizes})`);
  const [, endian = '', code = '', length = ''] = /^([<>|=]?)([a-zA-Z])(\d+)$/.exec(descr) ?? [];
  const width = code === 'U' ? Number(length) * 4 : Number(length);
  const count = elementCount(shape);
  const bytes = file.slice(start, start + count * width);
  if (bytes.length !== count * width) {
    throw malformed(path, `its shape (${shape.join(', ')}) takes ${count * width} bytes, it has ${bytes.length}`);
  }
  const unit = code === 'U' ? 4 : width;
  if (endian === '>' && unit > 1) swap(bytes, unit);
  const ordered = order === 'True' ? toCOrder(bytes, shape, width) : bytes;
  if (code === 'U')
    return { dtype: 'string', shape, storage: { kind: 'strings', values: strings(ordered, width, count) } };
  const dtype = CODES[code + length];
  if (!dtype) throw malformed(path, `its elements are '${descr}', which ONNX does not have`);
  return { dtype, shape, storage: { kind: 'bytes', bytes: ordered } };
}

function header(file: Uint8Array, path: string): { text: string; start: number } {
  if (file.length < 10 || String.fromCharCode(...file.subarray(0, 6)) !== MAGIC) {
    throw malformed(path, 'it does not start as a .npy file does');
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isLong = (file[6] ?? 0) >= 2;
  if (isLong && file.length < 12) throw malformed(path, 'its header is cut');
  const at = isLong ? 12 : 10;
  const length = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  if (at + length > file.length) throw malformed(path, 'its header is cut');
  return { text: new TextDecoder('latin1').decode(file.subarray(at, at + length)), start: at + length };
}

function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** The same elements with the last axis running fastest. */
function toCOrder(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  for (let to = 0; to < bytes.length; to += width) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * (shape[axis] ?? 1) + (index[axis] ?? 0);
    out.set(bytes.subarray(from * width, from * width + width), to);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
  return out;
}

/** Strings of NumPy: UTF-32, filled up with zeros. */
function strings(bytes: Uint8Array, width: number, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // An array of nothing but empty strings has the width 0.
  if (width === 0) return Array.from({ length: count }, () => '');
  const values: string[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    let text = '';
    for (let i = 0; i < width; i += 4) {
      const code = view.getUint32(at + i, true);
      if (code !== 0) text += String.fromCodePoint(code);
    }
    values.push(text);
  }
  return values;
}

function malformed(path: string, fact: string): DimwiseError {
  return dimwiseError({
    code: 'FILE_FORMAT',
    message: `${path} is no .npy file that can be fed: ${fact}`,
    origin: { what: path },
    expected: 'an array saved by numpy.save',
    hint: 'save a plain array of numbers: numpy.save(path, array)',
  });
}

/**
 * The bytes of a .npy file (format 1.0).
 *
 * @param array elements of a fixed width that NumPy has; bool is one byte each
 * @throws FILE_FORMAT when NumPy has no such elements
 */
export function formatNpy(array: NpyArray): Uint8Array {
  const { dtype, shape, storage } = array;
  const code = Object.keys(CODES).find((each) => CODES[each] === dtype);
  if (!code || storage.kind === 'strings') {
    throw dimwiseError({
      code: 'FILE_FORMAT',
      message: `a .npy file cannot hold elements of ${dtype} here`,
      actual: dtype,
    });
  }
  const mark = DTYPES[dtype].bits === 8 ? '|' : '<';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${mark}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The data starts at a multiple of 64 bytes, so that it can be mapped.
  const padding = (64 - ((10 + dict.length + 1) % 64)) % 64;
  const text = `${MAGIC}\x01\x00\x00\x00${dict}${' '.repeat(padding)}\n`;
  const head = Uint8Array.from(text, (char) => char.charCodeAt(0));
  new DataView(head.buffer).setUint16(8, dict.length + padding + 1, true);
  const out = new Uint8Array(head.length + storage.bytes.length);
  out.set(head);
  out.set(storage.bytes, head.length);
  return out;
}

/** Writes a .npy file. @throws FILE_WRITE when it cannot be written; FILE_FORMAT as {@link formatNpy} does */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  await writeAtomic(path, [formatNpy(array)]);
}
