// Reductions along axes: each axis in `axes` becomes 1 with keepdims, else is dropped.
import { intOf, intScalar } from '../../ir/content.ts';
import { isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import { addElements, type BinaryRule, maxElements, minElements, multiplyElements } from '../rules/element-rules.ts';
import { wrap } from '../rules/integer-elements.ts';
import { reducedContent, reducedShape } from '../rules/reduction.ts';

/**
 * Folds integers below 2^53 that the type holds: the order in which a runtime adds floats is not known, and with it the
 * rounding; and sums and products that overflow end at the type's ends or anywhere (ONNX Runtime 1.30).
 */
const overIntegers =
  ({ rule, exact }: Fold): BinaryRule =>
  (cx, dtype, a, b) => {
    if (!isIntegerDType(dtype)) return undefined;
    const [left, right] = [intOf(a), intOf(b)];
    if (left === undefined || right === undefined) return rule(cx, dtype, a, b);
    const value = exact(BigInt(left), BigInt(right));
    const wrapped = wrap(dtype, value);
    return typeof wrapped === 'object' && intOf(wrapped) === Number(value) ? wrapped : undefined;
  };

interface Fold {
  readonly rule: BinaryRule;
  /** The rule on numbers, without a bound. */
  readonly exact: (a: bigint, b: bigint) => bigint;
  /** The value over no elements. */
  readonly empty?: number;
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
  { inputs: ['float32[batch, n]'], attributes: { axes: [1], keepdims: 0 }, opset: 11, outputs: ['float32[batch]'] },
  { inputs: ['float32[batch, n]', 'int64[1] = [2]'], fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['float32[batch, n]'], attributes: { axes: [2] }, opset: 11, fails: 'ATTRIBUTE_INVALID' },
  { inputs: ['string[n]'], fails: 'DTYPE_MISMATCH' },
];

function reduceRow(name: string, fold?: Fold): OperatorRow {
  const row: OperatorRow = {
    name,
    infer: (cx: InferContext) => [cx.tensor(reducedShape(cx))],
    examples: [...CASES, ...(fold?.examples ?? [])],
  };
  if (!fold) return row;
  const empty = fold.empty === undefined ? undefined : intScalar(fold.empty);
  const rule = overIntegers(fold);
  return { ...row, content: (cx, [out]) => [reducedContent(cx, out, rule, isIntegers(cx) ? empty : undefined)] };
}

const isIntegers = (cx: InferContext): boolean => {
  const dtype = cx.dtype(0);
  return dtype !== 'undefined' && isIntegerDType(dtype);
};

const scalar = (input: string, output: string): OperatorExample => ({
  inputs: [`int64[3] = ${input}`],
  attributes: { keepdims: 0 },
  outputs: [`int64[] = ${output}`],
});

/** The family: name (since-version) and formula of each row. */
export const REDUCE_ROWS: readonly OperatorRow[] = [
  // ReduceSum (1): the sum of x
  reduceRow('ReduceSum', {
    rule: addElements,
    exact: (a, b) => a + b,
    empty: 0,
    examples: [scalar('[s, 2, t]', 's + t + 2')],
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
    examples: [scalar('[s, 2, t]', 'max(s, t, 2)')],
  }),
  reduceRow('ReduceMin', {
    rule: minElements,
    exact: (a, b) => (a < b ? a : b),
    examples: [scalar('[s, 2, t]', 'min(s, t, 2)')],
  }),
  // ReduceMean (1): the mean of x
  reduceRow('ReduceMean'),
  // ReduceL1 (1): the sum of |x|; ReduceL2 (1): the root of the sum of x^2; ReduceSumSquare (1): the sum of x^2
  reduceRow('ReduceL1'),
  reduceRow('ReduceL2'),
  reduceRow('ReduceSumSquare'),
  // ReduceLogSum (1): ln of the sum of x; ReduceLogSumExp (1): ln of the sum of e^x
  reduceRow('ReduceLogSum'),
  reduceRow('ReduceLogSumExp'),
];
