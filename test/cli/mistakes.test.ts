// Mistakes of a command line: each names the thing, has its exit code, and shows no stack.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(async () => {
  folder = writeModelFiles();
  const own = (name: string) => join(folder, name);
  const { code } = await cli('compile', own('declared.ts'), '-o', own('good.onnx'), '--seed', '1');
  expect(code).toBe(0);
  for (const name of ['folder.onnx', 'folder.ts']) mkdirSync(own(name));
  for (const name of ['empty.onnx', 'empty.ts']) writeFileSync(own(name), '');
  writeFileSync(own('cut.onnx'), readFileSync(own('good.onnx')).subarray(0, 150));
  writeFileSync(own('text.onnx'), 'hello there\n');
  writeFileSync(own('x.txt'), 'hi\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What stands around the file in a call of a command that needs more. */
const AROUND: Readonly<Record<string, (file: string) => readonly string[]>> = {
  compile: (file) => [file, '-o', join(folder, 'o.onnx')],
  bind: (file) => [file, '-o', join(folder, 'o.onnx'), '--bind', 'batch=2'],
  annotate: (file) => [file, '-o', join(folder, 'o.onnx')],
  convert: (file) => [file, '-o', join(folder, 'o.onnx')],
  edit: (file) => [file, '-o', join(folder, 'o.onnx'), '--prune'],
  join: (file) => [file, join(folder, 'good.onnx'), '-o', join(folder, 'o.onnx'), '--connect', 'x=output'],
  diff: (file) => [file, join(folder, 'good.onnx')],
  weights: (file) => [file, '-o', join(folder, 'w.safetensors')],
  export: (file) => ['triton', file, '-o', join(folder, 'repository')],
};

/** Files that no command takes. */
const FILES = [
  ['a file that is not there', 'nosuch.onnx'],
  ['a model file that is not there', 'nosuch.ts'],
  ['a folder for an .onnx file', 'folder.onnx'],
  ['a folder for a model file', 'folder.ts'],
  ['a file of another kind', 'x.txt'],
  ['a name without an ending', 'noending'],
  ['an empty .onnx file', 'empty.onnx'],
  ['an empty model file', 'empty.ts'],
  ['a truncated .onnx file', 'cut.onnx'],
  ['a text that is called .onnx', 'text.onnx'],
] as const;

const OF_FILES = COMMANDS.map(({ name }) => name).filter((name) => name !== 'doctor');

describe.each(OF_FILES)('dimwise %s', (command) => {
  test.each(FILES)('refuses %s by its name', async (_, name) => {
    const file = join(folder, name);
    const args = AROUND[command]?.(file) ?? [file];
    const { code, out, err } = await cli(command, ...args);
    const told = `${out}\n${err}`;
    expect([1, 2]).toContain(code);
    expect(told).toContain(name);
    expect(told).not.toMatch(/INTERNAL|^\s+at .*\.ts:\d+:\d+\)$/m);
    // diff has 1 for a difference and 2 for all else, as diff(1); others have 2 where nothing was tried.
    if (command !== 'diff') expect({ told, code }).toEqual({ told, code: told.includes('CLI_USAGE') ? 2 : 1 });
  });

  test('refuses an option that it does not have, and names one that is near', async () => {
    const { code, out, err } = await cli(command, '--jsn');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain("unknown option '--jsn'");
    expect(err).toContain('did you mean --json?');
  });

  test('refuses a call without its arguments', async () => {
    const { code, out, err } = await cli(command);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('missing required argument');
    expect(err).toContain(`see dimwise ${command} --help`);
  });
});

describe('runCli', () => {
  test('tells a missing option, a missing file and a misspelt format at once', async () => {
    const { code, err } = await cli('export', 'trition');
    expect(code).toBe(2);
    const places = [
      "required option '-o, --output <path>'",
      "missing required argument 'file'",
      'did you mean triton?',
    ];
    expect(places.map((text) => err.indexOf(text) >= 0)).toEqual([true, true, true]);
    const [option = 0, file = 0, format = 0] = places.map((text) => err.indexOf(text));
    expect(option < file && file < format).toBe(true);
  });

  test('tells a misspelt format alone where the rest is well', async () => {
    const { code, err } = await cli('export', 'trition', 'a.onnx', '-o', join(folder, 'r'));
    expect(code).toBe(2);
    expect(err.match(/CLI_USAGE/g)).toHaveLength(1);
    expect(err).toContain('did you mean triton?');
  });

  test.each(['run', 'bench', 'profile', 'shapes', 'cost'])(
    '%s wants one size where a range is given',
    async (command) => {
      const { code, err } = await cli(command, join(folder, 'good.onnx'), '--bind', 'batch=1..8');
      expect(code).toBe(2);
      expect(err).toContain('--bind batch=1..8 is a range');
      expect(err).toContain('--bind batch=1,8');
    },
  );

  test.each([
    ['run', 'random', 'did you mean "X"?'],
    ['bench', 'a.npy', '--input X=FILE.npy'],
    ['profile', 'a.npy', '--input X=FILE.npy'],
  ])('%s names the inputs where one is unknown', async (command, feed, hint) => {
    const name = hint.startsWith('did') ? 'X' : 'other';
    const args = ['--provider', 'cpu', '--input', `${name}=${feed}`];
    const { code, err } = await cli(command, join(folder, 'good.onnx'), ...args);
    expect(code).not.toBe(0);
    expect(err).toMatch(/inputs are "?x"?/);
    expect(err).toContain(hint.replace('X', 'x'));
  });

  test.each([['0'], ['-1']])('run does not take batch=%s for another size', async (size) => {
    const args = ['--provider', 'cpu', '--input', 'x=random', '--bind', `batch=${size}`];
    const { code, err } = await cli('run', join(folder, 'good.onnx'), ...args);
    expect(code).toBe(1);
    expect(err).toContain('batch');
  });
});
