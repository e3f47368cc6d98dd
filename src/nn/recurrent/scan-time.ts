// A step repeated over the time axis of a sequence, as one Scan in the graph.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { filled } from '../layer-values.ts';
import type { CellState, CellStep } from './cell.ts';

/** What is repeated over what. */
export interface TimeScan {
  /** The sequence. */
  readonly sequence: Value;
  /** Its time axis, 0 or 1; the batch is the other of the two. */
  readonly axis: 0 | 1;
  readonly state: CellState;
  /** Valid steps of each row of the batch: behind them outputs are 0 and the state stays; all steps where undefined. */
  readonly lengths?: Value | undefined;
  /** Whether the steps run from the last valid one to the first; false by default. */
  readonly reverse?: boolean | undefined;
  /** One step, from a slice of the sequence. */
  readonly step: (slice: Value, state: CellState) => CellStep;
}

/**
 * Repeats a step; the length may stay symbolic.
 *
 * @returns the outputs along the time axis, each where its input stood, and the final state
 */
export function scanTime(scan: TimeScan): CellStep {
  const { axis, state, lengths } = scan;
  const reverse = scan.reverse === true;
  // Rows of other lengths start from their own last step.
  const turned = lengths && reverse ? turn(scan.sequence, lengths, axis) : scan.sequence;
  const direction = reverse && !lengths ? 1 : 0;
  const count = lengths ? 2 : 1;
  const inputs = [...state, turned, ...(lengths ? [positions(scan.sequence, axis)] : [])];
  const results = op.Scan(inputs, {
    num_scan_inputs: count,
    scan_input_axes: lengths ? [axis, 0] : [axis],
    scan_input_directions: lengths ? [direction, 0] : [direction],
    scan_output_axes: [axis],
    scan_output_directions: [direction],
    body: (...values) => body(scan, values),
  });
  const output = results[state.length];
  invariant(output, 'a scan over time has its outputs');
  return { output: lengths && reverse ? turn(output, lengths, axis) : output, state: results.slice(0, state.length) };
}

/** The body: states, a slice and, with lengths, its position; returns the next states and the output. */
function body({ state, lengths, step }: TimeScan, values: readonly Value[]): readonly Value[] {
  const before = values.slice(0, state.length);
  const [slice, position] = values.slice(state.length);
  invariant(slice, 'the body of a scan has its slice');
  const after = step(slice, before);
  if (!lengths || !position) return [...after.state, after.output];
  const isValid = op.Less(position, op.Cast(lengths, { to: 'int64' }));
  const chosen = (value: Value, other: Value | undefined): Value => {
    const axes = Array.from({ length: value.rank - 1 }, (_, i) => i + 1);
    const condition = axes.length > 0 ? op.Unsqueeze(isValid, axes) : isValid;
    return op.Where(condition, value, other ?? filled(value.dtype, [], 0));
  };
  return [...after.state.map((value, i) => chosen(value, before[i])), chosen(after.output, undefined)];
}

/** The positions of the steps: `[s]`. */
function positions(sequence: Value, axis: number): Value {
  const length = op.Squeeze(op.Shape(sequence, { start: axis, end: axis + 1 }));
  return op.Range(0, length, 1);
}

/** A sequence backwards: whole, or the valid steps of each row where lengths are given. */
export function turn(sequence: Value, lengths: Value | undefined, axis: 0 | 1): Value {
  // Slice takes any end below -size as the start of the axis.
  if (!lengths) return op.Slice(sequence, [-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]);
  return op.ReverseSequence(sequence, op.Cast(lengths, { to: 'int64' }), { time_axis: axis, batch_axis: 1 - axis });
}
