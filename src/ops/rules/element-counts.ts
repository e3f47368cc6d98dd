// Element counts of shapes: equal products and exact quotients, common factors cancelled where that is safe.
import { floorDiv, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { gcd } from '../../dim/integer.ts';
import type { InferContext } from '../../ir/operator.ts';
import { formatShape, type Shape } from '../../ir/type.ts';
import { isAtLeast } from './size-elements.ts';

/** The factors of a product of dims: one number, and the dims that are no numbers. */
interface Factors {
  number: number;
  readonly dims: Dim[];
}

function factorsOf(shape: Shape): Factors {
  const factors: Factors = { number: 1, dims: [] };
  for (const dim of shape) {
    if (dim.kind === 'const') factors.number *= dim.value;
    else if (dim.kind === 'product') {
      factors.number *= dim.coefficient;
      factors.dims.push(...dim.factors);
    } else factors.dims.push(dim);
  }
  return factors;
}

/** Both products without the factors that they share and that are never zero. */
function withoutCommon(cx: InferContext, a: Shape, b: Shape): [Factors, Factors] {
  const left = factorsOf(a);
  const right = factorsOf(b);
  const kept = left.dims.filter((dim) => {
    const at = right.dims.indexOf(dim);
    if (at < 0 || !isAtLeast(cx, dim, 1)) return true;
    right.dims.splice(at, 1);
    return false;
  });
  const common = left.number > 0 && right.number > 0 ? gcd(left.number, right.number) : 1;
  return [
    { number: left.number / common, dims: kept },
    { number: right.number / common, dims: right.dims },
  ];
}

const product = (factors: Factors): Dim => mul(factors.number, ...factors.dims);

/** The number of elements of a shape. */
export function countOf(shape: Shape): Dim {
  return mul(1, ...shape);
}

/**
 * Requires two shapes to have equally many elements; of `h` and `12 * (h // 12)` that is `12 | h`.
 *
 * @throws SHAPE_MISMATCH (caught by the engine) when they cannot
 */
export function requireEqualCounts(cx: InferContext, from: Shape, to: Shape): void {
  const [left, right] = withoutCommon(cx, from, to).map(product);
  if (!left || !right || left === right) return;
  const rest = remainder(cx, left, right) ?? remainder(cx, right, left);
  if (rest) return cx.divides(rest.divisor, rest.dividend, 'the size that is divided');
  if (cx.facts.equal(left, right) === 'false') failCounts(cx, from, to);
  cx.unify(left, right, 'element counts');
}

/** The remainder `x % k` that is the whole difference of two products, up to factors that are never zero. */
function remainder(cx: InferContext, a: Dim, b: Dim) {
  const difference = sub(a, b);
  if (difference.kind === 'mod') return difference;
  if (difference.kind !== 'product') return undefined;
  const [found, ...more] = difference.factors.filter((factor) => factor.kind === 'mod');
  if (found?.kind !== 'mod' || more.length > 0) return undefined;
  return difference.factors.every((factor) => factor === found || isAtLeast(cx, factor, 1)) ? found : undefined;
}

function failCounts(cx: InferContext, from: Shape, to: Shape): never {
  return cx.fail(
    'SHAPE_MISMATCH',
    `${cx.op}: ${formatShape(from)} and ${formatShape(to)} differ in their element counts`,
    {
      expected: `as many elements as ${formatShape(from)}`,
      actual: formatShape(to),
    },
  );
}

/**
 * The size that fills a shape of sizes `rest`, each at least 1, up to as many elements as `total` has; requires that it is whole.
 *
 * @throws SHAPE_MISMATCH (caught by the engine) when it is not
 */
export function fillingSize(cx: InferContext, total: Shape, rest: Shape): Dim {
  const [dividend, divisor] = withoutCommon(cx, total, rest).map(product);
  if (!dividend || !divisor) return constant(1);
  if (divisor.kind === 'const' && divisor.value === 1) return dividend;
  if (cx.facts.divides(divisor, dividend) === 'false') {
    cx.fail('SHAPE_MISMATCH', `${cx.op}: ${formatShape(total)} has no whole number of parts ${formatShape(rest)}`, {
      expected: `a multiple of ${formatShape([divisor])} elements`,
      actual: formatShape(total),
    });
  }
  cx.divides(divisor, dividend, 'the element count');
  return cx.facts.simplify(floorDiv(dividend, divisor));
}
