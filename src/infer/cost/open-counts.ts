// Counts that inference cannot tell: each is a symbol of its own, with a sentence on what it stands for.
import { type Count, countOf, countOfDim, countOfSizes, multiplyCounts } from '../../dim/count.ts';
import { type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import { givenName } from '../../dim/given-names.ts';
import { DTYPES } from '../../ir/dtype.ts';
import type { Value } from '../../ir/graph.ts';
import type { ValueType } from '../../ir/type.ts';
import { elementsOf, lengthOf } from '../../ops/rules/sequence-elements.ts';
import { byteCount } from './byte-count.ts';

/** A symbol of a cost that is no size of an input. */
export interface OpenCount {
  readonly symbol: SymbolDim;
  /** What it stands for: `elements of value "y"`. */
  readonly meaning: string;
}

/** Gives values and nodes their counts, and unknown ones symbols: one per thing, however often it is asked for. */
export class OpenCounts {
  readonly #meanings = new Map<SymbolDim, string>();
  readonly #elements = new Map<Value, Count>();
  readonly #bytes = new Map<Value, Count>();
  readonly #lengths = new Map<Value, Dim>();

  /** A new symbol. */
  symbol(hint: string, meaning: string): SymbolDim {
    const made = freshSymbol(hint);
    this.#meanings.set(made, meaning);
    return made;
  }

  /** Says what a symbol stands for that something else made. */
  note(symbol: SymbolDim, meaning: string): void {
    this.#meanings.set(symbol, meaning);
  }

  /** A count of which nothing is known. */
  stand(hint: string, meaning: string): Count {
    return countOfDim(this.symbol(hint, meaning));
  }

  /** What a symbol stands for. */
  meaningOf(symbol: SymbolDim): string {
    const data = `a size that depends on data, ${givenName(symbol) ?? symbol.name}`;
    return this.#meanings.get(symbol) ?? (symbol.role === 'unknown' ? 'a size that binding settles' : data);
  }

  /** The elements of a value; those of the tensors in a sequence together. */
  elementsOf(value: Value): Count {
    const known = this.#elements.get(value);
    if (known) return known;
    const count = this.#measure(value, value.type);
    this.#elements.set(value, count);
    return count;
  }

  /** The bytes of a value; strings and dictionaries have no fixed size and count as none. */
  bytesOf(value: Value): Count {
    const known = this.#bytes.get(value);
    if (known) return known;
    const count = this.#bytesOf(value, value.type);
    this.#bytes.set(value, count);
    return count;
  }

  /** The number of tensors in a sequence. */
  lengthOf(value: Value): Dim {
    const known =
      this.#lengths.get(value) ?? this.#knownLength(value) ?? this.symbol('length', `tensors in ${value.label}`);
    this.#lengths.set(value, known);
    return known;
  }

  #knownLength({ type, graph }: Value): Dim | undefined {
    const length = lengthOf(elementsOf(type));
    return length && graph.facts.simplify(length);
  }

  #bytesOf(value: Value, type: ValueType): Count {
    if (type.kind === 'optional') return this.#bytesOf(value, type.element);
    if (type.kind === 'sequence')
      return multiplyCounts(countOfDim(this.lengthOf(value)), this.#bytesOf(value, type.element));
    if (type.kind === 'map' || type.kind === 'unknown') return countOf(0);
    const { dtype } = type;
    const { bits } = DTYPES[dtype === 'undefined' ? 'float32' : dtype];
    if (bits === 0) return countOf(0);
    // The elements of a tensor inside of a sequence are not those of the value.
    const elements = type === value.type ? this.elementsOf(value) : this.#measure(value, type);
    return byteCount(elements, bits);
  }

  #measure(value: Value, type: ValueType): Count {
    switch (type.kind) {
      case 'tensor':
      case 'sparse':
        return type.shape ? countOfSizes(type.shape) : this.stand('elements', `elements of ${value.label}`);
      case 'optional':
        return this.#measure(value, type.element);
      case 'sequence':
        return multiplyCounts(countOfDim(this.lengthOf(value)), this.#measure(value, type.element));
      case 'map':
      case 'unknown':
        return this.stand('elements', `elements of ${value.label}`);
    }
  }
}
