// Failed and killed writes leave the old file or none.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type FileOperations, writeAtomic } from '../../src/node/write-atomic.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-write-'));
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

const NEW = [Uint8Array.from([1, 2, 3]), new Uint8Array(100_000).fill(7)];
const REAL: FileOperations = { lstat, open, rename, unlink };

/** The error of a write that must fail. */
async function failure(write: Promise<void>): Promise<{ code: string; message: string; cause: unknown }> {
  try {
    await write;
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message, cause: error.cause };
    throw error;
  }
  return { code: 'none', message: '', cause: undefined };
}

/** File operations whose handles fail in one call. */
function failing(method: 'write' | 'sync' | 'chmod', code: string, after = 0): FileOperations {
  let calls = 0;
  const fail = (): never => {
    throw Object.assign(new RangeError(`${code}: injected`), { code });
  };
  return {
    ...REAL,
    open: async (...args) => {
      const handle = await open(...args);
      return new Proxy(handle, {
        get(target, key) {
          if (key === method && calls++ >= after) return fail;
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

describe('writeAtomic', () => {
  test('writes all chunks, and leaves nothing else in the folder', async () => {
    const path = join(folder, 'model.onnx');
    await writeAtomic(path, NEW);
    expect(readFileSync(path).length).toBe(100_003);
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  test('goes on where a write stops short', async () => {
    const path = join(folder, 'model.onnx');
    const short: FileOperations = {
      ...REAL,
      open: async (...args) => {
        const handle = await open(...args);
        return new Proxy(handle, {
          get(target, key) {
            if (key === 'write') {
              return (bytes: Uint8Array, at: number, length: number) => target.write(bytes, at, Math.min(length, 999));
            }
            const value: unknown = Reflect.get(target, key);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
    await writeAtomic(path, NEW, { operations: short });
    expect(readFileSync(path)).toEqual(Buffer.concat(NEW));
  });

  test('keeps the mode of the file that it replaces', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    await writeAtomic(path, NEW);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('replaces a link and leaves what it points to', async () => {
    const target = join(folder, 'target');
    const path = join(folder, 'model.onnx');
    writeFileSync(target, 'old');
    symlinkSync(target, path);
    await writeAtomic(path, NEW);
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(() => readlinkSync(path)).toThrow('EINVAL');
  });

  const faults: readonly { what: string; operations: FileOperations; code: string }[] = [
    { what: 'the disk is full', operations: failing('write', 'ENOSPC', 1), code: 'ENOSPC' },
    { what: 'the file grows beyond a limit', operations: failing('write', 'EFBIG'), code: 'EFBIG' },
    { what: 'the flush fails', operations: failing('sync', 'EIO'), code: 'EIO' },
    { what: 'the mode cannot be set', operations: failing('chmod', 'EPERM'), code: 'EPERM' },
    {
      what: 'the folder may not be written to',
      operations: { ...REAL, open: () => Promise.reject(Object.assign(new RangeError('EACCES'), { code: 'EACCES' })) },
      code: 'EACCES',
    },
    {
      what: 'the renaming fails',
      operations: { ...REAL, rename: () => Promise.reject(Object.assign(new RangeError('EXDEV'), { code: 'EXDEV' })) },
      code: 'EXDEV',
    },
  ];
  test.each(faults)('leaves the old file and no other where $what', async ({ operations, code }) => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    const error = await failure(writeAtomic(path, NEW, { operations }));
    expect(error.code).toBe('FILE_WRITE');
    expect(error.message).toContain(path);
    expect(error.cause).toMatchObject({ code });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });

  test('leaves the old file where the content itself cannot be made', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new RangeError('no more');
    }
    const error = await failure(writeAtomic(path, broken()));
    expect([error.code, readFileSync(path, 'utf8'), readdirSync(folder).length]).toEqual(['FILE_WRITE', 'old', 1]);
  });

  test('refuses a folder, a device and a missing folder', async () => {
    mkdirSync(join(folder, 'sub'));
    expect((await failure(writeAtomic(join(folder, 'sub'), NEW))).message).toContain('it is a folder');
    expect((await failure(writeAtomic('/dev/full', NEW))).message).toContain('no regular file');
    expect(existsSync('/dev/full')).toBe(true);
    expect((await failure(writeAtomic(join(folder, 'none', 'x'), NEW))).message).toContain('ENOENT');
  });

  test.skipIf(process.getuid?.() === 0)('says that a folder may not be written to', async () => {
    chmodSync(folder, 0o555);
    const error = await failure(writeAtomic(join(folder, 'model.onnx'), NEW));
    expect([error.code, error.message.includes('permission')]).toEqual(['FILE_WRITE', true]);
  });

  test('leaves the old file where the process is killed in mid-write', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    const script = fileURLToPath(new URL('./killed-writer.ts', import.meta.url));
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    const child = spawn(process.execPath, [jiti, script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(readdirSync(folder).length).toBe(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readFileSync(path, 'utf8')).toBe('old');
    await writeAtomic(path, NEW);
    expect(readFileSync(path).length).toBe(100_003);
  });

  test('fails on a size limit of the system as on a full disk', async () => {
    const path = join(folder, 'model.onnx');
    writeFileSync(path, 'old');
    const script = fileURLToPath(new URL('./limited-writer.ts', import.meta.url));
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    // The limit counts blocks of 1024 bytes; the signal that comes with it is ignored by node.
    const command = `ulimit -f 64 && exec "${process.execPath}" "${jiti}" "${script}" "${path}"`;
    const child = spawn('bash', ['-c', command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, JITI_FS_CACHE: 'false' },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(child, 'close');
    expect(Buffer.concat(chunks).toString()).toContain('FILE_WRITE');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.onnx']);
  });
});
