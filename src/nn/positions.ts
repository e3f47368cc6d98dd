// Positions along an axis, computed in the graph while a layer node is lowered.
import { op } from '../build/op.ts';
import { isIntegerDType } from '../ir/dtype.ts';
import type { Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';

/** The size of an axis as a scalar int64 value. */
export function sizeAlong(x: Value, axis: number): Value {
  return op.Squeeze(op.Shape(x, { start: axis, end: axis + 1 }), [0]);
}

/**
 * `0, 1, ...` along an axis, int64; behind a past they go on from its length.
 *
 * @param past `[n, heads, p, d]`, whose axis 2 stands before
 */
export function positionsAlong(x: Value, axis: number, past?: Value | undefined): Value {
  const count = op.Range(0n, sizeAlong(x, axis), 1n);
  return past ? op.Add(count, sizeAlong(past, 2)) : count;
}

/** Requires that input `i` holds integers. @throws DTYPE_MISMATCH (caught by the engine) when it does not */
export function requireIntegers(cx: InferContext, i: number): void {
  const dtype = cx.dtype(i);
  if (dtype === 'undefined' || isIntegerDType(dtype)) return;
  cx.fail('DTYPE_MISMATCH', `${cx.op} takes ${cx.inputName(i)} of an integer type, got ${dtype}`, {
    expected: 'an integer type',
    actual: dtype,
  });
}
