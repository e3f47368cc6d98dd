// Sizes of a reshape: numbers, -1, symbols of the model by name, and axes of the input.
import { op } from '../build/op.ts';
import type { Operand } from '../build/operands.ts';
import { traceOf } from '../build/trace.ts';
import type { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';

/**
 * One size: a number; -1, at most once, for what the others leave; a symbol by its name; or `{ axis: 2 }`, the size of that axis of the
 * input, counted from either end.
 */
export type ReshapeSize = number | string | { readonly axis: number };

/** Checks sizes. @throws LAYER_ARGUMENT when one is of the wrong kind, or -1 stands there twice */
export function checkSizes(layer: string, sizes: unknown): asserts sizes is readonly ReshapeSize[] {
  const isFit = Array.isArray(sizes) && sizes.every(isSize) && sizes.filter((size) => size === -1).length <= 1;
  if (!isFit)
    refuseArgument(
      layer,
      'its shape',
      'a list of integers >= 1, names of symbols and { axis } of the input, one of them perhaps -1',
      inText(sizes),
    );
}

function isSize(size: unknown): boolean {
  if (typeof size === 'number') return size === -1 || (Number.isSafeInteger(size) && size >= 1);
  if (typeof size === 'string') return size !== '';
  return typeof size === 'object' && size !== null && 'axis' in size && Number.isSafeInteger(size.axis);
}

const inText = (sizes: unknown): unknown =>
  Array.isArray(sizes)
    ? `[${sizes.map((size) => (typeof size === 'object' ? JSON.stringify(size) : String(size))).join(', ')}]`
    : sizes;

/** Sizes as a list where all are numbers, and otherwise as what the graph computes of them, `[rank]`. */
export function sizesOf(layer: string, x: Value, sizes: readonly ReshapeSize[]): readonly number[] | Value {
  const plain = sizes.filter((size) => typeof size === 'number');
  if (plain.length === sizes.length) return plain;
  return op.Concat(
    sizes.map((size) => partOf(layer, x, size)),
    { axis: 0 },
  );
}

function partOf(layer: string, x: Value, size: ReshapeSize): Operand {
  if (typeof size === 'number') return [BigInt(size)];
  const [from, axis] = typeof size === 'string' ? axisNamed(layer, x, size) : [x, axisAt(layer, x, size.axis)];
  return op.Shape(from, { start: axis, end: axis + 1 });
}

function axisAt(layer: string, x: Value, axis: number): number {
  const { rank } = x;
  if (axis < -rank || axis >= rank) refuseArgument(layer, 'axis', `an axis of its input ${x}, which has ${rank}`, axis);
  return axis < 0 ? axis + rank : axis;
}

/** The first axis that has a symbol for its size: of the input itself, else of an input of the model. */
function axisNamed(layer: string, x: Value, name: string): readonly [Value, number] {
  const values = [x, ...traceOf([x]).root.inputs];
  for (const value of values) {
    const axis = symbolsOf(value).indexOf(name);
    if (axis !== -1) return [value, axis];
  }
  const known = [...new Set(values.flatMap(symbolsOf))].filter(Boolean);
  refuseArgument(layer, 'its shape', `sizes of its inputs, whose symbols are ${known.join(', ') || 'none'}`, name);
}

/** The names of an input's sizes, empty where one has none. */
function symbolsOf({ type }: Value): readonly string[] {
  const shape = type.kind === 'tensor' ? (type.shape ?? []) : [];
  return shape.map((dim) => (dim.kind === 'symbol' && dim.role === 'named' ? dim.name : ''));
}
