// Elementwise operators of one input: `[d0, ..., dn] -> [d0, ..., dn]`.

import { intScalar } from '../../ir/content.ts';
import { isIntegerDType } from '../../ir/dtype.ts';
import type { OperatorRow } from '../../ir/operator.ts';
import { notCondition } from '../rules/condition.ts';
import { absoluteElement, maxElements, negateElement, signElement } from '../rules/element-rules.ts';
import { unaryRow } from '../rules/elementwise-row.ts';
import { ceilFloat, divideFloats, floorFloat, roundFloat, squareRoot } from '../rules/float-elements.ts';
import { xorBits } from '../rules/integer-elements.ts';

/** The family: name (since-version) and formula of each row. */
export const UNARY_ROWS: readonly OperatorRow[] = [
  // Abs (1): |x|
  unaryRow('Abs', {
    element: absoluteElement,
    examples: [{ inputs: ['int64[3] = [-2, s, s - 5]'], outputs: ['int64[3] = [2, s, max(s - 5, 5 - s)]'] }],
  }),
  // Neg (1): -x
  unaryRow('Neg', {
    element: negateElement,
    examples: [{ inputs: ['int64[2] = [s, -5]'], outputs: ['int64[2] = [-s, 5]'] }],
  }),
  // Sign (9): -1, 0 or 1
  unaryRow('Sign', {
    element: signElement,
    examples: [{ inputs: ['int64[3] = [s, -5, s - 1]'], outputs: ['int64[3] = [1, -1, min(s - 1, 1)]'] }],
  }),
  // Floor (1), Ceil (1): the integer below, above
  unaryRow('Floor', {
    element: (cx, _, a) => floorFloat(cx, a),
    examples: [{ inputs: ['float32[2] = [2.5, -2.5]'], outputs: ['float32[2] = [2, -3]'] }],
  }),
  unaryRow('Ceil', {
    element: (cx, _, a) => ceilFloat(cx, a),
    examples: [{ inputs: ['float32[2] = [2.5, -2.5]'], outputs: ['float32[2] = [3, -2]'] }],
  }),
  // Round (11): the nearest integer, ties to even
  unaryRow('Round', {
    element: (cx, dtype, a) => roundFloat(cx, dtype, a),
    examples: [{ inputs: ['float32[4] = [2.5, 3.5, -1.5, 0.4]'], outputs: ['float32[4] = [2, 4, -2, 0]'] }],
  }),
  // Reciprocal (1): 1 / x
  unaryRow('Reciprocal', {
    element: (cx, dtype, a) => divideFloats(cx, dtype, 1, a),
    examples: [{ inputs: ['float32[1] = [4]'], outputs: ['float32[1] = [0.25]'] }],
  }),
  // Sqrt (1): x^(1/2)
  unaryRow('Sqrt', {
    element: (_, dtype, a) => squareRoot(dtype, a),
    examples: [{ inputs: ['float32[1] = [64]'], outputs: ['float32[1] = [8]'] }],
  }),
  // Relu (1): max(x, 0)
  unaryRow('Relu', {
    element: (cx, dtype, a) => maxElements(cx, dtype, a, isIntegerDType(dtype) ? intScalar(0) : 0),
    examples: [{ inputs: ['int32[2] = [-3, 5]'], outputs: ['int32[2] = [0, 5]'] }],
  }),
  // Not (1): not x
  unaryRow('Not', {
    dtype: 'bool',
    refused: 'float32',
    element: (cx, _, a) => notCondition(cx, a),
    examples: [
      { inputs: ['bool[2] = [true, ?]'], outputs: ['bool[2] = [false, ?]'] },
      { inputs: ['bool[1] = [min(s - 1, 1)]'], outputs: ['bool[1] = [max(2 - s, 0)]'] },
    ],
  }),
  // BitwiseNot (18): ~x
  unaryRow('BitwiseNot', {
    dtype: 'int32',
    refused: 'float32',
    element: (cx, dtype, a) => xorBits(cx, dtype, a, intScalar(-1)),
    examples: [{ inputs: ['int32[2] = [5, -1]'], outputs: ['int32[2] = [-6, 0]'] }],
  }),
  // IsNaN (9), IsInf (10): bool
  unaryRow('IsNaN', { output: 'bool', element: (_, __, a) => (typeof a === 'number' ? Number.isNaN(a) : undefined) }),
  unaryRow('IsInf', { output: 'bool' }),
  // Exp (1): e^x; Log (1): ln x; Erf (9): 2/sqrt(pi) * integral of e^(-t^2) from 0 to x
  unaryRow('Exp'),
  unaryRow('Log'),
  unaryRow('Erf'),
  // Sin, Cos, Tan, Asin, Acos, Atan (7), Sinh, Cosh, Asinh, Acosh, Atanh (9), Tanh (1)
  ...['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh', 'Tanh'].map((name) =>
    unaryRow(name),
  ),
];
