// avgPool1d, avgPool2d, avgPool3d: the mean of each window.
import { op } from '../../build/op.ts';
import type { Layer } from '../layer.ts';
import type { OptionNames } from '../option-names.ts';
import type { PlainForms } from '../plain-layer.ts';
import { POOL_OPTIONS, type PoolArguments, type PoolOptions, poolForms } from '../pool-layer.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of the average pools; strides are the window's size by default, so that windows do not overlap. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean; true by default, as in PyTorch and Gluon (Keras leaves it out). */
  readonly countIncludePad?: boolean | undefined;
}

/** The names of {@link AvgPoolOptions}. */
const AVG_POOL_OPTIONS: OptionNames<AvgPoolOptions> = { ...POOL_OPTIONS, countIncludePad: true };

const forms = (axes: 1 | 2 | 3): PlainForms<PoolArguments<AvgPoolOptions>> =>
  poolForms<AvgPoolOptions>(`avgPool${axes}d`, axes, AVG_POOL_OPTIONS, ({ countIncludePad }) => (x, attributes) => {
    const isPadded = attributes.pads !== undefined || attributes.auto_pad !== undefined;
    return op.AveragePool(
      x,
      isPadded && countIncludePad !== false ? { ...attributes, count_include_pad: 1 } : attributes,
    );
  });

/** The average pools by their number of spatial axes, in both forms. */
export const AVG_POOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/**
 * The mean of each window over one spatial axis.
 *
 * *Input shape*: `[n, c, w]`. *Output shape*: `[n, c, w']` with `w' = (w + pads - dilation*(size - 1) - 1) // strides + 1`;
 * `ceilMode` rounds up and drops a window that would start behind the input.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__AveragePool.html
 *
 * @param size elements of the window; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example avgPool1d(2)
 */
export function avgPool1d(size: PerAxis = 2, options: AvgPoolOptions = {}): Layer {
  return AVG_POOLS[1].layer(size, options);
}

/**
 * The mean of each window over two spatial axes.
 *
 * *Input shape*: `[n, c, h, w]`. *Output shape*: `[n, c, h', w']`, sizes as for {@link avgPool1d}.
 *
 * @param size the window: a number for both axes, or [height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example avgPool2d(2, { strides: 2 })
 */
export function avgPool2d(size: PerAxis = 2, options: AvgPoolOptions = {}): Layer {
  return AVG_POOLS[2].layer(size, options);
}

/**
 * The mean of each window over three spatial axes.
 *
 * *Input shape*: `[n, c, d, h, w]`. *Output shape*: `[n, c, d', h', w']`, sizes as for {@link avgPool1d}.
 *
 * @param size the window: a number for all axes, or [depth, height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example avgPool3d([1, 2, 2])
 */
export function avgPool3d(size: PerAxis = 2, options: AvgPoolOptions = {}): Layer {
  return AVG_POOLS[3].layer(size, options);
}
