// The output of the step of a sequence that was computed last.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';

/** How a sequence was gone through. */
export interface LastStep {
  /** The time axis; the batch is the other of the first two. */
  readonly axis: 0 | 1;
  readonly reverse: boolean;
  /** Valid steps of each row; all where undefined. */
  readonly lengths?: Value | undefined;
}

/** The first step of a sequence that was gone through backwards, else the last valid one. */
export function lastStep(output: Value, { axis, reverse, lengths }: LastStep): Value {
  if (reverse) return op.Gather(output, 0, { axis });
  if (!lengths) return op.Gather(output, -1, { axis });
  const batchFirst = axis === 1 ? output : op.Transpose(output, { perm: swapped(output.rank) });
  // A row of length 0 has zeros for all its outputs, whichever is taken.
  const last = op.Sub(op.Cast(lengths, { to: 'int64' }), 1);
  return op.GatherND(batchFirst, op.Unsqueeze(last, [1]), { batch_dims: 1 });
}

/** The order of axes with the first two exchanged. */
const swapped = (rank: number): number[] => [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)];
