// Large files are written past the cache, with the same bytes whatever system and file system take of it.
import { constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DIRECT_BYTES } from '../../src/node/file-sink.ts';
import { type FileOperations, writeAtomic } from '../../src/node/write-atomic.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 2 ** 20;

/** Bytes that tell every place of a page, and every page, apart. */
function content(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4)).map((_, i) => Math.imul(i, 2654435761));
  return new Uint8Array(words.buffer, 0, length);
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    const chunk = bytes.slice(at, at + size);
    yield chunk;
    // Whoever is asked for the next chunk may use the array again.
    chunk.fill(255);
    at += size;
  }
}

type Write = (bytes: Uint8Array, at: number, length: number, position: number) => Promise<{ bytesWritten: number }>;

/** Operations that give the handle past the cache another `write`, or refuse to open it. */
function withDirect(
  change: ((handle: FileHandle) => Write) | 'refused',
): FileOperations & { readonly opened: number[] } {
  const opened: number[] = [];
  return {
    lstat,
    rename,
    unlink,
    opened,
    open: async (path, flags, mode) => {
      if (typeof flags !== 'number' || (flags & constants.O_DIRECT) === 0) return open(path, flags, mode);
      opened.push(flags);
      if (change === 'refused') throw fault('EINVAL');
      // Where the folder's own file system refuses the flag, the change is tried all the same.
      const handle = await open(path, flags & ~constants.O_DIRECT, mode);
      const write = change(handle);
      return new Proxy(handle, {
        get(target, key) {
          if (key === 'write') return write;
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

const fault = (code: string): Error => Object.assign(new RangeError(code), { code });

describe.runIf(process.platform === 'linux')('fileSink', () => {
  test.each([
    { what: 'less than a page', length: 1000, sizes: [1000] },
    { what: 'whole pieces', length: 8 * MIB, sizes: [MIB] },
    { what: 'pieces used again, and a rest', length: 21 * MIB + 4097, sizes: [MIB, 5 * MIB + 3, 4095, 1] },
    { what: 'nothing', length: 0, sizes: [1] },
  ])('writes $what of a large file', async ({ length, sizes }) => {
    const path = join(folder, 'weights');
    const bytes = content(length);
    await writeAtomic(path, cut(bytes, sizes), { bytes: DIRECT_BYTES });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['weights']);
  });

  test('asks for the disk itself from a size on, and hands whole pages to it', async () => {
    const direct: number[] = [];
    const operations = withDirect((handle) => (bytes, at, length, position) => {
      direct.push(position, (bytes.byteOffset + at) % 4096, length);
      return handle.write(bytes, at, length, position);
    });
    const path = join(folder, 'weights');
    await writeAtomic(path, cut(content(5 * MIB + 5000), [MIB]), { bytes: DIRECT_BYTES - 1, operations });
    expect(operations.opened).toEqual([]);
    await writeAtomic(path, cut(content(5 * MIB + 5000), [MIB]), { bytes: DIRECT_BYTES, operations });
    expect(operations.opened).toEqual([constants.O_WRONLY | constants.O_DIRECT]);
    expect(direct).toEqual([0, 0, 4 * MIB, 4 * MIB, 0, MIB + 4096]);
    expect(readFileSync(path).equals(content(5 * MIB + 5000))).toBe(true);
  });

  test.each([
    { what: 'refuses the flag', operations: withDirect('refused') },
    {
      what: 'takes the flag and refuses the writes',
      operations: withDirect(() => () => Promise.reject(fault('EINVAL'))),
    },
    {
      what: 'takes a part of each write',
      operations: withDirect(
        (handle) => (bytes, at, length, position) => handle.write(bytes, at, Math.min(length, 12_288), position),
      ),
    },
    {
      what: 'is slower with the first pieces than with the last',
      operations: withDirect((handle) => async (bytes, at, length, position) => {
        await new Promise((resolve) => setTimeout(resolve, position === 0 ? 60 : 0));
        return handle.write(bytes, at, length, position);
      }),
    },
  ])('writes the same bytes where the file system $what', async ({ operations }) => {
    const path = join(folder, 'weights');
    const bytes = content(26 * MIB + 77);
    await writeAtomic(path, cut(bytes, [MIB, 7777]), { bytes: DIRECT_BYTES, operations });
    expect(operations.opened.length).toBe(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.each([1, 6])('leaves the old file where the disk is full at piece %i', async (piece) => {
    let calls = 0;
    const operations = withDirect((handle) => (bytes, at, length, position) => {
      return calls++ >= piece ? Promise.reject(fault('ENOSPC')) : handle.write(bytes, at, length, position);
    });
    const path = join(folder, 'weights');
    writeFileSync(path, 'old');
    const writing = writeAtomic(path, cut(content(30 * MIB), [MIB]), { bytes: DIRECT_BYTES, operations });
    await expect(writing).rejects.toMatchObject({ code: 'FILE_WRITE', cause: { code: 'ENOSPC' } });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['weights']);
  });
});
