// feedForward, swiglu, geglu, gatedFeedForward: the part of a transformer that works on each position alone.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { type Activation, activationFunction } from '../activation.ts';
import { numberBetween, positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { projection } from './projection.ts';

/** Options of {@link swiglu} and {@link geglu}; biases are left out by default, as in Llama and T5. */
export interface GatedOptions extends WeightOptions {
  /** The output features; those of the input by default. */
  readonly units?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** Options of {@link gatedFeedForward}. */
export interface GatedFeedForwardOptions extends GatedOptions {
  /** Applied to the gate; `silu` by default. */
  readonly activation?: Activation | undefined;
}

/** Options of {@link geglu}. */
export interface GegluOptions extends GatedOptions {
  /** `tanh` for the formula by tanh, as in T5 v1.1 and Gemma; exact by default. */
  readonly approximate?: 'none' | 'tanh' | undefined;
}

/** Options of {@link feedForward}. */
export interface FeedForwardOptions extends GatedOptions {
  /** Applied between the two dense layers; `relu` by default, as in the paper. */
  readonly activation?: Activation | undefined;
  /** The share of hidden features that training drops; no effect at inference; 0 by default. */
  readonly dropout?: number | undefined;
}

/** The names of the options. */
const GATED_OPTIONS: OptionNames<GatedOptions> = { ...WEIGHT_OPTIONS, units: true, name: true };
const GEGLU_OPTIONS: OptionNames<GegluOptions> = { ...GATED_OPTIONS, approximate: true };
const GATED_FEED_FORWARD: OptionNames<GatedFeedForwardOptions> = { ...GATED_OPTIONS, activation: true };
const FEED_FORWARD: OptionNames<FeedForwardOptions> = { ...GATED_FEED_FORWARD, dropout: true };

/** The options of the weights in front and behind. */
function weightsOf(
  { bias, dtype, weightInitializer, biasInitializer }: WeightOptions,
  isBiased: boolean,
): WeightOptions {
  return { bias: bias ?? isBiased, dtype, weightInitializer, biasInitializer };
}

/**
 * Two dense layers with an activation between: `y = linear2(activation(linear1(x)))`, back to the features of the input.
 *
 * *Input shape*: `[..., w]`; w is settled by the first batch. *Output shape*: `[..., units]`, units being w by default.
 * *Parameters*: `linear1.weight [hidden, w]`, `linear1.bias [hidden]`, `linear2.weight [units, hidden]`, `linear2.bias [units]`, filled as in
 * {@link dense}.
 * Source: Vaswani et al., "Attention is all you need", 2017, section 3.3; names of PyTorch's TransformerEncoderLayer.
 *
 * @param hidden features between the two layers
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example residual(sequential(layerNorm(), feedForward(3072, { activation: 'gelu' })))
 */
export function feedForward(hidden: number, options: FeedForwardOptions = {}): Layer {
  checkOptions('feedForward', options, FEED_FORWARD);
  positiveInteger('feedForward', 'hidden', hidden);
  const { units, dropout: rate = 0 } = options;
  if (units !== undefined) positiveInteger('feedForward', 'units', units);
  numberBetween('feedForward', 'dropout', rate, 0, 1);
  const weights = weightsOf(options, true);
  const activation = activationFunction(options.activation ?? 'relu');
  const [linear1, linear2] = [dense(hidden, weights), projection({ ...weights, units, inFeatures: hidden })];
  const drop = dropout(rate);
  return defineLayer({
    kind: 'feedForward',
    name: options.name,
    children: [
      ['linear1', linear1],
      ['linear2', linear2],
      ['dropout', drop],
    ],
    apply: (_call, x: Value): Value => linear2(drop(activation(linear1(x))), x),
  });
}

/**
 * A gated feed-forward part: `y = down(activation(gate(x)) * up(x))`, back to the features of the input.
 *
 * *Input shape*: `[..., w]`; w is settled by the first batch. *Output shape*: `[..., units]`, units being w by default.
 * *Parameters*: `gate.weight [hidden, w]`, `up.weight [hidden, w]`, `down.weight [units, hidden]`, and their biases where `bias` is set.
 * Source: Shazeer, "GLU variants improve Transformer", 2020; names of Llama (`gate_proj`, `up_proj`, `down_proj`; T5: `wi_0`, `wi_1`, `wo`).
 *
 * @param hidden features of the gate
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example gatedFeedForward(11008, { activation: 'relu' }) // ReGLU
 */
export function gatedFeedForward(hidden: number, options: GatedFeedForwardOptions = {}): Layer {
  checkOptions('gatedFeedForward', options, GATED_FEED_FORWARD);
  return gated('gatedFeedForward', hidden, options, options.activation ?? 'silu');
}

/**
 * {@link gatedFeedForward} with silu: `y = down(silu(gate(x)) * up(x))`, the feed-forward part of Llama.
 *
 * *Input shape*, *Output shape* and *Parameters*: those of {@link gatedFeedForward}.
 * Source: Shazeer, "GLU variants improve Transformer", 2020.
 *
 * @param hidden features of the gate
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example residual(sequential(rmsNorm(), swiglu(14336)))
 */
export function swiglu(hidden: number, options: GatedOptions = {}): Layer {
  checkOptions('swiglu', options, GATED_OPTIONS);
  return gated('swiglu', hidden, options, 'silu');
}

/**
 * {@link gatedFeedForward} with gelu: `y = down(gelu(gate(x)) * up(x))`, the feed-forward part of T5 v1.1, whose gelu is `geluTanh`, and
 * of Stable Diffusion, whose gate is the second half of one weight.
 *
 * *Input shape*, *Output shape* and *Parameters*: those of {@link gatedFeedForward}.
 * Source: Shazeer, "GLU variants improve Transformer", 2020.
 *
 * @param hidden features of the gate
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example residual(sequential(layerNorm(), geglu(1280, { bias: true })))
 */
export function geglu(hidden: number, options: GegluOptions = {}): Layer {
  checkOptions('geglu', options, GEGLU_OPTIONS);
  const { approximate = 'none' } = options;
  if (approximate !== 'none' && approximate !== 'tanh')
    refuseArgument('geglu', 'approximate', '"none" or "tanh"', approximate);
  return gated('geglu', hidden, options, approximate === 'tanh' ? 'geluTanh' : 'gelu');
}

function gated(kind: string, hidden: number, options: GatedOptions, activation: Activation): Layer {
  positiveInteger(kind, 'hidden', hidden);
  if (options.units !== undefined) positiveInteger(kind, 'units', options.units);
  const weights = weightsOf(options, false);
  const [gate, up] = [dense(hidden, weights), dense(hidden, weights)];
  const down = projection({ ...weights, units: options.units, inFeatures: hidden });
  const activated = activationFunction(activation);
  return defineLayer({
    kind,
    name: options.name,
    children: [
      ['gate', gate],
      ['up', up],
      ['down', down],
    ],
    apply: (_call, x: Value): Value => down(op.Mul(activated(gate(x)), up(x)), x),
  });
}
