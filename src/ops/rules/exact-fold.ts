// Sums and products of many elements where the order in which a runtime takes them does not matter.
import { intOf, type Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { BinaryRule } from './element-rules.ts';
import { wrap } from './integer-elements.ts';
import { exactUpTo } from './ratio.ts';

/** A rule on elements, and on numbers without a bound. */
export interface Fold {
  readonly rule: BinaryRule;
  readonly exact: (a: bigint, b: bigint) => bigint;
  /** Whether floats are rounded, so that their order matters; yes by default, no for the greatest and the least. */
  readonly rounds?: boolean;
}

/**
 * The rule where its result is exact. Integers that overflow in a fold end at the type's ends or anywhere (ONNX Runtime 1.30); of
 * floats only integers below the bound of exactness are followed, because the rounding of others depends on their order.
 */
export function exactFold({ rule, exact, rounds = true }: Fold): BinaryRule {
  return (cx, dtype, a, b) => {
    if (isFloatDType(dtype)) {
      const value = rule(cx, dtype, a, b);
      return !rounds || isExactIn(dtype, [a, b, value]) ? value : undefined;
    }
    if (!isIntegerDType(dtype)) return undefined;
    const [left, right] = [intOf(a), intOf(b)];
    if (left === undefined || right === undefined) return rule(cx, dtype, a, b);
    const value = exact(BigInt(left), BigInt(right));
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
