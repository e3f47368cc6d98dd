// Dims print as their text wherever they are printed.
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { constant, freshSymbol, symbol, unknownDim } from '../../src/dim/dim.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';

describe('a dim', () => {
  test.each([
    constant(4),
    constant(5000),
    symbol('n'),
    symbol('a b'),
    unknownDim(),
    freshSymbol('found'),
    ...['2*n + 1', 'a*b', 'ceildiv(h, 2)', 'a % b', 'min(a, 3)', 'max(a, b)', 'broadcast(a, b)'].map(parseDim),
  ])('prints as its text: %s', (dim) => {
    const text = formatDim(dim);
    expect([String(dim), inspect(dim), inspect([dim])]).toEqual([text, text, `[ ${text} ]`]);
    expect(Object.isFrozen(dim)).toBe(true);
    expect(Object.keys(dim)).not.toContain('toString');
  });
});
