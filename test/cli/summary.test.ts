// dimwise summary prints the layers of model files: a table, one line of JSON, and what is wrong.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

describe('summary', () => {
  test('prints what an unbound model tells, with ? for the rest', async () => {
    const { code, out, err } = await cli('summary', file('mlp.ts'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n').filter(Boolean)).toEqual([
      file('mlp.ts'),
      '  layer           output  parameters  flops',
      '  -----------------------------------------',
      '  mlp sequential  [...]',
      '    0 dense       [...]            ?  ?',
      '    1 dense       [...]            ?  ?',
      '  -----------------------------------------',
      '  parameters: ? (11 known; 2 tensors wait for a batch)',
      '  flops: ?',
    ]);
  });

  test('binds as the options say, and gives JSON', async () => {
    const { code, json } = await cli('summary', file('mlp.ts'), '--bind', 'x=[batch,20]', '--json', '--depth', '0');
    const flops = { formula: '376*batch', value: null };
    expect(code).toBe(0);
    expect(json()).toEqual([
      {
        file: file('mlp.ts'),
        name: 'mlp',
        state: 'bound',
        layers: [
          {
            path: '',
            kind: 'sequential',
            depth: 0,
            outputs: ['float32[batch, 3]'],
            parameters: 195,
            trainable: 195,
            flops,
          },
        ],
        total: { parameters: 195, trainable: 195, frozen: 0, buffers: 0, bytes: 780, open: 0, flops },
      },
    ]);
  });

  test('one file that fails does not keep the others back', async () => {
    const { code, json, err } = await cli('summary', file('none.ts'), file('declared.ts'), '--json');
    expect(code).toBe(1);
    expect(json()).toEqual([
      { file: file('none.ts'), errors: [expect.objectContaining({ code: 'MODEL_LOAD' })] },
      expect.objectContaining({ file: file('declared.ts'), state: 'bound' }),
    ]);
    expect(err).toContain('none.ts');
  });

  test.each([
    [['--depth', '-1'], '--depth -1 is no whole number from 0 on'],
    [['--width', '20'], '--width 20 is no whole number from 60 on'],
  ])('refuses %j', async (options, message) => {
    const { code, err } = await cli('summary', file('mlp.ts'), ...options);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test('sends an .onnx file to dimwise cost', async () => {
    const { code, err } = await cli('summary', 'x.onnx');
    expect(code).toBe(2);
    expect(err).toContain('x.onnx has operators, no layers');
    expect(err).toContain('dimwise cost x.onnx --by path');
  });
});
