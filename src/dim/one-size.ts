// Sizes that can be 1 only together: where such two broadcast, they are equal.
import { isDimwiseError } from '../base/errors.ts';
import { constant, type Dim, type SymbolDim } from './dim.ts';
import { substitute } from './evaluate.ts';
import type { Interval } from './interval.ts';

/**
 * Tells whether `a = 1` implies `b = 1` and the other way round. Then `broadcastable(a, b)` means `a = b`: a size `s` and
 * `min(s, 512)` broadcast exactly where `s <= 512`.
 */
export function areOneTogether(a: Dim, b: Dim, rangeOf: (d: Dim) => Interval): boolean {
  return impliesOne(a, b, rangeOf) && impliesOne(b, a, rangeOf);
}

/**
 * Where one of two sizes is the other one, cut off at a number above 1, `s` and `min(s, 512)`: that size and the number. Such two
 * broadcast exactly where the size is at most the number.
 */
export function cutOff(a: Dim, b: Dim): { readonly size: Dim; readonly at: number } | undefined {
  return cutOffBy(a, b) ?? cutOffBy(b, a);
}

function cutOffBy(size: Dim, cut: Dim): { readonly size: Dim; readonly at: number } | undefined {
  if (cut.kind !== 'min' || cut.operands.length !== 2) return undefined;
  const [x, y] = cut.operands;
  const limit = x === size ? y : y === size ? x : undefined;
  return limit?.kind === 'const' && limit.value > 1 ? { size, at: limit.value } : undefined;
}

/** Tells whether `b` is 1 wherever `a` is. */
function impliesOne(a: Dim, b: Dim, rangeOf: (d: Dim) => Interval): boolean {
  const { min, max } = rangeOf(a);
  if (min > 1 || max < 1 || isOne(b)) return true;
  switch (a.kind) {
    case 'symbol':
      return isOneAt(b, a);
    case 'product':
      // Sizes that are not negative have the product 1 only where each of them is 1.
      return (
        a.coefficient === 1 &&
        a.factors.every((factor) => rangeOf(factor).min >= 0) &&
        a.factors.some((factor) => impliesOne(factor, b, rangeOf))
      );
    case 'min':
      return a.operands.every((operand) => impliesOne(operand, b, rangeOf));
    case 'max':
      return a.operands.every((operand) => impliesOne(operand, b, rangeOf));
    default:
      return false;
  }
}

const isOne = (d: Dim): boolean => d.kind === 'const' && d.value === 1;

/** Tells whether a dim is 1 where a symbol is; no where it has no value there. */
function isOneAt(d: Dim, symbol: SymbolDim): boolean {
  try {
    return isOne(substitute(d, (other) => (other === symbol ? constant(1) : undefined)));
  } catch (error) {
    if (isDimwiseError(error)) return false;
    throw error;
  }
}
