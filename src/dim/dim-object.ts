// The objects that dims are: what all of them inherit, and symbols.
import type { Dim, Polynomial, SymbolDim } from './dim.ts';

let textOf: (d: Dim) => string = () => 'dim';

/** Sets how dims are turned into text; the text form does so when it is loaded, for it stands above the dims. */
export function printDimsBy(text: (d: Dim) => string): void {
  textOf = text;
}

/** What all dims inherit: where they are printed, in messages or by `console.log`, they are their text. */
class DimObject {
  toString(this: Dim): string {
    return textOf(this);
  }
  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](this: Dim): string {
    return textOf(this);
  }
}

/** Makes a dim of its fields. A literal with a prototype would take twenty times as long. */
export function dimObject<T extends object>(fields: T): T {
  return Object.assign(new DimObject(), fields);
}

let lastId = 0;

/** The next id for a node. */
export function nextId(): number {
  lastId += 1;
  return lastId;
}

/** A symbol; deferred parameters make many, and a class of their own makes them fastest. */
export class SymbolObject extends DimObject {
  readonly kind = 'symbol';
  readonly name: string;
  readonly role: SymbolDim['role'];
  readonly id = nextId();
  readonly depth = 1;
  readonly size = 1;
  readonly open: number;
  readonly plain = true;
  readonly poly: Polynomial;

  constructor(poly: Polynomial, name: string, role: SymbolDim['role']) {
    super();
    this.name = name;
    this.role = role;
    this.open = role === 'named' ? 0 : role === 'fresh' ? 1 : 2;
    this.poly = poly;
  }
}
