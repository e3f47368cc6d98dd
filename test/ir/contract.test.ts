// Contracts: what graphs give, what JSON keeps, and what feeds must meet.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { parseConstraint } from '../../src/dim/constraint.ts';
import { symbol } from '../../src/dim/dim.ts';
import { type Contract, contractFromJson, contractOf, contractToJson } from '../../src/ir/contract.ts';
import { FeedCheck, type FeedType } from '../../src/ir/feed-check.ts';
import { Graph } from '../../src/ir/graph.ts';
import { parseType } from '../../src/ir/type-text.ts';

/** A graph with inputs by their types' texts and constraints by theirs. */
function graphOf(inputs: Readonly<Record<string, string>>, constraints: readonly string[] = []): Graph {
  const graph = new Graph();
  for (const [name, type] of Object.entries(inputs)) graph.addInput(name, parseType(type).type);
  for (const text of constraints)
    graph.facts.require({ ...parseConstraint(text), origins: [{ path: `layer ${text}` }] });
  return graph;
}

describe('contractOf', () => {
  test('lists inputs, symbols with their bounds, and constraints with kind, text, scope and origins', () => {
    const graph = graphOf({ x: 'float32[batch, h]', y: 'int64[...]', s: 'seq(float32[2])' }, ['12 | h', 'h <= 480']);
    graph.facts.declare(symbol('batch'), { min: 0 });
    expect(contractOf(graph)).toEqual({
      version: 1,
      inputs: {
        x: { kind: 'tensor', dtype: 'float32', shape: ['batch', 'h'] },
        y: { kind: 'tensor', dtype: 'int64', shape: null },
        s: { kind: 'sequence', shape: null },
      },
      symbols: { batch: { min: 0 }, h: expect.objectContaining({ max: 480 }) },
      constraints: expect.arrayContaining([
        { kind: 'divides', expr: '12 | h', scope: 'feed', origins: ['layer 12 | h'] },
        { kind: 'range', expr: 'h <= 480', scope: 'feed', origins: ['layer h <= 480'] },
      ]),
      outputs: {},
    });
  });

  test('leaves out what is asked of sizes that no batch has settled', () => {
    const graph = graphOf({ x: 'float32[?, n]' });
    const [open, n] = graph.inputs[0]?.shape ?? [];
    if (open) graph.facts.require({ kind: 'range', dim: open, min: 6, origins: [] });
    if (n) graph.facts.require({ kind: 'range', dim: n, max: 6, origins: [] });
    const contract = contractOf(graph);
    expect(contract.constraints.map(({ expr }) => expr)).toEqual(['n <= 6']);
    expect(contract.inputs['x']?.shape).toEqual(['?', 'n']);
  });

  test('takes an input named __proto__ as any other', () => {
    const contract = contractOf(graphOf({ ['__proto__']: 'float32[n]' }));
    expect(Object.keys(contract.inputs)).toEqual(['__proto__']);
    expect(contractFromJson(contractToJson(contract))).toEqual(contract);
  });
});

describe('contractFromJson', () => {
  test('gives back what contractToJson was given', () => {
    const size = fc.oneof(fc.nat(), fc.constantFrom('n', '2*n + 1', '(h + 1)//2', '"a b"'));
    const input = fc.record({
      kind: fc.constant('tensor' as const),
      dtype: fc.constantFrom('float32', 'int64'),
      shape: fc.option(fc.array(size, { maxLength: 4 })),
    });
    const entry = fc.record({
      kind: fc.constantFrom('equal' as const, 'range' as const, 'divides' as const, 'broadcastable' as const),
      expr: fc.string(),
      scope: fc.constantFrom('feed' as const, 'run' as const),
      origins: fc.array(fc.string()),
    });
    const bounds = fc.oneof(fc.record({ min: fc.nat() }), fc.record({ min: fc.nat(), max: fc.nat() }));
    const contract: fc.Arbitrary<Contract> = fc.record({
      version: fc.constant(1 as const),
      inputs: fc.dictionary(fc.string(), input),
      symbols: fc.dictionary(fc.string(), bounds),
      constraints: fc.array(entry),
      outputs: fc.dictionary(fc.string(), input),
    });
    fc.assert(
      fc.property(contract, (value) => {
        expect(contractFromJson(contractToJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    'nonsense',
    '[]',
    'null',
    '{"version":2,"inputs":{},"symbols":{},"constraints":[]}',
    '{"version":1,"inputs":{"x":{"kind":"tensor","shape":[-1]}},"symbols":{},"constraints":[]}',
    '{"version":1,"inputs":{"x":{"kind":"thing","shape":null}},"symbols":{},"constraints":[]}',
    '{"version":1,"inputs":{},"symbols":{"n":{"min":"1"}},"constraints":[]}',
    '{"version":1,"inputs":{},"symbols":{},"constraints":[{"kind":"equal","expr":"a == b","scope":"later","origins":[]}]}',
    '{"version":1,"inputs":{},"symbols":{}}',
  ])('refuses %s', (text) => {
    try {
      contractFromJson(text);
      expect.unreachable();
    } catch (error) {
      expect(isDimwiseError(error) && error.code).toBe('FILE_FORMAT');
    }
  });
});

describe('FeedCheck', () => {
  const feed = (...shape: number[]): FeedType => ({ dtype: 'float32', shape });
  const cases: readonly {
    what: string;
    inputs: Readonly<Record<string, string>>;
    constraints?: readonly string[];
    feeds: Readonly<Record<string, FeedType>>;
    says?: readonly string[];
    sizes?: Readonly<Record<string, number>>;
  }[] = [
    { what: 'a feed that fits', inputs: { x: 'float32[n, 20]' }, feeds: { x: feed(3, 20) }, sizes: { n: 3 } },
    {
      what: 'a size that was never settled',
      inputs: { x: 'float32[?, n]' },
      feeds: { x: feed(3, 20) },
      sizes: { n: 20 },
    },
    { what: 'an unknown rank', inputs: { x: 'float32[...]' }, feeds: { x: feed(3, 20) }, sizes: {} },
    {
      what: 'a wrong number',
      inputs: { x: 'float32[n, 20]' },
      feeds: { x: feed(3, 30) },
      says: ['input "x" axis 1 must be 20, got 30'],
    },
    {
      what: 'a wrong rank',
      inputs: { x: 'float32[n, 20]' },
      feeds: { x: feed(3) },
      says: ['takes 2 axes, got 1: [3]'],
    },
    {
      what: 'a wrong element type',
      inputs: { x: 'float32[n]' },
      feeds: { x: { dtype: 'float64', shape: [1] } },
      says: ['input "x" takes float32, got float64'],
    },
    { what: 'a missing feed', inputs: { x: 'float32[n]' }, feeds: {}, says: ['input "x" has no feed'] },
    {
      what: 'a misspelt feed',
      inputs: { image: 'float32[n]' },
      feeds: { imgae: feed(1) },
      says: ['input "image" has no feed', 'no input "imgae"'],
    },
    {
      what: 'one symbol with two sizes',
      inputs: { x: 'float32[n]', y: 'float32[2, n]' },
      feeds: { x: feed(3), y: feed(2, 4) },
      says: ['input "y" axis 1 has 4, but n is 3 by input "x" axis 0'],
    },
    {
      what: 'a size below 1',
      inputs: { x: 'float32[n]' },
      feeds: { x: feed(0) },
      says: ['gives n the size 0, the model takes n >= 1'],
    },
    {
      what: 'a size above its bound',
      inputs: { x: 'float32[n]' },
      constraints: ['n <= 512'],
      feeds: { x: feed(600) },
      says: ['n <= 512'],
    },
    {
      what: 'a size that is no multiple',
      inputs: { x: 'float32[h]' },
      constraints: ['12 | h'],
      feeds: { x: feed(30) },
      says: ['the model takes 12 | h; h is 30 by input "x" axis 0'],
    },
    {
      what: 'two symbols that are equal',
      inputs: { x: 'float32[b]', y: 'float32[c]' },
      constraints: ['b == c'],
      feeds: { x: feed(2), y: feed(3) },
      says: ['the model takes b == c; b is 2 by input "x" axis 0, c is 3 by input "y" axis 0'],
    },
    {
      what: 'two expressions that must be equal',
      inputs: { x: 'float32[b]', y: 'float32[c]' },
      constraints: ['b//2 == c//3'],
      feeds: { x: feed(4), y: feed(3) },
      says: ['b//2 == c//3; b is 4 by input "x" axis 0, c is 3 by input "y" axis 0'],
    },
    { what: 'a size by a formula', inputs: { x: 'float32[2*n + 1]' }, feeds: { x: feed(7) }, sizes: { n: 3 } },
    {
      what: 'a size that the formula cannot give',
      inputs: { x: 'float32[2*n + 1]' },
      feeds: { x: feed(8) },
      says: ['2*n + 1'],
    },
    {
      what: 'a formula settled by a later input',
      inputs: { x: 'float32[2*n]', y: 'float32[n]' },
      feeds: { x: feed(6), y: feed(4) },
      says: ['input "x" axis 0 must be 2*n, here 8, got 6'],
    },
    { what: 'a formula that settles nothing', inputs: { x: 'float32[n*m]' }, feeds: { x: feed(6) }, sizes: {} },
    { what: 'a rounded formula', inputs: { x: 'float32[(n + 1)//2]' }, feeds: { x: feed(6) }, sizes: {} },
    {
      what: 'two mistakes at once',
      inputs: { x: 'float32[3]', y: 'float32[4]' },
      feeds: { x: feed(4), y: feed(3) },
      says: ['input "x" axis 0', 'input "y" axis 0'],
    },
  ];

  test.each(cases)('on $what', ({ inputs, constraints = [], feeds, says = [], sizes }) => {
    const contract = contractFromJson(contractToJson(contractOf(graphOf(inputs, constraints))));
    const report = new FeedCheck(contract).check(new Map(Object.entries(feeds)));
    const messages = report.mistakes.map(({ message }) => message);
    expect(messages).toHaveLength(says.length);
    for (const part of says) expect(messages.join('\n')).toContain(part);
    if (sizes) expect(Object.fromEntries(report.sizes)).toEqual(sizes);
  });

  test('accepts every feed that is made from sizes within the contract', () => {
    const contract = contractOf(graphOf({ x: 'float32[a, 2*b, a + b]', y: 'float32[b//2]' }, ['a <= 9', '2 | b']));
    const check = new FeedCheck(contract);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 99 }), (a, half) => {
        const b = 2 * half;
        const feeds = new Map([
          ['x', feed(a, 2 * b, a + b)],
          ['y', feed(half)],
        ]);
        expect(check.check(feeds).mistakes).toEqual([]);
      }),
    );
  });
});
