// The program of the GPU host, run here on the CPU: what it goes on with, what it tells, and what a failure costs.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HOST_FILES } from '../../bench/cuda/host-files.ts';
import { ortEntry } from '../../src/runtime/ort-entry.ts';
import { CASE_PROGRAM } from './case-program.ts';
import type { RunCase } from './run-case.ts';

const home = mkdtempSync(join(tmpdir(), 'dimwise host-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => {
  const folder = join(home, `folder ${count++}`);
  mkdirSync(folder);
  return folder;
};

/** Runs the host's program on cases; what it says and writes. */
function host(
  cases: readonly object[] | undefined,
  args: readonly string[],
  env: Record<string, string> = {},
  results = fresh(),
) {
  const folder = fresh();
  for (const name of HOST_FILES) {
    copyFileSync(new URL(`../../bench/cuda/${name}`, import.meta.url), join(folder, name));
  }
  const ort = join(folder, 'node_modules/onnxruntime-node/dist');
  mkdirSync(ort, { recursive: true });
  writeFileSync(join(ort, 'index.js'), `module.exports = require(${JSON.stringify(ortEntry())});`);
  writeFileSync(join(folder, 'case-program.txt'), CASE_PROGRAM);
  if (cases) writeFileSync(join(folder, 'cases.jsonl'), cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const run = spawnSync(process.execPath, [join(folder, 'run.mjs'), '--results', results, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const read = (name: string): unknown => JSON.parse(readFileSync(join(results, name), 'utf8'));
  return { status: run.status, stdout: run.stdout, results, read };
}

describe('run.mjs', () => {
  const tensor = { type: 'float32', dims: [1], bytes: Buffer.from(Float32Array.of(1).buffer).toString('base64') };
  const damaged: RunCase = { name: 'a "damaged" model', model: 'AAAA', feeds: {}, tolerance: 0 };
  const deadly = { ...damaged, name: 'deadly', feeds: { x: { ...tensor, type: 'none' } } };

  test('goes on behind a case that ends the process, and names what the CPU does not take', () => {
    const { status, read, results } = host([deadly, damaged], ['--provider', 'cpu', '--steps', 'cases']);
    expect(status).toBe(1);
    expect(read('cases-cpu.json')).toMatchObject([
      { name: 'deadly', outcome: 'failed' },
      { name: 'a "damaged" model', outcome: 'unrun' },
    ]);
    const text = readFileSync(join(results, 'cases-cpu.txt'), 'utf8');
    expect(text).toMatch(/^failed\tdeadly\tit ends the process/);
    expect(text).toContain('unrun\ta "damaged" model\t');
    expect(read('summary.json')).toMatchObject({
      provider: 'cpu',
      steps: [{ isWell: false, failed: 1, unrun: 1, right: 0 }],
    });
  });

  test('a host without PyTorch says that nothing is compared, and is no failure; a Python that fails is one', () => {
    const bin = fresh();
    const python = (body: string): string => {
      const file = join(bin, `python ${count++}`);
      writeFileSync(file, `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
      return file;
    };
    const asked = ['--provider', 'cpu', '--steps', 'torch'];
    const without = host([], asked, { PYTHON: python('exit 3') });
    expect(without.status).toBe(0);
    expect(without.stdout).toContain('well    torch: NOT RUN: no PyTorch for cpu');
    expect(existsSync(join(without.results, 'torch.json'))).toBe(false);
    expect(host([], asked, { PYTHON: join(bin, 'none') }).stdout).toContain(
      'well    torch: NOT RUN: no PyTorch for cpu',
    );
    const fails = host([], asked, { PYTHON: python('exit 1') });
    expect([fails.status, fails.stdout]).toEqual([1, 'FAILED  torch: NOT RUN: it ended with 1\n']);
    const runs = host([], asked, { PYTHON: python('echo {} >"$3"') });
    expect([runs.status, runs.read('torch.json')]).toEqual([0, {}]);
    // What was measured before a failure stays.
    const partly = host([], asked, { PYTHON: python('echo \'{"results":[{"batch":1}]}\' >"$3"; exit 1') });
    expect([partly.status, partly.stdout]).toEqual([
      1,
      'FAILED  torch: it ended with 1; torch.json has what came before\n',
    ]);
    expect(partly.read('torch.json')).toEqual({ results: [{ batch: 1 }] });
  });

  test('a step that throws does not stop the next', () => {
    const { status, stdout, read } = host(undefined, ['--provider', 'cpu', '--steps', 'cases torch'], {
      PYTHON: 'none',
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAILED {2}cases: ENOENT.*\nwell {4}torch: /);
    expect(read('summary.json')).toMatchObject({
      steps: [
        { step: 'cases', isWell: false },
        { step: 'torch', isWell: true },
      ],
    });
  });

  test('names a case that is known to need ONNX Runtime 1.30 where it ends the process', () => {
    const name = 'operators: com.microsoft.SkipLayerNormalization 0';
    const { read } = host([{ ...deadly, name }], ['--provider', 'cpu', '--steps', 'cases']);
    expect(read('cases-cpu.json')).toMatchObject([
      { name, outcome: 'unrun', reason: expect.stringContaining('needs ONNX Runtime 1.30') },
    ]);
  });

  describe('that is ended before its time', () => {
    const asked = ['--provider', 'cpu', '--steps', 'cases'];
    const one = (name: string): RunCase => ({ ...damaged, name });
    const kept = (results: string, pack: string, lines: readonly string[]): void =>
      writeFileSync(join(results, 'cases-cpu.jsonl'), [JSON.stringify({ pack }), ...lines].join('\n'));
    const result = (name: string, on: number): string => JSON.stringify({ name, outcome: 'right', on, off: 0 });

    test('goes on behind the results that it has, but for a line that was not written to its end', () => {
      const results = fresh();
      kept(results, '', [result('a', 7), result('b', 8), '{"name":"c","outc']);
      const { read, stdout } = host(['a', 'b', 'c', 'd'].map(one), asked, {}, results);
      expect(read('cases-cpu.json')).toMatchObject([
        { name: 'a', on: 7 },
        { name: 'b', on: 8 },
        { name: 'c', outcome: 'unrun' },
        { name: 'd', outcome: 'unrun' },
      ]);
      expect(stdout).toContain('15 nodes there');
      expect(existsSync(join(results, 'cases-cpu.jsonl'))).toBe(false);
    });

    test.each([
      ['another pack', 'other', ['a', 'b']],
      ['other cases', '', ['x', 'b']],
    ])('leaves the results of %s', (_, pack, names) => {
      const results = fresh();
      kept(
        results,
        pack,
        names.map((name) => result(name, 7)),
      );
      const { read } = host(['a', 'b'].map(one), asked, {}, results);
      expect(read('cases-cpu.json')).toMatchObject([{ outcome: 'unrun' }, { outcome: 'unrun' }]);
    });

    test('says what is left when the time is up, and the same command goes on', () => {
      const results = fresh();
      const first = host([one('a'), one('b')], [...asked, '--seconds', '1'], {}, results);
      expect([first.status, first.stdout]).toEqual([
        1,
        'FAILED  cases cpu: NOT RUN, for the time is up; the same command goes on\n',
      ]);
      expect(first.read('summary.json')).toMatchObject({ isFinished: false });
      const second = host([one('a'), one('b')], [...asked, '--seconds', '600'], {}, results);
      expect(second.read('cases-cpu.json')).toHaveLength(2);
      expect(second.read('summary.json')).toMatchObject({ isFinished: true, steps: [{ step: 'cases cpu' }] });
    });

    test('keeps the steps of earlier commands, and does not repeat what was done well', () => {
      const results = fresh();
      const earlier = { provider: 'cpu', node: process.versions.node, pack: '' };
      const steps = [
        { step: 'cases cpu', isWell: true, text: 'as it was' },
        { step: 'torch', isWell: false, text: 'as it was' },
      ];
      const write = (more: object): void =>
        writeFileSync(join(results, 'summary.json'), JSON.stringify({ ...earlier, steps, ...more }));
      write({ isFinished: false });
      const torch = ['--provider', 'cpu', '--steps', 'cases torch'];
      const { read, stdout } = host([one('a')], torch, { PYTHON: 'none' }, results);
      expect(stdout).not.toContain('cases');
      expect(read('summary.json')).toMatchObject({
        steps: [
          { step: 'cases cpu', text: 'as it was' },
          { step: 'torch', isWell: true },
        ],
      });
      // A command that came to its end is run anew.
      write({ isFinished: true });
      expect(host([one('a')], torch, { PYTHON: 'none' }, results).stdout).toContain('cases cpu: 0 right');
      // The numbers of another provider are not those of this one.
      write({ isFinished: false, provider: 'cuda' });
      expect(host([one('a')], torch, { PYTHON: 'none' }, results).read('summary.json')).toMatchObject({
        provider: 'cpu',
        steps: [{ step: 'cases cpu', isWell: false }, { step: 'torch' }],
      });
    });
  });

  test('sets the benches beside those of PyTorch, each beside that of the same setting', () => {
    const results = fresh();
    const timed = (p50: number, shape = [8, 128]) =>
      JSON.stringify({ results: [{ provider: 'cuda', inputs: { ids: { shape } }, latency: { p50, min: 1 } }] });
    const put = (name: string, text: string): void => writeFileSync(join(results, name), text);
    put('bench-bert-batch8-tf32.json', timed(2));
    put('bench-bert-batch8-no-tf32.json', timed(6));
    put('bench-bert-batch1-cpu.json', timed(100, [1, 128]));
    const of = (batch: number, tf32: boolean, more: object) => ({
      model: 'bert',
      batch,
      shape: [batch, 128],
      tf32,
      ...more,
    });
    const all = [
      of(8, true, { p50: 4, min: 3 }),
      of(8, false, { p50: 3, min: 3 }),
      of(1, false, { p50: 5, min: 4 }),
      of(8, true, { error: 'out of memory' }),
    ];
    const compared = (device: string, isWell = true): readonly string[] => {
      put('measured', JSON.stringify({ device, results: all }));
      put('python', `#!/bin/sh\ncp '${join(results, 'measured')}' "$3"\n`);
      chmodSync(join(results, 'python'), 0o755);
      const asked = ['--provider', 'cpu', '--steps', 'torch'];
      const { status, stdout } = host([], asked, { PYTHON: join(results, 'python') }, results);
      expect([status, stdout]).toEqual([isWell ? 0 : 1, expect.stringContaining('compare: ')]);
      return readFileSync(join(results, 'compare.txt'), 'utf8').trimEnd().split('\n');
    };
    expect(compared('a card')).toEqual([
      'bert batch 8 with TF32: 2.00 ms, PyTorch 4.00 ms, ratio 0.50',
      'bert batch 8 without TF32: 6.00 ms, PyTorch 3.00 ms, ratio 2.00',
    ]);
    expect(compared('cpu')).toEqual(['bert batch 1 without TF32: 100.00 ms, PyTorch 5.00 ms, ratio 20.00']);
    // Times of other sizes are no comparison.
    put('bench-bert-batch8-tf32.json', timed(2, [8, 1]));
    expect(compared('a card', false)).toHaveLength(1);
    expect(readFileSync(join(results, 'summary.txt'), 'utf8')).toContain('bert [8,1], PyTorch [8,128]');
  });

  test('runs nothing on a provider that the doctor does not find, and says so', () => {
    const { status, stdout } = host([damaged], ['--provider', 'cuda', '--steps', 'doctor cases bench']);
    expect(status).toBe(1);
    expect(stdout).toContain('cases tf32: 1 cases NOT RUN, for cuda does not work');
    expect(stdout).toContain('bench gpt2: NOT RUN, for cuda does not work');
    expect(stdout).not.toContain('well');
  });
});
