// What docs/foreign-files.md and the README's section on such files show runs, from the top to the bottom, beside model.onnx.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnx, saveOnnx } from 'dimwise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cli } from './capture.ts';
import { foreignModel } from './foreign-model.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
const lines = (block = ''): string[] => block.trimEnd().split('\n');

const page = textOf('docs/foreign-files.md');
const commands = blocks(page, 'sh').flatMap(lines);
const programs = blocks(page, 'ts');
const [, section = ''] = /^## Files that somebody else wrote\n([^]*?)^## /m.exec(textOf('README.md')) ?? [];

const home = process.cwd();
let folder = '';
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'foreign-')));
  await saveOnnx(foreignModel(), join(folder, 'model.onnx'));
});
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(home));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the commands of docs/foreign-files.md', () => {
  test.each(commands)('%s', runLine);

  test('show what they promise', async () => {
    expect((await cli('contract', 'model.onnx', '--feed', 'data=2x3x64x64')).out).toContain('logits  float32[2, 10]');
    expect((await cli('contract', 'image.onnx')).out).toContain('image   float32[1, 3, 64, 64]');
    expect(JSON.parse(readFileSync(join(folder, 'findings.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  });
});

describe('the programs of docs/foreign-files.md', () => {
  test('are these', () => {
    expect(programs.map((code) => /^(test|const cost|const image|for)/m.exec(code)?.[0])).toEqual([
      'test',
      'for',
      'const image',
      'const cost',
    ]);
  });

  test.each([
    [1, ['data: float32[batch, 3, h, w]', 'Conv c1: float32[batch, 8, ceildiv(h, 2), ceildiv(w, 2)]']],
    [2, [/^1,10 /]],
    [3, [/^\S*batch\*.* \d+$/, '~ input "data" type: float32[batch, 3, h, w] -> float32[1, 3, 64, 64]']],
  ] as const)('number %i prints what it says', async (index, wanted) => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await load(`program-${index}.ts`, programs[index] ?? '');
    const printed = print.mock.calls.map((parts) => parts.join(' '));
    print.mockRestore();
    for (const line of wanted)
      expect(printed).toContainEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    if (index === 2) expect(readOnnx(readFileSync('image.onnx')).graph.inputs[0]?.name).toBe('image');
  });
});

describe('the section of README.md', () => {
  test.each(lines(blocks(section, '')[0]))('%s', async (line) => {
    // Of one model there is nothing to report, so the code is 0; two models that differ give 1.
    await runLine(line.startsWith('dimwise check') ? line.replace('; exit code 1 where there are errors', '') : line);
  });

  test('has a program that runs', async () => {
    await load('readme.ts', blocks(section, 'ts')[0] ?? '');
    expect(readOnnx(readFileSync('single.onnx')).contract.outputs).toMatchObject({ logits: { shape: [1, 10] } });
  });
});

/** Runs one line of a page; its comment may tell the exit code. */
async function runLine(line: string): Promise<void> {
  const [command = '', comment = ''] = line.split(/ +# /);
  const [words = '', file] = command.split(' > ');
  const [program, ...args] = words.trim().split(/ +/);
  expect(program).toBe('dimwise');
  const { code, out } = await cli(...args);
  expect(code, out).toBe(Number(/exit code (\d)/.exec(comment)?.[1] ?? 0));
  expect(out).not.toBe('');
  if (file !== undefined) writeFileSync(join(folder, file), out);
  if (args.includes('-o')) expect(existsSync(args[args.indexOf('-o') + 1] ?? '')).toBe(true);
}

/** Runs a program of a page. */
async function load(name: string, code: string): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, code);
  await import(/* @vite-ignore */ path);
}

// The tests that the page shows become tests of this file.
describe('the tests of docs/foreign-files.md', async () => {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'foreign-test-')));
  const path = join(scratch, 'page.ts');
  writeFileSync(path, programs[0] ?? '');
  await import(/* @vite-ignore */ path);
  rmSync(scratch, { recursive: true });
});
