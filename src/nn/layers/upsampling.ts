// upsampling1d to 3d, resize1d to 3d, resizeTo: spatial axes resampled.
import type { Value } from '../../ir/graph.ts';
import { perAxis, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, type PlainRecipe, plainForms } from '../plain-layer.ts';
import { RESIZE_MODES, type ResizeMode, resized } from '../resize-node.ts';
import type { PerAxis } from '../window-options.ts';

/** Options of all resampling layers. */
export interface ResizeOptions {
  /** `nearest` (default) takes the element before, `linear` interpolates along each axis, `cubic` by cubic polynomials, on two axes. */
  readonly mode?: ResizeMode | undefined;
  /** Whether the outermost elements of input and output lie on each other; false by default; for `linear` and `cubic`. */
  readonly alignCorners?: boolean | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link ResizeOptions}. */
const RESIZE_OPTIONS: OptionNames<ResizeOptions> = { mode: true, alignCorners: true, name: true };

/**
 * Spatial axes made larger by a scale, or smaller by one below 1, as PyTorch's Upsample and Keras's UpSampling compute it.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, floor(scale*d)...]`; a formula where the product is exact in float32 (`2*h`,
 * `h//2`), else a size within bounds.
 * Source of the formula: https://onnx.ai/onnx/operators/onnx__Resize.html
 *
 * @param scale a number for all axes, or one per axis; 2 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example upsampling2d(2, { mode: 'linear' })
 */
export type UpsamplingLayer = (scale?: PerAxis, options?: ResizeOptions) => Layer;

/**
 * Spatial axes brought to given sizes, as PyTorch's Upsample with `size` and Keras's Resizing compute it.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, size...]`.
 *
 * @param size a number for all axes, or one per axis
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example resize2d([224, 224], { mode: 'linear' })
 */
export type ResizeLayer = (size: PerAxis, options?: ResizeOptions) => Layer;

type Axes = 1 | 2 | 3;

/** The mode of a layer and its corners. @throws LAYER_ARGUMENT when they do not fit */
function readMode(kind: string, options: ResizeOptions, axes: Axes | undefined) {
  checkOptions(kind, options, RESIZE_OPTIONS);
  const { mode = 'nearest', alignCorners = false } = options;
  if (!RESIZE_MODES.includes(mode))
    refuseArgument(kind, 'mode', RESIZE_MODES.map((name) => `"${name}"`).join(', '), mode);
  // As in PyTorch; ONNX Runtime has cubic polynomials for two axes only.
  if (mode === 'cubic' && axes !== undefined && axes !== 2) refuseArgument(kind, 'mode', '"nearest" or "linear"', mode);
  if (mode === 'nearest' && alignCorners)
    refuseArgument(kind, 'alignCorners', 'nothing with mode "nearest"', alignCorners);
  return { mode, alignCorners };
}

function upsampling(kind: string, axes: Axes, scale: PerAxis, options: ResizeOptions): PlainRecipe {
  const how = readMode(kind, options, axes);
  const scales = typeof scale === 'number' ? Array.from({ length: axes }, () => scale) : scale;
  if (!Array.isArray(scales) || scales.length !== axes)
    refuseArgument(kind, 'scale', `a number or a list of ${axes}`, scale);
  for (const one of scales)
    if (!(Number.isFinite(one) && one > 0)) refuseArgument(kind, 'scale', 'a finite number > 0', one);
  return { name: options.name, compute: (x) => resized(x, { ...how, to: { scales } }) };
}

const scaleForms = (axes: Axes): PlainForms<[scale?: PerAxis, options?: ResizeOptions]> =>
  plainForms(`upsampling${axes}d`, (scale: PerAxis = 2, options: ResizeOptions = {}) =>
    upsampling(`upsampling${axes}d`, axes, scale, options),
  );

const sizeForms = (axes: Axes): PlainForms<[size: PerAxis, options?: ResizeOptions]> => {
  const kind = `resize${axes}d`;
  return plainForms(kind, (size: PerAxis, options: ResizeOptions = {}) => {
    const how = readMode(kind, options, axes);
    const sizes = perAxis(kind, 'size', size, axes, 1);
    return { name: options.name, compute: (x) => resized(x, { ...how, to: { sizes } }) };
  });
};

/** Upsampling by its number of spatial axes, in both forms. */
export const UPSAMPLINGS = { 1: scaleForms(1), 2: scaleForms(2), 3: scaleForms(3) } as const;

/** Resizing by its number of spatial axes, in both forms. */
export const RESIZINGS = { 1: sizeForms(1), 2: sizeForms(2), 3: sizeForms(3) } as const;

/** Resamples `[n, c, w]` by a scale. */
export const upsampling1d: UpsamplingLayer = UPSAMPLINGS[1].layer;

/** Resamples `[n, c, h, w]` by scales. */
export const upsampling2d: UpsamplingLayer = UPSAMPLINGS[2].layer;

/** Resamples `[n, c, d, h, w]` by scales. */
export const upsampling3d: UpsamplingLayer = UPSAMPLINGS[3].layer;

/** Resamples `[n, c, w]` to a size. */
export const resize1d: ResizeLayer = RESIZINGS[1].layer;

/** Resamples `[n, c, h, w]` to sizes. */
export const resize2d: ResizeLayer = RESIZINGS[2].layer;

/** Resamples `[n, c, d, h, w]` to sizes. */
export const resize3d: ResizeLayer = RESIZINGS[3].layer;

/**
 * Spatial axes brought to the sizes of another value: what joins a decoder's features with an encoder's.
 *
 * *Input shape*: `x [n, c, d...]`, `like [m, k, e...]` of the same rank, which stays unread but for its sizes.
 * *Output shape*: `[n, c, e...]`.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 * @throws RANK_MISMATCH (at the call) when the two differ in rank
 * @example
 * const up = resizeTo({ mode: 'linear' });
 * model((x: Value, skip: Value) => op.Concat([up(x, skip), skip], { axis: 1 }));
 */
export function resizeTo(options: ResizeOptions = {}): Layer<[x: Value, like: Value]> {
  const how = readMode('resizeTo', options, undefined);
  return defineLayer({
    kind: 'resizeTo',
    name: options.name,
    apply: (_call, x: Value, like: Value): Value => resized(x, { ...how, to: { like } }),
  });
}

/**
 * {@link resizeTo} computed at once.
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind
 */
export function resizeToOf(x: Value, like: Value, options: ResizeOptions = {}): Value {
  return resized(x, { ...readMode('resizeTo', options, undefined), to: { like } });
}
