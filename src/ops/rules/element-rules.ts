// Arithmetic on known elements of any type: integers and floats by their own rules.
import type { Scalar } from '../../ir/content.ts';
import { type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import {
  absoluteFloat,
  addFloats,
  divideFloats,
  type FloatRule,
  maxFloats,
  minFloats,
  multiplyFloats,
  negateFloat,
  powerFloats,
  signFloat,
  subtractFloats,
} from './float-elements.ts';
import {
  absoluteInteger,
  addIntegers,
  divideIntegers,
  type IntegerRule,
  maxIntegers,
  minIntegers,
  multiplyIntegers,
  negateInteger,
  powerIntegers,
  signInteger,
  subtractIntegers,
} from './integer-elements.ts';

/** Computes an element of type `dtype` from one. */
export type UnaryRule = (cx: InferContext, dtype: DType, a: Scalar) => Scalar;
/** Computes an element of type `dtype` from two. */
export type BinaryRule = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar) => Scalar;

function binary(integers: IntegerRule, floats: FloatRule): BinaryRule {
  return (cx, dtype, a, b) => (isIntegerDType(dtype) ? integers : floats)(cx, dtype, a, b);
}

function unary(integers: UnaryRule, floats: (cx: InferContext, a: Scalar) => Scalar): UnaryRule {
  return (cx, dtype, a) => {
    if (isIntegerDType(dtype)) return integers(cx, dtype, a);
    return isFloatDType(dtype) ? floats(cx, a) : undefined;
  };
}

/** `a + b`. */
export const addElements: BinaryRule = binary(addIntegers, addFloats);
/** `a - b`. */
export const subtractElements: BinaryRule = binary(subtractIntegers, subtractFloats);
/** `a * b`. */
export const multiplyElements: BinaryRule = binary(multiplyIntegers, multiplyFloats);
/** `a / b`, integers truncated toward zero. */
export const divideElements: BinaryRule = binary(divideIntegers, divideFloats);
/** `min(a, b)`. */
export const minElements: BinaryRule = binary(minIntegers, minFloats);
/** `max(a, b)`. */
export const maxElements: BinaryRule = binary(maxIntegers, maxFloats);
/** `a` to the power `b`. */
export const powerElements: BinaryRule = binary(powerIntegers, powerFloats);
/** `-a`. */
export const negateElement: UnaryRule = unary(negateInteger, negateFloat);
/** `|a|`. */
export const absoluteElement: UnaryRule = unary(absoluteInteger, absoluteFloat);
/** -1, 0 or 1. */
export const signElement: UnaryRule = unary(signInteger, signFloat);
