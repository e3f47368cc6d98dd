// The CUDA provider is fetched by the package's script or out of npm, and only whole and of the same release.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CUDA_PACKAGE, fetchCuda } from '../../../src/node/doctor/fetch-cuda.ts';
import { type Machine, type ProgramResult, thisMachine } from '../../../src/node/doctor/machine.ts';
import { findOrtPackage } from '../../../src/node/doctor/ort-package.ts';

const root = mkdtempSync(join(tmpdir(), 'dimwise-fetch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let home = '';
let count = 0;
const LIBRARIES = ['providers_cuda', 'providers_shared', 'providers_tensorrt'].map(
  (name) => `libonnxruntime_${name}.so`,
);

/** An onnxruntime-node of a release, without libraries of providers. */
function install(release: string): void {
  home = join(root, String(count++));
  const native = join(home, 'bin', 'napi-v6', 'linux', 'x64');
  mkdirSync(native, { recursive: true });
  mkdirSync(join(home, 'dist'));
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version: release }));
  writeFileSync(join(native, 'libonnxruntime.so.1'), `\0VERS_${release}\0\0GLIBC_2.28\0GLIBC_2.4\0`);
}
beforeEach(() => install('1.29.0'));
const libraries = () => join(home, 'bin', 'napi-v6', 'linux', 'x64');
const added = () =>
  readdirSync(libraries())
    .filter((name) => name !== 'libonnxruntime.so.1')
    .sort();

/** A package of npm with libraries of a release. */
function pack(release: string): string {
  const folder = join(root, `pack-${count++}`);
  mkdirSync(join(folder, CUDA_PACKAGE.folder), { recursive: true });
  for (const name of LIBRARIES) writeFileSync(join(folder, CUDA_PACKAGE.folder, name), `${name}\0${release}\0`);
  execFileSync('tar', ['-czf', 'made.tgz', 'package'], { cwd: folder });
  return join(folder, 'made.tgz');
}

const done = (stdout = ''): ProgramResult => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string): ProgramResult => ({ code: 1, stdout: '', stderr });

interface World {
  /** What the package's own script does. */
  readonly script: () => ProgramResult;
  /** The archive that npm downloads; undefined where the registry does not answer. */
  readonly archive?: string | undefined;
  readonly integrity?: string;
  readonly platform?: string;
}

/** A machine with such a script and such a registry, and what was run on it. */
function machineOf({ script, archive, integrity, platform = 'linux' }: World) {
  const ran: string[] = [];
  const run: Machine['run'] = async (command, args, options) => {
    ran.push([command === process.execPath ? 'node' : command, ...args].join(' '));
    if (command === 'tar') return thisMachine().run(command, args, options);
    if (command !== 'npm') return script();
    if (archive === undefined) return failed('npm error code ENOTFOUND\nnpm error network request failed');
    const hash = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (args[0] === 'view') return done(JSON.stringify(integrity ?? `sha512-${hash}`));
    copyFileSync(archive, join(options?.cwd ?? '', 'made.tgz'));
    return done('[{"filename": "made.tgz"}]');
  };
  return { machine: { ...thisMachine(), platform, arch: 'x64', run }, ran };
}

const OFFLINE = () => failed('node:internal/errors\nError: getaddrinfo ENOTFOUND api.nuget.org\n    at somewhere');

async function fetchIn(world: World, options: { readonly isDry?: boolean; readonly isForced?: boolean } = {}) {
  const { machine, ran } = machineOf(world);
  const told: string[] = [];
  const { isDry = false, isForced = false } = options;
  const ort = findOrtPackage({ ...machine, platform: 'linux' }, home);
  const tell = (line: string) => told.push(line);
  const road = await fetchCuda(machine, ort, { isDry, isForced, tell });
  return { road, ran, told: told.join('\n') };
}

describe('fetchCuda', () => {
  test("takes the package's own script where that works", async () => {
    const script = () => {
      writeFileSync(join(libraries(), 'libonnxruntime_providers_cuda.so'), '\x001.29.0\0');
      return done();
    };
    const { road, ran } = await fetchIn({ script });
    expect(road).toBe('script');
    expect(ran).toEqual([`node ${join(home, 'script', 'install.js')} --onnxruntime-node-install=cuda12`]);
  });

  test('takes the libraries out of npm where the host of the script does not answer', async () => {
    const { road, told } = await fetchIn({ script: OFFLINE, archive: pack('1.29.0') });
    expect(road).toBe('npm');
    expect(told).toContain('it failed: Error: getaddrinfo ENOTFOUND api.nuget.org');
    expect(added()).toEqual(LIBRARIES);
    expect(readFileSync(join(libraries(), LIBRARIES[1] ?? ''), 'latin1')).toBe(`${LIBRARIES[1]}\0${'1.29.0'}\0`);
  });

  test('does nothing where they are installed, and everything again with force', async () => {
    await fetchIn({ script: OFFLINE, archive: pack('1.29.0') });
    const again = await fetchIn({ script: OFFLINE, archive: pack('1.29.0') });
    expect(again).toMatchObject({ road: 'installed', ran: [] });
    expect((await fetchIn({ script: OFFLINE, archive: pack('1.29.0') }, { isForced: true })).road).toBe('npm');
  });

  test('only says what it would do with --dry-run', async () => {
    const { road, ran, told } = await fetchIn({ script: OFFLINE, archive: pack('1.29.0') }, { isDry: true });
    expect({ road, ran, added: added() }).toEqual({ road: 'dry', ran: [], added: [] });
    expect(told).toContain(`${CUDA_PACKAGE.name}@0.4.9`);
  });

  const WRONG: readonly (readonly [string, World & { readonly release?: string }, RegExp])[] = [
    ['a release that npm has no package of', { script: OFFLINE, release: '1.30.0' }, /there is that of 1\.29\.0/],
    ['libraries of another release', { script: OFFLINE, archive: 'pack 1.28.0' }, /is of ONNX Runtime 1\.28\.0/],
    ['libraries that do not say', { script: OFFLINE, archive: 'pack none' }, /an unknown release/],
    ['another checksum', { script: OFFLINE, archive: 'pack 1.29.0', integrity: 'sha512-AAAA' }, /checksum/],
    ['a registry that does not answer', { script: OFFLINE }, /npm does not know .*ENOTFOUND/],
    ['another system', { script: OFFLINE, platform: 'darwin' }, /this is darwin x64/],
    ['a script that brings nothing', { script: () => done() }, /npm does not know/],
  ];

  test.each(WRONG)('refuses %s, and leaves the package as it was', async (_, world, message) => {
    install(world.release ?? '1.29.0');
    const archive = world.archive?.startsWith('pack ') ? pack(world.archive.slice(5)) : undefined;
    await expect(fetchIn({ ...world, archive })).rejects.toMatchObject({
      code: 'PROVIDER_FETCH',
      message: expect.stringMatching(message),
    });
    expect(added()).toEqual([]);
  });

  test('takes another release with force', async () => {
    install('1.30.0');
    const { road, told } = await fetchIn({ script: OFFLINE, archive: pack('1.29.0') }, { isForced: true });
    expect(road).toBe('npm');
    expect(told).toContain('ONNX Runtime 1.29.0');
  });

  test('asks for onnxruntime-node first', async () => {
    const options = { isDry: false, isForced: false, tell: () => undefined };
    const missing = fetchCuda(machineOf({ script: OFFLINE }).machine, undefined, options);
    await expect(missing).rejects.toMatchObject({ code: 'RUNTIME_MISSING' });
  });
});
