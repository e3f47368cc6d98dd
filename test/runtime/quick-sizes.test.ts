// The quick yes to sizes and the check that explains agree on every feed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTRACT_VERSION, type Contract, type ContractEntry, type ContractInput } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { QuickSizes } from '../../src/runtime/quick-sizes.ts';

const contractOf = (
  shapes: readonly ContractInput['shape'][],
  symbols: Contract['symbols'] = {},
  constraints: readonly (readonly [expr: string, scope: ContractEntry['scope']])[] = [],
): Contract => ({
  version: CONTRACT_VERSION,
  inputs: Object.fromEntries(shapes.map((shape, i) => [`x${i}`, { kind: 'tensor', dtype: 'float32', shape }])),
  symbols,
  constraints: constraints.map(([expr, scope]) => ({ kind: 'range', expr, scope, origins: [] })),
});

const CONTRACTS: readonly (readonly [what: string, contract: Contract])[] = [
  ['a number and a symbol', contractOf([['n', 3]], { n: { min: 1 } })],
  ['a symbol without bounds', contractOf([['n', 'n']])],
  ['bounds', contractOf([['n'], ['n', 'm']], { n: { min: 2, max: 4 }, m: { min: 0 } })],
  [
    'an open axis',
    contractOf(
      [
        ['n', '?'],
        ['?', 'n'],
      ],
      { n: { min: 1 } },
    ),
  ],
  ['an open rank', contractOf([null, ['n']], { n: { min: 1 } })],
  ['expressions', contractOf([['2*n'], ['n', 'm'], ['m // n']], { n: { min: 0 }, m: { min: 1 } })],
  ['a divisor of 0', contractOf([['n', '6 // n']], { n: { min: 0 } })],
  [
    'divisibility',
    contractOf([['n', 'm']], { n: { min: 1 }, m: { min: 1 } }, [
      ['2 | n', 'feed'],
      ['n <= m', 'feed'],
    ]),
  ],
  ['broadcasting', contractOf([['n'], ['m']], {}, [['broadcastable(n, m)', 'feed']])],
  [
    'what only a run tells',
    contractOf([['n']], { n: { min: 1 } }, [
      ['n <= 2', 'run'],
      ['k <= 2', 'feed'],
    ]),
  ],
  ['a scalar', contractOf([[], ['n']])],
  ['names of members that all objects have', contractOf([['toString', 'constructor']])],
];

/** What the whole check says: the sizes, or nothing where it has a complaint or an expression no value. */
function explained(contract: Contract, shapes: readonly (readonly number[])[]) {
  const check = new FeedCheck(contract);
  try {
    const { sizes, mistakes } = check.check(new Map(shapes.map((shape, i) => [`x${i}`, { shape }])));
    return mistakes.length === 0 ? sizes : undefined;
  } catch {
    return undefined;
  }
}

describe('QuickSizes', () => {
  test.each(CONTRACTS)('accepts just what the whole check accepts: %s', (_, contract) => {
    const quick = QuickSizes.of(contract);
    const ranks = Object.values(contract.inputs).map(({ shape }) => shape?.length);
    const shapes = fc.tuple(
      ...ranks.map((rank) => {
        const size = fc.integer({ min: 0, max: 6 });
        const right = fc.array(size, { minLength: rank ?? 0, maxLength: rank ?? 3 });
        return fc.oneof({ arbitrary: right, weight: 9 }, fc.array(size, { maxLength: 3 }));
      }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(shapes, (fed) => {
        const isAccepted = quick?.accept(fed) === true;
        if (isAccepted) accepted++;
        expect(isAccepted ? quick.named() : undefined).toEqual(explained(contract, fed));
      }),
      // Always the same feeds: some are accepted for certain.
      { numRuns: 1000, seed: 7 },
    );
    expect(quick).toBeDefined();
    expect(accepted).toBeGreaterThan(0);
  });

  test('leaves symbols that only an expression settles to the whole check', () => {
    expect(QuickSizes.of(contractOf([['2*n']]))).toBeUndefined();
    expect(QuickSizes.of(contractOf([['2*n'], ['n']]))).toBeDefined();
  });

  test('keeps the sizes of the last shapes that it accepted', () => {
    const quick = QuickSizes.of(contractOf([['n'], ['n']]));
    expect(quick?.accept([[2], [2]])).toBe(true);
    expect(quick?.named()).toEqual(new Map([['n', 2]]));
    expect(quick?.accept([[3], [2]])).toBe(false);
    expect(quick?.named()).toEqual(new Map([['n', 2]]));
    expect(quick?.accept([[3], [3]])).toBe(true);
    expect(quick?.named()).toEqual(new Map([['n', 3]]));
  });
});
