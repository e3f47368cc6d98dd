// Samples: fixed bits, the same in any chunks, with the moments and bounds of their distributions.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveKey } from '../../../src/nn/random/key.ts';
import { normalCdf, normalQuantile } from '../../../src/nn/random/normal-distribution.ts';
import { fillUint32 } from '../../../src/nn/random/philox.ts';
import type { SampleTarget } from '../../../src/nn/random/plain-samples.ts';
import { fillNormal, fillTruncatedNormal, fillUniform } from '../../../src/nn/random/samples.ts';

const key = deriveKey(0, '0.weight');
const unit = { mean: 0, std: 1, low: -2, high: 2 };
const uniformFill = (target: SampleTarget): void => fillUniform(target, -0.3, 0.7);
const FILLS: Record<string, (target: SampleTarget) => void> = {
  uniform: uniformFill,
  normal: (target) => fillNormal(target, 0.5, 2),
  'truncated normal': (target) => fillTruncatedNormal(target, { mean: 1, std: 3, low: 0.5, high: 2 }),
};

function draw(fill: (target: SampleTarget) => void, count: number, start = 0): Float64Array {
  const out = new Float64Array(count);
  fill({ out, key, start });
  return out;
}

/** Mean and variance of samples. */
function moments(x: Float64Array): [mean: number, variance: number] {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  return [mean, x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length];
}

/** The largest distance between the distribution of samples and `cdf` (Kolmogorov and Smirnov). */
function distance(x: Float64Array, cdf: (x: number) => number): number {
  const sorted = x.slice().sort();
  return Math.max(...sorted.map((v, i) => Math.abs(cdf(v) - (i + 0.5) / x.length)));
}

describe('samples', () => {
  test.each(Object.entries(FILLS))('%s: any chunks give the same bits', (_, fill) => {
    const whole = draw(fill, 5000);
    fc.assert(
      fc.property(fc.nat(4900), fc.nat(100), (start, count) => {
        expect(draw(fill, count, start)).toEqual(whole.slice(start, start + count));
      }),
    );
    expect(draw(fill, 2500, 2500)).toEqual(whole.slice(2500));
  });

  test.each(Object.entries(FILLS))('%s: float32 samples are the float64 samples rounded', (_, fill) => {
    const out = new Float32Array(3000);
    fill({ out, key, start: 5 });
    expect(out).toEqual(Float32Array.from(draw(fill, 3000, 5)));
  });

  // The same bits came out of the documented steps written in Python. The words of this key are 42635905, 0c02fe25, 2c70880e, bb46ca2b ...
  test.each<[string, (target: SampleTarget) => void, bigint[]]>([
    [
      'uniform',
      (t) => fillUniform(t, 0, 1),
      [0x3fd098d641600000n, 0x3fa805fc4b000000n, 0x3fc6384407400000n, 0x3fe768d945700000n],
    ],
    [
      'normal',
      (t) => fillNormal(t, 0, 1),
      [0xbfe4a741ff1fa3een, 0xbffacebd7c28985en, 0xbfee150353de2626n, 0x3fe3c2984de85955n],
    ],
    [
      'truncated normal',
      (t) => fillTruncatedNormal(t, unit),
      [0xbfe39540916975a5n, 0xbff7e90d35ae5a0en, 0xbfec46d36e13e6c3n, 0x3fe2bf521a3d4090n],
    ],
  ])('%s: the bits are fixed', (_, fill, bits) => {
    expect([...new BigUint64Array(draw(fill, 4).buffer)]).toEqual(bits);
  });
});

describe('fillUniform', () => {
  test('maps a word u to (u + 0.5) / 2^32 of the range', () => {
    const words = new Uint32Array(100);
    fillUint32(words, key, 0);
    expect(draw(uniformFill, 100)).toEqual(
      Float64Array.from(words, (u) => -0.3 + (0.7 - -0.3) * ((u + 0.5) / 2 ** 32)),
    );
  });

  test('has the moments and the distribution of its range', () => {
    const x = draw((target) => fillUniform(target, -1, 3), 100_000);
    const [mean, variance] = moments(x);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
    // 1.95 / sqrt(n) is passed once in a thousand keys; this key is fixed.
    expect(distance(x, (v) => (v + 1) / 4)).toBeLessThan(1.95 / Math.sqrt(x.length));
    expect(x.every((v) => v >= -1 && v <= 3)).toBe(true);
  });
});

describe('fillNormal', () => {
  test('is the quantile of (u + 0.5) / 2^32, in the middle and in the tails', () => {
    const words = new Uint32Array(3000);
    fillUint32(words, key, 0);
    expect(draw((target) => fillNormal(target, 0, 1), 3000)).toEqual(
      Float64Array.from(words, (u) => normalQuantile((u + 0.5) / 2 ** 32)),
    );
  });

  test('has the moments and the distribution of a normal variable', () => {
    const x = draw((target) => fillNormal(target, 2, 3), 100_000);
    const [mean, variance] = moments(x);
    expect(mean).toBeCloseTo(2, 1);
    expect(variance / 9).toBeCloseTo(1, 1);
    expect(distance(x, (v) => normalCdf((v - 2) / 3))).toBeLessThan(1.95 / Math.sqrt(x.length));
  });
});

describe('fillTruncatedNormal', () => {
  test.each([
    [-2, 2],
    [-1, 3],
    [0.5, 2],
    [5, 8],
    [-9, -6],
    [28, 30],
    [-40, 40],
  ])('keeps within %f and %f and follows the distribution between', (low, high) => {
    const x = draw((target) => fillTruncatedNormal(target, { mean: 10, std: 2, low, high }), 20_000).map(
      (v) => (v - 10) / 2,
    );
    expect(x.every((z) => z >= low - 1e-9 && z <= high + 1e-9)).toBe(true);
    // In the upper tail the mirror image keeps the precision.
    const [from, to] = low > 0 ? [-high, -low] : [low, high];
    const seen = low > 0 ? x.map((z) => -z) : x;
    const mass = normalCdf(to) - normalCdf(from);
    expect(distance(seen, (z) => (normalCdf(z) - normalCdf(from)) / mass)).toBeLessThan(1.95 / Math.sqrt(x.length));
  });
});
