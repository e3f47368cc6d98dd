// Reductions along axes: each axis in `axes` becomes 1 with keepdims, else is dropped.
import { intScalar, type Scalar } from '../../ir/content.ts';
import { type DType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { addElements, maxElements, minElements, multiplyElements, type UnaryRule } from '../rules/element-rules.ts';
import { exactFold, type Fold, logarithmOf, magnitudeOf, meanOf, rootOf, squareOf } from '../rules/exact-fold.ts';
import { reducedContent, reducedShape, unreducedShape } from '../rules/reduction.ts';

interface Reduction extends Fold {
  /** The value over no elements. */
  readonly empty?: number;
  /** What is folded in place of an element; the element itself by default. */
  readonly each?: UnaryRule;
  /** What is made of the fold of `count` elements. */
  readonly finish?: (cx: InferContext, dtype: DType, element: Scalar, count: number) => Scalar;
  readonly examples: readonly OperatorExample[];
}

/** Cases of axes by attribute (before 18, for ReduceSum before 13) and by input. */
const CASES: readonly OperatorExample[] = [
  { inputs: ['float32[batch, c, h, w]', 'int64[2] = [2, -1]'], outputs: ['float32[batch, c, 1, 1]'] },
  {
    inputs: ['float32[batch, c, h, w]', 'int64[2] = [2, -1]'],
    attributes: { keepdims: 0 },
    outputs: ['float32[batch, c]'],
  },
  { inputs: ['float32[batch, n]'], outputs: ['float32[1, 1]'] },
  { inputs: ['float32[batch, n]', 'int64[1] = [1]'], attributes: { keepdims: 5 }, outputs: ['float32[batch]'] },
  { inputs: ['float32[...]'], attributes: { keepdims: 0 }, outputs: ['float32[]'] },
  { inputs: ['float32[...]', 'int64[1] = [1]'], outputs: ['float32[...]'] },
  {
    inputs: ['float32[batch, n]', 'int64[0] = []'],
    attributes: { noop_with_empty_axes: 1 },
    outputs: ['float32[batch, n]'],
  },
  { inputs: ['float32[batch, n]', 'int64[0] = []'], outputs: ['float32[1, 1]'] },
  { inputs: ['float32[batch, n]'], attributes: { noop_with_empty_axes: 1 }, outputs: ['float32[batch, n]'] },
  { inputs: ['float32[batch, 1]', 'int64[1]'], outputs: ['float32[r, 1]'] },
  { inputs: ['float32[batch, n]', 'int64[1]'], attributes: { keepdims: 0 }, outputs: ['float32[r]'] },
  { inputs: ['float32[batch, n, n]', 'int64[1]'], attributes: { keepdims: 0 }, outputs: ['float32[r, n]'] },
  { inputs: ['float32[batch, n]', 'int64[k]'], attributes: { keepdims: 0 }, outputs: ['float32[...]'] },
  { inputs: ['float32[batch, n, 2]', 'int64[2]'], attributes: { keepdims: 0 }, outputs: ['float32[...]'] },
  { inputs: ['float32[n]', 'int64[k]'], attributes: { keepdims: 0 }, outputs: ['float32[...]'] },
  { inputs: ['float32[batch, n]', 'int64[2] = [-1, 1]'], attributes: { keepdims: 0 }, outputs: ['float32[batch]'] },
  { inputs: ['float32[0, n]', 'int64[1] = [-1]'], attributes: { keepdims: 0 }, outputs: ['float32[...]'] },
  { inputs: ['float32[0, n]', 'int64[1] = [1]'], attributes: { keepdims: 0 }, outputs: ['float32[0]'] },
  {
    inputs: ['float32[s - 1, n]', 'int64[1] = [-1]'],
    attributes: { keepdims: 0 },
    outputs: ['float32[s - 1]'],
    constraints: ['s >= 2'],
  },
  { inputs: ['float32[batch, n]'], attributes: { axes: [1], keepdims: 0 }, opset: 11, outputs: ['float32[batch]'] },
  { inputs: ['float32[batch, n]', 'int64[1] = [2]'], fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['float32[batch, n]'], attributes: { axes: [2] }, opset: 11, fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
];

function reduceRow(name: string, fold?: Reduction): OperatorRow {
  const row: OperatorRow = {
    name,
    cost: onePerInput,
    infer: (cx: InferContext) => [cx.tensor(reducedShape(cx))],
    backward: unreducedShape,
    examples: [...CASES, ...(fold?.examples ?? [])],
  };
  if (!fold) return row;
  const empty = fold.empty === undefined ? undefined : intScalar(fold.empty);
  const rule = exactFold(fold);
  return {
    ...row,
    content: (cx, [out]) => {
      const dtype = cx.dtype(0);
      if (dtype === 'undefined') return [];
      const { each, finish } = fold;
      return [
        reducedContent(cx, out, rule, {
          empty: isIntegerDType(dtype) ? empty : undefined,
          each: each && ((element) => each(cx, dtype, element)),
          finish: finish && ((element, count) => finish(cx, dtype, element, count)),
        }),
      ];
    },
  };
}

const scalar = (input: string, output?: string): OperatorExample => ({
  inputs: [`int64[3] = ${input}`],
  attributes: { keepdims: 0 },
  outputs: [output === undefined ? 'int64[]' : `int64[] = ${output}`],
});

const SUM = { rule: addElements, exact: (a: bigint, b: bigint): bigint => a + b } satisfies Fold;

/** The family: name (since-version) and formula of each row. */
export const REDUCE_ROWS: readonly OperatorRow[] = [
  // ReduceSum (1): the sum of x
  reduceRow('ReduceSum', {
    ...SUM,
    empty: 0,
    examples: [scalar('[s, 2, t]', 's + t + 2'), { inputs: ['float32[3] = [1, 2, 4]'], outputs: ['float32[1] = [7]'] }],
  }),
  // ReduceProd (1): the product of x
  reduceRow('ReduceProd', {
    rule: multiplyElements,
    exact: (a, b) => a * b,
    empty: 1,
    examples: [
      scalar('[s, 2, t]', '2*s*t'),
      { inputs: ['int64[2] = [4294967296, 4294967296]'], outputs: ['int64[1]'] },
      {
        inputs: ['int64[2, 2] = [a, b, c, 3]', 'int64[1] = [0]'],
        outputs: ['int64[1, 2] = [a*c, 3*b]'],
      },
    ],
  }),
  // ReduceMax, ReduceMin (1): the greatest, the least of x
  reduceRow('ReduceMax', {
    rule: maxElements,
    exact: (a, b) => (a > b ? a : b),
    rounds: false,
    examples: [scalar('[s, 2, t]', 'max(s, t, 2)')],
  }),
  reduceRow('ReduceMin', {
    rule: minElements,
    exact: (a, b) => (a < b ? a : b),
    rounds: false,
    examples: [scalar('[s, 2, t]', 'min(s, t, 2)')],
  }),
  // ReduceMean (1): the mean of x, of integers rounded toward zero
  reduceRow('ReduceMean', {
    ...SUM,
    within: 'float64',
    finish: meanOf,
    examples: [
      { inputs: ['float32[4] = [1, 2, 3, 4]'], outputs: ['float32[1] = [2.5]'] },
      { inputs: ['float64[2, 2] = [1, 2, 3, 5]', 'int64[1] = [-1]'], outputs: ['float64[2, 1] = [1.5, 4]'] },
      { inputs: ['int64[2] = [1, s]'], outputs: ['int64[1] = [(s + 1)//2]'] },
      scalar('[-3, -4, -1]', '-2'),
      scalar('[9007199254740991, 2, 0]'),
    ],
  }),
  // ReduceL1 (1): the sum of |x|
  reduceRow('ReduceL1', {
    ...SUM,
    within: 'float64',
    empty: 0,
    each: magnitudeOf,
    examples: [scalar('[s, -2, t]', 's + t + 2'), { inputs: ['float32[2] = [-3, 4]'], outputs: ['float32[1] = [7]'] }],
  }),
  // ReduceL2 (1): the root of the sum of x^2, of integers rounded toward zero
  reduceRow('ReduceL2', {
    ...SUM,
    within: 'float64',
    empty: 0,
    each: squareOf,
    finish: rootOf,
    examples: [
      scalar('[3, -4, 7]', '8'),
      scalar('[s, 1, 0]'),
      { inputs: ['float32[2] = [-3, 4]'], outputs: ['float32[1] = [5]'] },
    ],
  }),
  // ReduceSumSquare (1): the sum of x^2
  reduceRow('ReduceSumSquare', {
    ...SUM,
    within: 'float64',
    empty: 0,
    each: squareOf,
    examples: [
      scalar('[s, -2, t]', 's*s + t*t + 4'),
      scalar('[94906267, 0, 0]'),
      { inputs: ['float32[2] = [-3, 4]'], outputs: ['float32[1] = [25]'] },
    ],
  }),
  // ReduceLogSum (1): ln of the sum of x, of integers rounded toward zero
  reduceRow('ReduceLogSum', {
    ...SUM,
    within: 'float64',
    finish: logarithmOf,
    examples: [
      scalar('[3, -4, 85]', '4'),
      scalar('[1, 2, -3]'),
      scalar('[s, 1, 0]'),
      { inputs: ['float32[2] = [-3, 4]'], outputs: ['float32[1] = [0]'] },
    ],
  }),
  // ReduceLogSumExp (1): ln of the sum of e^x; no element is followed, ONNX Runtime has a rounding of its own for integers
  reduceRow('ReduceLogSumExp'),
];
