// Recurrent layers: RNN, LSTM and GRU.
import { mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { recurrentCost } from '../costs/recurrent.ts';

const DIRECTIONS: Readonly<Record<string, number>> = { forward: 1, reverse: 1, bidirectional: 2 };

/** The directions that `direction` names: 1 or 2. */
export function directionsOf(cx: InferContext): number {
  const direction = cx.string('direction', 'forward');
  // GRU-1's default is recorded as `foward`.
  const count = direction === 'foward' ? 1 : DIRECTIONS[direction];
  if (count !== undefined) return count;
  return cx.fail(
    'ATTRIBUTE_INVALID',
    `${cx.op}: direction must be forward, reverse or bidirectional, got ${direction}`,
    {
      expected: Object.keys(DIRECTIONS).join(', '),
      actual: direction,
    },
  );
}

/** What all inputs of a recurrent layer agree on. */
interface Recurrence {
  readonly length: Dim;
  readonly batch: Dim;
  readonly hidden: Dim;
  readonly directions: number;
  readonly batchFirst: boolean;
}

/**
 * Reads X, W, R and `hidden_size` and requires what the other inputs must have.
 *
 * @param transposed whether the weights have the gates as their last axis, not axis 1; no by default
 */
function recur(cx: InferContext, gates: number, transposed = false): Recurrence | undefined {
  const batchFirst = cx.int('layout', 0) !== 0;
  const directions = directionsOf(cx);
  const x = cx.ranked(0, 3);
  const w = cx.ranked(1, 3);
  const r = cx.ranked(2, 3);
  const [length, batch] = batchFirst ? [x[1], x[0]] : [x[0], x[1]];
  const declared = cx.int('hidden_size');
  const hidden = declared === undefined ? r[transposed ? 1 : 2] : constant(declared);
  if (!length || !batch || !hidden || !w[1] || !r[1]) return undefined;
  cx.unifyAxes({ input: 0, axis: 2 }, { input: 1, axis: transposed ? 1 : 2 }, 'input features');
  const weights = (inner: Dim | undefined): (Dim | undefined)[] =>
    transposed ? [constant(directions), inner, mul(gates, hidden)] : [constant(directions), mul(gates, hidden), inner];
  requireSizes(cx, 1, weights(undefined));
  requireSizes(cx, 2, weights(hidden));
  if (cx.has(3)) requireSizes(cx, 3, [constant(directions), mul(2 * gates, hidden)]);
  if (cx.has(4)) requireSizes(cx, 4, [batch]);
  const state = batchFirst ? [batch, constant(directions), hidden] : [constant(directions), batch, hidden];
  for (const i of [5, 6]) if (cx.has(i)) requireSizes(cx, i, state);
  if (cx.has(7)) requireSizes(cx, 7, [constant(directions), mul(3, hidden)]);
  return { length, batch, hidden, directions, batchFirst };
}

/** Requires the sizes of input `i`; undefined leaves an axis free. */
function requireSizes(cx: InferContext, i: number, sizes: readonly (Dim | undefined)[]): void {
  cx.ranked(i, sizes.length).forEach((dim, axis) => {
    const size = sizes[axis];
    if (size) cx.unify(size, dim, `expected size and ${cx.inputName(i)} axis ${axis}`);
  });
}

/** What differs between recurrent layers. */
export interface Cell {
  readonly gates: number;
  /** The number of final states. */
  readonly states: number;
  /** Whether the weights have the gates as their last axis; no by default. */
  readonly transposed?: boolean;
}

/** The types of a recurrent layer: all its outputs, then its final states. */
export function recurrentTypes(cx: InferContext, { gates, states, transposed }: Cell): readonly ValueType[] {
  const found = recur(cx, gates, transposed);
  if (!found) return [];
  const { length, batch, hidden, directions, batchFirst } = found;
  const y = batchFirst ? [batch, length, directions, hidden] : [length, directions, batch, hidden];
  const state = cx.tensor(batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
  return [cx.tensor(y), ...Array.from({ length: states }, () => state)];
}

/** A recurrent layer; `states` counts its final states. */
function recurrent(name: string, gates: number, states: number, examples: readonly OperatorExample[]): OperatorRow {
  return { name, cost: recurrentCost(gates), infer: (cx) => recurrentTypes(cx, { gates, states }), examples };
}

/**
 * RNN (since 1): `H = f(X W^T + H R^T + b)`.
 * X `[s, n, i]`, W `[dirs, h, i]`, R `[dirs, h, h]`, B `[dirs, 2*h]`, initial_h `[dirs, n, h]` -> Y `[s, dirs, n, h]`, Y_h `[dirs, n, h]`;
 * with layout 1 (since 14) X `[n, s, i]`, Y `[n, s, dirs, h]`, states `[n, dirs, h]`.
 */
const RNN = recurrent('RNN', 1, 1, [
  {
    inputs: ['float32[s, n, 10]', 'float32[1, 20, 10]', 'float32[1, 20, 20]', 'float32[1, 40]'],
    attributes: { hidden_size: 20 },
    outputs: ['float32[s, 1, n, 20]', 'float32[1, n, 20]'],
  },
  {
    inputs: ['float32[n, s, 10]', 'float32[2, 20, 10]', 'float32[2, 20, 20]'],
    attributes: { layout: 1, direction: 'bidirectional' },
    outputs: ['float32[n, s, 2, 20]', 'float32[n, 2, 20]'],
  },
  { inputs: ['float32[3, 2, 9]', 'float32[1, 20, 10]', 'float32[1, 20, 20]'], fails: 'SHAPE_MISMATCH' },
  {
    inputs: ['float32[3, 2, 10]', 'float32[1, 20, 10]', 'float32[1, 20, 20]'],
    attributes: { direction: 'both' },
    fails: 'ATTRIBUTE_INVALID',
  },
]);

/** LSTM (since 1): input, output, forget and cell gate, hence W `[dirs, 4*h, i]`; P `[dirs, 3*h]`; also Y_c `[dirs, n, h]`. */
const LSTM = recurrent('LSTM', 4, 2, [
  {
    inputs: [
      'float32[s, n, i]',
      'float32[1, 80, 10]',
      'float32[1, 80, 20]',
      null,
      'int32[n]',
      'float32[1, n, 20]',
      'float32[1, n, 20]',
      'float32[1, 60]',
    ],
    attributes: { hidden_size: 20 },
    outputs: ['float32[s, 1, n, 20]', 'float32[1, n, 20]', 'float32[1, n, 20]'],
    constraints: ['i == 10'],
  },
  {
    inputs: ['float32[3, 2, 10]', 'float32[1, 60, 10]', 'float32[1, 80, 20]'],
    attributes: { hidden_size: 20 },
    fails: 'SHAPE_MISMATCH',
  },
  { inputs: ['float32[2, 10]', 'float32[1, 80, 10]', 'float32[1, 80, 20]'], fails: 'RANK_MISMATCH' },
]);

/** GRU (since 1): update, reset and hidden gate, hence W `[dirs, 3*h, i]`, B `[dirs, 6*h]`. */
const GRU = recurrent('GRU', 3, 1, [
  {
    inputs: ['float32[s, n, 10]', 'float32[2, 60, 10]', 'float32[2, 60, 20]', 'float32[2, 120]'],
    attributes: { hidden_size: 20, direction: 'bidirectional' },
    outputs: ['float32[s, 2, n, 20]', 'float32[2, n, 20]'],
  },
  {
    inputs: ['float32[3, 2, 10]', 'float32[1, 60, 10]', 'float32[1, 60, 20]'],
    attributes: { hidden_size: 20, direction: 'bidirectional' },
    fails: 'SHAPE_MISMATCH',
  },
]);

/** The family. */
export const RECURRENT_ROWS: readonly OperatorRow[] = [RNN, LSTM, GRU];
