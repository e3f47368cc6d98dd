// Whatever fails while a model is saved, and whenever: the old model or the new one stands there, whole, with its weights.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { leftovers, saveFault, standing } from './fault-pair.ts';

/** How often processes are killed; `FAULT_TRIALS=500` for the long run. */
const TRIALS = Number(process.env['FAULT_TRIALS'] ?? 8);

const faults = vi.hoisted(() => ({
  /** Counts the calls to the file system; throws or changes what it does at one of them. */
  seen: 0,
  at: -1,
  code: '',
  isShort: false,
}));

function step(): void {
  if (faults.seen++ === faults.at) throw Object.assign(new RangeError(faults.code), { code: faults.code });
}

/** A handle whose calls may fail, and whose writes may stop short. */
function guarded(handle: FileHandle): FileHandle {
  return new Proxy(handle, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      if (key !== 'write' && key !== 'sync' && key !== 'chmod') return value.bind(target);
      return (...args: unknown[]): unknown => {
        step();
        if (key === 'write' && faults.isShort) args[2] = Math.ceil(Number(args[2]) / 3);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      step();
      return guarded(await real.open(...args));
    },
    rename: async (...args: Parameters<typeof real.rename>) => {
      step();
      return real.rename(...args);
    },
    unlink: async (...args: Parameters<typeof real.unlink>) => {
      step();
      return real.unlink(...args);
    },
  };
});

let folder = '';
let path = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-faults-'));
  path = join(folder, 'model.onnx');
  Object.assign(faults, { seen: 0, at: -1, isShort: false });
  await saveFault('old', path);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('saveOnnx under faults', () => {
  test.each(['memory', 'file'] as const)(
    'leaves the old or the new model at every call that may fail, weights from %s',
    async (from) => {
      faults.seen = 0;
      await saveFault('new', path, from);
      const calls = faults.seen;
      expect(calls).toBeGreaterThan(10);
      const codes = ['ENOSPC', 'EIO', 'EFBIG', 'EACCES'];
      for (let at = 0; at < calls; at++) {
        Object.assign(faults, { at: -1, isShort: at % 2 === 1 });
        await saveFault('old', path, from);
        Object.assign(faults, { seen: 0, at, code: codes[at % codes.length] });
        const failed = await saveFault('new', path, from).then(
          () => false,
          () => true,
        );
        const found = standing(path);
        expect(['old', 'new'], `fault at call ${at} of ${calls}`).toContain(found);
        if (!failed) expect(found).toBe('new');
        expect(leftovers(path)).toEqual([]);
      }
    },
  );

  test('writes all where every write stops short', async () => {
    faults.isShort = true;
    await saveFault('new', path);
    expect(standing(path)).toBe('new');
  });

  const script = fileURLToPath(new URL('./killed-saver.ts', import.meta.url));
  const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));

  /** Runs the saver, under a limit of blocks of 1024 bytes where one is given, and gives what it said after it was ready. */
  async function saver(limit: number | undefined, killAfter: number | undefined): Promise<string> {
    const own = join(folder, 'own');
    const target = join(mkdtempSync(`${own}-`), 'model.onnx');
    await saveFault('old', target);
    const ulimit = limit === undefined ? '' : `ulimit -f ${limit} && `;
    const command = `${ulimit}exec "${process.execPath}" "${jiti}" "${script}" "${target}"`;
    const child = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '' && killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
      said += chunk.toString();
    });
    await once(child, 'close');
    expect(['old', 'new'], `limit ${limit}, killed after ${killAfter} ms`).toContain(standing(target));
    if (killAfter === undefined) expect(leftovers(target)).toEqual([]);
    return said;
  }

  test(`leaves the old or the new model in ${TRIALS} processes that are killed`, {
    timeout: TRIALS * 15_000,
  }, async () => {
    for (let trial = 0; trial < TRIALS; trial += 2) {
      await Promise.all([saver(undefined, Math.random() * 80), saver(undefined, Math.random() * 80)]);
    }
  });

  test('leaves the old model where a file grows beyond a limit of the system', { timeout: 60_000 }, async () => {
    for (const limit of [64, 2048]) expect(await saver(limit, undefined)).toContain('FILE_WRITE');
  });
});
