// Sums and products of many elements where the order in which a runtime takes them does not matter.
import { intOf, intScalar, type Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { absoluteElement, type BinaryRule, multiplyElements, type UnaryRule } from './element-rules.ts';
import { divideFloats, squareRoot } from './float-elements.ts';
import { divideIntegers, wrap } from './integer-elements.ts';
import { exactUpTo } from './ratio.ts';

/** A rule on elements, and on numbers without a bound. */
export interface Fold {
  readonly rule: BinaryRule;
  readonly exact: (a: bigint, b: bigint) => bigint;
  /** Whether floats are rounded, so that their order matters; yes by default, no for the greatest and the least. */
  readonly rounds?: boolean;
  /** The type in which a runtime folds integers, so that they are exact up to 2^53 only; their own by default. */
  readonly within?: 'float64';
}

/**
 * The rule where its result is exact. Integers that overflow in a fold end at the type's ends or anywhere (ONNX Runtime 1.30); of
 * floats only integers below the bound of exactness are followed, because the rounding of others depends on their order.
 */
export function exactFold({ rule, exact, rounds = true, within }: Fold): BinaryRule {
  return (cx, dtype, a, b) => {
    if (isFloatDType(dtype)) {
      const value = rule(cx, dtype, a, b);
      return !rounds || isExactIn(dtype, [a, b, value]) ? value : undefined;
    }
    if (!isIntegerDType(dtype)) return undefined;
    const [left, right] = [intOf(a), intOf(b)];
    if (left === undefined || right === undefined) return rule(cx, dtype, a, b);
    const value = exact(BigInt(left), BigInt(right));
    if (within && !(isSafe(left) && isSafe(right) && isSafe(value))) return undefined;
    const wrapped = wrap(dtype, value);
    return typeof wrapped === 'object' && intOf(wrapped) === Number(value) ? wrapped : undefined;
  };
}

function isExactIn(dtype: DType, elements: readonly Scalar[]): boolean {
  const most = Math.min(exactUpTo(dtype), Number.MAX_SAFE_INTEGER);
  return elements.every(
    (element) => typeof element !== 'number' || (Number.isInteger(element) && Math.abs(element) <= most),
  );
}

const isSafe = (value: number | bigint): boolean => Number.isSafeInteger(Number(value));

const squared = exactFold({ rule: multiplyElements, exact: (a, b) => a * b, within: 'float64' });

/** `x^2`, where it is exact. */
export const squareOf: UnaryRule = (cx, dtype, a) => squared(cx, dtype, a, a);

/** `|x|`; undefined for the least integer of a type, which has none. */
export const magnitudeOf: UnaryRule = (cx, dtype, a) => {
  const magnitude = absoluteElement(cx, dtype, a);
  const value = intOf(magnitude);
  return value !== undefined && (value < 0 || !isSafe(value)) ? undefined : magnitude;
};

/** A sum over the number of its elements; ONNX Runtime divides integers in float64 and rounds toward zero. */
export const meanOf = (cx: InferContext, dtype: DType, sum: Scalar, count: number): Scalar => {
  if (isFloatDType(dtype)) return divideFloats(cx, dtype, sum, count);
  return typeof sum === 'bigint' ? undefined : divideIntegers(cx, dtype, sum, intScalar(count));
};

/** The root of a sum of squares; ONNX Runtime rounds that of integers toward zero, of sizes it is no polynomial. */
export const rootOf = (_cx: InferContext, dtype: DType, sum: Scalar): Scalar => {
  if (isFloatDType(dtype)) return squareRoot(dtype, sum);
  const value = intOf(sum);
  // Up to 2^50 the float64 root of k^2 - 1 lies below k: they are 1/(2k) apart, which is more than the rounding.
  if (typeof value !== 'number' || value < 0 || value > 2 ** 50) return undefined;
  return intScalar(Math.floor(Math.sqrt(value)));
};

/** How far a logarithm must lie from an integer to be rounded as its float is. */
const MARGIN = 1e-3;

/** The logarithm of a sum: 0 of 1, and of integers the number below it where a float can tell it. */
export const logarithmOf = (_cx: InferContext, dtype: DType, sum: Scalar): Scalar => {
  if (isFloatDType(dtype)) return sum === 1 ? 0 : undefined;
  const value = intOf(sum);
  if (typeof value !== 'number' || value < 1) return undefined;
  const logarithm = Math.log(value);
  const below = Math.floor(logarithm);
  const isClear = logarithm - below > MARGIN && below + 1 - logarithm > MARGIN;
  return value === 1 || isClear ? intScalar(below) : undefined;
};
