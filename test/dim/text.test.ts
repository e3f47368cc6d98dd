// Printing and reading of dims and of their symbols' names.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, mul } from '../../src/dim/arithmetic.ts';
import { freshSymbol, hasUnknown, symbol, unknownDim } from '../../src/dim/dim.ts';
import { formatDim, formatSymbolName, parseDim, RESERVED_WORDS } from '../../src/dim/text.ts';
import { errorOf } from './error-of.ts';

/** What is written, and the canonical text of it. */
const FORMS = [
  // Convolution and pooling
  ['(H - 1)//2 + 1', 'ceildiv(H, 2)'],
  ['(H+1)//2', 'ceildiv(H, 2)'],
  ['((H+1)//2 - 2)//2 + 1', '(H + 1)//4'],
  ['(H + 2*1 - 3)//2 + 1', 'ceildiv(H, 2)'],
  ['ceildiv(ceildiv(ceildiv(ceildiv(ceildiv(H, 2), 2), 2), 2), 2)', 'ceildiv(H, 32)'],
  ['C*((H - 1)//2 + 1)*((W+1)//2)', 'C*ceildiv(H, 2)*ceildiv(W, 2)'],
  ['(a//2)//3', 'a//6'],
  ['(h//2 + w//3)//2', '(h + 2*(w//3))//4'],
  // Divisions
  ['(6*h)//4', '(3*h)//2'],
  ['h + h//2', '(3*h)//2'],
  ['(a*b)//b', 'a'],
  ['(b*s*12)//(b*12)', 's'],
  ['((n+1)*k)//(n+1)', 'k'],
  ['h//-2', '-ceildiv(h, 2)'],
  ['2*(h//2)', '2*(h//2)'],
  ['3*(h//2)', '3*(h//2)'],
  ['W - h//2', 'W - h//2'],
  ['x - x//2', 'ceildiv(x, 2)'],
  ['x//2 + (x+1)//2', 'x'],
  ['h - h//4', 'ceildiv(3*h, 4)'],
  ['ceildiv(a, b)', 'ceildiv(a, b)'],
  ['(h + 5)//n', '(h + 5)//n'],
  ['n//(n + 1)', 'n//(n + 1)'],
  ['b*(n//(n + 1))', 'b*(n//(n + 1))'],
  ['h//n + 1', 'h//n + 1'],
  ['-(h//2)', '-(h//2)'],
  ['(7 - h)//2', '3 - h//2'],
  // Remainders
  ['x - 2*(x//2)', 'x % 2'],
  ['4*(x//4) + x%4', 'x'],
  ['(x + 3*b) % b', 'x % b'],
  ['(x % 12) % 4', 'x % 4'],
  ['(2*x + 4*y) % 2', '0'],
  ['(h//2) % 2', '(h//2) % 2'],
  ['4*ceildiv(h, 4) - h', '(-h) % 4'],
  ['3*(h % n)', '3*(h % n)'],
  ['c*(h % 2)', 'c*(h % 2)'],
  // Minimum, maximum, broadcast
  ['min(s, s + 1)', 's'],
  ['min(s, 512)', 'min(s, 512)'],
  ['max(h - 1, 0)', 'max(h - 1, 0)'],
  ['max(a - b, 0)', 'max(a - b, 0)'],
  ['min(min(a, b) + 1, c)', 'min(a + 1, b + 1, c)'],
  ['min(-a, -b)', '-max(a, b)'],
  ['min(a, max(a, b))', 'a'],
  ['min(a, b) + max(a, b)', 'a + b'],
  ['broadcast(a, 4)', '4'],
  ['broadcast(a, b, a, 1)', 'broadcast(a, b)'],
  // Sums
  ['7 - h', '7 - h'],
  ['2 - 3*h', '2 - 3*h'],
  ['b - a', 'b - a'],
  ['1 + h*2', '2*h + 1'],
  ['-3', '-3'],
] as const;

describe('formatDim', () => {
  test.each(FORMS)('%s prints as %s', (written, printed) => {
    const d = parseDim(written);
    expect(formatDim(d)).toBe(printed);
    expect(parseDim(printed)).toBe(d);
  });

  test('prints an expression with an unknown as one question mark', () => {
    const d = add(mul(unknownDim(), 2), symbol('h'));
    expect(formatDim(d)).toBe('?');
    expect(hasUnknown(d)).toBe(true);
  });

  test('takes names for symbols from its caller', () => {
    const fresh = freshSymbol('nonzero');
    expect(formatDim(add(fresh, 1), (s) => (s === fresh ? 'd0' : undefined))).toBe('d0 + 1');
    expect(formatDim(fresh)).toMatch(/^nonzero\d+$/);
  });
});

describe('formatSymbolName', () => {
  test.each([
    ['batch', 'batch'],
    ['_x1', '_x1'],
    ['past sequence', '"past sequence"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['1st', '"1st"'],
    ...[...RESERVED_WORDS].map((word) => [word, `"${word}"`]),
  ])('prints %s as %s', (name = '', text = '') => expect(formatSymbolName(name)).toBe(text));

  test('prints any name so that it reads back', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(parseDim(formatSymbolName(name))).toBe(symbol(name));
      }),
    );
  });
});

describe('parseDim', () => {
  test('reads products and divisions from left to right, and signs before them', () => {
    expect(parseDim('a*b//c')).toBe(parseDim('(a*b)//c'));
    expect(parseDim('-a//2')).toBe(parseDim('(-a)//2'));
    expect(parseDim('a - b - c')).toBe(parseDim('a - (b + c)'));
    expect(parseDim('2 - -3')).toBe(parseDim('5'));
    expect(parseDim(' a\t+\n1 ')).toBe(parseDim('a+1'));
  });

  test('reads a question mark alone as a new unknown', () => {
    expect(parseDim('?')).not.toBe(parseDim('?'));
    expect(hasUnknown(parseDim(' ? '))).toBe(true);
  });

  test.each([
    ['', 1],
    ['a +', 4],
    ['(a', 3],
    ['a)', 2],
    ['a b', 3],
    ['2a', 2],
    ['a / 2', 3],
    ['H/2 - 1/2', 2],
    ['min()', 5],
    ['min a', 5],
    ['ceildiv(a)', 1],
    ['"open', 1],
    ['a + ?', 5],
    ['a == b', 3],
  ])('refuses %j at position %i', (text, position) => {
    const error = errorOf(() => parseDim(text));
    expect(error.code).toBe('DIM_SYNTAX');
    expect(error.message).toContain(`position ${position} `);
  });

  test.each(['(', '-', 'min(', '(1+'])('refuses a hundred thousand of %j without running out of stack', (part) => {
    expect(errorOf(() => parseDim(part.repeat(100_000))).code).toBe('DIM_SYNTAX');
  });

  test('refuses texts of very many parts', () => {
    const long = Array.from({ length: 100_000 }, (_, i) => `x${i}`).join(' + ');
    expect(errorOf(() => parseDim(long)).code).toBe('DIM_SYNTAX');
  });

  test('refuses numbers beyond 2^53 and divisions by zero', () => {
    expect(errorOf(() => parseDim('9007199254740993')).code).toBe('DIM_OVERFLOW');
    expect(errorOf(() => parseDim('a // (b - b)')).code).toBe('DIM_UNDEFINED');
    expect(errorOf(() => parseDim('broadcast(2, a, 3)')).code).toBe('DIM_UNDEFINED');
  });
});
