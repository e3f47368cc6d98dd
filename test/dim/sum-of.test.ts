// Sums of many dims at once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, sumOf } from '../../src/dim/arithmetic.ts';
import { constant, symbol } from '../../src/dim/dim.ts';
import { Facts } from '../../src/dim/facts.ts';

const symbols = Array.from({ length: 6 }, (_, i) => symbol(`s${i}`));
const dims = fc.array(fc.oneof(fc.constantFrom(...symbols), fc.integer({ min: -9, max: 9 }).map(constant)), {
  maxLength: 20,
});

describe('sumOf', () => {
  test('is what adding one after the other gives', () => {
    fc.assert(
      fc.property(dims, (all) => {
        expect(sumOf(all)).toBe(add(0, ...all));
      }),
    );
  });
});

describe('pairs that broadcast', () => {
  test('are asked for again when a size becomes known', () => {
    const facts = new Facts();
    const [a, b, c] = [symbols[0], symbols[1], symbols[2]] as const;
    if (!a || !b || !c) return expect.unreachable();
    expect(facts.require({ kind: 'broadcastable', left: a, right: b, origins: [] })).toBe('unknown');
    expect(facts.require({ kind: 'broadcastable', left: b, right: c, origins: [] })).toBe('unknown');
    expect(facts.broadcastable(b, a)).toBe('true');
    expect(facts.broadcastable(a, c)).toBe('unknown');
    facts.require({ kind: 'range', dim: a, min: 2, origins: [] });
    facts.require({ kind: 'range', dim: b, min: 2, origins: [] });
    expect(facts.equal(a, b)).toBe('true');
    expect(facts.broadcastable(a, c)).toBe('true');
  });

  test('that were taken back are no pairs', () => {
    const facts = new Facts();
    const [a, b] = [symbols[0], symbols[1]];
    if (!a || !b) return expect.unreachable();
    facts.require({ kind: 'range', dim: a, min: 3, max: 3, origins: [] });
    facts.require({ kind: 'range', dim: b, min: 5, origins: [] });
    expect(facts.require({ kind: 'broadcastable', left: a, right: b, origins: [] })).toBe('false');
    expect(facts.broadcastable(a, b)).toBe('false');
  });
});
