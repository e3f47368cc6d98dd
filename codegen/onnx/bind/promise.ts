// Puts the contract that was saved with a file into the facts of its graph.
import type { Diagnostic } from '../../../src/base/errors.ts';
import { type Constraint, mapConstraint, parseConstraint } from '../../../src/dim/constraint.ts';
import { symbol } from '../../../src/dim/dim.ts';
import type { ReadModel } from '../read.ts';
import type { Bound } from './bind-inputs.ts';

/**
 * States what the saved contract says of the sizes of inputs: ranges of symbols, and constraints of scope `feed`.
 *
 * @param bound what stands in the place of dims that were bound
 * @param report takes BIND_MISMATCH for each promise that the sizes of the inputs break
 * @throws DIM_SYNTAX when an expression of the contract cannot be read
 */
export function keepPromises(
  { graph, contract }: ReadModel,
  bound: Bound,
  report: (mistake: Diagnostic) => void,
): void {
  if (!contract) return;
  const require = (constraint: Constraint, expr: string): void => {
    const answer = graph.facts.require(constraint);
    if (answer !== 'false' && answer !== 'contradiction') return;
    const message = `the sizes of the inputs do not meet the contract of the file: ${expr}`;
    report({ code: 'BIND_MISMATCH', message, expected: expr });
  };
  const symbols = Object.entries(contract.symbols).map(([name, bounds]) => ({
    name,
    ...bounds,
    dim: bound(symbol(name)),
  }));
  // Whether a size may be 0 is asked of from the first step on.
  for (const { dim, min } of symbols) if (min === 0 && dim.kind === 'symbol') graph.facts.declare(dim, { min });
  for (const { expr, scope, origins } of contract.constraints) {
    if (scope !== 'feed') continue;
    const asked = origins.map((what) => ({ what }));
    require({ ...mapConstraint(parseConstraint(expr), bound), origins: asked }, expr);
  }
  // Bounds that follow from constraints keep the places that asked for those.
  for (const { name, dim, min, max } of symbols) {
    const known = graph.facts.range(dim);
    if (known.min >= min && known.max <= (max ?? Number.POSITIVE_INFINITY)) continue;
    const expr = max === undefined ? `${name} >= ${min}` : `${min} <= ${name} <= ${max}`;
    if (dim.kind === 'symbol' && max !== undefined && known.min >= min) {
      // A limit that was no constraint when it was saved becomes none now.
      graph.facts.limit({ kind: 'range', dim, max, origins: [] });
    } else if (dim.kind === 'symbol') graph.facts.declare(dim, max === undefined ? { min } : { min, max });
    else require({ kind: 'range', dim, min, ...(max === undefined ? {} : { max }), origins: [] }, expr);
  }
}
