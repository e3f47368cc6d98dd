// Constraints: their text, their scope and their check.
import { describe, expect, test } from 'vitest';
import {
  checkConstraint,
  constraintDims,
  constraintScope,
  formatConstraint,
  parseConstraint,
} from '../../src/dim/constraint.ts';
import { freshSymbol, symbol } from '../../src/dim/dim.ts';
import { errorOf } from './error-of.ts';

const ROWS = [
  { text: 'b == c', kind: 'equal', meets: { b: 2, c: 2 }, breaks: { b: 2, c: 3 } },
  { text: 'H >= 3', kind: 'range', meets: { H: 3 }, breaks: { H: 2 } },
  { text: 's <= 512', kind: 'range', meets: { s: 512 }, breaks: { s: 513 } },
  { text: '3 <= s <= 512', kind: 'range', meets: { s: 3 }, breaks: { s: 2 } },
  { text: 'a <= b', kind: 'atMost', meets: { a: 1, b: 1 }, breaks: { a: 2, b: 1 } },
  { text: '12 | h', kind: 'divides', meets: { h: 24 }, breaks: { h: 30 } },
  { text: 'n | h + 1', kind: 'divides', meets: { n: 5, h: 9 }, breaks: { n: 0, h: 9 } },
  { text: 'broadcastable(a, b)', kind: 'broadcastable', meets: { a: 1, b: 7 }, breaks: { a: 2, b: 7 } },
  {
    text: 'broadcastable("a == b", "broadcastable")',
    kind: 'broadcastable',
    meets: { 'a == b': 3, broadcastable: 3 },
    breaks: { 'a == b': 2, broadcastable: 3 },
  },
] as const;

describe.each(ROWS)('$text', ({ text, kind, meets, breaks }) => {
  const constraint = parseConstraint(text);
  const sizes = (values: object) => (s: { name: string }) =>
    new Map<string, number>(Object.entries(values)).get(s.name);

  test('reads and prints', () => {
    expect(constraint.kind).toBe(kind);
    expect(formatConstraint(constraint)).toBe(text);
    expect(parseConstraint(formatConstraint(constraint))).toEqual(constraint);
  });

  test('is checked on sizes', () => {
    expect(checkConstraint(constraint, sizes(meets))).toBe(true);
    expect(checkConstraint(constraint, sizes(breaks))).toBe(false);
    expect(errorOf(() => checkConstraint(constraint, () => undefined)).code).toBe('DIM_UNBOUND');
  });
});

describe('parseConstraint', () => {
  test.each([
    ['3 <= H', 'H >= 3'],
    ['a >= b', 'b <= a'],
    ['512 >= s', 's <= 512'],
  ])('reads %s as %s', (written, text) => expect(formatConstraint(parseConstraint(written))).toBe(text));

  test.each(['a', 'a <', 'a == b == c', 'a <= b <= c', 'broadcastable(a)', 'broadcastable(a, b) + 1', 'a < b', '12 |'])(
    'refuses %j',
    (text) => {
      expect(errorOf(() => parseConstraint(text)).code).toBe('DIM_SYNTAX');
    },
  );

  test('keeps origins', () => {
    const origin = { what: 'node "Reshape_1"' };
    expect(parseConstraint('12 | h', [origin]).origins).toEqual([origin]);
  });
});

describe('checkConstraint', () => {
  test('is false where a dim has no value', () => {
    expect(checkConstraint(parseConstraint('a//b >= 0'), (s) => (s.name === 'a' ? 4 : 0))).toBe(false);
  });
});

describe('constraintScope', () => {
  test('is the run where a size depends on data', () => {
    const [left, right] = [freshSymbol(), symbol('s')];
    const constraint = { kind: 'atMost', left, right, origins: [] } as const;
    expect(constraintScope(constraint)).toBe('run');
    expect(constraintScope(parseConstraint('a <= b'))).toBe('feed');
    expect(constraintDims(constraint)).toEqual([left, right]);
  });
});
