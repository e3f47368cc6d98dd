// The value of a dim under sizes for its symbols, and dims put in the place of symbols.
import { dimwiseError } from '../base/errors.ts';
import { add, broadcast, floorDiv, maxOf, minOf, mod, mul } from './arithmetic.ts';
import type { Dim, SymbolDim } from './dim.ts';
import { floorQuotient, floorRemainder, safe } from './integer.ts';

/**
 * The value of a dim.
 *
 * @param bindings the size of each symbol
 * @throws DIM_UNBOUND when a symbol has no size
 * @throws DIM_UNDEFINED when a divisor is 0 or sizes do not broadcast
 * @throws DIM_OVERFLOW when a value leaves the safe integers
 */
export function evaluate(d: Dim, bindings: (symbol: SymbolDim) => number | undefined): number {
  switch (d.kind) {
    case 'const':
      return d.value;
    case 'symbol':
      return evaluateSymbol(d, bindings);
    case 'sum': {
      let total = d.constant;
      for (const { coefficient, monomial } of d.terms) {
        total = safe(total + safe(coefficient * evaluate(monomial, bindings)));
      }
      return total;
    }
    case 'product': {
      let result = d.coefficient;
      for (const factor of d.factors) result = safe(result * evaluate(factor, bindings));
      return result;
    }
    case 'floordiv':
    case 'mod': {
      const [a, b] = [evaluate(d.dividend, bindings), evaluate(d.divisor, bindings)];
      if (b === 0)
        throw dimwiseError({ code: 'DIM_UNDEFINED', message: `a dim divides ${a} by 0`, actual: `${a} // 0` });
      return d.kind === 'mod' ? floorRemainder(a, b) : floorQuotient(a, b);
    }
    case 'min':
    case 'max':
      return Math[d.kind](...d.operands.map((operand) => evaluate(operand, bindings)));
    case 'broadcast':
      return d.operands.reduce((size, operand) => broadcastSizes(size, evaluate(operand, bindings)), 1);
  }
}

type Bindings = (symbol: SymbolDim) => number | undefined;

function evaluateSymbol(d: SymbolDim, bindings: Bindings): number {
  const bound = bindings(d);
  if (bound !== undefined) return safe(bound);
  if (d.standsFor) return evaluate(d.standsFor, remembering(bindings));
  throw dimwiseError({
    code: 'DIM_UNBOUND',
    message: `symbol "${d.name}" has no size`,
    expected: `a size for "${d.name}"`,
    actual: 'none',
  });
}

const remembered = new WeakSet<Bindings>();

/** Bindings that compute each stand-in once: nested ones would take exponential time otherwise. */
function remembering(bindings: Bindings): Bindings {
  if (remembered.has(bindings)) return bindings;
  const sizes = new Map<SymbolDim, number>();
  const result: Bindings = (symbol) => {
    const known = bindings(symbol) ?? sizes.get(symbol);
    if (known !== undefined || !symbol.standsFor) return known;
    const size = evaluate(symbol.standsFor, result);
    sizes.set(symbol, size);
    return size;
  };
  remembered.add(result);
  return result;
}

function broadcastSizes(a: number, b: number): number {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  throw dimwiseError({
    code: 'DIM_UNDEFINED',
    message: `sizes ${a} and ${b} do not broadcast`,
    expected: 'equal sizes, or one of them 1',
    actual: `${a} and ${b}`,
  });
}

/**
 * The dim with dims in the place of symbols, in canonical form.
 *
 * @param replacement the dim for a symbol; undefined leaves the symbol
 * @throws DIM_UNDEFINED when a divisor becomes 0 or sizes do not broadcast
 */
export function substitute(d: Dim, replacement: (symbol: SymbolDim) => Dim | undefined): Dim {
  const done = new Map<Dim, Dim>();
  return walk(d);

  function walk(d: Dim): Dim {
    if (d.kind === 'const') return d;
    if (d.kind === 'symbol') return replacement(d) ?? d;
    const known = done.get(d);
    if (known) return known;
    const result = rebuild(d, walk);
    done.set(d, result);
    return result;
  }
}

/** A composed dim made again from parts that `part` gives; symbols and numbers are returned as they are. */
export function rebuild(d: Dim, part: (d: Dim) => Dim): Dim {
  switch (d.kind) {
    case 'const':
    case 'symbol':
      return d;
    case 'sum':
      return add(d.constant, ...d.terms.map(({ coefficient, monomial }) => mul(coefficient, part(monomial))));
    case 'product':
      return mul(d.coefficient, ...d.factors.map(part));
    case 'floordiv':
      return floorDiv(part(d.dividend), part(d.divisor));
    case 'mod':
      return mod(part(d.dividend), part(d.divisor));
    case 'min':
      return minOf(...d.operands.map(part));
    case 'max':
      return maxOf(...d.operands.map(part));
    case 'broadcast':
      return broadcast(...d.operands.map(part));
  }
}
