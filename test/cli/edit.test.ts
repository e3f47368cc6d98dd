// dimwise edit and dimwise join write edited copies of .onnx files.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { writeGraph } from '../../src/node/write-model.ts';
import { modelOf } from '../onnx/edit/helpers.ts';
import { mlpGraph } from '../onnx/sample-graphs.ts';
import { cli } from './capture.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-edit-'));
  writeFileSync(
    file('a.onnx'),
    modelOf(
      'a (float[n, 4] x, float[n, 4] z) => (float[n, 4] y, float[n, 4] s) { h = Relu(x) y = Neg(h) s = Abs(z) }',
    ).encode(),
  );
  writeFileSync(file('b.onnx'), modelOf('b (float[m, 4] u) => (float[m, 4] y) { y = Exp(u) }').encode());
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const graphOf = (name: string) => decodeModel(readFileSync(file(name))).graph ?? {};
const namesOf = (list: readonly { readonly name?: string | undefined }[] = []) => list.map(({ name }) => name);

describe('edit', () => {
  test('does the steps in the order of the command line', async () => {
    const { code, json } = await cli(
      'edit',
      file('a.onnx'),
      '-o',
      file('o.onnx'),
      '--rename',
      'y=out,x=in',
      '--drop-output',
      's',
      '--add-output',
      'h',
      '--prune',
      '--rename',
      'h=hidden',
      '--json',
    );
    expect(code).toBe(0);
    expect(json()).toMatchObject([{ output: file('o.onnx'), nodes: { before: 3, after: 2 } }]);
    const graph = graphOf('o.onnx');
    expect([namesOf(graph.input), namesOf(graph.output)]).toEqual([
      ['in', 'z'],
      ['out', 'hidden'],
    ]);
  });

  test('cuts, replaces an operator, and changes the batch', async () => {
    const { out } = await cli(
      'edit',
      file('a.onnx'),
      '-o',
      file('o.onnx'),
      '--extract',
      'h:y',
      '--replace',
      'y=Exp',
      '--batch',
      '3',
      '--metadata',
      'by=me',
    );
    expect(out).toContain('float32[3, 4]');
    const graph = graphOf('o.onnx');
    expect(graph.node?.map(({ opType }) => opType)).toEqual(['Exp']);
    expect(decodeModel(readFileSync(file('o.onnx'))).metadataProps).toEqual([{ key: 'by', value: 'me' }]);
  });

  test('keeps weights beside the model', async () => {
    await writeGraph(file('w.onnx'), mlpGraph(300), { externalData: 'external' });
    expect((await cli('edit', file('w.onnx'), '-o', file('o.onnx'), '--rename', 'y=out')).code).toBe(0);
    const x = new Tensor('float32', new Float32Array(40).fill(0.5), [2, 20]);
    const run = async (name: string) => (await InferenceSession.create(file(name))).run({ x });
    expect((await run('o.onnx'))['out']?.data).toEqual((await run('w.onnx'))['y']?.data);
  });

  test.each([
    { args: [], says: 'something to do' },
    { args: ['--rename', 'x'], says: '--rename x is no pair' },
    { args: ['--extract', 'x'], says: 'is no cut' },
    { args: ['--metadata', 'x'], says: 'is no pair' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, err } = await cli('edit', file('a.onnx'), '-o', file('o.onnx'), ...args);
    expect([code, err.includes(says)]).toEqual([2, true]);
  });

  test('names what a step cannot find', async () => {
    const { code, json } = await cli('edit', file('a.onnx'), '-o', file('o.onnx'), '--drop-output', 'yy', '--json');
    expect([code, json()]).toMatchObject([1, [{ errors: [{ code: 'VALUE_UNKNOWN', hint: 'did you mean y?' }] }]]);
  });
});

describe('join', () => {
  test('writes one model of two', async () => {
    const { code, out } = await cli(
      'join',
      file('a.onnx'),
      file('b.onnx'),
      '-o',
      file('o.onnx'),
      '--connect',
      'u=y',
      '--prefix',
      'b_',
      '--keep-output',
      'y',
    );
    expect([code, out.includes('b_y')]).toEqual([0, true]);
    const graph = graphOf('o.onnx');
    expect([namesOf(graph.input), namesOf(graph.output)]).toEqual([
      ['x', 'z'],
      ['y', 's', 'b_y'],
    ]);
  });

  test.each([
    { args: [], code: 2, says: 'needs a connection' },
    { args: ['--connect', 'u'], code: 2, says: 'is no pair' },
    { args: ['--connect', 'w=y'], code: 1, says: 'no input "w"' },
    { args: ['--connect', 'u=h'], code: 1, says: 'give a prefix' },
  ])('refuses $args', async ({ args, code, says }) => {
    const result = await cli('join', file('a.onnx'), file('b.onnx'), '-o', file('o.onnx'), ...args);
    expect([result.code, result.err.includes(says)]).toEqual([code, true]);
  });

  test('names a file that is not there', async () => {
    const { code, json } = await cli(
      'join',
      file('a.onnx'),
      file('c.onnx'),
      '-o',
      file('o.onnx'),
      '--connect',
      'u=y',
      '--json',
    );
    expect([code, json()]).toMatchObject([1, [{ file: file('c.onnx'), errors: [{ code: 'FILE_READ' }] }]]);
  });
});
