// A decoder in the shape of Llama (Touvron et al. 2023), with a cache of keys and values, as Hugging Face's checkpoints have it.
import {
  block,
  type Decoder,
  type DecoderPlace,
  type DefinedModel,
  dense,
  embedding,
  type GenerateOptions,
  generate,
  type Layer,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  type RotaryOptions,
  rmsNorm,
  type SamplingOptions,
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

/** Tokens follow those that came before. */
const NOWHERE: DecoderPlace = { positions: undefined, mask: undefined };

/** What one layer keeps of the tokens that it has seen. */
interface Kept {
  readonly key: Value;
  readonly value: Value;
}

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

/** The parts of a decoder by path, and what they compute together. */
interface LlamaDecoder {
  readonly parts: Readonly<Record<string, Layer | readonly DecoderLayer[]>>;
  readonly decode: Decoder<readonly Kept[]>;
}

function llamaDecoder(config: Required<LlamaConfig>): LlamaDecoder {
  const embed_tokens = embedding(config.vocabulary, config.width);
  const layers = Array.from({ length: config.depth }, () => decoderLayer(config));
  const [norm, lm_head] = [rmsNorm({ epsilon: config.epsilon }), dense(config.vocabulary, { bias: false })];
  const decode: LlamaDecoder['decode'] = (ids, past, place) => {
    const cache: Kept[] = [];
    let x = embed_tokens(ids);
    for (const [i, layer] of layers.entries()) {
      const kept = past[i];
      if (!kept) continue;
      const step = layer(x, kept, place);
      x = step.x;
      cache.push(step.present);
    }
    return { logits: lm_head(norm(x)), cache };
  };
  return { parts: { embed_tokens, layers, norm, lm_head }, decode };
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
};

/**
 * A decoder for any number of texts, any number of tokens at a time and any number that came before, none included. It takes the new tokens
 * and what each layer keeps, `past_key_0`, `past_value_0` and so on, `[batch, kvHeads, past, width / heads]`; and gives the scores of the next
 * tokens and what each layer keeps then.
 */
export function llama(config: LlamaConfig = {}): DefinedModel {
  const full = { ...TINY, ...config };
  const { parts, decode } = llamaDecoder(full);
  const body = block(parts, (ids: Value, ...past: Value[]) => {
    const kept = Array.from({ length: full.depth }, (_, i) => {
      const [key = ids, value = ids] = past.slice(2 * i);
      return { key, value };
    });
    const { logits, cache } = decode(ids, kept, NOWHERE);
    const presents = cache.flatMap(({ key, value }, i) => [
      [`present_key_${i}`, key] as const,
      [`present_value_${i}`, value] as const,
    ]);
    return { logits, ...Object.fromEntries(presents) };
  });
  const kept = tensor('float32', ['batch', full.kvHeads, 'past', full.width / full.heads]);
  const inputs = Array.from({ length: full.depth }, (_, i) => [
    [`past_key_${i}`, kept] as const,
    [`past_value_${i}`, kept] as const,
  ]);
  return model(body, {
    name: 'llama',
    inputs: { input_ids: tensor('int64', ['batch', 'sequence']), ...Object.fromEntries(inputs.flat()) },
    symbols: { past: { min: 0 } },
  });
}

/** How {@link llamaGenerator} writes: up to `steps` new tokens, drawn where `sampling` says how. */
export type LlamaGeneration = Pick<GenerateOptions<object>, 'steps' | 'end' | 'pad' | 'repetitionPenalty'> & {
  readonly sampling?: Omit<SamplingOptions, 'uniforms'> | undefined;
};

/**
 * The decoder with its own loop: whole texts in one run. It takes prompts, padded at the left, and 1 where a token is none of the padding;
 * to draw tokens also one number in [0, 1) for each, `[steps, batch]`. Weights have the paths of {@link llama}.
 */
export function llamaGenerator(generation: LlamaGeneration, config: LlamaConfig = {}): DefinedModel {
  const full = { ...TINY, ...config };
  const { parts, decode } = llamaDecoder(full);
  const { sampling, ...how } = generation;
  const body = block(parts, (tokens: Value, mask: Value, uniforms?: Value) => {
    const batch = op.Shape(tokens, { start: 0, end: 1 });
    const none = op.Expand(0, op.Concat([batch, [full.kvHeads, 0, full.width / full.heads]], { axis: 0 }));
    const cache = Array.from({ length: full.depth }, () => ({ key: none, value: none }));
    const drawn = sampling && uniforms ? { sampling: { ...sampling, uniforms } } : {};
    const { newTokens } = generate({ ...how, ...drawn, decoder: decode, tokens, mask, cache });
    return { tokens: newTokens };
  });
  const prompt = tensor('int64', ['batch', 'prompt']);
  const inputs = { input_ids: prompt, attention_mask: prompt };
  const numbers = { uniforms: tensor('float32', ['steps', 'batch']) };
  return model(body, { name: 'llama', inputs: sampling ? { ...inputs, ...numbers } : inputs });
}

const net = llama();
export default net;

if (isScript(import.meta.url)) showLayers(net);
