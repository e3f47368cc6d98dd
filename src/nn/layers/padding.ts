// zeroPad, constantPad, reflectionPad, replicationPad, circularPad: spatial axes made longer at their ends.
import { refuseArgument } from '../arguments.ts';
import { type Ends, readEnds } from '../end-sizes.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PadMode, padded } from '../pad-node.ts';
import { type PlainForms, type PlainRecipe, plainForms } from '../plain-layer.ts';

/** Options of the paddings. */
export interface PadOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link PadOptions}. */
const PAD_OPTIONS: OptionNames<PadOptions> = { name: true };

/**
 * A padding of spatial axes.
 *
 * *Input shape*: `[n, c, d...]`. *Output shape*: `[n, c, start + d + end...]`.
 *
 * @param padding elements at the ends: a number for all, one per axis, pairs, or all starts and then all ends
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(reflectionPad2d(3), conv2d(64, 7))
 */
export type PadLayer = (padding: Ends, options?: PadOptions) => Layer;

/** A padding with a constant: {@link PadLayer} with the constant as second argument. */
export type ConstantPadLayer = (padding: Ends, value: number, options?: PadOptions) => Layer;

type Axes = 1 | 2 | 3;

function recipe(
  kind: string,
  axes: Axes,
  given: [padding: Ends, mode: PadMode, value: number, options: PadOptions],
): PlainRecipe {
  const [padding, mode, value, options] = given;
  checkOptions(kind, options, PAD_OPTIONS);
  if (typeof value !== 'number') refuseArgument(kind, 'value', 'a number', value);
  const pads = readEnds(kind, 'padding', padding, axes);
  return { name: options.name, compute: (x) => padded(x, { mode, pads, value }) };
}

const forms = (kind: string, axes: Axes, mode: PadMode): PlainForms<[padding: Ends, options?: PadOptions]> =>
  plainForms(kind, (padding: Ends, options: PadOptions = {}) => recipe(kind, axes, [padding, mode, 0, options]));

const constantForms = (kind: string, axes: Axes): PlainForms<[padding: Ends, value: number, options?: PadOptions]> =>
  plainForms(kind, (padding: Ends, value: number, options: PadOptions = {}) =>
    recipe(kind, axes, [padding, 'constant', value, options]),
  );

/** Every padding by its name, in both forms. */
export const PADDINGS = {
  zeroPad1d: forms('zeroPad1d', 1, 'constant'),
  zeroPad2d: forms('zeroPad2d', 2, 'constant'),
  zeroPad3d: forms('zeroPad3d', 3, 'constant'),
  constantPad1d: constantForms('constantPad1d', 1),
  constantPad2d: constantForms('constantPad2d', 2),
  constantPad3d: constantForms('constantPad3d', 3),
  reflectionPad1d: forms('reflectionPad1d', 1, 'reflect'),
  reflectionPad2d: forms('reflectionPad2d', 2, 'reflect'),
  reflectionPad3d: forms('reflectionPad3d', 3, 'reflect'),
  replicationPad1d: forms('replicationPad1d', 1, 'edge'),
  replicationPad2d: forms('replicationPad2d', 2, 'edge'),
  replicationPad3d: forms('replicationPad3d', 3, 'edge'),
  circularPad1d: forms('circularPad1d', 1, 'wrap'),
  circularPad2d: forms('circularPad2d', 2, 'wrap'),
  circularPad3d: forms('circularPad3d', 3, 'wrap'),
} as const;

/** Pads `[n, c, w]` with zeros. */
export const zeroPad1d: PadLayer = PADDINGS.zeroPad1d.layer;

/** Pads `[n, c, h, w]` with zeros. */
export const zeroPad2d: PadLayer = PADDINGS.zeroPad2d.layer;

/** Pads `[n, c, d, h, w]` with zeros. */
export const zeroPad3d: PadLayer = PADDINGS.zeroPad3d.layer;

/** Pads `[n, c, w]` with a constant. */
export const constantPad1d: ConstantPadLayer = PADDINGS.constantPad1d.layer;

/** Pads `[n, c, h, w]` with a constant. */
export const constantPad2d: ConstantPadLayer = PADDINGS.constantPad2d.layer;

/** Pads `[n, c, d, h, w]` with a constant. */
export const constantPad3d: ConstantPadLayer = PADDINGS.constantPad3d.layer;

/** Pads `[n, c, w]` with what it mirrors, without the edge: `c b | a b c d | c b`. Sizes must be greater than their pads. */
export const reflectionPad1d: PadLayer = PADDINGS.reflectionPad1d.layer;

/** Pads `[n, c, h, w]` with what it mirrors, without the edge. Sizes must be greater than their pads. */
export const reflectionPad2d: PadLayer = PADDINGS.reflectionPad2d.layer;

/** Pads `[n, c, d, h, w]` with what it mirrors, without the edge. Sizes must be greater than their pads. */
export const reflectionPad3d: PadLayer = PADDINGS.reflectionPad3d.layer;

/** Pads `[n, c, w]` with its edges: `a a | a b c d | d d`. */
export const replicationPad1d: PadLayer = PADDINGS.replicationPad1d.layer;

/** Pads `[n, c, h, w]` with its edges. */
export const replicationPad2d: PadLayer = PADDINGS.replicationPad2d.layer;

/** Pads `[n, c, d, h, w]` with its edges. */
export const replicationPad3d: PadLayer = PADDINGS.replicationPad3d.layer;

/** Pads `[n, c, w]` from its other end: `c d | a b c d | a b`. */
export const circularPad1d: PadLayer = PADDINGS.circularPad1d.layer;

/** Pads `[n, c, h, w]` from its other ends. */
export const circularPad2d: PadLayer = PADDINGS.circularPad2d.layer;

/** Pads `[n, c, d, h, w]` from its other ends. */
export const circularPad3d: PadLayer = PADDINGS.circularPad3d.layer;
