// Small files that ask for a lot, each refused by the limit that stands against it.
import { call, functionOf, graph, node, nodesModel, value } from './build.ts';
import { casesOf, type HostileCase, type HostileRow, times } from './case.ts';
import { plain } from './wire-cases.ts';

const relu = node('Relu', 'x', 'y');
/** Functions that each call the one before so often. */
const tower = (height: number, calls: number) =>
  times(height, (i) => {
    const one = (at: number) => node('Relu', at === 0 ? 'a' : `t${at}`, at === calls - 1 ? 'b' : `t${at + 1}`);
    return functionOf(
      `f${i}`,
      'a',
      times(calls, (at) => (i === 0 ? one(at) : { ...one(at), opType: `f${i - 1}`, domain: 'f' })),
      'b',
    );
  });
const called = (height: number, calls: number) => () =>
  nodesModel([call(`f${height - 1}`, 'x', 'y')], { functions: tower(height, calls) });
const uncalled = (height: number, calls: number) => () => nodesModel([relu], { functions: tower(height, calls) });
/** A function with a branch of so many nodes, called so often. */
const wide = (nodes: number, calls: number) => () => {
  const then = graph(
    [],
    times(nodes, (i) => node('Relu', i === 0 ? 'a' : `t${i}`, `t${i + 1}`)),
    [`t${nodes}`],
    { name: 'then' },
  );
  const branch = node('If', 'c', 'b', {
    then_branch: { g: then },
    else_branch: { g: graph([], [], ['a'], { name: 'else' }) },
  });
  return nodesModel(
    times(calls, (i) => call('f', i === 0 ? 'x c' : `h${i} c`, `h${i + 1}`)),
    {
      inputs: [value('x'), value('c', [], 9)],
      outputs: [`h${calls}`],
      functions: [functionOf('f', 'a c', [branch], 'b')],
    },
  );
};
const taking = (inputs: number, calls: number) => () =>
  nodesModel(
    times(calls, (i) => call('f', i === 0 ? 'x' : `h${i}`, `h${i + 1}`)),
    {
      outputs: [`h${calls}`],
      functions: [functionOf('f', times(inputs, (i) => `a${i}`).join(' '), [node('Relu', 'a0', 'b')], 'b')],
    },
  );
const named = (length: number) => () =>
  nodesModel([node('Relu', 'x'.repeat(length), 'y')], { inputs: [value('x'.repeat(length))] });
const ranked = (rank: number) => () =>
  nodesModel([relu], {
    inputs: [
      value(
        'x',
        times(rank, () => 1),
      ),
    ],
  });
/** Images that meet one weight of unknown size after another: each size is a longer expression than the one before. */
const growing = (count: number) => () =>
  nodesModel(
    times(count, (i) => node('Conv', `${i === 0 ? 'x' : `h${i}`} w${i}`, `h${i + 1}`, { strides: [3, 5] })),
    {
      inputs: [value('x', [1, 1, 'h', 'w']), ...times(count, (i) => value(`w${i}`, [1, 1, `k${i}`, `l${i}`]))],
      outputs: [`h${count}`],
    },
  );

const ROWS: readonly HostileRow[] = [
  ['functions that stand for 2^40 nodes', 'FUNCTION_BUDGET', 'function f.f', called(41, 2), called(12, 2)],
  [
    'functions that stand for 2^40 nodes, called by nobody',
    'FUNCTION_BUDGET',
    'callNodes',
    uncalled(41, 2),
    uncalled(12, 2),
  ],
  ['functions that stand for 1000^30 nodes', 'FUNCTION_BUDGET', 'f.f1', called(30, 1000), called(2, 100)],
  ['functions that call each other 5,000 deep', 'FUNCTION_BUDGET', '101 calls deep', called(5000, 1), called(100, 1)],
  [
    'functions that call each other 5,000 deep, called by nobody',
    'FUNCTION_BUDGET',
    'callDepth',
    uncalled(5000, 1),
    uncalled(100, 1),
  ],
  ['10,000 calls of a function with a branch of 1,000 nodes', 'ONNX_LIMIT', 'nodes', wide(1000, 10_000), wide(10, 10)],
  ['20,000 calls of a function with 50,000 inputs', 'ONNX_LIMIT', 'nodes', taking(50_000, 20_000), taking(50, 20)],
  ['a name of 100,000 characters', 'ONNX_LIMIT', 'nameLength', named(100_000), named(1000)],
  [
    'a size named by 100,000 characters',
    'ONNX_LIMIT',
    'nameLength',
    () => nodesModel([relu], { inputs: [value('x', ['n'.repeat(100_000)])] }),
    () => nodesModel([relu], { inputs: [value('x', ['n'.repeat(1000)])] }),
  ],
  ['an input of rank 100,000', 'ONNX_LIMIT', 'rank 100000', ranked(100_000), ranked(100)],
  [
    '1,100,000 nodes',
    'ONNX_LIMIT',
    '1100000 nodes',
    () => nodesModel(times(1_100_000, () => ({ opType: 'A' }))),
    plain,
  ],
];

/** All of them. */
export const LIMIT_CASES: readonly HostileCase[] = casesOf(ROWS);

/** A model of which inference takes too long, for tests with a lower limit. */
export const growingModel = growing;
