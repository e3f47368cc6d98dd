// The least type that covers two: for branches, for elements of a sequence, for state carried from step to step.
import type { Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import { formatType, type Shape, UNKNOWN_TYPE, type ValueType } from '../../ir/type.ts';
import { isVarying, varyingDim } from './varying.ts';

/** Makes the size that covers two that may differ. */
export type Differ = (a: Dim, b: Dim) => Dim;

/**
 * The type that covers `a` and `b`: equal sizes stay, unequal ones become what `differ` makes of them, unequal ranks an unknown rank.
 *
 * @param what names the two for the message: `the branches`
 * @throws DTYPE_MISMATCH, KIND_MISMATCH (caught by the engine) when no type covers both
 */
export function joinTypes(
  cx: InferContext,
  pair: readonly [ValueType, ValueType],
  what: string,
  differ: Differ,
): ValueType {
  const [a, b] = pair;
  if (a.kind === 'unknown' || b.kind === 'unknown') return UNKNOWN_TYPE;
  // A value stands where an optional may: ONNX's own test of Loop-16 carries an optional in and a sequence out.
  if (a.kind === 'optional' && b.kind !== 'optional') return joinTypes(cx, [a, { ...a, element: b }], what, differ);
  if (b.kind === 'optional' && a.kind !== 'optional') return joinTypes(cx, [{ ...b, element: a }, b], what, differ);
  if (a.kind === 'tensor' || a.kind === 'sparse') {
    if (b.kind !== a.kind) return failKinds(cx, pair, what);
    if (a.dtype !== b.dtype && a.dtype !== 'undefined' && b.dtype !== 'undefined') return failDTypes(cx, pair, what);
    const dtype = a.dtype === 'undefined' ? b.dtype : a.dtype;
    return { kind: a.kind, dtype, shape: joinShapes(cx, a.shape, b.shape, differ) };
  }
  if (a.kind === 'map') {
    if (b.kind !== 'map' || a.key !== b.key) return failKinds(cx, pair, what);
    return { ...a, value: joinTypes(cx, [a.value, b.value], what, differ) };
  }
  if (b.kind !== a.kind) return failKinds(cx, pair, what);
  return { ...a, element: joinTypes(cx, [a.element, b.element], what, a.kind === 'sequence' ? differVarying : differ) };
}

function joinShapes(cx: InferContext, a: Shape | null, b: Shape | null, differ: Differ): Shape | null {
  if (!a || !b || a.length !== b.length) return null;
  return a.map((dim, axis) => {
    const other = b[axis] ?? dim;
    return dim === other || cx.facts.equal(dim, other) === 'true' ? dim : differ(dim, other);
  });
}

/** Sizes of elements of a sequence that may differ from element to element. */
export const differVarying: Differ = (a) => (isVarying(a) ? a : varyingDim());

/** A fresh size within the ranges of two. */
export function coveringSize(cx: InferContext, hint: string): Differ {
  return (a, b) => {
    const [left, right] = [cx.facts.range(a), cx.facts.range(b)];
    const max = Math.max(left.max, right.max);
    return cx.fresh(hint, {
      min: Math.max(Math.min(left.min, right.min), 0),
      max: Number.isFinite(max) ? max : undefined,
    });
  };
}

/** Tells whether two types are the same, size by size. */
export function sameType(a: ValueType, b: ValueType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'tensor':
    case 'sparse':
      return b.kind === a.kind && a.dtype === b.dtype && sameShape(a.shape, b.shape);
    case 'sequence':
    case 'optional':
      return b.kind === a.kind && sameType(a.element, b.element);
    case 'map':
      return b.kind === 'map' && a.key === b.key && sameType(a.value, b.value);
    case 'unknown':
      return b.kind === 'unknown';
  }
}

function sameShape(a: Shape | null, b: Shape | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((dim, axis) => dim === b[axis]));
}

function failKinds(cx: InferContext, [a, b]: readonly [ValueType, ValueType], what: string): never {
  return cx.fail('KIND_MISMATCH', `${cx.op}: ${what} must be of one kind, got ${formatType(a)} and ${formatType(b)}`, {
    expected: formatType(a),
    actual: formatType(b),
  });
}

function failDTypes(cx: InferContext, [a, b]: readonly [ValueType, ValueType], what: string): never {
  return cx.fail(
    'DTYPE_MISMATCH',
    `${cx.op}: ${what} must have one element type, got ${formatType(a)} and ${formatType(b)}`,
    {
      expected: formatType(a),
      actual: formatType(b),
    },
  );
}
