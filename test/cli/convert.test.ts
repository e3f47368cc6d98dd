// dimwise convert writes models as text, reads them back, and moves weights.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { writeGraph } from '../../src/node/write-model.ts';
import { mlpGraph } from '../onnx/sample-graphs.ts';
import { cli } from './capture.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-convert-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

async function outputOf(path: string): Promise<unknown> {
  const x = new Tensor('float32', new Float32Array(40).fill(0.5), [2, 20]);
  return (await (await InferenceSession.create(path)).run({ x }))['y']?.data;
}

describe('convert', () => {
  test('writes text, and a model from it that runs to the same numbers', async () => {
    await writeGraph(file('a.onnx'), mlpGraph());
    const there = await cli('convert', file('a.onnx'), '-o', file('a.onnxtxt'));
    expect(there).toMatchObject({ code: 0, out: expect.stringContaining('a.onnxtxt') });
    expect(readFileSync(file('a.onnxtxt'), 'utf8')).toContain('ir_version: 10');
    expect((await cli('convert', file('a.onnxtxt'), '-o', file('b.onnx'))).code).toBe(0);
    expect(await outputOf(file('b.onnx'))).toEqual(await outputOf(file('a.onnx')));
  });

  test('says what the text cannot, and lists it in JSON', async () => {
    const graph = { name: 'g', docString: 'd', node: [{ docString: 'e' }] };
    writeFileSync(file('a.onnx'), encodeModel({ irVersion: 10, graph }));
    const { code, err } = await cli('convert', file('a.onnx'), '-o', file('a.onnxtxt'));
    expect([code, err.includes('TEXT_LOSSY'), err.includes('graph.node[0].doc_string and 1 more')]).toEqual([
      0,
      true,
      true,
    ]);
    const { json } = await cli('convert', file('a.onnx'), '-o', file('a.onnxtxt'), '--json');
    expect(json()).toMatchObject([
      { output: file('a.onnxtxt'), lost: ['graph.node[0].doc_string', 'graph.doc_string'] },
    ]);
  });

  test('moves weights beside the model and back inside', async () => {
    await writeGraph(file('a.onnx'), mlpGraph(300));
    const { json } = await cli('convert', file('a.onnx'), '-o', file('b.onnx'), '--external-data', 'always', '--json');
    expect(json()).toMatchObject([{ external: { bytes: 25_200 }, lost: [] }]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.data'))).toHaveLength(1);
    await cli('convert', file('b.onnx'), '-o', file('c.onnx'), '--external-data', 'never');
    const weights = (name: string) => decodeModel(readFileSync(file(name))).graph?.initializer?.map((t) => t.rawData);
    expect(weights('c.onnx')).toEqual(weights('a.onnx'));
    expect(await outputOf(file('b.onnx'))).toEqual(await outputOf(file('a.onnx')));
  });

  test('keeps references in text, and finds the weights beside it', async () => {
    await writeGraph(file('a.onnx'), mlpGraph(300), { externalData: 'external' });
    await cli('convert', file('a.onnx'), '-o', file('a.onnxtxt'));
    await cli('convert', file('a.onnxtxt'), '-o', file('b.onnx'), '--external-data', 'never');
    expect(await outputOf(file('b.onnx'))).toEqual(await outputOf(file('a.onnx')));
  });

  test.each([
    { args: ['a.onnx', '-o', 'a.txt'], says: 'a.txt is neither' },
    { args: ['a.ts', '-o', 'a.onnx'], says: 'a.ts is neither' },
    { args: ['a.onnx', '-o', 'a.onnxtxt', '--external-data', 'always'], says: 'has no meaning' },
    { args: ['a.onnx', '-o', 'b.onnx', '--external-data', 'some'], says: '--external-data some is unknown' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, err } = await cli('convert', ...args);
    expect([code, err.includes(says)]).toEqual([2, true]);
  });

  test.each([
    { name: 'bad.onnxtxt', content: 'g (x => y', code: 'GRAPH_TEXT_SYNTAX' },
    { name: 'bad.onnxtxt', content: Uint8Array.of(0xff), code: 'GRAPH_TEXT_SYNTAX' },
    { name: 'bad.onnx', content: 'no model', code: 'ONNX_MALFORMED' },
  ])('names a bad file $name: $code', async ({ name, content, code }) => {
    writeFileSync(file(name), content);
    const result = await cli('convert', file(name), '-o', file('out.onnx'), '--json');
    expect(result.code).toBe(1);
    expect(result.json()).toMatchObject([{ errors: [{ code, message: expect.stringContaining(name) }] }]);
    expect(readdirSync(folder)).toEqual([name]);
  });
});
