// The scheduler of pools under a clock and workers of its own: nothing is lost, nothing answered twice, bounds hold.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakePool } from './fake-pool.ts';

describe('Scheduler', () => {
  test('runs requests in the order of their arrival, urgent ones first', () => {
    const pool = new FakePool({ workers: 1 });
    pool.startAll();
    for (const [name, priority] of [
      ['a', 0],
      ['b', 0],
      ['c', 2],
      ['d', 1],
      ['e', 2],
    ] as const)
      pool.submit(name, { priority });
    for (let i = 0; i < 5; i++) pool.finish(0);
    expect(pool.runs).toEqual([['a'], ['c'], ['e'], ['d'], ['b']]);
  });

  test('refuses what its queue has no room for, by count and by bytes', () => {
    const pool = new FakePool({ workers: 1, queue: 2, queueBytes: 100 });
    pool.startAll();
    const ends = ['a', 'b', 'c', 'd'].map((name) => pool.submit(name, { bytes: 40 }));
    expect(ends.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined, 'full: 2 requests, 80 bytes']);
    pool.finish(0);
    expect(pool.submit('e', { bytes: 61 }).answer).toBe('full: 1 requests, 40 bytes');
    expect(pool.submit('f', { bytes: 60 }).answer).toBeUndefined();
  });

  test('takes one request that is larger than all that may wait', () => {
    const pool = new FakePool({ workers: 1, queueBytes: 10 });
    pool.startAll();
    pool.submit('a');
    expect(pool.submit('huge', { bytes: 1000 }).answer).toBeUndefined();
    expect(pool.submit('b', { bytes: 1 }).answer).toContain('full');
  });

  test('without a queue takes as much as it has workers without work', () => {
    const pool = new FakePool({ workers: 2, queue: 0 });
    pool.startAll();
    const answers = ['a', 'b', 'c'].map((name) => pool.submit(name).answer);
    expect(answers).toEqual([undefined, undefined, 'full: 0 requests, 0 bytes']);
  });

  test('estimates when there is room from what requests took', () => {
    const pool = new FakePool({ workers: 2 });
    pool.startAll();
    for (const name of ['a', 'b', 'c', 'd', 'e']) pool.submit(name);
    pool.clock.advance(100);
    pool.finish(0);
    pool.finish(1);
    // Two run, one waits; each takes about 100 ms, and there are two workers.
    expect(pool.scheduler.retryAfter()).toBe(100);
  });

  test('stops a run that nobody waits for after its grace, and starts another worker', () => {
    const pool = new FakePool({ workers: 1, grace: 50 });
    pool.startAll();
    const a = pool.submit('a');
    pool.submit('b');
    pool.cancel(a);
    expect(a.answer).toBe('cancelled');
    pool.clock.advance(49);
    expect(pool.killed).toEqual([]);
    pool.clock.advance(1);
    expect(pool.killed).toEqual([0]);
    pool.lose(0);
    pool.startAll();
    expect(pool.runs).toEqual([['a'], ['b']]);
    expect(pool.restarts).toBe(1);
  });

  test('keeps the worker whose run ends within the grace', () => {
    const pool = new FakePool({ workers: 1, grace: 50 });
    pool.startAll();
    const a = pool.submit('a');
    pool.submit('b');
    pool.cancel(a);
    pool.clock.advance(49);
    pool.finish(0);
    pool.clock.advance(1000);
    expect(pool.killed).toEqual([]);
    expect(pool.runs).toEqual([['a'], ['b']]);
  });

  test('an answer of a worker that is being stopped makes it take nothing more', () => {
    const pool = new FakePool({ workers: 1, grace: 0 });
    pool.startAll();
    pool.cancel(pool.submit('a'));
    const b = pool.submit('b');
    pool.finish(0);
    expect(pool.runs).toEqual([['a']]);
    pool.lose(0);
    pool.startAll();
    pool.finish(0);
    expect(b.answer).toBe('done b');
  });

  test('tells the request of a lost worker, with who it was', () => {
    const pool = new FakePool({ workers: 2 });
    pool.startAll();
    const [a, b] = ['a', 'b'].map((name) => pool.submit(name));
    pool.lose(0);
    expect(a?.answer).toBe('lost a: worker 0, it was killed by SIGKILL');
    expect(b?.answer).toBeUndefined();
    pool.finish(1);
    expect(b?.answer).toBe('done b');
  });

  test('starts workers again with longer and longer rests, until one does its work', () => {
    const pool = new FakePool({ workers: 1 });
    pool.startAll();
    const rests: number[] = [];
    for (let i = 0; i < 9; i++) {
      pool.submit(`r${i}`);
      pool.lose(0);
      rests.push(pool.restUntilStart());
      pool.startAll();
    }
    expect(rests).toEqual([0, 50, 100, 200, 400, 800, 1600, 3200, 5000]);
    pool.submit('good');
    pool.finish(0);
    pool.submit('bad');
    pool.lose(0);
    expect(pool.restUntilStart()).toBe(0);
  });

  test('breaks when no worker starts, tells all who wait and all who come', () => {
    const pool = new FakePool({ workers: 2 });
    const waits = pool.submit('a');
    for (let i = 0; i < 5; i++) {
      pool.failStart(i % 2);
      pool.clock.advance(5000);
    }
    expect(waits.answer).toBe('broken: no memory');
    expect(pool.submit('b').answer).toBe('broken: no memory');
    expect(pool.ends).toEqual({ refused: 2 });
  });

  test('goes on with the workers that it has while another does not start', () => {
    const pool = new FakePool({ workers: 2 });
    pool.startOne(0);
    for (let i = 0; i < 20; i++) {
      pool.failStart(1);
      pool.clock.advance(5000);
    }
    const a = pool.submit('a');
    pool.finish(0);
    expect(a.answer).toBe('done a');
  });

  test('breaks at once where another trial would end alike', () => {
    const pool = new FakePool({ workers: 3 });
    pool.failStart(1, true);
    expect(pool.submit('a').answer).toBe('broken: no memory');
    expect(pool.killed).toEqual([0, 2]);
  });
});

describe('joining', () => {
  const joining = { maxBatch: 4, maxDelay: 10 };

  test('waits for others, and not longer than it may', () => {
    const pool = new FakePool({ workers: 1, joining });
    pool.startAll();
    pool.submit('a', { key: 'k' });
    pool.clock.advance(9);
    pool.submit('b', { key: 'k' });
    expect(pool.runs).toEqual([]);
    pool.clock.advance(1);
    expect(pool.runs).toEqual([['a', 'b']]);
  });

  test('does not wait once a batch is full', () => {
    const pool = new FakePool({ workers: 1, joining });
    pool.startAll();
    for (const name of ['a', 'b', 'c', 'd', 'e']) pool.submit(name, { key: 'k' });
    expect(pool.runs).toEqual([['a', 'b', 'c', 'd']]);
  });

  test('joins only requests of one key, each group by its own time', () => {
    const pool = new FakePool({ workers: 2, joining });
    pool.startAll();
    pool.submit('a', { key: 'k' });
    pool.clock.advance(5);
    pool.submit('x', { key: 'm' });
    pool.submit('b', { key: 'k' });
    pool.clock.advance(5);
    expect(pool.runs).toEqual([['a', 'b']]);
    pool.clock.advance(5);
    expect(pool.runs).toEqual([['a', 'b'], ['x']]);
  });

  test('counts rows, and never cuts a request', () => {
    const pool = new FakePool({ workers: 1, joining });
    pool.startAll();
    for (const [name, rows] of [
      ['a', 3],
      ['b', 2],
      ['c', 9],
      ['d', 1],
    ] as const)
      pool.submit(name, { key: 'k', rows });
    for (let i = 0; i < 4; i++) {
      pool.clock.advance(10);
      pool.finish(0);
    }
    expect(pool.runs).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  test('leaves out what the contract does not take together', () => {
    const pool = new FakePool({ workers: 1, joining, mostTogether: 2 });
    pool.startAll();
    for (const name of ['a', 'b', 'c', 'd']) pool.submit(name, { key: 'k' });
    expect(pool.runs).toEqual([['a', 'b']]);
  });

  test('runs the members of a batch that fails one by one', () => {
    const pool = new FakePool({ workers: 1, joining });
    pool.startAll();
    const all = ['a', 'bad', 'c', 'd'].map((name) => pool.submit(name, { key: 'k' }));
    pool.fail(0);
    for (let i = 0; i < 4; i++) pool[pool.running(0)?.includes('bad') ? 'fail' : 'finish'](0);
    expect(pool.runs).toEqual([['a', 'bad', 'c', 'd'], ['a'], ['bad'], ['c'], ['d']]);
    expect(all.map(({ answer }) => answer)).toEqual(['done a', 'failed', 'done c', 'done d']);
  });

  test('runs the members of a batch whose worker is lost one by one', () => {
    const pool = new FakePool({ workers: 1, joining });
    pool.startAll();
    const all = ['a', 'b', 'c', 'd'].map((name) => pool.submit(name, { key: 'k' }));
    pool.lose(0);
    pool.startAll();
    pool.finish(0);
    pool.lose(0);
    pool.clock.advance(50);
    pool.startAll();
    pool.finish(0);
    pool.finish(0);
    expect(all.map(({ answer }) => answer?.slice(0, 6))).toEqual(['done a', 'lost b', 'done c', 'done d']);
  });

  test('a member that is given up leaves the batch at work', () => {
    const pool = new FakePool({ workers: 1, joining, grace: 0 });
    pool.startAll();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => pool.submit(name, { key: 'k' }));
    pool.cancel(b);
    pool.clock.advance(100);
    expect(pool.killed).toEqual([]);
    pool.finish(0);
    expect([a, b, c, d].map((each) => each?.answer)).toEqual(['done a', 'cancelled', 'done c', 'done d']);
  });

  test('is stopped when all its members are given up', () => {
    const pool = new FakePool({ workers: 1, joining, grace: 0 });
    pool.startAll();
    const all = ['a', 'b', 'c', 'd'].map((name) => pool.submit(name, { key: 'k', timeout: 30 }));
    pool.clock.advance(30);
    expect(all.map(({ answer }) => answer)).toEqual(all.map(({ name }) => `timed out ${name}: 0 + 30`));
    expect(pool.killed).toEqual([0]);
  });
});

describe('any sequence of arrivals, answers, failures, losses, cancels and time', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('submit' as const),
        key: fc.constantFrom('k', 'm', undefined),
        rows: fc.integer({ min: 1, max: 3 }),
        priority: fc.integer({ min: 0, max: 1 }),
        bytes: fc.integer({ min: 0, max: 30 }),
        timeout: fc.constantFrom(15, 60, Number.POSITIVE_INFINITY),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'finish' as const,
          'fail' as const,
          'lose' as const,
          'startOne' as const,
          'failStart' as const,
        ),
        worker: fc.nat(2),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), of: fc.nat(40) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), force: fc.constant(true) }) },
  );

  test('answers each request exactly once, keeps to its bounds, and gives no worker two batches', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.boolean(), (steps, isJoined) => {
        const bounds = { queue: 6, queueBytes: 100 };
        const pool = new FakePool({
          workers: 3,
          ...bounds,
          grace: 5,
          ...(isJoined ? { joining: { maxBatch: 4, maxDelay: 10 } } : {}),
        });
        pool.startAll();
        let number = 0;
        for (const each of steps) {
          switch (each.do) {
            case 'submit':
              pool.submit(`r${number++}`, each);
              break;
            case 'cancel':
              pool.cancel(pool.requests[each.of]);
              break;
            case 'advance':
              pool.clock.advance(each.by);
              break;
            case 'close':
              if (pool.requests.length > 20) pool.scheduler.close();
              break;
            default:
              pool[each.do](each.worker);
          }
          // What ran already and runs again is not refused for want of room: only new requests are bounded.
          const old = pool.requests.filter(({ runs, answer }) => runs > 0 && answer === undefined).length;
          expect(pool.scheduler.waiting).toBeLessThanOrEqual(bounds.queue + old);
          for (const { answers } of pool.requests) expect(answers).toBeLessThanOrEqual(1);
          expect(pool.faults).toEqual([]);
        }
        pool.settleAll();
        expect(pool.requests.filter(({ answers }) => answers !== 1)).toEqual([]);
        expect(pool.scheduler.pending).toBe(0);
        expect(pool.scheduler.waiting).toBe(0);
        expect(pool.scheduler.waitingBytes).toBe(0);
        expect(Object.values(pool.ends).reduce((sum, count) => sum + count, 0)).toBe(pool.requests.length);
      }),
    );
  });
});
