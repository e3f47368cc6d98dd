// Printed names of dims: named symbols keep theirs, and so do given names; other fresh symbols are numbered by first appearance.
import { type Dim, hasFresh, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { givenName } from '../dim/given-names.ts';
import { formatDim } from '../dim/text.ts';
import type { ValueType } from './type.ts';

/**
 * The names that the symbols of one text or file print with. Named symbols must be reserved before the first fresh one is
 * named, so that no fresh one takes the name of a symbol that appears later.
 */
export class SymbolNames {
  readonly #taken = new Set<string>();
  readonly #fresh = new Map<SymbolDim, string>();
  readonly #next = new Map<string, number>();

  /** Keeps the names of the named symbols in a type from being given to fresh ones. */
  reserve(type: ValueType): void {
    switch (type.kind) {
      case 'tensor':
      case 'sparse':
        for (const dim of type.shape ?? []) this.reserveDim(dim);
        break;
      case 'sequence':
      case 'optional':
        this.reserve(type.element);
        break;
      case 'map':
        this.reserve(type.value);
        break;
      case 'unknown':
    }
  }

  /** Keeps the names of the named symbols in a dim from being given to fresh ones. */
  reserveDim(dim: Dim): void {
    for (const symbol of symbolsOf(dim)) if (symbol.role === 'named') this.#taken.add(symbol.name);
  }

  /** The name of a symbol; a fresh one is named when it is asked for first: as it was given, else its hint and a number, `u0`. */
  readonly nameOf = (symbol: SymbolDim): string => {
    if (symbol.role !== 'fresh') return symbol.name;
    let name = this.#fresh.get(symbol);
    if (name === undefined)
      this.#fresh.set(symbol, (name = this.#claim(givenName(symbol)) ?? this.#invent(symbol.name)));
    return name;
  };

  /** The text of a dim under these names. */
  readonly format = (dim: Dim): string => (hasFresh(dim) ? formatDim(dim, this.nameOf) : formatDim(dim));

  /** A given name, where no other symbol has it. */
  #claim(name: string | undefined): string | undefined {
    if (name === undefined || this.#taken.has(name)) return undefined;
    this.#taken.add(name);
    return name;
  }

  #invent(hint: string): string {
    const stem = /^[A-Za-z_]\w*$/.test(hint) ? hint : 'u';
    for (let number = this.#next.get(stem) ?? 0; ; number++) {
      const name = `${stem}${number}`;
      if (this.#taken.has(name)) continue;
      this.#next.set(stem, number + 1);
      this.#taken.add(name);
      return name;
    }
  }
}
