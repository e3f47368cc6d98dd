// adaptiveAvgPool1d to 3d, adaptiveMaxPool1d to 3d: windows that divide each axis as evenly as they can.
import { op } from '../../build/op.ts';
import { constOf } from '../../dim/dim.ts';
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { onePerInput } from '../../ops/costs/elementwise.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { axisSize } from '../axis-size.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne, inputOf, type LayerRow } from '../layer-node.ts';
import { choiceOf, filled, integersOf } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import { adaptivePlaces } from '../window-places.ts';

/** Options of the adaptive pools. */
export interface AdaptivePoolOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link AdaptivePoolOptions}. */
const ADAPTIVE_POOL_OPTIONS: OptionNames<AdaptivePoolOptions> = { name: true };

/** The output of an adaptive pool: a number for all spatial axes, or one per axis; `'same'` leaves an axis as it is. */
export type AdaptiveSize = number | readonly (number | 'same')[];

/**
 * A pool that gives each spatial axis a fixed size, whatever size it had: window i of m over d elements reaches from `i*d // m` up to
 * but without `ceildiv((i + 1)*d, m)`, so that windows overlap where m does not divide d.
 *
 * *Input shape*: `[n, c, d...]`, symbolic sizes too. *Output shape*: `[n, c, size...]`.
 * Source of the formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 *
 * @param size a number for all spatial axes, or a list of numbers and `'same'`; 1 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(conv2d(64, 3), adaptiveAvgPool2d([7, 7]), flatten(), dense(10))
 */
export type AdaptivePoolLayer = (size?: AdaptiveSize, options?: AdaptivePoolOptions) => Layer;

const POOLS = ['avg', 'max'] as const;
type Pool = (typeof POOLS)[number];

/** The size that stands for `'same'` in the attribute. */
const SAME = 0;

function forms(pool: Pool, axes: 1 | 2 | 3): PlainForms<[size?: AdaptiveSize, options?: AdaptivePoolOptions]> {
  const kind = pool === 'avg' ? `adaptiveAvgPool${axes}d` : `adaptiveMaxPool${axes}d`;
  return plainForms(kind, (size: AdaptiveSize = 1, options: AdaptivePoolOptions = {}) => {
    checkOptions(kind, options, ADAPTIVE_POOL_OPTIONS);
    const list: readonly (number | 'same')[] =
      typeof size === 'number' ? Array.from({ length: axes }, () => size) : size;
    if (!Array.isArray(list) || list.length !== axes)
      refuseArgument(kind, 'size', `a number or a list of ${axes}`, size);
    const sizes = list.map((one: unknown) => {
      if (one === 'same') return SAME;
      positiveInteger(kind, 'size', one);
      return one;
    });
    return { name: options.name, compute: (x) => emitLayerOne(ADAPTIVE_POOL, [x], { pool, sizes }) };
  });
}

/** The adaptive pools by kind and number of spatial axes, in both forms. */
export const ADAPTIVE_POOLS = {
  avg: { 1: forms('avg', 1), 2: forms('avg', 2), 3: forms('avg', 3) },
  max: { 1: forms('max', 1), 2: forms('max', 2), 3: forms('max', 3) },
} as const;

/** The means of windows over `[n, c, w]`. */
export const adaptiveAvgPool1d: AdaptivePoolLayer = ADAPTIVE_POOLS.avg[1].layer;

/** The means of windows over `[n, c, h, w]`. */
export const adaptiveAvgPool2d: AdaptivePoolLayer = ADAPTIVE_POOLS.avg[2].layer;

/** The means of windows over `[n, c, d, h, w]`. */
export const adaptiveAvgPool3d: AdaptivePoolLayer = ADAPTIVE_POOLS.avg[3].layer;

/** The greatest elements of windows over `[n, c, w]`. */
export const adaptiveMaxPool1d: AdaptivePoolLayer = ADAPTIVE_POOLS.max[1].layer;

/** The greatest elements of windows over `[n, c, h, w]`. */
export const adaptiveMaxPool2d: AdaptivePoolLayer = ADAPTIVE_POOLS.max[2].layer;

/** The greatest elements of windows over `[n, c, d, h, w]`. */
export const adaptiveMaxPool3d: AdaptivePoolLayer = ADAPTIVE_POOLS.max[3].layer;

/**
 * Input x `[n, c, d...]`. It becomes a global pool where all sizes are 1, a pool by sliding windows where the sizes divide the axes, and
 * else one axis after the other: windows are gathered and reduced, also over axes whose size only a run tells.
 */
export const ADAPTIVE_POOL: LayerRow = {
  domain: LAYER_DOMAIN,
  name: 'adaptivePool',
  cost: onePerInput,
  infer: (cx) => {
    const sizes = cx.ints('sizes') ?? [];
    const x = cx.ranked(0, sizes.length + 2);
    x.slice(2).forEach((size) => {
      cx.atLeast(size, 1, 'a size that is pooled');
    });
    return [cx.tensor(x.map((dim, axis) => sizes[axis - 2] || dim))];
  },
  lower: (node) => [lowerAdaptive(node)],
  examples: [
    { inputs: ['float32[n, c, h, 9]'], attributes: { pool: 'avg', sizes: [7, 4] }, outputs: ['float32[n, c, 7, 4]'] },
    { inputs: ['float32[n, c, h, w]'], attributes: { pool: 'max', sizes: [0, 1] }, outputs: ['float32[n, c, h, 1]'] },
    { inputs: ['float32[n, h, w]'], attributes: { pool: 'avg', sizes: [7, 7] }, fails: 'RANK_MISMATCH' },
    { inputs: ['float32[n, c, 0]'], attributes: { pool: 'max', sizes: [3] }, fails: 'SHAPE_MISMATCH' },
  ],
};

function lowerAdaptive(node: Node): Value {
  const x = inputOf(node, 0);
  const pool = choiceOf(node, 'pool', POOLS);
  const sizes = integersOf(node, 'sizes');
  if (sizes.every((size) => size === 1)) return pool === 'avg' ? op.GlobalAveragePool(x) : op.GlobalMaxPool(x);
  const kernel = sizes.map((size, i) => evenWindow(x, i + 2, size));
  if (kernel.every((length) => length !== undefined)) {
    const attributes = { kernel_shape: kernel, strides: kernel };
    return pool === 'avg' ? op.AveragePool(x, attributes) : op.MaxPool(x, attributes);
  }
  return sizes.reduce((value, size, i) => (size === SAME ? value : poolAxis(value, pool, { axis: i + 2, size })), x);
}

/** The length of all windows over an axis; undefined where they differ or are not known. */
function evenWindow(x: Value, axis: number, size: number): number | undefined {
  if (size === SAME) return 1;
  const dim = x.shape[axis];
  const length = dim && constOf(dim);
  return length !== undefined && length % size === 0 ? length / size : undefined;
}

/** Pools one axis. Windows are boxes, so that the mean over one is the mean of the means along its axes. */
function poolAxis(x: Value, pool: Pool, { axis, size }: { readonly axis: number; readonly size: number }): Value {
  if (size === 1) return pool === 'avg' ? op.ReduceMean(x, [axis]) : op.ReduceMax(x, [axis]);
  const { places, isOwn, counts } = adaptivePlaces(axisSize(x, axis), size);
  const windows = op.Gather(x, places, { axis });
  // A window's last element again does not change its maximum.
  if (pool === 'max') return op.ReduceMax(windows, [axis + 1], { keepdims: 0 });
  if (!isOwn) return op.ReduceMean(windows, [axis + 1], { keepdims: 0 });
  const behind = Array.from({ length: x.rank - axis - 1 }, (_, i) => i);
  const own = op.Where(
    behind.length > 0
      ? op.Unsqueeze(
          isOwn,
          behind.map((i) => i + 2),
        )
      : isOwn,
    windows,
    filled(x.dtype, [], 0),
  );
  const sums = op.ReduceSum(own, [axis + 1], { keepdims: 0 });
  const lengths = op.Cast(counts, { to: x.dtype });
  return op.Div(
    sums,
    behind.length > 0
      ? op.Unsqueeze(
          lengths,
          behind.map((i) => i + 1),
        )
      : lengths,
  );
}
