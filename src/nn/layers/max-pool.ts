// maxPool1d, maxPool2d, maxPool3d: the greatest element of each window.
import { op } from '../../build/op.ts';
import type { Layer } from '../layer.ts';
import type { PlainForms } from '../plain-layer.ts';
import { POOL_OPTIONS, type PoolArguments, type PoolOptions, poolForms } from '../pool-layer.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of the max pools; strides are the window's size by default, so that windows do not overlap. */
export interface MaxPoolOptions extends PoolOptions {}

const forms = (axes: 1 | 2 | 3): PlainForms<PoolArguments<MaxPoolOptions>> =>
  poolForms<MaxPoolOptions>(`maxPool${axes}d`, axes, POOL_OPTIONS, () => (x, attributes) => op.MaxPool(x, attributes));

/** The max pools by their number of spatial axes, in both forms. */
export const MAX_POOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/**
 * The greatest element of each window over one spatial axis.
 *
 * *Input shape*: `[n, c, w]`. *Output shape*: `[n, c, w']` with `w' = (w + pads - dilation*(size - 1) - 1) // strides + 1`;
 * `ceilMode` rounds up and drops a window that would start behind the input.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__MaxPool.html
 *
 * @param size elements of the window; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool1d(2)
 */
export function maxPool1d(size: PerAxis = 2, options: MaxPoolOptions = {}): Layer {
  return MAX_POOLS[1].layer(size, options);
}

/**
 * The greatest element of each window over two spatial axes.
 *
 * *Input shape*: `[n, c, h, w]`. *Output shape*: `[n, c, h', w']`, sizes as for {@link maxPool1d}.
 *
 * @param size the window: a number for both axes, or [height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool2d(3, { strides: 2, padding: 1 })
 */
export function maxPool2d(size: PerAxis = 2, options: MaxPoolOptions = {}): Layer {
  return MAX_POOLS[2].layer(size, options);
}

/**
 * The greatest element of each window over three spatial axes.
 *
 * *Input shape*: `[n, c, d, h, w]`. *Output shape*: `[n, c, d', h', w']`, sizes as for {@link maxPool1d}.
 *
 * @param size the window: a number for all axes, or [depth, height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool3d([1, 2, 2])
 */
export function maxPool3d(size: PerAxis = 2, options: MaxPoolOptions = {}): Layer {
  return MAX_POOLS[3].layer(size, options);
}
