// What is known of a sequence's elements one by one: the types of a known list, or equal parts of one tensor.
import { ceilDiv, minOf, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, dimOf, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { type Shape, type TensorType, tensorType, type ValueType } from '../../ir/type.ts';
import { rowStrides, stridedView } from './content-view.ts';
import { differVarying, joinTypes } from './join-types.ts';
import { oneElement } from './varying.ts';

/** Elements known one by one. */
export type Elements =
  | {
      readonly kind: 'list';
      readonly types: readonly ValueType[];
      /** What is known of the elements of each tensor; of none by default. */
      readonly contents?: readonly (Content | undefined)[];
    }
  /** Consecutive parts of size `part` along an axis of a tensor, the last one smaller. */
  | {
      readonly kind: 'parts';
      readonly whole: TensorType & { readonly shape: Shape };
      readonly axis: number;
      readonly part: Dim;
      /** What is known of the elements of the whole. */
      readonly content?: Content | undefined;
    }
  /** So many elements, of which only the element type of the sequence is known. */
  | { readonly kind: 'many'; readonly length: Dim };

/** Lists are followed up to this length. */
const MOST = 256;

/**
 * Elements by the type object of their sequence. A type that is written anew, by a join or a substitution, drops out, so
 * that what is known never outlives the value it is about.
 */
const KNOWN = new WeakMap<ValueType, Elements>();

/** What is known of the elements of a sequence type. */
export function elementsOf(type: ValueType): Elements | undefined {
  return KNOWN.get(type);
}

/** A sequence with elements of type `element`, known one by one where `elements` is given. */
export function sequenceType(element: ValueType, elements?: Elements): ValueType {
  const type: ValueType = { kind: 'sequence', element };
  if (elements && !(elements.kind === 'list' && elements.types.length > MOST)) KNOWN.set(type, elements);
  return type;
}

/** One element of a list. */
export interface Element {
  readonly type: ValueType;
  readonly content: Content | undefined;
}

/** Input `i` as an element of a list. */
export function inputElement(cx: InferContext, i: number): Element {
  return { type: cx.type(i), content: cx.content(i) };
}

/** The elements of a known list, one by one. */
export function listElements({ types, contents }: Extract<Elements, { kind: 'list' }>): readonly Element[] {
  return types.map((type, i) => ({ type, content: contents?.[i] }));
}

/** What is known of a list of elements. */
export function knownList(elements: readonly Element[]): Elements {
  const types = elements.map(({ type }) => type);
  const contents = elements.map(({ content }) => content);
  return contents.some((content) => content !== undefined)
    ? { kind: 'list', types, contents }
    : { kind: 'list', types };
}

/**
 * A sequence of known elements.
 *
 * @param empty the element type where there are none
 * @param what names the elements for a message
 */
export function listType(cx: InferContext, elements: readonly Element[], empty: ValueType, what: string): ValueType {
  const [first = empty, ...rest] = elements.map(({ type }) => type);
  const element = rest.reduce((joined, type) => joinTypes(cx, [joined, type], what, differVarying), first);
  return sequenceType(element, knownList(elements));
}

/**
 * What is known of elements with each type and size in it rewritten; the same object where nothing changes. Contents with a size
 * that changes are no longer known.
 */
export function mapElements(
  elements: Elements,
  ofType: (type: ValueType) => ValueType,
  ofDim: (dim: Dim) => Dim,
): Elements | undefined {
  switch (elements.kind) {
    case 'list': {
      const types = elements.types.map(ofType);
      const contents = elements.contents?.map((content) => keptContent(content, ofDim));
      const isSame =
        types.every((type, i) => type === elements.types[i]) &&
        (contents?.every((content, i) => content === elements.contents?.[i]) ?? true);
      return isSame ? elements : { kind: 'list', types, ...(contents && { contents }) };
    }
    case 'parts': {
      const whole = ofType(elements.whole);
      const part = ofDim(elements.part);
      const content = keptContent(elements.content, ofDim);
      if (whole === elements.whole && part === elements.part && content === elements.content) return elements;
      if (whole.kind !== 'tensor' || !whole.shape) return undefined;
      return { ...elements, whole: { ...whole, shape: whole.shape }, part, content };
    }
    case 'many': {
      const length = ofDim(elements.length);
      return length === elements.length ? elements : { kind: 'many', length };
    }
  }
}

function keptContent(content: Content | undefined, ofDim: (dim: Dim) => Dim): Content | undefined {
  const isKept = (element: Scalar): boolean => {
    const dim = dimOf(element);
    return dim ? ofDim(dim) === dim : typeof element !== 'object';
  };
  return content?.elements.every(isKept) ? content : undefined;
}

/** The number of elements where it is known. */
export function lengthOf(elements: Elements | undefined): Dim | undefined {
  if (!elements) return undefined;
  if (elements.kind === 'list') return constant(elements.types.length);
  if (elements.kind === 'many') return elements.length;
  return ceilDiv(elements.whole.shape[elements.axis] ?? constant(0), elements.part);
}

/** Whether a list is known to have no elements. */
export function isEmpty(elements: Elements | undefined): boolean {
  const length = lengthOf(elements);
  return length?.kind === 'const' && length.value === 0;
}

/** The type of the element at a position, counted from the end where it is negative; what holds for any element where it is not known. */
export function elementAt(cx: InferContext, type: ValueType, position: number | undefined): ValueType {
  const any = type.kind === 'sequence' ? oneElement(cx, type.element) : type;
  const elements = elementsOf(type);
  if (!elements || elements.kind === 'many' || position === undefined) return any;
  if (elements.kind === 'list') return elements.types.at(position) ?? any;
  const { whole, axis, part } = elements;
  const size = whole.shape[axis] ?? constant(0);
  // Of parts counted from the end, only the last may be smaller: it is what the others leave.
  const before = position < 0 ? sub(ceilDiv(size, part), -position) : constant(position);
  cx.atLeast(sub(size, mul(before, part)), 1, 'the parts up to the position');
  return tensorType(whole.dtype, whole.shape.with(axis, cx.facts.simplify(minOf(part, sub(size, mul(before, part))))));
}

/** What is known of the tensor at a position, counted from the end where it is negative. */
export function elementContent(type: ValueType, position: number | undefined): Content | undefined {
  const elements = elementsOf(type);
  if (!elements || elements.kind === 'many' || position === undefined) return undefined;
  if (elements.kind === 'list') return elements.contents?.at(position);
  const { content, axis, part } = elements;
  const size = content?.shape[axis];
  if (!content || size === undefined || part.kind !== 'const') return undefined;
  const first = (position < 0 ? position + Math.ceil(size / part.value) : position) * part.value;
  return first < 0 || first >= size ? undefined : partOf(content, axis, first, Math.min(part.value, size - first));
}

/** `length` positions of a content along an axis, from `first` on. */
export function partOf(content: Content, axis: number, first: number, length: number): Content | undefined {
  const strides = rowStrides(content.shape);
  return stridedView(content, content.shape.with(axis, length), strides, first * (strides[axis] ?? 0));
}
