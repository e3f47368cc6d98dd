// Requests that need more memory than there is cost only themselves. Nothing here takes real memory: what is asked for no machine can give.
import { createPool, graph, isDimwiseError, op } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { poolErrors } from '../../src/runtime/pool/pool-errors.ts';
import type { PoolJob } from '../../src/runtime/pool/pool-job.ts';
import { processLink } from '../../src/runtime/pool/process-link.ts';
import type { WorkerEnd } from '../../src/runtime/pool/worker-slot.ts';

/** As many zeros as it is told. */
const ZEROS = graph((g) => ({ y: op.ConstantOfShape(g.input('sizes', 'int64', [1])) }))
  .bind({ sizes: [1] })
  .compile();

const JOB: PoolJob = {
  feeds: new Map(),
  sizes: new Map(),
  fetches: [],
  timeout: 1,
  priority: 0,
  bytes: 0,
  rows: 1,
  key: undefined,
  site: undefined,
};

const lost = (end: WorkerEnd) => {
  const error = poolErrors('net', { queue: 1, queueBytes: 1 }).lost(JOB, 'process 7', end);
  const [first] = isDimwiseError(error) ? error.errors : [];
  return { code: first?.code, message: first?.message ?? '', hint: first?.hint ?? '' };
};

describe('memory that is not there', () => {
  // 2 to the power of 50 floats are more than any address space; it is refused before a byte is touched.
  test('fails the request that asks for it, and no other one', async () => {
    await using pool = await createPool(ZEROS, { providers: 'cpu', workers: 1, threads: 1, warmUp: false });
    const runs = [3n, 2n ** 50n, 4n].map((count) => pool.run({ sizes: BigInt64Array.of(count) }));
    const [before, huge, after] = await Promise.allSettled(runs);
    expect(huge).toMatchObject({ status: 'rejected', reason: { code: 'RUNTIME_FAILED' } });
    expect(before).toMatchObject({ value: { y: { shape: [3] } } });
    expect(after).toMatchObject({ value: { y: { shape: [4] } } });
    expect(pool.stats).toMatchObject({ done: 2, failed: 1, lost: 0 });
  });

  test('of the heap of a worker is told with what Node wrote of it', async () => {
    // What Node does when its heap is full, without filling it.
    const program = "require('node:fs').writeSync(2, 'FATAL ERROR: JavaScript heap out of memory'); process.abort();";
    const end = await processLink({ isLoud: false }, program).ended;
    const { code, message, hint } = lost(end);
    expect(code).toBe('WORKER_LOST');
    expect(message).toContain(end.reason);
    expect(message).toMatch(/it wrote: .*heap out of memory/s);
    expect(hint).toContain('memory');
  }, 60_000);
});

describe('WORKER_LOST', () => {
  test.each<[string, WorkerEnd, RegExp, RegExp]>([
    [
      'the signal of the out-of-memory killer',
      { reason: 'it was killed by SIGKILL' },
      /perhaps by the out-of-memory killer/,
      /memory/,
    ],
    [
      'a heap that is full',
      { reason: 'it was killed by SIGABRT', log: 'FATAL ERROR: JavaScript heap out of memory' },
      /heap out of memory/,
      /memory/,
    ],
    ['a thread without memory', { reason: 'it failed: JS heap out of memory' }, /heap out of memory/, /memory/],
    ['a crash', { reason: 'it was killed by SIGSEGV' }, /SIGSEGV$/, /native code crashed/],
  ])('tells of %s', (_, end, text, hint) => {
    expect(lost(end).message).toMatch(text);
    expect(lost(end).hint).toMatch(hint);
  });
});
