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

/** One input with the shape that fitted last. */
interface QuickInput {
  readonly name: string;
  readonly dtype: string;
  /** The class of arrays whose memory ONNX Runtime takes as it is. */
  readonly Array: { new (length: number): OrtData };
  /** Whether an array alone has one shape only. */
  readonly isAloneClear: boolean;
  shape: readonly number[];
  count: number;
}

const NO_MISTAKES: readonly Diagnostic[] = [];

/**
 * Checks the feeds of one session, run after run. Feeds of the shapes of the last run have the same symbols and meet the same constraints: of
 * those only types and lengths are looked at.
 */
export class SessionFeeds {
  readonly #contract: Contract;
  readonly check: FeedCheck;
  /** Undefined where an input is of a type whose elements are looked at one by one. */
  readonly #inputs: readonly QuickInput[] | undefined;
  readonly #shapes = new Map<string, readonly number[]>();
  #sizes: ReadonlyMap<string, number> | undefined;

  /** @throws DIM_SYNTAX when an expression of the contract cannot be read */
  constructor(contract: Contract) {
    this.#contract = contract;
    this.check = new FeedCheck(contract);
    this.#inputs = quickInputs(contract);
  }

  /** Checks feeds and converts them; all mistakes are in the report. */
  read(feeds: Feeds, nonFinite: 'allow' | 'refuse' | undefined): FeedsReport {
    const ready = this.#sizes && this.#inputs && quickFeeds(feeds, this.#inputs);
    if (ready && this.#sizes) {
      if (nonFinite !== 'refuse') return { feeds: ready, sizes: this.#sizes, mistakes: NO_MISTAKES };
      const mistakes = [...ready].flatMap(([name, feed]) => notFinite(name, feed));
      return { feeds: ready, sizes: this.#sizes, mistakes };
    }
    const known = (types: ReadonlyMap<string, FeedType>) => (this.#areLast(types) ? this.#sizes : undefined);
    const report = checkFeeds(feeds, this.#contract, this.check, { nonFinite, known });
    if (report.mistakes.length === 0) this.#remember(report);
    return report;
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
    quick.push({ name, dtype, Array, isAloneClear: isAloneClear(input), shape: [], count: 0 });
  }
  return quick;
}

/** An array alone has one shape where at most one axis varies. */
const isAloneClear = ({ shape }: ContractInput): boolean =>
  shape !== null && (shape.length === 1 || shape.filter((size) => typeof size === 'string').length <= 1);

/** Feeds of the last shapes, all of them by name and nothing else; undefined where the whole check must look. */
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
  const { dtype, shape, count } = input;
  // An array without elements may have lost its memory.
  if (typeof feed !== 'object' || feed === null || count === 0) return undefined;
  let data: unknown = feed;
  if (!ArrayBuffer.isView(feed)) {
    const tensor: { dims?: unknown; shape?: unknown; type?: unknown; dtype?: unknown; data?: unknown } = feed;
    if ((tensor.type ?? tensor.dtype) !== dtype || !isSameShape(tensor.dims ?? tensor.shape, shape)) return undefined;
    data = dataOf(tensor);
  } else if (!input.isAloneClear) return undefined;
  if (!(data instanceof input.Array) || data.constructor !== input.Array) return undefined;
  if (data.length !== count || (ArrayBuffer.isView(data) && isShared(data))) return undefined;
  return { dtype, shape, data };
}

/** A tensor of ONNX Runtime throws where its data is gone or elsewhere; the whole check says so. */
function dataOf(tensor: { readonly data?: unknown }): unknown {
  try {
    return tensor.data;
  } catch {
    return undefined;
  }
}

function isSameShape(shape: unknown, last: readonly number[]): shape is readonly number[] {
  if (!Array.isArray(shape) || shape.length !== last.length) return false;
  for (let axis = 0; axis < last.length; axis++) if (shape[axis] !== last[axis]) return false;
  return true;
}
