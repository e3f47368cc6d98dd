// lpPool1d, lpPool2d, lpPool3d: the p-norm of each window.
import { op } from '../../build/op.ts';
import { positiveInteger } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import type { OptionNames } from '../option-names.ts';
import type { PlainForms } from '../plain-layer.ts';
import { POOL_OPTIONS, type PoolArguments, type PoolOptions, poolForms } from '../pool-layer.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of the power-average pools; strides are the window's size by default, so that windows do not overlap. */
export interface LpPoolOptions extends PoolOptions {
  /** The power p, an integer from 1 on; 2 by default. */
  readonly p?: number | undefined;
}

/** The names of {@link LpPoolOptions}. */
const LP_POOL_OPTIONS: OptionNames<LpPoolOptions> = { ...POOL_OPTIONS, p: true };

/**
 * The p-norm of each window: `(sum |x|^p)^(1/p)`.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, d'...]`, sizes as for the max pools. PyTorch leaves out the absolute value,
 * which differs where p is odd and elements are negative, and with `ceilMode` scales windows that hang over the end.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__LpPool.html
 *
 * @param size the window: a number for all axes, or one per axis; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example lpPool2d(3, { p: 2, strides: 2 })
 */
export type LpPoolLayer = (size?: PerAxis, options?: LpPoolOptions) => Layer;

const forms = (axes: 1 | 2 | 3): PlainForms<PoolArguments<LpPoolOptions>> => {
  const kind = `lpPool${axes}d`;
  return poolForms<LpPoolOptions>(kind, axes, LP_POOL_OPTIONS, (options) => {
    const p = options.p ?? 2;
    positiveInteger(kind, 'p', p);
    return (x, attributes) => op.LpPool(x, { ...attributes, p });
  });
};

/** The power-average pools by their number of spatial axes, in both forms. */
export const LP_POOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/** The p-norms of windows over `[n, c, w]`. */
export const lpPool1d: LpPoolLayer = LP_POOLS[1].layer;

/** The p-norms of windows over `[n, c, h, w]`. */
export const lpPool2d: LpPoolLayer = LP_POOLS[2].layer;

/** The p-norms of windows over `[n, c, d, h, w]`. */
export const lpPool3d: LpPoolLayer = LP_POOLS[3].layer;
