// What a caller may feed: numbers, nested arrays, typed arrays and tensors, read as elements with a shape.
import { Float16Array } from '@petamoriken/float16';
import { type DType, dtypeFromSpec, isDType } from '../ir/dtype.ts';
import { elementCount, hasTypedArray, materialize, type TensorData, typedArrayOf } from '../ir/tensor-data.ts';
import type { Element, Elements } from './elements.ts';

/** Numbers, bigints, booleans or strings, nested to the shape of the tensor. */
export type NestedElements = Element | readonly NestedElements[];

/** A typed array; its shape follows from the input where only one is possible. */
export type FeedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float16Array;

/** A tensor as ONNX Runtime writes it. */
export interface DimsTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: FeedArray | readonly Element[];
}

/** A tensor as dimwise writes it: what a run gives can be fed again. */
export interface ShapedTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: FeedArray | readonly Element[];
}

/** What may be fed to one input. */
export type Feed = NestedElements | FeedArray | DimsTensor | ShapedTensor | TensorData;

/** Feeds by the names of the inputs. */
export type NamedFeeds = Readonly<Record<string, Feed>>;

/** The feeds of a run: by name, or the feed itself where the model has one input. */
export type Feeds = Feed | NamedFeeds;

/** A feed with its form read and nothing converted. */
export interface FeedReading extends Elements {
  /** Undefined where the feed does not tell: a typed array. */
  readonly shape: readonly number[] | undefined;
  /** What was given, in few words: `a Float32Array of 12 elements`. */
  readonly text: string;
}

/** Reads a feed; the text of a complaint where it has no form that can be fed. */
export function readFeed(feed: unknown): FeedReading | string {
  if (isElement(feed)) return { from: 'plain', values: [feed], shape: [], text: `the ${typeof feed} ${String(feed)}` };
  if (Array.isArray(feed)) return readNested(feed);
  const from = arrayType(feed);
  if (from && isArrayOfElements(feed)) {
    const text = `a ${feed.constructor.name} of ${feed.length} elements`;
    return { from: from === 'uint16' ? 'words' : from, values: feed, shape: undefined, text };
  }
  if (isRecord(feed)) return readTensor(feed);
  return `${feed === null ? 'null' : typeof feed} cannot be fed`;
}

/** Tells whether something is one feed, and not feeds by name. */
export function isFeed(feeds: Feeds): feeds is Feed {
  if (typeof feeds !== 'object' || feeds === null || Array.isArray(feeds) || arrayType(feeds)) return true;
  const isTensor = ('dims' in feeds && 'type' in feeds) || ('shape' in feeds && 'dtype' in feeds);
  return isTensor && ('data' in feeds || 'storage' in feeds);
}

const isElement = (value: unknown): value is Element =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'string';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const ARRAY_TYPES: Readonly<Record<string, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Buffer: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  // Both the engine's own and that of @petamoriken/float16, which is a proxy where the engine has none.
  Float16Array: 'float16',
};

/** The element type of a typed array; undefined for anything else. */
function arrayType(value: unknown): DType | undefined {
  if (value instanceof Float16Array) return 'float16';
  return ArrayBuffer.isView(value) ? ARRAY_TYPES[value.constructor.name] : undefined;
}

const isArrayOfElements = (value: unknown): value is ArrayLike<Element> & object =>
  isRecord(value) && 'length' in value;

function readNested(rows: readonly unknown[]): FeedReading | string {
  const values: Element[] = [];
  const shape = flatten(rows, values, '');
  if (typeof shape === 'string') return shape;
  return { from: 'plain', values, shape, text: `nested arrays of shape [${shape.join(', ')}]` };
}

/** The shape of nested rows, or what is wrong with them. */
function flatten(rows: readonly unknown[], out: Element[], place: string): number[] | string {
  let inner: readonly number[] | undefined;
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    const isRow = Array.isArray(row) || arrayType(row) !== undefined;
    if (!isRow && !isElement(row)) return `element ${place}[${i}] is ${row === null ? 'null' : typeof row}`;
    if (isElement(row)) out.push(row);
    const shape = isRow && isArrayOfElements(row) ? flatten(Array.from(row), out, `${place}[${i}]`) : [];
    if (typeof shape === 'string') return shape;
    if (inner && (inner.length !== shape.length || inner.some((size, axis) => size !== shape[axis]))) {
      return `its rows differ: ${place}[0] has the shape [${inner.join(', ')}], ${place}[${i}] has [${shape.join(', ')}]`;
    }
    inner ??= shape;
  }
  return [rows.length, ...(inner ?? [])];
}

function readTensor(tensor: Record<string, unknown>): FeedReading | string {
  const shape = tensor['dims'] ?? tensor['shape'];
  const stated = tensor['type'] ?? tensor['dtype'];
  if (!isSizes(shape) || typeof stated !== 'string') {
    return 'an object is fed as { dims, type, data } or { shape, dtype, data }';
  }
  const from = isDType(stated) ? stated : dtypeFromSpec(stated);
  if (!from) return `"${stated}" is no element type`;
  const values = 'storage' in tensor ? storedElements(tensor) : tensor['data'];
  if (!Array.isArray(values) && !(arrayType(values) && isArrayOfElements(values)))
    return 'its data is no array of elements';
  const count = elementCount(shape);
  if (values.length !== count) {
    return `its shape [${shape.join(', ')}] has ${count} elements, its data ${values.length}`;
  }
  const text = `a tensor ${from}[${shape.join(', ')}]`;
  if (!Array.isArray(values)) return { ...statedElements(from, values), shape, text };
  return values.every(isElement) ? { from: 'plain', values, shape, text } : 'its data is no flat array of elements';
}

/** The elements of a tensor with its stated type; the bits of float16 are read as the values that they are. */
function statedElements(from: DType, values: ArrayLike<Element> & object): Elements {
  if (from === 'float16' && values instanceof Uint16Array) {
    return { from, values: new Float16Array(values.buffer, values.byteOffset, values.length) };
  }
  // A bool tensor lies in bytes; any other array that does not fit the stated type is judged by its elements.
  return { from: from === 'bool' ? from : (arrayType(values) ?? from), values };
}

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** The elements of constant data that is in memory or can be drawn. */
function storedElements(tensor: object): ArrayLike<Element> | undefined {
  // The caller has seen dtype, shape and storage, which make it tensor data.
  const data = tensor as TensorData;
  if (data.storage.kind === 'strings')
    return data.storage.values.map((each) => (typeof each === 'string' ? each : new TextDecoder().decode(each)));
  const bytes = materialize(data);
  if (!bytes) return undefined;
  if (hasTypedArray(data.dtype)) return typedArrayOf(data.dtype, bytes);
  if (data.dtype !== 'float16') return undefined;
  const words = typedArrayOf('uint16', bytes);
  return new Float16Array(words.buffer, words.byteOffset, words.length);
}
