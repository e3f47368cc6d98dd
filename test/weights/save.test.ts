// Checkpoints are saved streamed and all at once, with the bytes of the tools whose formats they are.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength } from '../../src/ir/dtype.ts';
import { type LazySource, type TensorData, tensorFromBytes, tensorFromValues } from '../../src/ir/tensor-data.ts';
import { model } from '../../src/model/define.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sequential } from '../../src/nn/layers/sequential.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { saveNpz } from '../../src/node/save-npz.ts';
import { saveSafetensors } from '../../src/node/save-safetensors.ts';
import { bytesOf, contentOf, failureOf, fromBase64, recorded, useFolder } from './recorded.ts';

const { path, put } = useFolder();
const one = (value: number): TensorData => tensorFromValues('float32', [1], [value]);

/** The files of the folder. */
const files = (): string[] => readdirSync(path('')).sort();

describe('saveSafetensors', () => {
  test.each(Object.keys(recorded.safetensors))('copies %s of the Python package byte by byte', async (name) => {
    const bytes = fromBase64(recorded.safetensors[name]);
    const checkpoint = await openCheckpoint(put('in.safetensors', bytes));
    const saved = await saveSafetensors(path('out.safetensors'), checkpoint, { metadata: checkpoint.metadata });
    expect(readFileSync(saved.path).equals(bytes)).toBe(true);
    expect(saved).toEqual({
      path: path('out.safetensors'),
      files: [{ path: path('out.safetensors'), bytes: bytes.length }],
      tensors: checkpoint.tensors.size,
    });
  });

  test('writes the shards and the index that huggingface_hub writes', async () => {
    for (const [name, content] of Object.entries(recorded.shards)) put(name, fromBase64(content));
    const { tensors } = await openCheckpoint(path('model.safetensors.index.json'));
    // In the order in which make.py names them.
    const order = [...[0, 1, 2, 3].flatMap((i) => [`layers.${i}.bias`, `layers.${i}.weight`]), 'head', 'norm'];
    const state = new Map(order.map((name) => [name, tensors.get(name) ?? expect.fail()]));
    const saved = await saveSafetensors(path('model.safetensors'), state, {
      maxShardBytes: 240,
      metadata: { format: 'pt' },
    });
    expect(saved.path).toBe(path('model.safetensors.index.json'));
    expect(files()).toEqual(Object.keys(recorded.shards).sort());
    for (const [name, content] of Object.entries(recorded.shards))
      expect(readFileSync(path(name), 'latin1')).toBe(Buffer.from(fromBase64(content)).toString('latin1'));
    expect(saved.files.map((each) => each.bytes)).toEqual(saved.files.map((each) => statSync(each.path).size));
  });

  test('replaces what was saved in another number of shards, and leaves other files', async () => {
    const tensors = new Map([1, 2, 3, 4].map((i) => [`t${i}`, one(i)]));
    put('model-notes.txt', '');
    put('other-00001-of-00002.safetensors', '');
    const rest = ['model-notes.txt', 'other-00001-of-00002.safetensors'];
    const shards = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => `model-0000${i + 1}-of-0000${count}.safetensors`);
    for (const [bytes, expected] of [
      [4, [...shards(4), 'model.safetensors.index.json']],
      [8, [...shards(2), 'model.safetensors.index.json']],
      [undefined, ['model.safetensors']],
      [8, [...shards(2), 'model.safetensors.index.json']],
      [100, ['model.safetensors']],
    ] as const) {
      await saveSafetensors(path('model.safetensors'), tensors, { maxShardBytes: bytes });
      expect(files()).toEqual([...expected, ...rest].sort());
      expect(contentOf(await openCheckpoint(path(expected.at(-1) ?? ''))).tensors).toHaveLength(4);
    }
  });

  test('saves a checkpoint over its own files', async () => {
    const tensors = new Map([1, 2, 3, 4].map((i) => [`t${i}`, one(i)]));
    await saveSafetensors(path('model.safetensors'), tensors, { maxShardBytes: 4 });
    const before = contentOf(await openCheckpoint(path('')));
    await saveSafetensors(path('model.safetensors'), await openCheckpoint(path('')), { maxShardBytes: 12 });
    await saveSafetensors(path('model.safetensors'), await openCheckpoint(path('')));
    expect(contentOf(await openCheckpoint(path('')))).toEqual(before);
  });

  test('leaves everything as it was when a tensor cannot be read', async () => {
    const tensors = new Map([1, 2].map((i) => [`t${i}`, one(i)]));
    await saveSafetensors(path('model.safetensors'), tensors, { maxShardBytes: 4 });
    const before = files();
    const source: LazySource = {
      description: undefined,
      fill: () => {
        throw new RangeError('gone');
      },
    };
    const broken: TensorData = { dtype: 'float32', shape: [1], storage: { kind: 'lazy', source } };
    expect(
      await failureOf(() =>
        saveSafetensors(path('model.safetensors'), new Map([...tensors, ['t3', broken]]), { maxShardBytes: 4 }),
      ),
    ).toMatchObject({ code: 'FILE_WRITE' });
    expect(files()).toEqual(before);
    expect((await openCheckpoint(path(''))).tensors.size).toBe(2);
  });

  test('saves the parameters of a model, a shared one once', async () => {
    const shared = dense(3);
    const net = model(sequential(shared, shared, dense(4)));
    expect(await failureOf(() => saveSafetensors(path('m.safetensors'), net.parameters()))).toMatchObject({
      code: 'PARAM_NOT_INITIALIZED',
    });
    expect(existsSync(path('m.safetensors'))).toBe(false);
    net.initialize({ seed: 1 });
    net.bind([2, 3]);
    await saveSafetensors(path('m.safetensors'), net.parameters());
    const { tensors } = await openCheckpoint(path('m.safetensors'));
    expect([...tensors.keys()].sort()).toEqual([...net.parameters().keys()].sort());
    expect([...tensors.keys()].filter((name) => name.endsWith('weight'))).toHaveLength(2);
    for (const [name, parameter] of net.parameters())
      expect(bytesOf(tensors.get(name))).toEqual(bytesOf(parameter.data()));
    const twice = new Map(
      [...net.parameters()].flatMap(([name, parameter]) => [
        [name, parameter] as const,
        [`${name} again`, parameter] as const,
      ]),
    );
    expect((await saveSafetensors(path('t.safetensors'), twice)).tensors).toBe(net.parameters().size);
  });

  test.each<[string, unknown, unknown, string]>([
    ['tensors that are none', { w: [1, 2] }, {}, 'LAYER_ARGUMENT'],
    ['nothing', undefined, {}, 'LAYER_ARGUMENT'],
    ['shards of no bytes', {}, { maxShardBytes: 0 }, 'LAYER_ARGUMENT'],
    ['an unknown option', {}, { shardBytes: 5 }, 'LAYER_ARGUMENT'],
    ['a name that stands for texts', { __metadata__: one(1) }, {}, 'CHECKPOINT_VALUE'],
  ])('refuses %s', async (_, tensors, options, code) => {
    // @ts-expect-error what nobody type-checks
    expect(await failureOf(() => saveSafetensors(path('out.safetensors'), tensors, options))).toMatchObject({ code });
    expect(files()).toEqual([]);
  });
});

describe('saveNpz', () => {
  const dtypes = [
    'float16',
    'float32',
    'float64',
    'int8',
    'int64',
    'uint16',
    'uint64',
    'bool',
    'complex64',
    'complex128',
  ] as const;

  test('gives back any arrays that were written', async () => {
    const row = fc.record({
      name: fc
        .string({ unit: 'binary', maxLength: 12 })
        .filter((name) => !/[\\\0]|^\/|^[A-Za-z]:\/|(?:^|\/)\.\.(?:\/|$)/.test(name)),
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(row, { maxLength: 5, selector: ({ name }) => name }), async (rows) => {
        const tensors = new Map<string, TensorData>();
        for (const { name, dtype, shape } of rows) {
          const length = byteLength(
            dtype,
            shape.reduce((product, size) => product * size, 1),
          );
          tensors.set(
            name,
            tensorFromBytes(
              dtype,
              shape,
              Uint8Array.from({ length }, (_, i) => i % 256),
            ),
          );
        }
        const saved = await saveNpz(path('w.npz'), tensors);
        expect(saved.files).toEqual([{ path: path('w.npz'), bytes: statSync(path('w.npz')).size }]);
        expect(contentOf(await openCheckpoint(path('w.npz')))).toEqual(
          contentOf({ source: '', tensors, metadata: new Map() }),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('writes equal bytes for equal arrays', async () => {
    await saveNpz(path('a.npz'), { w: one(1), b: one(2) });
    await saveNpz(path('b.npz'), { w: one(1), b: one(2) });
    expect(readFileSync(path('a.npz')).equals(readFileSync(path('b.npz')))).toBe(true);
  });

  test.each<[string, string, TensorData]>([
    ['bfloat16', 'w', tensorFromBytes('bfloat16', [1], new Uint8Array(2))],
    ['float8', 'w', tensorFromBytes('float8e5m2', [1], new Uint8Array(1))],
    ['strings', 'w', { dtype: 'string', shape: [1], storage: { kind: 'strings', values: ['a'] } }],
    ['a name that leads out', '../w', one(1)],
    ['an absolute name', '/w', one(1)],
    ['a name with a backslash', 'a\\b', one(1)],
    ['half a surrogate pair', '\ud800', one(1)],
    ['a name of 70,000 bytes', 'w'.repeat(70_000), one(1)],
  ])('refuses %s', async (_, name, data) => {
    expect(await failureOf(() => saveNpz(path('w.npz'), new Map([[name, data]])))).toMatchObject({
      code: 'CHECKPOINT_VALUE',
    });
    expect(files()).toEqual([]);
  });

  test('leaves the old file when an array cannot be read', async () => {
    await saveNpz(path('w.npz'), { w: one(1) });
    const source: LazySource = {
      description: undefined,
      fill: () => {
        throw new RangeError('gone');
      },
    };
    const broken: TensorData = { dtype: 'float32', shape: [1], storage: { kind: 'lazy', source } };
    expect(await failureOf(() => saveNpz(path('w.npz'), { a: one(2), broken }))).toMatchObject({ code: 'FILE_WRITE' });
    expect(files()).toEqual(['w.npz']);
    expect([...(await openCheckpoint(path('w.npz'))).tensors.keys()]).toEqual(['w']);
  });
});
