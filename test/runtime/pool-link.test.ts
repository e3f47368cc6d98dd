// What goes between a pool and its workers, pools of files, and the page on pools.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, loadPool } from 'dimwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/base/codes.ts';
import { POOL_CODES } from '../../src/base/pool-codes.ts';
import { type Frame, FrameReader, frameChunks } from '../../src/runtime/pool/frame.ts';
import { processLink } from '../../src/runtime/pool/process-link.ts';
import { threadLink } from '../../src/runtime/pool/thread-link.ts';
import { PROCESS_PROGRAM } from '../../src/runtime/pool/worker-program.ts';
import { SMALL, smallFeed } from './pool-models.ts';

const CPU = { providers: 'cpu', workers: 1, threads: 1 } as const;

describe('FrameReader', () => {
  test('reads what frameChunks writes, however it is cut', () => {
    const body = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 3 });
    const frame = fc.record({ text: fc.string(), bodies: fc.array(body, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), fc.integer({ min: 1, max: 13 }), (frames, size) => {
        const stream = frames.flatMap(({ text, bodies }) => frameChunks({ text }, bodies));
        const bytes = new Uint8Array(Buffer.concat(stream));
        const read: Frame[] = [];
        const reader = new FrameReader((each) => read.push(each));
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        expect(read.map(({ head, bodies }) => [head['text'], bodies.map((each) => [...each])])).toEqual(
          frames.map(({ text, bodies }) => [text, bodies.map((parts) => parts.flatMap((part) => [...part]))]),
        );
      }),
    );
  });
});

describe('a link', () => {
  test('tells the exit code of a process, and the end of what it wrote', async () => {
    const link = processLink(
      { isLoud: false },
      "process.stderr.write('x'.repeat(5000) + ' out of luck'); process.exitCode = 3;",
    );
    const end = await link.ended;
    expect(end.reason).toBe('it ended with exit code 3');
    expect(end.log).toHaveLength(2000);
    expect(end.log).toMatch(/x out of luck$/);
  });

  /** A worker whose system refuses every other call on its pipe by an error. */
  const refusing = (code: string): string => `
    const fs = require('node:fs');
    for (const name of ['readSync', 'writeSync']) {
      const real = fs[name];
      let count = 0;
      fs[name] = (...args) => {
        if (count++ % 2 === 1) throw Object.assign(new Error('refused'), { code: '${code}' });
        return real(...args);
      };
    }
    ${PROCESS_PROGRAM}`;

  test('waits where a system says that a pipe is not ready', async () => {
    const link = processLink({ isLoud: false }, refusing('EAGAIN'));
    const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
    for (let round = 0; round < 2; round++) {
      const { head } = await link.request({ head: { op: 'load', entry }, bodies: [] });
      expect(head).toMatchObject({ backends: expect.arrayContaining(['cpu']) });
    }
    link.kill();
    expect((await link.ended).reason).toBe('it was killed by SIGKILL');
  });

  test('ends its process where a system tells the end of a pipe by an error', async () => {
    const link = processLink({ isLoud: false }, refusing('EOF'));
    void link.request({ head: { op: 'load', entry: 'none' }, bodies: [] });
    expect(await link.ended).toEqual({ reason: 'it was killed by SIGKILL' });
  });

  test('tells why a thread failed', async () => {
    const link = threadLink("throw new RangeError('no luck');");
    expect(await link.ended).toEqual({ reason: 'it failed: no luck' });
  });

  test('to a process that is gone takes requests and answers none', async () => {
    const link = processLink({ isLoud: false }, '');
    await link.ended;
    const answer = link.request({ head: {}, bodies: [[new Uint8Array(1000)]] });
    expect(await Promise.race([answer, sleep(50, 'nothing')])).toBe('nothing');
  });
});

describe('loadPool', () => {
  test('runs a file, and is broken when the file is gone and a worker dies', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dimwise-pool-'));
    const path = join(folder, 'small.onnx');
    try {
      await writeFile(path, SMALL.bytes());
      await using pool = await loadPool(path, CPU);
      await using other = await createPool(SMALL, CPU);
      expect(await pool.run(smallFeed(2, 1))).toEqual(await other.run(smallFeed(2, 1)));
      await rm(path);
      const waits = pool.ready().then(() => {
        process.kill(pool.stats.workers[0]?.id ?? 0, 'SIGKILL');
        return pool.started();
      });
      await waits;
      for (let i = 0; i < 500 && pool.stats.workers[0]?.state !== 'closed'; i++) await sleep(10);
      await expect(pool.run(smallFeed(1, 1))).rejects.toMatchObject({
        code: 'POOL_BROKEN',
        message: expect.stringContaining('small.onnx'),
        cause: { code: 'RUNTIME_FAILED' },
      });
      await expect(pool.ready()).rejects.toMatchObject({ code: 'POOL_BROKEN' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('refuses a file that is no model', async () => {
    await expect(loadPool('/nowhere.onnx', CPU)).rejects.toMatchObject({ code: 'FILE_READ' });
  });
});

describe('docs/pool.md', () => {
  test('names every code of pools, and no code that is not there', async () => {
    const page = await readFile(new URL('../../docs/pool.md', import.meta.url), 'utf8');
    const named = new Set(Array.from(page.matchAll(/\b[A-Z]+_[A-Z_]+\b/g), ([code]) => code));
    expect([...named].filter((code) => !(code in ERROR_CODES))).toEqual([]);
    expect(Object.keys(POOL_CODES).filter((code) => !named.has(code))).toEqual([]);
  });

  test('has an example that runs', async () => {
    const page = await readFile(new URL('../../docs/pool.md', import.meta.url), 'utf8');
    const code = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const { createJiti } = await import('jiti');
    const jiti = createJiti(import.meta.url, {
      alias: { dimwise: new URL('../../src/index.ts', import.meta.url).pathname },
    });
    const filename = new URL('pool-example.ts', import.meta.url).pathname;
    const seen: { output?: unknown } = {};
    Object.assign(globalThis, { seenByPoolPage: seen });
    await jiti.evalModule(`${code}\nseenByPoolPage.output = output;`, { async: true, filename });
    expect(seen.output).toMatchObject({ dtype: 'float32', shape: [1, 3] });
  });
});
