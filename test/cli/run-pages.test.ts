// The programs and command lines of docs/running.md, bench.md, profile.md, doctor.md and the README's section on running run.
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { isDimwiseError, saveModel } from 'dimwise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { RUN_COMMANDS } from '../../src/cli/run-commands.ts';
import { dense, model } from '../../src/index.ts';
import { SESSION_RULES } from '../../src/runtime/session-options.ts';
import { cli } from './capture.ts';

const here = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
const textOf = (path: string): string => readFileSync(here(path), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
const SLOW = { timeout: 120_000 };

/** A model of another exporter that reads tokens, as bert.onnx does. */
const TOKENS = `<ir_version: 10, opset_import: ["" : 21]>
tokens (int64[batch, sequence] ids) => (float[batch, sequence, 2] y) <float[4, 2] w = {1, 2, 3, 4, 5, 6, 7, 8}> {
  y = Gather (w, ids)
}`;

const home = process.cwd();
let folder = '';
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dimwise-run-pages-')));
  for (const name of ['lenet', 'transformer']) {
    writeFileSync(join(folder, `${name}.ts`), `export { default } from '${here(`examples/${name}.ts`)}';\n`);
  }
  const small = model(dense(3), { inputs: { x: ['batch', 4] } }).initialize({ seed: 0 });
  for (const name of ['before', 'after']) await saveModel(small.bind().compile(), join(folder, `${name}.onnx`));
  // Indices are drawn from 0 and 1, which every table has.
  writeFileSync(join(folder, 'bert.onnx'), parseOnnx(TOKENS).encode());
});
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(home));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command lines of a page, without comments. */
const linesOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^dimwise .*$/gm)].map(([line]) => line.replace(/ +#.*$/, ''));
const tableOf = (page: string, title: string): string =>
  new RegExp(`^\\| ${title} \\|.*\n([^]*?)\n\n`, 'm').exec(textOf(page))?.[1] ?? '';

/** The long options that a command has. */
const optionsOf = (name: string): string[] => {
  const row = RUN_COMMANDS.find((each) => each.name === name);
  return row?.define(new Command()).options.map(({ long }) => long ?? '') ?? [];
};
const named = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]+/g))];

describe.each([
  ['docs/bench.md', 'bench', 2],
  ['docs/profile.md', 'profile', 2],
])('%s', (page, command, count) => {
  const lines = linesOf(page);
  test('has command lines', () => expect(lines).toHaveLength(count));

  test.each(lines)('runs %s', SLOW, async (line) => {
    const [, ...args] = line.split(/ +/);
    const { code, out, err } = await cli(...args, '--runs', '2');
    expect(code, err).toBe(0);
    expect(out).toMatch(/p50|a run on/);
    for (const option of ['--svg', '--html']) {
      const file = args.includes(option) ? args[args.indexOf(option) + 1] : undefined;
      if (file !== undefined) expect(readFileSync(file, 'utf8')).toMatch(/<\/(svg|html)>/);
    }
  });

  test('names no option that the command does not have', () => {
    expect(named(textOf(page)).filter((option) => !optionsOf(command).includes(option))).toEqual([]);
  });
});

describe('docs/bench.md and docs/profile.md', () => {
  test.each(['bench', 'profile'])('name every option of %s that is not of all commands', (command) => {
    const shared = ['--seed', '--names', '--weights', '--cast', '--partial', '--limit', '--threads'];
    const both = textOf('docs/bench.md') + textOf('docs/profile.md');
    expect(optionsOf(command).filter((option) => !shared.includes(option) && !both.includes(option))).toEqual([]);
  });
});

describe('docs/doctor.md', () => {
  test('has a table of the options of the command', () => {
    const options = optionsOf('doctor');
    expect([...new Set(tableOf('docs/doctor.md', 'option').match(/(?<=^\| `)--[a-z-]+/gm))].sort()).toEqual(
      options.sort(),
    );
  });

  // Nothing is installed from a test: --dry-run says what would be.
  test.each(linesOf('docs/doctor.md'))('runs %s', SLOW, async (line) => {
    const [, ...args] = line.split(/ +/);
    const dry = args.includes('--fetch-cuda') ? ['--dry-run'] : [];
    const { code, out } = await cli(...args, ...dry);
    expect(out).toMatch(dry.length > 0 ? /would run|installed/ : /onnxruntime/);
    // Where there is no CUDA, --provider cuda says so by its code.
    if (args.includes('--provider')) expect([0, 1]).toContain(code);
    else expect(code).toBe(0);
  });
});

/** Runs a program behind a prelude; gives what both export. */
async function load(name: string, prelude: string, program: string): Promise<Record<string, unknown>> {
  const path = join(folder, name);
  const exported = program.replaceAll(/^const /gm, 'export const ');
  writeFileSync(path, `${prelude}\n${exported}`);
  return import(/* @vite-ignore */ path);
}

const PRELUDE = `import * as lib from 'dimwise';
const batch = { type: 'float32', dims: [2, 20], data: new Float32Array(40) };
const compiled = lib.model(lib.dense(3)).initialize({ seed: 0 }).bind(batch).compile();
`;

describe('docs/running.md', () => {
  const programs = blocks(textOf('docs/running.md'), 'ts');

  test('has three programs', () => expect(programs).toHaveLength(3));

  test('makes a session and runs it', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { output } = await load('session.ts', PRELUDE, (programs[0] ?? '').replace('await using', 'const'));
    warnings.mockRestore();
    expect(output).toMatchObject({ dtype: 'float32', shape: [2, 3] });
  });

  test('shows policies that are understood', SLOW, async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const calls = [...(programs[1] ?? '').matchAll(/^createSession\(model, (.*?)\);/gm)].map(
      ([, options = '']) => options,
    );
    expect(calls).toHaveLength(4);
    const list = calls.map((options) => `lib.createSession(compiled, ${options})`);
    const { results } = await load(
      'policies.ts',
      PRELUDE,
      `const results = await Promise.allSettled([${list.join(', ')}]);`,
    );
    warnings.mockRestore();
    const [first, ...rest] = results as PromiseSettledResult<unknown>[];
    expect(first?.status).toBe('fulfilled');
    // CUDA may be absent: then that is what they say.
    for (const each of rest) {
      const code = each.status === 'rejected' && isDimwiseError(each.reason) ? each.reason.code : undefined;
      expect(each.status === 'fulfilled' || code === 'RUNTIME_PROVIDER').toBe(true);
    }
  });

  test('tells shapes of outputs and writes into arrays', async () => {
    const prelude = `${PRELUDE}
const session = await lib.createSession(compiled, { providers: 'cpu' });
const x = { dtype: 'float32', shape: [8, 20], data: new Float32Array(160).fill(1) };`;
    const [shapes = '', ...rest] = (programs[2] ?? '').split('\n');
    const told = /\/\/ (\{.*?\});/.exec(shapes)?.[1];
    const { shown, logits } = await load('outputs.ts', prelude, [`const shown = ${shapes}`, ...rest].join('\n'));
    expect(JSON.stringify(shown)).toBe(told?.replaceAll(/[ ]/g, '').replace('output', '"output"'));
    expect(logits).toHaveLength(24);
    expect((logits as Float32Array).some((each) => each !== 0)).toBe(true);
  });

  test('has a table of all options', () => {
    const table = tableOf('docs/running.md', 'option');
    const options = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/(?<=`)\w+/g) ?? []);
    expect([...options, 'providers'].sort()).toEqual(Object.keys(SESSION_RULES).sort());
  });
});

describe("the README's section on running", () => {
  const [, section = ''] = /^## Running\n([^]*?)^## /m.exec(textOf('README.md')) ?? [];
  const [first = '', second = ''] = blocks(section, 'ts');

  test('has programs that run', SLOW, async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { output } = await load('readme.ts', '', first);
    expect(output).toMatchObject({ shape: [2, 10] });
    const imported = "import { createPool } from 'dimwise';";
    const pooled = await load('readme-pool.ts', PRELUDE + imported, second.replace('await using', 'const'));
    warnings.mockRestore();
    expect(pooled['output']).toMatchObject({ shape: [2, 3] });
    await (pooled['pool'] as AsyncDisposable)[Symbol.asyncDispose]();
  });
});
