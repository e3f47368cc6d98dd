// The built package works as it is installed: plain Node, one copy of the core, exit codes, closed pipes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeModelFiles } from './model-files.ts';

const entry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const isBuilt = existsSync(entry);
if (!isBuilt) console.warn('dist/cli.js is not there, the built command line is not tested: npm run build');

/** The files of the groups that are read late, and of their modules. */
const GROUP_FILE = /^(rows|microsoft|layers|codec|tools|checkpoints|cost|files)(-[\w-]+)?\.js$/;

/** A layer that is not in the core, and an operator of ONNX Runtime's own. */
const LATE = `import { model, op, rmsNorm, tensor } from 'dimwise';
const norm = rmsNorm();
export default model((x) => op.microsoft.QuickGelu(norm(x)), { inputs: { x: tensor('float32', ['batch', 8]) } });
`;

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dimwise = (...args: readonly string[]) =>
  spawnSync(process.execPath, [entry, ...args], { cwd: folder, encoding: 'utf8' });

describe.skipIf(!isBuilt)('dimwise, built', () => {
  test('exits with 0, 1 and 2', () => {
    expect(dimwise('--help').status).toBe(0);
    expect(dimwise('shapes', 'none.ts').status).toBe(1);
    expect(dimwise('shapes', '--jsn').status).toBe(2);
  });

  test('compiles a model file whose imports meet its own copy of the core, and runs it', () => {
    const compiled = dimwise('compile', 'mlp.ts', '-o', 'mlp.onnx', '--bind', 'x=2x20');
    expect(compiled).toMatchObject({ status: 0, stderr: '' });
    const ran = dimwise('run', 'mlp.onnx', '--input', 'x=random', '--provider', 'cpu', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ outputs: { output: { shape: [2, 3] } } });
  });

  test('gives a model file the weights of a checkpoint, and measures runs in workers', { timeout: 120_000 }, () => {
    dimwise('compile', 'declared.ts', '-o', 'source.onnx', '--seed', '1');
    expect(dimwise('weights', 'source.onnx', '-o', 'source.safetensors')).toMatchObject({ status: 0, stderr: '' });
    const loaded = dimwise('compile', 'declared.ts', '-o', 'copy.onnx', '--weights', 'source.safetensors');
    expect(loaded).toMatchObject({ status: 0, stderr: '2 parameters from source.safetensors\n' });
    expect(dimwise('diff', 'source.onnx', 'copy.onnx').status).toBe(0);
    const args = ['--provider', 'cpu', '--runs', '2', '--json'];
    const measured = dimwise('bench', 'copy.onnx', '--concurrency', '1,2', ...args);
    expect(measured).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(measured.stdout).results).toHaveLength(2);
    expect(JSON.parse(dimwise('profile', 'copy.onnx', ...args).stdout)).toMatchObject({ runs: 2 });
  });

  test('places mistakes in the author’s file, by a path from the current folder', () => {
    const failed = dimwise('shapes', 'wrong.ts');
    expect(failed.stderr).toMatch(/at model \(.*wrong\.ts:5:6\)/);
    expect(failed.stdout).toBe('');
  });

  test('reads only the core for a small model, and a group of modules when a file asks for one', () => {
    const copy = mkdtempSync(join(tmpdir(), 'dimwise-core-'));
    try {
      const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
      symlinkSync(modules, join(copy, 'node_modules'));
      writeFileSync(join(copy, 'package.json'), '{"type": "module"}');
      cpSync(dirname(entry), join(copy, 'dist'), { recursive: true });
      const chunks = readdirSync(join(copy, 'dist'));
      for (const name of chunks) if (GROUP_FILE.test(name)) rmSync(join(copy, 'dist', name));
      expect(chunks.filter((name) => GROUP_FILE.test(name))).not.toEqual([]);
      const run = (...args: readonly string[]) =>
        spawnSync(process.execPath, [join(copy, 'dist/cli.js'), ...args], { cwd: folder, encoding: 'utf8' });
      expect(run('shapes', 'mlp.ts')).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(join(folder, 'late.ts'), LATE);
      expect(run('shapes', 'late.ts').stderr).toContain('Cannot find module');
      expect(dimwise('shapes', 'late.ts')).toMatchObject({ status: 0, stderr: '' });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('does not start when the package is imported', () => {
    const index = new URL('index.js', pathToFileURL(entry)).href;
    const script = `import(${JSON.stringify(index)}).then((api) => console.log(typeof api.model))`;
    const imported = spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    expect(imported).toMatchObject({ status: 0, stderr: '', stdout: 'function\n' });
  });

  test('takes a closed pipe for an end, not for a failure', () => {
    const args = Array.from({ length: 200 }, () => 'data.ts').join(' ');
    const piped = spawnSync(
      'bash',
      ['-o', 'pipefail', '-c', `"${process.execPath}" "${entry}" shapes ${args} | head -1`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(piped).toMatchObject({ status: 0, stderr: '', stdout: 'data.ts\n' });
  });
});
