// GPT-2 (Radford et al. 2019), in the shape of Hugging Face's checkpoints; the output layer is tied to the embedding.
import {
  block,
  type DecoderPlace,
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
import { type Generation, generatingModel, type KeepingDecoder, type Kept, steppedModel } from '../support/kept.ts';
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

const SMALLEST: Required<Gpt2Config> = { vocabulary: 50257, positions: 1024, width: 768, heads: 12, depth: 12 };

/** What stands around the attention of one layer. */
function layerParts(width: number) {
  const [ln_1, ln_2] = [layerNorm(), layerNorm()];
  const mlp = { c_fc: dense(4 * width), activation: gelu({ approximate: 'tanh' }), c_proj: dense(width) };
  const mixed = (y: Value): Value => op.Add(y, mlp.c_proj(mlp.activation(mlp.c_fc(ln_2(y)))));
  return { ln_1, ln_2, mlp, mixed };
}

function decoderLayer(heads: number, width: number): Layer {
  const { ln_1, ln_2, mlp, mixed } = layerParts(width);
  const attn = multiHeadAttention(heads, { causal: true });
  return block({ ln_1, attn, ln_2, mlp }, (x: Value) => mixed(op.Add(x, attn(ln_1(x)))));
}

type KeepingLayer = Layer<[x: Value, past: Kept, place: DecoderPlace], { readonly x: Value; readonly present: Kept }>;

function keepingLayer(heads: number, width: number): KeepingLayer {
  const { ln_1, ln_2, mlp, mixed } = layerParts(width);
  const attn = multiHeadAttention(heads, { cache: true });
  return block({ ln_1, attn, ln_2, mlp }, (x: Value, past: Kept, { mask, positions }: DecoderPlace) => {
    const { output, presentKey, presentValue } = attn(ln_1(x), past.key, past.value, mask, positions);
    return { x: mixed(op.Add(x, output)), present: { key: presentKey, value: presentValue } };
  });
}

/** Scores by the embedding's own weight. */
const tiedScores = (x: Value, wte: Layer): Value =>
  op.MatMul(x, op.Transpose(layerParameter(wte, 'weight'), { perm: [1, 0] }));

/** GPT-2 for any number of texts of any length up to the positions: 124,439,808 parameters at the sizes of the smallest one. */
export function gpt2(config: Gpt2Config = {}): DefinedModel {
  const { vocabulary, positions, width, heads, depth } = { ...SMALLEST, ...config };
  const [wte, wpe, ln_f] = [embedding(vocabulary, width), positionalEmbedding(positions), layerNorm()];
  const h = Array.from({ length: depth }, () => decoderLayer(heads, width));
  const body = block({ wte, wpe, h, ln_f }, (ids: Value) => ({
    logits: tiedScores(ln_f(h.reduce((x, layer) => layer(x), wpe(wte(ids)))), wte),
  }));
  return model(body, { name: 'gpt2', inputs: { input_ids: tensor('int64', ['batch', 'sequence']) } });
}

function gpt2Decoder(config: Required<Gpt2Config>): KeepingDecoder {
  const { vocabulary, positions, width, heads, depth } = config;
  const [wte, wpe, ln_f] = [embedding(vocabulary, width), positionalEmbedding(positions), layerNorm()];
  const h = Array.from({ length: depth }, () => keepingLayer(heads, width));
  return {
    name: 'gpt2',
    parts: { wte, wpe, h, ln_f },
    kept: { depth, heads, headSize: width / heads },
    positions,
    features: (ids, past, place) => {
      const cache: Kept[] = [];
      let x = wpe(wte(ids), place.positions ?? placesBehind(past[0], ids));
      for (const [i, layer] of h.entries()) {
        const kept = past[i];
        if (!kept) continue;
        const step = layer(x, kept, place);
        x = step.x;
        cache.push(step.present);
      }
      return { x: ln_f(x), cache };
    },
    scores: (x) => tiedScores(x, wte),
  };
}

/** The places of tokens that follow what a layer keeps: int64 `[s]`. */
function placesBehind(past: Kept | undefined, ids: Value): Value | undefined {
  if (!past) return undefined;
  const first = op.Squeeze(op.Shape(past.key, { start: 2, end: 3 }), [0]);
  return op.Range(first, op.Add(first, op.Squeeze(op.Shape(ids, { start: 1, end: 2 }), [0])), 1n);
}

/** GPT-2 with a cache of keys and values, token by token or many at a time. Weights have the paths of {@link gpt2}. */
export function gpt2Stepped(config: Gpt2Config = {}): DefinedModel {
  return steppedModel(gpt2Decoder({ ...SMALLEST, ...config }));
}

/** GPT-2 with its own loop: whole texts in one run, prompts padded at the left. Weights have the paths of {@link gpt2}. */
export function gpt2Generator(generation: Generation, config: Gpt2Config = {}): DefinedModel {
  return generatingModel(gpt2Decoder({ ...SMALLEST, ...config }), generation);
}

const net = gpt2();
export default net;

if (isScript(import.meta.url)) showLayers(net);
