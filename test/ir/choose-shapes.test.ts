// Sizes for inputs that nobody gives.
import { describe, expect, test } from 'vitest';
import { type ChosenShapes, chooseShapes, type SettledSizes } from '../../src/ir/choose-shapes.ts';
import type { Contract } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';

const contractWith = (
  inputs: Record<string, readonly (number | string)[] | null>,
  constraints: readonly string[] = [],
  symbols: Contract['symbols'] = {},
): Contract => ({
  version: 1,
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, { kind: 'tensor', dtype: 'float32', shape }]),
  ),
  symbols,
  constraints: constraints.map((expr) => ({ kind: 'divides', expr, scope: 'feed', origins: [] })),
});

const shapesOf = (chosen: ChosenShapes): unknown =>
  chosen.kind === 'shapes' ? Object.fromEntries(chosen.shapes) : chosen;

describe('chooseShapes', () => {
  test.each<[string, Contract, SettledSizes, object]>([
    ['numbers as they are', contractWith({ x: [2, 3] }), {}, { x: [2, 3] }],
    ['1 for all symbols', contractWith({ x: ['n', 3], y: ['m', '?'] }), {}, { x: [1, 3], y: [1, 1] }],
    ['the size that is tried first', contractWith({ x: ['n', 3] }), { first: 2 }, { x: [2, 3] }],
    ['the least size that a range allows', contractWith({ x: ['n'] }, [], { n: { min: 5 } }), {}, { x: [5] }],
    ['the greatest one', contractWith({ x: ['n'] }, [], { n: { min: 1, max: 3 } }), { first: 8 }, { x: [3] }],
    ['a size that is divided', contractWith({ x: ['n'] }, ['8 | n']), {}, { x: [8] }],
    ['expressions of symbols', contractWith({ x: ['n', '2*n + 1'] }), { first: 3 }, { x: [3, 7] }],
    [
      'what a given shape settles',
      contractWith({ x: ['n', 4], y: ['n'] }),
      { shapes: new Map([['x', [7, 4]]]) },
      { x: [7, 4], y: [7] },
    ],
    [
      'what a symbol is set to',
      contractWith({ x: ['n'], y: ['m'] }),
      { symbols: new Map([['m', 9]]) },
      { x: [1], y: [9] },
    ],
    [
      'an input whose shape is given and whose rank is open',
      contractWith({ x: null, y: ['n'] }),
      { shapes: new Map([['x', [2]]]) },
      { x: [2], y: [1] },
    ],
    ['names of all sorts', contractWith({ x: ['constructor'] }), {}, { x: [1] }],
  ])('takes %s', (_, contract, settled, shapes) => {
    const chosen = chooseShapes(contract, settled);
    expect(shapesOf(chosen)).toEqual(shapes);
    if (chosen.kind !== 'shapes') return;
    const feeds = new Map([...chosen.shapes].map(([name, shape]) => [name, { shape }]));
    expect(new FeedCheck(contract).check(feeds).mistakes).toEqual([]);
  });

  test('says which rank is not known', () => {
    expect(chooseShapes(contractWith({ x: [1], y: null }))).toEqual({ kind: 'no rank', input: 'y' });
  });

  test('says what the contract has against the first size where none fits', () => {
    expect(chooseShapes(contractWith({ x: ['n'] }, ['7919 | n']))).toMatchObject({
      kind: 'no fit',
      mistake: expect.stringContaining('7919'),
    });
  });
});
