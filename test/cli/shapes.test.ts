// dimwise shapes prints every shape of model files and .onnx files, and goes on where one fails.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const fixture = (name: string): string => new URL(`../fixtures/onnx/${name}`, import.meta.url).pathname;

const float = (...shape: readonly (number | string | null)[]) => ({ kind: 'tensor', dtype: 'float32', shape });

describe('shapes --json', () => {
  test('prints one object with every member', async () => {
    const { code, json, err } = await cli('shapes', file('mlp.ts'), '--bind', 'x=2x20', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(json()).toEqual([
      {
        file: file('mlp.ts'),
        inputs: { x: float('batch', 20) },
        outputs: { output: float('batch', 3) },
        values: { '0.Gemm': float('batch', 8), '0.Relu': float('batch', 8) },
        parameters: {
          '0.weight': { dtype: 'float32', shape: [8, 20], initializer: { kind: 'xavierUniform', gain: 1 } },
          '0.bias': { dtype: 'float32', shape: [8], initializer: { kind: 'zeros' } },
          '1.weight': { dtype: 'float32', shape: [3, 8], initializer: { kind: 'xavierUniform', gain: 1 } },
          '1.bias': { dtype: 'float32', shape: [3], initializer: { kind: 'zeros' } },
        },
        constraints: [],
        notes: [],
      },
    ]);
  });

  test('prints null for what only binding can settle', async () => {
    const [unbound] = (await cli('shapes', file('mlp.ts'), '--json')).json();
    expect(unbound).toMatchObject({
      inputs: { x: { kind: 'tensor', dtype: null, shape: null } },
      parameters: { '0.weight': { shape: [8, null] } },
    });
  });

  test('binds by the declaration alone where no size is open', async () => {
    const [declared] = (await cli('shapes', file('declared.ts'), '--json')).json();
    expect(declared).toMatchObject({
      outputs: { output: float('batch', 3) },
      parameters: { weight: { shape: [3, 4] } },
    });
  });

  test.each<[string, readonly string[], readonly (number | string)[]]>([
    ['keeps declared symbols', ['--bind', 'x=[2,4]'], ['batch', 3]],
    ['renames symbols', ['--bind', 'x=[rows,4]'], ['rows', 3]],
    ['keeps the numbers with --static', ['--bind', 'x=2x4', '--static'], [2, 3]],
    ['takes a shape without a name for the only input', ['--bind', '[b,4]'], ['b', 3]],
  ])('%s', async (_, options, shape) => {
    const [bound] = (await cli('shapes', file('declared.ts'), ...options, '--json')).json();
    expect(bound).toMatchObject({ outputs: { output: float(...shape) } });
  });

  test('lists sizes that depend on data; what holds of them by construction is no constraint', async () => {
    const [data] = (await cli('shapes', file('data.ts'), '--json')).json();
    expect(data).toMatchObject({
      outputs: { output: { kind: 'tensor', dtype: 'int64', shape: [2, 'found0'] } },
      constraints: [],
    });
  });

  test('names values of bodies as node/body/value', async () => {
    const [branch] = (await cli('shapes', file('branch.ts'), '--json')).json();
    expect(branch).toMatchObject({
      values: { 'If/then_branch/Relu': float('n', 4), 'If/else_branch/Exp': float('n', 4) },
    });
  });

  test('reports a file that fails with all its mistakes, and goes on', async () => {
    const { code, json, err } = await cli('shapes', file('wrong.ts'), file('declared.ts'), file('none.ts'), '--json');
    expect(code).toBe(1);
    const [wrong, declared, none] = json();
    expect(wrong).toMatchObject({
      file: file('wrong.ts'),
      errors: [
        { code: 'SHAPE_MISMATCH', origin: expect.stringContaining('wrong.ts:5:6'), expected: '20', actual: '3' },
        { code: 'ATTRIBUTE_INVALID', origin: expect.stringContaining('wrong.ts:6:13'), hint: expect.any(String) },
      ],
    });
    expect(declared).toMatchObject({ file: file('declared.ts'), outputs: { output: float('batch', 3) } });
    expect(none).toMatchObject({ errors: [{ code: 'MODEL_LOAD' }] });
    expect(err).toContain('SHAPE_MISMATCH: MatMul');
    expect(err).toContain('MODEL_LOAD');
  });

  test('names the file of every diagnostic where there are several', async () => {
    const files = [file('wrong.ts'), file('none.ts')];
    const { err } = await cli('shapes', ...files);
    const heads = err.split('\n').filter((line) => /[A-Z]+_[A-Z]+: /.test(line));
    expect(heads.map((line) => line.replace(/: [A-Z_]+: .*/, ''))).toEqual([files[0], files[0], files[1]]);
    expect((await cli('shapes', file('none.ts'))).err).toMatch(/^MODEL_LOAD: /);
  });

  test('keeps what a model file prints out of the results, and gives the console back', async () => {
    const before = globalThis.console;
    const { code, json, err } = await cli('shapes', file('loud.ts'), '--bind', 'x=2x4', '--json');
    expect(code).toBe(0);
    expect(json()).toMatchObject([{ outputs: { output: float('batch', 3) } }]);
    expect(err).toContain('loaded');
    expect(err).toContain('traced { a: 1 }');
    expect(globalThis.console).toBe(before);
  });

  test('asks for every input that --bind lacks', async () => {
    const { code, err } = await cli('shapes', file('three.ts'), '--bind', 'x0=[n,4]', '--json');
    expect(code).toBe(1);
    expect(err).toContain('BIND_INPUT_MISSING: --bind lacks inputs "x1", "x2"');
    expect(err).toMatch(/hint: add --bind "x1=\S+" --bind "x2=\S+"/);
  });

  test('tells the same of a model file and of the .onnx file that it becomes', async () => {
    for (const name of ['mlp', 'two', 'data', 'branch']) {
      const bind = name === 'mlp' ? ['--bind', 'x=2x20'] : [];
      await cli('compile', file(`${name}.ts`), '-o', file(`${name}.onnx`), ...bind);
      const [source] = (await cli('shapes', file(`${name}.ts`), ...bind, '--json')).json();
      const [written] = (await cli('shapes', file(`${name}.onnx`), '--json')).json();
      const { inputs, outputs, values, constraints } = Object(source);
      expect(written).toMatchObject({ inputs, outputs, values });
      expect(Object(written).constraints).toEqual(constraints);
    }
  });
});

describe('shapes of .onnx files', () => {
  test('reads what other tools wrote, their weights as parameters', async () => {
    const [described] = (await cli('shapes', fixture('mlp.onnx'), '--json')).json();
    expect(described).toMatchObject({
      inputs: { x: float('batch', 4) },
      outputs: { y: float('batch', 3) },
      values: { h: float('batch', 3), r: float('batch', 3) },
      parameters: { '0.weight': { dtype: 'float32', shape: [4, 3], initializer: null } },
    });
  });

  test('puts bound sizes in the place of symbols', async () => {
    await cli('compile', file('two.ts'), '-o', file('two.onnx'));
    const bind = ['--bind', 'ids=[b,3]', '--bind', 'more=[b,6]'];
    const [bound] = (await cli('shapes', file('two.onnx'), ...bind, '--json')).json();
    expect(bound).toMatchObject({ outputs: { output: { shape: ['b', 9] } } });
  });

  test.each([
    [['batch=3'], [3, '3*seq']],
    [['seq=4'], ['batch', 12]],
    [
      ['batch=B', 'seq=2*n'],
      ['B', '6*n'],
    ],
    [
      ['batch=seq', 'seq=batch'],
      ['seq', '3*batch'],
    ],
  ])('binds symbols by their names: %s', async (symbols, shape) => {
    const bind = symbols.flatMap((each) => ['--bind', each]);
    for (const ending of ['ts', 'onnx']) {
      await cli('compile', file('two.ts'), '-o', file('two.onnx'));
      const [bound] = (await cli('shapes', file(`two.${ending}`), ...bind, '--json')).json();
      expect(bound).toMatchObject({ outputs: { output: { shape } } });
    }
  });

  test.each([
    ['a symbol with two sizes', ['--bind', 'ids=2x3', '--bind', 'more=3x6'], 'BIND_MISMATCH', 'batch is 2 already'],
    [
      'an expression that is not met',
      ['--bind', 'ids=2x3', '--bind', 'more=2x7'],
      'SHAPE_MISMATCH|BIND_MISMATCH',
      '2*seq',
    ],
    ['another rank', ['--bind', 'ids=[2,3,4]'], 'RANK_MISMATCH', 'has 2 axes, the binding gives 3'],
    ['another type', ['--bind', 'ids=float32[2,3]'], 'DTYPE_MISMATCH', 'is int64, the binding says float32'],
    ['an unknown input', ['--bind', 'idx=2x3'], 'BIND_INPUT_UNKNOWN', 'did you mean "ids"?'],
    ['an unknown symbol', ['--bind', 'sequ=3'], 'BIND_SYMBOL_UNKNOWN', 'did you mean seq?'],
    ['a symbol against an input', ['--bind', 'batch=3', '--bind', 'ids=2x3'], 'BIND_MISMATCH', 'batch is 3 already'],
    ['a number for an input of two axes', ['--bind', 'ids=3'], 'RANK_MISMATCH', 'has 2 axes, the binding gives 1'],
    ['no name where there are two inputs', ['--bind', '2x3'], 'BIND_INPUT_UNKNOWN', 'the file has ids, more'],
  ])('refuses %s', async (_, bind, code, fact) => {
    await cli('compile', file('two.ts'), '-o', file('two.onnx'));
    const failed = await cli('shapes', file('two.onnx'), ...bind, '--json');
    expect(failed.code).toBe(1);
    const [{ errors }] = failed.json() as [{ errors: readonly { code: string }[] }];
    expect(errors[0]?.code).toMatch(new RegExp(`^(${code})$`));
    expect(failed.err).toContain(fact);
  });
});

describe('shapes for people', () => {
  test('prints a table for each file', async () => {
    const { out } = await cli('shapes', file('data.ts'));
    expect(out.replace(folder, '')).toBe(
      [
        '/data.ts',
        '          name    type',
        '  input   x       float32[n, 4]',
        '  value   Relu    float32[n, 4]',
        '  output  output  int64[2, found0]',
      ].join('\n'),
    );
  });

  test('prints what is assumed as a constraint of the run', async () => {
    await cli('compile', file('data.ts'), '-o', file('data.onnx'));
    const { out } = await cli('shapes', file('data.onnx'), '--assume', 'output=[2,k]', '--assume', 'Relu=[7,4]');
    expect(out.replace(folder, '')).toBe(
      [
        '/data.onnx',
        '          name    type',
        '  input   x       float32[7, 4]',
        '  value   Relu    float32[7, 4]',
        '  output  output  int64[2, k]',
        '  holds for',
        '    n == 7',
        '  notes',
        '    found0 == k: the file has another name for axis 1 of value "output"',
      ].join('\n'),
    );
  });
});

describe('a file whose weights are inputs too', () => {
  const WEIGHTS = Array.from({ length: 13 }, (_, i) => `w${i}`);
  const sum = (names: readonly string[]) => `<ir_version: 3, opset_import: ["" : 8]>
old (float[n, 4] x, ${names.map((name) => `float[4] ${name}`).join(', ')}) => (float[n, 4] y)
<${names.map((name) => `float[4] ${name} = {1, 2, 3, 4}`).join(', ')}> {
  y = Sum (x, ${names.join(', ')})
}`;
  beforeAll(() => {
    writeFileSync(file('few.onnx'), parseOnnx(sum(WEIGHTS.slice(0, 12))).encode());
    writeFileSync(file('many.onnx'), parseOnnx(sum(WEIGHTS)).encode());
  });
  const weights = (text: string) => text.split('\n').filter((line) => line.includes('parameter'));

  test('has its weights listed by shapes as long as there are few, or with --all', async () => {
    expect(weights((await cli('shapes', file('few.onnx'))).out)).toHaveLength(12);
    expect(weights((await cli('shapes', file('many.onnx'))).out)).toEqual([
      '  parameter  (13 weights; --all lists them)',
    ]);
    expect(weights((await cli('shapes', file('many.onnx'), '--all')).out)).toHaveLength(13);
  });

  test('has them marked in JSON', async () => {
    const [shapes] = (await cli('shapes', file('many.onnx'), '--json')).json();
    expect(shapes).toMatchObject({ inputs: { x: float('n', 4) }, parameters: { w12: { shape: [4], isInput: true } } });
    const [contract] = (await cli('contract', file('many.onnx'), '--json')).json();
    expect(contract).toMatchObject({ contract: { inputs: { x: { shape: ['n', 4] } } }, defaults: WEIGHTS });
  });

  test('has them counted by contract, and listed with --all', async () => {
    const { out } = await cli('contract', file('many.onnx'));
    expect(out).toContain('  input   x     float32[n, 4]\n  output  y     float32[n, 4]\n');
    expect(out).toContain('13 more inputs have a value in the file, so no feed is needed; --all lists them');
    expect(out).not.toContain('w3');
    expect((await cli('contract', file('many.onnx'), '--all')).out).toContain('\n    w3\n');
  });
});

describe('--assume', () => {
  test.each([
    ['a value that the file does not have', ['--assume', 'outptu=[2,k]'], 'VALUE_UNKNOWN', 'did you mean output?'],
    ['a contradiction', ['--assume', 'output=[3,k]'], 'SHAPE_MISMATCH', 'correct what is stated'],
    ['no name', ['--assume', '[3,k]'], 'CLI_USAGE', '--assume needs the name of a value'],
  ])('refuses %s', async (_, options, code, text) => {
    await cli('compile', file('data.ts'), '-o', file('data.onnx'));
    const { err, code: exit } = await cli('shapes', file('data.onnx'), ...options);
    expect([exit, err.slice(0, code.length)]).toEqual([1, code]);
    expect(err).toContain(text);
  });

  test('is for .onnx files: a model file states shapes itself', async () => {
    const { err, code } = await cli('shapes', file('data.ts'), '--assume', 'output=[2,k]');
    expect(code).toBe(1);
    expect(err).toContain('in a model file, call assumeShape(value, [...])');
  });
});

describe('hints for model files', () => {
  test.each([
    [
      'makes a model',
      `import { dense, model } from 'dimwise';\nexport default () => model(dense(3));`,
      'export the model itself',
    ],
    [
      'misspells an import',
      `import { dens, model } from 'dimwise';\nexport default model(dens(3));`,
      'did you mean dense?',
    ],
    [
      'makes a layer with new',
      `import { Dense, model } from 'dimwise';\nexport default model(new Dense(3));`,
      'did you mean dense?',
    ],
    [
      'lacks an import',
      `import { model } from 'dimwise';\nexport default model(dense(3));`,
      `import { dense } from 'dimwise'`,
    ],
    ['throws', `throw new Error('no');`, 'correct the line that throws'],
    ['does not parse', 'export default {\n', 'correct the syntax'],
    ['exports nothing', 'export const a = 1;', 'export default model(...)'],
  ])('fit a file that %s', async (_, source, hint) => {
    writeFileSync(file('hint.ts'), source);
    const [failed] = (await cli('shapes', file('hint.ts'), '--json')).json();
    expect(failed).toMatchObject({ errors: [{ code: 'MODEL_LOAD', hint: expect.stringContaining(hint) }] });
  });
});
