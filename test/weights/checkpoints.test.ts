// Shards, folders, weights of models: found, put together, refused where they lie.
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { planSafetensors } from '../../codegen/weights/write-safetensors.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { saveOnnx } from '../../src/node/save-onnx.ts';
import { bytesOf, contentOf, failureOf, fromBase64, recorded, useFolder } from './recorded.ts';

const { path, put } = useFolder();

/** A safetensors file of some one-byte tensors. */
const file = (...names: string[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat([
      ...planSafetensors(new Map(names.map((name) => [name, tensorFromValues('uint8', [1], [name.length])]))).chunks,
    ]),
  );
const INDEX = 'model.safetensors.index.json';
const index = (map: Readonly<Record<string, string>>): string =>
  JSON.stringify({ metadata: { total_size: 2 }, weight_map: map });

/** The sharded checkpoint of huggingface_hub. */
function putShards(folder = ''): void {
  for (const [name, content] of Object.entries(recorded.shards)) put(join(folder, name), fromBase64(content));
}

describe('openCheckpoint of shards', () => {
  test('takes the index or its folder, and reads all tensors as they are', async () => {
    putShards();
    const opened = await openCheckpoint(path(INDEX));
    expect([...opened.tensors.keys()].sort()).toEqual(
      ['head', 'norm', ...[0, 1, 2, 3].flatMap((i) => [`layers.${i}.bias`, `layers.${i}.weight`])].sort(),
    );
    expect(new Float32Array(bytesOf(opened.tensors.get('layers.3.bias')).buffer)).toEqual(
      new Float32Array([3, 4, 5, 6]),
    );
    expect(opened.metadata).toEqual(new Map([['format', 'pt']]));
    expect(contentOf(await openCheckpoint(path('')))).toEqual(contentOf(opened));
    expect(
      contentOf(await openCheckpoint(path('model-00003-of-00003.safetensors'))).tensors.map(({ name }) => name),
    ).toEqual(['norm', 'head']);
  });

  test('follows the links of the cache of huggingface_hub', async () => {
    for (const folder of ['models--x', 'models--x/blobs', 'models--x/snapshots', 'models--x/snapshots/abc'])
      mkdirSync(path(folder));
    for (const [name, content] of Object.entries(recorded.shards)) {
      const blob = `${name.length}${name.slice(6, 11)}`;
      put(`models--x/blobs/${blob}`, fromBase64(content));
      symlinkSync(`../../blobs/${blob}`, path(`models--x/snapshots/abc/${name}`));
    }
    expect((await openCheckpoint(path('models--x/snapshots/abc'))).tensors.size).toBe(10);
  });

  test('follows other links inside of the folder, and out of it when it is asked to', async () => {
    put('out.safetensors', file('a'));
    mkdirSync(path('m'));
    put('m/in.safetensors', file('b'));
    symlinkSync('in.safetensors', path('m/link.safetensors'));
    put(`m/${INDEX}`, index({ b: 'link.safetensors' }));
    expect((await openCheckpoint(path('m'))).tensors.size).toBe(1);
    symlinkSync('../out.safetensors', path('m/out.safetensors'));
    put(`m/${INDEX}`, index({ a: 'out.safetensors' }));
    expect((await failureOf(() => openCheckpoint(path(`m/${INDEX}`)))).message).toContain('is a link to');
    expect((await openCheckpoint(path(`m/${INDEX}`), { allowLinks: true })).tensors.size).toBe(1);
  });

  const HOSTILE: readonly (readonly [string, string, string])[] = [
    [
      'a shard that is missing',
      index({ a: 'a.safetensors', z: 'z.safetensors' }),
      'shard "z.safetensors" is refused: ',
    ],
    [
      'a tensor that is not in its shard',
      index({ a: 'a.safetensors', c: 'a.safetensors' }),
      'tensor "c" should lie in "a.safetensors", which does not have it',
    ],
    [
      'a tensor in two shards',
      index({ a: 'a.safetensors', b: 'ab.safetensors' }),
      'tensor "a" lies in shard "ab.safetensors" too',
    ],
    [
      'a tensor in another shard',
      index({ a: 'b.safetensors', b: 'a.safetensors' }),
      'tensor "b" lies in shard "b.safetensors" too',
    ],
    ['a shard outside', index({ a: '../a.safetensors' }), "lies outside of the index's folder"],
    ['a shard outside and back', index({ a: 'x/../../a.safetensors' }), "lies outside of the index's folder"],
    ['an absolute shard', index({ a: '/etc/passwd' }), 'is an absolute path'],
    ['a shard on a drive', index({ a: 'C:\\a.safetensors' }), 'is an absolute path'],
    ['a shard with a zero byte', index({ a: 'a\0.safetensors' }), 'is no file name'],
    ['the folder as a shard', index({ a: '.' }), "lies outside of the index's folder"],
    ['a folder as a shard', index({ a: 'sub' }), 'is no regular file'],
    ['itself as a shard', index({ a: INDEX }), 'its header should have'],
    ['a shard under two names', index({ a: 'a.safetensors', b: './a.safetensors' }), 'are one shard'],
    ['no weight_map', '{"metadata":{}}', 'it has no weight_map'],
    ['a weight_map twice', '{"weight_map":{},"weight_map":{}}', 'it has weight_map twice'],
    ['a weight_map that is a list', '{"weight_map":[]}', "stands '[' in place of an object"],
    ['a tensor twice', '{"weight_map":{"a":"a.safetensors","a":"a.safetensors"}}', 'tensor "a" is in the index twice'],
    ['a shard that is a number', '{"weight_map":{"a":1}}', "stands '1' in place of a text"],
    ['text behind it', `${index({ a: 'a.safetensors' })}x`, "'x' follows its end"],
    ['an end in the middle', index({ a: 'a.safetensors' }).slice(0, -3), 'the index cannot be read'],
    ['lists 100,000 deep', `{"metadata":${'['.repeat(100_000)}`, 'nested 100 deep'],
  ];

  test.each(HOSTILE.map(([what, text, fact]) => ({ what, text, fact })))(
    'is refused with $what',
    async ({ text, fact }) => {
      for (const [name, content] of [
        ['a', file('a')],
        ['b', file('b')],
        ['ab', file('a', 'b')],
      ] as const)
        put(`${name}.safetensors`, content);
      mkdirSync(path('sub'));
      // The good one beside it.
      const good = await openCheckpoint(put(INDEX, index({ a: 'a.safetensors', b: 'b.safetensors' })));
      expect([...good.tensors.keys()]).toEqual(['a', 'b']);
      const { code, message } = await failureOf(() => openCheckpoint(put(INDEX, text)));
      expect(code).toBe('CHECKPOINT_MALFORMED');
      expect(message).toContain(path(''));
      expect(message).toContain(fact);
    },
  );

  test.each([
    ['a hard link', linkSync],
    ['a link', symlinkSync],
  ] as const)('is refused with a shard under two names by %s', async (_, link) => {
    put('ab.safetensors', file('a', 'b'));
    link(path('ab.safetensors'), path('again.safetensors'));
    const opened = openCheckpoint(put(INDEX, index({ a: 'ab.safetensors', b: 'again.safetensors' })));
    const { code, message } = await failureOf(() => opened);
    expect([code, message.includes('"ab.safetensors" and "again.safetensors" are one shard')]).toEqual([
      'CHECKPOINT_MALFORMED',
      true,
    ]);
  });

  test('counts shards and tensors', async () => {
    putShards();
    expect(await failureOf(() => openCheckpoint(path(INDEX), { limits: { shards: 2 } }))).toMatchObject({
      code: 'CHECKPOINT_LIMIT',
    });
    expect(await failureOf(() => openCheckpoint(path(INDEX), { limits: { tensors: 9 } }))).toMatchObject({
      code: 'CHECKPOINT_LIMIT',
    });
    expect(await failureOf(() => openCheckpoint(path(INDEX), { limits: { textBytes: 90 } }))).toMatchObject({
      code: 'CHECKPOINT_LIMIT',
    });
    expect((await openCheckpoint(path(INDEX), { limits: { shards: 3, tensors: 10 } })).tensors.size).toBe(10);
  });
});

describe('openCheckpoint of a folder', () => {
  test.each<[string, readonly string[], string]>([
    ['one file of any name', ['weights.safetensors', 'notes.txt'], 'weights.safetensors'],
    ['model.safetensors among others', ['a.safetensors', 'model.safetensors'], 'model.safetensors'],
  ])('finds %s', async (_, names, found) => {
    for (const name of names) put(name, file(name === found ? 'yes' : 'no'));
    expect([...(await openCheckpoint(path(''))).tensors.keys()]).toEqual(['yes']);
  });

  test.each<[string, readonly string[], string]>([
    ['nothing', ['notes.txt'], 'a folder without a file of weights'],
    ['two files', ['a.safetensors', 'b.safetensors'], 'holds several checkpoints: a.safetensors, b.safetensors'],
    ['a pickle alone', ['pytorch_model.bin'], 'is of no format that is read'],
  ])('refuses %s', async (_, names, fact) => {
    for (const name of names) put(name, Uint8Array.of(1, 2, 3));
    expect(await failureOf(() => openCheckpoint(path('')))).toMatchObject({
      code: 'FILE_FORMAT',
      message: expect.stringContaining(fact),
    });
  });
});

describe('openCheckpoint', () => {
  test.each<[string, string, string | Uint8Array, string, string]>([
    ['an empty file', 'w.pt', '', 'FILE_FORMAT', 'is empty, no checkpoint'],
    ['a pickle', 'w.pt', Uint8Array.of(0x80, 2, 0x63), 'FILE_FORMAT', 'weights_only=True'],
    ['HDF5', 'w.h5', '\x89HDF\r\n\x1a\n', 'FILE_FORMAT', 'numpy.savez'],
    [
      'a pointer of Git LFS',
      'model.safetensors',
      'version https://git-lfs.github.com/spec/v1\n',
      'FILE_FORMAT',
      'git lfs pull',
    ],
    ['a web page', 'model.safetensors', '<!DOCTYPE html><html>', 'FILE_FORMAT', 'download the file itself'],
    ['an unknown file', 'w.dat', 'hello world, this is text', 'FILE_FORMAT', '.safetensors'],
  ])('calls %s by its name', async (_, name, content, code, part) => {
    const failure = await failureOf(() =>
      openCheckpoint(put(name, typeof content === 'string' ? Buffer.from(content, 'latin1') : content)),
    );
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(part);
    expect(failure.message).toContain(path(name));
  });

  test('refuses paths that lead to no file, and unknown options', async () => {
    expect(await failureOf(() => openCheckpoint(path('none.safetensors')))).toMatchObject({ code: 'FILE_READ' });
    // @ts-expect-error a misspelt option
    expect(await failureOf(() => openCheckpoint(put('a.safetensors', file('a')), { limit: {} }))).toMatchObject({
      code: 'LAYER_ARGUMENT',
    });
  });

  test('reads from the very file that was opened, from any working directory', async () => {
    const at = put('a.safetensors', file('abc'));
    const { tensors } = await openCheckpoint(at);
    expect(bytesOf(tensors.get('abc'))).toEqual(Uint8Array.of(3));
    writeFileSync(at, Buffer.concat([await readFile(at), Buffer.from('x')]));
    expect(await failureOf(() => bytesOf(tensors.get('abc')))).toMatchObject({
      code: 'FILE_READ',
      message: expect.stringContaining('since its checkpoint was opened'),
    });
  });

  const values = Float32Array.from({ length: 5000 }, (_, i) => i);
  const initializer = (name: string) => ({
    name,
    dims: [50, 100],
    dataType: 1,
    rawData: new Uint8Array(values.buffer),
  });
  const constant = {
    opType: 'Constant',
    output: ['c'],
    attribute: [{ name: 'value', type: 4, t: { dims: [2], dataType: 7, int64Data: [1, 2] } }],
  };
  const model = {
    irVersion: 10,
    opsetImport: [{ domain: '', version: 21 }],
    metadataProps: [{ key: 'author', value: 'me' }],
    graph: { name: 'g', initializer: [initializer('w')], node: [constant] },
  };

  test('reads the initializers of a model, inside and beside it, and Constant nodes when it is asked to', async () => {
    const inside = put('m.onnx', encodeModel(model));
    mkdirSync(path('out'));
    const beside = path('out/m.onnx');
    await saveOnnx(await openOnnx(inside), beside, { externalData: 'external' });
    for (const at of [inside, beside]) {
      const { tensors, metadata } = await openCheckpoint(at);
      expect([...tensors.keys()]).toEqual(['w']);
      expect(new Float32Array(bytesOf(tensors.get('w')).buffer)).toEqual(values);
      expect(metadata).toEqual(new Map([['author', 'me']]));
    }
    expect([...(await openCheckpoint(inside, { constants: true })).tensors.keys()]).toEqual(['w', 'c']);
    expect((await openCheckpoint(dirname(beside))).tensors.size).toBe(1);
  });

  test.each([
    ['two initializers of one name', [initializer('w'), initializer('w')], 'tensor "w" is in the model twice'],
    ['an initializer without a name', [initializer('')], 'an initializer has no name'],
  ])('refuses a model with %s', async (_, initializers, fact) => {
    const at = put('m.onnx', encodeModel({ ...model, graph: { name: 'g', initializer: initializers } }));
    expect(await failureOf(() => openCheckpoint(at))).toMatchObject({
      code: 'CHECKPOINT_MALFORMED',
      message: expect.stringContaining(fact),
    });
  });
});
