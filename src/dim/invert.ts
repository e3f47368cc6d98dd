// Bounds of an expression turned into bounds of what it is made of, where the two say exactly the same.
import type { Dim } from './dim.ts';
import { floorQuotient } from './integer.ts';
import { type Interval, intersect } from './interval.ts';
import { dimOf } from './normal.ts';
import { addPoly, termPoly } from './polynomial.ts';
import { type Line, lineOf } from './store.ts';

/** A dim and the interval that it is held to. */
export interface Bound {
  readonly dim: Dim;
  readonly interval: Interval;
}

/**
 * Bounds whose conjunction is equivalent to the dim lying in the interval: of `(H + 1)//2 >= 2` it is `H >= 3`.
 *
 * @param range sound intervals of the parts
 */
export function invertBound(dim: Dim, interval: Interval, range: (d: Dim) => Interval): Bound[] {
  const line = lineOf(dim);
  if (!line) return [{ dim, interval }];
  const { direction } = line;
  const held = alongLine(line, interval);
  switch (direction.kind) {
    case 'floordiv': {
      if (direction.divisor.kind !== 'const') break;
      const divisor = direction.divisor.value;
      // x//b >= n is x >= b*n, and x//b <= n is x <= b*n + b - 1
      return invertBound(direction.dividend, { min: held.min * divisor, max: held.max * divisor + divisor - 1 }, range);
    }
    case 'min':
    case 'max':
      return invertChoice(direction.kind, direction.operands, held, direction, range);
    case 'product':
      // a*b >= 1 for sizes is a >= 1 and b >= 1
      if (held.min !== 1 || held.max !== Infinity || direction.factors.some((d) => range(d).min < 0)) break;
      return direction.factors.flatMap((factor) => invertBound(factor, held, range));
    case 'sum': {
      const cases = choiceCases(direction, held);
      if (cases) return cases.flatMap((each) => invertBound(each, held, range));
      break;
    }
    default:
      break;
  }
  return [{ dim: direction, interval: held }];
}

/** `min(a, b) + x >= n` is `a + x >= n` and `b + x >= n`; so for a maximum that is taken off, and for upper bounds turned around. */
function choiceCases(d: Dim, { min, max }: Interval): Dim[] | undefined {
  if (min !== -Infinity && max !== Infinity) return undefined;
  const sign = max === Infinity ? 1 : -1;
  for (const { coefficient, monomial } of d.poly.terms) {
    if (monomial.kind !== (coefficient * sign > 0 ? 'min' : 'max')) continue;
    const rest = addPoly(d.poly, termPoly(-coefficient, monomial));
    return monomial.operands.map((operand) => dimOf(addPoly(rest, operand.poly, coefficient)));
  }
  return undefined;
}

/** The interval of a line's direction that holds the line's dim to an interval. */
export function alongLine({ scale, offset }: Line, interval: Interval): Interval {
  const [a, b] = scale > 0 ? [interval.min, interval.max] : [interval.max, interval.min];
  return { min: ceil(a - offset, scale), max: floor(b - offset, scale) };
}

function invertChoice(
  kind: 'min' | 'max',
  operands: readonly Dim[],
  held: Interval,
  choice: Dim,
  range: (d: Dim) => Interval,
): Bound[] {
  const result: Bound[] = [];
  const all = kind === 'min' ? { min: held.min, max: Infinity } : { min: -Infinity, max: held.max };
  const one = kind === 'min' ? { min: -Infinity, max: held.max } : { min: held.min, max: Infinity };
  for (const operand of operands) if (isBounded(all)) result.push(...invertBound(operand, all, range));
  if (!isBounded(one)) return result;
  // Only an operand that can meet the bound counts; where one is left, it must.
  const able = operands.filter((operand) => {
    const { min, max } = intersect(range(operand), one);
    return min <= max;
  });
  const [only] = able;
  if (only && able.length === 1) result.push(...invertBound(only, one, range));
  else result.push({ dim: choice, interval: one });
  return result;
}

function isBounded({ min, max }: Interval): boolean {
  return min !== -Infinity || max !== Infinity;
}

function ceil(a: number, b: number): number {
  return Number.isFinite(a) ? -floorQuotient(-a, b) + 0 : b > 0 ? a : -a;
}

function floor(a: number, b: number): number {
  return Number.isFinite(a) ? floorQuotient(a, b) : b > 0 ? a : -a;
}
