// ViT-B/16 (Dosovitskiy et al. 2020), in the shape of torchvision's checkpoint.
import {
  block,
  type DefinedModel,
  dense,
  dropout,
  functional,
  gelu,
  type Layer,
  layerNorm,
  learnedTokens,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  patchEmbedding,
  positionalEmbedding,
  sequential,
  type Value,
  zeros,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link vit}; those of ViT-B/16 by default. */
export interface VitConfig {
  /** Pixels along each side of an image. */
  readonly image?: number;
  /** Pixels along each side of a patch. */
  readonly patch?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly hidden?: number;
  readonly depth?: number;
  readonly classes?: number;
}

/** From torchvision's names: its attention keeps query, key and value in one weight. */
export const names: readonly NameRule[] = [
  ['conv_proj.', 'conv_proj.projection.'],
  ['class_token', 'class_token.weight'],
  { from: 'encoder.pos_embedding', to: 'encoder.pos_embedding.weight', reshape: [{ axis: 1 }, { axis: 2 }] },
  [/^encoder\.layers\.encoder_layer_(\d+)\./, 'encoder.layers.$1.'],
  {
    from: /self_attention\.in_proj_(weight|bias)$/,
    to: ['self_attention.query.$1', 'self_attention.key.$1', 'self_attention.value.$1'],
  },
  [/self_attention\.out_proj/, 'self_attention.output'],
  [/mlp\.linear_1/, 'mlp.0'],
  [/mlp\.linear_2/, 'mlp.3'],
];

function encoderLayer(heads: number, width: number, hidden: number): Layer {
  const [ln_1, ln_2] = [layerNorm({ epsilon: 1e-6 }), layerNorm({ epsilon: 1e-6 })];
  const attention = multiHeadAttention(heads);
  const mlp = sequential(dense(hidden), gelu(), dropout(0), dense(width), dropout(0));
  return block({ ln_1, self_attention: attention, ln_2, mlp }, (x: Value) => {
    const y = op.Add(x, attention(ln_1(x)));
    return op.Add(y, mlp(ln_2(y)));
  });
}

/** A vision transformer for any number of images: 86,567,656 parameters at the sizes of ViT-B/16. */
export function vit(config: VitConfig = {}): DefinedModel {
  const { image = 224, patch = 16, width = 768, heads = 12, hidden = 3072, depth = 12, classes = 1000 } = config;
  const conv_proj = patchEmbedding(patch, width);
  const class_token = learnedTokens(1, { weightInitializer: zeros() });
  const pos_embedding = positionalEmbedding((image / patch) ** 2 + 1);
  const layers = sequential(...Array.from({ length: depth }, () => encoderLayer(heads, width, hidden)));
  const encoder = { pos_embedding, layers, ln: layerNorm({ epsilon: 1e-6 }) };
  const classifier = { head: dense(classes) };
  const body = block({ conv_proj, class_token, encoder, heads: classifier }, (x: Value) => {
    const tokens = pos_embedding(class_token(conv_proj(x)));
    return classifier.head(functional.select(encoder.ln(layers(tokens)), 0));
  });
  return model(body, { name: 'vit', inputs: { x: ['batch', '?', image, image] } });
}

const net = vit();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 224, 224]);
