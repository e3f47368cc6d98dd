// The feeds of a session: a quick way for those that look like the last ones, the whole check for all others.
import { type Diagnostic } from '../base/errors.ts';
import type { Contract, ContractInput } from '../ir/contract.ts';
import { FeedCheck, type FeedType } from '../ir/feed-check.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { checkFeeds, type FeedsReport, notFinite, type ReadyFeed, shapeOfArray } from './check-feeds.ts';
import { arrayClassOf, isRunDType } from './elements.ts';
import type { Feeds } from './feed.ts';
import { isShared } from './feed-arrays.ts';
import type { OrtData } from './ort.ts';
import { QuickSizes } from './quick-sizes.ts';

/** One input with the shape that fitted last. */
interface QuickInput {
  readonly name: string;
  readonly dtype: string;
  /** The class of arrays whose memory ONNX Runtime takes as it is. */
  readonly Array: { new (length: number): OrtData };
  /** Whether an array alone has one shape only. */
  readonly isAloneClear: boolean;
  readonly input: ContractInput;
  /** Undefined before the first run. */
  shape: readonly number[] | undefined;
  count: number;
}

const NO_MISTAKES: readonly Diagnostic[] = [];

/**
 * Checks the feeds of one session, run after run. Feeds of the shapes of the last run have the same symbols and meet the same constraints: of
 * those only types and lengths are looked at. Where shapes change, the contract's own lists say quickly that all is well, or leave it to the
 * check that says what is not.
 */
export class SessionFeeds {
  readonly #contract: Contract;
  readonly check: FeedCheck;
  /** Undefined where an input is of a type whose elements are looked at one by one. */
  readonly #inputs: readonly QuickInput[] | undefined;
  readonly #quick: QuickSizes | undefined;
  readonly #shapes = new Map<string, readonly number[]>();
  #sizes: ReadonlyMap<string, number> | undefined;

  /** @throws DIM_SYNTAX when an expression of the contract cannot be read */
  constructor(contract: Contract) {
    this.#contract = contract;
    this.check = new FeedCheck(contract);
    this.#inputs = quickInputs(contract);
    this.#quick = this.#inputs && QuickSizes.of(contract);
  }

  /** Checks feeds and converts them; all mistakes are in the report. */
  read(feeds: Feeds, nonFinite: 'allow' | 'refuse' | undefined): FeedsReport {
    const ready = this.#inputs && quickFeeds(feeds, this.#inputs);
    const sizes = ready && this.#sizesOf(ready, this.#inputs);
    if (sizes) {
      if (nonFinite !== 'refuse') return { feeds: ready, sizes, mistakes: NO_MISTAKES };
      return { feeds: ready, sizes, mistakes: [...ready].flatMap(([name, feed]) => notFinite(name, feed)) };
    }
    const known = (types: ReadonlyMap<string, FeedType>) => (this.#areLast(types) ? this.#sizes : undefined);
    const report = checkFeeds(feeds, this.#contract, this.check, { nonFinite, known });
    if (report.mistakes.length === 0) this.#remember(report);
    return report;
  }

  /** The sizes of symbols for feeds that fit; undefined where the whole check must look. */
  #sizesOf(
    ready: ReadonlyMap<string, ReadyFeed>,
    inputs: readonly QuickInput[],
  ): ReadonlyMap<string, number> | undefined {
    const shapes = [...ready.values()].map(({ shape }) => shape);
    if (this.#sizes && inputs.every(({ shape }, i) => shape === shapes[i])) return this.#sizes;
    const sizes = this.#quick?.accept(shapes);
    if (sizes) this.#remember({ feeds: ready, sizes, mistakes: NO_MISTAKES });
    return sizes;
  }

  #areLast(types: ReadonlyMap<string, FeedType>): boolean {
    if (!this.#sizes || types.size !== this.#shapes.size) return false;
    for (const [name, { shape }] of types) {
      const last = this.#shapes.get(name);
      if (!last || !isSameShape(shape, last)) return false;
    }
    return true;
  }

  #remember({ feeds, sizes }: FeedsReport): void {
    this.#sizes = sizes;
    // Callers keep their arrays of sizes: one that changes later must not change what was checked.
    for (const [name, { shape }] of feeds) this.#shapes.set(name, [...shape]);
    for (const input of this.#inputs ?? []) {
      input.shape = this.#shapes.get(input.name) ?? [];
      input.count = elementCount(input.shape);
    }
  }
}

function quickInputs({ inputs }: Contract): readonly QuickInput[] | undefined {
  const quick: QuickInput[] = [];
  for (const [name, input] of Object.entries(inputs)) {
    const { dtype } = input;
    const Array = dtype !== undefined && isRunDType(dtype) ? arrayClassOf(dtype) : undefined;
    if (!Array || dtype === undefined) return undefined;
    quick.push({ name, dtype, Array, isAloneClear: isAloneClear(input), input, shape: undefined, count: 0 });
  }
  return quick;
}

/** An array alone has one shape where at most one axis varies. */
const isAloneClear = ({ shape }: ContractInput): boolean =>
  shape !== null && (shape.length === 1 || shape.filter((size) => typeof size === 'string').length <= 1);

/** Feeds that need no conversion, all of them by name and nothing else; undefined where the whole check must look. */
function quickFeeds(feeds: Feeds, inputs: readonly QuickInput[]): Map<string, ReadyFeed> | undefined {
  if (typeof feeds !== 'object' || feeds === null) return undefined;
  const ready = new Map<string, ReadyFeed>();
  const [only, second] = inputs;
  if (only && !second) {
    const alone = quickFeed(feeds, only);
    if (alone) return ready.set(only.name, alone);
  }
  // Counting the members of an array would count its elements.
  if (Array.isArray(feeds) || ArrayBuffer.isView(feeds)) return undefined;
  let named = 0;
  for (const name in feeds) {
    if (!Object.hasOwn(feeds, name)) return undefined;
    named++;
  }
  if (named !== inputs.length) return undefined;
  for (const input of inputs) {
    const feed = Object.hasOwn(feeds, input.name) ? quickFeed(memberOf(feeds, input.name), input) : undefined;
    if (!feed) return undefined;
    ready.set(input.name, feed);
  }
  return ready;
}

const memberOf = (feeds: object, name: string): unknown => Reflect.get(feeds, name);

function quickFeed(feed: unknown, input: QuickInput): ReadyFeed | undefined {
  if (typeof feed !== 'object' || feed === null) return undefined;
  let data: unknown = feed;
  let sizes: unknown;
  if (!ArrayBuffer.isView(feed)) {
    const tensor: { dims?: unknown; shape?: unknown; type?: unknown; dtype?: unknown; data?: unknown } = feed;
    if ((tensor.type ?? tensor.dtype) !== input.dtype) return undefined;
    sizes = tensor.dims ?? tensor.shape;
    if (sizes === undefined) return undefined;
    data = dataOf(tensor);
  } else if (!input.isAloneClear) return undefined;
  if (!(data instanceof input.Array) || data.constructor !== input.Array) return undefined;
  // An array without elements may have lost its memory.
  if (data.length === 0 || (ArrayBuffer.isView(data) && isShared(data))) return undefined;
  const shape = quickShape(data.length, sizes, input);
  return shape && { dtype: input.dtype, shape, data };
}

/** The last shape itself where it is the same, another one that has the elements, or undefined. */
function quickShape(count: number, sizes: unknown, { input, ...last }: QuickInput): readonly number[] | undefined {
  if (count === last.count && (sizes === undefined || isSameShape(sizes, last.shape))) return last.shape;
  if (sizes === undefined) return shapeOfArray(count, input);
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
