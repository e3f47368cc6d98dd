// A wrong command line does nothing, says what is wrong and exits with 2.
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../src/base/version.ts';
import { parseBindings } from '../../src/cli/bind-option.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { cli } from './capture.ts';

describe('runCli', () => {
  test.each<[string, readonly string[], string]>([
    ['a misspelt command', ['shpaes', 'x.ts'], 'did you mean shapes?'],
    ['a misspelt option', ['shapes', 'x.ts', '--jsn'], 'did you mean --json?'],
    ['no file', ['shapes'], "missing required argument 'file'"],
    ['two files for compile', ['compile', 'a.ts', 'b.ts', '-o', 'c.onnx'], 'too many arguments'],
    ['no output', ['compile', 'x.ts'], "required option '-o, --output <file>'"],
    ['an output of another kind', ['compile', 'x.ts', '-o', 'x.bin'], '-o x.bin must end in .onnx'],
    ['an .onnx file to compile', ['compile', 'x.onnx', '-o', 'y.onnx'], 'x.onnx is compiled already'],
    ['a file of no known kind', ['run', 'x.txt'], 'x.txt is of no kind that dimwise knows: .txt'],
    ['an unknown target', ['compile', 'x.ts', '-o', 'x.onnx', '--target', 'ort@9.9'], 'there is no target "ort@9.9"'],
    ['a seed that is no number', ['compile', 'x.ts', '-o', 'x.onnx', '--seed', 'one'], '--seed one is no integer'],
    ['a seed that is too large', ['compile', 'x.ts', '-o', 'x.onnx', '--seed', `${2n ** 64n}`], 'is no integer from 0'],
    [
      'unknown placement',
      ['compile', 'x.ts', '-o', 'x.onnx', '--external-data', 'beside'],
      '--external-data beside is unknown',
    ],
    ['a shape that cannot be read', ['shapes', 'x.ts', '--bind', 'x=2,20'], '--bind x=2,20 is no shape'],
    ['a size that cannot be read', ['shapes', 'x.ts', '--bind', 'x=[2,2**3]'], 'DIM_SYNTAX'],
    ['an unknown element type', ['shapes', 'x.ts', '--bind', 'x=flaot32[2]'], 'did you mean float32?'],
    ['one input bound twice', ['shapes', 'x.ts', '--bind', 'x=2', '--bind', 'x=3'], 'names "x" twice'],
    ['one input fed twice', ['run', 'x.onnx', '--input', 'x=random', '--input', 'x=random'], 'names input "x" twice'],
    [
      'a feed without a name among several',
      ['run', 'x.onnx', '--input', 'random', '--input', 'x=random'],
      'there are several --input',
    ],
    ['an unknown provider', ['run', 'x.onnx', '--provider', 'cudaa'], 'did you mean cuda?'],
    ['a feed of no known kind', ['run', 'x.onnx', '--input', 'x=a.csv'], '--input x=a.csv is no feed'],
    ['an option without its value', ['shapes', 'x.ts', '--bind'], "option '--bind <shape>' argument missing"],
  ])('refuses %s', async (_, args, fact) => {
    const { code, out, err } = await cli(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(fact);
    expect(err).toMatch(/^(CLI_USAGE|EMIT_TARGET|DIM_SYNTAX): /);
  });

  test('prints the help where there is no command', async () => {
    const { code, err } = await cli();
    expect(code).toBe(2);
    expect(err).toContain('Usage: dimwise');
  });

  test('prints help and version to the results', async () => {
    const help = await cli('--help');
    expect(help.code).toBe(0);
    for (const { name, description } of COMMANDS) expect(help.out).toMatch(new RegExp(`${name} .*${description}`));
    expect(await cli('--version')).toMatchObject({ code: 0, out: VERSION });
  });

  test.each(COMMANDS.map(({ name }) => name))('prints the help of %s with an example', async (name) => {
    const { code, out } = await cli(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Example: dimwise ${name} `);
  });
});

describe('parseBindings', () => {
  test.each([
    ['x=2x20', { name: 'x', dtype: undefined, sizes: [2, 20] }],
    ['x=7', { name: 'x', dtype: undefined, sizes: [7] }],
    ['x=[]', { name: 'x', dtype: undefined, sizes: [] }],
    ['x=[batch, 20]', { name: 'x', dtype: undefined, sizes: ['batch', 20] }],
    ['x=[min(a, b),2*n]', { name: 'x', dtype: undefined, sizes: ['min(a, b)', '2*n'] }],
    ['ids=int64[batch,seq]', { name: 'ids', dtype: 'int64', sizes: ['batch', 'seq'] }],
    ['2x3', { name: undefined, dtype: undefined, sizes: [2, 3] }],
    ['layer.0/x:0=[n]', { name: 'layer.0/x:0', dtype: undefined, sizes: ['n'] }],
  ])('reads %s', (text, binding) => {
    expect(parseBindings([text])).toEqual([binding]);
  });
});
