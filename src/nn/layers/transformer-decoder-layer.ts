// transformerDecoderLayer: self attention, attention to a memory and a feed-forward part, each with a residual and a normalization.
import type { Value } from '../../ir/graph.ts';
import { activationFunction } from '../activation.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { crossAttention, multiHeadAttention } from './attention.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { layerNorm } from './layer-norm.ts';
import { SUM } from './merge.ts';
import { projection } from './projection.ts';
import { ENCODER_OPTIONS, type TransformerEncoderLayerOptions } from './transformer-encoder-layer.ts';

/** Options of {@link transformerDecoderLayer}: those of the encoder's, but that `causal` is true by default. */
export interface TransformerDecoderLayerOptions extends TransformerEncoderLayerOptions {}

const DECODER_OPTIONS: OptionNames<TransformerDecoderLayerOptions> = ENCODER_OPTIONS;

/** What a decoder is called with. */
export type DecoderInputs = [x: Value, memory: Value, mask?: Value | undefined, memoryMask?: Value | undefined];

/**
 * One layer of a transformer's decoder, at the width of its input:
 * `y = norm1(x + attention(x)); z = norm2(y + crossAttention(y, memory)); norm3(z + linear2(activation(linear1(z))))`,
 * or, with `normFirst`, each part normalizes its input instead of its sum.
 *
 * *Input shape*: x `[n, s, w]`, memory `[n, t, w2]`, masks as for {@link multiHeadAttention}. w and w2 are settled by the first batch.
 * *Output shape*: `[n, s, w]`.
 * *Parameters*: those of `attention`, `crossAttention`, `norm1`, `norm2`, `linear1`, `linear2`, `norm3` (names of PyTorch, self_attn being
 * `attention`, multihead_attn `crossAttention`).
 * Source: Vaswani et al., "Attention is all you need", 2017; torch.nn.TransformerDecoderLayer, whose causal mask is an argument.
 *
 * @param heads the number of heads, which divides the width
 * @param hidden features between the two dense layers
 * @throws LAYER_ARGUMENT when an argument is of the wrong kind or range
 * @example
 * const layer = transformerDecoderLayer(8, 2048);
 * model((x: Value, memory: Value) => layer(x, memory), { inputs: { x: ['n', 's', 512], memory: ['n', 't', 512] } });
 */
export function transformerDecoderLayer(
  heads: number,
  hidden: number,
  options: TransformerDecoderLayerOptions = {},
): Layer<DecoderInputs> {
  checkOptions('transformerDecoderLayer', options, DECODER_OPTIONS);
  const { causal = true, epsilon, normFirst = false, dropout: rate = 0.1, dtype, bias } = options;
  const { weightInitializer, biasInitializer } = options;
  const weights = { bias, dtype, weightInitializer, biasInitializer };
  const activation = activationFunction(options.activation ?? 'relu');
  const attention = multiHeadAttention(heads, { ...weights, causal, dropout: rate });
  const cross = crossAttention(heads, { ...weights, dropout: rate });
  const [linear1, linear2] = [dense(hidden, weights), projection({ ...weights, inFeatures: hidden })];
  const norms = [1, 2, 3].map((i) => [`norm${i}`, layerNorm({ epsilon, dtype, center: bias })] as const);
  const drops = [0, 1, 2, 3].map((i) => [`dropout${i}`, dropout(rate)] as const);
  const dropped = (x: Value, i: number): Value => drops[i]?.[1](x) ?? x;
  const part = (x: Value, i: number, compute: (inner: Value) => Value): Value => {
    const norm = norms[i]?.[1] ?? layerNorm();
    const result = dropped(compute(normFirst ? norm(x) : x), i);
    const sum = emitLayerOne(SUM, [x, result]);
    return normFirst ? sum : norm(sum);
  };
  return defineLayer({
    kind: 'transformerDecoderLayer',
    name: options.name,
    children: [
      ['attention', attention],
      ['crossAttention', cross],
      ['linear1', linear1],
      ['linear2', linear2],
      ...norms,
      ...drops,
    ],
    apply: (_call, ...[x, memory, mask, memoryMask]: DecoderInputs): Value => {
      const y = part(x, 0, (inner) => attention(inner, undefined, undefined, mask));
      const z = part(y, 1, (inner) => cross(inner, memory, memoryMask));
      return part(z, 2, (inner) => linear2(dropped(activation(linear1(inner)), 3), inner));
    },
  });
}
