// Facts against a hidden binding: constraints that it meets are recorded, and no answer may disagree with it.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type Constraint, checkConstraint, constraintDims, formatConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, freshSymbol, type SymbolDim, symbol, symbolsOf, unknownDim } from '../../src/dim/dim.ts';
import { evaluate, substitute } from '../../src/dim/evaluate.ts';
import { Facts } from '../../src/dim/facts.ts';
import { dimOfRaw, type Raw, raw } from '../../src/dim/raw.ts';
import { formatDim } from '../../src/dim/text.ts';

/** `u` and `v` are unknowns, `f` depends on data, `z` is declared to be possibly 0. */
const NAMES = ['a', 'b', 'h', 'w', 'u', 'v', 'f', 'z'] as const;

const number = fc.integer({ min: 0, max: 9 });
const name = fc.constantFrom<Raw>(...NAMES);
const expression: fc.Arbitrary<Raw> = fc.letrec<{ e: Raw }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: name },
    { weight: 1, arbitrary: number },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom('add', 'sub', 'mul', 'min', 'max', 'broadcast'), tie('e'), tie('e'))
        .map(([op, x, y]) => raw(op, x, y)),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom('floordiv', 'ceildiv', 'mod'), tie('e'), fc.oneof(fc.integer({ min: 1, max: 6 }), name))
        .map(([op, x, y]) => raw(op, x, y)),
    },
  ),
})).e;

type Sizes = Readonly<Record<string, number>>;
const size = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 4, 12, 24, 64));
const orZero = fc.oneof(size, fc.constant(0));
const hidden: fc.Arbitrary<Sizes> = fc.record(
  Object.fromEntries(NAMES.map((key) => [key, 'uvfz'.includes(key) ? orZero : size])),
);

const step = fc.record({
  kind: fc.constantFrom('equal', 'range', 'atMost', 'divides', 'broadcastable', 'broadcast', 'declare'),
  left: expression,
  right: expression,
  slack: fc.integer({ min: 0, max: 3 }),
});
type Step = (typeof step)['generate'] extends (...args: never[]) => { value: infer T } ? T : never;

class World {
  readonly facts = new Facts();
  readonly log: string[] = [];
  readonly required: Constraint[] = [];
  readonly #sizes: Sizes;
  readonly #open = new Map<string, SymbolDim>([
    ['u', unknownDim('u')],
    ['v', unknownDim('v')],
    ['f', freshSymbol('f')],
  ]);

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
    this.facts.declare(symbol('z'), { min: 0 });
  }

  readonly sizeOf = (s: SymbolDim): number | undefined => this.#sizes[s.name];

  /** The dim of an expression with its unknowns, where it has a value in the hidden binding. */
  dim(of: Raw): Dim | undefined {
    try {
      const d = substitute(dimOfRaw(of), (s) => this.#open.get(s.name));
      return Math.abs(evaluate(d, this.sizeOf)) < 1e9 ? d : undefined;
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }

  /** Declares something true of a symbol. */
  declare(d: Dim, slack: number): void {
    if (d.kind !== 'symbol') return;
    const value = this.value(d);
    this.log.push(`declare ${d.name} around ${value} by ${slack}`);
    const least = d.role === 'named' && d.name !== 'z' ? 1 : 0;
    const declaration = {
      min: Math.max(least, value - slack),
      max: value + slack,
      divisibleBy: slack > 1 && value % slack === 0 ? slack : 1,
    };
    expect(this.facts.declare(d, declaration), this.log.join('; ')).toBe('true');
  }

  /** Broadcasts two dims that broadcast. */
  broadcast(left: Dim, right: Dim): void {
    const [x, y] = [this.value(left), this.value(right)];
    if (x !== y && x !== 1 && y !== 1) return;
    this.log.push(`broadcast ${formatDim(left)}, ${formatDim(right)}`);
    expect(this.value(this.facts.broadcast(left, right)), this.log.join('; ')).toBe(x === 1 ? y : x);
  }

  value(d: Dim): number {
    return evaluate(d, this.sizeOf);
  }

  /** A true constraint of the given kind about the two dims, where there is one. */
  truth({ kind, slack }: Step, left: Dim, right: Dim): Constraint | undefined {
    const [x, y] = [this.value(left), this.value(right)];
    const origins: never[] = [];
    switch (kind) {
      case 'equal':
        return x === y ? { kind, left, right, origins } : { kind, left, right: constant(x), origins };
      case 'range':
        return slack < 2
          ? { kind, dim: left, min: x - slack, origins }
          : { kind, dim: left, min: x - slack, max: x + slack - 2, origins };
      case 'atMost':
        return x <= y ? { kind, left, right, origins } : { kind, left: right, right: left, origins };
      case 'divides': {
        const divisor =
          Math.abs(x) > 0 ? constant([1, 2, 3, 4].findLast((k) => x % k === 0) ?? 1) : constant(2 + slack);
        if (y > 0 && x % y === 0 && symbolsOf(right).size > 0) return { kind, divisor: right, dim: left, origins };
        return { kind, divisor, dim: left, origins };
      }
      case 'broadcastable':
        return x === y || x === 1 || y === 1 ? { kind, left, right, origins } : undefined;
      default:
        return undefined;
    }
  }
}

function play(steps: readonly Step[], sizes: Sizes): World {
  const world = new World(sizes);
  for (const one of steps) {
    const [left, right] = [world.dim(one.left), world.dim(one.right)];
    if (!left || !right) continue;
    if (one.kind === 'declare') world.declare(left, one.slack);
    if (one.kind === 'broadcast') world.broadcast(left, right);
    const truth = world.truth(one, left, right);
    if (!truth) continue;
    world.log.push(formatConstraint(truth, (s) => s.name));
    world.required.push(truth);
    const answer = world.facts.require(truth);
    expect(['true', 'unknown'], `${world.log.join('; ')} is met by ${JSON.stringify(sizes)}`).toContain(answer);
  }
  return world;
}

function judge(world: World, first: Raw, second: Raw, sizes: Sizes): void {
  const [x, y] = [world.dim(first), world.dim(second)];
  if (!x || !y) return;
  const { facts } = world;
  const where = `${world.log.join('; ')} ? ${formatDim(x)}, ${formatDim(y)} at ${JSON.stringify(sizes)}`;
  const [p, q] = [world.value(x), world.value(y)];
  const simple = facts.simplify(x);
  expect(world.value(simple), `simplify(${formatDim(x)}) = ${formatDim(simple)}: ${where}`).toBe(p);
  expect(facts.simplify(simple), `simplify again: ${where}`).toBe(simple);
  const range = facts.range(x);
  expect(range.min <= p && p <= range.max, `range ${range.min}..${range.max} of ${p}: ${where}`).toBe(true);
  const claims: [string, string, boolean][] = [
    ['equal', facts.equal(x, y), p === q],
    ['atMost', facts.atMost(x, y), p <= q],
    ['divides', facts.divides(y, x), q === 0 ? p === 0 : p % q === 0],
    ['divides 3', facts.divides(3, x), p % 3 === 0],
    ['broadcastable', facts.broadcastable(x, y), p === q || p === 1 || q === 1],
  ];
  for (const [question, answer, truth] of claims) {
    expect(answer, `${question}: ${where}`).not.toBe(truth ? 'false' : 'true');
    expect(answer, `${question}: ${where}`).not.toBe('contradiction');
  }
}

describe('Facts', () => {
  test('never refuses, answers or simplifies against a binding that meets all constraints', () => {
    fc.assert(
      fc.property(
        hidden,
        fc.array(step, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(expression, expression), { minLength: 3, maxLength: 3 }),
        (sizes, steps, questions) => {
          const world = play(steps, sizes);
          for (const [x, y] of questions) judge(world, x, y, sizes);
          for (const { left, right } of steps) judge(world, left, right, sizes);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('lists constraints that the binding meets', () => {
    fc.assert(
      fc.property(hidden, fc.array(step, { minLength: 1, maxLength: 5 }), (sizes, steps) => {
        const world = play(steps, sizes);
        for (const constraint of world.facts.constraints()) {
          expect(
            checkConstraint(constraint, world.sizeOf),
            `${formatConstraint(constraint)} of ${world.log.join('; ')}`,
          ).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('lists constraints that no sizes meet but those that meet all that was required', () => {
    const named = (of: Raw): boolean =>
      typeof of === 'object' ? of.args.every(named) : typeof of === 'number' || !'uvfz'.includes(of);
    fc.assert(
      fc.property(hidden, fc.array(step, { minLength: 1, maxLength: 4 }), (sizes, steps) => {
        const known = steps.filter(({ left, right, kind }) => named(left) && named(right) && kind !== 'declare');
        const world = play(known, sizes);
        const list = world.facts.constraints();
        for (let i = 0; i < SIZES ** 4; i++) {
          const at = (s: SymbolDim): number | undefined => {
            const index = 'abhw'.indexOf(s.name);
            return index < 0 ? 1 : 1 + (Math.floor(i / SIZES ** index) % SIZES);
          };
          if (!list.every((constraint) => checkConstraint(constraint, at))) continue;
          for (const truth of world.required) {
            if (!hasValue(truth, at)) continue;
            const text = `${formatConstraint(truth)} by ${list.map((c) => formatConstraint(c)).join('; ')} at ${i}`;
            expect(checkConstraint(truth, at), text).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Sizes from 1 to this are tried for each of four symbols. */
const SIZES = 5;

function hasValue(constraint: Constraint, at: (s: SymbolDim) => number | undefined): boolean {
  try {
    for (const d of constraintDims(constraint)) evaluate(d, at);
    return true;
  } catch (error) {
    if (isDimwiseError(error)) return false;
    throw error;
  }
}
