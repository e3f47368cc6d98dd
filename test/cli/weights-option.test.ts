// dimwise compile --weights: a checkpoint gives a model file its weights, by the rules that the file exports or a JSON file holds.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { bytesOf, safetensorsFile } from '../weights/recorded.ts';
import { cli } from './capture.ts';

let folder = '';
const file = (name: string): string => join(folder, name);
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(file(name), content);
  return file(name);
};
const MODEL =
  "export default model(dense(2, { name: 'head' }), { inputs: { x: tensor('float32', ['batch', '?']) } });\n";
const IMPORT = "import { dense, model, tensor } from 'dimwise';\n";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-weights-option-'));
  const tensor = (shape: string, from: number, to: number): string =>
    `{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;
  const header = `{"old.head.weight":${tensor('[2,3]', 0, 24)},"old.head.bias":${tensor('[2]', 24, 32)}}`;
  put('head.safetensors', safetensorsFile(header, new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer)));
  put('plain.ts', IMPORT + MODEL);
  put('named.ts', `${IMPORT}export const names = [['old.head.', '']];\n${MODEL}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compile = (model: string, ...options: string[]) =>
  cli('compile', file(model), '-o', file('out.onnx'), '--bind', 'x=[batch,3]', ...options);

/** The elements of the weights that were written, in any order of tensors. */
async function written(): Promise<number[]> {
  const { tensors } = await openCheckpoint(file('out.onnx'));
  return [...tensors.values()].flatMap((data) => [...new Float32Array(bytesOf(data).slice().buffer)]).sort();
}

describe('compile --weights', () => {
  test('takes the rules that the model file exports', async () => {
    const { code, err } = await compile('named.ts', '--weights', file('head.safetensors'));
    expect({ code, err }).toEqual({ code: 0, err: `2 parameters from ${file('head.safetensors')}` });
    expect(await written()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('takes rules of a JSON file, patterns between slashes', async () => {
    const rules = put('rules.json', '[["/^old[.]head[.]/", ""]]');
    const { code } = await compile('plain.ts', '--weights', file('head.safetensors'), '--names', rules);
    expect(code).toBe(0);
    expect(await written()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('refuses names that do not fit, and writes nothing', async () => {
    rmSync(file('out.onnx'), { force: true });
    const { code, err } = await compile('plain.ts', '--weights', file('head.safetensors'));
    expect(code).toBe(1);
    expect(err).toContain('CHECKPOINT_MISSING');
    expect(() => readFileSync(file('out.onnx'))).toThrow('ENOENT');
  });

  test('takes what fits with --partial, and tells the rest', async () => {
    const rules = put('bias.json', '[["old.head.bias", "bias"]]');
    const { code, err } = await compile(
      'plain.ts',
      '--weights',
      file('head.safetensors'),
      '--names',
      rules,
      '--partial',
    );
    expect(code).toBe(0);
    expect(err).toContain('1 parameters from');
    expect(err).toMatch(/missing there: \S*weight/);
    expect(err).toContain('unexpected: old.head.weight');
  });

  test.each(['--partial', '--names'])('refuses %s alone', async (option) => {
    const { code, err } = await compile('plain.ts', ...(option === '--names' ? [option, 'rules.json'] : [option]));
    expect(code).toBe(2);
    expect(err).toContain(`${option} has no meaning without --weights`);
  });
});
