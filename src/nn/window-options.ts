// Options of sliding windows (convolutions and pools) turned into ONNX attributes; what the options may be is checked here.
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { nonNegativeInteger, perAxis, refuseArgument } from './arguments.ts';
import type { OptionNames } from './option-names.ts';

/**
 * How a window is padded: `valid` not at all, `same` so that stride 1 keeps the size (what is odd goes to the end, as in TensorFlow
 * and PyTorch), a number for all ends, a number per spatial axis for both its ends, or all starts and then all ends.
 */
export type Padding = 'valid' | 'same' | number | readonly number[];

/** A number for all spatial axes, or one per axis. */
export type PerAxis = number | readonly number[];

/** Options that all windows share. */
export interface WindowOptions {
  /** Steps of the window. */
  readonly strides?: PerAxis | undefined;
  /** `valid` by default. */
  readonly padding?: Padding | undefined;
  /** Steps between the elements of the window; 1 by default. */
  readonly dilation?: PerAxis | undefined;
}

/** The names of {@link WindowOptions}. */
export const WINDOW_OPTIONS: OptionNames<WindowOptions> = { strides: true, padding: true, dilation: true };

/** The window attributes of Conv, ConvTranspose, MaxPool and AveragePool; what equals ONNX's default is left out. */
export interface WindowAttributes {
  readonly kernel_shape: readonly number[];
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads?: readonly number[];
  readonly auto_pad?: 'SAME_UPPER';
}

/** A window: who it belongs to, its number of spatial axes and its size. */
export interface WindowSpec {
  readonly layer: string;
  readonly axes: number;
  /** What the layer calls its size: `kernel`, `size`. */
  readonly sizeName: string;
  readonly size: PerAxis;
  /** Strides where none are given; 1 by default. */
  readonly strides?: PerAxis | undefined;
}

/**
 * The ONNX attributes of a window.
 *
 * @throws LAYER_ARGUMENT when a size, stride, dilation or padding is of the wrong kind, count or range
 */
export function windowAttributes(spec: WindowSpec, options: WindowOptions): WindowAttributes {
  const { layer, axes } = spec;
  const kernel = perAxis(layer, spec.sizeName, spec.size, axes, 1);
  const strides = perAxis(layer, 'strides', options.strides ?? spec.strides ?? 1, axes, 1);
  const dilations = perAxis(layer, 'dilation', options.dilation ?? 1, axes, 1);
  return {
    kernel_shape: kernel,
    ...(strides.every(isOne) ? {} : { strides }),
    ...(dilations.every(isOne) ? {} : { dilations }),
    ...padAttributes(layer, options.padding ?? 'valid', { kernel, strides, dilations }),
  };
}

/**
 * The ONNX attributes of a window whose operator takes its pads in numbers only.
 *
 * @throws LAYER_ARGUMENT as {@link windowAttributes}, and for padding `same` with strides, which depends on the input
 */
export function explicitWindow(spec: WindowSpec, options: WindowOptions): Omit<WindowAttributes, 'auto_pad'> {
  const { auto_pad, ...window } = windowAttributes(spec, options);
  if (auto_pad) refuseArgument(spec.layer, 'padding', 'numbers where it is strided', options.padding);
  return window;
}

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

const isOne = (n: number): boolean => n === 1;

function padAttributes(layer: string, padding: Padding, window: Window): Pick<WindowAttributes, 'pads' | 'auto_pad'> {
  if (padding === 'valid') return {};
  if (padding === 'same') return samePadding(layer, window);
  const pads = padList(layer, padding, window.kernel.length);
  return pads.every((pad) => pad === 0) ? {} : { pads };
}

/** Pads that do not depend on the input where the stride is 1; else ONNX's SAME_UPPER, which the runtime computes. */
function samePadding(
  layer: string,
  { kernel, strides, dilations }: Window,
): Pick<WindowAttributes, 'pads' | 'auto_pad'> {
  if (!strides.every(isOne)) {
    if (dilations.every(isOne)) return { auto_pad: 'SAME_UPPER' };
    throw dimwiseError({
      code: 'LAYER_ARGUMENT',
      message: `${layer} takes padding "same" with strides or with a dilation, not with both: strides ${strides.join(', ')}, dilation ${dilations.join(', ')}`,
      origin: { site: captureSite() },
      expected: 'strides 1 or dilation 1',
      actual: `strides ${strides.join(', ')}, dilation ${dilations.join(', ')}`,
      hint: 'give the padding as numbers',
    });
  }
  const totals = kernel.map((size, i) => (dilations[i] ?? 1) * (size - 1));
  const starts = totals.map((total) => Math.floor(total / 2));
  const pads = [...starts, ...totals.map((total, i) => total - (starts[i] ?? 0))];
  return pads.every((pad) => pad === 0) ? {} : { pads };
}

function padList(layer: string, padding: number | readonly number[], axes: number): readonly number[] {
  const expected = `"same", "valid", a number >= 0, or a list of ${axes} or ${2 * axes}`;
  if (typeof padding === 'number') {
    nonNegativeInteger(layer, 'padding', padding);
    return Array.from({ length: 2 * axes }, () => padding);
  }
  if (!Array.isArray(padding) || (padding.length !== axes && padding.length !== 2 * axes))
    refuseArgument(layer, 'padding', expected, padding);
  for (const pad of padding) nonNegativeInteger(layer, 'padding', pad);
  return padding.length === axes ? [...padding, ...padding] : padding;
}
