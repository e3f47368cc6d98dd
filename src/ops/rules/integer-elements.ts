// Arithmetic on known integer elements: dims where they are sizes, wrapped machine integers where they are numbers.
import { isDimwiseError } from '../../base/errors.ts';
import { add, floorDiv, maxOf, minOf, mod, mul, neg, sub } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import { dimOf, intOf, intScalar, type Scalar } from '../../ir/content.ts';
import { DTYPES, type DType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';

/** Computes an integer element of type `dtype` from two. */
export type IntegerRule = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar) => Scalar;

/** An integer taken modulo 2^bits into the range of its type, as machine arithmetic does. */
export function wrap(dtype: DType, value: bigint): Scalar {
  const { bits, kind } = DTYPES[dtype];
  return intScalar(kind === 'uint' ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value));
}

/**
 * A size as an element of an integer type: itself in 64 bits (sizes stay below 2^53); in fewer bits the range is stated where
 * it is not known; undefined where an unsigned type might wrap a negative one.
 */
export function fitted(cx: InferContext, dtype: DType, dim: Dim): Scalar {
  if (dim.kind === 'const') return wrap(dtype, BigInt(dim.value));
  const { bits, kind } = DTYPES[dtype];
  const { min, max } = cx.facts.range(dim);
  if (kind === 'uint' && !(min >= 0)) return undefined;
  if (bits >= 64) return dim;
  const most = 2 ** (kind === 'uint' ? bits : bits - 1) - 1;
  return (min >= -most && max <= most) || stateWithin(cx, dim, most) ? dim : undefined;
}

/** Records the limit `-most <= dim <= most`; false where that cannot be. */
export function stateWithin(cx: InferContext, dim: Dim, most: number): boolean {
  const origins = cx.node.origin ? [cx.node.origin] : [];
  const answer = cx.facts.limit({ kind: 'range', dim, min: -most, max: most, origins });
  return answer === 'true' || answer === 'unknown';
}

/** Dim arithmetic that gives up where a size would pass 2^53 or has no value. */
export function attempt(compute: () => Dim | undefined): Dim | undefined {
  try {
    return compute();
  } catch (error) {
    if (isDimwiseError(error)) return undefined;
    throw error;
  }
}

/** Makes a rule of the arithmetic on numbers and that on dims. */
function rule(
  exact: (a: bigint, b: bigint) => bigint | undefined,
  symbolic: (cx: InferContext, a: Dim, b: Dim) => Dim | undefined,
): IntegerRule {
  return (cx, dtype, a, b) => {
    const [left, right] = [intOf(a), intOf(b)];
    if (left !== undefined && right !== undefined) {
      const value = exact(BigInt(left), BigInt(right));
      return value === undefined ? undefined : wrap(dtype, value);
    }
    const [x, y] = [dimOf(a), dimOf(b)];
    const dim = x && y && attempt(() => symbolic(cx, cx.facts.simplify(x), cx.facts.simplify(y)));
    return dim && fitted(cx, dtype, dim);
  };
}

const product = rule(
  (a, b) => a * b,
  (_, a, b) => mul(a, b),
);
const isZero = (element: Scalar): boolean => intOf(element) === 0;

/** `a + b`. */
export const addIntegers: IntegerRule = rule(
  (a, b) => a + b,
  (_, a, b) => add(a, b),
);
/** `a - b`. */
export const subtractIntegers: IntegerRule = rule(
  (a, b) => a - b,
  (_, a, b) => sub(a, b),
);
/** `a * b`; zero whatever the other is. */
export const multiplyIntegers: IntegerRule = (cx, dtype, a, b) =>
  isZero(a) ? a : isZero(b) ? b : product(cx, dtype, a, b);

/** ONNX Div of integers, which truncates toward zero: a floor division where the signs are known. */
export const divideIntegers: IntegerRule = rule(
  (a, b) => (b === 0n ? undefined : a / b),
  (cx, a, b) => {
    const { min, max } = cx.facts.range(b);
    if (min >= 1) return truncated(cx, a, b);
    return max <= -1 ? neg(truncated(cx, a, neg(b))) : undefined;
  },
);

/** `a / b` rounded toward zero, for `b >= 1`. */
function truncated(cx: InferContext, a: Dim, b: Dim): Dim {
  const { min, max } = cx.facts.range(a);
  if (min >= 0) return floorDiv(a, b);
  if (max <= 0) return neg(floorDiv(neg(a), b));
  return sub(floorDiv(maxOf(a, 0), b), floorDiv(maxOf(neg(a), 0), b));
}

/** An integer below 2^53 in magnitude; undefined for greater ones. */
function safeOnly(value: bigint): bigint | undefined {
  return Number.isSafeInteger(Number(value)) ? value : undefined;
}

/** ONNX Mod with fmod = 0: the sign of the divisor, as Python's `%`. */
export const floorModulo: IntegerRule = rule(
  (a, b) => (b === 0n ? undefined : ((a % b) + b) % b),
  (cx, a, b) => (nonZero(cx, b) ? mod(a, b) : undefined),
);

/** ONNX Mod with fmod = 1: the sign of the dividend, as C's `fmod`, which is computed in float64: exact below 2^53. */
export const truncatedModulo: IntegerRule = rule(
  (a, b) => (b === 0n || safeOnly(a) === undefined || safeOnly(b) === undefined ? undefined : a % b),
  (cx, a, b) => {
    if (cx.facts.range(b).min < 1) return undefined;
    return cx.facts.range(a).min >= 0 ? mod(a, b) : sub(a, mul(b, truncated(cx, a, b)));
  },
);

function nonZero(cx: InferContext, dim: Dim): boolean {
  const { min, max } = cx.facts.range(dim);
  return min >= 1 || max <= -1;
}

/** The smaller or the greater one; sizes stay below 2^53, so a number beyond that always decides. */
function choice(pick: (a: Dim, b: Dim) => Dim, takesLeft: (a: bigint, b: bigint) => boolean): IntegerRule {
  const plain = rule(
    (a, b) => (takesLeft(a, b) ? a : b),
    (cx, a, b) => cx.facts.simplify(pick(a, b)),
  );
  return (cx, dtype, a, b) => {
    if (typeof a === 'bigint' && typeof b === 'object') return takesLeft(a, 0n) ? a : b;
    if (typeof b === 'bigint' && typeof a === 'object') return takesLeft(b, 0n) ? b : a;
    return plain(cx, dtype, a, b);
  };
}

/** `min(a, b)`. */
export const minIntegers: IntegerRule = choice(
  (a, b) => minOf(a, b),
  (a, b) => a <= b,
);
/** `max(a, b)`. */
export const maxIntegers: IntegerRule = choice(
  (a, b) => maxOf(a, b),
  (a, b) => a >= b,
);

/** `a` to the power `b`, for a small known exponent; runtimes compute it in float64, which is exact below 2^53. */
export const powerIntegers: IntegerRule = rule(
  (a, b) => (b < 0n || b > 64n ? undefined : safeOnly(a ** b)),
  (_, a, b) =>
    b.kind === 'const' && b.value >= 0 && b.value <= 8 ? mul(...Array.from({ length: b.value }, () => a)) : undefined,
);

/** Bits of numbers; of sizes they say nothing. */
const onBits = (exact: (a: bigint, b: bigint) => bigint): IntegerRule => rule(exact, () => undefined);
/** `a & b`. */
export const andBits: IntegerRule = onBits((a, b) => a & b);
/** `a | b`. */
export const orBits: IntegerRule = onBits((a, b) => a | b);
/** `a ^ b`. */
export const xorBits: IntegerRule = onBits((a, b) => a ^ b);

/** `-a`. */
export function negateInteger(cx: InferContext, dtype: DType, a: Scalar): Scalar {
  return subtractIntegers(cx, dtype, intScalar(0), a);
}

/** `|a|`. */
export function absoluteInteger(cx: InferContext, dtype: DType, a: Scalar): Scalar {
  const value = intOf(a);
  if (value !== undefined) return value < 0 ? negateInteger(cx, dtype, a) : a;
  const dim = dimOf(a);
  const magnitude = dim && attempt(() => cx.facts.simplify(maxOf(dim, neg(dim))));
  return magnitude && fitted(cx, dtype, magnitude);
}

/** -1, 0 or 1. */
export function signInteger(cx: InferContext, _dtype: DType, a: Scalar): Scalar {
  const value = intOf(a);
  if (value !== undefined) return intScalar(value > 0 ? 1 : value < 0 ? -1 : 0);
  const dim = dimOf(a);
  return dim && attempt(() => cx.facts.simplify(minOf(maxOf(dim, -1), 1)));
}
