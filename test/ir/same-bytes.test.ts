// sameBytes: against the comparison of single bytes, at every alignment.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameBytes } from '../../src/ir/same-bytes.ts';

const placed = (bytes: Uint8Array, at: number): Uint8Array => {
  const whole = new Uint8Array(bytes.length + at + 3).fill(at + 1);
  whole.set(bytes, at);
  return whole.subarray(at, at + bytes.length);
};

describe('sameBytes', () => {
  test('tells every single difference, wherever the arrays start', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 150 }), fc.nat(5), fc.nat(5), fc.nat(149), (bytes, left, right, at) => {
        const [one, other] = [placed(bytes, left), placed(bytes, right)];
        expect(sameBytes(one, other)).toBe(true);
        if (at >= bytes.length) return;
        other[at] = (other[at] ?? 0) ^ 1;
        expect(sameBytes(one, other)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('tells lengths apart', () => {
    expect(sameBytes(new Uint8Array(100), new Uint8Array(101))).toBe(false);
    expect(sameBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });
});
