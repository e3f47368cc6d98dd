// ggufNames: from llama.cpp's names of tensors to those of Hugging Face's transformers, whose models ours follow.
import { type DimwiseError, dimwiseError } from '../../../src/base/errors.ts';
import { didYouMean } from '../../../src/base/nearest.ts';
import { captureSite } from '../../../src/base/origin.ts';
import { refuseArgument } from '../../../src/nn/arguments.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { malformedCheckpoint } from '../malformed-checkpoint.ts';
import type { NameRule } from '../name-rules.ts';

/** How llama.cpp's converter changes an architecture. */
interface Architecture {
  readonly rules: readonly NameRule[];
  /** Whether the rows of queries and keys are reordered for rotary positions of neighbours. */
  readonly permutes?: boolean;
}

/** Decoders in the style of Llama. */
const DECODER: readonly NameRule[] = [
  // Factors of long contexts, which are computed from the configuration.
  [/^rope_(freqs|factors_long|factors_short)\.weight$/, null],
  ['token_embd.', 'model.embed_tokens.'],
  ['output_norm.', 'model.norm.'],
  ['output.', 'lm_head.'],
  [/^blk\.(\d+)\.attn_norm\./, 'model.layers.$1.input_layernorm.'],
  [/^blk\.(\d+)\.attn_([qkv])\./, 'model.layers.$1.self_attn.$2_proj.'],
  [/^blk\.(\d+)\.attn_([qk])_norm\./, 'model.layers.$1.self_attn.$2_norm.'],
  [/^blk\.(\d+)\.attn_output\./, 'model.layers.$1.self_attn.o_proj.'],
  [/^blk\.(\d+)\.ffn_norm\./, 'model.layers.$1.post_attention_layernorm.'],
  [/^blk\.(\d+)\.ffn_(gate|up|down)\./, 'model.layers.$1.mlp.$2_proj.'],
];

const GPT2: readonly NameRule[] = [
  // transformers keeps these weights [in, out].
  { from: /^blk\.\d+\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/, transpose: true },
  ['token_embd.', 'transformer.wte.'],
  ['position_embd.', 'transformer.wpe.'],
  ['output_norm.', 'transformer.ln_f.'],
  ['output.', 'lm_head.'],
  [/^blk\.(\d+)\.attn_norm\./, 'transformer.h.$1.ln_1.'],
  [/^blk\.(\d+)\.attn_qkv\./, 'transformer.h.$1.attn.c_attn.'],
  [/^blk\.(\d+)\.attn_output\./, 'transformer.h.$1.attn.c_proj.'],
  [/^blk\.(\d+)\.ffn_norm\./, 'transformer.h.$1.ln_2.'],
  [/^blk\.(\d+)\.ffn_up\./, 'transformer.h.$1.mlp.c_fc.'],
  [/^blk\.(\d+)\.ffn_down\./, 'transformer.h.$1.mlp.c_proj.'],
];

/** By `general.architecture`; Mistral's models are of the architecture llama too. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map([
  ['llama', { rules: DECODER, permutes: true }],
  ['qwen2', { rules: DECODER }],
  ['qwen3', { rules: DECODER }],
  ['gpt2', { rules: GPT2 }],
]);

const ARCHITECTURE = 'general.architecture';

/** Whether the tensors of a checkpoint have llama.cpp's names. */
export const hasGgufNames = ({ tensors, metadata }: Checkpoint): boolean =>
  metadata.has(ARCHITECTURE) && tensors.has('token_embd.weight');

/**
 * The rules that lead from the names of a GGUF file to those of Hugging Face's transformers: llama.cpp's `blk.0.attn_q.weight` becomes
 * `model.layers.0.self_attn.q_proj.weight`. Rules of a model for Hugging Face's names go behind them. For the architecture llama the rows of
 * queries and keys, which llama.cpp's converter (`LlamaModel.permute` of convert_hf_to_gguf.py) reorders so that rotary positions turn
 * neighbours, get the order back in which they turn halves; for gpt2 weights lie [in, out] again.
 *
 * @param checkpoint a GGUF file that was opened, of the architecture llama, qwen2, qwen3 or gpt2
 * @throws CHECKPOINT_UNSUPPORTED when it is of another architecture, or its layers have numbers of heads of their own
 * @throws CHECKPOINT_MALFORMED when the rows of queries or keys do not divide among the heads
 * @example net.load(checkpoint, { names: [...ggufNames(checkpoint), ...names] })
 */
export function ggufNames(checkpoint: Checkpoint): readonly NameRule[] {
  if (!(checkpoint?.tensors instanceof Map) || !(checkpoint.metadata instanceof Map))
    refuseArgument('ggufNames', 'its argument', 'a checkpoint, as openCheckpoint gives it', checkpoint);
  const name = checkpoint.metadata.get(ARCHITECTURE);
  const architecture = ARCHITECTURES.get(name ?? '');
  if (!architecture) throw unknownArchitecture(checkpoint.source, name);
  const { rules, permutes } = architecture;
  return permutes ? [...unpermuted(checkpoint, name ?? ''), ...rules] : rules;
}

/** Rules for the rows of queries and keys: `[head, pair, 2]` becomes `[head, 2, pair]`. */
function unpermuted(checkpoint: Checkpoint, architecture: string): NameRule[] {
  const heads = headCount(checkpoint, `${architecture}.attention.head_count`);
  const kvHeads = headCount(checkpoint, `${architecture}.attention.head_count_kv`) ?? heads;
  const rules: NameRule[] = [];
  for (const [name, { shape }] of checkpoint.tensors) {
    const [, kind] = /^blk\.\d+\.attn_([qk])\.(?:weight|bias)$/.exec(name) ?? [];
    if (kind === undefined) continue;
    const count = kind === 'q' ? heads : kvHeads;
    const [rows = 0, ...rest] = shape;
    if (count === undefined || rows % (2 * count) !== 0) throw indivisible(checkpoint.source, name, { rows, count });
    rules.push(
      { from: name, reshape: [count, rows / count / 2, 2, ...rest] },
      { from: name, transpose: [0, 2, 1, ...rest.map((_, axis) => 3 + axis)], reshape: shape },
    );
  }
  return rules;
}

/** A number of heads in the metadata; undefined where there is none. */
function headCount({ source, metadata }: Checkpoint, key: string): number | undefined {
  const text = metadata.get(key);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw dimwiseError({
    code: 'CHECKPOINT_UNSUPPORTED',
    message: `${source}: ${key} is ${text.slice(0, 80)}; the rows of queries and keys are reordered where all layers have as many heads`,
    origin: { site: captureSite() },
    expected: 'a whole number',
    actual: text.slice(0, 80),
    hint: 'take the checkpoint in safetensors',
  });
}

function unknownArchitecture(source: string, name: string | undefined): DimwiseError {
  const known = [...ARCHITECTURES.keys()];
  const fact = name === undefined ? `it has no ${ARCHITECTURE}` : `its architecture is ${name.slice(0, 80)}`;
  return dimwiseError({
    code: 'CHECKPOINT_UNSUPPORTED',
    message: `${source}: ${fact}; the names of ${known.join(', ')} are known`,
    origin: { site: captureSite() },
    expected: known.join(', '),
    actual: name?.slice(0, 80),
    hint: didYouMean(name ?? '', known) ?? 'write rules of your own for its names',
  });
}

const indivisible = (
  source: string,
  tensor: string,
  { rows, count }: { readonly rows: number; readonly count: number | undefined },
): DimwiseError =>
  malformedCheckpoint(
    source,
    count === undefined
      ? 'has heads, whose number the metadata lacks'
      : `has ${rows} rows, which are no pairs for ${count} heads`,
    { tensor, expected: count === undefined ? 'head_count' : `a multiple of ${2 * count}`, actual: String(rows) },
  );
