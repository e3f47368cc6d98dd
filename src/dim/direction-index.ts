// Finds the directions of stored intervals by what they are made of, so that a new fact asks only those that it may concern.
import { type Dim, type Monomial, type SymbolDim, symbolsOf } from './dim.ts';
import type { Interval } from './interval.ts';

const NONE: ReadonlySet<Dim> = new Set();

/** Directions by symbol, and sums among them by monomial and sign; one that is stored no longer may still be in it. */
export class DirectionIndex {
  readonly #bySymbol = new Map<SymbolDim, Set<Dim>>();
  readonly #above = new Map<Monomial, Set<Dim>>();
  readonly #below = new Map<Monomial, Set<Dim>>();

  constructor(ranges: Iterable<readonly [Dim, Interval]>) {
    for (const [direction, interval] of ranges) this.add(direction, interval);
  }

  /** Takes a direction in, of which an interval is known. */
  add(direction: Dim, { min, max }: Interval): void {
    for (const symbol of symbolsOf(direction)) put(this.#bySymbol, symbol, direction);
    if (direction.poly.terms.length < 2) return;
    for (const { coefficient, monomial } of direction.poly.terms) {
      if (min !== -Infinity) put(coefficient > 0 ? this.#above : this.#below, monomial, direction);
      if (max !== Infinity) put(coefficient > 0 ? this.#below : this.#above, monomial, direction);
    }
  }

  /** Whether there was a sum or difference among the directions. */
  get hasSums(): boolean {
    return this.#above.size > 0 || this.#below.size > 0;
  }

  /** The directions that a symbol occurs in. */
  withSymbol(symbol: SymbolDim): ReadonlySet<Dim> {
    return this.#bySymbol.get(symbol) ?? NONE;
  }

  /**
   * The sums and differences that bound a monomial.
   *
   * @param isFromBelow whether the bound is a lower one of a multiple of it with a plus, or of one with a minus
   */
  sumsWith(monomial: Monomial, isFromBelow: boolean): ReadonlySet<Dim> {
    return (isFromBelow ? this.#above : this.#below).get(monomial) ?? NONE;
  }
}

function put<K>(map: Map<K, Set<Dim>>, key: K, direction: Dim): void {
  const known = map.get(key);
  if (known) known.add(direction);
  else map.set(key, new Set([direction]));
}
