// The feeds of runs that are measured: converted once, so that only runs are timed.

import { throwDiagnostics } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Contract } from '../ir/contract.ts';
import { FeedCheck } from '../ir/feed-check.ts';
import type { Seed } from '../nn/random/key.ts';
import { readNpy } from '../node/npy.ts';
import { checkFeeds, type ReadyFeed } from '../runtime/check-feeds.ts';
import type { Feed } from '../runtime/feed.ts';
import { unknownSymbol } from './bind-definition.ts';
import type { Bindings } from './bind-option.ts';
import { boundSymbols, type InputSource, randomFeed } from './feed-source.ts';
import type { FileKind } from './open-model.ts';
import { randomShapes, symbolsOfContract } from './random-feed.ts';
import { usageError } from './report.ts';

/** What is known of feeds. */
export interface FeedPlan {
  readonly kind: FileKind;
  readonly bindings: Bindings;
  /** Files for inputs; all other inputs get random elements. */
  readonly sources: readonly InputSource[];
  readonly seed: Seed;
  /** Whether the numbers of symbols are part of the model, and no symbols of its contract. */
  readonly isStatic: boolean;
}

/** Feeds as ONNX Runtime takes them. */
export interface MeasuredFeeds {
  readonly feeds: Readonly<Record<string, ReadyFeed>>;
  /** The size of each symbol. */
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Makes the feeds of a model. A symbol that is bound by its name has that size also where a shape says another one.
 *
 * @throws BIND_SYMBOL_UNKNOWN when no input has a symbol that is bound to a number
 * @throws FEED_MISMATCH, FEED_UNKNOWN, DTYPE_MISMATCH when the contract refuses the feeds
 */
export async function measuredFeeds(contract: Contract, plan: FeedPlan): Promise<MeasuredFeeds> {
  const names = Object.keys(contract.inputs);
  const shapes = new Map<string, readonly number[]>();
  for (const { name, sizes } of plan.bindings.inputs) {
    if (sizes.every((size) => typeof size === 'number')) shapes.set(nameOf(name, names), sizes);
  }
  const symbols = boundSymbols(contract, plan, shapes);
  if (!plan.isStatic) refuseUnknown(contract, plan.bindings);
  for (const [name, shape] of shapes) shapes.set(name, withSymbols(contract, name, shape, symbols));
  const feeds: Record<string, Feed> = {};
  for (const { name, file } of plan.sources) {
    const input = nameOf(name, names);
    if (!names.includes(input)) {
      const message = `--input ${input}: the inputs are ${names.join(', ')}`;
      throw usageError(message, didYouMean(input, names) ?? `--input ${names[0] ?? 'x'}=FILE.npy`);
    }
    if (file === undefined) continue;
    const array = await readNpy(file);
    feeds[input] = array;
    shapes.set(input, array.shape);
  }
  const chosen = randomShapes(contract, shapes, symbols);
  for (const name of names) feeds[name] ??= randomFeed(contract, name, chosen.get(name) ?? [], plan.seed);
  const report = checkFeeds(feeds, contract, new FeedCheck(contract));
  throwDiagnostics(report.mistakes);
  return { feeds: Object.fromEntries(report.feeds), sizes: report.sizes };
}

function nameOf(name: string | undefined, names: readonly string[]): string {
  if (name !== undefined) return name;
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw usageError(`an input without a name stands for the only one; the inputs are ${names.join(', ')}`);
}

/** @throws BIND_SYMBOL_UNKNOWN when a number is bound to what no input has */
function refuseUnknown(contract: Contract, { symbols }: Bindings): void {
  const known = symbolsOfContract(contract);
  for (const [name, size] of symbols) {
    if (typeof size !== 'number' || known.has(name) || Object.hasOwn(contract.inputs, name)) continue;
    throw unknownSymbol(name, [...known], Object.keys(contract.inputs));
  }
}

/** A shape in which axes of symbols that are bound by name have their size. */
function withSymbols(
  { inputs }: Contract,
  name: string,
  shape: readonly number[],
  symbols: ReadonlyMap<string, number>,
): readonly number[] {
  const declared = Object.hasOwn(inputs, name) ? inputs[name]?.shape : undefined;
  return shape.map((size, axis) => symbols.get(String(declared?.[axis])) ?? size);
}
