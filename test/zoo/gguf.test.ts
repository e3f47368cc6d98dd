// ggufNames: files of llama.cpp's names and layouts give the weights and the numbers of Hugging Face's models.
import { readFileSync } from 'node:fs';
import {
  type Checkpoint,
  type DefinedModel,
  ggufNames,
  mapCheckpoint,
  type NameRule,
  readGguf,
  run,
  type TensorData,
} from 'dimwise';
import { describe, expect, test } from 'vitest';
import { gpt2, names as gpt2Names } from '../../examples/zoo/gpt2.ts';
import { llama, names as llamaNames, tiedNames } from '../../examples/zoo/llama.ts';
import { materialize } from '../../src/ir/tensor-data.ts';
import { expectClose } from './close.ts';
import { countedCheckpoint, type StateEntry } from './counted-weights.ts';
import type { Numbers } from './feeds.ts';

interface Recorded {
  readonly state: readonly StateEntry[];
  readonly input_ids?: Numbers;
  readonly files: Readonly<Record<string, { readonly base64: string; readonly logits?: Numbers }>>;
}

const RECORDED: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('../fixtures/gguf/names.json', import.meta.url), 'utf8'),
);

const recorded = (architecture: string): Recorded => RECORDED[architecture] ?? { state: [], files: {} };
const opened = (architecture: string, type = 'F32'): Checkpoint =>
  readGguf(Buffer.from(recorded(architecture).files[type]?.base64 ?? '', 'base64'));

const content = ({ tensors }: Checkpoint): object =>
  Object.fromEntries(
    [...tensors].map(([name, data]) => [
      name,
      { ...data, storage: Buffer.from(materialize(data) ?? []).toString('hex') },
    ]),
  );

describe('ggufNames', () => {
  test.each(['llama', 'qwen2', 'qwen3', 'gpt2'])(
    "gives the names, sizes and elements of Hugging Face's %s back, bit by bit",
    (architecture) => {
      const checkpoint = opened(architecture);
      const found = content(mapCheckpoint(checkpoint, ggufNames(checkpoint)));
      expect(Object.keys(found).length).toBeGreaterThan(20);
      expect(found).toEqual(content(countedCheckpoint(recorded(architecture).state)));
    },
  );

  test('leaves out factors of rotary positions', () => {
    const checkpoint = opened('qwen2');
    const data: TensorData = { dtype: 'float32', shape: [1], storage: { kind: 'bytes', bytes: new Uint8Array(4) } };
    const more = { ...checkpoint, tensors: new Map([...checkpoint.tensors, ['rope_freqs.weight', data]]) };
    expect(content(mapCheckpoint(more, ggufNames(more)))).toEqual(
      content(mapCheckpoint(checkpoint, ggufNames(checkpoint))),
    );
  });

  const said = (entries: Readonly<Record<string, string | undefined>>): Checkpoint => {
    const { source, tensors, metadata } = opened('llama');
    const changed = new Map(metadata);
    for (const [key, text] of Object.entries(entries)) {
      if (text === undefined) changed.delete(key);
      else changed.set(key, text);
    }
    return { source, tensors, metadata: changed };
  };

  test.each<[string, Readonly<Record<string, string | undefined>>, string, RegExp]>([
    [
      'another architecture',
      { 'general.architecture': 'llama9' },
      'CHECKPOINT_UNSUPPORTED',
      /llama9.*did you mean llama/s,
    ],
    ['no architecture', { 'general.architecture': undefined }, 'CHECKPOINT_UNSUPPORTED', /has no general.architecture/],
    ['heads by layer', { 'llama.attention.head_count': '[4,2]' }, 'CHECKPOINT_UNSUPPORTED', /head_count is \[4,2\]/],
    ['no heads', { 'llama.attention.head_count': undefined }, 'CHECKPOINT_MALFORMED', /blk\.0\.attn_q.*lacks/],
    ['heads that do not divide', { 'llama.attention.head_count_kv': '3' }, 'CHECKPOINT_MALFORMED', /16 rows.* 3 heads/],
  ])('refuses %s', (_, entries, code, text) => {
    expect(() => ggufNames(said(entries))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(text) }),
    );
  });

  test('counts as many heads of keys as of queries where nothing else is said', () => {
    const checkpoint = said({ 'llama.attention.head_count_kv': undefined });
    const [rule] = ggufNames(checkpoint).filter(
      (each) => 'from' in each && each.from === 'blk.0.attn_k.weight' && each.reshape?.length === 4,
    );
    expect(rule).toMatchObject({ reshape: [4, 2, 2, 32] });
  });

  test('refuses what is no checkpoint', () => {
    expect(() => ggufNames({} as never)).toThrow(expect.objectContaining({ code: 'LAYER_ARGUMENT' }));
  });
});

const LLAMA = { vocabulary: 32, width: 32, heads: 4, kvHeads: 2, hidden: 32, depth: 2 };

/** The logits of a Llama with the weights of a checkpoint. */
const logitsOf = (checkpoint: Checkpoint, isGguf: boolean): Promise<unknown> =>
  logits(llama(LLAMA), checkpoint, [...(isGguf ? ggufNames(checkpoint) : []), ...llamaNames]);

/** The logits of a model that a checkpoint fits whole. */
async function logits(net: DefinedModel, checkpoint: Checkpoint, names: readonly NameRule[]): Promise<unknown> {
  const report = net.load(checkpoint, { names });
  expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
  const { shape, data } = recorded('llama').input_ids ?? { shape: [], data: [] };
  const kept = [0, 1].flatMap((i) => [`past_key_${i}`, `past_value_${i}`]);
  const past = { shape: [shape[0] ?? 0, 2, 0, 8], dtype: 'float32', data: new Float32Array() } as const;
  const ids = { shape, dtype: 'int64', data: BigInt64Array.from(data, BigInt) } as const;
  const feeds = { input_ids: ids, ...Object.fromEntries(kept.map((name) => [name, past])) };
  return (await run(net.bind(), feeds, { providers: ['cpu'] })).logits?.data;
}

describe('a Llama in GGUF', () => {
  const { state, files } = recorded('llama');
  const expected = (type: string): readonly number[] => files[type]?.logits?.data ?? [];

  test('computes what the same weights in safetensors compute', async () => {
    const found = await logitsOf(opened('llama'), true);
    const again = await logitsOf(countedCheckpoint(state), false);
    expectClose(found, [...(again as Float32Array)], 1e-5);
    expectClose(found, expected('F32'), 1e-4);
  });

  test('computes in Q8_0 what transformers computes from that file, within 5% of the whole weights', async () => {
    const found = await logitsOf(opened('llama', 'Q8_0'), true);
    expectClose(found, expected('Q8_0'), 1e-4);
    expectClose(found, expected('F32'), 0.05);
    expect(() => expectClose(found, expected('F32'), 1e-3)).toThrow();
  });
});

describe('a tied Llama in GGUF', () => {
  const { source, tensors, metadata } = opened('llama');
  const without = (name: string): [string, TensorData][] => [...tensors].filter(([each]) => each !== name);
  const embedding = tensors.get('token_embd.weight');
  const twice: Checkpoint = {
    source,
    metadata,
    tensors: new Map([...without('output.weight'), ...(embedding ? [['output.weight', embedding] as const] : [])]),
  };

  test.each<[string, Checkpoint]>([
    ['has no output layer', { source, metadata, tensors: new Map(without('output.weight')) }],
    ['has the embedding twice', twice],
  ])('that %s fits whole, and computes what one with a copy of the embedding computes', async (_, checkpoint) => {
    const net = llama({ ...LLAMA, tied: true });
    expect([...net.parameters().keys()].filter((path) => path.startsWith('lm_head'))).toEqual([]);
    const found = await logits(net, checkpoint, [...ggufNames(checkpoint), ...tiedNames]);
    expectClose(found, [...((await logitsOf(twice, true)) as Float32Array)], 1e-6);
  });

  test('that has an output layer of its own is refused', () => {
    const checkpoint = opened('llama');
    const names = [...ggufNames(checkpoint), ...tiedNames];
    expect(() => llama({ ...LLAMA, tied: true }).load(checkpoint, { names })).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }),
    );
  });
});

test('a GPT-2 in GGUF fits the model of the zoo', () => {
  const checkpoint = opened('gpt2');
  const net = gpt2({ vocabulary: 8, positions: 16, width: 8, heads: 2, depth: 2 });
  const report = net.load(checkpoint, { names: [...ggufNames(checkpoint), ...gpt2Names] });
  expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
});
