// Interning, structural questions, caps and overflow of dims.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { add, broadcast, ceilDiv, floorDiv, maxOf, minOf, mod, mul, sub } from '../../src/dim/arithmetic.ts';
import {
  constant,
  constOf,
  type Dim,
  freshSymbol,
  hasFresh,
  hasUnknown,
  isConst,
  type SymbolDim,
  symbol,
  symbolsOf,
  unknownDim,
} from '../../src/dim/dim.ts';
import { evaluate, substitute } from '../../src/dim/evaluate.ts';
import { InternTable } from '../../src/dim/intern.ts';
import { MAX_DEPTH, MAX_SIZE } from '../../src/dim/nodes.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import { errorOf } from './error-of.ts';

const [a, b, h] = [symbol('a'), symbol('b'), symbol('h')];

describe('interning', () => {
  test('makes equal structures one frozen object', () => {
    expect(add(a, 1)).toBe(add(1, a));
    expect(symbol('a')).toBe(a);
    expect(constant(1e15)).toBe(constant(1e15));
    expect(constant(-0)).toBe(constant(0));
    const made = [
      add(a, 1),
      mul(a, b),
      mul(3, a),
      floorDiv(a, 2),
      mod(a, 2),
      minOf(a, b),
      broadcast(a, b),
      a,
      constant(7),
    ];
    for (const d of made) expect(Object.isFrozen(d)).toBe(true);
  });

  test('tells fresh and unknown symbols apart', () => {
    expect(freshSymbol('n')).not.toBe(freshSymbol('n'));
    expect(unknownDim()).not.toBe(unknownDim());
    expect(add(unknownDim('x'), 0)).not.toBe(symbol('x'));
  });

  test('orders terms by structure, not by age', () => {
    const [z, y] = [symbol('zz'), symbol('yy')];
    expect(add(z, y)).toBe(add(y, z));
    expect(minOf(z, y)).toBe(minOf(y, z));
    expect(mul(z, floorDiv(y, 2))).toBe(mul(floorDiv(y, 2), z));
  });
});

describe('InternTable', () => {
  test('finds by key what was added', () => {
    const table = new InternTable<object>();
    const [one, two] = [{}, {}];
    table.add([1, 2], one);
    table.add([2, 1], two);
    expect(table.find([1, 2])).toBe(one);
    expect(table.find([2, 1])).toBe(two);
    expect(table.find([1])).toBeUndefined();
    expect(table.size).toBe(2);
  });

  test('lets go of what nothing else holds', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const table = new InternTable<object>();
    const held = { id: 0 };
    table.add([0], held);
    for (let i = 1; i <= 1000; i++) table.add([i], { id: i });
    for (let round = 0; round < 20 && table.size > 1; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      collect();
    }
    expect(table.size).toBe(1);
    expect(table.find([0])).toBe(held);
  });
});

describe('questions of structure', () => {
  test('say what a dim holds', () => {
    const d = add(mul(a, unknownDim()), floorDiv(freshSymbol(), 2));
    expect([hasUnknown(d), hasFresh(d), hasUnknown(a), hasFresh(a)]).toEqual([true, true, false, false]);
    expect(symbolsOf(parseDim('(b + a*h)//a'))).toEqual(new Set([a, h, b]));
    expect(symbolsOf(d).size).toBe(3);
    expect(isConst(sub(a, a))).toBe(true);
    expect(constOf(sub(add(a, 5), a))).toBe(5);
    expect(constOf(a)).toBeUndefined();
  });
});

describe('evaluate', () => {
  const sizes = (values: Record<string, number>) => (s: { name: string }) => values[s.name];

  test.each([
    ['(H + 1)//4', { H: 224 }, 56],
    ['a % b', { a: -7, b: 3 }, 2],
    ['a % b', { a: 7, b: -3 }, -2],
    ['a // b', { a: -7, b: 2 }, -4],
    ['ceildiv(a, b)', { a: 7, b: -2 }, -3],
    ['broadcast(a, b)', { a: 1, b: 5 }, 5],
    ['broadcast(a, b)', { a: 1, b: 0 }, 0],
    ['max(a - 3, 0)', { a: 2 }, 0],
  ])('%s at %j is %i', (text, values, expected) => expect(evaluate(parseDim(text), sizes(values))).toBe(expected));

  test.each([
    ['a // b', { a: 1, b: 0 }, 'DIM_UNDEFINED'],
    ['a % b', { a: 1, b: 0 }, 'DIM_UNDEFINED'],
    ['broadcast(a, b)', { a: 2, b: 3 }, 'DIM_UNDEFINED'],
    ['a + b', { a: 1 }, 'DIM_UNBOUND'],
    ['a*b', { a: 2 ** 30, b: 2 ** 30 }, 'DIM_OVERFLOW'],
  ])('%s at %j throws %s', (text, values, code) => {
    expect(errorOf(() => evaluate(parseDim(text), sizes(values))).code).toBe(code);
  });

  test('divides exactly up to 2^53', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(constOf(floorDiv(most, 2))).toBe((most - 1) / 2);
    expect(constOf(floorDiv(-most, 3))).toBe(-Math.ceil(most / 3));
    expect(constOf(ceilDiv(most - 1, most))).toBe(1);
  });
});

describe('substitute', () => {
  test('puts dims in the place of symbols and normalises', () => {
    const d = parseDim('(h + 1)//2 + h % 4');
    expect(substitute(d, (s) => (s === h ? mul(4, a) : undefined))).toBe(mul(2, a));
    expect(substitute(d, () => undefined)).toBe(d);
    expect(errorOf(() => substitute(parseDim('a//h'), () => constant(0))).code).toBe('DIM_UNDEFINED');
  });
});

describe('overflow', () => {
  test.each([
    ['a constant', () => constant(2 ** 53)],
    ['a fraction', () => constant(0.5)],
    ['no number', () => constant(Number.NaN)],
    ['a sum', () => add(2 ** 53 - 1, 1)],
    ['a product', () => mul(2 ** 30, 2 ** 30)],
    ['a coefficient', () => mul(mul(2 ** 30, a), 2 ** 30)],
  ])('of %s is an error', (_, make) => expect(errorOf(make).code).toBe('DIM_OVERFLOW'));

  test.each([
    ['a % 4503599627370496', 9_007_199_254_740_000],
    ['4503599627370496*(a//4503599627370496)', 9_007_199_254_740_000],
    ['(3*a + 9007199254740991)//2', -1000],
    ['max(a - 9007199254740991, 0)', 5],
    ['a - 3*((a + 9007199254740990)//3)', 2],
  ])('is no fault of showing %s', (text, value) => {
    const d = parseDim(text);
    expect(parseDim(formatDim(d))).toBe(d);
    const [x, most] = [BigInt(value), 9_007_199_254_740_991n];
    const floor = (p: bigint, q: bigint): bigint => (p - (((p % q) + q) % q)) / q;
    const expected: Record<string, bigint> = {
      'a % 4503599627370496': x - 4_503_599_627_370_496n * floor(x, 4_503_599_627_370_496n),
      '4503599627370496*(a//4503599627370496)': 4_503_599_627_370_496n * floor(x, 4_503_599_627_370_496n),
      '(3*a + 9007199254740991)//2': floor(3n * x + most, 2n),
      'max(a - 9007199254740991, 0)': 0n,
      'a - 3*((a + 9007199254740990)//3)': x - 3n * floor(x + most - 1n, 3n),
    };
    expect(BigInt(evaluate(d, () => value))).toBe(expected[text]);
  });

  test('of nothing: no dims have no extreme, but a sum and a product', () => {
    expect(errorOf(() => minOf()).code).toBe('DIM_UNDEFINED');
    expect([constOf(add()), constOf(mul()), constOf(broadcast())]).toEqual([0, 1, 1]);
  });
});

describe('caps', () => {
  const sizes = (s: SymbolDim): number | undefined => (s.role === 'named' ? 3 : undefined);

  test('replace a dim past the greatest depth by a fresh symbol of the same value', () => {
    let d: Dim = a;
    let value = 3;
    for (let i = 0; i < MAX_DEPTH; i++) {
      d = floorDiv(add(mul(d, 3), b, i % 2), b);
      value = Math.floor((value * 3 + 3 + (i % 2)) / 3);
      expect(d.depth).toBeLessThanOrEqual(MAX_DEPTH);
      expect(d.size).toBeLessThanOrEqual(MAX_SIZE);
    }
    expect(hasFresh(d)).toBe(true);
    expect(evaluate(d, sizes)).toBe(value);
  });

  test('hold however often they are passed', () => {
    let d: Dim = a;
    for (let i = 0; i < 20 * MAX_DEPTH; i++) d = floorDiv(add(mul(d, 3), b, i % 2), b);
    expect(d.depth).toBeLessThanOrEqual(MAX_DEPTH);
    expect(errorOf(() => evaluate(d, sizes)).code).toBe('DIM_UNBOUND');
  });

  test('replace a dim past the greatest size, once for the same expression', () => {
    const wide = (): Dim => add(...Array.from({ length: MAX_SIZE + 1 }, (_, i) => symbol(`x${i}`)));
    expect(hasFresh(wide())).toBe(true);
    expect(wide()).toBe(wide());
    expect(evaluate(wide(), sizes)).toBe(3 * (MAX_SIZE + 1));
  });

  test('hold products that would expand beyond all bounds', () => {
    const sum = add(...Array.from({ length: 40 }, (_, i) => symbol(`y${i}`)));
    let d: Dim = sum;
    for (let i = 0; i < 4; i++) d = mul(d, sum);
    expect(d.size).toBeLessThanOrEqual(MAX_SIZE);
    expect(evaluate(d, sizes)).toBe(120 ** 5);
  });
});

describe('maxOf', () => {
  test('takes numbers and dims', () => {
    expect(constOf(maxOf(3, 5, 4))).toBe(5);
    expect(maxOf(a, 3, 7)).toBe(maxOf(7, a));
  });
});
