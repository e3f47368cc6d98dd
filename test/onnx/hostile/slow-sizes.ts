// Small files with many sizes, broadcast, joined and reduced by windows.
import { node, nodesModel, value } from './build.ts';
import { times } from './case.ts';
import { chain, chained, inputs, list, type SlowRow, wide } from './slow-case.ts';

/** Families of many sizes in one node, or one after another. */
export const SLOW_SIZES: readonly SlowRow[] = [
  ['a Concat of many sizes', 4000, wide('Concat', (i) => [`n${i}`, 4], { axis: 0 })],
  ['a Concat along another axis', 4000, wide('Concat', (i) => [`n${i}`, 4], { axis: 1 })],
  ['a Concat of many sizes of two axes', 3000, wide('Concat', (i) => [`n${i}`, `m${i}`], { axis: 0 })],
  ['a Sum of many sizes', 4000, wide('Sum', (i) => [`n${i}`])],
  ['a Sum of many sizes of two axes', 3000, wide('Sum', (i) => [`n${i}`, `m${i}`])],
  ['a Sum of sums of sizes', 2000, wide('Sum', (i) => [`n${i}+n${i + 1}`])],
  ['a Max of quotients', 2000, wide('Max', (i) => [`n${i}//m${i}`])],
  [
    'an Einsum of many inputs',
    50,
    (count) =>
      nodesModel([node('Einsum', list(count), 'y', { equation: `${times(count, () => 'ab').join(',')}->a` })], {
        inputs: inputs(count, (i) => [`n${i}`, `m${i}`]),
      }),
  ],
  [
    'many sizes in one input',
    1000,
    (count) =>
      nodesModel([node('Relu', 'x', 'y')], {
        inputs: [
          value(
            'x',
            times(count, (i) => `n${i}`),
          ),
        ],
      }),
  ],
  [
    'a Reshape of many axes into one',
    1000,
    (count) =>
      nodesModel([node('Flatten', 'x', 'y', { axis: 1 })], {
        inputs: [
          value(
            'x',
            times(count, (i) => `n${i}`),
          ),
        ],
      }),
  ],
  [
    'a ReduceSum of many axes',
    1000,
    (count) =>
      nodesModel([node('Shape', 'x', 's'), node('ReduceProd', 's', 'y', { keepdims: 0 })], {
        inputs: [
          value(
            'x',
            times(count, (i) => `n${i}`),
          ),
        ],
      }),
  ],
  [
    'sums of products',
    300,
    (count) =>
      nodesModel([node('Size', 'x', 'y')], {
        inputs: [
          value(
            'x',
            times(count, (i) => `n${i}+m${i}`),
          ),
          value(
            'z',
            times(count, (i) => `n${i}`),
          ),
          value(
            'w',
            times(count, (i) => `m${i}`),
          ),
        ],
      }),
  ],
  [
    'additions of many sizes',
    1500,
    (count) =>
      nodesModel(
        times(count, (i) => node('Add', `${i === 0 ? 'x0' : `h${i}`} x${i + 1}`, `h${i + 1}`)),
        { inputs: inputs(count + 1, (i) => [`n${i}`]), outputs: [`h${count}`] },
      ),
  ],
  [
    'additions of sizes in pairs',
    1500,
    (count) =>
      nodesModel(
        times(count, (i) => node('Add', `x${i} x${i + 1}`, `h${i + 1}`)),
        { inputs: inputs(count + 1, (i) => [`n${i}`]), outputs: [`h${count}`] },
      ),
  ],
  [
    'the same addition again',
    2500,
    (count) =>
      nodesModel(
        times(count, (i) => node('Add', 'x0 x1', `h${i + 1}`)),
        { inputs: inputs(2, (i) => [`n${i}`]), outputs: [`h${count}`] },
      ),
  ],
  [
    'matrix products of many sizes',
    1000,
    (count) =>
      nodesModel(
        times(count, (i) => node('MatMul', `${i === 0 ? 'x0' : `h${i}`} x${i + 1}`, `h${i + 1}`)),
        { inputs: inputs(count + 1, (i) => [`a${i}`, `b${i}`]), outputs: [`h${count}`] },
      ),
  ],
  [
    'matrix products of stacks',
    800,
    (count) =>
      nodesModel(
        times(count, (i) => node('MatMul', `${i === 0 ? 'x0' : `h${i}`} x${i + 1}`, `h${i + 1}`)),
        { inputs: inputs(count + 1, (i) => [`s${i}`, `a${i}`, `b${i}`]), outputs: [`h${count}`] },
      ),
  ],
];

/** Families of windows: convolutions and poolings. */
export const SLOW_WINDOWS: readonly SlowRow[] = [
  [
    'convolutions of unknown kernels',
    400,
    (count) =>
      nodesModel(
        chain(count, (from, to, i) => [node('Conv', `${from} w${i}`, to, { strides: [3, 5] })]),
        {
          inputs: [value('h0', [1, 1, 'h', 'w']), ...times(count, (i) => value(`w${i}`, [1, 1, `k${i}`, `l${i}`]))],
          outputs: [`h${count}`],
        },
      ),
  ],
  [
    'convolutions of unknown kernels without strides',
    500,
    (count) =>
      nodesModel(
        chain(count, (from, to, i) => [node('Conv', `${from} w${i}`, to)]),
        {
          inputs: [value('h0', [1, 1, 'h', 'w']), ...times(count, (i) => value(`w${i}`, [1, 1, `k${i}`, `l${i}`]))],
          outputs: [`h${count}`],
        },
      ),
  ],
  [
    'convolutions of one input by unknown kernels',
    500,
    (count) =>
      nodesModel(
        times(count, (i) => node('Conv', `x w${i}`, `h${i}`, { strides: [3, 5] })),
        {
          inputs: [
            value('x', [1, 'c', 'h', 'w']),
            ...times(count, (i) => value(`w${i}`, [`m${i}`, `c${i}`, `k${i}`, `l${i}`])),
          ],
          outputs: ['h0'],
        },
      ),
  ],
  [
    'poolings with strides',
    1000,
    (count) =>
      chained(count, [1, 1, 'h', 'w'], (from, to, i) => [
        node('MaxPool', from, to, { kernel_shape: [3, 3], strides: [1 + (i % 2), 1], pads: [1, 1, 1, 1] }),
      ]),
  ],
  [
    'poolings with odd strides',
    1000,
    (count) =>
      chained(count, [1, 1, 'h', 'w'], (from, to, i) => [
        node('MaxPool', from, to, { kernel_shape: [2 + (i % 7), 3], strides: [2 + (i % 3), 3] }),
      ]),
  ],
  [
    'poolings with ceil_mode',
    1000,
    (count) =>
      chained(count, [1, 1, 'h', 'w'], (from, to) => [
        node('MaxPool', from, to, { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1 }),
      ]),
  ],
  [
    'transposed convolutions',
    500,
    (count) =>
      chained(
        count,
        [1, 1, 'h', 'w'],
        (from, to, i) => [node('ConvTranspose', `${from} w${i}`, to, { strides: [3, 2] })],
        { inputs: times(count, (i) => value(`w${i}`, [1, 1, `k${i}`, `l${i}`])) },
      ),
  ],
  [
    'poolings and transposed ones',
    400,
    (count) =>
      chained(
        count,
        [1, 1, 'h', 'w'],
        (from, to, i) => [
          node('MaxPool', from, `p${i}`, { kernel_shape: [3, 3], strides: [2, 3] }),
          node('ConvTranspose', `p${i} w`, to, { strides: [3, 2] }),
        ],
        { inputs: [value('w', [1, 1, 3, 3])] },
      ),
  ],
  [
    'poolings added to what they pool',
    500,
    (count) =>
      chained(count, [1, 1, 'h', 'w'], (from, to, i) => [
        node('MaxPool', from, `p${i}`, { kernel_shape: [3, 3], strides: [2, 2] }),
        node('Add', `p${i} ${from}`, to),
      ]),
  ],
  [
    'Resize by odd scales',
    800,
    (count) =>
      chained(count, [1, 1, 'h', 'w'], (from, to) => [node('Resize', `${from} _ s`, to)], {
        initializers: [{ name: 's', dataType: 1, dims: [4], floatData: [1, 1, 1.5, 0.7] }],
      }),
  ],
];
