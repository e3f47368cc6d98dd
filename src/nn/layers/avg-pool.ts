// avgPool1d, avgPool2d, avgPool3d: the mean of each window.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions, windowAttributes } from '../window-options.ts';

/** Options of the average pools; strides are the window's size by default, so that windows do not overlap. */
export interface AvgPoolOptions extends WindowOptions {
  /** Whether output sizes round up; false by default. */
  readonly ceilMode?: boolean | undefined;
  /** Whether padding counts as zeros in the mean; true by default, as in PyTorch and Gluon (Keras leaves it out). */
  readonly countIncludePad?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link AvgPoolOptions}. */
const AVG_POOL_OPTIONS: OptionNames<AvgPoolOptions> = {
  ...WINDOW_OPTIONS,
  ceilMode: true,
  countIncludePad: true,
  name: true,
};

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
  return avgPool('avgPool1d', { axes: 1, size, options });
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
  return avgPool('avgPool2d', { axes: 2, size, options });
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
  return avgPool('avgPool3d', { axes: 3, size, options });
}

interface PoolArguments {
  readonly axes: number;
  readonly size: PerAxis;
  readonly options: AvgPoolOptions;
}

function avgPool(kind: string, { axes, size, options }: PoolArguments): Layer {
  checkOptions(kind, options, AVG_POOL_OPTIONS);
  const window = windowAttributes({ layer: kind, axes, sizeName: 'size', size, strides: size }, options);
  const isPadded = window.pads !== undefined || window.auto_pad !== undefined;
  const attributes = {
    ...window,
    ...(options.ceilMode ? { ceil_mode: 1 } : {}),
    ...(isPadded && options.countIncludePad !== false ? { count_include_pad: 1 } : {}),
  };
  return defineLayer({
    kind,
    name: options.name,
    apply: (_call, x: Value): Value => op.AveragePool(x, attributes),
  });
}
