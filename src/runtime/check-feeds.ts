// Turns what a caller feeds into tensors for ONNX Runtime, or into all the mistakes that it makes.
import type { Diagnostic } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { Contract, ContractInput } from '../ir/contract.ts';
import { type FeedCheck, type FeedType } from '../ir/feed-check.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { convertElements, type ElementMistake, isRunDType } from './elements.ts';
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

/** Feeds by name; a feed alone is that of the only input. */
export function namedFeeds(feeds: Feeds, inputs: readonly string[]): Map<string, Feed> {
  const [only] = inputs;
  if (isFeed(feeds)) return new Map([[only ?? '', feeds]]);
  return new Map(Object.entries(feeds));
}

/**
 * Checks feeds against a contract and converts them where nothing is lost. All mistakes are found: FEED_MISSING, FEED_UNKNOWN,
 * FEED_MISMATCH, DTYPE_MISMATCH, RANK_MISMATCH.
 */
export function checkFeeds(feeds: Feeds, contract: Contract, check: FeedCheck): FeedsReport {
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
    }
  }
  const report = check.check(types);
  const site = captureSite();
  for (const mistake of report.mistakes) {
    // A feed that is there but wrong has its own complaint.
    if (mistake.code === 'FEED_MISSING' && named.has(mistake.expected ?? '')) continue;
    mistakes.push({ ...mistake, origin: mistake.origin ?? { site } });
  }
  return { feeds: ready, sizes: report.sizes, mistakes };
}

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
  const converted = convertElements(reading, dtype);
  if ('data' in converted) return { dtype, shape, data: converted.data };
  return wrongElement(name, { dtype, shape, reading, mistake: converted.mistake });
}

/** The shape of a flat array where the input leaves only one. */
function shapeOfArray(count: number, { shape }: ContractInput): readonly number[] | undefined {
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
