// Every law of the table: both sides are one object, and have one value wherever the left side has a value.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LAWS, type LawCase } from '../../src/dim/laws.ts';
import { dimOfRaw, evaluateRaw, type Raw, raw } from '../../src/dim/raw.ts';
import { formatDim } from '../../src/dim/text.ts';

const part: fc.Arbitrary<Raw> = fc.oneof(
  fc.constantFrom<Raw>('a', 'b', 'c'),
  fc.constantFrom<Raw>(raw('add', 'a', 'b'), raw('mul', 2, 'c'), raw('mul', 'a', 'b'), raw('sub', 'c', 3)),
);
const lawCase: fc.Arbitrary<LawCase> = fc.record({
  a: part,
  b: part,
  c: part,
  m: fc.integer({ min: 1, max: 7 }),
  n: fc.integer({ min: 1, max: 7 }),
});
const sizes = fc.record({
  a: fc.integer({ min: -20, max: 60 }),
  b: fc.integer({ min: -9, max: 20 }),
  c: fc.integer({ min: -9, max: 20 }),
});

describe('LAWS', () => {
  test('have names and texts of their own', () => {
    expect(new Set(LAWS.map((law) => law.name)).size).toBe(LAWS.length);
    expect(new Set(LAWS.map((law) => law.text)).size).toBe(LAWS.length);
  });

  describe.each(LAWS)('$text', (law) => {
    const ofSymbols: LawCase = { a: 'a', b: 'b', c: 'c', m: 3, n: 2 };

    test('makes one object of both sides', () => {
      for (let m = 2; m < 8; m++) {
        for (let n = 1; n < 8; n++) {
          const of = { ...ofSymbols, m, n };
          const [left, right] = [dimOfRaw(law.left(of)), dimOfRaw(law.right(of))];
          expect(formatDim(left)).toBe(formatDim(right));
          expect(left).toBe(right);
        }
      }
    });

    test('keeps the value wherever the left side has one', () => {
      let compared = 0;
      fc.assert(
        fc.property(lawCase, sizes, (of, binding) => {
          if (law.holds && !law.holds(of)) return;
          const value = (name: string): bigint =>
            BigInt(Object.entries(binding).find(([key]) => key === name)?.[1] ?? 0);
          const left = evaluateRaw(law.left(of), value);
          if (left === undefined) return;
          compared += 1;
          expect(evaluateRaw(law.right(of), value)).toBe(left);
        }),
        { numRuns: 600 },
      );
      expect(compared).toBeGreaterThan(5);
    });
  });
});
