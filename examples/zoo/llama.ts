// A decoder in the shape of Llama (Touvron et al. 2023), with a cache of keys and values, as Hugging Face's checkpoints have it.
import {
  block,
  type DecoderPlace,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  layerParameter,
  multiHeadAttention,
  type NameRule,
  op,
  type RotaryOptions,
  rmsNorm,
  type Value,
} from 'dimwise';
import { type Generation, generatingModel, type KeepingDecoder, type Kept, steppedModel } from '../support/kept.ts';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link llama}; those of TinyLlama-1.1B by default. */
export interface LlamaConfig {
  readonly vocabulary?: number;
  readonly width?: number;
  readonly heads?: number;
  /** Heads of keys and values, each of which serves several heads of queries. */
  readonly kvHeads?: number;
  readonly hidden?: number;
  readonly depth?: number;
  readonly epsilon?: number;
  readonly rotary?: RotaryOptions;
  /** Whether the output layer is the embedding (`tie_word_embeddings`), as in Llama 3.2 1B; false by default. */
  readonly tied?: boolean;
}

/** From the names of Hugging Face's LlamaForCausalLM. */
export const names: readonly NameRule[] = [
  [/rotary_emb\.inv_freq$/, null],
  ['model.', ''],
  [/self_attn\.q_proj/, 'self_attn.query'],
  [/self_attn\.k_proj/, 'self_attn.key'],
  [/self_attn\.v_proj/, 'self_attn.value'],
  [/self_attn\.o_proj/, 'self_attn.output'],
];

/** The names of a tied one, whose file may have the embedding a second time. */
export const tiedNames: readonly NameRule[] = [...names, ['lm_head.weight', 'embed_tokens.weight']];

type DecoderLayer = Layer<[x: Value, past: Kept, place: DecoderPlace], { readonly x: Value; readonly present: Kept }>;

function decoderLayer(config: Required<LlamaConfig>): DecoderLayer {
  const { width, heads, kvHeads, hidden, epsilon, rotary } = config;
  const self_attn = multiHeadAttention(heads, { kvHeads, rotary, bias: false, cache: true });
  const mlp = {
    gate_proj: dense(hidden, { bias: false, activation: 'silu' }),
    up_proj: dense(hidden, { bias: false }),
    down_proj: dense(width, { bias: false }),
  };
  const [input_layernorm, post_attention_layernorm] = [rmsNorm({ epsilon }), rmsNorm({ epsilon })];
  return block(
    { self_attn, mlp, input_layernorm, post_attention_layernorm },
    (x: Value, past: Kept, { mask, positions }: DecoderPlace) => {
      const { output, presentKey, presentValue } = self_attn(input_layernorm(x), past.key, past.value, mask, positions);
      const y = op.Add(x, output);
      const normed = post_attention_layernorm(y);
      const mixed = mlp.down_proj(op.Mul(mlp.gate_proj(normed), mlp.up_proj(normed)));
      return { x: op.Add(y, mixed), present: { key: presentKey, value: presentValue } };
    },
  );
}

function llamaDecoder(config: Required<LlamaConfig>): KeepingDecoder {
  const { width, heads, kvHeads, depth, tied } = config;
  const embed_tokens = embedding(config.vocabulary, width);
  const layers = Array.from({ length: depth }, () => decoderLayer(config));
  const norm = rmsNorm({ epsilon: config.epsilon });
  const lm_head = dense(config.vocabulary, { bias: false });
  const tiedScores = (x: Value): Value =>
    op.MatMul(x, op.Transpose(layerParameter(embed_tokens, 'weight'), { perm: [1, 0] }));
  return {
    name: 'llama',
    parts: { embed_tokens, layers, norm, ...(tied ? {} : { lm_head }) },
    kept: { depth, heads: kvHeads, headSize: width / heads },
    features: (ids, past, place) => {
      const cache: Kept[] = [];
      let x = embed_tokens(ids);
      for (const [i, layer] of layers.entries()) {
        const kept = past[i];
        if (!kept) continue;
        const step = layer(x, kept, place);
        x = step.x;
        cache.push(step.present);
      }
      return { x: norm(x), cache };
    },
    scores: tied ? tiedScores : lm_head,
  };
}

const TINY: Required<LlamaConfig> = {
  vocabulary: 32000,
  width: 2048,
  heads: 32,
  kvHeads: 4,
  hidden: 5632,
  depth: 22,
  epsilon: 1e-5,
  rotary: {},
  tied: false,
};

/**
 * A decoder for any number of texts, any number of tokens at a time and any number that came before, none included. It takes the new tokens
 * and what each layer keeps, `past_key_0`, `past_value_0` and so on, `[batch, kvHeads, past, width / heads]`; and gives the scores of the next
 * tokens and what each layer keeps then.
 */
export function llama(config: LlamaConfig = {}): DefinedModel {
  return steppedModel(llamaDecoder({ ...TINY, ...config }));
}

/**
 * The decoder with its own loop: whole texts in one run. It takes prompts, padded at the left, and 1 where a token is none of the padding;
 * to draw tokens also one number in [0, 1) for each, `[steps, batch]`. Weights have the paths of {@link llama}.
 */
export function llamaGenerator(generation: Generation, config: LlamaConfig = {}): DefinedModel {
  return generatingModel(llamaDecoder({ ...TINY, ...config }), generation);
}

const net = llama();
export default net;

if (isScript(import.meta.url)) showLayers(net);
