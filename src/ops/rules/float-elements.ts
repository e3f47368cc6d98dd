// Arithmetic on known float elements: numbers rounded to their type, ratios of sizes kept exact.
import { add, ceilDiv, floorDiv, maxOf, minOf, mul, neg, sub } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { Ratio, Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { attempt } from './integer-elements.ts';
import {
  addRatios,
  divideRatios,
  isExact,
  isWhole,
  multiplyRatios,
  negateRatio,
  ratioElement,
  roundRatio,
  simplified,
  stateLimits,
  whole,
} from './ratio.ts';

/** Computes a float element of type `dtype` from two. */
export type FloatRule = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar) => Scalar;

/**
 * A number rounded to a float type; undefined for types that are not followed. Rounding a float64 result of `+ - * /` and the
 * square root again to float32 gives what float32 arithmetic gives (Figueroa, "When is double rounding innocuous?", 1995).
 */
export function roundTo(dtype: DType, value: number): number | undefined {
  return dtype === 'float32' ? Math.fround(value) : dtype === 'float64' ? value : undefined;
}

function rule(
  exact: (a: number, b: number) => number,
  symbolic: (cx: InferContext, dtype: DType, a: Ratio, b: Ratio) => Scalar,
): FloatRule {
  return (cx, dtype, a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return roundTo(dtype, exact(a, b));
    const [left, right] = [simplified(cx, a), simplified(cx, b)];
    return left && right && symbolic(cx, dtype, left, right);
  };
}

/** `a + b`. */
export const addFloats: FloatRule = rule((a, b) => a + b, addRatios);
/** `a - b`. */
export const subtractFloats: FloatRule = rule(
  (a, b) => a - b,
  (cx, dtype, a, b) => addRatios(cx, dtype, a, negateRatio(b)),
);
/** `a * b`. */
export const multiplyFloats: FloatRule = rule((a, b) => a * b, multiplyRatios);
/** `a / b`. */
export const divideFloats: FloatRule = rule((a, b) => a / b, divideRatios);

function choice(pick: (...dims: Dim[]) => Dim) {
  return (cx: InferContext, dtype: DType, a: Ratio, b: Ratio): Scalar => {
    if (!isExact(a) || !isExact(b)) return undefined;
    const same = a.denominator === b.denominator;
    const numerator = attempt(() =>
      cx.facts.simplify(
        same ? pick(a.numerator, b.numerator) : pick(mul(a.numerator, b.denominator), mul(b.numerator, a.denominator)),
      ),
    );
    const denominator = same ? a.denominator : attempt(() => mul(a.denominator, b.denominator));
    return ratioElement(cx, dtype, { numerator, denominator }, [a, b]);
  };
}

/** `min(a, b)`. */
export const minFloats: FloatRule = rule(Math.min, choice(minOf));
/** `max(a, b)`. */
export const maxFloats: FloatRule = rule(Math.max, choice(maxOf));

/** `a` to the power `b`, for exponents whose powers are exact steps: 0.5, 1 and 2. */
export const powerFloats: FloatRule = (cx, dtype, a, b) => {
  if (b === 1) return a;
  if (b === 2) return multiplyFloats(cx, dtype, a, a);
  if (b === 0.5 && typeof a === 'number') return squareRoot(dtype, a);
  return undefined;
};

/** The square root of a number. */
export function squareRoot(dtype: DType, a: Scalar): Scalar {
  return typeof a === 'number' ? roundTo(dtype, Math.sqrt(a)) : undefined;
}

/** `-a`. */
export function negateFloat(cx: InferContext, a: Scalar): Scalar {
  if (typeof a === 'number') return -a;
  const ratio = simplified(cx, a);
  return ratio && negateRatio(ratio);
}

/** `|a|`, where the sign of a ratio is known. */
export function absoluteFloat(cx: InferContext, a: Scalar): Scalar {
  if (typeof a === 'number') return Math.abs(a);
  const ratio = simplified(cx, a);
  if (!ratio) return undefined;
  const { min, max } = cx.facts.range(ratio.numerator);
  return min >= 0 ? ratio : max <= 0 ? negateRatio(ratio) : undefined;
}

/** -1, 0 or 1, where the sign is known. */
export function signFloat(cx: InferContext, a: Scalar): Scalar {
  if (typeof a === 'number') return Math.sign(a);
  const ratio = simplified(cx, a);
  if (!ratio) return undefined;
  const { min, max } = cx.facts.range(ratio.numerator);
  return min >= 1 ? 1 : max <= -1 ? -1 : undefined;
}

/** The greatest integer that is not above `a`. */
export function floorFloat(cx: InferContext, a: Scalar): Scalar {
  return typeof a === 'number' ? Math.floor(a) : rounded(cx, a, floorDiv);
}

/** The least integer that is not below `a`. */
export function ceilFloat(cx: InferContext, a: Scalar): Scalar {
  return typeof a === 'number' ? Math.ceil(a) : rounded(cx, a, ceilDiv);
}

/** The nearest integer, ties to even. */
export function roundFloat(cx: InferContext, dtype: DType, a: Scalar): Scalar {
  if (typeof a === 'number') {
    const below = Math.floor(a);
    if (a - below !== 0.5) return Math.round(a);
    return below % 2 === 0 ? below : below + 1;
  }
  const ratio = simplified(cx, a);
  if (!ratio || isWhole(ratio)) return ratio;
  const doubled = attempt(() => mul(2, ratio.numerator));
  // A rounded float keeps off the tie only as long as twice the numerator is exact, see roundRatio.
  const from = isExact(ratio) ? ratio : doubled && ratioElement(cx, dtype, { ...ratio, numerator: doubled }, [ratio]);
  if (typeof from !== 'object' || from.kind !== 'ratio') return undefined;
  const dim = attempt(() => nearest(ratio.numerator, ratio.denominator));
  return dim && whole(cx.facts.simplify(dim), from.limits);
}

/**
 * `n / d` rounded to the nearest integer, ties to even: `(2*n + d) // (2*d)` rounds ties up, and up is odd where `n` is `d/2` more
 * than an even multiple of `d`, which for an odd `d` does not happen.
 */
function nearest(n: Dim, d: Dim): Dim | undefined {
  const up = floorDiv(add(mul(2, n), d), mul(2, d));
  if (d.kind !== 'const') return undefined;
  if (d.value % 2 !== 0) return up;
  const past = sub(n, d.value / 2);
  return add(up, floorDiv(sub(past, 1), 2 * d.value), neg(floorDiv(past, 2 * d.value)));
}

function rounded(cx: InferContext, a: Scalar, round: (numerator: Dim, denominator: Dim) => Dim | undefined): Scalar {
  const ratio = simplified(cx, a);
  const dim = ratio && roundRatio(ratio, round);
  return dim && whole(dim, ratio.limits);
}

/** The integer that a cast truncates `a` to; its limits are stated. */
export function truncateFloat(cx: InferContext, a: Scalar): Dim | number | undefined {
  if (typeof a === 'number') return Number.isFinite(a) ? Math.trunc(a) : undefined;
  const ratio = simplified(cx, a);
  if (!ratio) return undefined;
  const { min, max } = cx.facts.range(ratio.numerator);
  const round = min >= 0 ? floorDiv : max <= 0 ? ceilDiv : () => undefined;
  const dim = roundRatio(ratio, round);
  return dim && stateLimits(cx, ratio) ? dim : undefined;
}
