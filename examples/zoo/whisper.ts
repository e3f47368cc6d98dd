// Whisper (Radford et al. 2022): speech to text, in the shape of Hugging Face's checkpoints; the output layer is tied to the embedding.
import {
  block,
  conv1d,
  type DefinedModel,
  dense,
  embedding,
  gelu,
  type Layer,
  layerNorm,
  layerParameter,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  positionalEmbedding,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link whisper}; those of whisper-tiny by default. */
export interface WhisperConfig {
  /** Bands of the spectrogram. */
  readonly bands?: number;
  /** Most positions of a recording, two frames each. */
  readonly positions?: number;
  readonly vocabulary?: number;
  /** Most tokens of a text. */
  readonly tokens?: number;
  readonly width?: number;
  readonly heads?: number;
  /** Layers of the encoder, and of the decoder. */
  readonly depth?: number;
}

/** From the names of Hugging Face's WhisperForConditionalGeneration. */
export const names: readonly NameRule[] = [
  ['proj_out.weight', null],
  ['model.', ''],
  [/attn\.q_proj/, 'attn.query'],
  [/attn\.k_proj/, 'attn.key'],
  [/attn\.v_proj/, 'attn.value'],
  [/attn\.out_proj/, 'attn.output'],
];

/** All parts have a bias but the key, which none would change. */
const bias = { key: false } as const;

const feedForward = (width: number): { fc1: Layer; fc2: Layer } => ({
  fc1: dense(4 * width, { activation: 'gelu' }),
  fc2: dense(width),
});

function encoderLayer(width: number, heads: number): Layer {
  const self_attn = multiHeadAttention(heads, { bias });
  const [self_attn_layer_norm, final_layer_norm] = [layerNorm(), layerNorm()];
  const { fc1, fc2 } = feedForward(width);
  return block({ self_attn, self_attn_layer_norm, fc1, fc2, final_layer_norm }, (x: Value) => {
    const y = op.Add(x, self_attn(self_attn_layer_norm(x)));
    return op.Add(y, fc2(fc1(final_layer_norm(y))));
  });
}

function decoderLayer(width: number, heads: number): Layer<[x: Value, memory: Value]> {
  const [self_attn, encoder_attn] = [
    multiHeadAttention(heads, { bias, causal: true }),
    multiHeadAttention(heads, { bias }),
  ];
  const [self_attn_layer_norm, encoder_attn_layer_norm, final_layer_norm] = [layerNorm(), layerNorm(), layerNorm()];
  const { fc1, fc2 } = feedForward(width);
  const parts = { self_attn, self_attn_layer_norm, encoder_attn, encoder_attn_layer_norm, fc1, fc2, final_layer_norm };
  return block(parts, (x: Value, memory: Value) => {
    const y = op.Add(x, self_attn(self_attn_layer_norm(x)));
    const z = op.Add(y, encoder_attn(encoder_attn_layer_norm(y), memory));
    return op.Add(z, fc2(fc1(final_layer_norm(z))));
  });
}

/** A transcriber for any number of recordings and texts of any length up to the positions: 37,760,640 parameters at the sizes of whisper-tiny. */
export function whisper(config: WhisperConfig = {}): DefinedModel {
  const { bands = 80, positions = 1500, vocabulary = 51865, tokens = 448, width = 384, heads = 6, depth = 4 } = config;
  const layers = Array.from({ length: depth }, () => encoderLayer(width, heads));
  const encoder = {
    conv1: conv1d(width, 3, { padding: 1 }),
    conv2: conv1d(width, 3, { strides: 2, padding: 1 }),
    activation: gelu(),
    embed_positions: positionalEmbedding(positions),
    layers,
    layer_norm: layerNorm(),
  };
  const steps = Array.from({ length: depth }, () => decoderLayer(width, heads));
  const embed_tokens = embedding(vocabulary, width);
  const decoder = {
    embed_tokens,
    embed_positions: positionalEmbedding(tokens),
    layers: steps,
    layer_norm: layerNorm(),
  };
  const body = block({ encoder, decoder }, (features: Value, ids: Value) => {
    const { conv1, conv2, activation } = encoder;
    const heard = op.Transpose(activation(conv2(activation(conv1(features)))), { perm: [0, 2, 1] });
    const memory = encoder.layer_norm(layers.reduce((x, layer) => layer(x), encoder.embed_positions(heard)));
    const start = decoder.embed_positions(embed_tokens(ids));
    const hidden = decoder.layer_norm(steps.reduce((x, layer) => layer(x, memory), start));
    return { logits: op.MatMul(hidden, op.Transpose(layerParameter(embed_tokens, 'weight'), { perm: [1, 0] })) };
  });
  return model(body, {
    name: 'whisper',
    inputs: { input_features: ['batch', bands, 'frames'], decoder_input_ids: tensor('int64', ['batch', 'sequence']) },
  });
}

const net = whisper();
export default net;

if (isScript(import.meta.url)) showLayers(net);
