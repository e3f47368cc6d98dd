// ViT-B/16 (Dosovitskiy et al. 2020), in the shape of torchvision's checkpoint.
import {
  block,
  conv2d,
  type DefinedModel,
  defineLayer,
  dense,
  dropout,
  gelu,
  type Layer,
  layerNorm,
  model,
  multiHeadAttention,
  type NameRule,
  normal,
  op,
  Parameter,
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
  ['class_token', 'tokens.class_token'],
  ['encoder.pos_embedding', 'tokens.pos_embedding'],
  [/^encoder\.layers\.encoder_layer_(\d+)\./, 'encoder.layers.$1.'],
  {
    from: /self_attention\.in_proj_(weight|bias)$/,
    to: ['self_attention.query.$1', 'self_attention.key.$1', 'self_attention.value.$1'],
  },
  [/self_attention\.out_proj/, 'self_attention.output'],
  [/mlp\.linear_1/, 'mlp.0'],
  [/mlp\.linear_2/, 'mlp.3'],
];

/** Puts a learned token before the patches, and adds a learned vector to each place. */
function classToken(places: number, width: number): Layer {
  const token = new Parameter({ shape: [1, 1, width], initializer: zeros() });
  const position = new Parameter({ shape: [1, places, width], initializer: normal({ std: 0.02 }) });
  return defineLayer({
    kind: 'classToken',
    parameters: { class_token: token, pos_embedding: position },
    apply: ({ parameters }, x: Value): Value => {
      const batch = op.Shape(x, { start: 0, end: 1 });
      const first = op.Expand(parameters.class_token, op.Concat([batch, [1n, 1n]], { axis: 0 }));
      return op.Add(op.Concat([first, x], { axis: 1 }), parameters.pos_embedding);
    },
  });
}

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
  const conv_proj = conv2d(width, patch, { strides: patch });
  const tokens = classToken((image / patch) ** 2 + 1, width);
  const layers = sequential(...Array.from({ length: depth }, () => encoderLayer(heads, width, hidden)));
  const encoder = { layers, ln: layerNorm({ epsilon: 1e-6 }) };
  const classifier = { head: dense(classes) };
  const body = block({ conv_proj, tokens, encoder, heads: classifier }, (x: Value) => {
    const patches = op.Transpose(op.Reshape(conv_proj(x), [0, width, -1]), { perm: [0, 2, 1] });
    return classifier.head(op.Gather(encoder.ln(layers(tokens(patches))), 0n, { axis: 1 }));
  });
  return model(body, { name: 'vit', inputs: { x: ['batch', '?', image, image] } });
}

const net = vit();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 224, 224]);
