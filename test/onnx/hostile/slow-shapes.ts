// Small files whose shapes are computed from sizes.
import type { NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import { ints, node, nodesModel, value } from './build.ts';
import { times } from './case.ts';
import { chained, inputs, list, type Sizes, type SlowRow } from './slow-case.ts';

const size = (from: string, name: string): NodeProto[] => [node('Shape', from, name)];
/** Families of shapes that other shapes give. */
export const SLOW_SHAPES: readonly SlowRow[] = [
  [
    'slices to sizes of others',
    700,
    (count) =>
      chained(count, ['n'], (from, to, i) => [...size(`x${i}`, `s${i}`), node('Slice', `${from} z s${i}`, to)], {
        inputs: inputs(count, (i) => [`m${i}`]),
        initializers: [ints('z', [0])],
      }),
  ],
  [
    'slices from sizes of others',
    700,
    (count) =>
      chained(count, ['n'], (from, to, i) => [...size(`x${i}`, `s${i}`), node('Slice', `${from} s${i} z`, to)], {
        inputs: inputs(count, (i) => [`m${i}`]),
        initializers: [ints('z', [2 ** 40])],
      }),
  ],
  [
    'slices with steps',
    1000,
    (count) =>
      chained(count, ['n'], (from, to) => [node('Slice', `${from} a b c d`, to)], {
        initializers: [ints('a', [1]), ints('b', [-1]), ints('c', [0]), ints('d', [3])],
      }),
  ],
  [
    'slices of unknown ends',
    1000,
    (count) =>
      chained(count, ['n'], (from, to, i) => [node('Slice', `${from} a e${i}`, to)], {
        initializers: [ints('a', [0])],
        inputs: times(count, (i) => value(`e${i}`, [1], 7)),
      }),
  ],
  [
    'splits into halves',
    1000,
    (count) => chained(count, ['n'], (from, to, i) => [node('Split', from, `${to} r${i}`, { num_outputs: 2 })]),
  ],
  [
    'splits put together the other way',
    700,
    (count) =>
      chained(count, ['n'], (from, to, i) => [
        node('Split', from, `a${i} b${i} c${i}`, { num_outputs: 3 }),
        node('Concat', `c${i} a${i}`, to, { axis: 0 }),
      ]),
  ],
  [
    'a Split into many',
    4000,
    (count) =>
      nodesModel([node('Split', 'x', list(count, 'o'), { num_outputs: count })], {
        inputs: [value('x', ['n'])],
        outputs: ['o0'],
      }),
  ],
  [
    'a Split into many put together',
    4000,
    (count) =>
      nodesModel(
        [
          node('Split', 'x', list(count, 'o'), { num_outputs: count }),
          node('Concat', list(count, 'o'), 'y', { axis: 0 }),
        ],
        { inputs: [value('x', ['n'])] },
      ),
  ],
  [
    'concatenations with itself',
    40,
    (count) => chained(count, ['n'], (from, to) => [node('Concat', `${from} ${from}`, to, { axis: 0 })]),
  ],
  [
    'concatenations with others',
    1500,
    (count) =>
      chained(count, ['n'], (from, to, i) => [node('Concat', `${from} x${i}`, to, { axis: 0 })], {
        inputs: inputs(count, (i) => [`m${i}`]),
      }),
  ],
  [
    'reshapes into what others are',
    700,
    (count) =>
      chained(count, ['n', 'm'], (from, to, i) => [...size(`x${i}`, `s${i}`), node('Reshape', `${from} s${i}`, to)], {
        inputs: inputs(count, (i) => [`a${i}`, `b${i}`]),
      }),
  ],
  [
    'reshapes into unknown shapes',
    1000,
    (count) =>
      chained(count, ['n', 'm'], (from, to, i) => [node('Reshape', `${from} s${i}`, to)], {
        inputs: times(count, (i) => value(`s${i}`, [2], 7)),
      }),
  ],
  [
    'reshapes to what is left',
    1000,
    (count) =>
      chained(count, ['n', 'm'], (from, to, i) => [node('Reshape', `${from} s${i % 2}`, to)], {
        initializers: [ints('s0', [6, -1, 5]), ints('s1', [-1, 10])],
      }),
  ],
  [
    'reshapes to what is left of others',
    700,
    (count) =>
      chained(
        count,
        ['n', 'm'],
        (from, to, i) => [
          ...size(`x${i}`, `s${i}`),
          node('Concat', `s${i} one`, `t${i}`, { axis: 0 }),
          node('Reshape', `${from} t${i}`, to),
        ],
        { initializers: [ints('one', [-1])], inputs: inputs(count, (i) => [`a${i}`]) },
      ),
  ],
  [
    'expansions to what others are',
    700,
    (count) =>
      chained(count, ['n', 'm'], (from, to, i) => [...size(`x${i}`, `s${i}`), node('Expand', `${from} s${i}`, to)], {
        inputs: inputs(count, (i) => [`a${i}`, `b${i}`]),
      }),
  ],
  [
    'tiles by sizes of others',
    700,
    (count) =>
      chained(count, ['n'], (from, to, i) => [...size(`x${i}`, `s${i}`), node('Tile', `${from} s${i}`, to)], {
        inputs: inputs(count, (i) => [`a${i}`]),
      }),
  ],
  [
    'pads by sizes of others',
    500,
    (count) =>
      chained(count, ['n'], (from, to, i) => [node('Shape', `x${i}`, `s${i}`), node('Pad', `${from} s${i}`, to)], {
        inputs: inputs(count, (i) => [`a${i}`, `b${i}`]),
      }),
  ],
];

const arithmetic = (op: string, name: string, count: number, sizes: Sizes = ['n']): SlowRow => [
  name,
  count,
  (many) =>
    nodesModel(
      [
        ...times(many, (i) => node('Shape', `x${i}`, `s${i}`)),
        ...times(many - 1, (i) => node(op, `${i === 0 ? 's0' : `t${i}`} s${i + 1}`, `t${i + 1}`)),
        node('ConstantOfShape', `t${many - 1}`, 'y'),
      ],
      { inputs: inputs(many, (i) => sizes.map((each) => `${each}${i}`)) },
    ),
];
const doubled = (ops: readonly string[], count: number): SlowRow => [
  `${ops.join(' and ')} of sizes, again and again`,
  count,
  (many) =>
    nodesModel(
      [
        node('Shape', 'x', 't0'),
        node('Shape', 'z', 'u0'),
        ...times(many, (i) => [
          node(ops[i % ops.length] ?? 'Add', `t${i} u${i}`, `t${i + 1}`),
          node(ops[(i + 1) % ops.length] ?? 'Add', `u${i} t${i}`, `u${i + 1}`),
        ]).flat(),
        node('ConstantOfShape', `t${many}`, 'y'),
      ],
      { inputs: [value('x', ['n', 'm']), value('z', ['k', 'l'])] },
    ),
];
/** Families of arithmetic on sizes. */
export const SLOW_VALUES: readonly SlowRow[] = [
  arithmetic('Add', 'sums of sizes', 700),
  arithmetic('Mul', 'products of sizes', 700),
  arithmetic('Div', 'quotients of sizes', 700),
  arithmetic('Mod', 'remainders of sizes', 700),
  arithmetic('Min', 'minima of sizes', 700),
  arithmetic('Max', 'maxima of sizes', 700),
  arithmetic('Sub', 'differences of sizes', 700),
  doubled(['Add', 'Mul'], 400),
  doubled(['Min', 'Max'], 400),
  doubled(['Min', 'Add'], 400),
  doubled(['Div', 'Add'], 400),
  doubled(['Mod', 'Mul'], 400),
  doubled(['Max', 'Sub'], 400),
  doubled(['Min', 'Max', 'Add'], 400),
  doubled(['Div', 'Max', 'Mul'], 400),
  doubled(['Mod', 'Add', 'Min', 'Sub'], 400),
  [
    'a maximum of many sizes',
    1500,
    (count) =>
      nodesModel(
        [
          ...times(count, (i) => node('Shape', `x${i}`, `s${i}`)),
          node('Max', list(count, 's'), 't'),
          node('ConstantOfShape', 't', 'y'),
        ],
        { inputs: inputs(count, (i) => [`n${i}`]) },
      ),
  ],
  [
    'a minimum of many sums',
    1000,
    (count) =>
      nodesModel(
        [
          ...times(count, (i) => node('Shape', `x${i}`, `s${i}`)),
          ...times(count - 1, (i) => node('Add', `s${i} s${i + 1}`, `t${i}`)),
          node('Min', list(count - 1, 't'), 't'),
          node('ConstantOfShape', 't', 'y'),
        ],
        { inputs: inputs(count, (i) => [`n${i}`]) },
      ),
  ],
  [
    'Where on many known elements',
    300,
    (count) =>
      nodesModel([...times(count, (i) => node('Where', `c ${i === 0 ? 'a' : `h${i}`} a`, `h${i + 1}`))], {
        outputs: [`h${count}`],
        inputs: [],
        initializers: [
          { name: 'c', dataType: 9, dims: [1024], rawData: new Uint8Array(1024) },
          ints(
            'a',
            times(1024, (i) => i),
          ),
        ],
      }),
  ],
  [
    'sums of many known elements',
    5000,
    (count) =>
      nodesModel([...times(count, (i) => node('Add', `${i === 0 ? 'a' : `h${i}`} a`, `h${i + 1}`))], {
        outputs: [`h${count}`],
        inputs: [],
        initializers: [
          ints(
            'a',
            times(1024, (i) => i),
          ),
        ],
      }),
  ],
  [
    'a table of all pairs of sizes',
    200,
    (count) =>
      nodesModel(
        [
          node('Concat', list(count, 's'), 'v', { axis: 0 }),
          node('Unsqueeze', 'v one', 'w'),
          node('Mul', 'v w', 'p'),
          node('ReduceSum', 'p', 'q', { keepdims: 0 }),
          node('Reshape', 'q z', 'r'),
          node('ConstantOfShape', 'r', 'y'),
        ].flatMap((each, i) => (i === 0 ? [...times(count, (j) => node('Shape', `x${j}`, `s${j}`)), each] : [each])),
        { inputs: inputs(count, (i) => [`n${i}`]), initializers: [ints('one', [1]), ints('z', [1])] },
      ),
  ],
];
