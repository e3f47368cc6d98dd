// Pools of processes survive what kills a worker, stop what runs too long, block nothing, and leave nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, isDimwiseError, model, op, type SessionPool, tensor, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { PROCESS_PROGRAM } from '../../src/runtime/pool/worker-program.ts';
import { SLOW, SMALL, slowFeed, smallFeed } from './pool-models.ts';

const CPU = { providers: 'cpu', workers: 1, threads: 1 } as const;

const idOf = (pool: SessionPool, worker = 0): number => pool.stats.workers[worker]?.id ?? 0;

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await sleep(10);
  if (!holds()) throw new RangeError(`waited in vain until ${what}`);
}

/** Whether a process runs: one that ended and is not looked at by its parent yet does not. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(stat);
}

describe('a worker that is killed in mid-run', () => {
  test.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)(
    'by %s costs its own request, which is told so',
    async (signal) => {
      await using pool = await createPool(SLOW, { ...CPU, workers: 2 });
      const runs = [1, 2, 3, 4].map(() => pool.run(slowFeed(300)));
      const pid = idOf(pool);
      await sleep(50);
      process.kill(pid, signal);
      const ends = await Promise.allSettled(runs);
      const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect(lost).toHaveLength(1);
      expect(lost[0]).toMatchObject({ code: 'WORKER_LOST', actual: `it was killed by ${signal}` });
      expect(lost[0].message).toContain(`process ${pid}`);
      expect(lost[0].message).toContain('graph');
      expect(pool.stats).toMatchObject({ done: 3, lost: 1, restarts: 1 });
      expect(idOf(pool)).not.toBe(pid);
      await pool.run(slowFeed(1));
    },
  );

  test('while it waits costs nobody anything', async () => {
    await using pool = await createPool(SMALL, CPU);
    const pid = idOf(pool);
    process.kill(pid, 'SIGKILL');
    await until(() => idOf(pool) !== pid, 'another worker is there');
    expect((await pool.run(smallFeed(2, 0)))['output']?.shape).toEqual([2, 16]);
    expect(pool.stats).toMatchObject({ lost: 0, restarts: 1 });
  });

  test('ignores the signals of a terminal, so that work can be finished', async () => {
    await using pool = await createPool(SLOW, CPU);
    const run = pool.run(slowFeed(100));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(idOf(pool), signal);
    await run;
    expect(pool.stats).toMatchObject({ done: 1, restarts: 0 });
  });

  test('with a batch lets each of it run again', async () => {
    const twice = model((x: Value) => op.Add(x, x), { inputs: { x: tensor('float32', ['n', 2000000]) } })
      .bind({ x: ['n', 2000000] })
      .compile();
    await using pool = await createPool(twice, { ...CPU, warmUp: false, batching: { maxBatch: 4, maxDelay: 1000 } });
    const rows = [1, 2, 3, 4].map((value) => new Float32Array(2000000).fill(value));
    const runs = rows.map((data) => pool.run({ x: { dtype: 'float32', shape: [1, 2000000], data } }));
    expect(pool.stats).toMatchObject({ batches: 1, batched: 4 });
    process.kill(idOf(pool), 'SIGKILL');
    const firsts = (await Promise.all(runs)).map(({ output }) => [output?.shape, output?.data[0]]);
    expect(firsts).toEqual([1, 2, 3, 4].map((value) => [[1, 2000000], 2 * value]));
    expect(pool.stats).toMatchObject({ done: 4, lost: 0, restarts: 1, batches: 5 });
  });
});

describe('a run that must stop', () => {
  test.each(['timeout', 'signal'] as const)('by %s ends with its process', async (by) => {
    await using pool = await createPool(SLOW, { ...CPU, grace: 0 });
    const pid = idOf(pool);
    const long = slowFeed(600_000);
    const started = performance.now();
    const options = by === 'timeout' ? { timeout: 100 } : { signal: AbortSignal.timeout(100) };
    await expect(pool.run(long, options)).rejects.toMatchObject({
      code: by === 'timeout' ? 'RUN_TIMEOUT' : 'RUN_CANCELLED',
    });
    expect(performance.now() - started).toBeLessThan(5000);
    await until(() => idOf(pool) !== pid && pool.stats.workers[0]?.state === 'idle', 'another worker is there');
    expect(await isAlive(pid)).toBe(false);
    await pool.run(slowFeed(1));
    expect(pool.stats).toMatchObject({ done: 1, restarts: 1, [by === 'timeout' ? 'timedOut' : 'cancelled']: 1 });
  });

  test('a pool that is disposed by force stops at once, and refuses all', async () => {
    const pool = await createPool(SLOW, { ...CPU, workers: 2 });
    const pids = [idOf(pool, 0), idOf(pool, 1)];
    const ends = Promise.allSettled([1, 2, 3, 4].map(() => pool.run(slowFeed(600_000))));
    await pool.dispose({ force: true });
    for (const end of await ends) expect(end).toMatchObject({ reason: { code: 'SESSION_DISPOSED' } });
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false]);
  });
});

describe('the event loop', () => {
  test('goes on while models run for seconds', async () => {
    await using pool = await createPool(SLOW, { ...CPU, workers: 2 });
    const runs = [1, 2, 3, 4].map(() => pool.run(slowFeed(300)));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await Promise.all(runs);
    delay.disable();
    // A run in this thread would be one delay as long as itself; what else the machine does may delay a few ticks.
    expect(delay.max / 1e6).toBeLessThan(pool.stats.run.p50 / 2);
    expect(delay.percentile(90) / 1e6).toBeLessThan(20);
  });

  test.each(['process', 'thread'] as const)('goes on while 128 MB go to a %s and come back', async (isolation) => {
    const size = 2 ** 25;
    const negate = model((x: Value) => op.Neg(x), { inputs: { x: tensor('float32', ['n']) } })
      .bind({ x: ['n'] })
      .compile();
    await using pool = await createPool(negate, { ...CPU, isolation });
    const data = new Float32Array(size).fill(3);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const { output } = await pool.run({ x: { dtype: 'float32', shape: [size], data } });
    delay.disable();
    expect(output?.data.length).toBe(size);
    expect([output?.data[0], output?.data[size - 1]]).toEqual([-3, -3]);
    expect(delay.percentile(90) / 1e6).toBeLessThan(20);
  });
});

describe('what is left behind', () => {
  const script = (body: string): string => `
    import { createPool } from 'dimwise';
    import { SLOW, slowFeed } from ${JSON.stringify(new URL('pool-models.ts', import.meta.url).pathname)};
    const options = { providers: 'cpu', workers: 2, threads: 1 };
    ${body}`;

  /** Runs a script in a process of its own, from sources. */
  function start(body: string) {
    const root = new URL('../../', import.meta.url);
    const env = {
      ...process.env,
      JITI_ALIAS: JSON.stringify({ dimwise: new URL('src/index.ts', root).pathname }),
    };
    const loader = `const { createJiti } = require('jiti');
      createJiti(${JSON.stringify(new URL('x.ts', root).pathname)}, { alias: JSON.parse(process.env.JITI_ALIAS) })
        .evalModule(${JSON.stringify(script(body))}, { async: true, filename: ${JSON.stringify(new URL('x.ts', root).pathname)} });`;
    return spawn(process.execPath, ['-e', loader], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  test('no process after the one that had the pool was killed, not even one in mid-run', async () => {
    const child = start(`
      const pool = await createPool(SLOW, options);
      void pool.run(slowFeed(600_000));
      console.log(pool.stats.workers.map(({ id }) => id).join(' '));`);
    const [line] = await once(child.stdout, 'data');
    const pids = String(line).trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true]);
    child.kill('SIGKILL');
    let alive = pids;
    for (let i = 0; i < 500 && alive.length > 0; i++) {
      await sleep(10);
      const states = await Promise.all(alive.map(isAlive));
      alive = alive.filter((_, at) => states[at]);
    }
    expect(alive).toEqual([]);
  });

  test('no handle after a pool is disposed, and none of a pool that is forgotten', async () => {
    const child = start(`
      { await using pool = await createPool(SLOW, options); await pool.run(slowFeed(1)); }
      const forgotten = await createPool(SLOW, { ...options, isolation: 'thread' });
      await forgotten.run(slowFeed(1));
      const other = await createPool(SLOW, options);
      console.log('done', (await other.run(slowFeed(1))).done.data[0]);`);
    const output: string[] = [];
    child.stdout.on('data', (chunk) => output.push(String(chunk)));
    const [code] = await once(child, 'exit');
    expect([code, output.join('').trim()]).toEqual([0, 'done 1n']);
  });
});

describe('a worker', () => {
  test('carries nothing of the options of its parent, and answers as the program says', () => {
    expect(PROCESS_PROGRAM).not.toContain('import ');
    expect(() => new Function(PROCESS_PROGRAM)).not.toThrow();
  });

  test('that cannot load what it is told is an error of the pool', async () => {
    const { openPool } = await import('../../src/runtime/pool/open-pool.ts');
    const { loadableOf } = await import('../../src/runtime/create-session.ts');
    const loadable = await loadableOf(SMALL);
    const error = await openPool({ ...loadable, model: '/nowhere/model.onnx' }, CPU).catch((cause: unknown) => cause);
    expect(isDimwiseError(error) && error.code).toBe('RUNTIME_FAILED');
  });
});
