// States of zeros, as large as a batch asks for.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { filled } from '../layer-values.ts';

/** A size of a state: a number, or that of an axis of a value, by default the one that the state is made for. */
export type StateSize = number | { readonly axis: number; readonly of?: Value | undefined };

/**
 * Zeros of the element type of a value.
 *
 * @param like the value whose axes sizes may refer to
 * @param sizes the sizes of the result
 * @returns `[...sizes]`
 */
export function zerosFor(like: Value, sizes: readonly StateSize[]): Value {
  const parts = sizes.map((size) =>
    typeof size === 'number' ? [size] : op.Shape(size.of ?? like, { start: size.axis, end: size.axis + 1 }),
  );
  return op.Expand(filled(like.dtype, [], 0), op.Concat(parts, { axis: 0 }));
}
