// What may change from step to step in the state of a loop: sizes, known elements, lengths of lists, each a symbol of its own.
import { type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import type { Recurrence } from './recurrence.ts';

/** What a symbol of the state stands for: sizes and lengths are never negative, elements may be. */
export type SlotKind = 'size' | 'element' | 'length';

/** One symbol of the state. */
interface Slot {
  readonly kind: SlotKind;
  readonly initial: Dim;
  next: Dim | undefined;
  /** Whether no step makes it smaller, or none greater; not looked for where a closed form says more. */
  grows: boolean;
  shrinks: boolean;
}

/** The symbols of the state of one loop. */
export class StateSlots {
  readonly #slots = new Map<SymbolDim, Slot>();
  /** Whether the state was widened since this was last set to false. */
  changed = false;

  get size(): number {
    return this.#slots.size;
  }

  /** Whether any symbol stands for an element. */
  get hasElements(): boolean {
    return [...this.#slots.values()].some(({ kind }) => kind === 'element');
  }

  /** The slot of a symbol. */
  of(dim: Dim): Slot | undefined {
    return dim.kind === 'symbol' ? this.#slots.get(dim) : undefined;
  }

  /**
   * Notes what a step makes of a part of the state.
   *
   * @param before what the step was given
   * @param after what it gives; undefined where it is not known
   * @returns what the next look at a step must be given: `before` where that holds in every step, else a symbol; undefined where
   *   nothing can be said
   */
  meet(kind: SlotKind, before: Dim, after: Dim | undefined, facts: Facts): Dim | undefined {
    const slot = this.of(before);
    if (after && slot) {
      slot.next = after;
      return before;
    }
    if (after && (before === after || facts.equal(before, after) === 'true')) return before;
    this.changed = true;
    if (!after) return undefined;
    const symbol = freshSymbol('step');
    this.#slots.set(symbol, { kind, initial: before, next: undefined, grows: false, shrinks: false });
    return symbol;
  }

  /** Takes a symbol back, for which nothing can be said any more. */
  drop(dim: Dim): void {
    if (dim.kind === 'symbol') this.#slots.delete(dim);
  }

  /** Tells the facts of the body what holds of the symbols by construction. */
  tell(facts: Facts): void {
    for (const [symbol, { kind, initial, grows, shrinks }] of this.#slots) {
      facts.declare(symbol, { min: kind === 'element' ? Number.NEGATIVE_INFINITY : 0 });
      if (grows) facts.give({ kind: 'atMost', left: initial, right: symbol, origins: [] });
      if (shrinks) facts.give({ kind: 'atMost', left: symbol, right: initial, origins: [] });
    }
  }

  /**
   * Finds which sizes only grow and which only shrink; by induction they stay on their side of the first one.
   *
   * @param solved the symbols that need no such answer
   * @returns whether any does
   */
  findTrends(facts: Facts, solved: (symbol: SymbolDim) => boolean): boolean {
    let found = false;
    for (const [symbol, slot] of this.#slots) {
      if (!slot.next || slot.kind === 'element' || solved(symbol)) continue;
      slot.grows = facts.atMost(symbol, slot.next) === 'true';
      slot.shrinks = facts.atMost(slot.next, symbol) === 'true';
      found ||= slot.grows || slot.shrinks;
    }
    return found;
  }

  /** What a step makes of each symbol; those of which that is not known are left out. */
  recurrences(): Recurrence[] {
    const found: Recurrence[] = [];
    for (const [symbol, { initial, next }] of this.#slots) if (next) found.push({ symbol, initial, next });
    return found;
  }

  /** The value of a symbol before the first step. */
  readonly initial = (symbol: SymbolDim): Dim | undefined => this.#slots.get(symbol)?.initial;
}
