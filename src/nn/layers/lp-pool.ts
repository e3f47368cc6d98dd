// lpPool1d, lpPool2d, lpPool3d: the p-norm of each window.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { numberBetween, positiveInteger, refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import type { OptionNames } from '../option-names.ts';
import type { PlainForms } from '../plain-layer.ts';
import { POOL_OPTIONS, type PoolArguments, type PoolAttributes, type PoolOptions, poolForms } from '../pool-layer.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of the power-average pools; strides are the window's size by default, so that windows do not overlap. */
export interface LpPoolOptions extends PoolOptions {
  /** The power p, an integer from 1 on; 2 by default. */
  readonly p?: number | undefined;
  /**
   * Whether signed powers are summed, `(sum x^p)^(1/p)`, and with `ceilMode` windows that hang over the end count in full, both as in
   * PyTorch; p may then be any number > 0. False by default.
   */
  readonly signed?: boolean | undefined;
}

/** The names of {@link LpPoolOptions}. */
const LP_POOL_OPTIONS: OptionNames<LpPoolOptions> = { ...POOL_OPTIONS, p: true, signed: true };

/**
 * The p-norm of each window: `(sum |x|^p)^(1/p)`, as ONNX has it.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, d'...]`, sizes as for the max pools. PyTorch leaves out the absolute value,
 * which differs where p is odd and elements are negative (with p 1 it is the sum; with p 3 a negative sum gives NaN), and with `ceilMode`
 * multiplies the mean of a window that hangs over the end by the full window: `signed` computes that.
 * Source of the formulas: https://onnx.ai/onnx/operators/onnx__LpPool.html;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @param size the window: a number for all axes, or one per axis; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example lpPool2d(3, { p: 2, strides: 2 })
 */
export type LpPoolLayer = (size?: PerAxis, options?: LpPoolOptions) => Layer;

const forms = (axes: 1 | 2 | 3): PlainForms<PoolArguments<LpPoolOptions>> => {
  const kind = `lpPool${axes}d`;
  return poolForms<LpPoolOptions>(kind, axes, LP_POOL_OPTIONS, (options) => {
    const { p = 2, signed = false } = options;
    if (typeof signed !== 'boolean') refuseArgument(kind, 'signed', 'true or false', signed);
    if (signed) numberBetween(kind, 'p', p, Number.MIN_VALUE, Number.MAX_VALUE);
    else positiveInteger(kind, 'p', p);
    return (x, attributes) => (signed ? signedNorm(x, attributes, p) : op.LpPool(x, { ...attributes, p }));
  });
};

/** `(sum x^p)^(1/p)`, the sum being a mean times the elements of a window. */
function signedNorm(x: Value, attributes: PoolAttributes, p: number): Value {
  const isPadded = attributes.pads !== undefined || attributes.auto_pad !== undefined;
  const powers: Value = p === 1 ? x : op.Pow(x, filled(x.dtype, [], p));
  const means = op.AveragePool(powers, isPadded ? { ...attributes, count_include_pad: 1 } : attributes);
  const sums = op.Mul(
    means,
    filled(
      x.dtype,
      [],
      attributes.kernel_shape.reduce((a, b) => a * b, 1),
    ),
  );
  return p === 1 ? sums : op.Pow(sums, filled(x.dtype, [], 1 / p));
}

/** The power-average pools by their number of spatial axes, in both forms. */
export const LP_POOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/** The p-norms of windows over `[n, c, w]`. */
export const lpPool1d: LpPoolLayer = LP_POOLS[1].layer;

/** The p-norms of windows over `[n, c, h, w]`. */
export const lpPool2d: LpPoolLayer = LP_POOLS[2].layer;

/** The p-norms of windows over `[n, c, d, h, w]`. */
export const lpPool3d: LpPoolLayer = LP_POOLS[3].layer;
