// Cells: layers that do one step of a recurrence, from an input and a state to an output and the next state.

import { op } from '../../build/op.ts';
import { constant } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { type AnyLayer, defineLayer, isLayer, type Layer, type LayerCall, type Parameters } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';

const CELL = Symbol.for('dimwise.cell');

/** The state of a cell: its values in order, such as `[h, c]`. */
export type CellState = readonly Value[];

/** What one step gives. */
export interface CellStep<S extends CellState = CellState> {
  /** What the layers behind see; the hidden state, where a cell says nothing else. */
  readonly output: Value;
  /** The state for the next step. */
  readonly state: S;
}

/** What combinations of cells need to know of one. */
export interface CellFacts {
  /** The number of values in the state. */
  readonly states: number;
  /** A state of zeros for the input of one step. */
  readonly zeroState: (x: Value) => CellState;
}

/** A cell: called with the input of one step and a state, which is zeros where left out. */
export type Cell<S extends CellState = CellState> = Layer<[x: Value, state?: CellState | undefined], CellStep<S>> & {
  readonly [CELL]: CellFacts;
};

/** Tells whether something is a cell, also one of another copy of dimwise. */
export function isCell(thing: unknown): thing is Cell {
  return isLayer(thing) && CELL in thing;
}

/** The facts about a cell. */
export function cellFacts(cell: Cell): CellFacts {
  return cell[CELL];
}

/** Makes a layer a cell whose state has as many values as `S`, which `facts` must say too. */
function asCell<S extends CellState>(
  layer: Layer<[x: Value, state?: CellState | undefined], CellStep>,
  facts: CellFacts,
): Cell<S> {
  return Object.assign(layer, { [CELL]: facts } as const) as Cell<S>;
}

/** What a cell of one's own is made of. */
export interface CellSpec<P extends Parameters> extends CellFacts {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly parameters?: P;
  readonly children?: readonly (readonly [string, AnyLayer])[];
  /** One step; the state is there, zeros where the call gave none. */
  readonly apply: (call: LayerCall<P>, x: Value, state: CellState) => CellStep;
}

/**
 * Makes a cell: a layer that {@link recurrent} repeats, and that the combinations of cells take.
 *
 * @throws LAYER_ARGUMENT when the name is empty or has a dot; at the call when a state has another number of values than `states`
 * @example
 * // A running sum.
 * const sum = defineCell({
 *   kind: 'sum',
 *   states: 1,
 *   zeroState: (x) => [op.Mul(x, 0)],
 *   apply: (_call, x, [total = x]) => ({ output: op.Add(total, x), state: [op.Add(total, x)] }),
 * });
 */
export function defineCell<S extends CellState = CellState, P extends Parameters = Parameters>(
  spec: CellSpec<P>,
): Cell<S> {
  const { states, zeroState, apply, ...rest } = spec;
  const facts: CellFacts = { states, zeroState };
  const layer = defineLayer<[x: Value, state?: CellState | undefined], CellStep, P>({
    ...rest,
    apply: (call, x, state) => apply(call, x, checkState(spec.kind, state, states) ?? zeroState(x)),
  });
  return asCell<S>(layer, facts);
}

/**
 * The cells that a combination is made of.
 *
 * @param owner the combination, in messages
 * @throws LAYER_ARGUMENT when one is no cell
 */
export function checkCells(owner: string, cells: readonly AnyLayer[]): void {
  for (const [i, cell] of cells.entries())
    if (!isCell(cell))
      refuseArgument(owner, cells.length > 1 ? `cell ${i}` : 'its cell', 'a cell, such as lstmCell(64)', cell);
}

/**
 * A state as it was given.
 *
 * @param kind the layer, in messages
 * @param states the number of values that it must have
 * @throws LAYER_ARGUMENT when it has another number
 */
export function checkState(kind: string, state: CellState | undefined, states: number): CellState | undefined {
  if (state !== undefined && (!Array.isArray(state) || state.length !== states))
    refuseArgument(kind, 'its state', states === 1 ? 'a list of one value' : `a list of ${states} values`, state);
  return state;
}

/** How a state relates to the gates of its cell. */
export interface StateFit {
  /** The number of gates. */
  readonly gates: number;
  /** The features of the state, where they are not those of a gate. */
  readonly size?: number | undefined;
}

/** A state as it is, required to fit the gates of its cell: `[n, u, ...]` for gates `[n, gates*u, ...]`. */
export function fittingState(state: Value, gates: Value, fit: StateFit): Value {
  return emitLayerOne(CELL_STATE, [state, gates], { gates: fit.gates, size: fit.size });
}

/** Inputs state, gates. It becomes an Identity, which a later pass takes out. */
export const CELL_STATE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'cellState',
  cost: () => ({ traffic: 'view' }),
  infer: (cx) => {
    cx.sameDType(1, 0);
    const gates = cx.rankBetween(1, 2, Number.POSITIVE_INFINITY);
    if (!gates) return [cx.type(0)];
    const state = cx.ranked(0, gates.length);
    const [times, size] = [cx.int('gates', 1), cx.int('size')];
    if (size === undefined) cx.unifyAxes({ input: 1, axis: 1 }, { input: 0, axis: 1, times }, 'units of the state');
    else if (state[1]) cx.unify(constant(size), state[1], 'features of the state');
    for (let axis = 0; axis < gates.length; axis++)
      if (axis !== 1) cx.unifyAxes({ input: 1, axis }, { input: 0, axis }, axis === 0 ? 'batch' : 'sizes of the state');
    return [cx.tensor(gates.map((dim, axis) => (axis === 1 ? (state[1] ?? dim) : dim)))];
  },
  lower: (node) => [op.Identity(inputOf(node, 0))],
  examples: [
    { inputs: ['float32[n, 20]', 'float32[n, 80]'], attributes: { gates: 4 }, outputs: ['float32[n, 20]'] },
    {
      inputs: ['float32[m, 8, h, w]', 'float32[n, 24, 5, 5]'],
      attributes: { gates: 3 },
      outputs: ['float32[n, 8, 5, 5]'],
      constraints: ['h == 5', 'm == n', 'w == 5'],
    },
    {
      inputs: ['float32[m, ?]', 'float32[n, 80]'],
      attributes: { gates: 4, size: 5 },
      outputs: ['float32[n, 5]'],
      constraints: ['m == n'],
    },
    { inputs: ['float32[n, 1]', 'float32[n, 80]'], attributes: { gates: 4 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[20]', 'float32[n, 80]'], attributes: { gates: 4 }, fails: 'RANK_MISMATCH' },
    { inputs: ['float16[n, 20]', 'float32[n, 80]'], attributes: { gates: 4 }, fails: 'DTYPE_MISMATCH' },
  ],
};
