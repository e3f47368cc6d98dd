// Lists of tensors: SequenceConstruct, SequenceEmpty, SequenceAt, SequenceInsert, SequenceErase, SequenceLength.
import { add, sub } from '../../dim/arithmetic.ts';
import { constant } from '../../dim/dim.ts';
import { makeContent } from '../../ir/content.ts';
import { dtypeFromOnnx } from '../../ir/dtype.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { UNKNOWN_TYPE, type ValueType } from '../../ir/type.ts';
import { fill, view } from '../costs/movement.ts';
import { differVarying, joinTypes } from '../rules/join-types.ts';
import {
  elementAt,
  elementContent,
  elementsOf,
  inputElement,
  isEmpty,
  lengthOf,
  listElements,
  listType,
  sequenceType,
} from '../rules/sequence-elements.ts';

/**
 * The element type of sequence input `i`; the type of which nothing is known where that is so.
 *
 * @throws KIND_MISMATCH (caught by the engine) when the input is no sequence
 */
export function elementType(cx: InferContext, i: number): ValueType {
  const type = cx.type(i);
  if (type.kind === 'sequence') return type.element;
  if (type.kind === 'unknown') return UNKNOWN_TYPE;
  return cx.fail('KIND_MISMATCH', `${cx.op} takes ${cx.inputName(i)} as a sequence, got a ${type.kind}`, {
    expected: 'sequence',
    actual: type.kind,
  });
}

/** Positions are scalars; a list of one is taken too, as in ONNX's own tests. */
function requirePosition(cx: InferContext, i: number): void {
  const [size] = (cx.has(i) && cx.rankBetween(i, 0, 1)) || [];
  if (size) cx.unify(size, constant(1), 'the length of the position and 1');
}

/** The known number of a position. */
function positionAt(cx: InferContext, i: number): number | undefined {
  return cx.integers(i)?.[0];
}

/** SequenceConstruct (since 11): the inputs as a list. `T.. -> seq(T)`, sizes that differ vary from element to element. */
const SequenceConstruct: OperatorRow = {
  name: 'SequenceConstruct',
  cost: view,
  infer: (cx) => {
    const elements = Array.from({ length: cx.inputCount }, (_, i) => inputElement(cx, i));
    return [listType(cx, elements, UNKNOWN_TYPE, 'the elements')];
  },
  examples: [
    { inputs: ['float32[b, 4]', 'float32[b, 4]'], outputs: ['seq(float32[b, 4])'] },
    { inputs: ['float32[b, 4]', 'float32[b, 5]'], outputs: ['seq(float32[b, u])'] },
    { inputs: ['float32[b]', 'float32[b, 5]'], outputs: ['seq(float32[...])'] },
    { inputs: ['float32[b]', 'int64[b]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** SequenceEmpty (since 11): a list of no elements of type `dtype`, float32 by default. */
const SequenceEmpty: OperatorRow = {
  name: 'SequenceEmpty',
  cost: fill,
  infer: (cx) => {
    const dtype = dtypeFromOnnx(cx.int('dtype', 1));
    if (!dtype) {
      cx.fail('ATTRIBUTE_INVALID', `SequenceEmpty: dtype ${cx.int('dtype', 1)} is no element type`, {
        actual: String(cx.int('dtype', 1)),
      });
    }
    return [listType(cx, [], cx.tensor(undefined, dtype), 'the elements')];
  },
  examples: [
    { inputs: [], outputs: ['seq(float32[...])'] },
    { inputs: [], attributes: { dtype: 7 }, outputs: ['seq(int64[...])'] },
    { inputs: [], attributes: { dtype: 99 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** SequenceAt (since 11): the element at a position. `seq(T), int64[] -> T`. */
const SequenceAt: OperatorRow = {
  name: 'SequenceAt',
  cost: view,
  infer: (cx) => {
    requirePosition(cx, 1);
    elementType(cx, 0);
    return [elementAt(cx, cx.type(0), positionAt(cx, 1))];
  },
  content: (cx) => [elementContent(cx.type(0), positionAt(cx, 1))],
  examples: [
    { inputs: ['seq(float32[b, 4])', 'int64[]'], outputs: ['float32[b, 4]'] },
    { inputs: ['seq(float32[...])', 'int64[] = 0'], outputs: ['float32[...]'] },
    { inputs: ['float32[b]', 'int64[]'], fails: 'KIND_MISMATCH' },
    { inputs: ['seq(float32[b])', 'int64[1]'], outputs: ['float32[b]'] },
    { inputs: ['seq(float32[b])', 'int64[2]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** SequenceInsert (since 11): a list with one more element, at a position or at the end. `seq(T), T -> seq(T)`. */
const SequenceInsert: OperatorRow = {
  name: 'SequenceInsert',
  cost: view,
  infer: (cx) => {
    requirePosition(cx, 2);
    const what = 'the sequence and the new element';
    const element = elementType(cx, 0);
    const known = elementsOf(cx.type(0));
    const position = cx.has(2) ? positionAt(cx, 2) : Number.POSITIVE_INFINITY;
    if (known?.kind === 'list' && position !== undefined) {
      joinTypes(cx, [element, cx.type(1)], what, differVarying);
      return [listType(cx, listElements(known).toSpliced(position, 0, inputElement(cx, 1)), element, what)];
    }
    const length = lengthOf(known);
    const joined = joinTypes(cx, [element, cx.type(1)], what, differVarying);
    // A list that is known to be empty says nothing of its elements.
    const one = isEmpty(known) ? cx.type(1) : joined;
    return [sequenceType(one, length && { kind: 'many', length: add(length, 1) })];
  },
  examples: [
    { inputs: ['seq(float32[b, 4])', 'float32[b, 4]'], outputs: ['seq(float32[b, 4])'] },
    { inputs: ['seq(float32[b, 4])', 'float32[b, s]', 'int64[]'], outputs: ['seq(float32[b, u])'] },
    { inputs: ['seq(float32[...])', 'float32[b, s]'], outputs: ['seq(float32[...])'] },
    { inputs: ['seq(float32[b])', 'int64[b]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** SequenceErase (since 11): a list without the element at a position, the last one by default. `seq(T) -> seq(T)`. */
const SequenceErase: OperatorRow = {
  name: 'SequenceErase',
  cost: view,
  infer: (cx) => {
    requirePosition(cx, 1);
    const element = elementType(cx, 0);
    const known = elementsOf(cx.type(0));
    const position = cx.has(1) ? positionAt(cx, 1) : -1;
    if (known?.kind !== 'list' || position === undefined) {
      const length = lengthOf(known);
      if (!length) return [sequenceType(element)];
      cx.atLeast(length, 1, 'the number of elements');
      return [sequenceType(element, { kind: 'many', length: sub(length, 1) })];
    }
    return [listType(cx, listElements(known).toSpliced(position, 1), element, 'the elements')];
  },
  examples: [
    { inputs: ['seq(float32[b, 4])', 'int64[]'], outputs: ['seq(float32[b, 4])'] },
    { inputs: ['seq(float32[b, 4])'], outputs: ['seq(float32[b, 4])'] },
    { inputs: ['float32[b, 4]'], fails: 'KIND_MISMATCH' },
  ],
};

/** SequenceLength (since 11): the number of elements, an int64 scalar. `seq(T) -> int64[]`. */
const SequenceLength: OperatorRow = {
  name: 'SequenceLength',
  cost: fill,
  infer: (cx) => {
    elementType(cx, 0);
    return [cx.tensor([], 'int64')];
  },
  content: (cx) => {
    const length = lengthOf(elementsOf(cx.type(0)));
    return [length && makeContent('int64', [], [length])];
  },
  examples: [
    { inputs: ['seq(float32[b, 4])'], outputs: ['int64[]'] },
    { inputs: ['float32[b, 4]'], fails: 'KIND_MISMATCH' },
  ],
};

/** The family. */
export const SEQUENCE_ROWS: readonly OperatorRow[] = [
  SequenceConstruct,
  SequenceEmpty,
  SequenceAt,
  SequenceInsert,
  SequenceErase,
  SequenceLength,
];
