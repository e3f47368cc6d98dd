// Small files with bodies, functions and long expressions.
import { call, functionOf, graph, ints, node, nodesModel, value } from './build.ts';
import { times } from './case.ts';
import { chain, inputs, list, type SlowRow } from './slow-case.ts';

const bodies = (levels: number): ReturnType<typeof graph> => {
  let body = graph([], [node('Relu', 'x', 'leaf')], ['leaf'], { name: 'leaf' });
  for (let i = 0; i < levels; i++) {
    const branches = { then_branch: { g: body }, else_branch: { g: { ...body, name: `other${i}` } } };
    body = graph([], [node('If', 'c', `h${i}`, branches)], [`h${i}`], { name: `level${i}` });
  }
  return body;
};
/** Families of bodies and functions. */
export const SLOW_BODIES: readonly SlowRow[] = [
  [
    'branches in branches',
    8,
    (count) =>
      nodesModel([node('If', 'c', 'y', { then_branch: { g: bodies(count) }, else_branch: { g: bodies(0) } })], {
        inputs: [value('x', ['n', 'm']), value('c', [], 9)],
      }),
  ],
  [
    'branches of many sizes',
    300,
    (count) =>
      nodesModel(
        times(count, (i) =>
          node('If', 'c', `h${i}`, {
            then_branch: { g: graph([], [node('Add', `x${i} x${i + 1}`, 'a')], ['a']) },
            else_branch: { g: graph([], [node('Concat', `x${i} x${i + 1}`, 'b', { axis: 0 })], ['b']) },
          }),
        ),
        { inputs: [value('c', [], 9), ...inputs(count + 1, (i) => [`n${i}`])], outputs: ['h0'] },
      ),
  ],
  [
    'loops in loops',
    10,
    (count) => {
      let body = graph(
        [value('i', [], 7), value('k', [], 9), value('v', ['a'])],
        [node('Concat', 'v v', 'w', { axis: 0 }), node('Identity', 'k', 'kk')],
        ['kk', 'w'],
        { name: 'inner' },
      );
      for (let j = 0; j < count; j++)
        body = graph(
          [value(`i${j}`, [], 7), value(`k${j}`, [], 9), value(`v${j}`, ['a'])],
          [node('Loop', `m _ v${j}`, `w${j}`, { body: { g: body } }), node('Identity', `k${j}`, `kk${j}`)],
          [`kk${j}`, `w${j}`],
          { name: `loop${j}` },
        );
      return nodesModel([node('Loop', 'm _ x', 'y', { body: { g: body } })], {
        inputs: [value('m', [], 7), value('x', ['n'])],
      });
    },
  ],
  [
    'loops of many states',
    200,
    (count) =>
      nodesModel(
        [
          node('Loop', `m _ ${list(count)}`, list(count, 'y'), {
            body: {
              g: graph(
                [value('i', [], 7), value('k', [], 9), ...times(count, (j) => value(`v${j}`, [`a${j}`]))],
                [
                  ...times(count, (j) => node('Concat', `v${j} v${(j + 1) % count}`, `w${j}`, { axis: 0 })),
                  node('Identity', 'k', 'kk'),
                ],
                ['kk', ...times(count, (j) => `w${j}`)],
              ),
            },
          }),
        ],
        { inputs: [value('m', [], 7), ...inputs(count, (i) => [`n${i}`])], outputs: ['y0'] },
      ),
  ],
  [
    'a loop after another',
    150,
    (count) =>
      nodesModel(
        chain(count, (from, to, i) => [
          node('Loop', `m _ ${from}`, to, {
            body: {
              g: graph(
                [value('i', [], 7), value('k', [], 9), value('v', [`a${i}`])],
                [node('Slice', 'v one big', 'w'), node('Identity', 'k', 'kk')],
                ['kk', 'w'],
              ),
            },
          }),
        ]),
        {
          inputs: [value('m', [], 7), value('h0', ['n'])],
          outputs: [`h${count}`],
          initializers: [ints('one', [1]), ints('big', [2 ** 40])],
        },
      ),
  ],
  [
    'functions that call each other with sizes',
    16,
    (count) =>
      nodesModel([call(`f${count - 1}`, 'x z', 'y')], {
        inputs: [value('x', ['n']), value('z', ['m'])],
        functions: times(count, (i) =>
          functionOf(
            `f${i}`,
            'a b',
            i === 0
              ? [node('Concat', 'a b', 'c', { axis: 0 })]
              : [call(`f${i - 1}`, 'a b', 'd'), call(`f${i - 1}`, 'b d', 'c')],
            'c',
          ),
        ),
      }),
  ],
  [
    'functions that add sizes',
    16,
    (count) =>
      nodesModel([call(`f${count - 1}`, 'x z', 'y')], {
        inputs: [value('x', ['n']), value('z', ['m'])],
        functions: times(count, (i) =>
          functionOf(
            `f${i}`,
            'a b',
            i === 0 ? [node('Add', 'a b', 'c')] : [call(`f${i - 1}`, 'a b', 'd'), call(`f${i - 1}`, 'b d', 'c')],
            'c',
          ),
        ),
      }),
  ],
  [
    'many calls of a function',
    1500,
    (count) =>
      nodesModel(
        chain(count, (from, to) => [call('f', from, to)]),
        {
          inputs: [value('h0', ['n', 4])],
          outputs: [`h${count}`],
          functions: [functionOf('f', 'a', [node('Shape', 'a', 's'), node('Slice', 'a one s zero', 'b')], 'b', {})],
          initializers: [],
        },
      ),
  ],
];

const expressions = (name: string, count: number, text: (i: number) => string): SlowRow => [
  name,
  count,
  (many) =>
    nodesModel([node('Relu', 'x0', 'y')], {
      inputs: [
        ...inputs(many, (i) => [text(i)]),
        ...inputs(many + 1, (i) => [`n${i}`]).map((each, i) => ({ ...each, name: `z${i}` })),
      ],
    }),
];
/** Families of expressions in dim_param. */
export const SLOW_TEXTS: readonly SlowRow[] = [
  expressions('quotients in dim_param', 1000, (i) => `(n${i}+1)//(n${i + 1}+2)`),
  expressions('minima in dim_param', 800, (i) => `min(n${i}*n${i + 1},max(n${i},n${i + 1}+3))`),
  [
    'a long sum in dim_param',
    4000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [value('x', [times(count, (i) => `n${i % 50}`).join('+')]), ...inputs(50, (i) => [`n${i}`])],
      }),
  ],
  [
    'a long product in dim_param',
    4000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [value('x', [times(count, (i) => `n${i % 50}`).join('*')]), ...inputs(50, (i) => [`n${i}`])],
      }),
  ],
  [
    'a product of sums in dim_param',
    500,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [
          value('x', [times(count, (i) => `(n${i % 50}+n${(i + 1) % 50})`).join('*')]),
          ...inputs(50, (i) => [`n${i}`]),
        ],
      }),
  ],
  [
    'nested quotients in dim_param',
    500,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [
          value('x', [`${'('.repeat(count)}n0${times(count, (i) => `+1)//n${i % 50}`).join('')}`]),
          ...inputs(50, (i) => [`n${i}`]),
        ],
      }),
  ],
  [
    'nested minima in dim_param',
    500,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [
          value('x', [
            `${times(count, (i) => `${i % 2 ? 'min' : 'max'}(n${i % 50}*2,`).join('')}n0${')'.repeat(count)}`,
          ]),
          ...inputs(50, (i) => [`n${i}`]),
        ],
      }),
  ],
  [
    'brackets in dim_param',
    20_000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [value('x', [`${'('.repeat(count)}n${')'.repeat(count)}`]), value('z', ['n'])],
      }),
  ],
  [
    'signs in dim_param',
    30_000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], { inputs: [value('x', [`${'-'.repeat(count)}n`]), value('z', ['n'])] }),
  ],
  [
    'powers in dim_param',
    60,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [value('x', [times(count, () => '(n+m+k+1)').join('*')]), value('z', ['n', 'm', 'k'])],
      }),
  ],
  [
    'quotients that nest and add',
    30,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [value('x', [times(count, (i) => `(n+${i})//${count}`).join('+')]), value('z', ['n', 'm', 'k'])],
      }),
  ],
];
