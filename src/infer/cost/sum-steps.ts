// The sum of a count over the steps of a loop.
import { add, floorDiv, mul, sub } from '../../dim/arithmetic.ts';
import { addCounts, type Count, countOfDim, countOfSizes, multiplyCounts, ZERO } from '../../dim/count.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
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
