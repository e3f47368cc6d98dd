// dimwise compile writes .onnx files that ONNX Runtime runs.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

const compileMlp = (output: string, ...options: string[]) =>
  cli('compile', file('mlp.ts'), '-o', file(output), '--bind', 'x=2x20', ...options);

describe('compile', () => {
  test('writes a model that ONNX Runtime runs, and says what it wrote', async () => {
    const { code, out, err } = await compileMlp('mlp.onnx');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('input   x       float32[batch, 20]');
    expect(out).toContain('output  output  float32[batch, 3]');
    const session = await InferenceSession.create(file('mlp.onnx'));
    const { output } = await session.run({ x: new Tensor('float32', new Float32Array(60), [3, 20]) });
    expect(output?.dims).toEqual([3, 3]);
    await session.release();
  });

  test('writes the same bytes for the same seed only', async () => {
    for (const [name, seed] of [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ])
      await compileMlp(`${name}.onnx`, '--seed', seed ?? '');
    const [a, b, c] = ['a', 'b', 'c'].map((name) => readFileSync(file(`${name}.onnx`)));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  test('writes the same bytes with any number of threads', async () => {
    for (const threads of ['1', '3']) await compileMlp(`threads${threads}.onnx`, '--threads', threads);
    expect(readFileSync(file('threads3.onnx'))).toEqual(readFileSync(file('threads1.onnx')));
  });

  test.each(['0', '17', 'two', '1.5'])('refuses --threads %s', async (threads) => {
    const { code, err } = await compileMlp('never.onnx', '--threads', threads);
    expect(code).toBe(2);
    expect(err).toContain(`--threads ${threads} is no whole number from 1 to 16`);
    expect(existsSync(file('never.onnx'))).toBe(false);
  });

  test('prints nothing with --quiet', async () => {
    const { code, out, err } = await compileMlp('quiet.onnx', '--quiet');
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' });
    expect(existsSync(file('quiet.onnx'))).toBe(true);
  });

  test('keeps the numbers of the batch with --static', async () => {
    await compileMlp('static.onnx', '--static');
    const { graph } = decodeModel(readFileSync(file('static.onnx')));
    expect(graph?.input?.[0]?.type?.tensorType?.shape?.dim).toMatchObject([{ dimValue: 2 }, { dimValue: 20 }]);
  });

  test('prints one line of JSON', async () => {
    const [written] = (await compileMlp('json.onnx', '--json', '--target', 'ort@1.22/cpu')).json();
    const bytes = readFileSync(file('json.onnx')).length;
    expect(written).toEqual({
      file: file('mlp.ts'),
      output: file('json.onnx'),
      bytes,
      external: null,
      target: 'ort@1.22/cpu',
    });
  });

  test.each([
    ['always', 1],
    ['never', 0],
    ['auto', 0],
    ['100', 1],
    ['1000000', 0],
  ])('writes weights beside the model as --external-data %s says', async (where, files) => {
    const name = `ext-${where}`;
    // A weight is written beside the model from 1024 bytes on.
    const wide = `import { dense, model } from 'dimwise';\nexport default model(dense(300));\n`;
    writeFileSync(file('wide.ts'), wide);
    const options = ['--bind', 'x=2x20', '--external-data', where];
    expect((await cli('compile', file('wide.ts'), '-o', file(`${name}.onnx`), ...options)).code).toBe(0);
    expect(readdirSync(folder).filter((each) => each.startsWith(`${name}.`) && each.endsWith('.data'))).toHaveLength(
      files,
    );
  });

  test('leaves the old file where it fails', async () => {
    await compileMlp('old.onnx');
    const before = readFileSync(file('old.onnx'));
    const failed = await cli('compile', file('mlp.ts'), '-o', file('old.onnx'));
    expect(failed.code).toBe(1);
    expect(readFileSync(file('old.onnx'))).toEqual(before);
  });

  test.each<[string, readonly string[], string, readonly string[]]>([
    ['sizes that nothing binds', ['mlp.ts'], 'NOT_BOUND', ['input "x"', '--bind "x=[batch,20]"']],
    [
      'an input that the model does not have',
      ['mlp.ts', '--bind', 'y=2x20'],
      'BIND_INPUT_UNKNOWN',
      ['"y"', 'it has "x"'],
    ],
    [
      'a size that the declaration contradicts',
      ['declared.ts', '--bind', 'x=2x5'],
      'BIND_MISMATCH',
      ['declared as 4', 'brings 5'],
    ],
    ['another rank', ['declared.ts', '--bind', 'x=4'], 'RANK_MISMATCH', ['2 axes', 'brings 1']],
    ['an input that is left out', ['two.ts', '--bind', 'ids=2x3'], 'BIND_INPUT_MISSING', ['"more"']],
    [
      'a symbol with two sizes',
      ['two.ts', '--bind', 'ids=2x3', '--bind', 'more=3x6'],
      'BIND_MISMATCH',
      ['symbol batch is 2', '3'],
    ],
    ['mistakes of the definition', ['wrong.ts'], 'SHAPE_MISMATCH', ['wrong.ts:5:6', 'ATTRIBUTE_INVALID']],
    ['a file without a model', ['none.ts'], 'MODEL_LOAD', ['exports nothing', 'export default model(...)']],
    ['a file that does not parse', ['syntax.ts'], 'MODEL_LOAD', ['Unexpected token', 'syntax.ts:2:6']],
    ['a file that is not there', ['nope.ts'], 'FILE_READ', ['no such file']],
  ])('fails on %s', async (_, [name = '', ...options], code, facts) => {
    const failed = await cli('compile', file(name), '-o', file('never.onnx'), ...options);
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(new RegExp(`^${code}: `));
    for (const fact of facts) expect(failed.err).toContain(fact);
    expect(existsSync(file('never.onnx'))).toBe(false);
  });

  test('fails where the folder of the output is not there', async () => {
    const failed = await compileMlp('no-folder/mlp.onnx');
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/^FILE_WRITE: .*no-folder\/mlp\.onnx cannot be written/);
  });

  test('prints mistakes as JSON too', async () => {
    const failed = await cli('compile', file('none.ts'), '-o', file('never.onnx'), '--json');
    expect(failed.json()).toMatchObject([
      { file: file('none.ts'), errors: [{ code: 'MODEL_LOAD', origin: file('none.ts') }] },
    ]);
  });
});
