// Facts by example: what is answered, solved, simplified, recorded and listed.
import { describe, expect, test } from 'vitest';
import type { Origin } from '../../src/base/origin.ts';
import { add, minOf, mul } from '../../src/dim/arithmetic.ts';
import { type Constraint, formatConstraint, parseConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, freshSymbol, symbol, unknownDim } from '../../src/dim/dim.ts';
import { Facts } from '../../src/dim/facts.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import { errorOf } from './error-of.ts';

function given(...constraints: readonly string[]): Facts {
  const facts = new Facts();
  for (const text of constraints) facts.require(parseConstraint(text));
  return facts;
}

const listed = (facts: Facts): string[] => facts.constraints().map((constraint) => formatConstraint(constraint));
const simple = (facts: Facts, text: string): string => formatDim(facts.simplify(parseDim(text)));

describe('simplify', () => {
  test.each([
    // Nothing known but that symbols are at least 1
    ['', 'max(h, 1)', 'h'],
    ['', 'max(h - 1, 0)', 'h - 1'],
    ['', 'min(a, a*b)', 'a'],
    ['', '2*(h//2)', '2*(h//2)'],
    ['', 'h//(h + 1)', '0'],
    ['', 'max(0, -h)', '0'],
    ['', '(h//w)//n', 'h//(n*w)'],
    // Divisibility
    ['2 | h', '2*(h//2)', 'h'],
    ['2 | h', 'ceildiv(h, 2)', 'h//2'],
    ['2 | h', 'h % 2', '0'],
    ['2 | h', 'w*(h//2)*2', 'h*w'],
    ['2 | h', '4*(h//4)', '4*(h//4)'],
    ['12 | h', '3*(h//3) + h % 4', 'h'],
    ['2 | h + 1', 'h % 2', '1'],
    ['2 | h + 1', '2*(h//2)', 'h - 1'],
    ['n | h', 'n*(h//n)', 'h'],
    ['4 | a*b', '4*((a*b)//4)', 'a*b'],
    ['2 | a; 2 | b', '2*((a + b)//2)', 'a + b'],
    // Ranges
    ['s <= 512', 'min(s, 512)', 's'],
    ['h <= 3', 'h % 4', 'h'],
    ['h <= 3', 'h//4', '0'],
    ['h >= 4; h <= 7', 'h//4', '1'],
    ['h >= 3', '(h - 2)//w + max(h - 3, 0)', 'h + (h - 2)//w - 3'],
    ['a <= b; b <= c', 'max(a, c)', 'c'],
    ['2*a + 3 <= 9', 'min(a, 3)', 'a'],
    // Equality
    ['b == c', 'b + c', '2*b'],
    ['c == b', 'b*c', 'c*c'],
    ['h == 4', 'h//2 + w', 'w + 2'],
    ['s == 2*h', 's//2', 'h'],
    ['a*b == 64', 'a*b*c', '64*c'],
    ['h//2 == 5', 'h//4', '2'],
    ['a*b*12 == a*c*12', 'b - c', '0'],
    // Broadcasting
    ['a >= 2', 'broadcast(a, b)', 'a'],
    ['broadcastable(a, 4); a >= 2', 'a', '4'],
    ['broadcast(a, b) == a', 'broadcast(a, b)', 'a'],
    ['broadcast(a, b) == a; b >= 2', 'a - b', '0'],
    ['b >= 2; broadcast(a, b) == a', 'a - b', '0'],
    ['broadcast(a, b) == a; a >= 2', 'broadcast(a, b) + b', 'a + b'],
    ['broadcast(a, b) == a; a == 1', 'b', '1'],
    ['broadcast(a, b) == a; b == c', 'broadcast(a, c)', 'a'],
    ['broadcast(a, b) == a; b == c; c >= 2', 'a - c', '0'],
    ['a == b', 'broadcast(a, b)', 'a'],
  ])('under "%s": %s is %s', (constraints, text, expected) => {
    const facts = given(...constraints.split('; ').filter(Boolean));
    expect(simple(facts, text)).toBe(expected);
    expect(simple(facts, expected)).toBe(expected);
  });

  test('forgets nothing when facts come later', () => {
    const facts = new Facts();
    expect(simple(facts, '2*(h//2)')).toBe('2*(h//2)');
    const { version } = facts;
    facts.require(parseConstraint('2 | h'));
    expect(facts.version).toBeGreaterThan(version);
    expect(simple(facts, '2*(h//2)')).toBe('h');
  });
});

describe('questions', () => {
  test.each([
    ['', 'a <= a + b', 'true'],
    ['', 'n <= n*h', 'true'],
    ['', '(H + 1)//4 <= H', 'true'],
    ['', 'H//4 <= H//2', 'true'],
    ['', 'ceildiv(h, 4) <= ceildiv(h, 2)', 'true'],
    ['', '2*(h//2) <= h', 'true'],
    ['', 'h <= 2*ceildiv(h, 2)', 'true'],
    ['', 'max(a, b) <= a + b', 'true'],
    ['', 'h % n <= n', 'true'],
    ['', 'h//n <= h', 'true'],
    ['', 'h <= h//2', 'false'],
    ['', 'a <= b', 'unknown'],
    ['', 'a <= 0', 'false'],
    ['a <= b; b <= c', 'a <= c + 1', 'true'],
    ['a <= b', 'b <= a', 'unknown'],
    ['a + 1 <= b', 'b <= a', 'false'],
    ['', 'a == a + 1', 'false'],
    ['', '2*a == 43', 'false'],
    ['', '2*a == 2*b + 1', 'false'],
    ['', 'a == b', 'unknown'],
    ['', '(a + b)*(a + b) == a*a + 2*a*b + b*b', 'true'],
    ['a >= 5; b <= 4', 'a == b', 'false'],
    ['', '4 | 4*a + 8', 'true'],
    ['', '4 | 4*a + 2', 'false'],
    ['', 'a | a*b', 'true'],
    ['12 | h', '4 | h', 'true'],
    ['12 | h', '4 | h + 2', 'false'],
    ['12 | h', '24 | h', 'unknown'],
    ['4 | h; 6 | h', '12 | h', 'true'],
    ['', 'broadcastable(a, 1)', 'true'],
    ['', 'broadcastable(a, a)', 'true'],
    ['', 'broadcastable(2, 3)', 'false'],
    ['', 'broadcastable(a, 4)', 'unknown'],
    ['a >= 5', 'broadcastable(a, 4)', 'false'],
    ['broadcastable(a, b)', 'broadcastable(b, a)', 'true'],
    ['broadcast(a, b) == a', 'broadcastable(b, a)', 'true'],
    ['broadcast(a, b) == a', 'a == b', 'unknown'],
  ])('under "%s": is %s? %s', (constraints, question, answer) => {
    const facts = given(...constraints.split('; ').filter(Boolean));
    expect(ask(facts, parseConstraint(question))).toBe(answer);
    expect(listed(facts)).toEqual(listed(given(...constraints.split('; ').filter(Boolean))));
  });

  function ask(facts: Facts, question: Constraint): string {
    switch (question.kind) {
      case 'equal':
        return facts.equal(question.left, question.right);
      case 'atMost':
        return facts.atMost(question.left, question.right);
      case 'range':
        return facts.atMost(question.dim, question.max ?? 0);
      case 'divides':
        return facts.divides(question.divisor, question.dim);
      case 'broadcastable':
        return facts.broadcastable(question.left, question.right);
    }
  }
});

describe('range', () => {
  test.each([
    ['', 'h', 1, Infinity],
    ['', 'h % 8', 0, 7],
    ['', 'ceildiv(h, 2)', 1, Infinity],
    ['h <= 9', '(h + 1)//4', 0, 2],
    ['h >= 3', '(h + 1)//4', 1, Infinity],
    ['h <= 9; w <= 4', 'h*w - 1', 0, 35],
    ['12 | h', 'h', 12, Infinity],
    ['12 | h; h <= 30', 'h', 12, 24],
    ['', 'n*h - n', 0, Infinity],
    ['', 'h + w - max(h, w)', 1, Infinity],
    ['a <= b; b <= 3', 'a', 1, 3],
    ['a <= b; a >= 4', 'b + 1', 5, Infinity],
  ])('under "%s": %s lies in %d..%d', (constraints, text, min, max) => {
    expect(given(...constraints.split('; ').filter(Boolean)).range(parseDim(text))).toEqual({ min, max });
  });

  test('of a declared symbol is what was declared', () => {
    const facts = new Facts();
    facts.declare(symbol('n'), { min: 0, max: 8 });
    expect(facts.range(symbol('n'))).toEqual({ min: 0, max: 8 });
    expect(facts.range(freshSymbol())).toEqual({ min: 0, max: Infinity });
    expect(facts.range(unknownDim())).toEqual({ min: 0, max: Infinity });
  });
});

describe('require', () => {
  test.each([
    [['(H + 1)//2 >= 2'], ['H >= 3']],
    [['2*h + 1 <= 9'], ['h <= 4']],
    [['(h - 1)//2 + 1 <= 4'], ['h <= 8']],
    [
      ['h >= 3', 'h >= 5', 'h <= 9'],
      ['h >= 5', 'h <= 9'],
    ],
    [['h <= 9', '2*h <= 10'], ['h <= 5']],
    [['min(a, b) >= 3'], ['a >= 3', 'b >= 3']],
    [['max(a, b) <= 7'], ['a <= 7', 'b <= 7']],
    [['max(a, 3) >= 4'], ['a >= 4']],
    [['c <= min(a, b)'], ['c <= a', 'c <= b']],
    [['max(a, b) + 1 <= c'], ['a + 1 <= c', 'b + 1 <= c']],
    [['t + 1 <= 2*min(s, t)'], ['t + 1 <= 2*s']],
    [['min(a, b) <= c'], ['min(a, b) <= c']],
    [['a*b == a + 4'], ['a*b == a + 4']],
    [['h*w == w'], ['h == 1']],
    [['a*b == a*c + a'], ['b == c + 1']],
    [['a*b >= 1'], []],
    [
      ['a <= b', 'b <= c', 'a <= c'],
      ['a <= b', 'b <= c'],
    ],
    [
      ['a <= c', 'a <= b', 'b <= c'],
      ['a <= b', 'b <= c'],
    ],
    [['4 | h', '12 | h'], ['12 | h']],
    [['6 | 4*h'], ['3 | h']],
    [['6 | 4*h + 2'], ['3 | h + 2']],
    [
      ['b == c', 'c == d', 'b == d', 'd <= 4'],
      ['b == c', 'b == d', 'b <= 4'],
    ],
    [['2*b == 2*c'], ['b == c']],
    [['n == m'], ['n == m']],
    [['4 == h'], ['h == 4']],
    [['n*b == n*c'], ['b == c']],
    [['h//2 == 5'], ['h >= 10', 'h <= 11']],
    [['h >= 1', 'a == a', '3 <= 4'], []],
    [['n | h'], ['n | h']],
  ])('of %j lists %j', (constraints, expected) => expect(listed(given(...constraints))).toEqual(expected));

  test.each([
    ['2*h == 43'],
    ['h <= 0'],
    ['max(a, 3) <= 2'],
    ['2 | 2*h + 1'],
    ['broadcastable(2, 3)'],
    ['h == 4', 'h == 5'],
    ['h == 4', '3 | h'],
    ['h >= 4', 'h <= 3'],
    ['4 | h', '4 | h + 1'],
    ['a == b', 'a + 1 <= b'],
    ['a <= b', 'b <= c', 'c + 1 <= a'],
    ['a >= 2', 'b >= 2', 'a + 1 <= b', 'broadcastable(a, b)'],
    ['a == b', 'b == c', 'a == 4', 'c == 5'],
  ])('refuses the last of %j and records nothing of it', (...constraints) => {
    const facts = given(...constraints.slice(0, -1));
    const before = [listed(facts), simple(facts, 'a + b + c + h')];
    expect(facts.require(parseConstraint(constraints.at(-1) ?? ''))).toBe('false');
    expect([listed(facts), simple(facts, 'a + b + c + h')]).toEqual(before);
  });

  test('keeps a factor that may be 0 in an equation', () => {
    const facts = new Facts();
    facts.declare(symbol('z'), { min: 0 });
    expect(facts.unify(mul(symbol('h'), symbol('z')), symbol('z'))).toBe('unknown');
    expect(facts.equal(symbol('h'), 1)).toBe('unknown');
    expect(facts.equal(symbol('z'), 0)).toBe('unknown');
    facts.require(parseConstraint('z >= 1'));
    expect(simple(facts, 'h*z')).toBe('z');
  });

  test('tells what was known from what was recorded', () => {
    const facts = new Facts();
    expect(facts.require(parseConstraint('h >= 3'))).toBe('unknown');
    expect(facts.require(parseConstraint('h >= 2'))).toBe('true');
    expect(facts.require(parseConstraint('h >= 3'))).toBe('true');
  });

  test('keeps all origins of what is said twice', () => {
    const [one, two]: Origin[] = [{ what: 'one' }, { what: 'two' }];
    const facts = new Facts();
    for (const origin of [one, two, two]) {
      if (origin) facts.require(parseConstraint('12 | h', [origin]));
    }
    expect(facts.constraints().map((constraint) => constraint.origins)).toEqual([[one, two]]);
  });
});

describe('a long list of constraints', () => {
  const chain = (step: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `c${i} <= c${i + step}`);

  test('leaves out what later ones imply, as a short one does', () => {
    const [far, near] = [chain(2, 60), chain(1, 61)];
    expect(listed(given(...far, ...near))).toEqual(near);
  });

  test('is searched among the constraints that share sizes', () => {
    const apart = Array.from({ length: 80 }, (_, i) => [`x${i} <= y${i} + 9`, `x${i} <= y${i}`]).flat();
    expect(listed(given(...apart))).toEqual(apart.filter((_, i) => i % 2 === 1));
  });
});

describe('give', () => {
  const known = (facts: Facts): string[] =>
    facts.given().map((constraint) => formatConstraint(constraint, (s) => s.name));

  test('is used by proofs and simplification, and is not listed', () => {
    const facts = new Facts();
    const u = freshSymbol('u');
    expect(facts.give({ kind: 'atMost', left: u, right: symbol('s'), origins: [] })).toBe('true');
    expect(facts.atMost(u, add(symbol('s'), 1))).toBe('true');
    expect(formatDim(facts.simplify(minOf(u, symbol('s'))), (s) => s.name)).toBe('u');
    expect(listed(facts)).toEqual([]);
    expect(known(facts)).toEqual(['u <= s']);
  });

  test('implies constraints, which are not listed then', () => {
    const facts = new Facts();
    const u = freshSymbol('u');
    facts.give({ kind: 'atMost', left: u, right: symbol('s'), origins: [] });
    facts.require(parseConstraint('s <= 8'));
    expect(facts.require({ kind: 'range', dim: u, max: 9, origins: [] })).toBe('true');
    facts.require({ kind: 'range', dim: u, min: 4, origins: [] });
    expect(facts.require(parseConstraint('s >= 3'))).toBe('true');
    expect(facts.constraints().map((one) => formatConstraint(one, (s) => s.name))).toEqual(['s <= 8', 'u >= 4']);
  });

  test('makes a constraint that was recorded before needless', () => {
    const facts = given('s <= 512');
    facts.give(parseConstraint('s <= 100'));
    expect(listed(facts)).toEqual([]);
  });

  test('is refused where it cannot hold, and leaves nothing', () => {
    const facts = given('s >= 5');
    expect(facts.give(parseConstraint('s <= 4'))).toBe('false');
    expect(known(facts)).toEqual([]);
    expect(facts.range(symbol('s'))).toEqual({ min: 5, max: Infinity });
  });

  test('goes along with a fork, and from there to the facts that adopt it', () => {
    const facts = new Facts();
    const [u, v] = [freshSymbol('u'), freshSymbol('v')];
    facts.give({ kind: 'atMost', left: u, right: symbol('s'), origins: [] });
    const fork = facts.fork();
    expect(fork.atMost(u, symbol('s'))).toBe('true');
    fork.declare(v, { min: 2, max: 7 });
    fork.give({ kind: 'atMost', left: v, right: u, origins: [] });
    expect(facts.atMost(v, u)).toBe('unknown');
    facts.adopt(fork);
    expect(facts.atMost(v, symbol('s'))).toBe('true');
    expect(facts.range(v)).toEqual({ min: 2, max: 7 });
    expect(known(facts)).toEqual(['u <= s', 'v <= u']);
  });

  test('changes the version only where it was news', () => {
    const facts = new Facts();
    const constraint = parseConstraint('s <= 512');
    facts.give(constraint);
    const { version } = facts;
    facts.give(constraint);
    expect(facts.version).toBe(version);
  });
});

describe('limit', () => {
  const limits = (...texts: readonly string[]): Facts => {
    const facts = new Facts();
    for (const text of texts) {
      const constraint = parseConstraint(text);
      if (constraint.kind === 'range') facts.limit(constraint);
    }
    return facts;
  };

  test.each([
    ['bounds a symbol without a word', 's <= 16777216', [], 16_777_216],
    ['bounds the symbol of a linear expression', '2*s + 4 <= 33554432', [], 16_777_214],
    ['is a constraint where a tensor may well be that large', 'b*s <= 16777216', ['b*s <= 16777216'], Infinity],
    ['is a constraint where it is small', 's <= 32767', ['s <= 32767'], 32_767],
  ])('%s: %s', (_, text, constraints, max) => {
    const facts = limits(text);
    expect(listed(facts)).toEqual(constraints);
    expect(facts.range(symbol('s')).max).toBe(max);
  });
});

describe('declare', () => {
  test('lists what the author gave, not the default', () => {
    const facts = new Facts();
    facts.declare(symbol('batch'), {}, { what: 'x' });
    facts.declare(symbol('n'), { min: 0 });
    facts.declare(symbol('s'), { min: 2, max: 512, divisibleBy: 8 });
    expect(listed(facts)).toEqual(['n >= 0', 's <= 512', '8 | s']);
    expect(facts.range(symbol('s'))).toEqual({ min: 8, max: 512 });
  });

  test('does not list what is said of sizes that depend on data', () => {
    const facts = new Facts();
    facts.declare(freshSymbol('k'), { min: 0, max: 10 });
    expect(listed(facts)).toEqual([]);
  });

  test('refuses what contradicts itself or what is known', () => {
    const facts = given('h <= 4');
    expect(facts.declare(symbol('h'), { min: 5 })).toBe('false');
    expect(facts.declare(symbol('k'), { min: 5, max: 3 })).toBe('false');
    expect(facts.range(symbol('h'))).toEqual({ min: 1, max: 4 });
    expect(facts.declare(symbol('h'), { min: 4 })).toBe('true');
    expect(simple(facts, 'h')).toBe('4');
  });
});

describe('unify', () => {
  const h = symbol('h');

  test.each<[string, (u: Dim) => Dim, Dim, string, string[]]>([
    ['?1 == 20', (u) => u, constant(20), '20', []],
    ['?1 == h', (u) => u, h, 'h', []],
    ['2*?1 + 3 == 43', (u) => add(mul(2, u), 3), constant(43), '20', []],
    ['2*?1 == h', (u) => mul(2, u), h, 'h//2', ['2 | h']],
    ['?1 + 3 == h', (u) => add(u, 3), h, 'h - 3', ['h >= 3']],
    ['h*?1 == 12*h*w', (u) => mul(h, u), parseDim('12*h*w'), '12*w', []],
    ['w*?1 == h', (u) => mul(symbol('w'), u), h, 'h//w', ['w | h']],
  ])('solves %s', (_, left, right, expected, constraints) => {
    const facts = new Facts();
    const unknown = unknownDim();
    const origin = { what: 'here' };
    facts.unify(left(unknown), right, origin);
    expect(formatDim(facts.simplify(unknown))).toBe(expected);
    expect(facts.settledBy(unknown)).toBe(origin);
    expect(formatDim(facts.solved(unknown) ?? unknown)).toBe(expected);
    expect(listed(facts)).toEqual(constraints);
  });

  test('merges two unknowns, and both are solved by one size', () => {
    const facts = new Facts();
    const [one, two, three] = [unknownDim(), unknownDim(), unknownDim()];
    expect([facts.unify(one, two), facts.unify(three, two), facts.solved(one)]).toEqual(['true', 'true', undefined]);
    expect(facts.simplify(three)).toBe(facts.simplify(one));
    facts.unify(two, 7);
    expect([one, two, three].map((d) => formatDim(facts.simplify(d)))).toEqual(['7', '7', '7']);
    expect(facts.unify(one, 8)).toBe('false');
    expect(listed(facts)).toEqual([]);
  });

  test('refuses an unknown that would be negative or fractional', () => {
    const facts = new Facts();
    expect(facts.unify(mul(2, unknownDim()), 43)).toBe('false');
    expect(facts.unify(add(unknownDim(), 5), 3)).toBe('false');
  });

  test('applies to an unknown what was required of it before', () => {
    const facts = new Facts();
    const unknown = unknownDim();
    facts.require({ kind: 'divides', divisor: constant(12), dim: unknown, origins: [] });
    facts.require({ kind: 'broadcastable', left: unknown, right: constant(24), origins: [] });
    expect(facts.unify(unknown, 7)).toBe('false');
    expect(facts.unify(unknown, 12)).toBe('false');
    // A multiple of 12 is not 1, so what broadcasts with 24 is 24.
    expect(facts.unify(unknown, h)).toBe('unknown');
    expect(listed(facts)).toEqual(['h == 24']);
    expect(formatDim(facts.simplify(h))).toBe('24');
  });

  test('makes the symbol seen first the representative, and a number that of all', () => {
    const facts = new Facts();
    facts.declare(symbol('z'), {});
    expect(facts.unify(symbol('a'), symbol('z'))).toBe('unknown');
    expect(simple(facts, 'a')).toBe('z');
    facts.unify(freshSymbol('n'), symbol('q'));
    expect(facts.unify(symbol('z'), 4)).toBe('unknown');
    expect(simple(facts, 'a + z')).toBe('8');
  });
});

describe('broadcast', () => {
  test.each([
    ['', 'a', '1', 'a', []],
    ['', '1', 'a', 'a', []],
    ['', 'a', 'a', 'a', []],
    ['', 'a', '4', '4', ['broadcastable(a, 4)']],
    ['', 'a', 'b', 'broadcast(a, b)', ['broadcastable(a, b)']],
    ['a >= 2', 'a', 'b', 'a', ['a >= 2', 'broadcastable(a, b)']],
    ['a >= 2; b >= 2', 'a', 'b', 'a', ['a >= 2', 'a == b']],
    ['a == b', 'a', 'b', 'a', ['a == b']],
  ])('under "%s": %s with %s is %s', (constraints, left, right, expected, list) => {
    const facts = given(...constraints.split('; ').filter(Boolean));
    expect(formatDim(facts.broadcast(parseDim(left), parseDim(right)))).toBe(expected);
    expect(listed(facts)).toEqual(list);
  });

  test('of unequal sizes is an error that names both', () => {
    const error = errorOf(() => new Facts().broadcast(constant(2), constant(3), { what: 'node "Add_1"' }));
    expect(error.code).toBe('DIM_UNDEFINED');
    expect(error.origin?.what).toBe('node "Add_1"');
    expect(error.message).toMatch(/2.*3/);
  });

  test('settles neither side of two that may be 1', () => {
    const facts = new Facts();
    const unknown = unknownDim();
    facts.broadcast(unknown, symbol('b'));
    expect(facts.solved(unknown)).toBeUndefined();
  });
});

describe('large and undefined', () => {
  const most = Number.MAX_SAFE_INTEGER;

  test('numbers do not make a question or a constraint fail', () => {
    const facts = new Facts();
    const d = parseDim('h - w - 5');
    expect(facts.require({ kind: 'range', dim: d, max: most, origins: [] })).toBe('unknown');
    expect(facts.require({ kind: 'range', dim: d, min: -most, origins: [] })).toBe('unknown');
    expect(facts.atMost(d, most)).not.toBe('false');
    expect(facts.equal(parseDim('h + 9007199254740991'), parseDim('w - 9007199254740991'))).toBe('unknown');
    expect(listed(facts).length).toBeGreaterThan(0);
  });

  test('dims stay as they are where a solution leaves them without value', () => {
    const facts = new Facts();
    facts.declare(symbol('n'), { min: 0 });
    facts.unify(symbol('n'), 0);
    expect(simple(facts, 'h//n + n')).toBe('h//n');
  });

  test('expressions past the caps keep their range and their solutions', () => {
    const facts = new Facts();
    const names = Array.from({ length: 600 }, (_, i) => symbol(`wide${i}`));
    const wide = add(...names);
    expect(wide.kind).toBe('symbol');
    expect(facts.range(wide)).toEqual({ min: 600, max: Infinity });
    for (const name of names) facts.unify(name, 2);
    expect(formatDim(facts.simplify(wide))).toBe('1200');
  });
});

describe('fork', () => {
  test('goes its own way', () => {
    const facts = given('2 | h');
    const branch = facts.fork();
    branch.require(parseConstraint('h <= 8'));
    facts.require(parseConstraint('h >= 6'));
    expect(listed(branch)).toEqual(['2 | h', 'h <= 8']);
    expect(listed(facts)).toEqual(['2 | h', 'h >= 6']);
    expect(simple(branch, 'h//2*2')).toBe('h');
  });
});
