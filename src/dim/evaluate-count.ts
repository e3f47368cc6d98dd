// The value of a count under sizes for its symbols, and sizes put in the place of symbols.
import {
  addCounts,
  type Count,
  type CountFactor,
  countOf,
  countOfDim,
  maxOfCounts,
  multiplyCounts,
  type RangeOf,
} from './count.ts';
import type { Dim, SymbolDim } from './dim.ts';
import { symbolsOf } from './dim.ts';
import { evaluate, substitute } from './evaluate.ts';
import { EVERYTHING } from './interval.ts';

/**
 * The value of a count, exact beyond 2^53.
 *
 * @param sizes the size of each symbol
 * @throws DIM_UNBOUND when a symbol has no size
 * @throws DIM_UNDEFINED when a divisor is 0 or sizes do not broadcast
 */
export function evaluateCount(count: Count, sizes: (symbol: SymbolDim) => number | undefined): bigint {
  const known = new Map<CountFactor, bigint>();
  const valueOf = (factor: CountFactor): bigint => {
    let value = known.get(factor);
    if (value === undefined) {
      value = factor.kind === 'maximum' ? greatest(factor.operands.map(total)) : BigInt(evaluate(factor, sizes));
      known.set(factor, value);
    }
    return value;
  };
  const total = ({ terms }: Count): bigint => {
    let sum = 0n;
    for (const { coefficient, factors } of terms) {
      sum += factors.reduce((product, factor) => product * valueOf(factor), coefficient);
    }
    return sum;
  };
  return total(count);
}

const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a));

/**
 * The count with sizes in the place of symbols.
 *
 * @param replacement the size for a symbol; undefined leaves the symbol
 * @param range bounds of the atoms that are left, by which maxima are decided; nothing is known of them by default
 * @throws DIM_UNDEFINED when a divisor becomes 0 or sizes do not broadcast
 */
export function substituteCount(
  count: Count,
  replacement: (symbol: SymbolDim) => Dim | undefined,
  range: RangeOf = () => EVERYTHING,
): Count {
  const known = new Map<CountFactor, Count>();
  const replaced = (factor: CountFactor): Count => {
    let made = known.get(factor);
    if (!made) {
      made =
        factor.kind === 'maximum'
          ? maxOfCounts(factor.operands.map(walk), range)
          : countOfDim(substitute(factor, replacement));
      known.set(factor, made);
    }
    return made;
  };
  const walk = ({ terms }: Count): Count => {
    let sum = countOf(0);
    for (const { coefficient, factors } of terms) {
      sum = addCounts(sum, multiplyCounts(...factors.map(replaced)), coefficient);
    }
    return sum;
  };
  return walk(count);
}

/** All symbols of a count, in order of first appearance. */
export function symbolsOfCount(count: Count): ReadonlySet<SymbolDim> {
  const found = new Set<SymbolDim>();
  const walk = ({ terms }: Count): void => {
    for (const { factors } of terms) {
      for (const factor of factors) {
        if (factor.kind === 'maximum') factor.operands.forEach(walk);
        else for (const symbol of symbolsOf(factor)) found.add(symbol);
      }
    }
  };
  walk(count);
  return found;
}
