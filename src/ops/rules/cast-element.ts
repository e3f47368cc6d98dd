// Conversion of known elements between element types.
import { constant } from '../../dim/dim.ts';
import { dimOf, intOf, intScalar, type Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { equalElements } from './compare-elements.ts';
import { conditionDim, isNonZero } from './condition.ts';
import { roundTo, truncateFloat } from './float-elements.ts';
import { fitted, wrap } from './integer-elements.ts';
import { isExact, ratioElement, simplified } from './ratio.ts';

/** An element of type `from` cast to `to`; undefined where the result is not known, strings and narrow floats included. */
export function castElement(cx: InferContext, element: Scalar, from: DType, to: DType): Scalar {
  if (element === undefined || from === to) return element;
  if (to === 'bool') return castToBool(cx, element);
  if (from === 'bool') return castElement(cx, conditionDim(element), 'int64', to);
  if (isIntegerDType(to)) return castToInteger(cx, element, to);
  return isFloatDType(to) ? castToFloat(cx, element, to) : undefined;
}

function castToBool(cx: InferContext, element: Scalar): Scalar {
  const isWhole = typeof element !== 'number';
  const zero = equalElements(cx, element, isWhole ? constant(0) : 0);
  if (zero !== undefined) return !zero;
  const dim = dimOf(element);
  return dim && isNonZero(cx, cx.facts.simplify(dim));
}

function castToInteger(cx: InferContext, element: Scalar, to: DType): Scalar {
  const value = intOf(element);
  if (value !== undefined) return wrap(to, BigInt(value));
  const dim = dimOf(element);
  if (dim) return fitted(cx, to, cx.facts.simplify(dim));
  const truncated = truncateFloat(cx, element);
  if (typeof truncated === 'object') return fitted(cx, to, truncated);
  // A float outside of the integer type's range converts to no defined value.
  if (truncated === undefined || !Number.isSafeInteger(truncated)) return undefined;
  return equalElements(cx, wrap(to, BigInt(truncated)), intScalar(truncated)) ? intScalar(truncated) : undefined;
}

function castToFloat(cx: InferContext, element: Scalar, to: DType): Scalar {
  if (typeof element === 'number') return roundTo(to, element);
  const value = intOf(element);
  if (value !== undefined) return typeof value === 'number' ? roundTo(to, value) : undefined;
  const ratio = simplified(cx, element);
  if (!ratio || !isExact(ratio)) return undefined;
  return ratioElement(cx, to, ratio, [ratio]);
}
