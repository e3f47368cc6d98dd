// Activations made of straight pieces: hardTanh, the shrinks, thresholds, randomized and squared rectifiers.
import { op } from '../../build/op.ts';
import { ACTIVATIONS } from '../activation.ts';
import {
  type ActivationLayer,
  type ActivationOptions,
  ALPHA,
  type AlphaOptions,
  activationLayer,
  checkFinite,
  NAME,
} from '../activation-layer.ts';
import { refuseArgument } from '../arguments.ts';
import type { OptionNames } from '../option-names.ts';

/** Options of {@link hardTanh}. */
export interface HardTanhOptions extends ActivationOptions {
  /** The least result; -1 by default. */
  readonly min?: number | undefined;
  /** The greatest result; 1 by default. */
  readonly max?: number | undefined;
}

/** Options of {@link hardShrink} and {@link softShrink}. */
export interface ShrinkOptions extends ActivationOptions {
  /** What is cut off on both sides of 0, from 0 on; 0.5 by default. */
  readonly lambda?: number | undefined;
}

/** Options of {@link threshold}. */
export interface ThresholdOptions extends ActivationOptions {
  /** What must be exceeded; 0 by default. */
  readonly threshold?: number | undefined;
  /** The result elsewhere; 0 by default. */
  readonly value?: number | undefined;
}

/** Options of {@link rrelu}. */
export interface RreluOptions extends ActivationOptions {
  /** The least slope that training draws; 1/8 by default. */
  readonly lower?: number | undefined;
  /** The greatest slope that training draws; 1/3 by default. */
  readonly upper?: number | undefined;
}

const HARD_TANH: OptionNames<HardTanhOptions> = { name: true, min: true, max: true };
const LAMBDA: OptionNames<ShrinkOptions> = { name: true, lambda: true };
const THRESHOLD: OptionNames<ThresholdOptions> = { name: true, threshold: true, value: true };
const RRELU: OptionNames<RreluOptions> = { name: true, lower: true, upper: true };

function checkLambda(kind: string): (options: ShrinkOptions) => void {
  return ({ lambda = 0 }) => {
    if (!(Number.isFinite(lambda) && lambda >= 0)) refuseArgument(kind, 'lambda', 'a finite number >= 0', lambda);
  };
}

/** `x` kept between min and max. @throws LAYER_ARGUMENT when they are not finite, or min is greater */
export const hardTanh: ActivationLayer<HardTanhOptions> = activationLayer<HardTanhOptions>(
  'hardTanh',
  (x, { min = -1, max = 1 }) => op.Clip(x, min, max),
  HARD_TANH,
  (options) => {
    checkFinite('hardTanh', 'min', 'max')(options);
    const { min = -1, max = 1 } = options;
    if (min > max) refuseArgument('hardTanh', 'min', `a number up to max, ${max}`, min);
  },
);

/** {@link hardSwish} by Keras's other name. */
export const hardSilu: ActivationLayer = activationLayer('hardSilu', ACTIVATIONS.hardSilu, NAME);

/** `x` where `|x| > lambda`, else 0. @throws LAYER_ARGUMENT when lambda is negative or not finite */
export const hardShrink: ActivationLayer<ShrinkOptions> = activationLayer<ShrinkOptions>(
  'hardShrink',
  (x, { lambda = 0.5 }) => op.Shrink(x, { lambd: lambda }),
  LAMBDA,
  checkLambda('hardShrink'),
);

/** `x` moved towards 0 by lambda, 0 where it is nearer. @throws LAYER_ARGUMENT when lambda is negative or not finite */
export const softShrink: ActivationLayer<ShrinkOptions> = activationLayer<ShrinkOptions>(
  'softShrink',
  (x, { lambda = 0.5 }) => op.Shrink(x, { lambd: lambda, bias: lambda }),
  LAMBDA,
  checkLambda('softShrink'),
);

/** `x - tanh(x)`. */
export const tanhShrink: ActivationLayer = activationLayer('tanhShrink', ACTIVATIONS.tanhShrink, NAME);

/** `x` above the threshold, else the value. @throws LAYER_ARGUMENT when they are not finite */
export const threshold: ActivationLayer<ThresholdOptions> = activationLayer<ThresholdOptions>(
  'threshold',
  (x, options) => op.Where(op.Greater(x, options.threshold ?? 0), x, options.value ?? 0),
  THRESHOLD,
  checkFinite('threshold', 'threshold', 'value'),
);

/** `x` above alpha, else 0; alpha is 1 by default. @throws LAYER_ARGUMENT when alpha is not finite */
export const thresholdedRelu: ActivationLayer<AlphaOptions> = activationLayer<AlphaOptions>(
  'thresholdedRelu',
  (x, { alpha }) => op.ThresholdedRelu(x, { alpha }),
  ALPHA,
  checkFinite('thresholdedRelu', 'alpha'),
);

/**
 * `x` from 0 on, `a x` below; training draws the slope a between lower and upper, inference takes their mean (Xu et al., 2015).
 *
 * @throws LAYER_ARGUMENT when a slope is not finite
 */
export const rrelu: ActivationLayer<RreluOptions> = activationLayer<RreluOptions>(
  'rrelu',
  (x, { lower = 1 / 8, upper = 1 / 3 }) => op.LeakyRelu(x, { alpha: (lower + upper) / 2 }),
  RRELU,
  checkFinite('rrelu', 'lower', 'upper'),
);

/** `max(x, 0)^2` (So et al., "Primer", 2021). */
export const squaredRelu: ActivationLayer = activationLayer('squaredRelu', ACTIVATIONS.squaredRelu, NAME);
