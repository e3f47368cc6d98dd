// The feeds of a session: a quick way for those that look like the last ones, the whole check for all others.
import { type Diagnostic } from '../base/errors.ts';
import type { Contract, ContractInput } from '../ir/contract.ts';
import { FeedCheck, type FeedType } from '../ir/feed-check.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { checkFeeds, type FeedsReport, notFinite, type ReadyFeed } from './check-feeds.ts';
import { arrayClassOf, isRunDType } from './elements.ts';
import type { Feeds } from './feed.ts';
import { isShared } from './feed-arrays.ts';
import type { OrtData } from './ort.ts';
import { QuickSizes } from './quick-sizes.ts';

/** The shapes of an input of which at most one axis varies. */
interface AloneShapes {
  /** The sizes; any number stands where one varies. */
  readonly shape: readonly number[];
  /** The axis that varies; undefined where none does. */
  readonly axis: number | undefined;
  /** The product of the other sizes. */
  readonly others: number;
}

/** One input with the shape that fitted last. */
interface LastInput {
  readonly name: string;
  readonly input: ContractInput;
  /** The shapes that arrays alone have; undefined where they may have several. */
  readonly alone: AloneShapes | undefined;
  /** Undefined before the first run. */
  shape: readonly number[] | undefined;
  count: number;
}

/** An input of a type whose memory ONNX Runtime takes as it is. */
interface QuickInput extends LastInput {
  readonly dtype: string;
  /** The class of the arrays. */
  readonly ArrayClass: { new (length: number): OrtData; readonly prototype: OrtData };
}

/** A feed that is ready, with the input that it is for. */
export interface NamedFeed extends ReadyFeed {
  readonly name: string;
}

const NO_MISTAKES: readonly Diagnostic[] = [];
const NO_SIZES: ReadonlyMap<string, number> = new Map();

/**
 * Checks the feeds of one session, run after run. Feeds of the shapes of the last run have the same symbols and meet the same constraints: of
 * those only types and lengths are looked at. Where shapes change, the contract's own lists say quickly that all is well, or leave it to the
 * check that says what is not.
 */
export class SessionFeeds {
  readonly #contract: Contract;
  readonly check: FeedCheck;
  readonly #inputs: readonly LastInput[];
  /** The same ones; undefined where one is of a type whose elements are looked at one by one. */
  readonly #quickInputs: readonly QuickInput[] | undefined;
  readonly #quickSizes: QuickSizes | undefined;
  #hasLast = false;
  /** Undefined where nobody asked for those of the last feeds. */
  #sizes: ReadonlyMap<string, number> | undefined;

  /** @throws DIM_SYNTAX when an expression of the contract cannot be read */
  constructor(contract: Contract) {
    this.#contract = contract;
    this.check = new FeedCheck(contract);
    this.#inputs = Object.entries(contract.inputs).map(lastInput);
    this.#quickInputs = this.#inputs.every(isQuick) ? this.#inputs : undefined;
    this.#quickSizes = this.#quickInputs && QuickSizes.of(contract);
  }

  /** The sizes of symbols of the last feeds that were valid. */
  get sizes(): ReadonlyMap<string, number> {
    this.#sizes ??= this.#quickSizes?.named() ?? NO_SIZES;
    return this.#sizes;
  }

  /**
   * Feeds that need no conversion and are valid, in the order of the inputs; undefined where the whole check must look. A run leaves little of
   * this code in the processor's caches, so it touches as few functions and objects as it can.
   */
  quick(feeds: Feeds): readonly NamedFeed[] | undefined {
    const inputs = this.#quickInputs;
    if (!inputs || !isRecord(feeds)) return undefined;
    const [only, second] = inputs;
    const alone = only && !second ? quickFeed(feeds, only) : undefined;
    if (alone) return this.#fits([alone]) ? [alone] : undefined;
    // Counting the members of an array would count its elements.
    let named = 0;
    for (const _ in feeds) if (++named > inputs.length) return undefined;
    if (named < inputs.length) return undefined;
    const ready: NamedFeed[] = [];
    for (const input of inputs) {
      const feed = Object.hasOwn(feeds, input.name) ? quickFeed(feeds[input.name], input) : undefined;
      if (!feed) return undefined;
      ready.push(feed);
    }
    return this.#fits(ready) ? ready : undefined;
  }

  /** Checks feeds and converts them; all mistakes are in the report. */
  read(feeds: Feeds, nonFinite: 'allow' | 'refuse' | undefined): FeedsReport {
    const ready = this.quick(feeds);
    if (ready) {
      const mistakes = nonFinite === 'refuse' ? ready.flatMap((feed) => notFinite(feed.name, feed)) : NO_MISTAKES;
      return { feeds: new Map(ready.map((feed) => [feed.name, feed])), sizes: this.sizes, mistakes };
    }
    const known = (types: ReadonlyMap<string, FeedType>) => (this.#areLast(types) ? this.sizes : undefined);
    const report = checkFeeds(feeds, this.#contract, this.check, { nonFinite, known });
    if (report.mistakes.length > 0) return report;
    for (const input of this.#inputs) remember(input, report.feeds.get(input.name)?.shape);
    this.#hasLast = true;
    this.#sizes = report.sizes;
    return report;
  }

  /** Whether feeds have the shapes of the last ones, or others that surely fit, which are the last ones then. */
  #fits(ready: readonly NamedFeed[]): boolean {
    const inputs = this.#inputs;
    let isLast = this.#hasLast;
    for (let i = 0; isLast && i < inputs.length; i++) isLast = ready[i]?.shape === inputs[i]?.shape;
    if (isLast) return true;
    const shapes: (readonly number[])[] = [];
    for (const { shape } of ready) shapes.push(shape);
    if (!this.#quickSizes?.accept(shapes)) return false;
    for (let i = 0; i < inputs.length; i++) remember(inputs[i], shapes[i]);
    this.#hasLast = true;
    this.#sizes = undefined;
    return true;
  }

  #areLast(types: ReadonlyMap<string, FeedType>): boolean {
    if (!this.#hasLast || types.size !== this.#inputs.length) return false;
    return this.#inputs.every(({ name, shape }) => isSameShape(types.get(name)?.shape, shape));
  }
}

function remember(input: LastInput | undefined, shape: readonly number[] = []): void {
  if (!input) return;
  // Callers keep their arrays of sizes: one that changes later must not change what was checked.
  input.shape = [...shape];
  input.count = elementCount(shape);
}

function lastInput([name, input]: readonly [string, ContractInput]): LastInput | QuickInput {
  const { dtype } = input;
  const last = { name, input, alone: aloneShapes(input), shape: undefined, count: 0 };
  const ArrayClass = dtype !== undefined && isRunDType(dtype) ? arrayClassOf(dtype) : undefined;
  return ArrayClass && dtype !== undefined ? { ...last, dtype, ArrayClass } : last;
}

const isQuick = (input: LastInput): input is QuickInput => 'ArrayClass' in input;

function aloneShapes({ shape }: ContractInput): AloneShapes | undefined {
  if (!shape) return undefined;
  const open = shape.flatMap((size, axis) => (typeof size === 'string' ? [axis] : []));
  if (open.length > 1) return undefined;
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  return { shape: sizes, axis: open[0], others: elementCount(sizes) };
}

/** Whether ONNX Runtime takes the memory as it is; an array without elements may have lost its own. */
function isReady(data: unknown, { ArrayClass }: QuickInput): data is Exclude<OrtData, readonly string[]> {
  // The prototype tells what two look-ups along it would: that the array is of the class, and of none that is made of it.
  if (!ArrayBuffer.isView(data) || Object.getPrototypeOf(data) !== ArrayClass.prototype) return false;
  return data.byteLength > 0 && !isShared(data);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function quickFeed(feed: unknown, input: QuickInput): NamedFeed | undefined {
  let data = feed;
  let sizes: unknown;
  if (!ArrayBuffer.isView(feed)) {
    if (!isRecord(feed)) return undefined;
    // The whole check compares the names of two libraries where a tensor has both.
    const type = feed['type'];
    if (type === undefined) {
      if (feed['dtype'] !== input.dtype) return undefined;
    } else if (type !== input.dtype || feed['dtype'] !== undefined) return undefined;
    sizes = feed['dims'];
    if (sizes === undefined) sizes = feed['shape'];
    else if (feed['shape'] !== undefined) return undefined;
    if (sizes === undefined) return undefined;
    data = dataOf(feed);
  } else if (!input.alone) return undefined;
  if (!isReady(data, input)) return undefined;
  const shape = quickShape(data.length, sizes, input);
  return shape && { name: input.name, dtype: input.dtype, shape, data };
}

/** The last shape itself where it is the same, another one that has the elements, or undefined. */
function quickShape(count: number, sizes: unknown, last: QuickInput): readonly number[] | undefined {
  if (count === last.count && (sizes === undefined || isSameShape(sizes, last.shape))) return last.shape;
  if (sizes === undefined) return last.alone && shapeAlone(count, last.alone);
  if (!Array.isArray(sizes)) return undefined;
  const shape: number[] = [];
  let elements = 1;
  for (const size of sizes) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1 || size > count) return undefined;
    shape.push(size);
    elements *= size;
  }
  return elements === count ? shape : undefined;
}

function shapeAlone(count: number, { shape, axis, others }: AloneShapes): readonly number[] | undefined {
  if (axis === undefined) return count === others ? shape : undefined;
  if (others === 0 || count % others !== 0) return undefined;
  const sizes = [...shape];
  sizes[axis] = count / others;
  return sizes;
}

/** A tensor of ONNX Runtime throws where its data is gone or elsewhere; the whole check says so. */
function dataOf(tensor: { readonly data?: unknown }): unknown {
  try {
    return tensor.data;
  } catch {
    return undefined;
  }
}

function isSameShape(shape: unknown, last: readonly number[] | undefined): shape is readonly number[] {
  if (!last || !Array.isArray(shape) || shape.length !== last.length) return false;
  for (let axis = 0; axis < last.length; axis++) if (shape[axis] !== last[axis]) return false;
  return true;
}
