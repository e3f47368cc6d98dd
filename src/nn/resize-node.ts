// The layer node of upsampling and resizing: spatial axes resampled by scales, to sizes, or to the sizes of another value.
import { invariant } from '../base/assert-never.ts';
import { op } from '../build/op.ts';
import { constant, type Dim } from '../dim/dim.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import { tensorFromValues } from '../ir/tensor-data.ts';
import type { Shape } from '../ir/type.ts';
import { resizeCost } from '../ops/costs/window.ts';
import { scaledSize } from '../ops/rules/resize-scale.ts';
import { emitLayerOne, inputOf, type LayerRow } from './layer-node.ts';
import { choiceOf, integersOf, numberOf } from './layer-values.ts';

/** How elements between the given ones are found. */
export const RESIZE_MODES = ['nearest', 'linear', 'cubic'] as const;

/** How elements between the given ones are found: the nearest before, linearly along each axis, or by cubic polynomials. */
export type ResizeMode = (typeof RESIZE_MODES)[number];

/** What a node of {@link RESIZE} does. */
export interface ResizeRecipe {
  readonly mode: ResizeMode;
  readonly alignCorners: boolean;
  /** One scale or size per spatial axis; neither where another value tells the sizes. */
  readonly to:
    | { readonly scales: readonly number[] }
    | { readonly sizes: readonly number[] }
    | { readonly like: Value };
}

/** Resamples the spatial axes of `[n, c, d...]`. */
export function resized(x: Value, { mode, alignCorners, to }: ResizeRecipe): Value {
  const attributes = { mode, alignCorners: alignCorners ? 1 : 0 };
  if ('like' in to) return emitLayerOne(RESIZE, [x, to.like], attributes);
  if ('sizes' in to) return emitLayerOne(RESIZE, [x], { ...attributes, sizes: to.sizes });
  return emitLayerOne(RESIZE, [x], { ...attributes, scales: { kind: 'floats', value: to.scales } });
}

function scalesOf(attribute: ReturnType<Node['attribute']>): readonly number[] | undefined {
  return attribute?.kind === 'floats' ? attribute.value : undefined;
}

/** The spatial sizes of the output; undefined where no input tells the rank. */
function spatialSizes(cx: InferContext): readonly Dim[] | undefined {
  const scales = scalesOf(cx.attribute('scales'));
  if (scales)
    return cx
      .ranked(0, scales.length + 2)
      .slice(2)
      .map((size, i) => scaledSize(cx, size, scales[i] ?? 1));
  const sizes = cx.ints('sizes');
  if (sizes) return sizes.map((size) => constant(size));
  const rank = (cx.rankBetween(0, 3, Number.POSITIVE_INFINITY) ?? cx.rankBetween(1, 3, Number.POSITIVE_INFINITY))
    ?.length;
  return rank === undefined ? undefined : cx.ranked(1, rank).slice(2);
}

function resizeShape(cx: InferContext): Shape | undefined {
  const sizes = spatialSizes(cx);
  if (!sizes) return undefined;
  const x = cx.ranked(0, sizes.length + 2);
  x.slice(2).forEach((size, i) => {
    if (size !== sizes[i]) cx.atLeast(size, 1, 'a size that is resized');
  });
  return [...x.slice(0, 2), ...sizes];
}

/** ONNX's names for where output elements lie in the input: PyTorch's nearest takes the element before, its others their centres. */
function placement(mode: ResizeMode, alignCorners: boolean) {
  if (mode === 'nearest') return { mode, coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } as const;
  const coordinates = alignCorners ? 'align_corners' : 'half_pixel';
  // PyTorch's cubic has a = -0.75 (as ONNX by default): Keys, "Cubic convolution interpolation", 1981, with another a.
  return { mode, coordinate_transformation_mode: coordinates } as const;
}

/** Input x `[n, c, d...]`, and a value with the sizes to resize to where neither scales nor sizes are given. It becomes one Resize. */
export const RESIZE: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'resize',
  cost: resizeCost,
  infer: (cx) => [cx.tensor(resizeShape(cx))],
  lower: (node) => {
    const x = inputOf(node, 0);
    const attributes = placement(choiceOf(node, 'mode', RESIZE_MODES), numberOf(node, 'alignCorners') === 1);
    const scales = scalesOf(node.attribute('scales'));
    if (scales) {
      const all = tensorFromValues('float32', [scales.length + 2], [1, 1, ...scales]);
      return [op.Resize(x, undefined, all, undefined, attributes)];
    }
    const like = node.inputs[1];
    const axes = x.shape.map((_, axis) => axis).slice(2);
    const sizes = like ? op.Shape(like, { start: 2 }) : integersOf(node, 'sizes');
    invariant(axes.length > 0, 'a resized value has spatial axes');
    return [op.Resize(x, undefined, undefined, sizes, { ...attributes, axes })];
  },
  examples: [
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { mode: 'nearest', alignCorners: 0, sizes: [7, 9] },
      outputs: ['float32[n, c, 7, 9]'],
    },
    {
      inputs: ['float32[n, c, h, w]', 'float32[n, k, a, b]'],
      attributes: { mode: 'linear', alignCorners: 0 },
      outputs: ['float32[n, c, a, b]'],
    },
    {
      inputs: ['float32[n, c, h, w]', 'float32[n, k, a]'],
      attributes: { mode: 'linear', alignCorners: 0 },
      fails: 'RANK_MISMATCH',
    },
    { inputs: ['float32[n, c]'], attributes: { mode: 'linear', alignCorners: 0, sizes: [7] }, fails: 'RANK_MISMATCH' },
  ],
};
