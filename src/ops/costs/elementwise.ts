// What operators cost that do a fixed number of operations for each element.
import { countOf, multiplyCounts } from '../../dim/count.ts';
import type { CostRule } from '../../ir/cost.ts';

/** So many operations for each element of output 0. */
export function perOutput(operations: number): CostRule {
  return (cx) => ({ operations: multiplyCounts(countOf(operations), cx.outputElements(0)) });
}

/** So many operations for each element of an input, the first one by default. */
export function perInput(operations: number, input = 0): CostRule {
  return (cx) => ({ operations: multiplyCounts(countOf(operations), cx.elements(input)) });
}

/** One operation for each element of output 0: what an operator costs of which nothing else is said. */
export const onePerOutput: CostRule = perOutput(1);

/** One operation for each element that is taken together: reductions, searches. */
export const onePerInput: CostRule = perInput(1);

/** The maximum, the differences from it, their exponentials, the sum and the division. */
export const softmaxCost: CostRule = perInput(5);

/** Variadic operators: each input after the first is taken in once per element of the output. */
export const perFurtherInput: CostRule = (cx) => ({
  operations: multiplyCounts(countOf(Math.max(cx.inputCount - 1, 0)), cx.outputElements(0)),
});
