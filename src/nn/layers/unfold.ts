// unfold and fold: the windows of an image as columns, and columns added up to an image.
import { op } from '../../build/op.ts';
import { mul } from '../../dim/arithmetic.ts';
import { constant, constOf } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { pick } from '../../ops/costs/movement.ts';
import { convSize, readWindow } from '../../ops/rules/window.ts';
import { perAxis } from '../arguments.ts';
import { axisSize } from '../axis-size.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { integersOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import { explicitWindow, type PerAxis, WINDOW_OPTIONS, type WindowOptions } from '../window-options.ts';
import { slidingPlaces } from '../window-places.ts';

/** Options of {@link unfold} and {@link fold}; padding is numbers, or `valid`. */
export interface FoldOptions extends WindowOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link FoldOptions}. */
const FOLD_OPTIONS: OptionNames<FoldOptions> = { ...WINDOW_OPTIONS, name: true };

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function readFold(kind: string, kernel: PerAxis, options: FoldOptions): Window {
  checkOptions(kind, options, FOLD_OPTIONS);
  const window = explicitWindow({ layer: kind, axes: 2, sizeName: 'kernel', size: kernel }, options);
  const { kernel_shape, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0] } = window;
  return { kernel: kernel_shape, strides, dilations, pads };
}

const unfoldForms: PlainForms<[kernel: PerAxis, options?: FoldOptions]> = plainForms(
  'unfold',
  (kernel: PerAxis, options: FoldOptions = {}) => {
    const window = readFold('unfold', kernel, options);
    const { strides, dilations, pads } = window;
    const attributes = { kernel: window.kernel, strides, dilations, pads };
    return { name: options.name, compute: (x) => emitLayerOne(UNFOLD, [x], attributes) };
  },
);

const foldForms: PlainForms<[size: PerAxis, kernel: PerAxis, options?: FoldOptions]> = plainForms(
  'fold',
  (size: PerAxis, kernel: PerAxis, options: FoldOptions = {}) => {
    const { strides, dilations, pads, kernel: block } = readFold('fold', kernel, options);
    const sizes = perAxis('fold', 'size', size, 2, 1);
    return { name: options.name, compute: (x) => op.Col2Im(x, sizes, block, { strides, dilations, pads }) };
  },
);

/** Both of them, in both forms. */
export const FOLDS = { unfold: unfoldForms, fold: foldForms } as const;

/**
 * The windows of an image as columns (im2col): column l holds the elements of window l, channel by channel.
 *
 * *Input shape*: `[n, c, h, w]`. *Output shape*: `[n, c*k1*k2, h' * w']`, h' and w' being those of a convolution.
 * Source of the formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html
 *
 * @param kernel the window: a number for both axes, or [height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example unfold(3, { padding: 1 })
 */
export function unfold(kernel: PerAxis, options: FoldOptions = {}): Layer {
  return FOLDS.unfold.layer(kernel, options);
}

/**
 * Columns added up to an image (col2im): what {@link unfold} took apart, elements of several windows summed.
 *
 * *Input shape*: `[n, c*k1*k2, l]`, l being the number of windows. *Output shape*: `[n, c, height, width]`.
 * Source of the formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html
 *
 * @param size the image: a number for both axes, or [height, width]
 * @param kernel the window: a number for both axes, or [height, width]
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH (at the call) when the columns are not those of such an image
 * @example fold([8, 8], 2, { strides: 2 })
 */
export function fold(size: PerAxis, kernel: PerAxis, options: FoldOptions = {}): Layer {
  return FOLDS.fold.layer(size, kernel, options);
}

/** Input x `[n, c, h, w]`. It becomes a Pad, a Gather per axis, a Transpose and a Reshape. */
export const UNFOLD: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'unfold',
  cost: pick,
  infer: (cx) => {
    const kernel = (cx.ints('kernel') ?? []).map((size) => constant(size));
    const [n, c, ...spatial] = cx.ranked(0, 4);
    const counts = readWindow(cx, kernel).map((window, i) => convSize(cx, spatial[i] ?? constant(1), window));
    return [cx.tensor(n && c && [n, mul(c, ...kernel), mul(...counts)])];
  },
  lower: (node) => [lowerUnfold(node)],
  examples: [
    {
      inputs: ['float32[n, c, h, w]'],
      attributes: { kernel: [3, 2], strides: [2, 1], dilations: [1, 1], pads: [1, 0, 1, 0] },
      outputs: ['float32[n, 6*c, ceildiv(h, 2)*(w - 1)]'],
      constraints: ['w >= 2'],
    },
    {
      inputs: ['float32[n, c, 2, 2]'],
      attributes: { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, c, 9]'],
      attributes: { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
      fails: 'RANK_MISMATCH',
    },
  ],
};

function lowerUnfold(node: Node): Value {
  const [kernel, pads] = [integersOf(node, 'kernel'), integersOf(node, 'pads')];
  const [strides, dilations] = [integersOf(node, 'strides'), integersOf(node, 'dilations')];
  const given = inputOf(node, 0);
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const x: Value = pads.every((pad) => pad === 0) ? given : op.Pad(given, [0, 0, top, left, 0, 0, bottom, right]);
  const places = [0, 1].map((i) =>
    slidingPlaces(axisSize(x, i + 2), {
      kernel: kernel[i] ?? 1,
      stride: strides[i] ?? 1,
      dilation: dilations[i] ?? 1,
    }),
  );
  const [rows, columns] = places;
  if (!rows || !columns) return x;
  // [n, c, h', k1, w', k2] -> [n, c, k1, k2, h', w']
  const windows = op.Gather(op.Gather(x, rows, { axis: 2 }), columns, { axis: 4 });
  const ordered = op.Transpose(windows, { perm: [0, 1, 3, 5, 2, 4] });
  const elements = (kernel[0] ?? 1) * (kernel[1] ?? 1);
  const channels = x.shape[1] && constOf(x.shape[1]);
  if (channels !== undefined) return op.Reshape(ordered, [0, channels * elements, -1]);
  const sizes = [op.Shape(x, { start: 0, end: 1 }), op.Mul(op.Shape(x, { start: 1, end: 2 }), [elements]), [-1]];
  return op.Reshape(ordered, op.Concat(sizes, { axis: 0 }));
}
