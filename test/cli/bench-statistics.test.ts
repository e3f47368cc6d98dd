// Statistics of benches: percentiles by their definition, and what makes times doubtful.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { doubtsOf, latencyOf, percentile, ratioOf } from '../../src/cli/bench-statistics.ts';

const times = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 });

describe('percentile', () => {
  test('is the least sample that so much of all samples do not exceed', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 100 }), (samples, hundredth) => {
        const found = percentile(Float64Array.from(samples).sort(), hundredth / 100);
        const notAbove = (limit: number): number => samples.filter((each) => each <= limit).length;
        // By whole numbers: a share of 0.07 is not exact.
        const isEnough = (limit: number): boolean => notAbove(limit) * 100 >= hundredth * samples.length;
        expect(samples).toContain(found);
        expect(isEnough(found)).toBe(true);
        for (const smaller of samples.filter((each) => each < found)) expect(isEnough(smaller)).toBe(false);
      }),
    );
  });

  test.each([
    [0.5, 50],
    [0.9, 90],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%s of 1 to 100 is %s', (share, value) => {
    expect(
      percentile(
        Float64Array.from({ length: 100 }, (_, i) => i + 1),
        share,
      ),
    ).toBe(value);
  });
});

describe('latencyOf', () => {
  test('agrees with sums taken another way, in any order of samples', () => {
    fc.assert(
      fc.property(times, (samples) => {
        const latency = latencyOf(samples);
        const mean = samples.reduceRight((sum, each) => sum + each / samples.length, 0);
        expect(latency.mean).toBeCloseTo(mean, 5);
        expect(latency.min).toBe(Math.min(...samples));
        expect(latency.max).toBe(Math.max(...samples));
        const { p50, p90, p95, p99, max, min } = latency;
        expect([min, p50, p90, p95, p99, max]).toEqual([min, p50, p90, p95, p99, max].sort((a, b) => a - b));
        expect(latencyOf(samples.toReversed()).p95).toBe(p95);
      }),
    );
  });

  test('has no variation in equal times, and that of 1 and 3 around 2', () => {
    expect(latencyOf([4, 4, 4]).variation).toBe(0);
    expect(latencyOf([1, 3]).variation).toBeCloseTo(Math.SQRT2 / 2, 12);
  });
});

describe('doubtsOf', () => {
  const doubts = (samples: readonly number[]) => doubtsOf(samples, latencyOf(samples));
  test.each([
    ['too few samples', Array.from({ length: 99 }, () => 1), 'p99 is of 99 runs'],
    ['a long tail', Array.from({ length: 200 }, (_, i) => (i % 50 === 0 ? 6 : 1)), 'p99 is 6.0 times p50'],
    ['a drift', Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 1.3)), '30% slower'],
  ])('tells of %s', (_, samples, text) => {
    expect(doubts(samples)).toEqual([expect.stringContaining(text)]);
  });

  test('has nothing to say of many steady times', () => {
    expect(doubts(Array.from({ length: 100 }, (_, i) => 1 + (i % 7) / 100))).toEqual([]);
  });
});

describe('ratioOf', () => {
  test('compares rounds, so that a round that is slow for both changes nothing', () => {
    const base = [1, 1, 10, 1];
    expect(
      ratioOf(
        base.map((each) => 2 * each),
        base,
      ),
    ).toEqual({ p50: 2, low: 2, high: 2 });
    expect(ratioOf([1], [])).toBeUndefined();
  });
});
