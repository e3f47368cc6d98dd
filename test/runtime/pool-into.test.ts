// Pools write outputs into given arrays as sessions do, and only where the request goes well.
import { createPool, graph, isDimwiseError, op, type SessionPool } from 'dimwise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillArrays } from '../../src/runtime/pool/fill-arrays.ts';
import { SLOW, SMALL, slowFeed, smallFeed } from './pool-models.ts';

const CPU = { providers: 'cpu', workers: 1, threads: 1 } as const;

const MODEL = graph((g) => {
  const x = g.input('x', 'float32', ['n', 4]);
  return {
    y: op.Neg(x),
    bools: op.Greater(x, 0),
    halves: op.Cast(x, { to: 'float16' }),
    ids: op.Cast(x, { to: 'int64' }),
    text: op.Cast(x, { to: 'string' }),
    found: op.NonZero(x),
  };
})
  .bind({ x: ['n', 4] })
  .compile();

const x = { shape: [2, 4], dtype: 'float32', data: Float32Array.of(1, -2, 3, 4, 0, 6, 7, 8) } as const;

const codesOf = async (act: Promise<unknown>): Promise<readonly string[]> => {
  const error = await act.catch((cause: unknown) => cause);
  return isDimwiseError(error) ? error.errors.map(({ code }) => code) : [];
};

describe.each(['process', 'thread'] as const)('into, by a %s', (isolation) => {
  let pool: SessionPool;
  beforeAll(async () => {
    pool = await createPool(MODEL, { ...CPU, isolation });
  });
  afterAll(() => pool.dispose());

  test('takes outputs of every kind into the arrays that are given', async () => {
    const plain = await pool.run({ x });
    const into = {
      y: new Float32Array(12).fill(9).subarray(2, 10),
      bools: new Uint8Array(8).fill(9),
      halves: new Uint16Array(8).fill(9),
      ids: new BigInt64Array(8).fill(9n),
    };
    const outputs = await pool.run({ x }, { into });
    expect(outputs).toEqual(plain);
    for (const [name, array] of Object.entries(into)) expect(outputs[name]?.data, name).toBe(array);
    const whole = new Float32Array(into.y.buffer);
    expect([whole[0], whole[1], whole[10], whole[11]]).toEqual([9, 9, 9, 9]);
  });

  test('takes the tensor of an earlier run', async () => {
    const { y } = await pool.run({ x }, { outputs: ['y'] });
    if (!y) throw new TypeError('no output');
    const again = await pool.run({ x: { ...x, data: new Float32Array(8) } }, { outputs: ['y'], into: { y } });
    expect(again['y']?.data).toBe(y.data);
    expect(y.data).toEqual(new Float32Array(8).fill(-0));
  });

  test('keeps an array for the request that has it, until that ends', async () => {
    const y = new Float32Array(8);
    const run = (value: number) =>
      pool.run({ x: { ...x, data: new Float32Array(8).fill(value) } }, { outputs: ['y'], into: { y } });
    const first = run(1);
    expect(await codesOf(run(2))).toEqual(['OUTPUT_ARRAY']);
    await first;
    expect(y).toEqual(new Float32Array(8).fill(-1));
    await run(3);
    expect(y).toEqual(new Float32Array(8).fill(-3));
  });

  test.each<[string, object, readonly string[]]>([
    ['another size', { y: new Float32Array(7) }, ['OUTPUT_ARRAY']],
    ['another type', { y: new Float64Array(8) }, ['OUTPUT_ARRAY']],
    ['strings', { text: [] }, ['OUTPUT_ARRAY']],
    ['a size that depends on data', { found: new BigInt64Array(8) }, ['OUTPUT_ARRAY']],
    ['the memory of a feed', { y: x.data }, ['OUTPUT_ARRAY']],
    ['an unknown name', { yy: new Float32Array(8) }, ['OUTPUT_UNKNOWN']],
    ['no object', 7 as unknown as object, ['SESSION_OPTION']],
    [
      'several mistakes together',
      { y: new Float32Array(1), zz: new Float32Array(1) },
      ['OUTPUT_ARRAY', 'OUTPUT_UNKNOWN'],
    ],
  ])('refuses %s before anything is sent', async (_, into, codes) => {
    const { batches } = pool.stats;
    expect(await codesOf(pool.run({ x }, { into: into as { y: Float32Array } }))).toEqual(codes);
    expect(pool.stats.batches).toBe(batches);
  });

  test('tells the shapes that arrays must have', () => {
    expect(pool.outputShapes({ x: { shape: [3, 4] } })).toMatchObject({ y: [3, 4], ids: [3, 4] });
  });
});

describe('into of a pool', () => {
  test('gives each request of a batch its own rows', async () => {
    await using pool = await createPool(SMALL, { ...CPU, batching: { maxBatch: 4, maxDelay: 1000 } });
    const arrays = [1, 2, 1].map((rows) => new Float32Array(rows * 16));
    const feeds = [smallFeed(1, 0), smallFeed(2, 1), smallFeed(1, 2)];
    const joined = await Promise.all(
      feeds.map((feed, i) => pool.run(feed, { into: { output: arrays[i] ?? new Float32Array() } })),
    );
    expect(pool.stats).toMatchObject({ batches: 1, batched: 3 });
    for (const [i, { output }] of joined.entries()) {
      expect(output?.data).toBe(arrays[i]);
      const alone = await pool.run(feeds[i] ?? [], { timeout: 60_000 });
      const expected = [...(alone['output']?.data ?? [])].map(Number);
      for (const [at, value] of (arrays[i] ?? []).entries()) expect(value).toBeCloseTo(expected[at] ?? NaN, 4);
    }
  });

  test('leaves arrays as they were where the worker of the request is killed', async () => {
    await using pool = await createPool(SLOW, CPU);
    const done = BigInt64Array.of(-7n);
    const lost = pool.run(slowFeed(600_000), { into: { done } });
    const refused = expect(lost).rejects.toMatchObject({ code: 'WORKER_LOST' });
    expect(pool.stats.running).toBe(1);
    process.kill(pool.stats.workers[0]?.id ?? 0, 'SIGKILL');
    await refused;
    await pool.run(slowFeed(1));
    expect(done).toEqual(BigInt64Array.of(-7n));
  }, 60_000);
});

describe('fillArrays', () => {
  const target = (data: Float32Array) => new Map([['y', { dtype: 'float32', shape: [2], data }]]);
  const given = (data: Float32Array) => ({ y: { dtype: 'float32', shape: [data.length], data } }) as const;

  test('refuses an output of another size than was known, and writes nothing', async () => {
    const data = Float32Array.of(9, 9);
    const error = await fillArrays(given(Float32Array.of(1, 2, 3)), target(data)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'OUTPUT_MISMATCH', expected: '[2]', actual: '[3]' });
    expect(data).toEqual(Float32Array.of(9, 9));
  });

  test('says when the memory of an array is gone, before and while it is written', async () => {
    const before = new Float32Array(2);
    structuredClone(before.buffer, { transfer: [before.buffer] });
    await expect(fillArrays(given(Float32Array.of(1, 2)), target(before))).rejects.toMatchObject({
      code: 'OUTPUT_ARRAY',
    });
    const large = new Float32Array(2 ** 19);
    const filling = fillArrays(given(new Float32Array(2 ** 19)), target(large));
    structuredClone(large.buffer, { transfer: [large.buffer] });
    await expect(filling).rejects.toMatchObject({ code: 'OUTPUT_ARRAY' });
  });
});
