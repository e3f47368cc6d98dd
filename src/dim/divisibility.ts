// Divisibility said plainly: what halving and doubling again asks of a size, `16 | h` in place of four equations.
import { floorDiv } from './arithmetic.ts';
import type { Constraint, DividesConstraint } from './constraint.ts';
import { constant, constOf, type Dim } from './dim.ts';

/**
 * A list of constraints with the same meaning, in which equations that say that a number divides a size say just that:
 * `x//m == k*(x//(k*m))` holds where `k | x//m`, and `m | x` with `k | x//m` where `k*m | x`.
 */
export function plainDivisibility(constraints: readonly Constraint[]): readonly Constraint[] {
  const list = constraints.map((constraint) => asDivides(constraint) ?? constraint);
  return list.some((constraint, i) => constraint !== constraints[i]) ? merged(list) : constraints;
}

/** `k | x//m` for `x//m == k*(x//(k*m))`. */
function asDivides(constraint: Constraint): DividesConstraint | undefined {
  if (constraint.kind !== 'equal') return undefined;
  const { left, right, origins } = constraint;
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const factor = roundedTo(side, other);
    if (factor !== undefined) return { kind: 'divides', divisor: constant(factor), dim: other, origins };
  }
  return undefined;
}

/** The k for which `side` is `k * (x // k)`. */
function roundedTo(side: Dim, x: Dim): number | undefined {
  if (side.kind !== 'product' || side.coefficient < 2) return undefined;
  const [quotient, ...more] = side.factors;
  if (quotient?.kind !== 'floordiv' || more.length > 0) return undefined;
  return quotient === floorDiv(x, side.coefficient) ? side.coefficient : undefined;
}

/** Joins `m | x` and `k | x//m`, from the smallest m up. */
function merged(constraints: readonly Constraint[]): readonly Constraint[] {
  const list = [...constraints];
  for (let i = 0; i < list.length; i++) {
    const first = list[i];
    const factor = first?.kind === 'divides' ? constOf(first.divisor) : undefined;
    if (first?.kind !== 'divides' || factor === undefined || factor < 2) continue;
    const part = floorDiv(first.dim, factor);
    const j = list.findIndex((other) => other.kind === 'divides' && other.dim === part);
    const second = list[j];
    const more = second?.kind === 'divides' ? constOf(second.divisor) : undefined;
    if (second === undefined || more === undefined || j === i) continue;
    const divisor = constant(factor * more);
    const joined: Constraint = { ...first, divisor, origins: [...new Set([...first.origins, ...second.origins])] };
    // The joined one stands where the first of both stood, and may go on with a third.
    list[Math.min(i, j)] = joined;
    list.splice(Math.max(i, j), 1);
    i = -1;
  }
  return list;
}
