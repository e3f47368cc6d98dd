// Tells the symbols that came up while a body was inferred from those that the graph around it knows.
import { type Dim, freshSymbol, type SymbolDim, symbolsOf } from '../dim/dim.ts';

/** Tells whether a symbol belongs to a body and means nothing outside of it. */
export type IsInner = (symbol: SymbolDim) => boolean;

/** The symbols of a body: the fresh ones that are made between two moments. */
export interface InnerSymbols {
  readonly isInner: IsInner;
  /** Ends the time of the body: symbols that are made from now on are not inner ones. */
  readonly close: () => void;
}

/**
 * Begins the time of a body. Named symbols are the author's everywhere; unknown ones belong to whoever settles them.
 */
export function innerFromNow(): InnerSymbols {
  const from = freshSymbol().id;
  let to = Number.POSITIVE_INFINITY;
  // What stands for an expression that was too large to keep means as much outside as the expression does.
  const isInner: IsInner = (symbol) =>
    symbol.role === 'fresh' &&
    symbol.id > from &&
    symbol.id < to &&
    !(symbol.standsFor && !holdsInner(symbol.standsFor, isInner));
  const close = (): void => {
    to = freshSymbol().id;
  };
  return { isInner, close };
}

/** Tells whether a dim holds an inner symbol. */
export function holdsInner(dim: Dim, isInner: IsInner): boolean {
  if ((dim.open & 1) === 0) return false;
  for (const symbol of symbolsOf(dim)) if (isInner(symbol)) return true;
  return false;
}
