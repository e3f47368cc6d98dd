// Floats that were computed from sizes, as exact ratios of dims with the limits under which the float type is exact.
import { add, floorDiv, mul, neg } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { contentOf } from '../../dim/polynomial.ts';
import type { Limit, Ratio, Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { attempt, stateWithin } from './integer-elements.ts';

const ONE = constant(1);

/**
 * The integer up to which all integers are exact in a float type (IEEE 754-2019, table 3.5): no bound for float64, since sizes
 * stay below 2^53; 0 for the types in which sizes are not followed, because common ones are not exact there.
 */
export function exactUpTo(dtype: DType): number {
  return dtype === 'float32' ? 2 ** 24 : dtype === 'float64' ? Number.POSITIVE_INFINITY : 0;
}

/** The greatest multiplier of a size that is followed: it divides the limit that the contract then states. */
const MAX_MULTIPLIER = 16;

/** Two ratios as integers in the same order. */
export interface RatioPair {
  readonly left: Dim;
  readonly right: Dim;
  readonly ratios: readonly Ratio[];
}

/** A float element as a ratio: a ratio itself, or a number that is a binary fraction of few bits. */
export function toRatio(element: Scalar): Ratio | undefined {
  if (typeof element === 'object') return element.kind === 'ratio' ? element : whole(element);
  if (typeof element !== 'number' || !Number.isFinite(element)) return undefined;
  for (let denominator = 1; denominator <= 2 ** 24; denominator *= 2) {
    const numerator = element * denominator;
    if (Number.isInteger(numerator)) {
      return Number.isSafeInteger(numerator) ? makeRatio(constant(numerator), constant(denominator), []) : undefined;
    }
  }
  return undefined;
}

/** An integer as a ratio. */
export function whole(dim: Dim, limits: readonly Limit[] = []): Ratio {
  return makeRatio(dim, ONE, limits);
}

function makeRatio(numerator: Dim, denominator: Dim, limits: readonly Limit[]): Ratio {
  return { kind: 'ratio', numerator, denominator, limits };
}

/** Whether the float is the ratio itself and not a rounded one: the denominator is a power of two. */
export function isExact({ denominator }: Ratio): boolean {
  return isPower(denominator);
}

const isPower = (dim: Dim): boolean => dim.kind === 'const' && Number.isInteger(Math.log2(dim.value));

/** Whether the float is an integer whatever the sizes are. */
export function isWhole({ denominator }: Ratio): boolean {
  return denominator === ONE;
}

/** A ratio as an element of a float type: numerator and denominator must be exact there; a number where both are. */
export function ratioElement(
  cx: InferContext,
  dtype: DType,
  parts: { numerator: Dim | undefined; denominator: Dim | undefined },
  from: readonly Ratio[],
): Scalar {
  const { numerator, denominator } = parts;
  const most = exactUpTo(dtype);
  if (!numerator || !denominator || most === 0) return undefined;
  const limits = [...new Set(from.flatMap((ratio) => ratio.limits))];
  const exact = isPower(denominator);
  for (const part of [numerator, denominator]) {
    // A rounded quotient keeps its floor only while the whole numerator is small, see roundRatio.
    const dim = exact ? withoutTwos(part) : part;
    const { min, max } = cx.facts.range(dim);
    if (min < -most || max > most) limits.push({ dim, max: most });
  }
  if (numerator.kind === 'const' && denominator.kind === 'const' && limits.length === 0) {
    const value = numerator.value / denominator.value;
    return dtype === 'float64' ? value : Math.fround(value);
  }
  return makeRatio(numerator, denominator, limits);
}

/** A dim without the powers of two that divide it whatever the sizes are: a binary float has them in its exponent. */
function withoutTwos(dim: Dim): Dim {
  const content = contentOf(dim.poly);
  let twos = 1;
  while (content % (2 * twos) === 0 && twos < 2 ** 24) twos *= 2;
  return twos === 1 ? dim : floorDiv(dim, twos);
}

/** `a + b`, where both are exact. */
export function addRatios(cx: InferContext, dtype: DType, a: Ratio, b: Ratio): Scalar {
  if (!isExact(a) || !isExact(b)) return undefined;
  const same = a.denominator === b.denominator;
  const numerator = attempt(() =>
    same ? add(a.numerator, b.numerator) : add(mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)),
  );
  const denominator = same ? a.denominator : attempt(() => mul(a.denominator, b.denominator));
  return ratioElement(cx, dtype, { numerator, denominator }, [a, b]);
}

/** `-a`. */
export function negateRatio(a: Ratio): Ratio {
  return makeRatio(neg(a.numerator), a.denominator, a.limits);
}

/** `a * b`, where both are exact, or one is and the other a power of two; numbers as factors only where they are small fractions. */
export function multiplyRatios(cx: InferContext, dtype: DType, a: Ratio, b: Ratio): Scalar {
  if (!(isExact(a) && isExact(b)) && !isPowerOfTwo(a) && !isPowerOfTwo(b)) return undefined;
  for (const { numerator } of [a, b])
    if (numerator.kind === 'const' && Math.abs(numerator.value) > MAX_MULTIPLIER) return undefined;
  const numerator = attempt(() => mul(a.numerator, b.numerator));
  const denominator = attempt(() => mul(a.denominator, b.denominator));
  return ratioElement(cx, dtype, { numerator, denominator }, [a, b]);
}

function isPowerOfTwo(ratio: Ratio): boolean {
  return (
    isExact(ratio) && ratio.numerator.kind === 'const' && Number.isInteger(Math.log2(Math.abs(ratio.numerator.value)))
  );
}

/** `a / b`, where both are exact and b is known not to be zero. One division rounds once: the quotient stays the nearest float. */
export function divideRatios(cx: InferContext, dtype: DType, a: Ratio, b: Ratio): Scalar {
  if (!isExact(a) || !isExact(b)) return undefined;
  const { min, max } = cx.facts.range(b.numerator);
  if (max <= -1) return divideRatios(cx, dtype, negateRatio(a), negateRatio(b));
  if (min < 1) return undefined;
  const numerator = attempt(() => mul(a.numerator, b.denominator));
  const denominator = attempt(() => mul(a.denominator, b.numerator));
  return ratioElement(cx, dtype, { numerator, denominator }, [a, b]);
}

/**
 * The integer that rounding a ratio gives.
 *
 * A quotient n/d of integers up to 2^p that is no integer keeps at least 1/d from the next one, and rounding to p bits moves it by
 * less than n/d * 2^-p <= 1/d: floor and ceiling of the float are those of the ratio.
 */
export function roundRatio(
  ratio: Ratio,
  round: (numerator: Dim, denominator: Dim) => Dim | undefined,
): Dim | undefined {
  return isWhole(ratio) ? ratio.numerator : attempt(() => round(ratio.numerator, ratio.denominator));
}

/** States the limits of a ratio that becomes an integer or decides a comparison; false where one cannot hold. */
export function stateLimits(cx: InferContext, ratio: Ratio): boolean {
  return ratio.limits.every(({ dim, max }) => stateWithin(cx, dim, max));
}

/** The ratio that a dim or float element is, simplified. */
export function simplified(cx: InferContext, element: Scalar): Ratio | undefined {
  const ratio = toRatio(element);
  if (!ratio) return undefined;
  const numerator = cx.facts.simplify(ratio.numerator);
  const denominator = cx.facts.simplify(ratio.denominator);
  return numerator === ratio.numerator && denominator === ratio.denominator
    ? ratio
    : makeRatio(numerator, denominator, ratio.limits);
}
