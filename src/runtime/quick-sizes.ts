// A contract's sizes as flat lists: says yes to feeds that surely fit, and leaves all others to the check that explains.
import { type Constraint, checkConstraint, constraintDims, parseConstraint } from '../dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { parseDim } from '../dim/text.ts';
import type { Contract } from '../ir/contract.ts';

/** Any size fits this axis. */
const ANY = -1;

/** A symbol with the sizes that it may have. */
interface Slot {
  readonly symbol: SymbolDim;
  readonly min: number;
  readonly max: number;
}

/** An axis whose size is an expression. */
interface Computed {
  readonly input: number;
  readonly axis: number;
  readonly dim: Dim;
}

interface FlatContract {
  readonly axes: readonly (readonly number[] | undefined)[];
  readonly slots: readonly Slot[];
  readonly computed: readonly Computed[];
  readonly constraints: readonly Constraint[];
}

/** The sizes of inputs, symbols settled in one pass. */
export class QuickSizes {
  /** For each input and axis: a size from 0 on, {@link ANY}, or the slot of a symbol as `-2 - slot`; undefined for any rank. */
  readonly #axes: readonly (readonly number[] | undefined)[];
  readonly #slots: readonly Slot[];
  readonly #computed: readonly Computed[];
  readonly #constraints: readonly Constraint[];
  /** The sizes of this pass by slot; -1 where its symbol is not met yet. */
  #sizes: Float64Array;
  /** Those of the last shapes that were accepted. */
  #accepted: Float64Array;
  readonly #sizeOf: (symbol: SymbolDim) => number | undefined;

  private constructor({ axes, slots, computed, constraints }: FlatContract) {
    this.#axes = axes;
    this.#slots = slots;
    this.#computed = computed;
    this.#constraints = constraints;
    this.#sizes = new Float64Array(slots.length);
    this.#accepted = new Float64Array(slots.length);
    const places = new Map(slots.map(({ symbol }, slot) => [symbol, slot]));
    this.#sizeOf = (symbol) => this.#sizes[places.get(symbol) ?? -1];
  }

  /** The sizes of a contract; undefined where a symbol is settled by an expression only. */
  static of({ inputs, symbols, constraints }: Contract): QuickSizes | undefined {
    const places = new Map<SymbolDim, number>();
    const computed: Computed[] = [];
    const slotOf = (symbol: SymbolDim): number => {
      const slot = places.get(symbol) ?? places.size;
      places.set(symbol, slot);
      return -2 - slot;
    };
    const axes = Object.values(inputs).map(({ shape }, input) =>
      shape?.map((size, axis) => {
        if (typeof size === 'number') return size;
        const dim = size === '?' ? undefined : parseDim(size);
        if (dim?.kind === 'const') return dim.value;
        if (dim?.kind === 'symbol') return slotOf(dim);
        if (dim) computed.push({ input, axis, dim });
        return ANY;
      }),
    );
    const isSettled = (dim: Dim): boolean => [...symbolsOf(dim)].every((symbol) => places.has(symbol));
    if (!computed.every(({ dim }) => isSettled(dim))) return undefined;
    const asked = constraints.filter(({ scope }) => scope === 'feed').map(({ expr }) => parseConstraint(expr));
    // What no feed settles is left to the run.
    const checked = asked.filter((constraint) => constraintDims(constraint).every(isSettled));
    const slots = [...places.keys()].map((symbol): Slot => {
      const bounds = Object.hasOwn(symbols, symbol.name) ? symbols[symbol.name] : undefined;
      return { symbol, min: bounds?.min ?? 0, max: bounds?.max ?? Number.POSITIVE_INFINITY };
    });
    return new QuickSizes({ axes, slots, computed, constraints: checked });
  }

  /**
   * Whether shapes surely meet the contract; where not, they may still do so.
   *
   * @param shapes the shapes of all inputs, in the order of the contract
   */
  accept(shapes: readonly (readonly number[])[]): boolean {
    try {
      if (!this.#settles(shapes) || !this.#holds(shapes)) return false;
    } catch {
      // An expression without a value, such as a divisor of 0: the whole check says what is wrong.
      return false;
    }
    [this.#sizes, this.#accepted] = [this.#accepted, this.#sizes];
    return true;
  }

  #settles(shapes: readonly (readonly number[])[]): boolean {
    const sizes = this.#sizes.fill(-1);
    for (let input = 0; input < this.#axes.length; input++) {
      const [axes, shape] = [this.#axes[input], shapes[input]];
      if (!axes) continue;
      if (shape?.length !== axes.length) return false;
      for (let axis = 0; axis < axes.length; axis++) {
        const [wanted = ANY, size = -1] = [axes[axis], shape[axis]];
        if (wanted === ANY || wanted === size) continue;
        if (wanted >= 0) return false;
        const before = sizes[-2 - wanted];
        if (before === -1) sizes[-2 - wanted] = size;
        else if (before !== size) return false;
      }
    }
    return true;
  }

  #holds(shapes: readonly (readonly number[])[]): boolean {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const [bounds, size = -1] = [this.#slots[slot], this.#sizes[slot]];
      if (!bounds || size < bounds.min || size > bounds.max) return false;
    }
    for (const { input, axis, dim } of this.#computed) {
      if (evaluate(dim, this.#sizeOf) !== shapes[input]?.[axis]) return false;
    }
    for (const constraint of this.#constraints) if (!checkConstraint(constraint, this.#sizeOf)) return false;
    return true;
  }

  /** The sizes of symbols under the shapes that were accepted last. */
  named(): ReadonlyMap<string, number> {
    const named = new Map<string, number>();
    for (let slot = 0; slot < this.#slots.length; slot++) {
      named.set(this.#slots[slot]?.symbol.name ?? '', this.#accepted[slot] ?? 0);
    }
    return named;
  }
}
