// Small files with long lists, and with many mistakes.
import { call, functionOf, ints, node, nodesModel, value } from './build.ts';
import { times } from './case.ts';
import { chain, chained, list, open, type Sizes, type SlowRow } from './slow-case.ts';

const stated = (count: number, sizes: (i: number) => Sizes, of: (i: number) => string) =>
  times(count, (i) => value(of(i), sizes(i)));
/** Families of long lists and mistakes. */
export const SLOW_LISTS: readonly SlowRow[] = [
  [
    'many mistakes',
    2500,
    (count) =>
      nodesModel(
        times(count, (i) => node('MatMul', 'x z', `h${i}`)),
        { inputs: [value('x', [2, 3]), value('z', [4, 5])], outputs: ['h0'] },
      ),
  ],
  [
    'many mistakes in long names',
    1000,
    (count) =>
      nodesModel(
        times(count, (i) => node('MatMul', 'x z', `h${i}${'a'.repeat(30)}`)),
        { inputs: [value('x', [2, 3]), value('z', [4, 5])], outputs: [`h0${'a'.repeat(30)}`] },
      ),
  ],
  [
    'many unknown operators',
    3000,
    (count) =>
      nodesModel(
        times(count, (i) => node(`Op${i}`, 'x', `h${i}`)),
        { outputs: ['h0'] },
      ),
  ],
  [
    'many unknown domains',
    2000,
    (count) =>
      nodesModel(
        times(count, (i) => node('Relu', 'x', `h${i}`, {}, { domain: `d${i}` })),
        {
          outputs: ['h0'],
          model: { opsetImport: [{ version: 21 }, ...times(count, (i) => ({ domain: `d${i}`, version: 1 }))] },
        },
      ),
  ],
  [
    'value_info of one name',
    5000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        valueInfo: stated(
          count,
          (i) => [`m${i}`, 4],
          () => 'y',
        ),
      }),
  ],
  [
    'false value_info of many values',
    1500,
    (count) =>
      nodesModel(
        times(count, (i) => node('Relu', 'x', `h${i}`)),
        {
          outputs: ['h0'],
          valueInfo: stated(
            count,
            (i) => [i + 2, 5],
            (i) => `h${i}`,
          ),
        },
      ),
  ],
  [
    'other names in value_info',
    1500,
    (count) =>
      chained(count, ['n', 4], (from, to) => [node('Relu', from, to)], {
        valueInfo: stated(
          count,
          (i) => [`m${i}`, 4],
          (i) => `h${i}`,
        ),
      }),
  ],
  [
    'value_info of unknown values',
    1500,
    (count) =>
      chained(count, ['n', 4], (from, to) => [node('Foo', from, to, {}, { domain: 'q' })], {
        valueInfo: stated(
          count,
          (i) => [`m${i}*2+k`, `m${i + 1}//3`],
          (i) => `h${i}`,
        ),
        model: { opsetImport: [{ version: 21 }, { domain: 'q', version: 1 }] },
      }),
  ],
  [
    'metadata',
    8000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        model: { metadataProps: times(count, (i) => ({ key: `k${i}`, value: '' })) },
      }),
  ],
  [
    'metadata of one key',
    10_000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        model: { metadataProps: times(count, () => ({ key: 'k', value: 'v' })) },
      }),
  ],
  [
    'opsets',
    8000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        model: { opsetImport: [{ version: 21 }, ...times(count, (i) => ({ domain: `d${i}`, version: 1 }))] },
      }),
  ],
  [
    'the same opset again',
    20_000,
    (count) => nodesModel([node('Relu', 'x', 'y')], { model: { opsetImport: times(count, () => ({ version: 21 })) } }),
  ],
  [
    'attributes',
    8000,
    (count) => nodesModel([node('Relu', 'x', 'y', Object.fromEntries(times(count, (i) => [`a${i}`, 1])))]),
  ],
  ['outputs of one node', 10_000, (count) => nodesModel([node('Relu', 'x', list(count, 'o'))], { outputs: ['o0'] })],
  ['outputs of the graph', 8000, (count) => nodesModel([node('Relu', 'x', 'y')], { outputs: times(count, () => 'y') })],
  [
    'nodes in the wrong order',
    3000,
    (count) =>
      nodesModel(chain(count, (from, to) => [node('Relu', from, to)]).reverse(), {
        inputs: [value('h0')],
        outputs: [`h${count}`],
      }),
  ],
  [
    'nodes in a circle',
    3000,
    (count) =>
      nodesModel(
        times(count, (i) => node('Relu', `h${(i + 1) % count}`, `h${i}`)),
        { outputs: ['h0'] },
      ),
  ],
  [
    'names twice',
    3000,
    (count) =>
      nodesModel(
        times(count, () => node('Relu', 'x', 'h')),
        { outputs: ['h'] },
      ),
  ],
  [
    'names of nobody',
    3000,
    (count) =>
      nodesModel(
        times(count, (i) => node('Relu', `q${i}`, `h${i}`)),
        { outputs: ['h0'] },
      ),
  ],
  [
    'functions that nobody calls',
    1000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        functions: times(count, (i) => functionOf(`f${i}`, 'a', [node('Relu', 'a', 'b')], 'b')),
      }),
  ],
  [
    'a function of many parts',
    1500,
    (count) =>
      nodesModel(
        times(8, (i) => call('f', 'x', `y${i}`)),
        {
          outputs: ['y0'],
          functions: [
            functionOf(
              'f',
              'a',
              times(count, (i) => node('Relu', i === 0 ? 'a' : `b${i}`, `b${i + 1}`)),
              `b${count}`,
            ),
          ],
        },
      ),
  ],
  [
    'inputs without a rank',
    1500,
    (count) =>
      nodesModel(
        [
          ...times(count, (i) => node('Add', `${i === 0 ? 'x' : `h${i}`} x`, `h${i + 1}`)),
          node('Conv', `h${count} w`, 'y'),
        ],
        { inputs: [open, value('w', ['a', 'b', 'c', 'd'])] },
      ),
  ],
  [
    'initializers of one name',
    2000,
    (count) => nodesModel([node('Relu', 'x', 'y')], { initializers: times(count, () => ints('k', [1])) }),
  ],
  [
    'initializers',
    4000,
    (count) => nodesModel([node('Relu', 'x', 'y')], { initializers: times(count, (i) => ints(`k${i}`, [1])) }),
  ],
];
