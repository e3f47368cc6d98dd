// dimwise weights lists what a checkpoint has, and writes it in another format.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { bytesOf, contentOf, fromBase64, recorded } from '../weights/recorded.ts';
import { cli } from './capture.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const put = (name: string, text = ''): string => {
  writeFileSync(file(name), fromBase64(text));
  return file(name);
};

describe('weights', () => {
  test('lists tensors with their sum', async () => {
    const { code, out } = await cli('weights', put('a.safetensors', recorded.safetensors['no-metadata']));
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'tensor  dtype    shape   bytes',
      'b       float32  [2]     8',
      'w       float32  [2, 2]  16',
      '2 tensors, 6 elements, 24 B',
    ]);
  });

  test('prints texts of the file, control characters escaped', async () => {
    const { out } = await cli('weights', put('a.safetensors', recorded.safetensors['metadata']));
    expect(out).toContain('metadata kéy ": line\\u000a\u{1F600}');
    expect((await cli('weights', put('n.safetensors', recorded.safetensors['names']))).out).toContain(
      'tab\\u0009line\\u000abell\\u0007',
    );
  });

  test('prints one line of JSON', async () => {
    const { code, json } = await cli('weights', put('a.safetensors', recorded.safetensors['metadata']), '--json');
    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: file('a.safetensors'),
        tensors: [{ name: 'w', dtype: 'uint8', shape: [1], elements: 1, bytes: 1 }],
        metadata: [{ key: 'kéy "', text: 'line\n\u{1F600}' }],
        elements: 1,
        bytes: 1,
        ignored: [],
      },
    ]);
  });

  test('copies safetensors with their texts, byte by byte', async () => {
    const path = put('a.safetensors', recorded.safetensors['every-type']);
    const { code, out } = await cli('weights', path, '-o', file('b.safetensors'));
    expect([code, out]).toEqual([
      0,
      `written: ${file('b.safetensors')}, 39 tensors, ${readFileSync(path).length} bytes`,
    ]);
    expect(readFileSync(file('b.safetensors')).equals(readFileSync(path))).toBe(true);
  });

  test('turns npz into safetensors and back, and splits them', async () => {
    const there = put('a.npz', recorded.npz['stored']);
    // Texts are no tensors of safetensors.
    const refused = await cli('weights', there, '-o', file('b.safetensors'));
    expect([refused.code, refused.err.includes('tensor "words" has elements of string')]).toEqual([1, true]);
    put('model.safetensors', recorded.safetensors['no-metadata']);
    expect((await cli('weights', file('model.safetensors'), '-o', file('c.npz'))).code).toBe(0);
    const { json } = await cli(
      'weights',
      file('c.npz'),
      '-o',
      file('d.safetensors'),
      '--shard-size',
      '0.016KB',
      '--json',
    );
    expect(json()).toMatchObject([
      { written: { path: file('d.safetensors.index.json'), tensors: 2, files: [{}, {}, {}] } },
    ]);
    const [first, last] = [
      await openCheckpoint(file('model.safetensors')),
      await openCheckpoint(file('d.safetensors.index.json')),
    ];
    expect(contentOf(last).tensors).toEqual(contentOf(first).tensors);
  });

  test('renames, cuts and turns by rules, and tells what they leave out', async () => {
    put('a.safetensors', recorded.safetensors['no-metadata']);
    writeFileSync(file('rules.json'), '[["b", null], {"from": "w", "to": ["top", "bottom"], "transpose": true}]');
    const rules = ['--names', file('rules.json')];
    const { out } = await cli('weights', file('a.safetensors'), ...rules);
    expect(out.split('\n')).toEqual([
      'tensor  dtype    shape   bytes',
      'top     float32  [1, 2]  8',
      'bottom  float32  [1, 2]  8',
      '2 tensors, 4 elements, 16 B',
      'left out: b',
    ]);
    const { json } = await cli('weights', file('a.safetensors'), ...rules, '-o', file('c.npz'), '--json');
    expect(json()).toMatchObject([{ ignored: ['b'], written: { path: file('c.npz'), tensors: 2 } }]);
    const elements = async (name: string): Promise<[string, number[]][]> =>
      [...(await openCheckpoint(file(name))).tensors].map(([key, data]) => [
        key,
        [...new Float32Array(bytesOf(data).slice().buffer)],
      ]);
    const [, [, w = []] = []] = await elements('a.safetensors');
    expect(await elements('c.npz')).toEqual([
      ['top', [w[0], w[2]]],
      ['bottom', [w[1], w[3]]],
    ]);
  });

  test('casts floats, and nothing else', async () => {
    const { json } = await cli('weights', put('b.npz', recorded.npz['stored']), '--cast', 'bfloat16', '--json');
    const { json: before } = await cli('weights', file('b.npz'), '--json');
    const types = (lines: unknown[]): string[] =>
      (lines as { tensors: { dtype: string }[] }[]).flatMap(({ tensors }) => tensors.map(({ dtype }) => dtype));
    expect(types(json())).toEqual(types(before()).map((type) => (/^float(16|32|64)$/.test(type) ? 'bfloat16' : type)));
    expect(types(json())).toContain('bfloat16');
  });

  test('lists the weights of a model', async () => {
    const mlp = new URL('../../examples/mlp.ts', import.meta.url).pathname;
    await cli('compile', mlp, '-o', file('mlp.onnx'), '--bind', 'x=2x20');
    const { code, out } = await cli('weights', file('mlp.onnx'));
    expect(code).toBe(0);
    expect(out).toContain('[256, 20]');
  });

  test.each([
    ['-o', 'weights.bin'],
    ['--shard-size', '5GB'],
    ['-o', 'w.npz', '--shard-size', '5GB'],
    ['-o', 'w.safetensors', '--shard-size', 'much'],
    ['-o', 'model.onnx'],
    ['--cast', 'int8'],
    ['--limit', 'tensors'],
    ['--limit', 'nodes=5'],
    ['--limit', 'headerBytes=99999999999'],
  ])('refuses %s %s %s %s before anything is read', async (...options) => {
    expect((await cli('weights', file('none.safetensors'), ...options.filter((each) => each !== undefined))).code).toBe(
      2,
    );
  });

  test('tells of a file that is none, in JSON too, and keeps limits', async () => {
    const bad = put('a.safetensors', 'AAAA');
    const { code, json, err } = await cli('weights', bad, '--json');
    expect([code, err.includes('CHECKPOINT_MALFORMED')]).toEqual([1, true]);
    expect(json()).toMatchObject([{ file: bad, errors: [{ code: 'CHECKPOINT_MALFORMED' }] }]);
    const limited = await cli('weights', put('b.safetensors', recorded.safetensors['names']), '--limit', 'tensors=3');
    expect([limited.code, limited.err.includes('CHECKPOINT_LIMIT')]).toEqual([1, true]);
  });
});
