// Packing into parts and unpacking on another host, with small stand-ins: no network, no downloads.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packFolder } from '../../bench/cuda/pack-folder.ts';
import { parseSize } from '../../bench/cuda/parse-size.ts';
import { splitStream } from '../../bench/cuda/split-stream.ts';

const home = mkdtempSync(join(tmpdir(), 'dimwise pack-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => {
  const folder = join(home, `folder ${count++}`);
  mkdirSync(folder);
  return folder;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* chunks(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

describe('splitStream', () => {
  test('gives full parts and a last one that join to the very same bytes, with their checksums', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 30 }), async (all, size) => {
        const folder = fresh();
        const whole = Buffer.concat(all);
        const { bytes, sha256: digest, parts } = await splitStream(chunks(all), { folder, name: 'a', size });
        const files = parts.map(({ name }) => readFileSync(join(folder, name)));
        expect(Buffer.concat(files)).toEqual(whole);
        expect([bytes, digest]).toEqual([whole.length, sha256(whole)]);
        expect(parts.map((part) => part.bytes)).toEqual(files.map(({ length }) => length));
        expect(parts.map((part) => part.sha256)).toEqual(files.map(sha256));
        expect(files.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect(parts.length).toBe(Math.ceil(whole.length / size));
        expect(readdirSync(folder).sort()).toEqual(parts.map(({ name }) => name));
      }),
      { numRuns: 50 },
    );
  });
});

describe('parseSize', () => {
  test.each([
    ['48MiB', 48 * 2 ** 20],
    ['2 GiB', 2 ** 31],
    ['1000', 1000],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(['', '0', '0MiB', '48MB', '-1', '1.5GiB', '99999999999GiB'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(RangeError);
  });
});

/** A folder whose Node is a script that tells how it was started. */
function standIn(): string {
  const folder = fresh();
  mkdirSync(join(folder, 'node/bin'), { recursive: true });
  writeFileSync(
    join(folder, 'node/bin/node'),
    '#!/bin/sh\necho "libraries=$LD_LIBRARY_PATH"\nfor a; do echo "<$a>"; done\nexit 7\n',
  );
  chmodSync(join(folder, 'node/bin/node'), 0o755);
  // Noise does not compress: there are several parts.
  writeFileSync(
    join(folder, 'noise'),
    Buffer.from(Array.from({ length: 5000 }, (_, i) => sha256(Buffer.from([i, i >> 8]))).join(''), 'hex'),
  );
  return folder;
}

const CONTENTS = { node: '1.2.3' };

function start(parts: string, cwd: string, env: Record<string, string> = {}, args: readonly string[] = []) {
  const given = { PATH: '/usr/bin:/bin', ...env };
  const { status, stdout, stderr } = spawnSync('sh', [join(parts, 'unpack-and-run.sh'), ...args], {
    cwd,
    env: given,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(['xz', 'gzip'] as const)('packFolder by %s', (compression) => {
  test('writes parts, a manifest and sums that agree, and removes parts of an earlier pack', async () => {
    const out = fresh();
    writeFileSync(join(out, 'dimwise-cuda.tar.xz.099'), 'old');
    const manifest = await packFolder(standIn(), { out, partSize: 50_000, compression, level: 1, contents: CONTENTS });
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(manifest).toMatchObject({ compression, contents: CONTENTS });
    expect(manifest.parts.length).toBeGreaterThan(2);
    const names = manifest.parts.map(({ name }) => name);
    expect(readdirSync(out).sort()).toEqual(['SHA256SUMS', ...names, 'manifest.json', 'unpack-and-run.sh'].sort());
    expect(spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: out }).status).toBe(0);
    expect(sha256(Buffer.concat(names.map((name) => readFileSync(join(out, name)))))).toBe(manifest.sha256);
  });

  test('the same files make the same parts', async () => {
    const folder = standIn();
    const [one, other] = [fresh(), fresh()];
    const options = { partSize: 50_000, compression, level: 1, contents: CONTENTS };
    const first = await packFolder(folder, { ...options, out: one });
    expect(await packFolder(folder, { ...options, out: other })).toEqual(first);
  });

  test('a folder that is not there is refused', async () => {
    const options = { out: fresh(), partSize: 50_000, compression, contents: {} };
    await expect(packFolder(join(home, 'nowhere'), options)).rejects.toThrow('tar ended with exit code 2');
  });
});

describe('unpack-and-run.sh', () => {
  const folder = standIn();
  const out = fresh();
  beforeAll(async () => {
    await packFolder(folder, { out, partSize: 50_000, compression: 'gzip', contents: CONTENTS });
  });

  const copy = (): string => {
    const to = fresh();
    for (const name of readdirSync(out)) copyFileSync(join(out, name), join(to, name));
    return to;
  };

  test('unpacks, starts its Node with provider, results and steps, and ends as that ends', () => {
    const cwd = fresh();
    const { status, stdout } = start(out, cwd, { DIMWISE_PROVIDER: 'cpu', DIMWISE_STEPS: 'doctor cases' });
    expect(status).toBe(7);
    const [, ...args] = stdout.trimEnd().split('\n');
    const given = [
      join(cwd, 'dimwise-cuda/run.mjs'),
      '--provider',
      'cpu',
      '--results',
      join(cwd, 'results'),
      '--steps',
      'doctor cases',
    ];
    expect(args).toEqual(given.map((each) => `<${each}>`));
    expect(readFileSync(join(cwd, 'dimwise-cuda/noise'))).toEqual(readFileSync(join(folder, 'noise')));
    expect(existsSync(join(cwd, 'results'))).toBe(true);
  });

  test('asks for CUDA by default, in a folder of choice, and unpacks once', () => {
    const cwd = fresh();
    const [first, second] = [start(out, cwd, {}, ['my place']), start(out, cwd, {}, ['my place'])];
    expect(first.stdout).toContain('<cuda>');
    expect(first.stderr).toContain('unpacked into');
    expect(second.stderr).toContain('holds these parts already');
    expect(second.stdout).toBe(first.stdout);
  });

  test('puts the libraries of Python packages before those of LD_LIBRARY_PATH', () => {
    const [cwd, site, bin] = [fresh(), fresh(), fresh()];
    for (const name of ['cu13', 'cudnn']) mkdirSync(join(site, 'nvidia', name, 'lib'), { recursive: true });
    const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).stdout.trim();
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\nexec ${python} "$@"\n`);
    chmodSync(join(bin, 'python3'), 0o755);
    const env = { PATH: `${bin}:/usr/bin:/bin`, PYTHONPATH: site, LD_LIBRARY_PATH: '/mine' };
    const [line = ''] = start(out, cwd, env).stdout.split('\n');
    const folders = line.replace('libraries=', '').split(':');
    expect(folders.slice(0, 2)).toEqual(['cu13', 'cudnn'].map((name) => join(site, 'nvidia', name, 'lib')));
    expect(folders.at(-1)).toBe('/mine');
  });

  test('names every damaged and every missing part, and unpacks nothing', () => {
    const [parts, cwd] = [copy(), fresh()];
    const names = readdirSync(parts).filter((name) => /\.\d+$/.test(name));
    const [damaged = '', missing = '', ...others] = names;
    const bytes = readFileSync(join(parts, damaged));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(join(parts, damaged), bytes);
    rmSync(join(parts, missing));
    const { status, stdout, stderr } = start(parts, cwd);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${damaged} is damaged`);
    expect(stderr).toContain(`${missing} is missing`);
    for (const name of others) expect(stderr).not.toContain(name);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
  ])('tells sums that are %s', (_, text) => {
    const [parts, cwd] = [copy(), fresh()];
    rmSync(join(parts, 'SHA256SUMS'));
    if (text !== undefined) writeFileSync(join(parts, 'SHA256SUMS'), text);
    const { status, stderr } = start(parts, cwd);
    expect(status).toBe(1);
    expect(stderr).toContain('SHA256SUMS');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('keeps a folder that holds something else', () => {
    const cwd = fresh();
    mkdirSync(join(cwd, 'dimwise-cuda'));
    writeFileSync(join(cwd, 'dimwise-cuda/mine'), 'mine');
    expect(start(out, cwd)).toMatchObject({ status: 1, stdout: '' });
    expect(readdirSync(join(cwd, 'dimwise-cuda'))).toEqual(['mine']);
  });
});
