// Layers that disturb their input while training and do nothing at inference: dropouts of all kinds and noise.
import type { Value } from '../../ir/graph.ts';
import { numberBetween } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { floatAttribute } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';
import { DROPOUT } from './dropout.ts';

/** Options of layers that act while training only. */
export interface NoiseOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link NoiseOptions}. */
const NOISE_OPTIONS: OptionNames<NoiseOptions> = { name: true };

/**
 * A layer that acts while training; an emitted model is for inference, where it is the identity and leaves no node.
 *
 * *Input shape*: any. *Output shape*: the same.
 *
 * @param amount the share that is dropped, from 0 to 1, or the standard deviation of the noise, from 0 on
 * @throws LAYER_ARGUMENT when the amount is out of range
 * @example residual(sequential(conv2d(64, 3, { padding: 1 }), dropPath(0.1)))
 */
export type NoiseLayer = (amount?: number, options?: NoiseOptions) => Layer;

interface Amount {
  readonly name: 'rate' | 'stddev';
  readonly fallback: number;
}

function forms(kind: string, { name, fallback }: Amount): PlainForms<[amount?: number, options?: NoiseOptions]> {
  return plainForms(kind, (amount = fallback, options: NoiseOptions = {}) => {
    checkOptions(kind, options, NOISE_OPTIONS);
    numberBetween(kind, name, amount, 0, name === 'rate' ? 1 : Number.MAX_VALUE);
    const compute = (x: Value): Value => emitLayerOne(DROPOUT, [x], { [name]: floatAttribute(amount) });
    return { name: options.name, compute };
  });
}

const HALF: Amount = { name: 'rate', fallback: 0.5 };
const NONE: Amount = { name: 'rate', fallback: 0 };

/** All of them by name, in both forms. */
export const NOISES = {
  spatialDropout: forms('spatialDropout', HALF),
  alphaDropout: forms('alphaDropout', HALF),
  featureAlphaDropout: forms('featureAlphaDropout', HALF),
  gaussianDropout: forms('gaussianDropout', HALF),
  gaussianNoise: forms('gaussianNoise', { name: 'stddev', fallback: 0.1 }),
  dropPath: forms('dropPath', NONE),
  stochasticDepth: forms('stochasticDepth', NONE),
} as const;

/** Drops whole channels (PyTorch's Dropout1d to 3d, Keras's SpatialDropout): Tompson et al., 2015; rate 0.5 by default. */
export const spatialDropout: NoiseLayer = NOISES.spatialDropout.layer;

/** Drops elements so that {@link selu} keeps mean and variance: Klambauer et al., 2017; rate 0.5 by default. */
export const alphaDropout: NoiseLayer = NOISES.alphaDropout.layer;

/** Drops whole channels so that {@link selu} keeps mean and variance (PyTorch); rate 0.5 by default. */
export const featureAlphaDropout: NoiseLayer = NOISES.featureAlphaDropout.layer;

/** Multiplies by noise of mean 1 (Keras): Srivastava et al., 2014, section 10; rate 0.5 by default. */
export const gaussianDropout: NoiseLayer = NOISES.gaussianDropout.layer;

/** Adds noise of mean 0 (Keras); standard deviation 0.1 by default. */
export const gaussianNoise: NoiseLayer = NOISES.gaussianNoise.layer;

/** Drops the branch of a residual block for whole samples (timm): Huang et al., 2016; rate 0 by default. */
export const dropPath: NoiseLayer = NOISES.dropPath.layer;

/** {@link dropPath} by torchvision's name. */
export const stochasticDepth: NoiseLayer = NOISES.stochasticDepth.layer;
