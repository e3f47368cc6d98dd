// The size of one axis while a node is lowered: a number where it is known, else what the graph computes.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { constOf } from '../dim/dim.ts';
import type { Value } from '../ir/graph.ts';

/** The size of an axis: a number, or a scalar int64 value. */
export function axisSize(x: Value, axis: number): number | Value {
  const dim = x.shape[axis];
  invariant(dim, `${x.label} has axis ${axis}`);
  return constOf(dim) ?? op.Squeeze(op.Shape(x, { start: axis, end: axis + 1 }), [0]);
}
