// CLIP (Radford et al. 2021): images and texts in one space, in the shape of Hugging Face's checkpoints.
import {
  block,
  constant,
  type DefinedModel,
  defineLayer,
  dense,
  embedding,
  functional,
  type Layer,
  layerNorm,
  learnedTokens,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  Parameter,
  patchEmbedding,
  positionalEmbedding,
  sequential,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of one of the two encoders. */
export interface EncoderConfig {
  readonly width: number;
  readonly heads: number;
  readonly depth: number;
}

/** The sizes of {@link clip}; those of clip-vit-base-patch32 by default. */
export interface ClipConfig {
  readonly image?: number;
  readonly patch?: number;
  readonly vision?: EncoderConfig;
  readonly vocabulary?: number;
  readonly positions?: number;
  readonly text?: EncoderConfig;
  /** Features of the common space. */
  readonly features?: number;
}

/** From the names of Hugging Face's CLIPModel. */
export const names: readonly NameRule[] = [
  [/position_ids$/, null],
  [/^(text|vision)_model\./, '$1.'],
  ['logit_scale', 'compare.logit_scale'],
  { from: 'vision.embeddings.class_embedding', to: 'vision.class_embedding.weight', reshape: [1, 1, -1] },
  ['vision.embeddings.patch_embedding.', 'vision.patch_embedding.projection.'],
  ['vision.embeddings.', 'vision.'],
  ['text.embeddings.', 'text.'],
  [/encoder\.layers/, 'layers'],
  [/self_attn\.q_proj/, 'attention.query'],
  [/self_attn\.k_proj/, 'attention.key'],
  [/self_attn\.v_proj/, 'attention.value'],
  [/self_attn\.out_proj/, 'attention.output'],
];

function encoderLayer({ width, heads }: EncoderConfig, causal: boolean): Layer {
  const [layer_norm1, layer_norm2] = [layerNorm(), layerNorm()];
  const attention = multiHeadAttention(heads, { causal });
  const mlp = { fc1: dense(4 * width), fc2: dense(width) };
  return block({ layer_norm1, attention, layer_norm2, mlp }, (x: Value) => {
    const y = op.Add(x, attention(layer_norm1(x)));
    return op.Add(y, mlp.fc2(functional.quickGelu(mlp.fc1(layer_norm2(y)))));
  });
}

const encoder = (config: EncoderConfig, causal: boolean): Layer =>
  sequential(...Array.from({ length: config.depth }, () => encoderLayer(config, causal)));

/** `[n, 3, h, w]` to `[n, width]`. */
function visionEncoder(config: EncoderConfig, image: number, patch: number): Layer {
  const { width } = config;
  const patch_embedding = patchEmbedding(patch, width, { bias: false });
  const [class_embedding, position_embedding] = [learnedTokens(), positionalEmbedding((image / patch) ** 2 + 1)];
  const [pre_layrnorm, post_layernorm] = [layerNorm(), layerNorm()];
  const layers = encoder(config, false);
  const parts = { patch_embedding, class_embedding, position_embedding, pre_layrnorm, layers, post_layernorm };
  return block(parts, (pixels: Value) => {
    const tokens = position_embedding(class_embedding(patch_embedding(pixels)));
    return post_layernorm(functional.select(layers(pre_layrnorm(tokens)), 0));
  });
}

/** `[n, s]` to `[n, width]`: what stands at the end of each text, which has the greatest number of all tokens. */
function textEncoder(config: EncoderConfig, vocabulary: number, positions: number): Layer {
  const token_embedding = embedding(vocabulary, config.width);
  const [position_embedding, final_layer_norm] = [positionalEmbedding(positions), layerNorm()];
  const layers = encoder(config, true);
  return block({ token_embedding, position_embedding, layers, final_layer_norm }, (ids: Value) => {
    const hidden = final_layer_norm(layers(position_embedding(token_embedding(ids))));
    return op.GatherND(hidden, op.ArgMax(ids, { axis: 1, keepdims: 1 }), { batch_dims: 1 });
  });
}

/** Cosines of all images with all texts, times a learned scale: `[images, texts]`. */
function compare(): Layer<[images: Value, texts: Value]> {
  const scale = new Parameter({ shape: [], initializer: constant(Math.log(1 / 0.07)) });
  return defineLayer({
    kind: 'compare',
    parameters: { logit_scale: scale },
    apply: ({ parameters }, images: Value, texts: Value): Value =>
      op.Mul(op.MatMul(images, op.Transpose(texts, { perm: [1, 0] })), op.Exp(parameters.logit_scale)),
  });
}

const unit = (x: Value): Value => op.LpNormalization(x, { axis: -1, p: 2 });

/** CLIP for any number of images and of texts: 151,277,313 parameters at the sizes of clip-vit-base-patch32. */
export function clip(config: ClipConfig = {}): DefinedModel {
  const { image = 224, patch = 32, vocabulary = 49408, positions = 77, features = 512 } = config;
  const vision = visionEncoder(config.vision ?? { width: 768, heads: 12, depth: 12 }, image, patch);
  const text = textEncoder(config.text ?? { width: 512, heads: 8, depth: 12 }, vocabulary, positions);
  const visual_projection = dense(features, { bias: false });
  const [text_projection, cosines] = [dense(features, { bias: false }), compare()];
  const parts = { vision, text, visual_projection, text_projection, compare: cosines };
  const body = block(parts, (pixels: Value, ids: Value) => {
    const image_embeds = unit(visual_projection(vision(pixels)));
    const text_embeds = unit(text_projection(text(ids)));
    return { logits_per_image: cosines(image_embeds, text_embeds), image_embeds, text_embeds };
  });
  return model(body, {
    name: 'clip',
    inputs: { pixel_values: ['images', '?', image, image], input_ids: tensor('int64', ['texts', 'sequence']) },
  });
}

const net = clip();
export default net;

if (isScript(import.meta.url)) {
  showLayers(net, { pixel_values: ['images', 3, 224, 224], input_ids: ['texts', 'sequence'] });
}
