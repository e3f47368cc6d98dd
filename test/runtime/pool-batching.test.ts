// Requests are joined along the batch symbol, and each gets its own rows back.
import {
  createPool,
  createSession,
  dense,
  graph,
  layerNorm,
  model,
  op,
  type RunOutputs,
  type SessionPoolOptions,
  sequential,
  tensor,
  type Value,
} from 'dimwise';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALONG_FIRST_AXIS } from '../../src/runtime/pool/batch.ts';
import { batchSymbol } from '../../src/runtime/pool/batch-plan.ts';
import { Histogram } from '../../src/runtime/pool/histogram.ts';
import type { PoolJob } from '../../src/runtime/pool/pool-job.ts';
import type { RunTensor } from '../../src/runtime/run-outputs.ts';
import { SMALL, smallFeed } from './pool-models.ts';

const CPU = { providers: 'cpu', workers: 1, threads: 1 } as const;
const BATCHING = { maxBatch: 8, maxDelay: 50 } as const;

/** Two inputs of one batch and one length; a row of the output depends on its own row only. */
const PAIR = graph((g) => {
  const x = g.input('x', 'float32', ['b', 's', 4]);
  const ids = g.input('ids', 'int64', ['b', 's']);
  return {
    sum: op.Add(op.ReduceSum(x, [2], { keepdims: 0 }), op.Cast(ids, { to: 'float32' })),
    same: op.Identity(ids),
  };
})
  .bind({ x: ['b', 's', 4], ids: ['b', 's'] })
  .compile();

const pairFeed = (b: number, s: number, from: number) => ({
  x: { dtype: 'float32', shape: [b, s, 4], data: Float32Array.from({ length: b * s * 4 }, (_, i) => from + i) },
  ids: { dtype: 'int64', shape: [b, s], data: BigInt64Array.from({ length: b * s }, (_, i) => BigInt(from * 100 + i)) },
});

/** The elements as numbers. */
const numbersOf = ({ data }: RunTensor): number[] => Array.from<unknown, number>(data, Number);

/** Numbers agree to r relative means max|a-b| <= r * max|b|. */
function expectClose(outputs: RunOutputs, expected: RunOutputs, r: number): void {
  for (const [name, wanted] of Object.entries(expected)) {
    const got = outputs[name];
    expect([got?.dtype, got?.shape]).toEqual([wanted.dtype, wanted.shape]);
    const largest = Math.max(...numbersOf(wanted).map(Math.abs));
    const apart = Math.max(...numbersOf(wanted).map((value, i) => Math.abs(value - Number(got?.data[i]))));
    expect(apart).toBeLessThanOrEqual(r * largest);
  }
}

describe('a pool with batching', () => {
  test('joins what comes at a time, and answers as without', async () => {
    const net = model(sequential(dense(32), layerNorm(), dense(5)), { inputs: { x: ['n', 12] } })
      .initialize()
      .bind({ x: ['n', 12] })
      .compile();
    const feeds = Array.from({ length: 16 }, (_, k) => {
      const rows = 1 + (k % 2);
      return {
        x: {
          dtype: 'float32',
          shape: [rows, 12],
          data: Float32Array.from({ length: rows * 12 }, (_, i) => Math.cos(i * k)),
        },
      };
    });
    await using session = await createSession(net, { providers: 'cpu', threads: 1 });
    await using pool = await createPool(net, { ...CPU, batching: BATCHING });
    const outputs = await Promise.all(feeds.map((feed) => pool.run(feed)));
    for (const [i, feed] of feeds.entries()) expectClose(outputs[i] ?? {}, await session.run(feed), 1e-5);
    // 24 rows in batches of 8 at the most, none cut.
    expect(pool.stats).toMatchObject({ done: 16, batched: 16 });
    expect(pool.stats.batches).toBeLessThanOrEqual(4);
  });

  test.each(['process', 'thread'] as const)('joins several inputs, sizes apart, in a %s', async (isolation) => {
    await using pool = await createPool(PAIR, { ...CPU, isolation, batching: BATCHING });
    await using session = await createSession(PAIR, { providers: 'cpu' });
    const feeds = [pairFeed(1, 3, 0), pairFeed(2, 5, 1), pairFeed(1, 3, 2), pairFeed(2, 3, 3), pairFeed(1, 5, 4)];
    const outputs = await Promise.all(feeds.map((feed) => pool.run(feed)));
    for (const [i, feed] of feeds.entries()) expect(outputs[i]).toEqual(await session.run(feed));
    expect(pool.stats).toMatchObject({ done: 5, batches: 2, batched: 5 });
  });

  test('answers each with memory of its own', async () => {
    await using pool = await createPool(PAIR, { ...CPU, batching: BATCHING });
    const outputs = await Promise.all([pairFeed(1, 3, 0), pairFeed(1, 3, 1)].map((feed) => pool.run(feed)));
    expect(pool.stats.batches).toBe(1);
    const buffers = outputs.flatMap((each) =>
      Object.values(each).map(({ data }) => ('buffer' in data ? data.buffer : data)),
    );
    expect(new Set(buffers).size).toBe(4);
    for (const { sum } of outputs) expect(sum?.data).toMatchObject({ byteOffset: 0, buffer: { byteLength: 12 } });
  });

  test('joins only requests for the same outputs', async () => {
    await using pool = await createPool(PAIR, { ...CPU, batching: BATCHING });
    const [all, one] = await Promise.all([
      pool.run(pairFeed(1, 3, 0)),
      pool.run(pairFeed(1, 3, 1), { outputs: ['same'] }),
    ]);
    expect([Object.keys(all), Object.keys(one)]).toEqual([['sum', 'same'], ['same']]);
    expect(pool.stats.batches).toBe(2);
  });

  test('keeps to the range of the symbol', async () => {
    const few = model((x: Value) => op.Add(x, x), {
      inputs: { x: tensor('float32', ['b', 2]) },
      symbols: { b: { max: 3 } },
    })
      .bind({ x: ['b', 2] })
      .compile();
    await using pool = await createPool(few, { ...CPU, batching: { maxBatch: 8, maxDelay: 20 } });
    const outputs = await Promise.all([1, 2, 3, 4, 5].map((value) => pool.run([[value, value]])));
    expect(outputs.map(({ output }) => output?.data[0])).toEqual([2, 4, 6, 8, 10]);
    expect(pool.stats).toMatchObject({ batches: 2, batched: 5 });
  });

  test('lets one bad request fail alone', async () => {
    const pick = model((ids: Value) => op.Gather(op.Constant({ value_floats: [10, 20, 30] }), ids), {
      inputs: { ids: tensor('int64', ['b', 1]) },
    })
      .bind({ ids: ['b', 1] })
      .compile();
    await using pool = await createPool(pick, { ...CPU, batching: BATCHING });
    const ends = await Promise.allSettled([0, 7, 2].map((id) => pool.run([[id]])));
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value['output']?.data[0] : end.reason.code))).toEqual([
      10,
      'RUNTIME_FAILED',
      30,
    ]);
    expect(pool.stats).toMatchObject({ done: 2, failed: 1, batches: 4, restarts: 0 });
  });

  test('a member that is cancelled does not stop the others', async () => {
    await using pool = await createPool(SMALL, { ...CPU, grace: 0, batching: { maxBatch: 3, maxDelay: 1000 } });
    const control = new AbortController();
    const runs = [0, 1, 2].map((seed) => pool.run(smallFeed(1, seed), seed === 1 ? { signal: control.signal } : {}));
    control.abort();
    const ends = await Promise.allSettled(runs);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(pool.stats).toMatchObject({ batches: 1, cancelled: 1, done: 2, restarts: 0 });
  });
});

const NOTHING_IN = graph(() => ({ y: op.Constant({ value_float: 1 }) }))
  .bind({})
  .compile().contract;

describe('batchSymbol', () => {
  const f = (...shapes: readonly (readonly (string | number)[])[]) =>
    graph((g) => {
      const inputs = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape));
      return Object.fromEntries(inputs.map((x, i) => [`y${i}`, op.Identity(x)]));
    })
      .bind(Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape])))
      .compile().contract;

  test('is the symbol that leads all inputs and outputs', () => {
    expect(batchSymbol('m', f(['b', 3], ['b', 's']))).toBe('b');
  });

  test.each<[string, Parameters<typeof batchSymbol>[1], RegExp]>([
    ['a number', f([4, 3]), /axis 0 of input "x0" is 4, no symbol/],
    ['an expression', f(['2*b', 3], ['b']), /axis 0 of input "x0" is 2\*b, no symbol/],
    ['a scalar', f(['b'], []), /axis 0 of input "x1" is missing \(it is a scalar\), that of input "x0" is b/],
    ['two symbols', f(['b'], ['c']), /axis 0 of input "x1" is c, that of input "x0" is b/],
    ['a second axis', f(['b', 'b']), /axis 1 of input "x0" is b, which depends on b too/],
    ['an axis made of it', f(['b', '3*b + 1']), /axis 1 of input "x0" is 3\*b \+ 1, which depends on b too/],
    ['no inputs', NOTHING_IN, /it has no inputs/],
  ])('refuses %s', (_, contract, message) => {
    expect(() => batchSymbol('m', contract)).toThrow(message);
  });

  test.each<[string, (x: Value) => Value, RegExp]>([
    ['that lost it', (x) => op.ReduceSum(x, [0]), /axis 0 of output "y" is 1, that of input "x" is b/],
    ['that mixes rows', (x) => op.MatMul(x, op.Transpose(x)), /axis 1 of output "y" is b, which depends on b too/],
    ['of twice the rows', (x) => op.Concat([x, x], { axis: 0 }), /axis 0 of output "y" is 2\*b/],
  ])('refuses an output %s', async (_, body, message) => {
    const net = graph((g) => ({ y: body(g.input('x', 'float32', ['b', 3])) }))
      .bind({ x: ['b', 3] })
      .compile();
    expect(() => batchSymbol('m', net.contract)).toThrow(message);
    const options: SessionPoolOptions = { ...CPU, batching: true };
    await expect(createPool(net, options)).rejects.toMatchObject({
      code: 'BATCH_UNSUPPORTED',
    });
  });

  test('refuses a contract that says nothing of outputs', () => {
    const { outputs: _, ...contract } = f(['b']);
    expect(() => batchSymbol('m', contract)).toThrow(/saved without outputs/);
  });
});

describe('joining and splitting', () => {
  test('are inverse for the outputs of an identity', () => {
    const rows = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 3 }), (counts, width) => {
        let value = 0;
        const jobs = counts.map((count): PoolJob => {
          const data = Int32Array.from({ length: count * width }, () => value++);
          const feeds = new Map([['x', { dtype: 'int32', shape: [count, width], data }]]);
          const rest = {
            priority: 0,
            bytes: 0,
            key: 'k',
            timeout: 1,
            fetches: ['x'],
            sizes: new Map(),
            site: undefined,
          };
          return { feeds, rows: count, ...rest };
        });
        const [joined] = ALONG_FIRST_AXIS.join(jobs);
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(joined?.shape).toEqual([total, width]);
        const data = Int32Array.from((joined?.parts ?? []).flatMap((part) => Array.from(part, Number)));
        const x: RunTensor = { dtype: 'int32', shape: [total, width], data };
        const parts = ALONG_FIRST_AXIS.split({ x }, jobs);
        expect(parts.map((part) => part['x'])).toEqual(jobs.map(({ feeds }) => feeds.get('x')));
      }),
    );
  });

  test('say when an output has not the rows of its batch', () => {
    const feeds = new Map([['x', { dtype: 'int32', shape: [1], data: Int32Array.of(1) }]]);
    const job = {
      feeds,
      rows: 1,
      priority: 0,
      bytes: 0,
      key: 'k',
      timeout: 1,
      fetches: ['x'],
      sizes: new Map(),
      site: undefined,
    };
    const x: RunTensor = { dtype: 'int32', shape: [3], data: Int32Array.of(1, 2, 3) };
    expect(() => ALONG_FIRST_AXIS.split({ x }, [job, job])).toThrow(
      /OUTPUT_MISMATCH: output "x" axis 0 has 3 for a batch of 2 rows/,
    );
  });
});

describe('Histogram', () => {
  test('tells percentiles within 1/32 above the true ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (times, share) => {
          const histogram = new Histogram();
          for (const time of times) histogram.add(time);
          const sorted = times.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * times.length)) - 1] ?? 0;
          const told = histogram.percentile(share);
          expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 32));
        },
      ),
    );
  });

  test('of nothing tells nothing', () => {
    expect(new Histogram().summary()).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  });
});
