// The places that an explanation speaks of: the size of an axis, or a known element of a small tensor.
import type { Dim } from '../../dim/dim.ts';
import { dimOf, type Scalar } from '../../ir/content.ts';
import type { Value } from '../../ir/graph.ts';

/** The size of axis `index` of a value, or its element `index` in C order. */
export interface Place {
  readonly value: Value;
  readonly kind: 'axis' | 'element';
  readonly index: number;
}

/** The place of an axis. */
export const axisOf = (value: Value, index: number): Place => ({ value, kind: 'axis', index });

/** The place of an element. */
export const elementOf = (value: Value, index: number): Place => ({ value, kind: 'element', index });

/** What is known at a place, a size or an element, under all that the graph knows by now. */
export function scalarAt({ value, kind, index }: Place): Scalar {
  const scalar = kind === 'axis' ? sizesOf(value)[index] : value.content?.elements[index];
  const dim = dimOf(scalar);
  return dim ? value.graph.facts.simplify(dim) : scalar;
}

/** The size, or the integer element, at a place. */
export const dimAt = (place: Place): Dim | undefined => dimOf(scalarAt(place));

/** The sizes of a tensor; none where the rank is unknown. */
export function sizesOf(value: Value): readonly Dim[] {
  const { type } = value;
  return type.kind === 'tensor' || type.kind === 'sparse' ? (type.shape ?? []) : [];
}

/** Contents with more elements are taken as a whole, not element by element. */
const MAX_ELEMENTS = 64;

/** All places of a value: its axes, and its elements where they are known and few. */
export function placesOf(value: Value): readonly Place[] {
  const places = sizesOf(value).map((_, index) => axisOf(value, index));
  const count = value.content?.elements.length ?? 0;
  if (count <= MAX_ELEMENTS) for (let index = 0; index < count; index++) places.push(elementOf(value, index));
  return places;
}

const numbers = new WeakMap<Value, number>();
let lastNumber = 0;

/** A text that is equal for equal places. */
export function keyOf({ value, kind, index }: Place): string {
  let number = numbers.get(value);
  if (number === undefined) numbers.set(value, (number = lastNumber += 1));
  return `${number}${kind === 'axis' ? 'a' : 'e'}${index}`;
}
