// Normalizations over the trailing axes: LayerNormalization and RMSNormalization.
import { dtypeFromOnnx } from '../../ir/dtype.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { MaybeDType, Shape } from '../../ir/type.ts';
import { perInput } from '../costs/elementwise.ts';
import { passesSizes } from '../rules/backward.ts';
import { broadcastInto } from '../rules/broadcast-into.ts';

/** X's shape, checked against `axis` and the inputs that broadcast into it; undefined where its rank is unknown. */
export function normalized(
  cx: InferContext,
  scales: readonly number[],
): { readonly x: Shape; readonly axis: number } | undefined {
  const x = cx.rankBetween(0, 1, Number.POSITIVE_INFINITY);
  if (!x) return undefined;
  const axis = cx.axis(cx.int('axis', -1), x.length);
  for (const i of scales) if (cx.has(i)) broadcastInto(cx, i, x);
  return { x, axis };
}

/** The dtype in which the statistics are kept. */
export function stashDType(cx: InferContext): MaybeDType {
  const dtype = dtypeFromOnnx(cx.int('stash_type', 1));
  return dtype ?? cx.fail('ATTRIBUTE_INVALID', `${cx.op}: stash_type ${cx.int('stash_type', 1)} is no element type`);
}

/**
 * LayerNormalization (since 17): the axes from `axis` on brought to mean 0 and variance 1, then scaled and shifted.
 * X `[d...]`; Scale and B broadcast into X; Y as X, Mean and InvStdDev `[d0, ..., d(axis-1), 1, ..., 1]`.
 */
const LayerNormalization: OperatorRow = {
  name: 'LayerNormalization',
  cost: perInput(5),
  backward: passesSizes,
  infer: (cx) => {
    const found = normalized(cx, [1, 2]);
    const stash = stashDType(cx);
    const statistics = found?.x.map((dim, i) => (i < found.axis ? dim : 1));
    return [cx.tensor(found?.x), cx.tensor(statistics, stash), cx.tensor(statistics, stash)];
  },
  examples: [
    {
      inputs: ['float32[n, s, 768]', 'float32[768]', 'float32[768]'],
      outputs: ['float32[n, s, 768]', 'float32[n, s, 1]', 'float32[n, s, 1]'],
    },
    {
      inputs: ['float16[n, s, d]', 'float16[d]'],
      attributes: { axis: 1 },
      outputs: ['float16[n, s, d]', 'float32[n, 1, 1]'],
    },
    { inputs: ['float32[n, d]', 'float32[768]', null], outputs: ['float32[n, 768]'], constraints: ['d == 768'] },
    {
      inputs: ['float32[n, d]', 'float32[c]'],
      outputs: ['float32[n, d]'],
      constraints: ['broadcast(c, d) == d'],
    },
    { inputs: ['float32[n, 8]', 'float32[c]'], outputs: ['float32[n, 8]'], constraints: ['broadcastable(c, 8)'] },
    { inputs: ['float32[...]', 'float32[768]'], outputs: ['float32[...]'] },
    { inputs: ['float32[n, 512]', 'float32[768]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n, 512]', 'float32[512]'], attributes: { axis: 2 }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['float32[]', 'float32[]'], fails: 'RANK_MISMATCH' },
  ],
};

/** RMSNormalization (since 23): the axes from `axis` on divided by their root mean square, then scaled; Y as X, dtype of scale. */
const RMSNormalization: OperatorRow = {
  name: 'RMSNormalization',
  cost: perInput(4),
  backward: passesSizes,
  infer: (cx) => [cx.tensor(normalized(cx, [1])?.x, cx.outputDType(0))],
  examples: [
    { inputs: ['float32[n, s, 8]', 'float32[8]'], outputs: ['float32[n, s, 8]'] },
    { inputs: ['float16[n, s, 4096]', 'float32[4096]'], outputs: ['float32[n, s, 4096]'] },
    { inputs: ['float32[n, 8]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const LAYER_NORMALIZATION_ROWS: readonly OperatorRow[] = [LayerNormalization, RMSNormalization];
