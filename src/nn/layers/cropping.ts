// cropping1d, cropping2d, cropping3d: spatial axes cut at their ends.
import { type Ends, readEnds } from '../end-sizes.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { padded } from '../pad-node.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of the croppings. */
export interface CroppingOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link CroppingOptions}. */
const CROPPING_OPTIONS: OptionNames<CroppingOptions> = { name: true };

/**
 * A cropping of spatial axes, as in Keras.
 *
 * *Input shape*: `[n, c, d...]`, sizes greater than what is cut, which the contract of the model says.
 * *Output shape*: `[n, c, d - start - end...]`.
 *
 * @param cropping elements at the ends: a number for all, one per axis, pairs, or all starts and then all ends; 1 by default
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @throws SHAPE_MISMATCH (at the call) when nothing would be left
 * @example cropping2d([[1, 2], [0, 0]])
 */
export type CroppingLayer = (cropping?: Ends, options?: CroppingOptions) => Layer;

const forms = (axes: 1 | 2 | 3): PlainForms<[cropping?: Ends, options?: CroppingOptions]> => {
  const kind = `cropping${axes}d`;
  return plainForms(kind, (cropping: Ends = 1, options: CroppingOptions = {}) => {
    checkOptions(kind, options, CROPPING_OPTIONS);
    const ends = readEnds(kind, 'cropping', cropping, axes);
    // 0 - n, for -n would make a negative zero.
    const recipe = { mode: 'constant', pads: ends.map((end) => 0 - end), value: 0 } as const;
    return { name: options.name, compute: (x) => padded(x, recipe) };
  });
};

/** The croppings by their number of spatial axes, in both forms. */
export const CROPPINGS = { 1: forms(1), 2: forms(2), 3: forms(3) } as const;

/** Crops `[n, c, w]`. */
export const cropping1d: CroppingLayer = CROPPINGS[1].layer;

/** Crops `[n, c, h, w]`. */
export const cropping2d: CroppingLayer = CROPPINGS[2].layer;

/** Crops `[n, c, d, h, w]`. */
export const cropping3d: CroppingLayer = CROPPINGS[3].layer;
