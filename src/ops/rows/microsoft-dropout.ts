// Dropout of com.microsoft with bias and residual, and with masks of one bit per element.
import { ceilDiv, mul } from '../../dim/arithmetic.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape, ValueType } from '../../ir/type.ts';
import { attempt } from '../rules/integer-elements.ts';
import { inMicrosoft, requireScalars, requireVector, sameShapes } from '../rules/microsoft.ts';

/** The shape of data; bias is `[last axis]` or as data, residual as data, ratio and training_mode scalars. */
function biasedShape(cx: InferContext): Shape | undefined {
  const shape = cx.has(2) ? sameShapes(cx, 0, 2) : cx.shape(0);
  const bias = cx.shape(1);
  if (shape && bias && bias.length === shape.length && bias.length > 1)
    cx.unifyShapes(shape, bias, 'shapes of data and bias');
  else if (shape) requireVector(cx, 1, shape.at(-1), 'the last axis of data');
  requireScalars(cx, [3, 4]);
  return shape;
}

/** A mask of 32 elements per word. */
function bitmask(cx: InferContext, shape: Shape | undefined): ValueType {
  const count = shape && attempt(() => mul(1, ...shape));
  return cx.tensor([count ? ceilDiv(count, 32) : cx.fresh('words')], 'uint32');
}

/** BiasDropout (1): `Dropout(data + bias) + residual`, and the mask of what was kept; all of data's shape. */
const BiasDropout: OperatorRow = {
  name: 'BiasDropout',
  infer: (cx) => {
    const shape = biasedShape(cx);
    return [cx.tensor(shape), cx.tensor(shape, 'bool')];
  },
  examples: [
    {
      inputs: ['float32[n, s, 64]', 'float32[64]', 'float32[n, s, 64]', 'float32[]', 'bool[]'],
      outputs: ['float32[n, s, 64]', 'bool[n, s, 64]'],
    },
    {
      inputs: ['float32[n, s]', 'float32[n, t]', null],
      outputs: ['float32[n, s]', 'bool[n, s]'],
      constraints: ['s == t'],
    },
    { inputs: ['float32[n, 4]', 'float32[3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 4]', 'float32[4]', 'float32[n, 5]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** BitmaskBiasDropout (1): BiasDropout with a mask of 32 elements per word: `uint32[ceil(n / 32)]` for n elements. */
const BitmaskBiasDropout: OperatorRow = {
  name: 'BitmaskBiasDropout',
  infer: (cx) => {
    const shape = biasedShape(cx);
    return [cx.tensor(shape), bitmask(cx, shape)];
  },
  examples: [
    {
      inputs: ['float32[n, 64]', 'float32[64]', 'float32[n, 64]'],
      outputs: ['float32[n, 64]', 'uint32[2*n]'],
    },
    { inputs: ['float32[n, 4]', 'float32[1, 4, 4]'], fails: 'RANK_MISMATCH' },
  ],
};

/** BitmaskDropout (1): Dropout with a mask of 32 elements per word: `uint32[ceil(n / 32)]` for n elements. */
const BitmaskDropout: OperatorRow = {
  name: 'BitmaskDropout',
  infer: (cx) => {
    requireScalars(cx, [1, 2]);
    return [cx.tensor(cx.shape(0)), bitmask(cx, cx.shape(0))];
  },
  examples: [
    {
      inputs: ['float32[n, s]', 'float32[]', 'bool[]'],
      outputs: ['float32[n, s]', 'uint32[ceildiv(n*s, 32)]'],
    },
    { inputs: ['float32[]'], outputs: ['float32[]', 'uint32[1]'] },
    { inputs: ['float32[...]'], outputs: ['float32[...]', 'uint32[words]'] },
    { inputs: ['float32[n]', 'float32[2]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_DROPOUT_ROWS: readonly OperatorRow[] = inMicrosoft([
  BiasDropout,
  BitmaskBiasDropout,
  BitmaskDropout,
]);
