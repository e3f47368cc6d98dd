// Long formulas of costs get names for what they repeat; names put back in give the formula again.
import { describe, expect, test } from 'vitest';
import { FormulaNames } from '../../src/cli/formula-names.ts';
import { addCounts, type Count, countOf, countOfDim, multiplyCounts } from '../../src/dim/count.ts';
import { formatCount } from '../../src/dim/count-text.ts';
import { parseDim } from '../../src/dim/text.ts';

const nameOf = () => undefined;
const dim = (text: string): Count => countOfDim(parseDim(text));
const sum = (...counts: readonly Count[]): Count => counts.reduce((a, b) => addCounts(a, b));
const term = (number: number, ...factors: readonly string[]): Count =>
  factors.map(dim).reduce((a, b) => multiplyCounts(a, b), countOf(number));

const LONG = sum(
  term(7, 'a', 'ceildiv(height, 2)', 'ceildiv(width, 2)'),
  term(5, 'a', 'ceildiv(height, 2)', 'ceildiv(width, 4)'),
  term(3, 'a', 'ceildiv(height, 4)', 'ceildiv(width, 4)'),
  term(2, 'a', 'ceildiv(height, 4)', '(width + 1)//8'),
);

describe('FormulaNames', () => {
  test('leaves formulas alone that are short', () => {
    const short = term(3, 'batch', 'ceildiv(height, 2)');
    const names = new FormulaNames([short, short], nameOf);
    expect(names.text(short)).toBe('3*batch*ceildiv(height, 2)');
    expect(names.lines()).toEqual([]);
  });

  test('names what is repeated, by letters that no symbol has', () => {
    const names = new FormulaNames([LONG], nameOf);
    expect(names.lines()).toEqual([
      'where b = ceildiv(height, 2)',
      '      c = ceildiv(width, 4)',
      '      d = ceildiv(height, 4)',
    ]);
    expect(names.text(LONG)).toBe('a*(7*b*ceildiv(width, 2) + 5*b*c + 2*d*((width + 1)//8) + 3*d*c)');
  });

  test('gives formulas that are the same once the names are put back', () => {
    const names = new FormulaNames([LONG], nameOf);
    let text = names.text(LONG);
    for (const line of names.lines().toReversed()) {
      const [, name = '', part = ''] = /^\s*(?:where)?\s+(\w+) = (.*)$/.exec(line) ?? [];
      text = text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), part);
    }
    expect(text).toBe(formatCount(LONG));
  });

  test('shortens long names of symbols, also inside of what has a name itself', () => {
    const long = '"some.DynamicDimension"';
    const count = sum(...[2, 3, 5, 7].map((n) => term(n, long, `ceildiv(${long}, ${n})`, `ceildiv(${long}, 2)`)));
    const names = new FormulaNames([count], nameOf);
    expect(names.lines()[0]).toBe(`where a = ${long}`);
    expect(names.lines()[1]).toBe('      b = ceildiv(a, 2)');
    expect(names.text(count)).not.toContain('some');
  });

  test('cuts what is long all the same, and says so', () => {
    const count = sum(...Array.from({ length: 60 }, (_, i) => term(1000 + i, `n${i}`)));
    const names = new FormulaNames([count], nameOf);
    const text = names.text(count);
    expect(text.length).toBeLessThan(245);
    expect(text).toMatch(/\.\.\.$/);
    expect(formatCount(count)).toContain(text.slice(0, -3));
    expect(names.lines()).toEqual(['formulas are cut here: --json has them whole, --bind gives numbers']);
  });
});
