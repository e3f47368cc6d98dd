// Chooses sizes for the inputs of a model with which its contract holds: for feeds that nobody gives.
import { symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { parseDim } from '../dim/text.ts';
import type { Contract } from './contract.ts';
import { FeedCheck } from './feed-check.ts';

/** The sizes that are tried for symbols that nothing settles, one for all of them at a time: small ones, and those of images and of texts. */
const CANDIDATES: readonly number[] = [1, 2, 3, 4, 8, 12, 16, 24, 28, 32, 48, 64, 96, 128, 224, 256, 512, 1024];

/** The sizes of each input. */
export type FeedShapes = ReadonlyMap<string, readonly number[]>;

/** What is settled before sizes are chosen. */
export interface SettledSizes {
  /** The shapes of inputs. */
  readonly shapes?: FeedShapes | undefined;
  /** The sizes of symbols by name; they hold also where a shape says another one. */
  readonly symbols?: ReadonlyMap<string, number> | undefined;
  /** The size that is tried first; 1 by default. */
  readonly first?: number | undefined;
}

/** Sizes that fit, or why none do. */
export type ChosenShapes =
  | { readonly kind: 'shapes'; readonly shapes: FeedShapes }
  /** The rank of an input is not known. */
  | { readonly kind: 'no rank'; readonly input: string }
  /** No candidate fits; what the contract says of the first one. */
  | { readonly kind: 'no fit'; readonly mistake: string | undefined };

/**
 * Chooses sizes for the inputs: the settled ones, and for all other symbols the first candidate with which the contract holds.
 *
 * @throws DIM_SYNTAX when an expression of the contract cannot be read
 */
export function chooseShapes(contract: Contract, settled: SettledSizes = {}): ChosenShapes {
  const { shapes: given = new Map(), symbols = new Map(), first = 1 } = settled;
  const open = Object.entries(contract.inputs).find(([name, { shape }]) => !shape && !given.has(name));
  if (open) return { kind: 'no rank', input: open[0] };
  const check = new FeedCheck(contract);
  const known = new Map([...symbolsSettledBy(contract, given), ...symbols]);
  let mistake: string | undefined;
  for (const candidate of [first, ...CANDIDATES.filter((size) => size !== first)]) {
    const sizeOf = (symbol: string): number => known.get(symbol) ?? within(symbol, candidate, contract);
    const shapes = new Map<string, readonly number[]>();
    for (const [name, { shape }] of Object.entries(contract.inputs)) {
      shapes.set(name, given.get(name) ?? (shape ?? []).map((size) => sizeWith(size, sizeOf)));
    }
    const { mistakes } = check.check(new Map([...shapes].map(([name, shape]) => [name, { shape }])));
    if (mistakes.length === 0) return { kind: 'shapes', shapes };
    mistake ??= mistakes[0]?.message;
  }
  return { kind: 'no fit', mistake };
}

/** The symbols that shapes settle where they stand bare. */
function symbolsSettledBy({ inputs }: Contract, given: FeedShapes): Map<string, number> {
  const settled = new Map<string, number>();
  for (const [name, shape] of given) {
    inputs[name]?.shape?.forEach((size, axis) => {
      const dim = typeof size === 'string' ? parseDim(size) : undefined;
      if (dim?.kind === 'symbol') settled.set(dim.name, shape[axis] ?? 0);
    });
  }
  return settled;
}

/** A candidate, or what is nearest to it of the sizes that a symbol can have. One that is settled stays: where it cannot be, that is told. */
function within(name: string, candidate: number, { symbols }: Contract): number {
  const { min = 1, max = Number.POSITIVE_INFINITY } = (Object.hasOwn(symbols, name) ? symbols[name] : undefined) ?? {};
  return Math.min(Math.max(candidate, min), max);
}

function sizeWith(size: number | string, sizeOf: (symbol: string) => number): number {
  if (typeof size === 'number') return size;
  const dim = parseDim(size);
  for (const { role } of symbolsOf(dim)) if (role === 'unknown') return sizeOf('?');
  return evaluate(dim, ({ name }) => sizeOf(name));
}
