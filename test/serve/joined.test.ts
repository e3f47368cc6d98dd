// A model whose requests are joined tells of it as Triton does: its configuration, its counts, its statistics by batch size.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InferenceClient } from '../../examples/serve/client.ts';
import { echoOf, SLOW, startServer, type TestServer } from './serve-models.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ rows: echoOf('int64') }, { pool: { batching: { maxBatch: 4, maxDelay: 1500 } } });
});
afterAll(() => server.server.close());

const rows = (count: number) =>
  ({ x: { datatype: 'INT64', shape: [count, 2], data: new BigInt64Array(2 * count).fill(7n) } }) as const;

describe('a model whose requests are joined', () => {
  test('has the most rows of a batch in its configuration, and dims without the batch', async () => {
    expect(await new InferenceClient(server.address).modelConfig('rows')).toMatchObject({
      max_batch_size: 4,
      input: [{ name: 'x', data_type: 'TYPE_INT64', dims: [-1] }],
      output: [{ name: 'y', data_type: 'TYPE_INT64', dims: [-1] }],
      dynamic_batching: { max_queue_delay_microseconds: 1_500_000 },
    });
  });

  test('keeps the batch in its metadata', async () => {
    expect(await new InferenceClient(server.address).modelMetadata('rows')).toMatchObject({
      inputs: [{ name: 'x', shape: [-1, -1] }],
    });
  });

  test('counts rows, and runs by their size', async () => {
    const client = new InferenceClient(server.address);
    // A full batch goes at once; the delay is long, so that no machine is too slow to join these.
    await Promise.all([client.infer('rows', rows(1)), client.infer('rows', rows(3))]);
    await client.infer('rows', rows(4));
    await client.infer('rows', rows(6));
    const { model_stats: stats } = await client.statistics('rows');
    const pool = server.models['rows']?.pool.stats;
    const executed = { count: expect.any(Number), ns: expect.any(Number) };
    expect(stats).toMatchObject([{ inference_count: 14, execution_count: pool?.batches }]);
    const sizes = pool?.batchSizes ?? [];
    expect(sizes.reduce((sum, { rows: size, count }) => sum + size * count, 0)).toBe(14);
    expect(sizes.at(-1)).toMatchObject({ rows: 6, count: 1 });
    expect(stats[0]?.['batch_stats']).toMatchObject(
      sizes.map(({ rows: size, count }) => ({ batch_size: size, compute_infer: { ...executed, count } })),
    );
  });
});

describe('a model whose requests are not joined', () => {
  test('has 0 for the most rows, and runs of one', async () => {
    await using own = await startServer({ slow: SLOW });
    const client = new InferenceClient(own.address);
    const steps = { datatype: 'INT64', shape: [], data: BigInt64Array.of(1n) } as const;
    for (let i = 0; i < 3; i++) await client.infer('slow', { steps });
    const config = await client.modelConfig('slow');
    expect(config).toMatchObject({ max_batch_size: 0 });
    expect(config).not.toHaveProperty('dynamic_batching');
    const { model_stats: stats } = await client.statistics('slow');
    expect(stats).toMatchObject([
      { inference_count: 3, execution_count: 3, batch_stats: [{ batch_size: 1, compute_infer: { count: 3 } }] },
    ]);
    expect(own.models['slow']?.pool.stats.batchSizes[0]?.time).toBeGreaterThan(0);
  });
});
