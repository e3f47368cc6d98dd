// GPT-2 (Radford et al. 2019), in the shape of Hugging Face's checkpoints; the output layer is tied to the embedding.
import {
  block,
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

/** The sizes of {@link gpt2}; those of the smallest published one by default. */
export interface Gpt2Config {
  readonly vocabulary?: number;
  readonly positions?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly depth?: number;
}

/** From the names of Hugging Face's GPT2LMHeadModel, whose dense weights lie [in, out], query, key and value in one. */
export const names: readonly NameRule[] = [
  ['transformer.', ''],
  [/\.attn\.(masked_)?bias$|^lm_head\.weight$/, null],
  { from: /(c_attn|c_proj|c_fc)\.weight$/, transpose: true },
  { from: /attn\.c_attn\.(.*)$/, to: ['attn.query.$1', 'attn.key.$1', 'attn.value.$1'] },
  [/attn\.c_proj/, 'attn.output'],
];

function decoderLayer(heads: number, width: number): Layer {
  const [ln_1, ln_2] = [layerNorm(), layerNorm()];
  const attn = multiHeadAttention(heads, { causal: true });
  const mlp = { c_fc: dense(4 * width), activation: gelu({ approximate: 'tanh' }), c_proj: dense(width) };
  return block({ ln_1, attn, ln_2, mlp }, (x: Value) => {
    const y = op.Add(x, attn(ln_1(x)));
    return op.Add(y, mlp.c_proj(mlp.activation(mlp.c_fc(ln_2(y)))));
  });
}

/** GPT-2 for any number of texts of any length up to the positions: 124,439,808 parameters at the sizes of the smallest one. */
export function gpt2(config: Gpt2Config = {}): DefinedModel {
  const { vocabulary = 50257, positions = 1024, width = 768, heads = 12, depth = 12 } = config;
  const [wte, wpe, ln_f] = [embedding(vocabulary, width), positionalEmbedding(positions), layerNorm()];
  const h = Array.from({ length: depth }, () => decoderLayer(heads, width));
  const body = block({ wte, wpe, h, ln_f }, (ids: Value) => {
    const hidden = ln_f(h.reduce((x, layer) => layer(x), wpe(wte(ids))));
    return { logits: op.MatMul(hidden, op.Transpose(layerParameter(wte, 'weight'), { perm: [1, 0] })) };
  });
  return model(body, { name: 'gpt2', inputs: { input_ids: tensor('int64', ['batch', 'sequence']) } });
}

const net = gpt2();
export default net;

if (isScript(import.meta.url)) showLayers(net);
