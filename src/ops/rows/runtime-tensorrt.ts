// Operators that ONNX Runtime has in ai.onnx for plugins of TensorRT.
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { sameShape } from '../rules/elementwise-row.ts';
import { inputsOf } from '../rules/example-inputs.ts';

/** DisentangledAttention_TRT (since 1): scores of content against content, content against positions and back; as the first. */
const DisentangledAttention: OperatorRow = {
  name: 'DisentangledAttention_TRT',
  infer: sameShape,
  examples: [
    {
      inputs: ['float32[n, s, s]', 'float32[n, s, 8]', 'float32[n, s, 8]'],
      attributes: { span: 4, factor: 0.5 },
      outputs: ['float32[n, s, s]'],
    },
    { inputs: ['float32[n, s, s]', 'float32[n, s, 8]', 'float32[n, s, 8]'], fails: 'ATTRIBUTE_MISSING' },
  ],
};

const NMS = {
  background_class: -1,
  box_coding: 0,
  iou_threshold: 0.5,
  max_output_boxes: 7,
  plugin_version: '1',
  score_activation: 0,
  score_threshold: 0.25,
};

/**
 * EfficientNMS_TRT (since 1): boxes `[n, b, 4]` or `[n, b, c, 4]`, scores `[n, b, c]` -> counts `[n, 1]`, boxes `[n, m, 4]`, scores and
 * classes `[n, m]`, m being `max_output_boxes`.
 */
const EfficientNMS: OperatorRow = {
  name: 'EfficientNMS_TRT',
  infer: (cx) => {
    const [batch, count] = cx.ranked(1, 3);
    const boxes = cx.rankBetween(0, 3, 4);
    if (boxes) requireShape(cx, 0, [batch, count, ...(boxes.length === 4 ? [undefined] : []), 4]);
    if (!batch) return [];
    const chosen = [batch, constant(requirePositive(cx, 'max_output_boxes'))];
    return [cx.tensor([batch, 1], 'int32'), cx.tensor([...chosen, 4]), cx.tensor(chosen), cx.tensor(chosen, 'int32')];
  },
  examples: [
    {
      inputs: ['float32[n, b, 4]', 'float32[n, 9, c]'],
      attributes: NMS,
      outputs: ['int32[n, 1]', 'float32[n, 7, 4]', 'float32[n, 7]', 'int32[n, 7]'],
      constraints: ['b == 9'],
    },
    { inputs: ['float32[2, 9, 5]', 'float32[2, 9, 6]'], attributes: NMS, fails: 'SHAPE_MISMATCH' },
  ],
};

/** The shape `[n, r, c, p, p]` of regions `[n, r, 4]` of features `[n, c, h, w]` in four levels, p being `pooled_size`. */
function pooledRegions(cx: InferContext): readonly Dim[] | undefined {
  const [batch, regions] = requireShape(cx, 0, [undefined, undefined, 4]);
  const [, channels] = requireShape(cx, 1, [batch, undefined, undefined, undefined]);
  for (const i of [2, 3, 4]) requireShape(cx, i, [batch, channels, undefined, undefined]);
  const pooled = constant(requirePositive(cx, 'pooled_size'));
  return batch && regions && channels && [batch, regions, channels, pooled, pooled];
}

function regionRow(
  name: string,
  attributes: Readonly<Record<string, number | string | readonly number[]>>,
): OperatorRow {
  return {
    name,
    infer: (cx) => [cx.tensor(pooledRegions(cx))],
    examples: [
      {
        inputs: inputsOf(
          'float32[n, r, 4]; float32[n, c, 32, 32]; float32[n, 8, 16, 16]; float32[n, 8, 8, 8]; float32[n, 8, 4, 4]',
        ),
        attributes,
        outputs: ['float32[n, r, 8, 7, 7]'],
        constraints: ['c == 8'],
      },
      {
        inputs: inputsOf(
          'float32[2, 5, 4]; float32[2, 8, 32, 32]; float32[2, 6, 16, 16]; float32[2, 8, 8, 8]; float32[2, 8, 4, 4]',
        ),
        attributes,
        fails: 'SHAPE_MISMATCH',
      },
    ],
  };
}

/** MultilevelCropAndResize_TRT (since 1): regions `[n, r, 4]` of four levels of features `[n, c, h, w]` -> `[n, r, c, p, p]`. */
const MultilevelCropAndResize = regionRow('MultilevelCropAndResize_TRT', {
  pooled_size: 7,
  image_size: [3, 64, 64],
  plugin_version: '1',
});

/** PyramidROIAlign_TRT (since 1): regions `[n, r, 4]` of four levels of features `[n, c, h, w]` -> `[n, r, c, p, p]`. */
const PyramidROIAlign = regionRow('PyramidROIAlign_TRT', { pooled_size: 7, plugin_version: '1' });

/** The family. */
export const RUNTIME_TENSORRT_ROWS: readonly OperatorRow[] = [
  DisentangledAttention,
  EfficientNMS,
  MultilevelCropAndResize,
  PyramidROIAlign,
];
