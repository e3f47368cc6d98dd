// Mathematics of com.microsoft: Fourier transforms, complex products, inverses, distances, hashes and checks.
import { add, floorDiv, maxOf, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { elimination, sumOverLast, unknownWork } from '../costs/contraction.ts';
import { onePerInput } from '../costs/elementwise.ts';
import { requirePositive } from '../rules/channels.ts';
import { unaryRow } from '../rules/elementwise-row.ts';
import { inMicrosoft } from '../rules/microsoft.ts';

const ANY = Number.POSITIVE_INFINITY;

/** Requires that the last axis of input `i` holds real and imaginary part. */
function requireComplex(cx: InferContext, i: number): Shape | undefined {
  const shape = cx.rankBetween(i, 1, ANY);
  const parts = shape?.at(-1);
  if (parts) cx.unify(constant(2), parts, `2 and the last axis of ${cx.inputName(i)}`);
  return shape;
}

/** A product of complex numbers, real and imaginary part in the last axis: the broadcast of both. */
function complexProduct(name: string): OperatorRow {
  return {
    name,
    infer: (cx) => [cx.tensor(cx.broadcast(requireComplex(cx, 0), requireComplex(cx, 1)))],
    examples: [
      { inputs: ['float32[b, n, 2]', 'float32[n, 2]'], outputs: ['float32[b, n, 2]'] },
      { inputs: ['float32[n, c]', 'float32[1, 2]'], outputs: ['float32[n, 2]'], constraints: ['c == 2'] },
      { inputs: ['float32[b, n, 3]', 'float32[n, 2]'], fails: 'SHAPE_MISMATCH' },
    ],
  };
}

/** Rfft (1): the one-sided spectrum of the last `signal_ndim` axes. `[..., n] -> [..., n//2 + 1, 2]` */
const Rfft: OperatorRow = {
  name: 'Rfft',
  cost: sumOverLast(0),
  infer: (cx) => {
    const shape = cx.rankBetween(0, requirePositive(cx, 'signal_ndim'), ANY);
    const last = shape?.at(-1);
    const bins = last && (cx.int('onesided', 1) === 0 ? last : add(floorDiv(last, 2), 1));
    return [cx.tensor(shape && bins && [...shape.slice(0, -1), bins, constant(2)])];
  },
  examples: [
    { inputs: ['float32[b, n]'], attributes: { signal_ndim: 1 }, outputs: ['float32[b, n//2 + 1, 2]'] },
    { inputs: ['float32[b, 8, 8]'], attributes: { signal_ndim: 2 }, outputs: ['float32[b, 8, 5, 2]'] },
    { inputs: ['float32[n]'], attributes: { signal_ndim: 2 }, fails: 'RANK_MISMATCH' },
  ],
};

/**
 * Irfft (1): the signal of a one-sided spectrum. `[..., m, 2] -> [..., n]`: the spectrum is the same for `2*m - 2` and `2*m - 1`
 * points, and execution providers differ in which they give, so the size is left open between them.
 */
const Irfft: OperatorRow = {
  name: 'Irfft',
  cost: sumOverLast(0),
  infer: (cx) => {
    cx.rankBetween(0, 1 + requirePositive(cx, 'signal_ndim'), ANY);
    const shape = requireComplex(cx, 0);
    const bins = shape?.at(-2);
    return [cx.tensor(shape && bins && [...shape.slice(0, -2), signalLength(cx, bins)])];
  },
  examples: [
    {
      inputs: ['float32[b, m, 2]'],
      attributes: { signal_ndim: 1 },
      outputs: ['float32[b, u]'],
      bounds: ['u + 1 <= 2*m', '2*m <= u + 2'],
    },
    { inputs: ['float32[b, m, 1]'], attributes: { signal_ndim: 1 }, fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2]'], attributes: { signal_ndim: 1 }, fails: 'RANK_MISMATCH' },
  ],
};

function signalLength(cx: InferContext, bins: Dim): Dim {
  if (cx.int('onesided', 1) === 0) return bins;
  const length = cx.fresh('signal', { max: sub(mul(2, bins), 1) });
  cx.facts.give({ kind: 'atMost', left: sub(mul(2, bins), 2), right: length, origins: [] });
  return length;
}

/** Inverse (1): the inverse of each matrix. `[..., n, n] -> [..., n, n]` */
const Inverse: OperatorRow = {
  name: 'Inverse',
  cost: elimination,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, ANY);
    if (shape) cx.unifyAxes({ input: 0, axis: -2 }, { input: 0, axis: -1 }, 'sides of the matrices');
    return [cx.tensor(shape)];
  },
  examples: [
    { inputs: ['float32[b, n, n]'], outputs: ['float32[b, n, n]'] },
    { inputs: ['float32[n, m]'], outputs: ['float32[n, n]'], constraints: ['n == m'] },
    { inputs: ['float32[b, 2, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

/** CDist (1): the distance of each row of A from each row of B. `[m, k], [n, k] -> [m, n]` */
const CDist: OperatorRow = {
  name: 'CDist',
  cost: sumOverLast(0),
  infer: (cx) => {
    const [m] = cx.ranked(0, 2);
    const [n] = cx.ranked(1, 2);
    cx.unifyAxes({ input: 0, axis: 1 }, { input: 1, axis: 1 }, 'features');
    return [cx.tensor(m && n && [m, n])];
  },
  examples: [
    { inputs: ['float32[m, 8]', 'float32[n, k]'], outputs: ['float32[m, n]'], constraints: ['k == 8'] },
    { inputs: ['float32[2, 3]', 'float32[4, 2]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * DynamicTimeWarping (1): the cheapest path from corner to corner of a cost matrix. `[m, n]` or `[1, m, n] -> int32[2, length]`,
 * `max(m, n) <= length < m + n`.
 */
const DynamicTimeWarping: OperatorRow = {
  name: 'DynamicTimeWarping',
  cost: unknownWork,
  infer: (cx) => {
    const shape = cx.rankBetween(0, 2, 3);
    if (shape?.length === 3 && shape[0]) cx.unify(constant(1), shape[0], '1 and axis 0 of a cost matrix of rank 3');
    const [m, n] = shape?.slice(-2) ?? [];
    if (!m || !n) return [cx.tensor([2, cx.fresh('path', { min: 1 })], 'int32')];
    const length = cx.fresh('path', { min: 1, max: sub(add(m, n), 1) });
    cx.facts.give({ kind: 'atMost', left: maxOf(m, n), right: length, origins: [] });
    return [cx.tensor([2, length], 'int32')];
  },
  examples: [
    {
      inputs: ['float32[m, n]'],
      outputs: ['int32[2, u]'],
      bounds: ['u + 1 <= m + n', 'm <= u', 'n <= u'],
    },
    {
      inputs: ['float32[k, 4, 6]'],
      outputs: ['int32[2, u]'],
      constraints: ['k == 1'],
      bounds: ['u <= 9', '6 <= u'],
    },
    { inputs: ['float32[2, 4, 6]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

/** IsAllFinite (1): whether all elements of all inputs are finite; a scalar. */
const IsAllFinite: OperatorRow = {
  name: 'IsAllFinite',
  cost: onePerInput,
  infer: (cx) => [cx.tensor([], 'bool')],
  examples: [
    { inputs: ['float32[n]', 'float32[b, 3]'], outputs: ['bool[]'] },
    { inputs: ['int32[n]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** MurmurHash3 (1): a hash of each element; uint32, int32 where `positive` is 0; shape of X. */
const MurmurHash3: OperatorRow = {
  name: 'MurmurHash3',
  infer: (cx) => [cx.tensor(cx.shape(0), cx.int('positive', 1) === 0 ? 'int32' : 'uint32')],
  examples: [
    { inputs: ['string[n, 2]'], outputs: ['uint32[n, 2]'] },
    { inputs: ['int64[n]'], attributes: { positive: 0 }, outputs: ['int32[n]'] },
    { inputs: ['bool[n]'], fails: 'DTYPE_MISMATCH' },
  ],
};

/** The family: name (since-version) and formula of each row. */
export const MICROSOFT_MATH_ROWS: readonly OperatorRow[] = inMicrosoft([
  // ComplexMul (1): A * B; ComplexMulConj (1): A times the conjugate of B
  complexProduct('ComplexMul'),
  complexProduct('ComplexMulConj'),
  Rfft,
  Irfft,
  Inverse,
  CDist,
  DynamicTimeWarping,
  IsAllFinite,
  MurmurHash3,
  // SampleOp (1): x
  unaryRow('SampleOp'),
]);
