// Truth values that sizes decide: what comparisons, logic and Where make of them is right on both sides of the condition.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAttribute } from '../../src/build/operands.ts';
import { checkConstraint, constraintDims } from '../../src/dim/constraint.ts';
import { hasFresh, type SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { formatDim } from '../../src/dim/text.ts';
import { dimOf } from '../../src/ir/content.ts';
import { DTYPES } from '../../src/ir/dtype.ts';
import type { Value } from '../../src/ir/graph.ts';
import { Bench } from './bench.ts';

const text = (value: Value): string => {
  const [element] = value.content?.elements ?? [];
  const dim = dimOf(element);
  return dim ? formatDim(dim) : String(element);
};

const castTo = (dtype: keyof typeof DTYPES) => ({ to: toAttribute('Cast', 'to', DTYPES[dtype].onnx, 'int') });

describe('Where', () => {
  test.each([
    ['Less', 's', '128', 's', '128', 'min(s, 128)'],
    ['LessOrEqual', 's', '128', 's', '128', 'min(s, 128)'],
    ['Greater', 's', '128', '128', 's', 'min(s, 128)'],
    ['GreaterOrEqual', 's', 't', 's', 't', 'max(s, t)'],
    ['Less', '2*s', '2*t', '6*t', '6*s', '6*max(s, t)'],
    ['Less', 's', 't', 's + 1', 't + 1', 'min(s, t) + 1'],
    ['Less', 's - 8', '0', '0', 's - 8', 'max(s - 8, 0)'],
    ['Equal', 's', '1', '1', 's', 's'],
    ['Equal', 's', 't', 's*t', 't*t', 't*t'],
    ['Equal', 's', '-1', 't', 's', 's'],
    ['Equal', 's', '1', '5', '2', '2 - 3*min(s - 2, 0)'],
    ['Less', 's', '3', '5', '2', '3*min(s, 2) - 3*min(s, 3) + 5'],
  ])('of %s(%s, %s) between %s and %s is %s', (op, a, b, x, y, expected) => {
    const bench = new Bench();
    const [left, right, first, second] = [a, b, x, y].map((each) => bench.input(`int64[1] = [${each}]`));
    const condition = bench.one(bench.root, op, [left, right]);
    const chosen = bench.one(bench.root, 'Where', [condition, first, second]);
    expect(text(chosen)).toBe(text(bench.input(`int64[1] = [${expected}]`)));
    const other = bench.one(bench.root, 'Where', [bench.one(bench.root, 'Not', [condition]), second, first]);
    const [one, same] = [chosen, other].map((value) => dimOf(value.content?.elements[0]));
    if (!one || !same) return expect.unreachable('a choice of sizes is a size');
    for (let i = 0; i < 64; i++) {
      const at = (each: SymbolDim): number => (each.name === 's' ? 1 + (i % 8) : 1 + Math.floor(i / 8));
      expect(evaluate(same, at)).toBe(evaluate(one, at));
    }
  });

  test('under a condition that only a run tells is a size between both', () => {
    const bench = new Bench();
    const inputs = [bench.input('bool[1]'), bench.input('int64[1] = [s]'), bench.input('int64[1] = [4]')];
    const chosen = bench.one(bench.root, 'Where', inputs);
    const dim = dimOf(chosen.content?.elements[0]);
    if (!dim) return expect.unreachable('a choice of sizes is a size');
    const { facts } = bench.root;
    expect(facts.range(dim)).toEqual({ min: 1, max: Infinity });
    facts.require({
      kind: 'range',
      dim: facts.simplify(dimOf(inputs[1]?.content?.elements[0]) ?? dim),
      max: 9,
      origins: [],
    });
    expect(facts.range(dim)).toEqual({ min: 1, max: 9 });
    expect(bench.constraints).toEqual(['s <= 9']);
  });

  test('over a long mask of data claims nothing', () => {
    const bench = new Bench();
    const chosen = bench.one(bench.root, 'Where', [
      bench.input('bool[64]'),
      bench.input('int64[1] = [s]'),
      bench.input('int64[1] = [4]'),
    ]);
    expect(chosen.content).toBeUndefined();
  });
});

describe('a truth value', () => {
  test('is a number where it is cast', () => {
    const bench = new Bench();
    const { root } = bench;
    const isOne = bench.one(root, 'Equal', [bench.input('int64[1] = [s]'), bench.input('int64[1] = [1]')]);
    expect(text(bench.one(root, 'Cast', [isOne], castTo('int64')))).toBe('max(2 - s, 0)');
    const back = bench.one(root, 'Cast', [bench.one(root, 'Cast', [isOne], castTo('float32'))], castTo('int64'));
    expect(text(back)).toBe('max(2 - s, 0)');
    const negated = bench.one(root, 'Cast', [bench.one(root, 'Not', [isOne])], castTo('int64'));
    expect(text(negated)).toBe('min(s, 2) - 1');
  });

  test('is decided by facts that come later', () => {
    const bench = new Bench();
    const { root } = bench;
    const s = bench.input('int64[1] = [s]');
    const condition = bench.one(root, 'Greater', [s, bench.input('int64[1] = [8]')]);
    const chosen = bench.one(root, 'Where', [condition, bench.input('int64[1] = [7*t]'), s]);
    const dim = dimOf(s.content?.elements[0]);
    if (dim) root.facts.require({ kind: 'range', dim, max: 8, origins: [] });
    expect(formatDim(root.facts.simplify(dimOf(chosen.content?.elements[0]) ?? 0))).toBe('s');
  });

  const comparison = fc.constantFrom('Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual');
  const operand = fc
    .tuple(fc.constantFrom('s', 't', '2*s', 's//2', '-t', 'max(s, t)', '0'), fc.integer({ min: -4, max: 4 }))
    .map(([stem, offset]) => `${stem} + ${offset}`);
  const relation: Record<string, (a: number, b: number) => boolean> = {
    Equal: (a, b) => a === b,
    Less: (a, b) => a < b,
    LessOrEqual: (a, b) => a <= b,
    Greater: (a, b) => a > b,
    GreaterOrEqual: (a, b) => a >= b,
  };
  const joint: Record<string, (a: boolean, b: boolean) => boolean> = {
    And: (a, b) => a && b,
    Or: (a, b) => a || b,
    Xor: (a, b) => a !== b,
  };

  test('of any comparisons, joined and used, has the value that the sizes give', () => {
    const size = fc.integer({ min: 1, max: 6 });
    const two = fc.tuple(comparison, operand, operand);
    fc.assert(
      fc.property(
        two,
        two,
        fc.constantFrom('And', 'Or', 'Xor'),
        operand,
        operand,
        size,
        size,
        (p, q, op, x, y, s, t) => {
          const bench = new Bench();
          const { root } = bench;
          const at = (one: SymbolDim): number => (one.name === 's' ? s : t);
          const real = (value: Value): number | undefined => {
            const [element] = value.content?.elements ?? [];
            const dim = dimOf(element);
            if (typeof element === 'boolean') return Number(element);
            return dim && !hasFresh(dim) ? evaluate(dim, at) : undefined;
          };
          const given = (source: string): Value => bench.input(`int64[1] = [${source}]`);
          const compare = ([name, a, b]: readonly [string, string, string]): readonly [Value, boolean] => {
            const [left, right] = [given(a), given(b)];
            const truth = relation[name]?.(real(left) ?? 0, real(right) ?? 0) ?? false;
            return [bench.one(root, name, [left, right]), truth];
          };
          const [[first, isFirst], [second, isSecond]] = [compare(p), compare(q)];
          // Long conditions are not followed, and a choice that would be too long an expression is a size of its own.
          expect([undefined, Number(isFirst)]).toContain(real(first));
          const joined = bench.one(root, op, [first, second]);
          const isJoined = joint[op]?.(isFirst, isSecond) ?? false;
          expect([undefined, Number(isJoined)]).toContain(real(joined));
          expect([undefined, Number(!isJoined)]).toContain(real(bench.one(root, 'Not', [joined])));
          for (const [condition, holds] of [
            [first, isFirst],
            [joined, isJoined],
          ] as const) {
            const [a, b] = [given(x), given(y)];
            const chosen = real(bench.one(root, 'Where', [condition, a, b]));
            if (chosen !== undefined) expect(chosen).toBe(holds ? real(a) : real(b));
          }
          expect(bench.mistakes).toEqual([]);
          expect(
            root.facts.given().every((bound) => constraintDims(bound).some(hasFresh) || checkConstraint(bound, at)),
          ).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
