// recurrent, unroll: a cell repeated over the time axis of a sequence, as a Scan or step by step.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type Cell, type CellState, type CellStep, cellFacts, checkCells, checkState } from '../recurrent/cell.ts';
import { lastStep } from '../recurrent/last-step.ts';
import type { RecurrentInputs } from '../recurrent/recurrent-layer.ts';
import type { SequenceLayout } from '../recurrent/recurrent-options.ts';
import { scanTime } from '../recurrent/scan-time.ts';

/** Options of {@link recurrent} and {@link unroll}. */
export interface RepeatOptions {
  /** `nsc`, batch first, by default; `snc` has time first. Further axes may follow. */
  readonly layout?: SequenceLayout | undefined;
  /** Whether the steps run from the last to the first; each output stands where its input stood. False by default. */
  readonly reverse?: boolean | undefined;
  /** Whether all steps come out, or the last one that is computed only; true by default. */
  readonly returnSequences?: boolean | undefined;
  /** Whether the call gives `{ output, state }`; false by default: it gives the output alone. */
  readonly returnState?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link RepeatOptions}. */
const REPEAT_OPTIONS: OptionNames<RepeatOptions> = {
  layout: true,
  reverse: true,
  returnSequences: true,
  returnState: true,
  name: true,
};

/** What repeats a cell. */
type Repeat = (
  cell: Cell,
  x: Value,
  run: {
    readonly axis: 0 | 1;
    readonly reverse: boolean;
    readonly state: CellState;
    readonly lengths?: Value | undefined;
  },
) => CellStep;

/**
 * Repeats a cell over a sequence, as one Scan: the length may stay symbolic (Keras: RNN; Gluon: `unroll` of a cell). For a plain LSTM,
 * GRU or simple network {@link lstm}, {@link gru} and {@link rnn} run faster.
 *
 * *Input shape*: `[n, s, ...]`, or `[s, n, ...]` with the layout `snc`, each step being what the cell takes. Then, as positional
 * arguments, the state of the cell, zeros where left out, and lengths `[n]` (int32 or int64): behind them outputs are 0 and the state
 * stays. *Output shape*: `[n, s, ...]`, without `returnSequences` the output of the last step; with `returnState` `{ output, state }`.
 * *Parameters*: those of `cell`.
 *
 * @throws LAYER_ARGUMENT when its argument is no cell, or an option is of the wrong kind
 * @example recurrent(stackedCells(lstmCell(64), residualCell(lstmCell(64))))
 */
export function recurrent<S extends CellState>(
  cell: Cell<S>,
  options: RepeatOptions & { readonly returnState: true },
): Layer<RecurrentInputs, CellStep<S>>;
export function recurrent(
  cell: Cell,
  options?: RepeatOptions & { readonly returnState?: false | undefined },
): Layer<RecurrentInputs>;
export function recurrent(cell: Cell, options: RepeatOptions = {}): Layer<RecurrentInputs, Value | CellStep> {
  return repeated('recurrent', cell, options, scan);
}

/**
 * Repeats a cell over a sequence of a fixed length, step by step: the graph holds the cell that often (Gluon: `unroll`; Keras:
 * `unroll=True`).
 *
 * *Input shape*: as for {@link recurrent}, with `length` steps; no lengths. *Output shape* and *parameters*: as for {@link recurrent}.
 *
 * @param length steps
 * @throws LAYER_ARGUMENT when `length` is no positive integer, its argument is no cell, or an option is of the wrong kind
 * @throws SHAPE_MISMATCH (at the call) when the sequence has another length
 * @example unroll(gruCell(64), 8)
 */
export function unroll<S extends CellState>(
  cell: Cell<S>,
  length: number,
  options: RepeatOptions & { readonly returnState: true },
): Layer<UnrollInputs, CellStep<S>>;
export function unroll(
  cell: Cell,
  length: number,
  options?: RepeatOptions & { readonly returnState?: false | undefined },
): Layer<UnrollInputs>;
export function unroll(cell: Cell, length: number, options: RepeatOptions = {}): Layer<UnrollInputs, Value | CellStep> {
  positiveInteger('unroll', 'length', length);
  return repeated('unroll', cell, options, steps(length));
}

/** What an unrolled cell is called with: the sequence, and a state (zeros where left out). */
export type UnrollInputs = [x: Value, state?: CellState | undefined];

function repeated(
  kind: string,
  cell: Cell,
  options: RepeatOptions,
  repeat: Repeat,
): Layer<RecurrentInputs, Value | CellStep> {
  checkOptions(kind, options, REPEAT_OPTIONS);
  checkCells(kind, [cell]);
  const { layout = 'nsc', reverse = false, returnSequences = true, returnState = false } = options;
  if (layout !== 'nsc' && layout !== 'snc') refuseArgument(kind, 'layout', '"nsc" or "snc"', layout);
  const axis = layout === 'nsc' ? 1 : 0;
  const { zeroState, states } = cellFacts(cell);
  return defineLayer({
    kind,
    name: options.name,
    children: [['cell', cell]],
    apply: (_call, x: Value, given?: CellState, lengths?: Value): Value | CellStep => {
      // A state of zeros is as large as one step asks for.
      const state = checkState(kind, given, states) ?? zeroState(op.Gather(x, 0, { axis }));
      const all = repeat(cell, x, { axis, reverse, state, lengths });
      const output = returnSequences ? all.output : lastStep(all.output, { axis, reverse, lengths });
      return returnState ? { output, state: all.state } : output;
    },
  });
}

const scan: Repeat = (cell, sequence, { axis, reverse, state, lengths }) =>
  scanTime({ sequence, axis, state, reverse, lengths, step: (slice, before) => cell(slice, before) });

/** A cell repeated in the graph. */
function steps(length: number): Repeat {
  return (cell, x, { axis, reverse, state }) => {
    const slices = op
      .Split(
        x,
        Array.from({ length }, () => 1),
        { axis },
      )
      .map((slice) => op.Squeeze(slice, [axis]));
    const outputs: Value[] = [];
    let now = state;
    for (const slice of reverse ? slices.toReversed() : slices) {
      const step = cell(slice, now);
      now = step.state;
      outputs.push(op.Unsqueeze(step.output, [axis]));
    }
    const inOrder = reverse ? outputs.toReversed() : outputs;
    invariant(inOrder.length > 0, 'a sequence has steps');
    return { output: op.Concat(inOrder, { axis }), state: now };
  };
}
