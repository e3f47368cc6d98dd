// The built package works as it is installed: plain Node, one copy of the core, exit codes, closed pipes.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeModelFiles } from './model-files.ts';

const entry = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const isBuilt = existsSync(entry);
if (!isBuilt) console.warn('dist/cli.js is not there, the built command line is not tested: npm run build');

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

  test('places mistakes in the author’s file, by a path from the current folder', () => {
    const failed = dimwise('shapes', 'wrong.ts');
    expect(failed.stderr).toMatch(/at model \(.*wrong\.ts:5:6\)/);
    expect(failed.stdout).toBe('');
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
