// stackedCells, residualCell, dropoutCell, zoneoutCell: cells made of cells.
import { numberBetween, refuseArgument } from '../arguments.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type Cell, type CellState, cellFacts, checkCells, defineCell } from '../recurrent/cell.ts';
import { dropout } from './dropout.ts';
import { SUM } from './merge.ts';

/** Options of {@link residualCell} and {@link dropoutCell}. */
export interface CellNameOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of {@link zoneoutCell}. */
export interface ZoneoutCellOptions extends CellNameOptions {
  /** The share of the output's elements that training keeps from the step before; 0 by default. */
  readonly outputs?: number | undefined;
  /** The share of the states' elements that training keeps; 0 by default. */
  readonly states?: number | undefined;
}

/** The names of {@link CellNameOptions} and {@link ZoneoutCellOptions}. */
const NAME_OPTIONS: OptionNames<CellNameOptions> = { name: true };
const ZONEOUT_OPTIONS: OptionNames<ZoneoutCellOptions> = { name: true, outputs: true, states: true };

/**
 * Cells one above the other in each step: the output of one is the input of the next (Gluon's SequentialRNNCell, Keras's
 * StackedRNNCells).
 *
 * *Input shape*: what the first cell takes; then the states of all cells in one list, zeros where left out. *Output shape*: the output
 * of the last cell, and the states of all.
 * *Parameters*: each cell has its index as segment.
 *
 * @param cells at least one
 * @throws LAYER_ARGUMENT when there is none, or one is no cell
 * @example recurrent(stackedCells(lstmCell(64), residualCell(lstmCell(64))))
 */
export function stackedCells(...cells: readonly Cell[]): Cell {
  if (cells.length === 0) refuseArgument('stackedCells', 'its cells', 'at least one cell', 'none');
  checkCells('stackedCells', cells);
  const facts = cells.map(cellFacts);
  return defineCell({
    kind: 'stackedCells',
    children: cells.map((cell, i) => [String(i), cell]),
    states: facts.reduce((sum, { states }) => sum + states, 0),
    zeroState: (x) => facts.flatMap(({ zeroState }) => zeroState(x)),
    apply: (_call, x, state) => {
      let [output, at] = [x, 0];
      const after: CellState[] = [];
      for (const [i, cell] of cells.entries()) {
        const states = facts[i]?.states ?? 0;
        const step = cell(output, state.slice(at, at + states));
        output = step.output;
        at += states;
        after.push(step.state);
      }
      return { output, state: after.flat() };
    },
  });
}

/**
 * Adds a cell's output to its input: `y = x + cell(x)` (Gluon's ResidualCell; Keras: RNN over a residual wrapper).
 *
 * *Input shape*: what the cell takes, with as many features as it gives. *Output shape*: that of the cell; its state is the cell's.
 * *Parameters*: those of `cell`.
 * Source: Wu et al., 2016 (arXiv 1609.08144), section 3.1.
 *
 * @throws LAYER_ARGUMENT when its argument is no cell
 * @throws SHAPE_MISMATCH (at the call) when the cell's output differs from its input in shape
 * @example recurrent(stackedCells(gruCell(64), residualCell(gruCell(64))))
 */
export function residualCell<S extends CellState>(cell: Cell<S>, options: CellNameOptions = {}): Cell<S> {
  checkOptions('residualCell', options, NAME_OPTIONS);
  checkCells('residualCell', [cell]);
  return defineCell<S>({
    kind: 'residualCell',
    name: options.name,
    children: [['cell', cell]],
    ...cellFacts(cell),
    apply: (_call, x, state) => {
      const step = cell(x, state);
      return { output: emitLayerOne(SUM, [x, step.output]), state: step.state };
    },
  });
}

/**
 * A cell without state that drops elements while training; an emitted model is for inference, where it is the identity (Gluon's
 * DropoutCell). It stands between the cells of {@link stackedCells}.
 *
 * *Input shape*: any. *Output shape*: the same, and an empty state.
 * Source: Zaremba et al., 2014 (arXiv 1409.2329).
 *
 * @param rate the share of elements that training drops, from 0 to 1; 0.5 by default
 * @throws LAYER_ARGUMENT when `rate` is outside [0, 1]
 * @example recurrent(stackedCells(lstmCell(64), dropoutCell(0.2), lstmCell(64)))
 */
export function dropoutCell(rate = 0.5, options: CellNameOptions = {}): Cell<readonly []> {
  checkOptions('dropoutCell', options, NAME_OPTIONS);
  numberBetween('dropoutCell', 'rate', rate, 0, 1);
  const drop = dropout(rate);
  return defineCell<readonly []>({
    kind: 'dropoutCell',
    name: options.name,
    children: [['dropout', drop]],
    states: 0,
    zeroState: () => [],
    apply: (_call, x) => ({ output: drop(x), state: [] }),
  });
}

/**
 * Keeps elements of the output and the states from the step before while training; an emitted model is for inference, where it
 * computes what its cell computes, as Gluon's ZoneoutCell does (the paper takes the expected value there).
 *
 * *Input shape*, *output shape* and *parameters*: those of `cell`.
 * Source: Krueger et al., 2017 (arXiv 1606.01305).
 *
 * @throws LAYER_ARGUMENT when its argument is no cell, or a share is outside [0, 1]
 * @example recurrent(zoneoutCell(lstmCell(64), { states: 0.1 }))
 */
export function zoneoutCell<S extends CellState>(cell: Cell<S>, options: ZoneoutCellOptions = {}): Cell<S> {
  checkOptions('zoneoutCell', options, ZONEOUT_OPTIONS);
  checkCells('zoneoutCell', [cell]);
  const { outputs = 0, states = 0 } = options;
  numberBetween('zoneoutCell', 'outputs', outputs, 0, 1);
  numberBetween('zoneoutCell', 'states', states, 0, 1);
  return defineCell<S>({
    kind: 'zoneoutCell',
    name: options.name,
    children: [['cell', cell]],
    ...cellFacts(cell),
    apply: (_call, x, state) => cell(x, state),
  });
}
