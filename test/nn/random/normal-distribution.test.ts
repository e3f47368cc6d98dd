// The fixed polynomials against values of high precision.
import { describe, expect, test } from 'vitest';
import { exp, log } from '../../../src/nn/random/logarithm.ts';
import {
  centralQuantile,
  normalCdf,
  normalQuantile,
  tailQuantile,
} from '../../../src/nn/random/normal-distribution.ts';
import reference from '../../fixtures/initializers/normal-distribution.json' with { type: 'json' };

/** The largest error of `f` on rows of argument and value, relative where the value is above `floor`. */
function worst(f: (x: number) => number, rows: number[][], floor = 0): number {
  return Math.max(...rows.map(([x = 0, y = 0]) => Math.abs(f(x) - y) / Math.max(Math.abs(y), floor, 1e-320)));
}

describe('log', () => {
  test('is within 3e-16 of the logarithm', () => {
    expect(worst(log, reference.log, 1)).toBeLessThan(3e-16);
  });

  test('agrees on both ways to take a number apart', () => {
    for (let x = 2 ** -40; x < 4; x *= 1.37) expect(Math.abs(log(x) - Math.log(x))).toBeLessThan(1e-14);
  });
});

describe('exp', () => {
  test('is within 4e-16 of the exponential', () => {
    expect(worst(exp, reference.exp)).toBeLessThan(4e-16);
  });

  test('ends at 0 and Infinity', () => {
    expect([exp(-709), exp(-1e9), exp(710)]).toEqual([0, 0, Infinity]);
  });
});

describe('normalQuantile', () => {
  test('is within 1e-15 of the inverse distribution function', () => {
    expect(worst(normalQuantile, reference.quantile)).toBeLessThan(1e-15);
  });

  test('is symmetric and meets its two parts at the seam', () => {
    expect(normalQuantile(0.03125)).toBe(-normalQuantile(0.96875));
    expect(normalQuantile(0.25)).toBe(centralQuantile(-0.25));
    expect(normalQuantile(0.03125)).toBe(-tailQuantile(0.03125));
    expect(Math.abs(centralQuantile(-0.425) + tailQuantile(0.075))).toBeLessThan(1e-15);
  });
});

describe('normalCdf', () => {
  test('is within 1e-13 of the distribution function', () => {
    expect(worst(normalCdf, reference.cdf)).toBeLessThan(1e-13);
  });

  test('is undone by the quantile', () => {
    for (let z = -8; z < 4; z += 0.37) expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThan(1e-11);
  });

  test('is 0 far below and 1 far above', () => {
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
  });
});
