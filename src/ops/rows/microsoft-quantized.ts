// Elementwise operators, joins and reductions of com.microsoft on 8-bit integers with scales and zero points.
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { onePerInput, perInput } from '../costs/elementwise.ts';
import { copy } from '../costs/movement.ts';
import { sameShape } from '../rules/elementwise-row.ts';
import { inMicrosoft, requireScalars } from '../rules/microsoft.ts';
import { reducedShape } from '../rules/reduction.ts';
import { concatShape } from './concat.ts';
import { alongAxis } from './softmax.ts';

const SCALE = 'float32[]';
const ZERO = 'uint8[]';

/** A quantized operator on two tensors that broadcast, each with scale and zero point. */
function quantizedBinary(name: string): OperatorRow {
  const pair = (a: string, b: string): readonly string[] => [a, SCALE, ZERO, b, SCALE, ZERO, SCALE, ZERO];
  return {
    name,
    infer: (cx) => {
      requireScalars(cx, [1, 2, 4, 5, 6, 7]);
      return [cx.tensor(cx.broadcast(cx.shape(0), cx.shape(3)))];
    },
    examples: [
      { inputs: pair('uint8[n, c, h, w]', 'uint8[n, c, 1, 1]'), outputs: ['uint8[n, c, h, w]'] },
      {
        inputs: pair('uint8[a, 4]', 'uint8[b, 4]'),
        outputs: ['uint8[broadcast(a, b), 4]'],
        constraints: ['broadcastable(a, b)'],
      },
      { inputs: pair('uint8[...]', 'uint8[4]'), outputs: ['uint8[...]'] },
      { inputs: pair('uint8[2, 3]', 'uint8[4]'), fails: 'SHAPE_MISMATCH' },
      { inputs: pair('uint8[2, 3]', 'int8[3]'), fails: 'DTYPE_MISMATCH' },
      { inputs: ['uint8[3]', 'float32[3]', ZERO, 'uint8[3]', SCALE, ZERO, SCALE, ZERO], fails: 'SHAPE_MISMATCH' },
    ],
  };
}

/** A quantized function of each element: `X, X_scale, X_zero_point, Y_scale, Y_zero_point`. */
function quantizedUnary(name: string): OperatorRow {
  return {
    name,
    infer: (cx) => {
      requireScalars(cx, [1, 2, 3, 4]);
      return sameShape(cx);
    },
    examples: [
      { inputs: ['uint8[n, c, h]', SCALE, ZERO, SCALE, ZERO], outputs: ['uint8[n, c, h]'] },
      { inputs: ['int8[n]', 'float32[1]', 'int8[1]', SCALE, 'int8[]'], outputs: ['int8[n]'] },
      { inputs: ['uint8[n]', 'float32[2]', ZERO, SCALE, ZERO], fails: 'SHAPE_MISMATCH' },
      { inputs: ['float32[n]', SCALE, ZERO, SCALE, ZERO], fails: 'DTYPE_MISMATCH' },
    ],
  };
}

/** QLinearSoftmax (1): Softmax along `axis` (with an `opset` below 13 over all axes from it on); shape of X. */
const QLinearSoftmax: OperatorRow = {
  name: 'QLinearSoftmax',
  cost: perInput(5),
  infer: (cx) => {
    return alongAxis(cx);
  },
  examples: [
    { inputs: ['uint8[n, s, t]', SCALE, ZERO, SCALE, ZERO], attributes: { opset: 13 }, outputs: ['uint8[n, s, t]'] },
    {
      inputs: ['uint8[n, s]', SCALE, ZERO, SCALE, ZERO],
      attributes: { opset: 11, axis: 1 },
      outputs: ['uint8[n, s]'],
    },
    {
      inputs: ['uint8[n, s]', SCALE, ZERO, SCALE, ZERO],
      attributes: { opset: 13, axis: 2 },
      fails: 'ATTRIBUTE_INVALID',
    },
  ],
};

/** QLinearWhere (1): X where the condition holds, else Y, requantized; the broadcast of the three. */
const QLinearWhere: OperatorRow = {
  name: 'QLinearWhere',
  infer: (cx) => {
    return [cx.tensor(cx.broadcast(cx.shape(0), cx.shape(1), cx.shape(4)), cx.dtype(1))];
  },
  examples: [
    {
      inputs: ['bool[n, 1]', 'uint8[s]', SCALE, ZERO, 'uint8[]', SCALE, ZERO, SCALE, ZERO],
      outputs: ['uint8[n, s]'],
    },
    { inputs: ['bool[2]', 'uint8[3]', SCALE, ZERO, 'uint8[]', SCALE, ZERO, SCALE, ZERO], fails: 'SHAPE_MISMATCH' },
  ],
};

/** MulInteger (1): `(A - A_zero_point) * (B - B_zero_point)` as int32; the broadcast of A and B. */
const MulInteger: OperatorRow = {
  name: 'MulInteger',
  infer: (cx) => {
    requireScalars(cx, [1, 3]);
    return [cx.tensor(cx.broadcast(cx.shape(0), cx.shape(2)), 'int32')];
  },
  examples: [
    { inputs: ['uint8[n, 1]', ZERO, 'uint8[s]', ZERO], outputs: ['int32[n, s]'] },
    { inputs: ['uint8[2]', ZERO, 'uint8[3]', ZERO], fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * QLinearConcat (1): tensors, each followed by scale and zero point, one after the other along `axis`.
 * `[..., d0, ...], [..., d1, ...] -> [..., d0 + d1, ...]`, dtype of `Y_zero_point`.
 */
const QLinearConcat: OperatorRow = {
  name: 'QLinearConcat',
  cost: copy,
  infer: (cx) => {
    const count = (cx.inputCount - 2) / 3;
    if (!Number.isInteger(count)) {
      cx.fail(
        'INPUT_COUNT',
        `${cx.op} takes three inputs per tensor behind the output's scale and zero point, got ${cx.inputCount - 2}`,
        { expected: 'a multiple of 3', actual: String(cx.inputCount - 2) },
      );
    }
    const tensors = Array.from({ length: count }, (_, k) => 2 + 3 * k);
    for (const i of tensors) cx.sameDType(i, 1);
    return [cx.tensor(concatShape(cx, tensors), cx.dtype(1))];
  },
  examples: [
    {
      inputs: [SCALE, ZERO, 'uint8[n, 3, h]', SCALE, ZERO, 'uint8[n, c, h]', SCALE, ZERO],
      attributes: { axis: 1 },
      outputs: ['uint8[n, c + 3, h]'],
    },
    {
      inputs: [SCALE, ZERO, 'uint8[n, 3]', SCALE, ZERO, 'uint8[m, 4]', SCALE, ZERO],
      attributes: { axis: -1 },
      outputs: ['uint8[n, 7]'],
      constraints: ['n == m'],
    },
    {
      inputs: [SCALE, ZERO, 'uint8[2, 3]', SCALE, ZERO, 'uint8[2, 4]', SCALE, ZERO],
      attributes: { axis: 0 },
      fails: 'SHAPE_MISMATCH',
    },
    { inputs: [SCALE, ZERO, 'uint8[2, 3]', SCALE], attributes: { axis: 0 }, fails: 'INPUT_COUNT' },
    { inputs: [SCALE, ZERO, 'int8[2, 3]', SCALE, 'int8[]'], attributes: { axis: 0 }, fails: 'DTYPE_MISMATCH' },
  ],
};

/** The shape that a reduction leaves; its axes are the attribute, which must not be empty. */
const reduced = (cx: InferContext) => reducedShape(cx, false);

const reducing = (axes: readonly number[], keepdims: number) => ({ axes, keepdims });

/** QLinearReduceMean (1): the mean over `axes`, requantized; each axis 1 with keepdims, else dropped. */
const QLinearReduceMean: OperatorRow = {
  name: 'QLinearReduceMean',
  cost: onePerInput,
  infer: (cx) => {
    requireScalars(cx, [1, 2, 3, 4]);
    return [cx.tensor(reduced(cx))];
  },
  examples: [
    {
      inputs: ['uint8[n, c, h, w]', SCALE, ZERO, SCALE, ZERO],
      attributes: reducing([2, -1], 1),
      outputs: ['uint8[n, c, 1, 1]'],
    },
    { inputs: ['uint8[n, c]', SCALE, ZERO, SCALE, ZERO], attributes: reducing([1], 0), outputs: ['uint8[n]'] },
    { inputs: ['uint8[n]', SCALE, ZERO, SCALE, ZERO], attributes: reducing([1], 0), fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** ReduceSumInteger (1): the sum over `axes` in 32 bits, signed or not as the output is declared. */
const ReduceSumInteger: OperatorRow = {
  name: 'ReduceSumInteger',
  cost: onePerInput,
  infer: (cx) => [cx.tensor(reduced(cx), cx.outputDType(0))],
  examples: [
    { inputs: ['uint8[n, c]'], attributes: reducing([1], 1), outputs: ['?[n, 1]'] },
    { inputs: ['uint8[n, c]'], attributes: reducing([2], 1), fails: 'ATTRIBUTE_INVALID' },
  ],
};

/** The family: name (since-version) and formula of each row. */
export const MICROSOFT_QUANTIZED_ROWS: readonly OperatorRow[] = inMicrosoft([
  // QLinearAdd (1): A + B; QLinearMul (1): A * B
  quantizedBinary('QLinearAdd'),
  quantizedBinary('QLinearMul'),
  // QLinearSigmoid (1): 1 / (1 + e^-x)
  quantizedUnary('QLinearSigmoid'),
  // QLinearLeakyRelu (1): x where x >= 0, else alpha * x
  quantizedUnary('QLinearLeakyRelu'),
  QLinearSoftmax,
  QLinearWhere,
  MulInteger,
  QLinearConcat,
  QLinearReduceMean,
  ReduceSumInteger,
]);
