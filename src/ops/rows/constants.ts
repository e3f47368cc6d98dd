// Tensors made of attributes and sizes: Constant, ConstantOfShape, Range.
import { add, ceilDiv, maxOf, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { type Content, contentOfData, dimOf, intScalar, makeContent, type Scalar } from '../../ir/content.ts';
import { isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorRow, Span } from '../../ir/operator.ts';
import type { MaybeDType, Shape, ValueType } from '../../ir/type.ts';
import { fill } from '../costs/movement.ts';
import { built, contentDType, filled } from '../rules/content-view.ts';
import { addFloats, roundTo } from '../rules/float-elements.ts';
import { attempt } from '../rules/integer-elements.ts';
import { simplified, stateLimits } from '../rules/ratio.ts';
import { sizeElements } from '../rules/size-elements.ts';

/**
 * Constant (since 1): the tensor that an attribute holds: value, sparse_value (densified), value_float(s), value_int(s) or
 * value_string(s), a plural one as a list, a singular one as a scalar.
 */
const Constant: OperatorRow = {
  name: 'Constant',
  cost: fill,
  infer: (cx) => [constantType(cx)],
  content: (cx) => [constantContent(cx)],
  examples: [
    { inputs: [], attributes: { value_int: 7 }, outputs: ['int64[] = 7'] },
    { inputs: [], attributes: { value_ints: [2, -1] }, outputs: ['int64[2] = [2, -1]'] },
    { inputs: [], attributes: { value_float: 0.5 }, outputs: ['float32[] = 0.5'] },
    { inputs: [], attributes: { value_floats: [1, 2, 3] }, outputs: ['float32[3] = [1, 2, 3]'] },
    { inputs: [], attributes: { value_string: 'a' }, outputs: ['string[]'] },
    { inputs: [], attributes: { value_strings: ['a', 'b'] }, outputs: ['string[2]'] },
    { inputs: [], fails: 'ATTRIBUTE_MISSING' },
    { inputs: [], attributes: { value_int: 7, value_float: 1 }, fails: 'ATTRIBUTE_INVALID' },
  ],
};

const CONSTANT_NAMES = [
  'value',
  'sparse_value',
  'value_float',
  'value_floats',
  'value_int',
  'value_ints',
  'value_string',
  'value_strings',
] as const;

function constantAttribute(cx: InferContext) {
  const [name, another] = CONSTANT_NAMES.filter((given) => cx.attribute(given) !== undefined);
  const attribute = name && cx.attribute(name);
  if (!attribute) {
    return cx.fail('ATTRIBUTE_MISSING', 'Constant holds no value', { expected: `one of ${CONSTANT_NAMES.join(', ')}` });
  }
  if (another)
    cx.fail('ATTRIBUTE_INVALID', `Constant takes one value, got ${name} and ${another}`, { expected: 'one value' });
  return attribute;
}

function constantType(cx: InferContext): ValueType | undefined {
  const attribute = constantAttribute(cx);
  switch (attribute.kind) {
    case 'tensor':
      return cx.tensor(attribute.value.shape, attribute.value.dtype);
    case 'sparse_tensor':
      return cx.tensor(attribute.value.shape, attribute.value.values.dtype);
    case 'float':
      return cx.tensor([], 'float32');
    case 'floats':
      return cx.tensor([attribute.value.length], 'float32');
    case 'int':
      return cx.tensor([], 'int64');
    case 'ints':
      return cx.tensor([attribute.value.length], 'int64');
    case 'string':
      return cx.tensor([], 'string');
    case 'strings':
      return cx.tensor([attribute.value.length], 'string');
    default:
      // A function body's reference to an attribute of its caller is known only at the call.
      return undefined;
  }
}

function constantContent(cx: InferContext): Content | undefined {
  const attribute = constantAttribute(cx);
  switch (attribute.kind) {
    case 'tensor':
      return contentOfData(attribute.value);
    case 'float':
      return makeContent('float32', [], [Math.fround(attribute.value)]);
    case 'floats':
      return makeContent('float32', [attribute.value.length], attribute.value.map(Math.fround));
    case 'int':
      return makeContent('int64', [], [intScalar(attribute.value)]);
    case 'ints':
      return makeContent('int64', [attribute.value.length], attribute.value.map(intScalar));
    default:
      return undefined;
  }
}

/**
 * ConstantOfShape (since 9): the shape that the input lists, filled with the one element of `value` (float32 0 by default).
 * `int64[n] = [d0, ..., dn-1] -> [d0, ..., dn-1]`.
 */
const ConstantOfShape: OperatorRow = {
  name: 'ConstantOfShape',
  cost: fill,
  infer: (cx) => {
    cx.ranked(0, 1);
    const value = cx.attribute('value');
    const dtype = value?.kind === 'tensor' ? value.value.dtype : 'float32';
    return [cx.tensor(listedShape(cx, 0), value?.kind === 'ref' ? cx.outputDType(0) : dtype)];
  },
  content: (cx, [output]) => {
    const value = cx.attribute('value');
    if (value && value.kind !== 'tensor') return [];
    return [filled(value ? contentOfData(value.value)?.elements[0] : 0, output)];
  },
  examples: [
    { inputs: ['int64[3] = [b, 2, s]'], outputs: ['float32[b, 2, s]'] },
    { inputs: ['int64[1] = [s - 1]'], outputs: ['float32[s - 1]'] },
    { inputs: ['int64[1] = [s - 2]'], outputs: ['float32[s - 2]'], constraints: ['s >= 2'] },
    { inputs: ['int64[2] = [b, ?]'], outputs: ['float32[b, u]'] },
    { inputs: ['int64[2]'], outputs: ['float32[u, v]'] },
    { inputs: ['int64[0] = []'], outputs: ['float32[]'] },
    { inputs: ['int64[1] = [2]'], outputs: ['float32[2] = [0, 0]'] },
    { inputs: ['int64[1] = [-1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['int64[2, 1]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The shape that input `i` lists, its sizes required to be at least 0; fresh symbols where it is not known. */
function listedShape(cx: InferContext, i: number): Shape | undefined {
  return sizeElements(cx, i)?.map((element, axis) => {
    if (!element) return cx.fresh('size');
    cx.atLeast(element, 0, `size ${axis}`);
    return element;
  });
}

/**
 * Range (since 11): `start, start + delta, ...` up to but without `limit`.
 * `[max(ceil((limit - start) / delta), 0)]`; ONNX Runtime also takes one-element lists for the scalars.
 */
const Range: OperatorRow = {
  name: 'Range',
  cost: fill,
  infer: rangeType,
  content: rangeContent,
  span: rangeSpan,
  examples: [
    { inputs: ['int64[] = 0', 'int64[] = s', 'int64[] = 1'], outputs: ['int64[s]'] },
    { inputs: ['int64[] = 1', 'int64[] = s', 'int64[] = 2'], outputs: ['int64[ceildiv(s - 1, 2)]'] },
    { inputs: ['int64[] = s', 'int64[] = 0', 'int64[] = -1'], outputs: ['int64[s]'] },
    { inputs: ['int64[] = 2', 'int64[] = s', 'int64[] = 1'], outputs: ['int64[max(s - 2, 0)]'] },
    { inputs: ['int64[] = s', 'int64[] = s + 3', 'int64[] = 1'], outputs: ['int64[3] = [s, s + 1, s + 2]'] },
    {
      inputs: ['float32[] = 1', 'float32[] = 1.3', 'float32[] = 0.1'],
      outputs: ['float32[3] = [1, 1.100000023841858, 1.2000000476837158]'],
    },
    { inputs: ['int64[]', 'int64[] = s', 'int64[] = 1'], outputs: ['int64[u]'] },
    { inputs: ['int64[] = 0', 'int64[] = s', 'int64[] = 0'], fails: 'OP_INVALID' },
    { inputs: ['int64[2, 2]', 'int64[] = s', 'int64[] = 1'], fails: 'RANK_MISMATCH' },
  ],
};

/** The type of Range: one axis, as long as its bounds and step say. */
export function rangeType(cx: InferContext): readonly ValueType[] {
  for (const i of [0, 1, 2]) {
    const [size] = cx.rankBetween(i, 0, 1) ?? [];
    if (size) cx.unify(size, constant(1), `the length of ${cx.inputName(i)} and 1`);
  }
  return [cx.tensor([rangeLength(cx)])];
}

/** The elements of a Range where they are known. */
export function rangeContent(cx: InferContext, [output]: readonly ValueType[]): readonly (Content | undefined)[] {
  const [start, delta] = [scalarAt(cx, 0), scalarAt(cx, 2)];
  if (output?.kind !== 'tensor' || output.dtype === 'undefined') return [];
  if (isFloatDType(output.dtype)) return [floatRange(cx, output, start, delta)];
  const [from, by] = [dimOf(start), dimOf(delta)];
  return [from && by && built(output, (i) => add(from, mul(i, by)))];
}

/** The first and the last element of a Range of integers. */
export function rangeSpan(cx: InferContext, [length]: Shape): Span | undefined {
  const [from, by] = [dimOf(scalarAt(cx, 0)), dimOf(scalarAt(cx, 2))];
  if (!length || !from || by?.kind !== 'const') return undefined;
  const last = attempt(() => add(from, mul(sub(length, 1), by)));
  return last && (by.value > 0 ? { least: from, greatest: last } : { least: last, greatest: from });
}

/** ONNX Runtime adds step by step on the CPU and multiplies on CUDA: an element is known where all ways round to the same. */
function floatRange(cx: InferContext, output: ValueType, start: Scalar, delta: Scalar): Content | undefined {
  const dtype = contentDType(output);
  if (!dtype || start === undefined || typeof delta !== 'number') return undefined;
  let sum: Scalar = start;
  return built(output, (i) => {
    if (i > 0) sum = addFloats(cx, dtype, sum, delta);
    if (typeof sum !== 'number' || typeof start !== 'number') return sum;
    const steps = roundTo(dtype, i * delta) ?? Number.NaN;
    return [i * delta, steps].every((far) => roundTo(dtype, start + far) === sum) ? sum : undefined;
  });
}

function scalarAt(cx: InferContext, i: number): Scalar {
  // Only com.microsoft has a form without a step, which is 1.
  if (i === 2 && !cx.has(i)) return isIntegers(cx.dtype(0)) ? constant(1) : 1;
  const content = cx.content(i);
  return content?.elements.length === 1 ? content.elements[0] : undefined;
}

const isIntegers = (dtype: MaybeDType): boolean => dtype !== 'undefined' && isIntegerDType(dtype);

function rangeLength(cx: InferContext): Dim {
  const [start, limit, delta] = [scalarAt(cx, 0), scalarAt(cx, 1), scalarAt(cx, 2)];
  if (isZero(delta))
    cx.fail('OP_INVALID', 'Range: delta must not be 0', { expected: 'delta other than 0', actual: '0' });
  if (typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number') {
    return constant(floatLength(cx, start, limit, delta));
  }
  const [from, to, by] = [wholeOf(cx, start), wholeOf(cx, limit), wholeOf(cx, delta)];
  if (!from || !to || !by) return cx.fresh('range');
  return cx.facts.simplify(maxOf(ceilDiv(sub(to, from), by), 0));
}

const isZero = (element: Scalar): boolean =>
  element === 0 || (typeof element === 'object' && element.kind === 'const' && element.value === 0);

/** ONNX Runtime subtracts in the element type and divides in float64. */
function floatLength(cx: InferContext, start: number, limit: number, delta: number): number {
  const round = cx.dtype(0) === 'float64' ? (x: number): number => x : Math.fround;
  return Math.max(Math.ceil(round(round(limit) - round(start)) / round(delta)), 0);
}

/** An integer element, or a float that is a whole size in every valid run. */
function wholeOf(cx: InferContext, element: Scalar): Dim | undefined {
  const dim = dimOf(element);
  if (dim) return cx.facts.simplify(dim);
  if (element === undefined || typeof element === 'bigint' || typeof element === 'boolean') return undefined;
  const ratio = simplified(cx, element);
  if (!ratio || ratio.denominator !== constant(1)) return undefined;
  return stateLimits(cx, ratio) ? ratio.numerator : undefined;
}

/** The family. */
export const CONSTANT_ROWS: readonly OperatorRow[] = [Constant, ConstantOfShape, Range];
