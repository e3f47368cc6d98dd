// Detection: NonMaxSuppression, whose number of boxes depends on the data.
import { minOf, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { unknownWork } from '../costs/contraction.ts';
import { scalarInput } from '../rules/scalar-input.ts';
import { sizeScalar } from '../rules/size-elements.ts';

/** The boxes that may be selected: none without a limit per class, else at most that many, or all, for each batch and class. */
function selected(cx: InferContext, batch: Dim, classes: Dim, boxes: Dim): Dim {
  // ONNX: max_output_boxes_per_class is 0 by default, which means no output.
  if (!cx.has(2)) return constant(0);
  const limit = sizeScalar(cx, 2);
  if (limit?.kind === 'const' && limit.value <= 0) return constant(0);
  const known = limit && cx.facts.range(limit).min >= 0;
  return cx.fresh('selected', { max: mul(batch, classes, known ? minOf(limit, boxes) : boxes) });
}

/**
 * NonMaxSuppression (since 10): boxes that overlap a better one dropped.
 * boxes `[n, b, 4]`, scores `[n, c, b]` -> `[selected, 3]` of (batch, class, box), `selected <= n*c*min(limit, b)`.
 */
const NonMaxSuppression: OperatorRow = {
  name: 'NonMaxSuppression',
  cost: unknownWork,
  infer: (cx) => {
    const [, , corners] = cx.ranked(0, 3);
    const [batch, classes] = cx.ranked(1, 3);
    cx.unifyAxes({ input: 0, axis: 0 }, { input: 1, axis: 0 }, 'batch');
    const boxes = cx.unifyAxes({ input: 0, axis: 1 }, { input: 1, axis: 2 }, 'boxes');
    if (corners) cx.unify(constant(4), corners, 'coordinates per box');
    for (const i of [2, 3, 4]) scalarInput(cx, i);
    if (!batch || !classes) return [];
    return [cx.tensor([selected(cx, batch, classes, boxes), 3], 'int64')];
  },
  examples: [
    {
      inputs: ['float32[n, b, 4]', 'float32[n, c, b]', 'int64[] = 3', 'float32[]', 'float32[]'],
      outputs: ['int64[selected, 3]'],
      bounds: ['selected <= c*n*min(b, 3)'],
    },
    { inputs: ['float32[n, b, 4]', 'float32[n, c, b]'], outputs: ['int64[0, 3]'] },
    { inputs: ['float32[1, 6, 4]', 'float32[1, 2, 5]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[1, 6, 5]', 'float32[1, 2, 6]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family. */
export const DETECTION_ROWS: readonly OperatorRow[] = [NonMaxSuppression];
