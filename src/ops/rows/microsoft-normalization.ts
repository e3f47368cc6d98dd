// Normalizations that ONNX Runtime adds: SkipLayerNormalization and its kinds, SimplifiedLayerNormalization.
import type { Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { perInput } from '../costs/elementwise.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { stretchInto } from '../rules/broadcast-into.ts';
import { normalized, stashDType } from './layer-normalization.ts';

/** Requires that the skip (input 1) is as the input, or `[1, s, h]` or `[s, h]` for an input `[n, s, h]`; returns the input's shape. */
function skipped(cx: InferContext): Shape | undefined {
  const skip = cx.rankBetween(1, 2, 3);
  const shape = skip?.length === 3 ? cx.ranked(0, 3) : cx.rankBetween(0, 2, 3);
  if (!shape || !skip) return shape;
  const first = shape.length === 3 ? shape[0] : undefined;
  if (skip.length === 2 || !first) requireShape(cx, 1, shape.slice(-2));
  else {
    const [batch] = requireShape(cx, 1, [undefined, ...shape.slice(1)]);
    if (batch) stretchInto(cx, batch, first, `batch and ${cx.inputName(1)} axis 0`);
  }
  return shape;
}

/** The outputs of a normalization of a sum; `vectors` are the inputs `[h]`. */
function normalizedSum(cx: InferContext, vectors: readonly number[]) {
  const shape = skipped(cx);
  const hidden = shape?.at(-1);
  for (const i of vectors) if (hidden && cx.has(i)) requireShape(cx, i, [hidden]);
  const statistics = shape?.map((dim, i): Dim | number => (i < shape.length - 1 ? dim : 1));
  const statistic = cx.tensor(statistics, 'float32');
  return [cx.tensor(shape), statistic, statistic, cx.tensor(shape)];
}

/**
 * SkipLayerNormalization (since 1): LayerNormalization of input + skip (+ bias). input `[n, s, h]` or `[s, h]`, skip as it, or `[1, s, h]`
 * or `[s, h]`, gamma, beta, bias `[h]` -> as input, mean and inverse deviation `[n, s, 1]`, the sum as input.
 */
const SkipLayerNormalization: OperatorRow = {
  domain: 'com.microsoft',
  name: 'SkipLayerNormalization',
  cost: perInput(6),
  infer: (cx) => normalizedSum(cx, [2, 3, 4]),
  examples: [
    {
      inputs: ['float32[n, s, 32]', 'float32[n, s, h]', 'float32[32]', 'float32[32]', 'float32[32]'],
      outputs: ['float32[n, s, 32]', 'float32[n, s, 1]', 'float32[n, s, 1]', 'float32[n, s, 32]'],
      constraints: ['h == 32'],
    },
    { inputs: ['float16[n, s, h]', 'float16[s, h]', 'float16[h]'], outputs: ['float16[n, s, h]'] },
    {
      inputs: ['float32[n, s, h]', 'float32[b, s, h]', 'float32[h]'],
      outputs: ['float32[n, s, h]'],
      constraints: ['broadcast(b, n) == n'],
    },
    { inputs: ['float32[t, h]', 'float32[t, h]', 'float32[h]'], outputs: ['float32[t, h]'] },
    { inputs: ['float32[2, 3, 8]', 'float32[2, 1, 8]', 'float32[8]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[2, 3, 8]', 'float32[2, 3, 8]', 'float32[1]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[3, 8]', 'float32[2, 3, 8]', 'float32[8]'], fails: 'RANK_MISMATCH' },
  ],
};

/** SkipSimplifiedLayerNormalization (since 1): SkipLayerNormalization by the root mean square, hence without beta. */
const SkipSimplifiedLayerNormalization: OperatorRow = {
  domain: 'com.microsoft',
  name: 'SkipSimplifiedLayerNormalization',
  cost: perInput(5),
  infer: (cx) => normalizedSum(cx, [2, 3]),
  examples: [
    {
      inputs: ['float32[n, s, 32]', 'float32[n, s, 32]', 'float32[h]', 'float32[32]'],
      outputs: ['float32[n, s, 32]', 'float32[n, s, 1]', 'float32[n, s, 1]', 'float32[n, s, 32]'],
      constraints: ['h == 32'],
    },
    { inputs: ['float16[t, 32]', 'float16[t, 32]', 'float16[32]'], outputs: ['float16[t, 32]'] },
    { inputs: ['float32[2, 3, 8]', 'float32[2, 3, 4]', 'float32[8]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/**
 * SimplifiedLayerNormalization (ONNX Runtime's in ai.onnx, since 1): RMSNormalization before the standard had it. X `[d...]`, scale
 * broadcasts into X; Y as X of the scale's dtype, inverse deviation `[d0, ..., d(axis-1), 1, ..., 1]`.
 */
const SimplifiedLayerNormalization: OperatorRow = {
  name: 'SimplifiedLayerNormalization',
  cost: perInput(4),
  infer: (cx) => {
    const found = normalized(cx, [1]);
    for (const dim of found?.x.slice(found.axis) ?? []) cx.atLeast(dim, 1, 'normalized axes');
    const statistics = found?.x.map((dim, i) => (i < found.axis ? dim : 1));
    return [cx.tensor(found?.x, cx.outputDType(0)), cx.tensor(statistics, stashDType(cx))];
  },
  examples: [
    {
      inputs: ['float32[n, s, h]', 'float32[32]'],
      outputs: ['float32[n, s, 32]', 'float32[n, s, 1]'],
      constraints: ['h == 32'],
    },
    {
      inputs: ['float32[n, s, 8]', 'float16[8]'],
      attributes: { axis: 1 },
      outputs: ['float16[n, s, 8]', 'float32[n, 1, 1]'],
    },
    { inputs: ['float32[n, 8]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const MICROSOFT_NORMALIZATION_ROWS: readonly OperatorRow[] = [
  SkipLayerNormalization,
  SkipSimplifiedLayerNormalization,
  SimplifiedLayerNormalization,
];
