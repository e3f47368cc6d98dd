// maxUnpool1d, maxUnpool2d, maxUnpool3d: what a max pool found, put back where it stood.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { explicitWindow, type PerAxis, type WindowAttributes, type WindowOptions } from '../window-options.ts';

/** Options of {@link maxUnpool2d} and its like: those of the pool that is undone; padding is numbers, or `valid`. */
export interface MaxUnpoolOptions extends Pick<WindowOptions, 'strides' | 'padding'> {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link MaxUnpoolOptions}. */
const MAX_UNPOOL_OPTIONS: OptionNames<MaxUnpoolOptions> = { strides: true, padding: true, name: true };

/** What a max unpool is called with: pooled elements, their indices, and perhaps a value whose spatial sizes the output takes. */
export type MaxUnpoolInputs = [x: Value, indices: Value, like?: Value | undefined];

type Window = Omit<WindowAttributes, 'auto_pad'>;

/**
 * Puts the elements that a max pool found back where they stood, zeros elsewhere.
 *
 * *Input shape*: x `[n, c, d...]`; indices of the same shape, int64, as a max pool with `returnIndices` gives them; then perhaps
 * `like [n, c, e...]`, the pool's input or a value of its shape, which tells the sizes where the pool dropped or rounded some.
 * *Output shape*: `[n, c, e...]`, without `like` `e = strides*(d - 1) + size - pads`.
 * *Parameters*: none. It becomes MaxUnpool, or a ScatterElements with `like` and for types other than float32, which ONNX Runtime's
 * MaxUnpool does not take.
 * Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html (its `output_size` is `like`);
 * https://onnx.ai/onnx/operators/onnx__MaxUnpool.html
 *
 * @param size the window of the pool: a number for all axes, or one per axis; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH (at the call) when the inputs do not fit together
 * @example
 * const pool = maxPool2d(2, { returnIndices: true });
 * const unpool = maxUnpool2d(2);
 * model((x: Value) => {
 *   const { output, indices } = pool(x);
 *   return unpool(output, indices, x);
 * });
 */
export type MaxUnpoolLayer = (size?: PerAxis, options?: MaxUnpoolOptions) => Layer<MaxUnpoolInputs>;

/** Both forms of a max unpool. */
interface MaxUnpoolForms {
  readonly layer: MaxUnpoolLayer;
  /** As in torch.nn.functional: elements, indices, the window and its options, `like` among them. */
  readonly of: (
    x: Value,
    indices: Value,
    size?: PerAxis,
    options?: Omit<MaxUnpoolOptions, 'name'> & { readonly like?: Value | undefined },
  ) => Value;
}

function forms(axes: 1 | 2 | 3): MaxUnpoolForms {
  const kind = `maxUnpool${axes}d`;
  const windowOf = (size: PerAxis, options: MaxUnpoolOptions): Window => {
    checkOptions(kind, options, MAX_UNPOOL_OPTIONS);
    return explicitWindow({ layer: kind, axes, sizeName: 'size', size, strides: size }, options);
  };
  return {
    layer: (size = 2, options = {}) => {
      const window = windowOf(size, options);
      return defineLayer({
        kind,
        name: options.name,
        apply: (_call, ...inputs: MaxUnpoolInputs): Value => unpooled(window, ...inputs),
      });
    },
    of: (x, indices, size = 2, { like, ...options } = {}) => unpooled(windowOf(size, options), x, indices, like),
  };
}

function unpooled(window: Window, ...[x, indices, like]: MaxUnpoolInputs): Value {
  if (!like && x.dtype === 'float32') return op.MaxUnpool(x, indices, undefined, window);
  const outer = op.Shape(x, { start: 0, end: 2 });
  const sizes = like ? op.Shape(like, { start: 2 }) : sizesBefore(x, window);
  const shape = op.Concat([outer, sizes], { axis: 0 });
  const flat = (value: Value): Value => op.Reshape(value, [-1]);
  const none = op.Expand(filled(x.dtype, [], 0), op.ReduceProd(shape, undefined, { keepdims: 1 }));
  // Windows that overlap may find one element twice, with the same value.
  return op.Reshape(op.ScatterElements(none, flat(indices), flat(x), { axis: 0 }), shape);
}

/** The spatial sizes that MaxUnpool computes. */
function sizesBefore(x: Value, { kernel_shape, strides, pads = [] }: Window): Value {
  const axes = kernel_shape.length;
  const rest = kernel_shape.map((size, i) => size - (strides?.[i] ?? 1) - (pads[i] ?? 0) - (pads[i + axes] ?? 0));
  const steps = kernel_shape.map((_, i) => strides?.[i] ?? 1);
  return op.Add(op.Mul(op.Shape(x, { start: 2 }), steps), rest);
}

/** The max unpools by their number of spatial axes, in both forms. */
export const MAX_UNPOOLS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/** Undoes {@link maxPool1d} over `[n, c, w]`; see {@link MaxUnpoolLayer}. */
export const maxUnpool1d: MaxUnpoolLayer = MAX_UNPOOLS[1].layer;

/** Undoes {@link maxPool2d} over `[n, c, h, w]`; see {@link MaxUnpoolLayer}. */
export const maxUnpool2d: MaxUnpoolLayer = MAX_UNPOOLS[2].layer;

/** Undoes {@link maxPool3d} over `[n, c, d, h, w]`; see {@link MaxUnpoolLayer}. */
export const maxUnpool3d: MaxUnpoolLayer = MAX_UNPOOLS[3].layer;
