// The example server under more than it can do: nothing lost, nothing wrong, and only those told who are concerned.
import { afterEach, describe, expect, test } from 'vitest';
import { casesOf, gauge, loadElsewhere, MODELS } from '../../bench/load.ts';
import { InferenceClient } from '../../examples/serve/client.ts';
import { SLOW, startServer, type TestServer } from './serve-models.ts';

let running: TestServer | undefined;
afterEach(async () => {
  await running?.server.close();
  running = undefined;
});

const start = async (...given: Parameters<typeof startServer>): Promise<TestServer> => {
  running = await startServer(...given);
  return running;
};

const steps = (count: number) =>
  ({ steps: { datatype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(count)) } }) as const;

describe('the server under load', () => {
  test.each(MODELS)(
    'loses nothing of $name at four times what it can do, and refuses with 503 and Retry-After',
    async (loaded) => {
      const { address, models } = await start(
        { [loaded.name]: loaded.compiled },
        { pool: { workers: 2, threads: 1, queue: 16 } },
      );
      const plan = { address, model: loaded.name, cases: await casesOf(loaded, 8) };
      const closed = await loadElsewhere({ ...plan, concurrency: 8, duration: 1000 });
      expect(closed).toMatchObject({ wrong: 0, lost: 0, refused: {} });
      expect(closed.right).toBe(closed.sent);
      const before = await gauge(address, 'process_resident');

      const open = await loadElsewhere({ ...plan, concurrency: 256, rate: 4 * closed.throughput, duration: 2000 });
      expect(open).toMatchObject({ wrong: 0, lost: 0, withoutRetry: 0, errors: [] });
      expect(open.right).toBeGreaterThan(0);
      expect(open.right + (open.refused[503] ?? 0)).toBe(open.sent);
      expect(open.refused[503] ?? 0).toBe(models[loaded.name]?.pool.stats.refused);
      // 256 requests of some kilobytes are at work at a time; what is left is the garbage of thousands of them.
      expect((await gauge(address, 'process_resident')) - before).toBeLessThan(200 * 2 ** 20);
      expect(await gauge(address, 'dimwise_server_body_bytes')).toBe(0);
    },
    60_000,
  );

  test('costs the request that is in a worker that is killed its answer, and none of 19 others in flight', async () => {
    const { address, models } = await start({ slow: SLOW }, { pool: { workers: 2, threads: 1 }, log: [] });
    const client = new InferenceClient(address);
    // The first two keep both workers busy until one of them is killed; the others wait, and differ in what they must get.
    const counts = Array.from({ length: 20 }, (_, i) => (i < 2 ? 2000 + i : i));
    const send = (count: number) => client.infer('slow', steps(count), { id: `${count}` });
    const pool = models['slow']?.pool;
    const first = Promise.allSettled(counts.slice(0, 2).map(send));
    await expect.poll(() => pool?.stats.running, { interval: 1, timeout: 20_000 }).toBe(2);
    const others = Promise.allSettled(counts.slice(2).map(send));
    await expect.poll(() => pool?.stats.waiting, { interval: 1, timeout: 20_000 }).toBe(18);
    const victim = pool?.stats.workers.find(({ state }) => state === 'busy')?.id ?? 0;
    process.kill(victim, 'SIGKILL');
    const ends = [...(await first), ...(await others)];
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ status: 500, message: expect.stringContaining(`process ${victim}`) });
    expect(failed[0]).toMatchObject({ message: expect.stringMatching(/WORKER_LOST.*out-of-memory killer/) });
    for (const [i, end] of ends.entries()) {
      if (end.status === 'rejected') continue;
      expect(end.value.id).toBe(`${counts[i]}`);
      expect(end.value.outputs['done']?.data).toEqual(BigInt64Array.of(BigInt(counts[i] ?? -1)));
    }
    expect(pool?.stats).toMatchObject({ done: 19, lost: 1, restarts: 1, failed: 0 });
  }, 60_000);

  test('keeps its event loop free while a model runs for long', async () => {
    const { address } = await start({ slow: SLOW }, { pool: { workers: 1, threads: 1 } });
    const client = new InferenceClient(address);
    // The first request loads what all of them need.
    await client.infer('slow', steps(1));
    const begin = performance.now();
    await Promise.all([client.infer('slow', steps(600)), client.infer('slow', steps(600))]);
    expect(performance.now() - begin).toBeGreaterThan(300);
    // At 90 of 100 looks: on a shared machine, single ones tell of other processes.
    expect(await gauge(address, 'nodejs_eventloop_lag_p90_seconds')).toBeLessThan(0.02);
  });
});
