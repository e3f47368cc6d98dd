// dimwise doctor tells what is installed, tests the CPU, and says what to do about CUDA.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { doctorLines, jsonDiagnosis } from '../../src/cli/doctor-report.ts';
import type { Diagnosis } from '../../src/node/doctor/doctor.ts';
import { cli } from './capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'dimwise-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A machine on which CUDA works and TensorRT does not. */
const WELL: Diagnosis = {
  node: '20.20.2',
  dimwise: '0.1.0',
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  ort: {
    folder: '/app/node_modules/onnxruntime-node',
    entry: '/app/node_modules/onnxruntime-node/dist/index.js',
    version: '1.29.0',
    libraries: '/app/node_modules/onnxruntime-node/bin/napi-v6/linux/x64',
    native: '1.29.0',
    glibc: '2.28',
    limits: { ir: 13, opset: 26, ml: 5 },
  },
  copies: [
    { folder: '/app/node_modules/onnxruntime-node', version: '1.29.0' },
    { folder: '/app/node_modules/other/node_modules/onnxruntime-node', version: '1.21.0' },
  ],
  graphics: {
    driver: '570.86.15',
    driverCuda: '12.8',
    gpus: [{ name: 'NVIDIA L4', memory: 23034 * 2 ** 20, capability: '8.9' }],
    libraries: [{ name: 'libcudnn.so.9', path: '/opt/libcudnn.so.9', version: '9.10.2', isOnPath: false }],
  },
  providers: [
    {
      provider: 'tensorrt',
      isBuiltIn: true,
      loads: false,
      reason: 'libonnxruntime_providers_tensorrt.so needs libnvinfer.so.10, which is not installed (and 1 more)',
      libraries: undefined,
    },
    { provider: 'cuda', isBuiltIn: true, loads: true, reason: undefined, libraries: undefined },
    { provider: 'dml', isBuiltIn: false, loads: false, reason: 'built without', libraries: undefined },
    { provider: 'cpu', isBuiltIn: true, loads: true, reason: undefined, libraries: undefined },
  ],
  tests: [
    {
      provider: 'cpu',
      passes: true,
      fromCpu: 0,
      fromRecorded: 2.6e-7,
      withoutTf32: undefined,
      limit: 1e-4,
      create: 12.3,
      run: 0.2,
      reason: undefined,
    },
    {
      provider: 'cuda',
      passes: true,
      fromCpu: 4.2e-4,
      fromRecorded: 4.2e-4,
      withoutTf32: 3.1e-7,
      limit: 5e-3,
      create: 850,
      run: 1.23,
      reason: undefined,
    },
  ],
  advice: [{ what: 'libraries for TensorRT are missing', commands: ['python3 -m pip install tensorrt-cu12'] }],
  isWell: true,
};

describe('doctor', () => {
  test('finds this Node, this onnxruntime-node, and a CPU that works', async () => {
    const { code, json } = await cli('doctor', '--json');
    expect(code).toBe(0);
    expect(json()).toEqual([
      expect.objectContaining({
        isWell: true,
        node: process.versions.node,
        onnxruntime: expect.objectContaining({
          version: '1.30.0',
          native: '1.30.0',
          limits: { ir: 13, opset: 26, ml: 5 },
        }),
        providers: expect.arrayContaining([expect.objectContaining({ name: 'cpu', loads: true, reason: null })]),
        tests: expect.arrayContaining([expect.objectContaining({ provider: 'cpu', passes: true })]),
      }),
    ]);
  });

  test('fails where a provider that is asked for is not built in', async () => {
    const provider = process.platform === 'win32' ? 'coreml' : 'dml';
    const { code, out } = await cli('doctor', '--provider', provider);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^${provider} +not in this build$`, 'm'));
    expect(out).toMatch(/^cpu +works$/m);
  });

  test('says what to do where onnxruntime-node is not installed', async () => {
    const { code, out, json } = await cli('doctor', '--onnxruntime', folder, '--json');
    expect(code).toBe(1);
    expect(json()).toEqual([expect.objectContaining({ isWell: false, onnxruntime: null, providers: [], tests: [] })]);
    expect(out).toContain('npm install onnxruntime-node');
  });

  test('tells an onnxruntime-node whose native library is gone', async () => {
    const home = join(folder, 'broken');
    mkdirSync(join(home, 'dist'), { recursive: true });
    writeFileSync(join(home, 'package.json'), '{"name": "onnxruntime-node", "version": "1.30.0"}');
    writeFileSync(join(home, 'dist', 'index.js'), 'throw new Error("its library is gone")');
    const { code, out } = await cli('doctor', '--onnxruntime', home);
    expect(code).toBe(1);
    expect(out).toMatch(/^cpu +does not load$/m);
    expect(out).toContain('its library is gone');
  });

  test.each([
    [['--provider', 'cudo'], 'did you mean cuda?'],
    [['--device', 'first'], '--device 0'],
    [['--dry-run'], '--fetch-cuda'],
    [['--force'], '--fetch-cuda'],
  ])('refuses %j', async (args, hint) => {
    const { code, err } = await cli('doctor', ...args);
    expect(code).toBe(2);
    expect(err).toContain('CLI_USAGE');
    expect(err).toContain(hint);
  });
});

describe('doctorLines', () => {
  test('fit a terminal of 80 columns', () => {
    const lines = doctorLines(WELL, false);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toMatchInlineSnapshot(`
      [
        "dimwise           0.1.0",
        "Node              20.20.2",
        "system            linux x64, glibc 2.36",
        "onnxruntime-node  1.29.0, in /app/node_modules/onnxruntime-node",
        "takes             IR <= 13, opset <= 26, ai.onnx.ml <= 5",
        "needs             glibc >= 2.28",
        "another copy      1.21.0, in",
        "                  /app/node_modules/other/node_modules/onnxruntime-node",
        "",
        "NVIDIA driver     570.86.15, runs CUDA up to 12.8",
        "GPU 0             NVIDIA L4, 22 GiB, compute capability 8.9",
        "libcudnn          9.10.2, /opt/libcudnn.so.9 (the loader does not look there)",
        "",
        "provider  state",
        "tensorrt  does not load",
        "cuda      works",
        "dml       not in this build",
        "cpu       works",
        "  tensorrt: libonnxruntime_providers_tensorrt.so needs libnvinfer.so.10, which",
        "    is not installed (and 1 more)",
        "",
        "self-test  from the CPU  from recorded  without TF32  allowed  create  run",
        "cpu                      2.6e-7                       1.0e-4   12 ms   0.20 ms",
        "cuda       4.2e-4        4.2e-4         3.1e-7        5.0e-3   850 ms  1.2 ms",
        "",
        "What to do, in order",
        "  1. libraries for TensorRT are missing",
        "       python3 -m pip install tensorrt-cu12",
      ]
    `);
  });

  test('have ticks and crosses only in a terminal that shows them', () => {
    const before = process.env.LC_ALL;
    try {
      process.env.LC_ALL = 'en_US.UTF-8';
      expect(doctorLines(WELL, true).join('\n')).toMatch(/cuda +✓ works/);
      expect(doctorLines(WELL, false).join('\n')).not.toMatch(/[✓✗]/);
      process.env.LC_ALL = 'C';
      expect(doctorLines(WELL, true).join('\n')).not.toMatch(/[✓✗]/);
    } finally {
      if (before === undefined) delete process.env.LC_ALL;
      else process.env.LC_ALL = before;
    }
  });

  test('tell a provider that loads and computes wrongly', () => {
    const [cpu, cuda] = WELL.tests;
    const tests = cpu && cuda ? [cpu, { ...cuda, passes: false, reason: 'its numbers are wrong' }] : [];
    const lines = doctorLines({ ...WELL, tests }, false);
    expect(lines).toContainEqual(expect.stringMatching(/^cuda +loads, but fails the self-test$/));
    expect(lines).toContain('  cuda: its numbers are wrong');
  });
});

/** The members of an object and of what is in it, lists as `[]`. */
function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => pathsOf(each, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, each]) => pathsOf(each, path === '' ? name : `${path}.${name}`));
}

describe('jsonDiagnosis', () => {
  test('has the members that docs/json.md lists', () => {
    const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('\n## doctor\n');
    const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
    const cells = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
    );
    const listed = cells.flatMap((cell) => {
      const [, before, names = ''] = /^(.*)\{(.*)\}$/.exec(cell) ?? [];
      return before === undefined ? [cell] : names.split(',').map((name) => before + name);
    });
    const libraries = {
      library: 'l',
      isInstalled: true,
      needed: [{ name: 'm', neededBy: 'l', path: undefined, isOnPath: false }],
    };
    const providers = WELL.providers.map((each) => ({ ...each, libraries }));
    const printed = pathsOf(jsonDiagnosis({ ...WELL, providers }), '');
    expect([...new Set(printed)].sort()).toEqual(listed.sort());
  });

  test('is JSON without holes: what is not known is null', () => {
    const text = JSON.stringify(jsonDiagnosis(WELL));
    expect(JSON.parse(text)).toEqual(jsonDiagnosis(WELL));
    expect(text).toContain('"withoutTf32":null');
  });
});
