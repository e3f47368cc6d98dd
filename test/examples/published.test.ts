// Checkpoints as they are published, config.json beside shards of weights: the tokens of Hugging Face's generate(), and what is refused.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveSafetensors } from 'dimwise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { write } from '../../examples/generate.ts';
import { readPublished } from '../../examples/support/published.ts';
import { countedCheckpoint } from '../zoo/counted-weights.ts';

// As transformers writes them for the models of test/fixtures/zoo/make_generate.py.
const GPT2 = {
  model_type: 'gpt2',
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  n_embd: 24,
  n_head: 4,
  n_inner: null,
  n_layer: 2,
  n_positions: 20,
  vocab_size: 50,
  eos_token_id: null,
};
const LLAMA = {
  model_type: 'llama',
  attention_bias: false,
  head_dim: 6,
  hidden_act: 'silu',
  hidden_size: 24,
  intermediate_size: 40,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_parameters: { rope_theta: 10000, rope_type: 'default' },
  tie_word_embeddings: false,
  vocab_size: 50,
  eos_token_id: null,
};
const RECORDED = JSON.parse(readFileSync(new URL('../fixtures/zoo/generate.json', import.meta.url), 'utf8'));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-published-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});
const configure = (config: object): void => writeFileSync(join(folder, 'config.json'), JSON.stringify(config));

describe('write', { timeout: 120_000 }, () => {
  test.each([
    ['gpt2', GPT2, ''],
    ['llama', LLAMA, 'model.safetensors.index.json'],
    ['llama', { ...LLAMA, rope_parameters: undefined, rope_theta: 10000, rope_scaling: null }, ''],
  ])('writes the recorded tokens of %s from its folder', async (name, config, file) => {
    const { state, cases } = RECORDED[name];
    await saveSafetensors(join(folder, 'model.safetensors'), countedCheckpoint(state), { maxShardBytes: 8000 });
    configure(config);
    const { ids, steps, tokens } = cases.find((each: { name: string }) => each.name === 'greedy');
    const asked = { prompts: ids.slice(0, 1), weights: join(folder, file), generation: { steps, pad: 0 } };
    expect((await write({ ...asked, texts: 2 })).rows).toEqual([tokens[0], tokens[0]]);
    // The end that the configuration names is taken over.
    const end = tokens[0][1];
    configure({ ...config, eos_token_id: [end, 50256] });
    const { rows } = await write(asked);
    expect(rows).toEqual([tokens[0].slice(0, tokens[0].indexOf(end) + 1)]);
    await expect(write({ ...asked, prompts: [[3, 50]] })).rejects.toThrow(/^50 is no token: .* has 50$/);
  });

  test('writes other texts behind one prompt where tokens are drawn', async () => {
    const config = { vocabulary: 40, positions: 32, width: 16, heads: 2, depth: 1 };
    const generation = { steps: 9, sampling: { temperature: 50 } };
    const { rows } = await write({ prompts: [[4, 8], [7]], generation, texts: 3, config });
    expect(new Set(rows.map(String)).size).toBe(6);
  });
});

describe('readPublished', { timeout: 120_000 }, () => {
  test.each([
    [{ model_type: 'bert' }, /config\.json: model_type is "bert"; the decoder here takes "gpt2" or "llama"$/],
    [{ ...GPT2, activation_function: 'relu' }, /activation_function is "relu"; .* "gelu_new"/],
    [{ ...GPT2, n_inner: 60 }, /n_inner is 60; the decoder here takes 96/],
    [{ ...GPT2, n_embd: '24' }, /n_embd is "24", a number is expected/],
    [{ ...LLAMA, vocab_size: undefined }, /vocab_size is missing, a number is expected/],
    [{ ...LLAMA, head_dim: 12 }, /head_dim is 12; the decoder here takes 6/],
    [{ ...LLAMA, rope_parameters: { rope_type: 'yarn' } }, /rope_parameters: rope_type is "yarn"; .*"llama3"/],
    [{ ...LLAMA, rope_parameters: undefined, rope_scaling: { type: 'dynamic' } }, /rope_scaling: type is "dynamic"/],
  ])('refuses %j', (config, message) => {
    configure(config);
    expect(() => readPublished(folder)).toThrow(message);
  });

  test('tells which file it misses', () => {
    expect(() => readPublished(folder)).toThrow(/config\.json cannot be read; it tells the sizes of/);
  });

  test('scales frequencies as Llama 3.1 does', () => {
    const scaled = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    configure({
      ...LLAMA,
      rope_parameters: undefined,
      rope_theta: 5e5,
      rope_scaling: { ...scaled, rope_type: 'llama3' },
    });
    const net = readPublished(folder).generator({ steps: 2 }).initialize({ seed: 1 });
    configure(LLAMA);
    const plain = readPublished(folder).generator({ steps: 2 }).initialize({ seed: 1 });
    expect(net.bind().compile().bytes()).not.toEqual(plain.bind().compile().bytes());
    expect([...net.parameters().keys()]).toEqual([...plain.parameters().keys()]);
  });
});
