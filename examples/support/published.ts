// Decoders as they are published: the config.json beside the weights tells which one it is, and its sizes.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DefinedModel, NameRule, RotaryOptions } from 'dimwise';
import { gpt2Generator, names as gpt2Names } from '../zoo/gpt2.ts';
import { llamaGenerator, names as llamaNames, tiedNames } from '../zoo/llama.ts';
import type { Generation } from './kept.ts';

/** A published decoder. */
export interface Published {
  /** The decoder with its own loop. */
  readonly generator: (generation: Generation) => DefinedModel;
  /** From the names of the checkpoint. */
  readonly names: readonly NameRule[];
  /** The tokens that end a text. */
  readonly ends: readonly number[];
  /** How many tokens it knows. */
  readonly vocabulary: number;
}

/** The members of a config.json; asking for one that is of another kind is an error that names it. */
class Config {
  readonly path: string;
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(path: string, members: object) {
    this.path = path;
    this.#members = { ...members };
  }

  has(name: string): boolean {
    return (this.#members[name] ?? null) !== null;
  }

  number(name: string, fallback?: number): number {
    const found = this.#members[name] ?? fallback;
    if (typeof found === 'number') return found;
    throw new TypeError(`${this.path}: ${name} is ${JSON.stringify(found) ?? 'missing'}, a number is expected`);
  }

  text(name: string): string {
    return String(this.#members[name] ?? 'missing');
  }

  /** An object inside, or none. */
  inside(name: string): Config {
    const found = this.#members[name];
    return new Config(`${this.path}: ${name}`, typeof found === 'object' && found !== null ? found : {});
  }

  /** The numbers of a member that is a number or a list of them. */
  numbers(name: string): readonly number[] {
    const found = this.#members[name] ?? [];
    return (Array.isArray(found) ? found : [found]).map(Number);
  }

  /** Refuses what the decoders here compute in another way: a member that is there and has none of the values. */
  only(name: string, ...values: readonly unknown[]): void {
    if (!this.has(name) || values.includes(this.#members[name])) return;
    const known = values.map((value) => JSON.stringify(value)).join(' or ');
    throw new TypeError(
      `${this.path}: ${name} is ${JSON.stringify(this.#members[name])}; the decoder here takes ${known}`,
    );
  }
}

/** The decoder of a checkpoint: a folder, a file or an index in a folder, with the config.json that Hugging Face writes. */
export function readPublished(weights: string): Published {
  const folder = statSync(weights).isDirectory() ? weights : dirname(weights);
  const path = join(folder, 'config.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TypeError(`${path} cannot be read; it tells the sizes of ${weights}`, { cause });
  }
  const config = new Config(path, JSON.parse(text));
  config.only('model_type', 'gpt2', 'llama');
  return config.text('model_type') === 'llama' ? publishedLlama(config) : publishedGpt2(config);
}

function publishedGpt2(config: Config): Published {
  config.only('model_type', 'gpt2');
  config.only('activation_function', 'gelu_new', 'gelu_pytorch_tanh');
  config.only('layer_norm_epsilon', 1e-5);
  config.only('scale_attn_by_inverse_layer_idx', false);
  config.only('tie_word_embeddings', true);
  const width = config.number('n_embd');
  config.only('n_inner', 4 * width);
  const vocabulary = config.number('vocab_size');
  const sizes = {
    vocabulary,
    positions: config.number('n_positions'),
    width,
    heads: config.number('n_head'),
    depth: config.number('n_layer'),
  };
  return {
    generator: (how) => gpt2Generator(how, sizes),
    names: gpt2Names,
    vocabulary,
    ends: endsOf(config, vocabulary),
  };
}

function publishedLlama(config: Config): Published {
  config.only('hidden_act', 'silu');
  config.only('attention_bias', false);
  config.only('mlp_bias', false);
  const [width, heads] = [config.number('hidden_size'), config.number('num_attention_heads')];
  config.only('head_dim', width / heads);
  const tied = config.text('tie_word_embeddings') === 'true';
  const vocabulary = config.number('vocab_size');
  const sizes = {
    vocabulary,
    width,
    heads,
    kvHeads: config.number('num_key_value_heads', heads),
    hidden: config.number('intermediate_size'),
    depth: config.number('num_hidden_layers'),
    epsilon: config.number('rms_norm_eps', 1e-6),
    rotary: rotaryOf(config),
    tied,
  };
  return {
    generator: (how) => llamaGenerator(how, sizes),
    names: tied ? tiedNames : llamaNames,
    vocabulary,
    ends: endsOf(config, vocabulary),
  };
}

/** How positions turn: `rope_parameters` of transformers 5, `rope_theta` and `rope_scaling` before. */
function rotaryOf(config: Config): RotaryOptions {
  const found = config.inside(config.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  found.only('rope_type', 'default', 'linear', 'llama3');
  found.only('type', 'default', 'linear', 'llama3');
  const base = found.number('rope_theta', config.number('rope_theta', 10_000));
  const type = found.text(found.has('rope_type') ? 'rope_type' : 'type');
  if (type === 'linear') return { base, scaling: { type, factor: found.number('factor') } };
  if (type !== 'llama3') return { base };
  const scaling = {
    type: 'llama3',
    factor: found.number('factor'),
    originalPositions: found.number('original_max_position_embeddings'),
    lowFreqFactor: found.number('low_freq_factor'),
    highFreqFactor: found.number('high_freq_factor'),
  } as const;
  return { base, scaling };
}

/** The ends that are tokens of the vocabulary. */
const endsOf = (config: Config, vocabulary: number): readonly number[] =>
  config.numbers('eos_token_id').filter((token) => token < vocabulary);
