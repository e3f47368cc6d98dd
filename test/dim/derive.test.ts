// Derived values by example: which symbol gives way where sizes that depend on data meet named ones.
import { describe, expect, test } from 'vitest';
import { add, mul } from '../../src/dim/arithmetic.ts';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, freshSymbol, symbol } from '../../src/dim/dim.ts';
import { Facts } from '../../src/dim/facts.ts';
import { formatDim } from '../../src/dim/text.ts';

const [h, n, w] = [symbol('h'), symbol('n'), symbol('w')];
const name = (d: Dim): string => formatDim(d, (s) => s.name);

describe('an equation with a size that depends on data as a factor', () => {
  test.each<[text: string, left: (u: Dim) => Dim, right: Dim, value: string]>([
    ['2*u == h', (u) => mul(2, u), h, 'h//2'],
    ['n*u == h', (u) => mul(n, u), h, 'h//n'],
    ['n*u + w == h', (u) => add(mul(n, u), w), h, '(h - w)//n'],
    ['(n + 1)*u == h', (u) => mul(add(n, 1), u), h, 'h//(n + 1)'],
    ['-3*u + h == 0', (u) => add(mul(-3, u), h), constant(0), 'h//3'],
  ])('%s makes it a quotient and leaves named sizes free', (text, left, right, value) => {
    const facts = new Facts();
    const u = freshSymbol('u');
    expect(facts.unify(left(u), right)).toBe('unknown');
    expect(name(facts.simplify(u))).toBe(value);
    for (const named of [h, n, w]) expect(facts.simplify(named)).toBe(named);
    expect(facts.equal(left(u), right), text).toBe('true');
  });

  test('the equation stays a condition of the run', () => {
    const facts = new Facts();
    const u = freshSymbol('u');
    facts.unify(mul(n, u), h);
    expect(facts.constraints().map((one) => formatConstraint(one, (s) => s.name))).toEqual(['n*u == h']);
  });

  test('a factor that may be 0 is not divided by', () => {
    const facts = new Facts();
    const u = freshSymbol('u');
    const k = freshSymbol('k');
    facts.unify(mul(k, u), add(h, 1));
    expect(facts.simplify(u)).toBe(u);
  });

  test('numbers that leave something over are refused', () => {
    const facts = new Facts();
    expect(facts.unify(mul(2, freshSymbol('u')), add(mul(2, h), 1))).toBe('false');
    expect(facts.constraints()).toEqual([]);
  });
});
