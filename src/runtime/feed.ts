// What a caller may feed: numbers, nested arrays, typed arrays and tensors, read as elements with a shape.
import { Float16Array } from '@petamoriken/float16';
import { inWords } from '../build/in-words.ts';
import { type DType, dtypeFromSpec, isDType } from '../ir/dtype.ts';
import { elementCount, hasTypedArray, materialize, type TensorData, typedArrayOf } from '../ir/tensor-data.ts';
import type { Element, Elements, Span } from './elements.ts';
import { arrayType, type FeedArray, unreadable } from './feed-arrays.ts';

/** Numbers, bigints, booleans or strings, nested to the shape of the tensor. */
export type NestedElements = Element | readonly NestedElements[];

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
  /** What stands beside rows of 16 bits, which are no bits of float16 then: `literals`. */
  readonly besideWords?: string | undefined;
}

/** Reads a feed; the text of a complaint where it has no form that can be fed. */
export function readFeed(feed: unknown): FeedReading | string {
  if (isElement(feed)) return { from: 'plain', values: [feed], shape: [], text: `the ${typeof feed} ${String(feed)}` };
  if (Array.isArray(feed)) return readNested(feed);
  const from = arrayType(feed);
  if (from && isArrayOfElements(feed)) {
    const lost = unreadable(feed);
    if (lost !== undefined) return `the ${feed.constructor.name} cannot be read: ${lost}`;
    const text = `a ${feed.constructor.name} of ${feed.length} elements`;
    return { from: from === 'uint16' ? 'words' : from, values: feed, shape: undefined, text };
  }
  if (!isRecord(feed)) return `${feed === null ? 'null' : typeof feed} cannot be fed`;
  return notATensor(feed) ?? readTensor(feed);
}

/** What is wrong with objects that are fed by mistake; undefined for others. */
function notATensor(feed: Record<string, unknown>): string | undefined {
  if (typeof feed['then'] === 'function') return 'a promise cannot be fed; await it first';
  // The class that the engine made it of, in whatever realm: `[object Map]`.
  const name = Object.prototype.toString.call(feed).slice('[object '.length, -1);
  if (name === 'DataView' || name.endsWith('ArrayBuffer')) {
    return `${name === 'ArrayBuffer' ? 'an' : 'a'} ${name} has no element type; make a typed array of it: new Float32Array(buffer)`;
  }
  return name === 'Map' || name === 'Set' ? `a ${name} cannot be fed; make an array of it: [...values]` : undefined;
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

const isArrayOfElements = (value: unknown): value is ArrayLike<Element> & object =>
  isRecord(value) && 'length' in value;

/** Arrays nested deeper than this hold themselves: ONNX Runtime takes no tensor of such a rank. */
const DEEPEST = 64;

/** What nested rows are read into. */
interface NestedState {
  readonly values: Element[];
  /** The element types of rows that are typed arrays. */
  readonly types: Set<DType>;
  /** Where those rows lie. */
  readonly exact: Span[];
  hasLiterals: boolean;
}

function readNested(rows: readonly unknown[]): FeedReading | string {
  const state: NestedState = { values: [], types: new Set(), exact: [], hasLiterals: false };
  const shape = flatten(rows, state, { place: '', depth: 1 });
  if (typeof shape === 'string') return shape;
  const { values, types, exact, hasLiterals } = state;
  const text = `nested arrays of shape [${shape.join(', ')}]`;
  const [type, other] = types;
  // Numbers in rows are literals, which floats round; elements of typed rows keep their exact value.
  if (!type) return { from: 'plain', values, shape, text };
  if (!hasLiterals && !other) return { from: type === 'uint16' ? 'words' : type, values, shape, text };
  const beside = [...types].filter((each) => each !== 'uint16').map((each) => `rows of ${each}`);
  if (hasLiterals) beside.push('literals');
  return {
    from: 'plain',
    values,
    shape,
    text,
    exact,
    besideWords: types.has('uint16') ? beside.join(' and ') : undefined,
  };
}

interface NestedPlace {
  readonly place: string;
  readonly depth: number;
}

/** The shape of nested rows, or what is wrong with them. */
function flatten(rows: readonly unknown[], state: NestedState, { place, depth }: NestedPlace): number[] | string {
  if (depth > DEEPEST) return `its arrays are nested more than ${DEEPEST} deep`;
  let inner: readonly number[] | undefined;
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    const shape = flattenRow(row, state, { place: `${place}[${i}]`, depth });
    if (typeof shape === 'string') return shape;
    if (inner && (inner.length !== shape.length || inner.some((size, axis) => size !== shape[axis]))) {
      return `its rows differ: ${place}[0] has the shape [${inner.join(', ')}], ${place}[${i}] has [${shape.join(', ')}]`;
    }
    inner ??= shape;
  }
  return [rows.length, ...(inner ?? [])];
}

const SCALAR: readonly number[] = [];

function flattenRow(row: unknown, state: NestedState, { place, depth }: NestedPlace): readonly number[] | string {
  if (isElement(row)) {
    state.values.push(row);
    state.hasLiterals = true;
    return SCALAR;
  }
  if (Array.isArray(row)) return flatten(row, state, { place, depth: depth + 1 });
  const from = arrayType(row);
  if (!from || !isArrayOfElements(row)) return `element ${place} is ${row === null ? 'null' : typeof row}`;
  const lost = unreadable(row);
  if (lost !== undefined) return `element ${place} cannot be read: ${lost}`;
  state.types.add(from);
  const start = state.values.length;
  for (let i = 0; i < row.length; i++) state.values.push(row[i] ?? 0);
  state.exact.push({ start, end: state.values.length });
  return [row.length];
}

/** ONNX Runtime's binding counts the elements of an axis in 32 bits. */
const MOST_OF_AXIS = 2 ** 32 - 1;

/** What names of two libraries in one tensor say against each other; undefined where they agree, or one stands alone. */
export function contradiction(tensor: Readonly<Record<string, unknown>>): string | undefined {
  const { dims, shape, type, dtype } = tensor;
  if (isGiven(dims) && isGiven(shape) && !isSameList(dims, shape)) {
    return `its dims are ${inWords(dims)}, its shape is ${inWords(shape)}; give one of them`;
  }
  if (!isGiven(type) || !isGiven(dtype) || type === dtype || dtypeOf(type) === (dtypeOf(dtype) ?? dtype)) {
    return undefined;
  }
  return `its type is ${inWords(type)}, its dtype is ${inWords(dtype)}; give one of them`;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const isSameList = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, i) => each === b[i]);

const dtypeOf = (stated: unknown): DType | undefined =>
  typeof stated !== 'string' ? undefined : isDType(stated) ? stated : dtypeFromSpec(stated);

function readTensor(tensor: Record<string, unknown>): FeedReading | string {
  const against = contradiction(tensor);
  if (against !== undefined) return against;
  const shape = tensor['dims'] ?? tensor['shape'];
  const stated = tensor['type'] ?? tensor['dtype'];
  if (!Array.isArray(shape) || typeof stated !== 'string') {
    return `an object is fed as { dims, type, data } or { shape, dtype, data }, got ${inWords(tensor)}`;
  }
  const bad = shape.findIndex((size) => !Number.isSafeInteger(size) || size < 0 || size > MOST_OF_AXIS);
  if (bad >= 0)
    return `its axis ${bad} has the size ${inWords(shape[bad])}; a size is an integer from 0 to ${MOST_OF_AXIS}`;
  const from = dtypeOf(stated);
  if (!from) return `"${stated}" is no element type`;
  const values = valuesOf(tensor);
  if (typeof values === 'string') return `its data cannot be read: ${values}`;
  if (!Array.isArray(values) && !(arrayType(values) && isArrayOfElements(values))) {
    return `its data is no array of elements but ${inWords(values)}`;
  }
  const lost = unreadable(values);
  if (lost !== undefined) return `its data cannot be read: ${lost}`;
  const count = elementCount(shape);
  if (values.length !== count) {
    return `its shape [${shape.join(', ')}] has ${count} elements, its data ${values.length}`;
  }
  const text = `a tensor ${from}[${shape.join(', ')}]`;
  if (!Array.isArray(values)) return { ...statedElements(from, values), shape, text };
  // A look at each index: `every` passes over places that hold nothing.
  for (let i = 0; i < values.length; i++) {
    if (!isElement(values[i])) return `its data is no flat array of elements: [${i}] is ${inWords(values[i])}`;
  }
  return { from: 'plain', values, shape, text };
}

/** The elements of a tensor; the reason where its own getter refuses them, as that of a tensor on a GPU does. */
function valuesOf(tensor: Record<string, unknown>): unknown {
  try {
    return 'storage' in tensor ? storedElements(tensor) : tensor['data'];
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The elements of a tensor with its stated type; the bits of float16 are read as the values that they are. */
function statedElements(from: DType, values: ArrayLike<Element> & object): Elements {
  if (from === 'float16' && values instanceof Uint16Array) {
    return { from, values: new Float16Array(values.buffer, values.byteOffset, values.length) };
  }
  // A bool tensor lies in bytes; any other array that does not fit the stated type is judged by its elements.
  return { from: from === 'bool' ? from : (arrayType(values) ?? from), values };
}

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
