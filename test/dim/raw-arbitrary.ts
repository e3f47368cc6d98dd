// Random dim expressions and bindings for property tests.
import * as fc from 'fast-check';
import { type Raw, type RawOperation, raw } from '../../src/dim/raw.ts';

/** The symbols of random expressions. */
export const NAMES = ['a', 'b', 'h', 'w'] as const;

const leaf = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Raw>(...NAMES) },
  { weight: 2, arbitrary: fc.integer({ min: -9, max: 24 }) },
);

/** Divisors are mostly numbers, as in models. */
const divisor = (inner: fc.Arbitrary<Raw>): fc.Arbitrary<Raw> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: -6, max: -1 }) },
    { weight: 2, arbitrary: inner },
  );

/** Random expressions over all operations. */
export const rawExpression: fc.Arbitrary<Raw> = fc.letrec<{ expression: Raw }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    leaf,
    fc
      .tuple(fc.constantFrom<RawOperation>('add', 'sub', 'mul', 'min', 'max'), tie('expression'), tie('expression'))
      .map(([op, a, b]) => raw(op, a, b)),
    fc
      .tuple(fc.constantFrom<RawOperation>('floordiv', 'ceildiv', 'mod'), tie('expression'), divisor(tie('expression')))
      .map(([op, a, b]) => raw(op, a, b)),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => raw('broadcast', a, b)),
    tie('expression').map((a) => raw('neg', a)),
  ),
})).expression;

/** Expressions in one or two symbols with divisions by numbers alone: what convolutions and pools give. */
export const windowExpression: fc.Arbitrary<Raw> = fc.letrec<{ expression: Raw }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    fc.constantFrom<Raw>('h', 'w', 1),
    fc
      .tuple(fc.constantFrom<RawOperation>('add', 'sub'), tie('expression'), tie('expression'))
      .map(([op, a, b]) => raw(op, a, b)),
    fc
      .tuple(
        fc.constantFrom<RawOperation>('floordiv', 'ceildiv', 'mod'),
        tie('expression'),
        fc.integer({ min: 2, max: 6 }),
      )
      .map(([op, a, b]) => raw(op, a, b)),
    fc.tuple(fc.integer({ min: -4, max: 5 }), tie('expression')).map(([a, b]) => raw('mul', a, b)),
  ),
})).expression;

/** Sizes for all names, negative ones among them. */
export const binding: fc.Arbitrary<Record<string, number>> = fc.record(
  Object.fromEntries(
    NAMES.map((name) => [name, fc.oneof(fc.integer({ min: -7, max: 7 }), fc.integer({ min: 0, max: 300 }))]),
  ),
);
