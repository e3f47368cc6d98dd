// Names that a file or an author gives to sizes that no input declares, sizes that depend on data among them.
import { freshSymbol, type SymbolDim } from './dim.ts';

const names = new WeakMap<SymbolDim, string>();
const made = new WeakSet<SymbolDim>();

/**
 * A new symbol under a name that no input declares. It may stand for any size, 0 included, until it meets an inferred one, whose name
 * it then is.
 */
export function givenSymbol(name: string): SymbolDim {
  const symbol = freshSymbol(name);
  names.set(symbol, name);
  made.add(symbol);
  return symbol;
}

/** Whether a symbol was made for a name, rather than for a size that was given one. */
export function isGivenSymbol(symbol: SymbolDim): boolean {
  return made.has(symbol);
}

/** Gives a symbol that was made for a size that depends on data a name to print; the first one stays. */
export function nameSymbol(symbol: SymbolDim, name: string): void {
  if (symbol.role === 'fresh' && !names.has(symbol)) names.set(symbol, name);
}

/** The name that a symbol was given; undefined where it is numbered. */
export function givenName(symbol: SymbolDim): string | undefined {
  return names.get(symbol);
}
