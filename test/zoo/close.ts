// Numbers that agree: the greatest difference against the greatest number.
import { expect } from 'vitest';

/** Expects `max|a - b| <= tolerance * max|b|`, and as many numbers on both sides. */
export function expectClose(actual: unknown, expected: readonly number[], tolerance: number): void {
  if (!(actual instanceof Float32Array)) throw new TypeError('the output is no Float32Array');
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))), 0);
  expect(apart / scale).toBeLessThanOrEqual(tolerance);
}
