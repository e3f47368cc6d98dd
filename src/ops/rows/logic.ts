// Comparisons and logic of two inputs: `[..., a] op [..., b] -> bool[..., broadcast(a, b)]`.
import type { OperatorExample, OperatorRow } from '../../ir/operator.ts';
import { compareAtMost, compareEqual, compareLess, type OpenComparison } from '../rules/compare-elements.ts';
import { andConditions, orConditions, xorConditions } from '../rules/condition.ts';
import { type BinaryOptions, binaryRow } from '../rules/elementwise-row.ts';

const comparison = (name: string, compare: OpenComparison, example: OperatorExample): OperatorRow =>
  binaryRow(name, {
    output: 'bool',
    element: (cx, _, a, b) => compare(cx, a, b),
    // Equal takes strings since 19.
    refused: name === 'Equal' ? 'complex64' : 'string',
    examples: [example],
  });

const logic = (name: string, element: NonNullable<BinaryOptions['element']>, expected: string): OperatorRow =>
  binaryRow(name, {
    dtype: 'bool',
    refused: 'float32',
    element,
    examples: [{ inputs: ['bool[3] = [true, false, ?]', 'bool[] = true'], outputs: [`bool[3] = ${expected}`] }],
  });

/** The family: name (since-version) and formula of each row. */
export const LOGIC_ROWS: readonly OperatorRow[] = [
  // Equal (1): a == b
  comparison('Equal', compareEqual, {
    inputs: ['int64[4] = [s, s, 3, s + 1]', 'int64[4] = [-1, 1, 3, s]'],
    outputs: ['bool[4] = [false, max(2 - s, 0), true, false]'],
  }),
  // Less (1), LessOrEqual (12): a < b, a <= b
  comparison('Less', compareLess, {
    inputs: ['int64[3] = [0, s, s]', 'int64[3] = [s, s, 5]'],
    outputs: ['bool[3] = [true, false, min(max(5 - s, 0), 1)]'],
  }),
  comparison('LessOrEqual', compareAtMost, {
    inputs: ['int64[3] = [1, s + 1, s]', 'int64[3] = [s, s, 9223372036854775807]'],
    outputs: ['bool[3] = [true, false, true]'],
  }),
  // Greater (1), GreaterOrEqual (12): a > b, a >= b
  comparison('Greater', (cx, a, b) => compareLess(cx, b, a), {
    inputs: ['int64[3] = [s, s, s]', 'int64[3] = [0, s, 1]'],
    outputs: ['bool[3] = [true, false, min(s - 1, 1)]'],
  }),
  comparison('GreaterOrEqual', (cx, a, b) => compareAtMost(cx, b, a), {
    inputs: ['float32[2] = [1.5, 1]', 'float32[2] = [1.5, 2]'],
    outputs: ['bool[2] = [true, false]'],
  }),
  // And, Or, Xor (1)
  logic('And', (cx, _, a, b) => andConditions(cx, a, b), '[true, false, ?]'),
  logic('Or', (cx, _, a, b) => orConditions(cx, a, b), '[true, true, true]'),
  logic('Xor', (cx, _, a, b) => xorConditions(cx, a, b), '[false, true, ?]'),
];
