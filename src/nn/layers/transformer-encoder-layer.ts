// transformerEncoderLayer: self attention and a feed-forward part, each with a residual and a normalization.
import type { Value } from '../../ir/graph.ts';
import { type Activation, activationFunction } from '../activation.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from '../weight-and-bias.ts';
import { multiHeadAttention } from './attention.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { layerNorm } from './layer-norm.ts';
import { SUM } from './merge.ts';
import { projection } from './projection.ts';

/** Options of {@link transformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions extends WeightOptions {
  /** Applied between the two dense layers; `relu` by default, as in the paper and PyTorch. */
  readonly activation?: Activation | undefined;
  /** Whether each part normalizes its input instead of its sum; false by default, as in the paper and PyTorch. */
  readonly normFirst?: boolean | undefined;
  /** Whether a position attends to itself and those before it only; false by default. */
  readonly causal?: boolean | undefined;
  /** The share of elements that training drops; no effect at inference; 0.1 by default, as in PyTorch. */
  readonly dropout?: number | undefined;
  /** Added to the variance in the normalizations; 1e-5 by default. */
  readonly epsilon?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link TransformerEncoderLayerOptions}. */
export const ENCODER_OPTIONS: OptionNames<TransformerEncoderLayerOptions> = {
  ...WEIGHT_OPTIONS,
  activation: true,
  normFirst: true,
  causal: true,
  dropout: true,
  epsilon: true,
  name: true,
};

/**
 * One layer of a transformer's encoder, at the width of its input:
 * `y = norm1(x + attention(x)); z = norm2(y + linear2(activation(linear1(y))))`,
 * or, with `normFirst`, `y = x + attention(norm1(x)); z = y + linear2(activation(linear1(norm2(y))))`.
 *
 * *Input shape*: `[n, s, w]`, w settled by the first batch; a mask as for {@link multiHeadAttention}. *Output shape*: `[n, s, w]`.
 * Parameters: those of `attention`, `norm1`, `linear1`, `linear2` and `norm2` (names of PyTorch, self_attn being `attention`).
 * Source: Vaswani et al., "Attention is all you need", 2017; torch.nn.TransformerEncoderLayer.
 *
 * @param heads the number of heads, which divides the width
 * @param hidden features between the two dense layers
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example model(sequential(transformerEncoderLayer(4, 256), transformerEncoderLayer(4, 256)), { inputs: { x: ['batch', 'seq', 64] } })
 */
export function transformerEncoderLayer(
  heads: number,
  hidden: number,
  options: TransformerEncoderLayerOptions = {},
): Layer<[x: Value, mask?: Value | undefined]> {
  checkOptions('transformerEncoderLayer', options, ENCODER_OPTIONS);
  const { causal, epsilon, normFirst = false, dropout: rate = 0.1 } = options;
  const { bias, dtype, weightInitializer, biasInitializer } = options;
  const weights = { bias, dtype, weightInitializer, biasInitializer };
  const activation = activationFunction(options.activation ?? 'relu');
  const attention = multiHeadAttention(heads, { ...weights, causal, dropout: rate });
  const linear1 = dense(hidden, weights);
  const linear2 = projection({ ...weights, inFeatures: hidden });
  const [norm1, norm2] = [layerNorm({ epsilon, dtype, center: bias }), layerNorm({ epsilon, dtype, center: bias })];
  const drop = Array.from({ length: 3 }, () => dropout(rate));
  const dropped = (x: Value, i: number): Value => drop[i]?.(x) ?? x;
  const attend = (x: Value, mask: Value | undefined): Value => dropped(attention(x, undefined, undefined, mask), 0);
  const feedForward = (x: Value): Value => dropped(linear2(dropped(activation(linear1(x)), 1), x), 2);
  const sum = (a: Value, b: Value): Value => emitLayerOne(SUM, [a, b]);
  return defineLayer({
    kind: 'transformerEncoderLayer',
    name: options.name,
    children: [
      ['attention', attention],
      ['norm1', norm1],
      ['linear1', linear1],
      ['linear2', linear2],
      ['norm2', norm2],
      ...drop.map((layer, i) => [`dropout${i}`, layer] as const),
    ],
    apply: (_call, x: Value, mask?: Value | undefined): Value => {
      if (normFirst) {
        const y = sum(x, attend(norm1(x), mask));
        return sum(y, feedForward(norm2(y)));
      }
      const y = norm1(sum(x, attend(x, mask)));
      return norm2(sum(y, feedForward(y)));
    },
  });
}
