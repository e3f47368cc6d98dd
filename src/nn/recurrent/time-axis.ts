// Steps of a sequence as rows of a batch, and back.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';

/** A sequence `[n, s, ...]` as a batch `[n*s, ...]`. */
export function mergeTime(sequence: Value): Value {
  const shape = op.Concat([[-1], op.Shape(sequence, { start: 2 })], { axis: 0 });
  return op.Reshape(sequence, shape);
}

/**
 * A batch `[n*s, ...]` as a sequence `[n, s, ...]`.
 *
 * @param sequence what it was made from, whose first two axes it gets
 */
export function splitTime(batch: Value, sequence: Value): Value {
  const shape = op.Concat([op.Shape(sequence, { start: 0, end: 2 }), op.Shape(batch, { start: 1 })], { axis: 0 });
  return op.Reshape(batch, shape);
}
