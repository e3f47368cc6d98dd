// maxPool1d, maxPool2d, maxPool3d: the greatest element of each window.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { POOL_OPTIONS, type PoolAttributes, type PoolOptions, poolAttributes } from '../pool-layer.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of the max pools; strides are the window's size by default, so that windows do not overlap. */
export interface MaxPoolOptions extends PoolOptions {
  /** Whether the call gives `{ output, indices }`, which {@link maxUnpool2d} takes; false by default: it gives the output alone. */
  readonly returnIndices?: boolean | undefined;
}

/** What a max pool with `returnIndices` gives. */
export interface MaxPooled {
  /** The greatest elements, `[n, c, d'...]`. */
  readonly output: Value;
  /**
   * Where they stood, int64, of the same shape: the place among all elements of the input, as ONNX counts; PyTorch counts in each
   * channel of each sample from 0.
   */
  readonly indices: Value;
}

/** The names of {@link MaxPoolOptions}. */
const MAX_POOL_OPTIONS: OptionNames<MaxPoolOptions> = { ...POOL_OPTIONS, returnIndices: true };

/** Options that ask for the indices, and options that do not. */
type WithIndices = MaxPoolOptions & { readonly returnIndices: true };
type WithoutIndices = MaxPoolOptions & { readonly returnIndices?: false | undefined };

/** Both forms of a max pool. */
interface MaxPoolForms {
  readonly layer: {
    (size: PerAxis | undefined, options: WithIndices): Layer<[x: Value], MaxPooled>;
    (size?: PerAxis, options?: WithoutIndices): Layer;
  };
  readonly of: {
    (x: Value, size: PerAxis | undefined, options: WithIndices): MaxPooled;
    (x: Value, size?: PerAxis, options?: WithoutIndices): Value;
  };
}

function forms(axes: 1 | 2 | 3): MaxPoolForms {
  const kind = `maxPool${axes}d`;
  const read = (size: PerAxis, options: MaxPoolOptions): ((x: Value) => Value | MaxPooled) => {
    checkOptions(kind, options, MAX_POOL_OPTIONS);
    const { returnIndices = false } = options;
    if (typeof returnIndices !== 'boolean') refuseArgument(kind, 'returnIndices', 'true or false', returnIndices);
    const attributes = poolAttributes(kind, axes, size, options);
    return (x) => (returnIndices ? pooled(x, attributes) : op.MaxPool(x, attributes));
  };
  const layer = (size: PerAxis = 2, options: MaxPoolOptions = {}): Layer<[x: Value], Value | MaxPooled> => {
    const compute = read(size, options);
    return defineLayer({ kind, name: options.name, apply: (_call, x: Value) => compute(x) });
  };
  const of = (x: Value, size: PerAxis = 2, options: MaxPoolOptions = {}): Value | MaxPooled => read(size, options)(x);
  // Whether indices come with the output is what the overloads say of options.returnIndices.
  return { layer, of } as MaxPoolForms;
}

function pooled(x: Value, attributes: PoolAttributes): MaxPooled {
  const [output, indices] = op.MaxPool(x, { ...attributes, outputs: 2 });
  return { output, indices };
}

/** The max pools by their number of spatial axes, in both forms. */
export const MAX_POOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/**
 * The greatest element of each window over one spatial axis.
 *
 * *Input shape*: `[n, c, w]`. *Output shape*: `[n, c, w']` with `w' = (w + pads - dilation*(size - 1) - 1) // strides + 1`;
 * `ceilMode` rounds up and drops a window that would start behind the input. With `returnIndices` `{ output, indices }`, both of that shape.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__MaxPool.html
 *
 * @param size elements of the window; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool1d(2)
 */
export const maxPool1d: (typeof MAX_POOLS)[1]['layer'] = MAX_POOLS[1].layer;

/**
 * The greatest element of each window over two spatial axes.
 *
 * *Input shape*: `[n, c, h, w]`. *Output shape*: `[n, c, h', w']`, sizes and `returnIndices` as for {@link maxPool1d}.
 *
 * @param size the window: a number for both axes, or [height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool2d(3, { strides: 2, padding: 1 })
 */
export const maxPool2d: (typeof MAX_POOLS)[2]['layer'] = MAX_POOLS[2].layer;

/**
 * The greatest element of each window over three spatial axes.
 *
 * *Input shape*: `[n, c, d, h, w]`. *Output shape*: `[n, c, d', h', w']`, sizes and `returnIndices` as for {@link maxPool1d}.
 *
 * @param size the window: a number for all axes, or [depth, height, width]; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example maxPool3d([1, 2, 2])
 */
export const maxPool3d: (typeof MAX_POOLS)[3]['layer'] = MAX_POOLS[3].layer;
