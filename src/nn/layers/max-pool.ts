// maxPool1d, maxPool2d, maxPool3d: the greatest element of each window.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions, windowAttributes } from '../window-options.ts';

/** Options of the max pools; strides are the window's size by default, so that windows do not overlap. */
export interface MaxPoolOptions extends WindowOptions {
  /** Whether output sizes round up; false by default. */
  readonly ceilMode?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link MaxPoolOptions}. */
const MAX_POOL_OPTIONS: OptionNames<MaxPoolOptions> = { ...WINDOW_OPTIONS, ceilMode: true, name: true };

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
  return maxPool('maxPool1d', { axes: 1, size, options });
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
  return maxPool('maxPool2d', { axes: 2, size, options });
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
  return maxPool('maxPool3d', { axes: 3, size, options });
}

interface PoolArguments {
  readonly axes: number;
  readonly size: PerAxis;
  readonly options: MaxPoolOptions;
}

function maxPool(kind: string, { axes, size, options }: PoolArguments): Layer {
  checkOptions(kind, options, MAX_POOL_OPTIONS);
  const window = windowAttributes({ layer: kind, axes, sizeName: 'size', size, strides: size }, options);
  const attributes = options.ceilMode ? { ...window, ceil_mode: 1 } : window;
  return defineLayer({
    kind,
    name: options.name,
    apply: (_call, x: Value): Value => op.MaxPool(x, attributes),
  });
}
