// Divisibility said plainly: what halving and doubling again asks of a size, `16 | h` in place of four equations.
import { ceilDiv, floorDiv } from './arithmetic.ts';
import type { Constraint, DividesConstraint } from './constraint.ts';
import { constant, constOf, type Dim } from './dim.ts';

/**
 * A list of constraints with the same meaning, in which equations that say that a number divides a size say just that:
 * `x//m == k*(x//(k*m))` holds where `k | x//m`, and `m | x` with `k | x//m` where `k*m | x`; and so with quotients rounded up.
 */
export function plainDivisibility(constraints: readonly Constraint[]): readonly Constraint[] {
  const list = constraints.map((constraint) => asDivides(constraint) ?? constraint);
  return list.some((constraint, i) => constraint !== constraints[i]) ? withoutImplied(merged(list)) : constraints;
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

/** The k for which `side` is `k * (x // k)` or `k * ceildiv(x, k)`. */
function roundedTo(side: Dim, x: Dim): number | undefined {
  if (side.kind !== 'product' || side.coefficient < 2) return undefined;
  const [quotient, ...more] = side.factors;
  if (quotient?.kind !== 'floordiv' || more.length > 0) return undefined;
  const { coefficient } = side;
  return quotient === floorDiv(x, coefficient) || quotient === ceilDiv(x, coefficient) ? coefficient : undefined;
}

/** Joins `m | x` and `k | x//m`, from the smallest m up. */
function merged(constraints: readonly Constraint[]): readonly Constraint[] {
  const list = [...constraints];
  for (let i = 0; i < list.length; i++) {
    const first = list[i];
    const factor = first?.kind === 'divides' ? constOf(first.divisor) : undefined;
    if (first?.kind !== 'divides' || factor === undefined || factor < 2) continue;
    // The quotient has no remainder, so both are it.
    const parts = [floorDiv(first.dim, factor), ceilDiv(first.dim, factor)];
    const j = list.findIndex((other) => other.kind === 'divides' && parts.includes(other.dim));
    const second = list[j];
    const more = second?.kind === 'divides' ? constOf(second.divisor) : undefined;
    if (second === undefined || more === undefined || j === i || !Number.isSafeInteger(factor * more)) continue;
    const divisor = constant(factor * more);
    const joined: Constraint = { ...first, divisor, origins: [...new Set([...first.origins, ...second.origins])] };
    // The joined one stands where the first of both stood, and may go on with a third.
    list[Math.min(i, j)] = joined;
    list.splice(Math.max(i, j), 1);
    i = -1;
  }
  return list;
}

/** Leaves out what another one implies: `k | x//m` behind `n | x` where `k*m` divides n. */
function withoutImplied(constraints: readonly Constraint[]): readonly Constraint[] {
  const implied = new Set<Constraint>();
  for (const constraint of constraints) {
    const n = constraint.kind === 'divides' ? constOf(constraint.divisor) : undefined;
    if (constraint.kind !== 'divides' || n === undefined) continue;
    for (const other of constraints) {
      const k = other.kind === 'divides' && other !== constraint ? constOf(other.divisor) : undefined;
      if (other.kind !== 'divides' || k === undefined || k < 2 || n % k !== 0) continue;
      if (isQuotient(other.dim, constraint.dim, n / k) && !implied.has(constraint)) implied.add(other);
    }
  }
  return constraints.filter((constraint) => !implied.has(constraint));
}

/** Whether a dim is another one divided by a number that divides `most`, its remainder being zero then. */
function isQuotient(quotient: Dim, dim: Dim, most: number): boolean {
  // Far more than any network divides by: what stays is said twice, no more.
  for (let m = 1; m * m <= most && m <= 256; m++) {
    if (most % m !== 0) continue;
    for (const factor of [m, most / m])
      if (quotient === floorDiv(dim, factor) || quotient === ceilDiv(dim, factor)) return true;
  }
  return false;
}
