// The sum of a count over the steps of a loop.
import { add, floorDiv, maxOf, mul, sub } from '../../dim/arithmetic.ts';
import {
  addCounts,
  type Count,
  countOfDim,
  countOfSizes,
  multiplyCounts,
  type RangeOf,
  ZERO,
} from '../../dim/count.ts';
import { type Atom, type Dim, isConst, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { substituteCount } from '../../dim/evaluate-count.ts';
import { unlessOverflow } from '../../dim/integer.ts';
import type { Trips } from './trips.ts';

/**
 * The sum over all steps `0..trips - 1` of a count that may name the step. A polynomial of the step up to its square is summed exactly;
 * of others the symbol of the step stays in the sum.
 */
export function sumOverSteps(count: Count, { count: trips, step }: Trips): Count {
  let sum = ZERO;
  for (const term of count.terms) {
    const power = step ? term.factors.filter((factor) => factor === step).length : 0;
    const rest = { ...term, factors: term.factors.filter((factor) => factor !== step) };
    const weight = isFree(rest.factors, step) ? sumOfPowers(power, trips) : undefined;
    // Made by a product, so that the key of the term is that of its factors.
    const parts = rest.factors.map((factor) => (factor.kind === 'maximum' ? maximumCount(factor) : countOfDim(factor)));
    const body = multiplyCounts({ terms: [{ coefficient: term.coefficient, factors: [], key: '' }] }, ...parts);
    const left =
      weight ?? multiplyCounts(countOfSizes(Array.from({ length: power }, () => step ?? 1)), countOfDim(trips));
    sum = addCounts(sum, multiplyCounts(body, left));
  }
  return sum;
}

/**
 * The greatest value of a count over all steps: that of the last one where the count grows with the step. Of others the symbol of the step
 * stays.
 *
 * @param range bounds of the atoms that are left
 */
export function greatestOverSteps(count: Count, { count: trips, step }: Trips, range: RangeOf): Count {
  if (!step || !growsWith(count, step)) return count;
  // A loop without a step needs nothing; its formula must not be negative.
  const last = maxOf(sub(trips, 1), 0);
  return substituteCount(count, (symbol) => (symbol === step ? last : undefined), range);
}

/** Whether no term that holds the step can fall when it rises. */
function growsWith({ terms }: Count, step: SymbolDim): boolean {
  return terms.every(({ coefficient, factors }) =>
    factors.every((factor) => {
      if (factor.kind === 'maximum') return coefficient > 0n && factor.operands.every((each) => growsWith(each, step));
      return !symbolsOf(factor).has(step) || (coefficient > 0n && atomGrows(factor, step));
    }),
  );
}

function atomGrows(atom: Atom, step: SymbolDim): boolean {
  if (atom === step) return true;
  const grows = (dim: Dim): boolean => growsWith(countOfDim(dim), step);
  if (atom.kind === 'min' || atom.kind === 'max') return atom.operands.every(grows);
  return atom.kind === 'floordiv' && isConst(atom.divisor) && atom.divisor.value > 0 && grows(atom.dividend);
}

type Factor = Count['terms'][number]['factors'][number];

const maximumCount = (factor: Factor): Count => ({
  terms: [{ coefficient: 1n, factors: [factor], key: String(factor.id) }],
});

function isFree(factors: readonly Factor[], step: SymbolDim | undefined): boolean {
  return !step || factors.every((factor) => factor.kind !== 'maximum' && !symbolsOf(factor).has(step));
}

/** `0^p + 1^p + .. + (n - 1)^p` for p up to 2. */
function sumOfPowers(power: number, n: Dim): Count | undefined {
  if (power === 0) return countOfDim(n);
  const pairs = unlessOverflow(() => mul(n, sub(n, 1)));
  if (!pairs || power > 2) return undefined;
  if (power === 1) return countOfDim(floorDiv(pairs, 2));
  const square = unlessOverflow(() => floorDiv(mul(pairs, sub(add(n, n), 1)), 6));
  return square && countOfDim(square);
}
