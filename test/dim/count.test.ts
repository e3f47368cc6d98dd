// Counts are exact polynomials: their arithmetic, maxima, substitution and text agree with plain arithmetic on numbers.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addCounts,
  type Count,
  CountSum,
  constantCount,
  countOf,
  countOfDim,
  countOfSizes,
  isAtLeast,
  keyOf,
  maxOfCounts,
  multiplyCounts,
  sameCount,
  ZERO,
} from '../../src/dim/count.ts';
import { formatCount } from '../../src/dim/count-text.ts';
import { constant, type SymbolDim, symbol } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { evaluateCount, substituteCount, symbolsOfCount } from '../../src/dim/evaluate-count.ts';
import { Facts } from '../../src/dim/facts.ts';
import { parseDim } from '../../src/dim/text.ts';

const NAMES = ['a', 'b', 'c'] as const;
const facts = new Facts();
const range = (atom: Parameters<Parameters<typeof maxOfCounts>[1]>[0]) => facts.range(atom);
const count = (text: string): Count => countOfDim(parseDim(text));

type Sizes = Readonly<Record<string, bigint>>;

/** A count, built by the arithmetic under test, and what it is on numbers. */
interface Built {
  readonly count: Count;
  readonly value: (sizes: Sizes) => bigint;
}

const leaf: fc.Arbitrary<Built> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 60n }).map((n) => ({ count: countOf(n), value: () => n })),
  fc.constantFrom(...NAMES).map((name) => ({ count: count(name), value: (sizes: Sizes) => sizes[name] ?? 0n })),
  fc.constantFrom(...NAMES).map((name) => ({
    count: count(`ceildiv(${name}, 2)`),
    value: (sizes: Sizes) => ((sizes[name] ?? 0n) + 1n) / 2n,
  })),
);

const built: fc.Arbitrary<Built> = fc.letrec<{ tree: Built }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.tuple(tie('tree'), tie('tree'), fc.constantFrom('add', 'mul', 'max')).map(([x, y, how]): Built => {
      const value = (sizes: Sizes): bigint => {
        const [p, q] = [x.value(sizes), y.value(sizes)];
        return how === 'add' ? p + q : how === 'mul' ? p * q : p > q ? p : q;
      };
      if (how === 'add') return { count: addCounts(x.count, y.count), value };
      if (how === 'mul') return { count: multiplyCounts(x.count, y.count), value };
      return { count: maxOfCounts([x.count, y.count], range), value };
    }),
  ),
})).tree;

const sizes = fc.record({ a: fc.nat(50), b: fc.nat(50), c: fc.nat(50) }).map(({ a, b, c }) => ({
  a: a + 1,
  b: b + 1,
  c: c + 1,
}));
const sizeIn = (given: Readonly<Record<string, number>>) => (s: SymbolDim) => given[s.name];
const bigs = (given: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(given).map(([name, size]) => [name, BigInt(size)]));

describe('counts', () => {
  test('sums, products and maxima have the value of the numbers', () => {
    fc.assert(
      fc.property(built, sizes, (tree, given) => {
        expect(evaluateCount(tree.count, sizeIn(given))).toBe(tree.value(bigs(given)));
      }),
      { numRuns: 500 },
    );
  });

  test('numbers in the place of all symbols give the value as a constant', () => {
    fc.assert(
      fc.property(built, sizes, (tree, given) => {
        const bound = substituteCount(tree.count, (s) => constant(sizeIn(given)(s) ?? 0));
        expect(constantCount(bound)).toBe(tree.value(bigs(given)));
      }),
      { numRuns: 300 },
    );
  });

  test('a size in the place of one symbol leaves a formula of the same value', () => {
    fc.assert(
      fc.property(built, sizes, (tree, given) => {
        const partial = substituteCount(tree.count, (s) => (s.name === 'a' ? parseDim('2*b + c') : undefined), range);
        const a = 2 * given.b + given.c;
        expect(evaluateCount(partial, sizeIn(given))).toBe(tree.value(bigs({ ...given, a })));
        expect([...symbolsOfCount(partial)].map(({ name }) => name)).not.toContain('a');
      }),
      { numRuns: 300 },
    );
  });

  test('what is at least another is so for all sizes', () => {
    fc.assert(
      fc.property(built, built, sizes, (x, y, given) => {
        if (!isAtLeast(x.count, y.count, range)) return;
        expect(x.value(bigs(given)) >= y.value(bigs(given))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('equal polynomials are one, in whatever order they were made', () => {
    const made = multiplyCounts(addCounts(count('b'), count('a')), count('c'));
    expect(sameCount(made, count('a*c + c*b'))).toBe(true);
    expect(sameCount(made, count('a*c + 2*b*c'))).toBe(false);
    expect(keyOf(new CountSum().add(count('a')).add(count('b')).add(count('a'), -1n).total())).toBe(keyOf(count('b')));
  });

  test('numbers beyond 2^53 stay exact', () => {
    const large = countOfSizes([2 ** 40, 2 ** 40, symbol('a'), 3]);
    expect(evaluateCount(large, () => 7)).toBe(2n ** 80n * 21n);
    expect(constantCount(addCounts(large, large, -1n))).toBe(0n);
  });
});

describe('maxOfCounts', () => {
  test.each([
    ['one that is larger in every term wins', ['2*a*b + 3', 'a*b + 3'], '2*a*b + 3'],
    ['sizes are at least 1', ['a*b', 'a'], 'a*b'],
    ['a square is at least its root', ['a*a', 'a'], 'a*a'],
    ['a constant below the least value loses', ['5*a', '5'], '5*a'],
    ['what sizes decide is left open', ['a', 'b'], 'max(a, b)'],
    ['of three, the one that loses is left out', ['a', 'b', 'a + 1'], 'max(a + 1, b)'],
    ['none are nothing', [], '0'],
  ])('%s', (_, operands, expected) => {
    expect(formatCount(maxOfCounts(operands.map(count), range))).toBe(expected);
  });
});

describe('formatCount', () => {
  test.each([
    ['0', '0'],
    ['a*b*a + 3*a*b', 'a*b*(a + 3)'],
    ['4608*a*a*b + 14155776*a*b', 'a*b*(4608*a + 14155776)'],
    ['a*b - 2*a', 'a*(b - 2)'],
    ['7*(a//2)*b', '7*b*(a//2)'],
    ['12*ceildiv(a, 2)*ceildiv(b, 2)', '12*ceildiv(a, 2)*ceildiv(b, 2)'],
    ['a + 1', 'a + 1'],
  ])('%s is %s', (text, expected) => {
    expect(formatCount(count(text))).toBe(expected);
  });

  test('reading the text as a dim gives the same value where numbers are small', () => {
    const small = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.subarray([...NAMES, ...NAMES])), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(small, sizes, (terms, given) => {
        const sum = new CountSum();
        for (const [factor, names] of terms) sum.add(countOfSizes(names.map(symbol)), BigInt(factor));
        const read = parseDim(formatCount(sum.total()));
        expect(BigInt(evaluate(read, sizeIn(given)))).toBe(evaluateCount(sum.total(), sizeIn(given)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('evaluateCount', () => {
  test('names the symbol that has no size', () => {
    expect(() => evaluateCount(count('a*b'), (s) => (s.name === 'a' ? 1 : undefined))).toThrow(
      'symbol "b" has no size',
    );
    expect(evaluateCount(ZERO, () => undefined)).toBe(0n);
  });
});
