// A decoder in the shape of Llama (Touvron et al. 2023), with a cache of keys and values, as Hugging Face's checkpoints have it.
import {
  block,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  type RotaryOptions,
  rmsNorm,
  tensor,
  type Value,
} from 'dimwise';
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

/** What one layer keeps of the tokens that it has seen. */
interface Kept {
  readonly key: Value;
  readonly value: Value;
}

type DecoderLayer = Layer<[x: Value, past: Kept], { readonly x: Value; readonly present: Kept }>;

function decoderLayer(config: Required<LlamaConfig>): DecoderLayer {
  const { width, heads, kvHeads, hidden, epsilon, rotary } = config;
  const self_attn = multiHeadAttention(heads, { kvHeads, rotary, bias: false, cache: true });
  const mlp = {
    gate_proj: dense(hidden, { bias: false, activation: 'silu' }),
    up_proj: dense(hidden, { bias: false }),
    down_proj: dense(width, { bias: false }),
  };
  const [input_layernorm, post_attention_layernorm] = [rmsNorm({ epsilon }), rmsNorm({ epsilon })];
  return block({ self_attn, mlp, input_layernorm, post_attention_layernorm }, (x: Value, past: Kept) => {
    const { output, presentKey, presentValue } = self_attn(input_layernorm(x), past.key, past.value);
    const y = op.Add(x, output);
    const normed = post_attention_layernorm(y);
    const mixed = mlp.down_proj(op.Mul(mlp.gate_proj(normed), mlp.up_proj(normed)));
    return { x: op.Add(y, mixed), present: { key: presentKey, value: presentValue } };
  });
}

/**
 * A decoder for any number of texts, any number of tokens at a time and any number that came before, none included. It takes the new tokens
 * and what each layer keeps, `past_key_0`, `past_value_0` and so on, `[batch, kvHeads, past, width / heads]`; and gives the scores of the next
 * tokens and what each layer keeps then.
 */
export function llama(config: LlamaConfig = {}): DefinedModel {
  const { vocabulary = 32000, width = 2048, heads = 32, kvHeads = 4, hidden = 5632, depth = 22 } = config;
  const { epsilon = 1e-5, rotary = {} } = config;
  const full = { vocabulary, width, heads, kvHeads, hidden, depth, epsilon, rotary };
  const embed_tokens = embedding(vocabulary, width);
  const layers = Array.from({ length: depth }, () => decoderLayer(full));
  const [norm, lm_head] = [rmsNorm({ epsilon }), dense(vocabulary, { bias: false })];
  const body = block({ embed_tokens, layers, norm, lm_head }, (ids: Value, ...past: Value[]) => {
    const presents: Record<string, Value> = {};
    let x = embed_tokens(ids);
    for (const [i, layer] of layers.entries()) {
      const [key, value] = [past[2 * i], past[2 * i + 1]];
      if (!key || !value) continue;
      const step = layer(x, { key, value });
      x = step.x;
      presents[`present_key_${i}`] = step.present.key;
      presents[`present_value_${i}`] = step.present.value;
    }
    return { logits: lm_head(norm(x)), ...presents };
  });
  const kept = tensor('float32', ['batch', kvHeads, 'past', width / heads]);
  const inputs = Array.from({ length: depth }, (_, i) => [
    [`past_key_${i}`, kept] as const,
    [`past_value_${i}`, kept] as const,
  ]);
  return model(body, {
    name: 'llama',
    inputs: { input_ids: tensor('int64', ['batch', 'sequence']), ...Object.fromEntries(inputs.flat()) },
    symbols: { past: { min: 0 } },
  });
}

const net = llama();
export default net;

if (isScript(import.meta.url)) showLayers(net);
