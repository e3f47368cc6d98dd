// dimwise diff compares two files; its exit codes are those of diff(1).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { cli } from './capture.ts';

const TEXT = `<ir_version: 10, opset_import: ["" : 21]>
net (float[N, 2] x) => (float[N, 3] y)
<float[2, 3] w = {1, 2, 3, 4, 5, 6}>
{ h = Relu (x) y = MatMul (h, w) }
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-diff-'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), parseOnnx(text).encode());
  write('a.onnx', TEXT);
  write('same.onnx', TEXT.replaceAll('h', 'hidden').replaceAll('N', 'batch'));
  write('tanh.onnx', TEXT.replace('Relu', 'Tanh'));
  write('weights.onnx', TEXT.replace('6}', '6.00001}'));
  writeFileSync(join(folder, 'broken.onnx'), 'no model');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

describe('diff', () => {
  test('ends with 0 where two files have the same structure', async () => {
    const { code, out, err } = await cli('diff', file('a.onnx'), file('same.onnx'));
    expect({ code, out, err }).toEqual({ code: 0, out: 'no difference', err: '' });
  });

  test('names the file that is wrong where it is read late', async () => {
    const twice = parseOnnx(TEXT.replace('y = MatMul', 'h = Tanh (x) y = MatMul')).encode();
    writeFileSync(join(folder, 'twice.onnx'), twice);
    const { code, err } = await cli('diff', file('a.onnx'), file('twice.onnx'));
    expect(code).toBe(2);
    expect(err).toContain(`ONNX_MALFORMED: ${file('twice.onnx')}: value "h" is made twice`);
    const copy = await cli('annotate', file('twice.onnx'), '-o', file('copy.onnx'));
    expect(copy.err).toContain(`ONNX_MALFORMED: ${file('twice.onnx')}: value "h" is made twice`);
  });

  test('prints a line for each difference, a count, and ends with 1', async () => {
    const { code, out, err } = await cli('diff', file('a.onnx'), file('tanh.onnx'));
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.split('\n')).toEqual([
      `- ${file('a.onnx')}`,
      `+ ${file('tanh.onnx')}`,
      '~ node "h" (Relu) operator: Relu -> Tanh',
      '1 changed, 0 added, 0 removed',
    ]);
  });

  test('lets weights differ by --tolerance', async () => {
    expect((await cli('diff', file('a.onnx'), file('weights.onnx'))).code).toBe(1);
    expect((await cli('diff', file('a.onnx'), file('weights.onnx'), '--tolerance', '1e-5')).code).toBe(0);
  });

  test('prints one object as JSON', async () => {
    const { json } = await cli('diff', file('a.onnx'), file('tanh.onnx'), '--json');
    expect(json()).toEqual([
      {
        files: [file('a.onnx'), file('tanh.onnx')],
        differences: [
          {
            kind: 'changed',
            subject: 'node',
            place: 'node "h" (Relu)',
            detail: 'operator',
            before: 'Relu',
            after: 'Tanh',
          },
        ],
      },
    ]);
  });

  test('ends with 2 where a file cannot be read, naming it, and where an option is wrong', async () => {
    const broken = await cli('diff', file('a.onnx'), file('broken.onnx'));
    expect(broken.code).toBe(2);
    expect(broken.err).toContain(file('broken.onnx'));
    const wrong = await cli('diff', file('a.onnx'), file('a.onnx'), '--tolerance', 'much');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('--tolerance much');
  });

  test('takes equal weights for equal, inside of a file and beside it in another folder, and tells of others', async () => {
    const beside = join(folder, 'beside');
    mkdirSync(beside);
    for (const [name, last] of [
      ['large', 1],
      ['other', 2],
    ] as const) {
      const base = parseOnnx(TEXT.replace('N, 3', 'N, 512').replace(/<float.*>/, ''));
      const rawData = new Uint8Array(Float32Array.from({ length: 1024 }, (_, i) => (i < 1023 ? i : last)).buffer);
      const initializer = [{ name: 'w', dims: [2, 512], dataType: 1, rawData }];
      writeFileSync(file(`${name}.onnx`), base.with({ graph: { ...base.proto.graph, initializer } }).encode());
      const to = join(beside, `${name}.onnx`);
      const { json } = await cli('convert', file(`${name}.onnx`), '-o', to, '--external-data', 'always', '--json');
      expect(json()).toMatchObject([{ external: { bytes: 4096 } }]);
    }
    const same = await cli('diff', file('large.onnx'), join(beside, 'large.onnx'));
    expect(same).toMatchObject({ code: 0, out: 'no difference' });
    const other = await cli('diff', join(beside, 'large.onnx'), join(beside, 'other.onnx'));
    expect(other.code).toBe(1);
    expect(other.out).toContain('~ initializer "w" (float32[2, 512]) 1 of 1024 elements differ');
  });
});
