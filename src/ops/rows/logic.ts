// Comparisons and logic of two inputs: `[..., a] op [..., b] -> bool[..., broadcast(a, b)]`.
import type { OperatorExample, OperatorRow } from '../../ir/operator.ts';
import {
  andElements,
  atMostElements,
  type Comparison,
  equalElements,
  lessElements,
  orElements,
  xorElements,
} from '../rules/compare-elements.ts';
import { type BinaryOptions, binaryRow } from '../rules/elementwise-row.ts';

const comparison = (name: string, compare: Comparison, example: OperatorExample): OperatorRow =>
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
  comparison('Equal', equalElements, {
    inputs: ['int64[4] = [s, s, 3, s + 1]', 'int64[4] = [-1, 1, 3, s]'],
    outputs: ['bool[4] = [false, ?, true, false]'],
  }),
  // Less (1), LessOrEqual (12): a < b, a <= b
  comparison('Less', lessElements, {
    inputs: ['int64[3] = [0, s, s]', 'int64[3] = [s, s, 5]'],
    outputs: ['bool[3] = [true, false, ?]'],
  }),
  comparison('LessOrEqual', atMostElements, {
    inputs: ['int64[3] = [1, s + 1, s]', 'int64[3] = [s, s, 9223372036854775807]'],
    outputs: ['bool[3] = [true, false, true]'],
  }),
  // Greater (1), GreaterOrEqual (12): a > b, a >= b
  comparison('Greater', (cx, a, b) => lessElements(cx, b, a), {
    inputs: ['int64[3] = [s, s, s]', 'int64[3] = [0, s, 1]'],
    outputs: ['bool[3] = [true, false, ?]'],
  }),
  comparison('GreaterOrEqual', (cx, a, b) => atMostElements(cx, b, a), {
    inputs: ['float32[2] = [1.5, 1]', 'float32[2] = [1.5, 2]'],
    outputs: ['bool[2] = [true, false]'],
  }),
  // And, Or, Xor (1)
  logic('And', (_, __, a, b) => andElements(a, b), '[true, false, ?]'),
  logic('Or', (_, __, a, b) => orElements(a, b), '[true, true, true]'),
  logic('Xor', (_, __, a, b) => xorElements(a, b), '[false, true, ?]'),
];
