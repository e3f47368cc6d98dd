// Normalizing exponentials along an axis: Softmax, LogSoftmax, Hardmax.
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { ValueType } from '../../ir/type.ts';
import { softmaxCost } from '../costs/elementwise.ts';
import { passesSizes } from '../rules/backward.ts';

/** The input's type; the axis must exist. Before version 13 the axes from `axis` on are taken together. */
export function alongAxis(cx: InferContext): readonly ValueType[] {
  const shape = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  if (shape) cx.axis(cx.int('axis', cx.version < 13 ? 1 : -1), shape.length);
  return [cx.tensor(shape)];
}

const softmaxRow = (name: string): OperatorRow => ({
  name,
  cost: softmaxCost,
  backward: passesSizes,
  infer: alongAxis,
  examples: [
    { inputs: ['float32[batch, heads, s, t]'], outputs: ['float32[batch, heads, s, t]'] },
    { inputs: ['float32[batch, n]'], attributes: { axis: 0 }, outputs: ['float32[batch, n]'] },
    { inputs: ['float32[batch, n, 3]'], attributes: { axis: 1 }, opset: 11, outputs: ['float32[batch, n, 3]'] },
    { inputs: ['float32[]'], fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n]'], opset: 11, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[...]'], attributes: { axis: 7 }, outputs: ['float32[...]'] },
    { inputs: ['float32[batch, n]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['int64[n]'], fails: 'DTYPE_MISMATCH' },
  ],
});

/** The family: name (since-version) and formula of each row; `[d0, ..., dn] -> [d0, ..., dn]`. */
export const SOFTMAX_ROWS: readonly OperatorRow[] = [
  // Softmax (1): e^x / sum of e^x along the axis
  softmaxRow('Softmax'),
  // LogSoftmax (1): ln Softmax(x)
  softmaxRow('LogSoftmax'),
  // Hardmax (1): 1 at the first greatest element along the axis, else 0
  softmaxRow('Hardmax'),
];
