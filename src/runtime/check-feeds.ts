// Turns what a caller feeds into tensors for ONNX Runtime, or into all the mistakes that it makes.
import { type Diagnostic, dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';
import type { Contract, ContractInput } from '../ir/contract.ts';
import type { FeedCheck, FeedType } from '../ir/feed-check.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { convertElements, type ElementMistake, firstNonFinite, isRunDType } from './elements.ts';
import { type Feed, type FeedReading, type Feeds, isFeed, readFeed } from './feed.ts';
import type { OrtData } from './ort.ts';

/** A feed that is ready to go. */
export interface ReadyFeed {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: OrtData;
}

/** What a check of feeds gives. */
export interface FeedsReport {
  readonly feeds: ReadonlyMap<string, ReadyFeed>;
  /** The size of each symbol in this run. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly mistakes: readonly Diagnostic[];
}

/**
 * Feeds by name; a feed alone is that of the only input.
 *
 * @throws FEED_MISMATCH when a feed alone meets several inputs or none, or what is fed is neither a feed nor an object of feeds
 */
export function namedFeeds(feeds: Feeds, inputs: readonly string[]): Map<string, Feed> {
  if (isFeed(feeds)) {
    const [only, second] = inputs;
    if (only === undefined || second !== undefined) throw feedAlone(feeds, inputs);
    return new Map([[only, feeds]]);
  }
  if (isPlainObject(feeds)) return new Map(Object.entries(feeds));
  throw notNamed(feeds);
}

/** Maps, promises and the like have no members that are feeds: nothing of them may be taken for an empty set of feeds. */
function isPlainObject(feeds: object): boolean {
  return !ArrayBuffer.isView(feeds) && Object.prototype.toString.call(feeds) === '[object Object]';
}

function feedAlone(feed: Feed, inputs: readonly string[]) {
  const names = inputs.map((name) => `"${name}"`).join(', ');
  const given = inWords(feed);
  return dimwiseError({
    code: 'FEED_MISMATCH',
    message: `a feed alone, here ${given}, is that of the only input; the model has ${inputs.length === 0 ? 'none' : names}`,
    origin: { site: captureSite() },
    expected: `{ ${inputs.map((name) => `${name}: ...`).join(', ')} }`,
    actual: given,
    hint: 'give feeds by the names of the inputs',
  });
}

function notNamed(feeds: object) {
  const given = inWords(feeds);
  const hint =
    Object.prototype.toString.call(feeds) === '[object Map]'
      ? 'make an object of it: Object.fromEntries(map)'
      : 'then' in feeds
        ? 'await it first'
        : 'give { NAME: feed }, or the feed of the only input';
  return dimwiseError({
    code: 'FEED_MISMATCH',
    message: `feeds are an object of feeds by the names of inputs, got ${given}`,
    origin: { site: captureSite() },
    expected: 'an object',
    actual: given,
    hint,
  });
}

/** How feeds are checked. */
export interface FeedPolicy {
  /** Whether feeds may have NaN and infinities; `allow` by default. */
  readonly nonFinite?: 'allow' | 'refuse' | undefined;
  /** The sizes of symbols where feeds of these shapes were checked before. */
  readonly known?: ((shapes: ReadonlyMap<string, FeedType>) => ReadonlyMap<string, number> | undefined) | undefined;
}

/**
 * Checks feeds against a contract and converts them where nothing is lost. All mistakes are found: FEED_MISSING, FEED_UNKNOWN,
 * FEED_MISMATCH, FEED_NOT_FINITE, DTYPE_MISMATCH, RANK_MISMATCH.
 */
export function checkFeeds(feeds: Feeds, contract: Contract, check: FeedCheck, policy: FeedPolicy = {}): FeedsReport {
  const named = namedFeeds(feeds, Object.keys(contract.inputs));
  const mistakes: Diagnostic[] = [];
  const ready = new Map<string, ReadyFeed>();
  const types = new Map<string, FeedType>();
  for (const [name, feed] of named) {
    const input = Object.hasOwn(contract.inputs, name) ? contract.inputs[name] : undefined;
    const result = input ? readyFeed(name, feed, input) : undefined;
    if (!input) types.set(name, { shape: [] });
    else if (result && 'code' in result) mistakes.push(result);
    else if (result) {
      ready.set(name, result);
      types.set(name, { shape: result.shape });
      if (policy.nonFinite === 'refuse') mistakes.push(...notFinite(name, result));
    }
  }
  const known = mistakes.length === 0 ? policy.known?.(types) : undefined;
  if (known) return { feeds: ready, sizes: known, mistakes };
  const report = check.check(types);
  const site = report.mistakes.length > 0 ? captureSite() : undefined;
  for (const mistake of report.mistakes) {
    // A feed that is there but wrong has its own complaint.
    if (mistake.code === 'FEED_MISSING' && named.has(mistake.expected ?? '')) continue;
    mistakes.push({ ...mistake, origin: mistake.origin ?? { site } });
  }
  return { feeds: ready, sizes: report.sizes, mistakes };
}

/** The complaint of a feed that has NaN or an infinity; none where it has not. */
export function notFinite(name: string, { dtype, shape, data }: ReadyFeed): readonly Diagnostic[] {
  const index = firstNonFinite(dtype, data);
  if (index < 0) return [];
  const value = dtype === 'float16' ? wordInWords(Number(data[index])) : String(data[index]);
  const place = shape.length > 0 ? ` at [${indexOf(index, shape).join(', ')}]` : '';
  return [
    mistakeAt(name, {
      code: 'FEED_NOT_FINITE',
      message: `it has ${value}${place}, and the session refuses NaN and infinities`,
      expected: 'finite numbers',
      actual: value,
      hint: "find where it comes from, or allow it: nonFinite: 'allow'",
    }),
  ];
}

const wordInWords = (word: number): string =>
  (word & 0x3ff) !== 0 ? 'NaN' : (word & 0x8000) === 0 ? 'Infinity' : '-Infinity';

function readyFeed(name: string, feed: Feed, input: ContractInput): ReadyFeed | Diagnostic {
  const reading = readFeed(feed);
  if (typeof reading === 'string') return mistakeAt(name, { code: 'FEED_MISMATCH', message: reading });
  const dtype = input.dtype ?? (isRunDType(reading.from) ? reading.from : 'float32');
  if (!isRunDType(dtype)) {
    return mistakeAt(name, { code: 'DTYPE_MISMATCH', message: `elements of ${dtype} cannot be fed`, expected: dtype });
  }
  const shape = reading.shape ?? shapeOfArray(reading.values.length, input);
  if (!shape) return unshaped(name, reading, input);
  const wanted = input.shape;
  if (wanted && wanted.length !== shape.length) {
    return mistakeAt(name, {
      code: 'RANK_MISMATCH',
      message: `it takes ${wanted.length} axes, ${shapeText(wanted)}, and got ${shape.length}, ${shapeText(shape)}`,
      expected: `rank ${wanted.length}`,
      actual: `rank ${shape.length}`,
      hint: shape.length + 1 === wanted.length ? 'one more axis of size 1 makes a batch of one' : undefined,
    });
  }
  if (reading.besideWords !== undefined && dtype === 'float16') return wordsBeside(name, reading);
  const converted = convertElements(reading, dtype);
  if ('data' in converted) return { dtype, shape, data: converted.data };
  return wrongElement(name, { dtype, shape, reading, mistake: converted.mistake });
}

/** The shape of a flat array where the input leaves only one. */
export function shapeOfArray(count: number, { shape }: ContractInput): readonly number[] | undefined {
  if (!shape) return undefined;
  if (shape.length === 1) return [count];
  const open = shape.filter((size) => typeof size === 'string').length;
  const known = elementCount(shape.filter((size) => typeof size === 'number'));
  if (open === 0) return known === count ? shape.filter((size) => typeof size === 'number') : undefined;
  if (open > 1 || known === 0 || count % known !== 0) return undefined;
  return shape.map((size) => (typeof size === 'number' ? size : count / known));
}

const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`;

function unshaped(name: string, reading: FeedReading, input: ContractInput): Diagnostic {
  const wanted = input.shape ? shapeText(input.shape) : 'any rank';
  return mistakeAt(name, {
    code: 'FEED_MISMATCH',
    message: `it takes ${wanted}, and the shape of ${reading.text} is not told`,
    expected: wanted,
    actual: `${reading.values.length} elements`,
    hint: `give the shape: { ${name}: { dims: [...], type: '${input.dtype ?? 'float32'}', data } }`,
  });
}

/** Bits of float16 beside numbers: read as one or the other, some rows would mean something else. */
function wordsBeside(name: string, { text, besideWords }: FeedReading): Diagnostic {
  return mistakeAt(name, {
    code: 'DTYPE_MISMATCH',
    message: `it is float16, whose bits a Uint16Array holds; ${text} mix rows of Uint16Array with ${besideWords}`,
    expected: 'bits in all rows, or numbers in all rows',
    actual: `rows of Uint16Array and ${besideWords}`,
    hint: 'make a Float16Array of the bits: new Float16Array(bits.buffer, bits.byteOffset, bits.length)',
  });
}

interface WrongElement {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly reading: FeedReading;
  readonly mistake: ElementMistake;
}

function wrongElement(name: string, { dtype, shape, reading, mistake }: WrongElement): Diagnostic {
  const { index, value, takes } = mistake;
  const given = typeof value === 'string' ? JSON.stringify(value) : `${value}${typeof value === 'bigint' ? 'n' : ''}`;
  const place = shape.length > 0 ? ` at [${indexOf(index, shape).join(', ')}]` : '';
  return mistakeAt(name, {
    code: 'DTYPE_MISMATCH',
    message: `it is ${dtype}, which takes ${takes}; ${reading.text} has ${given}${place}`,
    expected: dtype,
    actual: reading.from === 'plain' ? typeof value : reading.from,
    hint: 'convert the data yourself where a loss is meant',
  });
}

/** The index along each axis of an element in C order. */
function indexOf(element: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = element;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

function mistakeAt(name: string, { message, ...facts }: Diagnostic): Diagnostic {
  return {
    ...facts,
    message: `the feed of input "${name}": ${message}`,
    origin: { what: `input "${name}"`, site: captureSite() },
  };
}
