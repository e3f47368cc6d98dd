// dimwise bind, annotate and contract: copies of .onnx files, what valid feeds meet, and what is wrong with a call.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = writeModelFiles();
  for (const name of ['two', 'data', 'constrained'])
    await cli('compile', file(`${name}.ts`), '-o', file(`${name}.onnx`));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shapesOf = async (name: string) => Object((await cli('shapes', file(name), '--json')).json()[0]);

describe('dimwise bind', () => {
  test('writes a copy for the sizes, and tells its inputs and outputs', async () => {
    const { code, out, err } = await cli(
      'bind',
      file('two.onnx'),
      '-o',
      file('bound.onnx'),
      '--bind',
      'batch=2',
      '--bind',
      'seq=3',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.replace(folder, '')).toMatch(
      /output {2}output {2}int64\[2, 9\]\nwritten: \/bound.onnx, 1 nodes, \d+ bytes$/,
    );
    expect((await shapesOf('bound.onnx')).outputs).toEqual({
      output: { kind: 'tensor', dtype: 'int64', shape: [2, 9] },
    });
  });

  test.each<[readonly string[], readonly (number | string)[]]>([
    [
      ['--bind', 'seq=2*n'],
      ['batch', '6*n'],
    ],
    [
      ['--bind', 'ids=[b,3]'],
      ['b', 9],
    ],
    [
      ['--bind', 'ids=2x3', '--no-fold'],
      [2, 9],
    ],
    [
      ['--bind', 'batch=B', '--bind', 'ids=[B,k]'],
      ['B', '3*k'],
    ],
  ])('takes %s', async (bind, shape) => {
    const { code, json } = await cli('bind', file('two.onnx'), '-o', file('some.onnx'), ...bind, '--json');
    expect(code).toBe(0);
    expect(json()).toMatchObject([
      { file: file('two.onnx'), output: file('some.onnx'), nodes: { before: 1, after: 1 } },
    ]);
    expect((await shapesOf('some.onnx')).outputs.output.shape).toEqual(shape);
  });

  test.each<[string, readonly string[], number, string]>([
    ['no sizes', [], 2, 'bind needs sizes to bind'],
    ['a symbol that is not there', ['--bind', 'bach=2'], 1, 'did you mean batch?'],
    ['one symbol twice', ['--bind', 'batch=2', '--bind', 'batch=3'], 2, 'names "batch" twice'],
  ])('refuses %s and writes nothing', async (_, bind, code, fact) => {
    const failed = await cli('bind', file('two.onnx'), '-o', file('never.onnx'), ...bind);
    expect(failed.code).toBe(code);
    expect(failed.err).toContain(fact);
    expect(existsSync(file('never.onnx'))).toBe(false);
  });

  test('is for .onnx files', async () => {
    const { code, err } = await cli('bind', file('two.ts'), '-o', file('never.onnx'), '--bind', 'batch=2');
    expect([code, err]).toEqual([2, expect.stringContaining('two.ts is no .onnx file')]);
  });
});

describe('dimwise annotate', () => {
  test('writes a copy with a contract, or without', async () => {
    for (const [option, has] of [
      ['--json', true],
      ['--no-contract', false],
    ] as const) {
      const bare = (await openOnnx(file('data.onnx'))).with({ metadataProps: [] });
      const { saveOnnx } = await import('../../src/node/save-onnx.ts');
      await saveOnnx(bare, file('bare.onnx'));
      expect((await cli('annotate', file('bare.onnx'), '-o', file('full.onnx'), option)).code).toBe(0);
      const { proto } = await openOnnx(file('full.onnx'));
      expect(proto.graph?.valueInfo?.map(({ name }) => name)).toEqual(['Relu']);
      expect((proto.metadataProps ?? []).length > 0).toBe(has);
    }
  });
});

describe('dimwise contract', () => {
  test('prints inputs, outputs, symbols, constraints and who asks for them', async () => {
    const { out } = await cli('contract', file('constrained.onnx'));
    const lines = out.replace(folder, '').split('\n');
    // A file that dimwise wrote has the layer that asked, and the node.
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.slice(0, 11)).toEqual([
      '/constrained.onnx',
      '          name    type',
      '  input   x       float32[n, c, h]',
      '  output  output  float32[n, c, h - 2]',
      '  symbols',
      '    n >= 1',
      '    c >= 1',
      '    h >= 3',
      '  holds for',
      '    h >= 3',
      expect.stringContaining('asked for by '),
    ]);
  });

  test.each(['constrained.ts', 'constrained.onnx'])('tells the shapes that come out of %s', async (name) => {
    const told = await cli('contract', file(name), '--feed', 'x=2x3x9');
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out).toMatch(/output +float32\[2, 3, 7\]$/);
    const [json] = (await cli('contract', file(name), '--feed', '2x3x9', '--json')).json();
    expect(json).toMatchObject({ mistakes: [], outputShapes: { output: [2, 3, 7] } });
  });

  test('tells what is wrong with feeds', async () => {
    const { code, err } = await cli('contract', file('constrained.onnx'), '--feed', 'x=2x3x2');
    expect(code).toBe(1);
    expect(err).toContain('FEED_MISMATCH: the model takes h >= 3; h is 2 by input "x" axis 2');
    const { json } = await cli('contract', file('constrained.onnx'), '--feed', 'x=int64[2,3,9]', '--json');
    expect(json()).toMatchObject([{ mistakes: [{ code: 'FEED_MISMATCH', expected: 'float32' }], outputShapes: null }]);
  });

  test('takes numbers only', async () => {
    const { code, err } = await cli('contract', file('constrained.onnx'), '--feed', 'x=[n,3,9]');
    expect([code, err]).toEqual([2, expect.stringContaining('its sizes are numbers')]);
  });
});

describe('dimwise run', () => {
  test.each(['two.ts', 'two.onnx'])('draws the sizes of %s that symbols are bound to', async (name) => {
    const feeds = ['--input', 'ids=random', '--input', 'more=random'];
    const { code, json, err } = await cli(
      'run',
      file(name),
      ...feeds,
      '--bind',
      'batch=2',
      '--bind',
      'seq=3',
      '--provider',
      'cpu',
      '--json',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(json()).toMatchObject([{ outputs: { output: { shape: [2, 9] } } }]);
  });

  test('refuses names and expressions for a file', async () => {
    const feeds = ['run', file('two.onnx'), '--input', 'ids=random', '--input', 'more=random', '--provider', 'cpu'];
    expect((await cli(...feeds, '--bind', 'bach=2')).err).toContain(
      'BIND_SYMBOL_UNKNOWN: no input has a symbol "bach"',
    );
    expect((await cli(...feeds, '--bind', 'seq=2*n')).err).toContain('a run needs a number');
  });
});
