// Sizes that are 1 only together, and what broadcasting of such sizes means.
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { Facts } from '../../src/dim/facts.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';

describe('broadcasting of sizes that are 1 only together', () => {
  test.each([
    ['s', 'min(s, 512)', 's', ['s <= 512']],
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

  test('leaves a division by what is 0 there alone', () => {
    const facts = new Facts();
    expect(formatDim(facts.broadcast(parseDim('s'), parseDim('h//(s - 1)')))).toMatch(/^broadcast/);
  });
});
