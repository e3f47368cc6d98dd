// Sizes of a reshape: numbers, -1, symbols of the model by name, and axes of the input.
import { op } from '../build/op.ts';
import type { Operand } from '../build/operands.ts';
import { traceOf } from '../build/trace.ts';
import { type Dim, symbol } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';
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
  if (typeof size === 'string') return sizeNamed(layer, x, size);
  return sizeOf(x, axisAt(layer, x, size.axis));
}

const sizeOf = (x: Value, axis: number): Value => op.Shape(x, { start: axis, end: axis + 1 });

function axisAt(layer: string, x: Value, axis: number): number {
  const { rank } = x;
  if (axis < -rank || axis >= rank) refuseArgument(layer, 'axis', `an axis of its input ${x}, which has ${rank}`, axis);
  return axis < 0 ? axis + rank : axis;
}

/** The size that a symbol is: what the batch has put in its place, read where the input itself has it, else an input of the model. */
function sizeNamed(layer: string, x: Value, name: string): Operand {
  const { root, rename } = traceOf([x]);
  const own = symbol(name);
  const wanted = rename.get(own) ?? own;
  if (wanted.kind === 'const') return [BigInt(wanted.value)];
  const values = [x, ...root.inputs];
  for (const value of values) {
    const axis = dimsOf(value).indexOf(wanted);
    if (axis !== -1) return sizeOf(value, axis);
  }
  const known = new Set([...rename.keys(), ...values.flatMap(dimsOf).filter(isNamed)].map((dim) => formatDim(dim)));
  refuseArgument(layer, 'its shape', `sizes of its inputs, whose symbols are ${[...known].join(', ') || 'none'}`, name);
}

const isNamed = (dim: Dim): boolean => dim.kind === 'symbol' && dim.role === 'named';

/** The sizes of a value as its author says them; none where the rank is open. */
function dimsOf({ declaredType: type }: Value): readonly Dim[] {
  return type.kind === 'tensor' ? (type.shape ?? []) : [];
}
