// One value of a loop's state, widened until it holds before every step.
import type { Dim } from '../../dim/dim.ts';
import type { Facts } from '../../dim/facts.ts';
import { type Content, dimOf, makeContent, type Scalar } from '../../ir/content.ts';
import { holdsInner, type IsInner } from '../../ir/inner-symbols.ts';
import type { InferContext } from '../../ir/operator.ts';
import { mapDims, type Shape, type ValueType, withoutShape } from '../../ir/type.ts';
import { differVarying, joinTypes, sameType } from './join-types.ts';
import { type Elements, elementsOf, isEmpty, lengthOf, sequenceType } from './sequence-elements.ts';
import type { StateSlots } from './state-slots.ts';
import { varyingDim } from './varying.ts';

/** One value of the state as a step sees it. */
export interface Carried {
  readonly type: ValueType;
  readonly content: Content | undefined;
}

/** Where a state is widened. */
export interface Widening {
  readonly cx: InferContext;
  readonly slots: StateSlots;
  /** The facts of the body. */
  readonly facts: Facts;
  readonly isInner: IsInner;
}

const WHAT = 'the state before and after a step';
/** Elements of longer contents are kept only where no step changes them. */
const MOST_ELEMENTS = 64;

/** What holds before a step and after it. */
export function widenState(before: Carried, after: Carried, widening: Widening): Carried {
  const type = widenType(before.type, after.type, widening);
  const content = type.kind === 'tensor' ? widenContent(before.content, after.content, widening) : undefined;
  return type === before.type && content === before.content ? before : { type, content };
}

/** The type that holds before a step and after it; `before` itself where that does. */
function widenType(before: ValueType, after: ValueType, widening: Widening): ValueType {
  if (before === after) return before;
  const { cx, slots } = widening;
  if (before.kind === 'tensor' && after.kind === 'tensor') {
    // Says whether the element types agree.
    const joined = joinTypes(cx, [withoutShape(before), withoutShape(after)], WHAT, differVarying);
    const dtype = joined.kind === 'tensor' ? joined.dtype : before.dtype;
    const shape = widenShape(before.shape, after.shape, widening);
    return shape === before.shape && dtype === before.dtype ? before : { kind: 'tensor', dtype, shape };
  }
  if (before.kind === 'sequence' && after.kind === 'sequence') return widenSequence(before, after, widening);
  // A value stands where an optional may: a step may take none and give something.
  if (before.kind === 'optional') {
    const inner = after.kind === 'optional' ? after.element : after;
    const element = widenType(before.element, inner, widening);
    return element === before.element ? before : { kind: 'optional', element };
  }
  if (after.kind === 'optional') {
    slots.changed = true;
    return { kind: 'optional', element: widenType(before, after.element, widening) };
  }
  const joined = joinTypes(cx, [before, timeless(after, widening.isInner)], WHAT, differVarying);
  if (sameType(joined, before)) return before;
  slots.changed = true;
  return joined;
}

function widenShape(before: Shape | null, after: Shape | null, { slots, facts }: Widening): Shape | null {
  if (!before) return before;
  if (!after || after.length !== before.length) {
    slots.changed = true;
    return null;
  }
  let changed = false;
  const shape = before.map((dim, axis) => {
    const met = slots.meet('size', dim, after[axis], facts) ?? dim;
    if (met !== dim) changed = true;
    return met;
  });
  return changed ? shape : before;
}

type Sequence = Extract<ValueType, { kind: 'sequence' }>;

function widenSequence(before: Sequence, after: Sequence, widening: Widening): ValueType {
  const { cx, slots } = widening;
  const [known, next] = [elementsOf(before), elementsOf(after)];
  const element = joinElements(
    cx,
    [before, known],
    [{ ...after, element: timeless(after.element, widening.isInner) }, next],
  );
  const length = widenLength(known, next, widening);
  const sameElement = sameType(element, before.element);
  if (sameElement && known && sameElements(known, next)) return before;
  if (sameElement && length === lengthOf(known) && known?.kind !== 'list' && known?.kind !== 'parts') return before;
  slots.changed = true;
  const first = sameElement ? before.element : element;
  // Where steps change no more than what the tensors hold, their types still stand.
  const types = sameElement && known?.kind === 'list' && next?.kind === 'list' && sameTypes(known, next);
  return sequenceType(first, types ? { kind: 'list', types: known.types } : length && { kind: 'many', length });
}

/** The element type of two lists; one that is known to be empty says nothing of elements. */
function joinElements(
  cx: InferContext,
  [before, known]: readonly [Sequence, Elements | undefined],
  [after, next]: readonly [Sequence, Elements | undefined],
): ValueType {
  const pair = [before.element, after.element] as const;
  // Says whether the kinds and element types agree, also where there are no elements.
  const joined = joinTypes(cx, pair, WHAT, differVarying);
  if (isEmpty(known)) return after.element;
  return isEmpty(next) ? before.element : joined;
}

function widenLength(
  known: Elements | undefined,
  next: Elements | undefined,
  { slots, facts }: Widening,
): Dim | undefined {
  const length = lengthOf(known);
  if (!length) return undefined;
  const met = slots.meet('length', length, lengthOf(next), facts);
  if (!met) slots.drop(length);
  return met;
}

function sameElements(a: Elements, b: Elements | undefined): boolean {
  if (a === b) return true;
  if (a.kind !== 'list' || b?.kind !== 'list' || !sameTypes(a, b)) return false;
  return a.types.every((_, i) => a.contents?.[i] === undefined || a.contents[i] === b.contents?.[i]);
}

type List = Extract<Elements, { kind: 'list' }>;

function sameTypes(a: List, b: List): boolean {
  return a.types.length === b.types.length && a.types.every((type, i) => sameType(type, b.types[i] ?? type));
}

/** An element type for all steps: what means something in one step only varies from element to element. */
function timeless(type: ValueType, isInner: IsInner): ValueType {
  if (type.kind === 'sequence' || type.kind === 'optional') {
    const element = timeless(type.element, isInner);
    return element === type.element ? type : { ...type, element };
  }
  return mapDims(type, (dim) => (holdsInner(dim, isInner) ? varyingDim() : dim));
}

function widenContent(
  before: Content | undefined,
  after: Content | undefined,
  widening: Widening,
): Content | undefined {
  if (!before) return undefined;
  const { slots } = widening;
  const sameShape =
    after?.shape.length === before.shape.length && after.shape.every((size, axis) => size === before.shape[axis]);
  if (!after || !sameShape) {
    for (const element of before.elements) dropElement(element, slots);
    slots.changed = true;
    return undefined;
  }
  let changed = false;
  // Truth values are no numbers that grow.
  const follows = before.elements.length <= MOST_ELEMENTS && before.dtype !== 'bool';
  const elements = before.elements.map((element, i) => {
    const met = widenElement(element, after.elements[i], { ...widening, follows });
    if (!Object.is(met, element)) changed = true;
    return met;
  });
  return changed ? makeContent(before.dtype, before.shape, elements) : before;
}

function widenElement(
  before: Scalar,
  after: Scalar,
  { slots, facts, follows }: Widening & { follows: boolean },
): Scalar {
  if (before === undefined || Object.is(before, after)) return before;
  const [dim, next] = [dimOf(before), dimOf(after)];
  if (!dim) {
    slots.changed = true;
    return undefined;
  }
  if (!next || (!follows && !slots.of(dim) && facts.equal(dim, next) !== 'true')) {
    dropElement(dim, slots);
    slots.changed = true;
    return undefined;
  }
  return slots.meet('element', dim, next, facts);
}

function dropElement(element: Scalar, slots: StateSlots): void {
  const dim = dimOf(element);
  if (dim && slots.of(dim)?.kind === 'element') slots.drop(dim);
}
