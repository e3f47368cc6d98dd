// The doctor's advice: what is missing, in the order in which it is installed.
import { describe, expect, test } from 'vitest';
import { adviceFor, type Findings } from '../../../src/node/doctor/advice.ts';
import { compareVersions } from '../../../src/node/doctor/compare-versions.ts';
import { findGraphics } from '../../../src/node/doctor/graphics.ts';
import { type Machine, thisMachine } from '../../../src/node/doctor/machine.ts';
import type { NeededLibrary } from '../../../src/runtime/libraries/provider-libraries.ts';

const ORT: NonNullable<Findings['ort']> = {
  folder: '/app',
  entry: '/app/dist/index.js',
  version: '1.29.0',
  libraries: '/app/bin',
  native: '1.29.0',
  glibc: '2.28',
  limits: undefined,
};
const LINUX = { platform: 'linux', arch: 'x64', glibc: '2.36', environment: {} };
const NO_GPU = { driver: undefined, driverCuda: undefined, gpus: [], libraries: [] };
const CUDNN = { name: 'libcudnn.so.9', path: '/usr/lib/libcudnn.so.9', version: '9.10', isOnPath: true };
const GPU = { ...NO_GPU, driver: '570.86', driverCuda: '12.8', libraries: [CUDNN] };

const needs = (name: string, path?: string, isOnPath = false): NeededLibrary => ({
  name,
  neededBy: 'x',
  path,
  isOnPath,
});

/** CUDA that does not load for want of libraries; of its own one where there are none. */
const cuda = (needed?: readonly NeededLibrary[]): Findings['providers'] => [
  {
    provider: 'cuda',
    isBuiltIn: true,
    loads: false,
    reason: 'it does not load',
    libraries: { library: '/app/bin/cuda.so', isInstalled: needed !== undefined, needed: needed ?? [] },
  },
];

const commandsFor = (findings: Partial<Findings>): readonly string[] =>
  adviceFor({ machine: LINUX, ort: ORT, graphics: GPU, providers: [], ...findings }).flatMap(
    ({ commands }) => commands,
  );
const textsFor = (findings: Partial<Findings>): string =>
  adviceFor({ machine: LINUX, ort: ORT, graphics: GPU, providers: [], ...findings })
    .map(({ what }) => what)
    .join('\n');

describe('adviceFor', () => {
  test('says nothing where nothing is wrong', () => {
    expect(commandsFor({})).toEqual([]);
  });

  test('starts with the package, then the driver, then the provider', () => {
    expect(commandsFor({ ort: undefined })).toEqual(['npm install onnxruntime-node']);
    expect(textsFor({ ort: undefined })).toContain('--onnxruntime-node-install=skip');
    expect(textsFor({ ort: undefined, folder: '/nosuch' })).toContain('/nosuch holds no onnxruntime-node');
    expect(commandsFor({ graphics: NO_GPU, providers: cuda() })).toEqual([
      'docker run --gpus all ...',
      'nvidia-smi',
      'dimwise doctor --fetch-cuda',
    ]);
  });

  test('names the packages of the CUDA that the provider is built for', () => {
    const [twelve] = commandsFor({ providers: cuda([needs('libcudart.so.12'), needs('libcublasLt.so.12')]) });
    expect(twelve).toBe('python3 -m pip install nvidia-cuda-runtime-cu12 nvidia-cublas-cu12');
    const [thirteen] = commandsFor({
      graphics: { ...GPU, driverCuda: '13.0', libraries: [] },
      providers: cuda([needs('libcudart.so.13'), needs('libcurand.so.10')]),
    });
    expect(thirteen).toBe('python3 -m pip install nvidia-cuda-runtime nvidia-curand nvidia-cudnn-cu13');
  });

  test('says when the driver is too old for the provider', () => {
    const providers = cuda([needs('libcudart.so.13', '/usr/lib/libcudart.so.13', true)]);
    expect(textsFor({ providers })).toContain('the driver 570.86 runs CUDA up to 12.8, and the provider needs 13.0');
    expect(textsFor({ providers, graphics: { ...GPU, driverCuda: '13.1' } })).toBe('it does not load');
  });

  test('gives the folders of libraries that the loader does not find', () => {
    const needed = [
      needs('libcudart.so.12', '/opt/a/libcudart.so.12'),
      needs('libcublas.so.12', '/opt/b/libcublas.so.12'),
    ];
    expect(commandsFor({ providers: cuda(needed) })).toEqual(['export LD_LIBRARY_PATH=/opt/a:/opt/b:$LD_LIBRARY_PATH']);
  });

  test.each([
    ['win32', 'DirectML'],
    ['darwin', 'CoreML'],
  ])('says what runs on GPUs of %s', (platform, name) => {
    expect(textsFor({ machine: { ...LINUX, platform }, providers: cuda() })).toContain(name);
  });

  test('tells a C library that is too old, or another one', () => {
    expect(textsFor({ machine: { ...LINUX, glibc: '2.17' } })).toContain('needs glibc 2.28, and this system has 2.17');
    expect(textsFor({ machine: { ...LINUX, glibc: undefined } })).toContain('Alpine');
  });
});

describe('findGraphics', () => {
  const OVERVIEW = '| NVIDIA-SMI 570.86.15   Driver Version: 570.86.15   CUDA Version: 12.8 |';

  const machine = (parts: Partial<Machine>): Machine => ({
    ...thisMachine(),
    finder: undefined,
    readText: () => undefined,
    ...parts,
  });

  test('reads the GPUs, the driver and its CUDA of nvidia-smi', async () => {
    const stdout = 'NVIDIA L4, 23034, 8.9, 570.86.15\nNVIDIA H100 NVL, [N/A], 9.0, 570.86.15\n';
    const run: Machine['run'] = async (_, args) => ({
      code: 0,
      stdout: args.length > 0 ? stdout : OVERVIEW,
      stderr: '',
    });
    expect(await findGraphics(machine({ run }))).toEqual({
      driver: '570.86.15',
      driverCuda: '12.8',
      gpus: [
        { name: 'NVIDIA L4', memory: 23034 * 2 ** 20, capability: '8.9' },
        { name: 'NVIDIA H100 NVL', memory: undefined, capability: '9.0' },
      ],
      libraries: [],
    });
  });

  test('finds a driver without its programs', async () => {
    const run: Machine['run'] = async () => ({ code: null, stdout: '', stderr: 'spawn nvidia-smi ENOENT' });
    const text =
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 00:00:00 UTC 2025\nGCC version: 12\n';
    const readText = (path: string) => (path === '/proc/driver/nvidia/version' ? text : undefined);
    expect(await findGraphics(machine({ run, readText }))).toMatchObject({ driver: '570.86.15', gpus: [] });
  });

  test('finds none where there is none', async () => {
    const run: Machine['run'] = async () => ({ code: 9, stdout: 'NVIDIA-SMI has failed', stderr: '' });
    expect(await findGraphics(machine({ run }))).toMatchObject({ driver: undefined, gpus: [] });
  });
});

describe('compareVersions', () => {
  test.each([
    ['2.9', '2.28', -1],
    ['2.28', '2.28', 0],
    ['2.28', '2.28.1', -1],
    ['13.0', '12.8', 1],
  ])('%s and %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(-sign || 0);
  });
});
