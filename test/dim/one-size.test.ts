// Sizes that are 1 only together, and what broadcasting of such sizes means.
import { describe, expect, test } from 'vitest';
import { minOf } from '../../src/dim/arithmetic.ts';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { symbol } from '../../src/dim/dim.ts';
import { Facts } from '../../src/dim/facts.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';

describe('broadcasting of sizes that are 1 only together', () => {
  test.each([
    ['s', 'min(s, 512)', 's', ['s <= 512']],
    ['min(h*w, 9)', 'h*w', 'h*w', ['h*w <= 9']],
    ['a', 'a*a', '1', ['a == 1']],
    ['s', 'max(s, 4)', 'max(s, 4)', undefined],
    ['a*b', 'a', 'broadcast(a*b, a)', undefined],
    ['s', '(s + 1)//2', 'broadcast(s, ceildiv(s, 2))', undefined],
    ['s', 'min(s, n)', 'broadcast(s, min(n, s))', undefined],
  ])('of %s and %s gives %s', (a, b, size, constraints) => {
    const facts = new Facts();
    expect(formatDim(facts.broadcast(parseDim(a), parseDim(b)))).toBe(size);
    const found = facts.constraints().map((constraint) => formatConstraint(constraint));
    expect(found).toEqual(constraints ?? [expect.stringMatching(/^broadcastable/)]);
  });

  test('is refused where a size is cut off below what it is at least', () => {
    const facts = new Facts();
    facts.declare(symbol('s'), { min: 600 });
    expect(facts.broadcastIfAble(symbol('s'), minOf(symbol('s'), 512))).toBeUndefined();
    expect(facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(['s >= 600']);
  });

  test('holds for an empty size that is cut off', () => {
    const facts = new Facts();
    facts.declare(symbol('s'), { min: 0 });
    expect(facts.broadcast(symbol('s'), minOf(symbol('s'), 512))).toBe(symbol('s'));
    expect(facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(['s >= 0', 's <= 512']);
  });

  test('leaves a division by what is 0 there alone', () => {
    const facts = new Facts();
    expect(formatDim(facts.broadcast(parseDim('s'), parseDim('h//(s - 1)')))).toMatch(/^broadcast/);
  });
});
