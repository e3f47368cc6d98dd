// --weights: a checkpoint gives a model file its weights, by the rules that the file exports or a JSON file holds.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  const more = header.replace(/}$/, `,"old.extra":${tensor('[1]', 32, 36)}}`);
  put('extra.safetensors', safetensorsFile(more, new Uint8Array(36)));
  put('plain.ts', IMPORT + MODEL);
  const rules = "[['old.head.bias', 'bias'], ['old.head.weight', null]]";
  put('wide.ts', `${IMPORT}export const names = ${rules};\n${MODEL.replace('dense(2', 'dense(5')}`);
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
    expect(err).toContain('1 parameter from');
    expect(err).toMatch(/missing there: \S*weight/);
    expect(err).toContain('unexpected: old.head.weight');
  });

  test.each(['--partial', '--names', '--cast'])('refuses %s alone', async (option) => {
    const { code, err } = await compile('plain.ts', ...(option === '--partial' ? [option] : [option, 'model']));
    expect(code).toBe(2);
    expect(err).toContain(`${option} has no meaning without --weights`);
  });

  test.each(['[["a"]]', '[["/(/", ""]]', '[{ "to": "b" }]', '[3]', '{}', '[[1, "b"]]'])(
    'refuses %s as rules, and names the file',
    async (text) => {
      const rules = put('bad.json', text);
      const { code, err } = await compile('plain.ts', '--weights', file('head.safetensors'), '--names', rules);
      expect([code, err.includes('CLI_USAGE') && err.includes(rules)]).toEqual([1, true]);
    },
  );

  test('reads patterns only where a rule says what it is for', async () => {
    const rules = put('slashes.json', '[["/^old[.]head[.]/", "/head/"], {"from": ["/^.head.(.*)$/"], "to": "$1"}]');
    const { code, err } = await compile('plain.ts', '--weights', file('head.safetensors'), '--names', rules);
    expect([code, err]).toEqual([0, `2 parameters from ${file('head.safetensors')}`]);
  });

  test('takes several files of rules, one after the other', async () => {
    const [first, second] = [put('first.json', '[["old.", "new."]]'), put('second.json', '[["new.head.", ""]]')];
    const both = ['--names', first, '--names', second];
    expect((await compile('plain.ts', '--weights', file('head.safetensors'), ...both)).code).toBe(0);
  });

  test('converts element types with --cast', async () => {
    put(
      'half.ts',
      `${IMPORT}${MODEL.replace('export default model', 'const net = model')}export default net.cast('float16');\n`,
    );
    const args = ['--weights', file('head.safetensors'), '--names', put('rules.json', '[["old.head.", ""]]')];
    const refused = await compile('half.ts', ...args);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('hint: pass --cast model to convert the tensors, or --cast checkpoint');
    expect((await compile('half.ts', ...args, '--cast', 'model')).code).toBe(0);
    expect((await openCheckpoint(file('out.onnx'))).tensors.values().next().value?.dtype).toBe('float16');
    expect((await compile('half.ts', ...args, '--cast', 'halves')).code).toBe(2);
  });
});

describe('--names gguf', () => {
  const zoo = fileURLToPath(new URL('../../examples/zoo/llama.ts', import.meta.url));
  const sizes = '{ vocabulary: 32, width: 32, heads: 4, kvHeads: 2, hidden: 32, depth: 2 }';
  beforeAll(() => {
    const { llama } = JSON.parse(readFileSync(new URL('../fixtures/gguf/names.json', import.meta.url), 'utf8'));
    put('llama.gguf', Buffer.from(llama.files.Q8_0.base64, 'base64'));
    put(
      'llama.ts',
      `import { llama } from '${zoo}';\nexport { names } from '${zoo}';\nexport default llama(${sizes});\n`,
    );
    put('bare.ts', `import { llama } from '${zoo}';\nexport default llama(${sizes});\n`);
  });

  test("leads from llama.cpp's names to Hugging Face's, behind which the rules of the model file come", async () => {
    const { code, err } = await cli('summary', file('llama.ts'), '--weights', file('llama.gguf'), '--names', 'gguf');
    expect([code, err]).toEqual([0, `21 parameters from ${file('llama.gguf')}`]);
  });

  test('is what a hint says', async () => {
    const { code, err } = await cli('summary', file('llama.ts'), '--weights', file('llama.gguf'));
    expect(code).toBe(1);
    expect(err).toContain("hint: the names are llama.cpp's: pass --names gguf;");
  });

  test('goes before a file of rules', async () => {
    const rules = put('hf.json', '[["model.", ""], ["/self_attn[.](.)_proj/", "self_attn.$1"]]');
    const more = put(
      'attention.json',
      '[["/[.]q[.]/", ".query."], ["/[.]k[.]/", ".key."], ["/[.]v[.]/", ".value."], ["/[.]o[.]/", ".output."]]',
    );
    const names = ['--names', 'gguf', '--names', rules, '--names', more];
    expect((await cli('summary', file('bare.ts'), '--weights', file('llama.gguf'), ...names)).code).toBe(0);
  });

  test('serves dimwise weights too', async () => {
    const { code, out } = await cli('weights', file('llama.gguf'), '--names', 'gguf', '--cast', 'float16');
    expect(code).toBe(0);
    expect(out).toContain('model.layers.1.self_attn.q_proj.weight');
    expect((await cli('weights', file('head.safetensors'), '--names', 'gguf')).err).toContain('CHECKPOINT_UNSUPPORTED');
  });
});

describe('hints of a load', () => {
  test('speak of the command line where names begin otherwise', async () => {
    const { err } = await compile('plain.ts', '--weights', file('head.safetensors'));
    expect(err).toContain('give --names a file with [["old.head.", ""]], or export it from the model file as names');
    put(
      'deep.ts',
      `${IMPORT}${MODEL.replace("dense(2, { name: 'head' })", 'sequential(dense(2))').replace('dense,', '')}`.replace(
        '{ dense',
        '{ dense, sequential',
      ),
    );
    put('flat.json', '[["old.head.", ""]]');
    const turned = await compile('deep.ts', '--weights', file('head.safetensors'), '--names', file('flat.json'));
    expect(turned.err).toContain('give --names a file with [["/^/", "0."]]');
  });

  test('name --partial in place of options of load()', async () => {
    const rules = put('bias.json', '[["old.head.bias", "bias"], ["old.head.weight", "elsewhere"]]');
    const { err } = await compile('plain.ts', '--weights', file('head.safetensors'), '--names', rules);
    expect(err).toMatch(/CHECKPOINT_MISSING[^]*hint: .*--partial leaves such parameters to be drawn/);
    expect(err).toMatch(/CHECKPOINT_UNEXPECTED[^]*hint: .*pass over it with --partial/);
    expect(err).not.toContain('allow');
    const wide = await cli('summary', file('wide.ts'), '--weights', file('head.safetensors'));
    expect(wide.err).toMatch(/CHECKPOINT_MISMATCH[^]*hint: .*--partial passes over tensors of another shape/);
  });
});

/** What each command prints of sizes that only the checkpoint knows: the weight is [2, 3]. */
const COMMANDS: readonly (readonly [command: string, args: readonly string[], text: string])[] = [
  ['shapes', [], 'float32[2, 3]'],
  ['summary', [], '8 (8 trainable)'],
  ['contract', ['--bind', 'x=[batch,3]'], 'float32[batch, 3]'],
  ['cost', ['--bind', 'x=[batch,3]'], 'parameters'],
  ['explain', ['--bind', 'x=[batch,3]'], 'batch'],
  ['run', ['--input', 'x=random', '--bind', 'x=2x3', '--provider', 'cpu'], 'float32[2, 2]'],
  ['compile', ['-o', 'OUT', '--bind', 'x=[batch,3]'], 'float32[batch, 2]'],
];

describe.each(COMMANDS)('%s --weights', (command, args, text) => {
  const call = (model: string, weights: string, ...options: string[]) => {
    const given = args.map((each) => (each === 'OUT' ? file('out.onnx') : each));
    return cli(command, file(model), ...given, '--weights', file(weights), ...options);
  };

  test('prints what the checkpoint settles, and tells of the load', async () => {
    const { code, out, err } = await call('named.ts', 'head.safetensors');
    expect([code, err]).toEqual([0, `2 parameters from ${file('head.safetensors')}`]);
    expect(out).toContain(text);
  });

  test('reports the load as JSON', async () => {
    const { code, json, err } = await call('wide.ts', 'extra.safetensors', '--partial', '--json');
    expect([code, err]).toEqual([0, '']);
    expect(json()).toMatchObject([
      {
        weights: {
          file: file('extra.safetensors'),
          loaded: 0,
          missing: ['weight'],
          unexpected: ['old.extra'],
          mismatched: [{ path: 'bias', source: 'old.head.bias', expected: 'floats [5]', actual: 'float32[2]' }],
          ignored: ['old.head.weight'],
        },
      },
    ]);
  });

  test('refuses a batch that the checkpoint does not allow for', async () => {
    const more: Readonly<Record<string, readonly string[]>> = {
      compile: ['-o', file('out.onnx')],
      run: ['--input', 'x=random'],
    };
    const wrong = ['--bind', 'x=2x4', '--weights', file('head.safetensors')];
    const { code, err } = await cli(command, file('named.ts'), ...wrong, ...(more[command] ?? []));
    expect(code).toBe(1);
    expect(err).toMatch(/SHAPE_MISMATCH[^]*old.head.weight of .*head.safetensors/);
  });
});

describe('--weights for an .onnx file', () => {
  test.each(['shapes', 'contract', 'cost', 'explain', 'run'])('is refused by %s', async (command) => {
    await compile('named.ts', '--weights', file('head.safetensors'));
    const { code, err } = await cli(command, file('out.onnx'), '--weights', file('head.safetensors'));
    expect(code).toBe(1);
    expect(err).toContain('--weights is for model files');
  });
});
