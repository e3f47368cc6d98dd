// Tells whether types of two models are the same but for the names of their symbols.
import { type Constraint, formatConstraint, mapConstraint } from '../../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../../src/dim/dim.ts';
import { substitute } from '../../../src/dim/evaluate.ts';
import type { NameOf } from '../../../src/dim/text.ts';
import type { ValueType } from '../../../src/ir/type.ts';

/** The symbols of the second model that stand for those of the first one; each pair is made where the two meet first. */
export class SymbolPairs {
  #toFirst = new Map<SymbolDim, SymbolDim>();
  readonly #taken = new Set<SymbolDim>();

  /** Compares two types; symbols that meet for the first time become a pair. */
  readonly sameType = (a: ValueType, b: ValueType): boolean => {
    if (a.kind !== b.kind) return false;
    switch (a.kind) {
      case 'tensor':
      case 'sparse': {
        if (b.kind !== a.kind || a.dtype !== b.dtype || !a.shape !== !b.shape) return false;
        const shape = b.shape ?? [];
        return (
          (a.shape ?? []).length === shape.length &&
          (a.shape ?? []).every((dim, i) => {
            const other = shape[i];
            return other !== undefined && this.#sameDim(dim, other);
          })
        );
      }
      case 'sequence':
      case 'optional':
        return b.kind === a.kind && this.sameType(a.element, b.element);
      case 'map':
        return b.kind === 'map' && a.key === b.key && this.sameType(a.value, b.value);
      case 'unknown':
        return true;
    }
  };

  /** A constraint of the second model in the symbols of the first one; undefined where one of its symbols has no pair. */
  inFirst(constraint: Constraint, nameOf: NameOf): string | undefined {
    let isKnown = true;
    const mapped = mapConstraint(constraint, (dim) => {
      for (const symbol of symbolsOf(dim)) isKnown &&= this.#toFirst.has(symbol);
      return this.#translate(dim);
    });
    return isKnown ? formatConstraint(mapped, nameOf) : undefined;
  }

  #sameDim(a: Dim, b: Dim): boolean {
    const [ours, theirs] = [
      this.#open(a, (symbol) => this.#taken.has(symbol)),
      this.#open(b, (symbol) => this.#toFirst.has(symbol)),
    ];
    if (ours.length !== theirs.length) return false;
    // Symbols that meet in expressions are paired in their order; if that does not make them equal, nothing was learnt.
    const before = new Map(this.#toFirst);
    theirs.forEach((symbol, i) => {
      const own = ours[i];
      if (own) this.#toFirst.set(symbol, own);
    });
    if (this.#translate(b) === a) {
      for (const symbol of ours) this.#taken.add(symbol);
      return true;
    }
    this.#toFirst = before;
    return false;
  }

  #open(dim: Dim, isKnown: (symbol: SymbolDim) => boolean): SymbolDim[] {
    return [...symbolsOf(dim)].filter((symbol) => !isKnown(symbol)).sort((x, y) => x.id - y.id);
  }

  #translate(dim: Dim): Dim {
    // Another symbol of the same name must not be taken for the first model's.
    return substitute(dim, (symbol) => this.#toFirst.get(symbol));
  }
}
