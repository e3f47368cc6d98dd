// timestepEmbedding: sines and cosines of times, as diffusion models take them.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { tensorFromValues } from '../../ir/tensor-data.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import type { Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { type PlainForms, plainForms } from '../plain-layer.ts';

/** Options of {@link timestepEmbedding}. */
export interface TimestepEmbeddingOptions {
  /** The longest wavelength over 2 pi; 10000 by default. */
  readonly maxPeriod?: number | undefined;
  /** Whether cosines stand before sines, as in Stable Diffusion (`flip_sin_to_cos`); true by default. */
  readonly cosFirst?: boolean | undefined;
  /** Taken from the number of frequencies in the exponent (`downscale_freq_shift`); 0 by default, as in Stable Diffusion. */
  readonly shift?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link TimestepEmbeddingOptions}. */
const TIMESTEP_OPTIONS: OptionNames<TimestepEmbeddingOptions> = {
  maxPeriod: true,
  cosFirst: true,
  shift: true,
  name: true,
};

/** Both forms of {@link timestepEmbedding}. */
export const TIMESTEPS: PlainForms<[size: number, options?: TimestepEmbeddingOptions]> = plainForms(
  'timestepEmbedding',
  (size: number, options: TimestepEmbeddingOptions = {}) => {
    const kind = 'timestepEmbedding';
    checkOptions(kind, options, TIMESTEP_OPTIONS);
    positiveInteger(kind, 'size', size);
    if (size % 2 !== 0) refuseArgument(kind, 'size', 'an even number', size);
    const { maxPeriod = 10000, cosFirst = true, shift = 0 } = options;
    if (!(Number.isFinite(maxPeriod) && maxPeriod > 1)) refuseArgument(kind, 'maxPeriod', 'a number > 1', maxPeriod);
    const half = size / 2;
    if (!(Number.isFinite(shift) && shift >= 0 && shift < half))
      refuseArgument(kind, 'shift', `a number from 0 to less than ${half}`, shift);
    const frequencies = Array.from({ length: half }, (_, i) => maxPeriod ** (-i / (half - shift)));
    return {
      name: options.name,
      compute: (times) => {
        const float: Value = op.Cast(times, { to: 'float32' });
        const angles: Value = op.Mul(op.Unsqueeze(float, [-1]), tensorFromValues('float32', [half], frequencies));
        const [sines, cosines] = [op.Sin(angles), op.Cos(angles)];
        return op.Concat(cosFirst ? [cosines, sines] : [sines, cosines], { axis: -1 });
      },
    };
  },
);

/**
 * Sines and cosines of times: `cos(t f), sin(t f)` of frequencies `f = maxPeriod^(-i / (size/2 - shift))`.
 *
 * *Input shape*: `[...]`, of any number type. *Output shape*: `[..., size]`, float32. *Parameters*: none.
 * Source: Ho et al., "Denoising diffusion probabilistic models", 2020; names and defaults as in Stable Diffusion's UNet of diffusers.
 *
 * @param size features, an even number
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example sequential(timestepEmbedding(320), dense(1280, { activation: 'silu' }), dense(1280))
 */
export function timestepEmbedding(size: number, options: TimestepEmbeddingOptions = {}): Layer {
  return TIMESTEPS.layer(size, options);
}
