// What joining 64 concurrent single requests brings on a model where batching pays: matrices that a row alone only reads through.
import { createPool, dense, model, type RunOutputs, type SessionPool, sequential } from 'dimwise';
import { median, type Part } from './part.ts';

const FEATURES = 1024;
const REQUESTS = 64;
const ROUNDS = 9;

/** Milliseconds in which all requests are answered, sent at a time. */
async function round(
  pool: SessionPool,
  feeds: readonly Float32Array[],
): Promise<{ ms: number; outputs: readonly RunOutputs[] }> {
  const start = performance.now();
  const outputs = await Promise.all(
    feeds.map((data) => pool.run({ x: { dtype: 'float32', shape: [1, FEATURES], data } })),
  );
  return { ms: performance.now() - start, outputs };
}

/** The largest difference of two answers over the largest number of the second. */
function apart(a: readonly RunOutputs[], b: readonly RunOutputs[]): number {
  let difference = 0;
  let largest = 0;
  b.forEach((outputs, i) => {
    const wanted = outputs['output'];
    if (wanted?.dtype !== 'float32') return;
    const got = a[i]?.['output']?.data ?? [];
    wanted.data.forEach((value, at) => {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - Number(got[at])));
    });
  });
  return difference / largest;
}

async function run(): Promise<readonly string[]> {
  const layers = sequential(...[1, 2, 3, 4].map(() => dense(FEATURES, { activation: 'relu' })));
  const net = model(layers, { inputs: { x: ['n', FEATURES] } })
    .initialize({ seed: 1 })
    .bind({ x: ['n', FEATURES] })
    .compile();
  const feeds = Array.from({ length: REQUESTS }, (_, k) =>
    Float32Array.from({ length: FEATURES }, (_, i) => Math.sin(i + k)),
  );
  const lines: string[] = [];
  for (const isolation of ['process', 'thread'] as const) {
    const options = { providers: 'cpu', workers: 1, threads: 1, isolation } as const;
    await using single = await createPool(net, options);
    await using joined = await createPool(net, { ...options, batching: { maxBatch: REQUESTS, maxDelay: 2 } });
    const times: { readonly single: number[]; readonly joined: number[] } = { single: [], joined: [] };
    let worst = 0;
    // Both in turn, so that a slow moment falls on both; the first round warms up.
    for (let i = 0; i <= ROUNDS; i++) {
      const one = await round(single, feeds);
      const all = await round(joined, feeds);
      worst = Math.max(worst, apart(all.outputs, one.outputs));
      if (i === 0) continue;
      times.single.push(one.ms);
      times.joined.push(all.ms);
    }
    const ratio = median(times.single.map((ms, i) => ms / (times.joined[i] ?? Number.NaN)));
    const rate = (ms: number): string => `${Math.round((1000 * REQUESTS) / ms)}/s`;
    lines.push(
      `batching, one ${isolation}, one thread, ${REQUESTS} requests at a time, 4 dense layers of ${FEATURES}: ` +
        `${rate(median(times.single))} one by one, ${rate(median(times.joined))} joined, ${ratio.toFixed(1)} times, ` +
        `numbers apart by ${worst.toExponential(1)}`,
    );
  }
  return lines;
}

/** Throughput with and without joining. */
export const batching: Part = { name: 'batching', run };
