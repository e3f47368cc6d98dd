// A pool runs models in workers: the same numbers as a session, nothing lost, nothing that outlives it.
import {
  createPool,
  createSession,
  dense,
  type ErrorCode,
  isDimwiseError,
  model,
  op,
  PoolFullError,
  type RunOutputs,
  type SessionPool,
  type SessionPoolOptions,
  tensor,
  type Value,
} from 'dimwise';
import { describe, expect, test } from 'vitest';
import { SLOW, SMALL, slowFeed, smallFeed } from './pool-models.ts';

const CPU = { providers: 'cpu', workers: 1, threads: 1 } as const;
const ISOLATIONS = ['process', 'thread'] as const;

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await promise;
  } catch (error) {
    if (isDimwiseError(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe.each(ISOLATIONS)('a pool of %s workers', (isolation) => {
  const open = (options: SessionPoolOptions = {}): Promise<SessionPool> =>
    createPool(SMALL, { ...CPU, isolation, ...options });

  test('gives what a session gives, bit for bit', async () => {
    await using pool = await open({ workers: 2 });
    await using session = await createSession(SMALL, { providers: 'cpu', threads: 1 });
    const feeds = Array.from({ length: 20 }, (_, i) => smallFeed(1 + (i % 5), i));
    const outputs = await Promise.all(feeds.map((feed) => pool.run(feed)));
    const expected: RunOutputs[] = [];
    for (const feed of feeds) expected.push(await session.run(feed));
    expect(outputs).toEqual(expected);
    expect(pool.stats).toMatchObject({ done: 20, failed: 0, running: 0, waiting: 0, restarts: 0 });
  });

  test.each<[Parameters<typeof tensor>[0], unknown]>([
    ['float16', Uint16Array.of(0x3c00, 0x7e00)],
    ['float64', Float64Array.of(Math.PI, -0)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 5n)],
    ['uint8', Uint8Array.of(0, 255)],
    ['bool', Uint8Array.of(1, 0)],
    ['string', ['', 'ü😀']],
  ])('passes %s as it is', async (dtype, data) => {
    const same = model((x: Value) => op.Identity(x), { inputs: { x: tensor(dtype, ['n']) } })
      .bind({ x: ['n'] })
      .compile();
    await using pool = await createPool(same, { ...CPU, isolation });
    const { output } = await pool.run({ x: { dtype, shape: [2], data: data as Uint8Array } });
    expect(output).toEqual({ dtype, shape: [2], data });
  });

  test('refuses wrong feeds before anything is sent', async () => {
    await using pool = await open();
    expect(await codeOf(pool.run({ y: [[1]] }))).toBe('FEED_MISSING');
    expect(await codeOf(pool.run([[1, 2]]))).toBe('FEED_MISMATCH');
    expect(await codeOf(pool.run(smallFeed(1, 0), { outputs: ['nothing'] }))).toBe('OUTPUT_UNKNOWN');
    expect(pool.stats).toMatchObject({ batches: 0, refused: 0, failed: 0 });
  });

  test('keeps to the policy for NaN', async () => {
    const nan = new Float32Array(8).fill(Number.NaN);
    await using strict = await open({ nonFinite: 'refuse' });
    expect(await codeOf(strict.run(nan))).toBe('FEED_NOT_FINITE');
    await strict.run(new Float32Array(8));
    expect(await codeOf(strict.run(nan))).toBe('FEED_NOT_FINITE');
    expect(strict.stats.batches).toBe(1);
  });

  test('tells what ONNX Runtime says of a run', async () => {
    const gather = model((x: Value) => op.Gather(op.Constant({ value_floats: [1, 2] }), x), {
      inputs: { x: tensor('int64', ['n']) },
    })
      .bind({ x: ['n'] })
      .compile();
    await using pool = await createPool(gather, { ...CPU, isolation });
    await expect(pool.run([7])).rejects.toThrow(
      /RUNTIME_FAILED: ONNX Runtime fails to run .* on x: int64\[1\].*(idx|ind)/,
    );
    expect((await pool.run([1]))['output']?.data).toEqual(Float32Array.of(2));
    expect(pool.stats).toMatchObject({ failed: 1, done: 1, restarts: 0 });
  });

  test('keeps to the bounds of its queue, and tells when to come again', async () => {
    await using pool = await createPool(SLOW, { ...CPU, isolation, queue: 2 });
    const taken = [0, 1, 2].map(() => pool.run(slowFeed(60)));
    const refused = await pool.run(slowFeed(1)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PoolFullError);
    expect(refused).toMatchObject({ code: 'POOL_FULL', retryAfter: expect.any(Number) });
    expect(() => pool.checkRoom()).toThrow(PoolFullError);
    await pool.ready();
    pool.checkRoom();
    taken.push(pool.run(slowFeed(1)));
    await Promise.all(taken);
    expect(pool.stats).toMatchObject({ done: 4, refused: 2 });
  });

  test('a signal takes a request out of the queue', async () => {
    await using pool = await createPool(SLOW, { ...CPU, isolation });
    const first = pool.run(slowFeed(100));
    const control = new AbortController();
    const second = pool.run(slowFeed(100), { signal: control.signal });
    expect(pool.stats.waiting).toBe(1);
    control.abort('enough');
    expect(pool.stats.waiting).toBe(0);
    await expect(second).rejects.toMatchObject({ code: 'RUN_CANCELLED', cause: 'enough' });
    await first;
    expect(await codeOf(pool.run(slowFeed(1), { signal: AbortSignal.abort() }))).toBe('RUN_CANCELLED');
    expect(pool.stats).toMatchObject({ cancelled: 1, done: 1, restarts: 0 });
  });

  test('a time limit holds for waiting too', async () => {
    await using pool = await createPool(SLOW, { ...CPU, isolation });
    const first = pool.run(slowFeed(300));
    await expect(pool.run(slowFeed(1), { timeout: 20 })).rejects.toThrow(
      /RUN_TIMEOUT: .* more than 20 ms: it waited \d+ ms/,
    );
    await first;
    expect(pool.stats).toMatchObject({ timedOut: 1, done: 1, restarts: 0 });
  });

  test('refuses a model that ONNX Runtime refuses, as a session does', async () => {
    const wrong = model((x: Value) => op.Identity(x), { inputs: { x: tensor('float32', ['n']) } })
      .bind({ x: ['n'] })
      .compile()
      .bytes();
    const at = Buffer.from(wrong).indexOf('Identity');
    wrong.set(Buffer.from('Udentity'), at);
    const [ofPool, ofSession] = await Promise.all([
      createPool(wrong, { ...CPU, isolation }).catch((error: unknown) => error),
      createSession(wrong, { providers: 'cpu' }).catch((error: unknown) => error),
    ]);
    expect(isDimwiseError(ofPool) && isDimwiseError(ofSession) && [ofPool.code, ofPool.actual]).toEqual(
      isDimwiseError(ofSession) && ['RUNTIME_FAILED', ofSession.actual],
    );
  });

  test('ends its work before it is gone, and takes nothing after', async () => {
    const pool = await createPool(SLOW, { ...CPU, isolation });
    const runs = [pool.run(slowFeed(30)), pool.run(slowFeed(30))];
    const gone = pool.dispose();
    expect(await codeOf(pool.run(slowFeed(1)))).toBe('SESSION_DISPOSED');
    await gone;
    expect(pool.stats).toMatchObject({ done: 2, refused: 0 });
    expect(await Promise.all(runs)).toHaveLength(2);
    expect(await codeOf(pool.ready())).toBe('SESSION_DISPOSED');
    await pool.dispose();
  });
});

describe('createPool', () => {
  test.each([
    [{ wrokers: 2 }, /wrokers/],
    [{ workers: 0 }, /workers/],
    [{ isolation: 'fork' }, /isolation/],
    [{ batching: { maxbatch: 3 } }, /maxbatch/],
    [{ queue: 0, batching: true }, /queue/],
    [{ profile: { prefix: 'x' } }, /profile/],
  ])('refuses %j', async (options, named) => {
    const error = await createPool(SMALL, { ...CPU, ...(options as object) }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'SESSION_OPTION', message: expect.stringMatching(named) });
  });

  test('refuses what requests do not take', async () => {
    await using pool = await createPool(SMALL, CPU);
    // @ts-expect-error a misspelt option
    await expect(pool.run(smallFeed(1, 0), { timout: 1 })).rejects.toMatchObject({ code: 'SESSION_OPTION' });
  });

  test('warms up on the feeds that it is given, and says when they are wrong', async () => {
    await using pool = await createPool(SMALL, { ...CPU, warmUp: smallFeed(3, 1) });
    expect(pool.stats.done).toBe(0);
    expect(await codeOf(createPool(SMALL, { ...CPU, warmUp: [[1]] }))).toBe('FEED_MISMATCH');
  });

  test('starts no more workers than there are cores', async () => {
    const net = model(dense(2), { inputs: { x: ['n', 2] } })
      .initialize()
      .bind({ x: ['n', 2] })
      .compile();
    await using pool = await createPool(net, { providers: 'cpu' });
    expect(pool.stats.workers.length).toBeGreaterThanOrEqual(1);
    expect(pool.stats.workers.length).toBeLessThanOrEqual(4);
    expect(pool.provider).toBe('cpu');
    expect(pool.fallbacks).toEqual([]);
  });
});
