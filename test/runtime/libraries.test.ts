// Reasons why a provider does not load, on machines that are made up, and what is read from libraries that are made here.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elfNeeds } from '../../src/runtime/libraries/elf-needs.ts';
import { LibraryFinder, type LibraryWorld } from '../../src/runtime/libraries/library-finder.ts';
import { readLoaderCache } from '../../src/runtime/libraries/loader-cache.ts';
import { missingInWords, providerLibraries } from '../../src/runtime/libraries/provider-libraries.ts';

interface Library {
  readonly needed?: readonly string[];
  readonly runPath?: string;
  readonly soName?: string;
}

/** The least ELF library that says what it needs: a header, two program headers, the dynamic entries, the names. */
function elf({ needed = [], runPath, soName }: Library = {}): Uint8Array {
  const names: string[] = [''];
  const placeOf = (name: string): number => {
    const at = names.reduce((sum, each) => sum + each.length + 1, 0);
    names.push(name);
    return at;
  };
  const [address, headers] = [0x10000, 64 + 2 * 56];
  const tags: (readonly [number, number])[] = needed.map((name) => [1, placeOf(name)]);
  if (soName !== undefined) tags.push([14, placeOf(soName)]);
  if (runPath !== undefined) tags.push([29, placeOf(runPath)]);
  const strings = new TextEncoder().encode(names.map((name) => `${name}\0`).join(''));
  const stringsAt = headers + 16 * (tags.length + 3);
  tags.push([5, address + stringsAt], [10, strings.length], [0, 0]);
  const bytes = new Uint8Array(stringsAt + strings.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const segment = (at: number, type: number, offset: number, size: number) => {
    view.setUint32(at, type, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(address + offset), true);
    view.setBigUint64(at + 32, BigInt(size), true);
  };
  segment(64, 1, 0, bytes.length);
  segment(120, 2, headers, 16 * tags.length);
  tags.forEach(([tag, value], i) => {
    view.setBigUint64(headers + 16 * i, BigInt(tag), true);
    view.setBigUint64(headers + 16 * i + 8, BigInt(value), true);
  });
  bytes.set(strings, stringsAt);
  return bytes;
}

const readerOf =
  (bytes: Uint8Array) =>
  (offset: number, length: number): Uint8Array =>
    bytes.slice(offset, offset + length);

/** A machine with these files. */
function machine(
  files: Readonly<Record<string, Library>>,
  environment: LibraryWorld['environment'] = {},
  cached: Readonly<Record<string, string>> = {},
): LibraryFinder {
  const paths = Object.keys(files);
  return new LibraryFinder({
    environment,
    exists: (path) => Object.hasOwn(files, path),
    list: (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
    withFile: (path, read) => (Object.hasOwn(files, path) ? read(readerOf(elf(files[path]))) : undefined),
    cached: () => new Map(Object.entries(cached)),
  });
}

const ORT = '/app/ort';
const CUDA = `${ORT}/libonnxruntime_providers_cuda.so`;
const reason = (finder: LibraryFinder): string | undefined => {
  const libraries = providerLibraries('cuda', ORT, finder);
  return libraries && missingInWords(libraries);
};

describe('elfNeeds', () => {
  test('reads what a library needs, where it looks and what it is called', () => {
    const library = { needed: ['libcudart.so.12', 'libc.so.6'], runPath: '$ORIGIN:/opt/lib', soName: 'libx.so.1' };
    const read = elfNeeds(readerOf(elf(library)));
    expect(read).toEqual({ needed: library.needed, runPath: ['$ORIGIN', '/opt/lib'], soName: 'libx.so.1' });
  });

  test('reads the running Node, which needs the C library', { skip: process.platform !== 'linux' }, () => {
    expect(elfNeeds(readerOf(readFileSync(process.execPath)))?.needed).toContain('libc.so.6');
  });

  test('takes any bytes without harm, and damaged libraries too', () => {
    const whole = elf({ needed: ['liba.so', 'libb.so'], runPath: '/x' });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (bytes) => elfNeeds(readerOf(bytes)) === undefined || bytes[0] === 0x7f,
      ),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
        const damaged = whole.slice();
        damaged[at] = value;
        elfNeeds(readerOf(damaged));
        const cut = elfNeeds(readerOf(whole.slice(0, end)));
        return cut === undefined || cut.needed.every((name) => ['liba.so', 'libb.so'].includes(name));
      }),
    );
  });
});

describe('readLoaderCache', () => {
  test('reads names and paths of this processor alone, the first of each', () => {
    const texts = ['libz.so.1\0', '/lib/libz.so.1\0', '/lib32/libz.so.1\0'];
    const entries = [
      [0x0003, 0, 2],
      [0x0303, 0, 1],
      [0x0303, 0, 2],
    ] as const;
    const start = 48 + 24 * entries.length;
    const places = [0, 10, 25].map((at) => start + at);
    const bytes = new Uint8Array(start + texts.join('').length);
    bytes.set(new TextEncoder().encode('glibc-ld.so.cache1.1'));
    bytes.set(new TextEncoder().encode(texts.join('')), start);
    const view = new DataView(bytes.buffer);
    view.setUint32(20, entries.length, true);
    entries.forEach(([flags, name, path], i) => {
      view.setUint32(48 + 24 * i, flags, true);
      view.setUint32(48 + 24 * i + 4, places[name] ?? 0, true);
      view.setUint32(48 + 24 * i + 8, places[path] ?? 0, true);
    });
    expect([...readLoaderCache(bytes, 'x64')]).toEqual([['libz.so.1', '/lib/libz.so.1']]);
    expect(readLoaderCache(bytes, 'arm64').size).toBe(0);
    for (let end = 0; end < bytes.length; end++) readLoaderCache(bytes.slice(0, end), 'x64');
    expect(readLoaderCache(new Uint8Array(100), 'x64').size).toBe(0);
  });
});

describe('the reason why a provider does not load', () => {
  const provider = { needed: ['libcudart.so.13', 'libcudnn.so.9', 'libc.so.6'], runPath: '$ORIGIN' };
  const system = { '/lib/x86_64-linux-gnu/libc.so.6': {} };

  test('is its own library where that is not there', () => {
    expect(reason(machine(system))).toBe(`its library ${CUDA} is not installed`);
  });

  test('is the library that is nowhere, with the one that needs it and how many more', () => {
    const finder = machine({ ...system, [CUDA]: provider });
    expect(reason(finder)).toBe(
      'libonnxruntime_providers_cuda.so needs libcudart.so.13, which is not installed (and 1 more)',
    );
  });

  test('is followed from library to library', () => {
    const files = { [`${ORT}/libcudart.so.13`]: {}, '/usr/lib64/libcudnn.so.9': { needed: ['libcuda.so.1'] } };
    expect(reason(machine({ ...system, [CUDA]: provider, ...files }))).toBe(
      'libcudnn.so.9 needs libcuda.so.1, which is not installed: it is part of the NVIDIA driver',
    );
  });

  test('is the path of the loader where the libraries lie beside it', () => {
    const packages = '/venv/lib/python3.11/site-packages/nvidia';
    const files = { [`${packages}/cu13/lib/libcudart.so.13`]: {}, [`${packages}/cudnn/lib/libcudnn.so.9`]: {} };
    const all = { ...system, [CUDA]: provider, ...files };
    expect(reason(machine(all, { VIRTUAL_ENV: '/venv' }))).toBe(
      `libonnxruntime_providers_cuda.so needs libcudart.so.13, which is at ${packages}/cu13/lib/libcudart.so.13 (and 1 more), where the loader does not look: set LD_LIBRARY_PATH=${packages}/cu13/lib:${packages}/cudnn/lib`,
    );
    const told = { LD_LIBRARY_PATH: `${packages}/cu13/lib:${packages}/cudnn/lib` };
    expect(reason(machine(all, told))).toBeUndefined();
  });

  test('is none where the cache of the loader knows them all', () => {
    const files = { '/opt/a/libcudart.so.13': {}, '/opt/b/libcudnn.so.9': {} };
    const cached = { 'libcudart.so.13': '/opt/a/libcudart.so.13', 'libcudnn.so.9': '/opt/b/libcudnn.so.9' };
    expect(reason(machine({ ...system, [CUDA]: provider, ...files }, {}, cached))).toBeUndefined();
    // A cache may be older than the disk.
    expect(reason(machine({ ...system, [CUDA]: provider }, {}, cached))).toMatch(
      /libcudart\.so\.13, which is not installed/,
    );
  });

  test('ends where libraries need each other', () => {
    const circle = {
      [`${ORT}/a.so`]: { needed: ['b.so'], runPath: '$ORIGIN' },
      [`${ORT}/b.so`]: { needed: ['a.so'], runPath: '${ORIGIN}' },
    };
    expect(reason(machine({ [CUDA]: { needed: ['a.so'], runPath: '$ORIGIN' }, ...circle }))).toBeUndefined();
  });
});
