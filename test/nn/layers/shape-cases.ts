// The rows of layers that reshape, merge and compare, and of their few with weights.
import * as dw from '../../../src/index.ts';
import { op, tensor, type Value } from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

const NONE = same('');

/** A layer of two inputs as a model, both declared open. */
function pair(
  name: string,
  make: () => dw.Layer<[a: Value, b: Value]>,
  rest: Omit<LayerCase, 'name' | 'make'>,
): LayerCase {
  return {
    name,
    make: () => {
      const layer = make();
      return (a: Value, b: Value) => layer(a, b);
    },
    ...rest,
  };
}

const pairOf = (a: string[], b: string[]) => ({ inputs: { a, b } });

/** Two branches that know their output only: the merge settles what one of them leaves open. */
const merge = (name: string, make: () => dw.Layer): LayerCase => ({
  name,
  make,
  before: ['0.weight (6, ?)', '0.bias (6)', '1.weight (6, ?)', '1.bias (6)'],
  after: ['0.weight (6, 4)', '0.bias (6)', '1.weight (6, 4)', '1.bias (6)'],
  batches: [
    [[2, 4], '[batch, 6]'],
    [['n', 's', 4], '[n, s, 6]'],
  ],
});

/** Layers of shapes, merges and comparisons. */
export const SHAPE_CASES: readonly LayerCase[] = [
  {
    name: 'identityLayer',
    make: () => dw.identityLayer(),
    ...NONE,
    batches: [
      [[2, 4], '[batch, 4]'],
      [['n', 's'], '[n, s]'],
    ],
  },
  {
    name: 'permute',
    make: () => dw.permute([2, 3, 1]),
    ...NONE,
    batches: [
      [[2, 3, 4, 5], '[batch, 4, 5, 3]'],
      [['n', 'c', 'h', 'w'], '[n, h, w, c]'],
    ],
  },
  {
    name: 'reshape',
    make: () => dw.reshape([2, -1]),
    ...NONE,
    batches: [
      [[3, 4, 5], '[batch, 2, 10]'],
      [['n', 4, 's'], '[n, 2, 2*s]'],
    ],
  },
  {
    name: 'reshape of the whole shape',
    make: () => dw.reshape([-1, 4], { keepBatch: false }),
    ...NONE,
    batches: [
      [[3, 4, 5], '[5*batch, 4]'],
      [['n', 8], '[2*n, 4]'],
    ],
  },
  {
    name: 'repeatVector',
    make: () => dw.repeatVector(3),
    ...NONE,
    batches: [
      [[2, 4], '[batch, 3, 4]'],
      [['n', 'k'], '[n, 3, k]'],
    ],
  },
  {
    name: 'select',
    make: () => dw.select(-1),
    ...NONE,
    batches: [
      [[2, 4, 5], '[batch, 5]'],
      [['n', 's', 'w'], '[n, w]'],
    ],
  },
  {
    name: 'rescale',
    make: () => dw.rescale(2, -1),
    ...NONE,
    batches: [
      [[2, 4], '[batch, 4]'],
      [['n', 's'], '[n, s]'],
    ],
  },
  {
    name: 'cast',
    make: () => dw.sequential(dw.cast('float32'), dw.dense(3)),
    inputs: { x: tensor('uint8', ['n', '?']) },
    before: ['1.weight (3, ?)', '1.bias (3)'],
    after: ['1.weight (3, 4)', '1.bias (3)'],
    batches: [
      [['n', 4], '[n, 3]'],
      [['m', 4], '[m, 3]'],
    ],
  },
  {
    name: 'oneHot',
    make: () => dw.oneHot(5),
    inputs: { ids: tensor('int64', ['n', 's']) },
    ...NONE,
    batches: [
      [['n', 's'], '[n, s, 5]'],
      [['m', 't'], '[m, t, 5]'],
    ],
  },
  {
    name: 'unitNorm',
    make: () => dw.unitNorm({ axis: 1 }),
    ...NONE,
    batches: [
      [[2, 4, 5], '[batch, 4, 5]'],
      [['n', 's'], '[n, s]'],
    ],
  },
  merge('subtract', () => dw.subtract(dw.dense(6), dw.dense(6))),
  merge('multiply', () => dw.multiply(dw.dense(6), dw.dense(6))),
  merge('average', () => dw.average(dw.dense(6), dw.dense(6))),
  merge('maximum', () => dw.maximum(dw.dense(6), dw.dense(6))),
  merge('minimum', () => dw.minimum(dw.dense(6), dw.dense(6))),
  {
    ...merge('stack', () => dw.stack(dw.dense(6), dw.dense(6), { axis: 1 })),
    batches: [
      [[2, 4], '[batch, 2, 6]'],
      [['n', 's', 4], '[n, 2, s, 6]'],
    ],
  },
  {
    name: 'split into equal parts',
    make: () => {
      const layer = dw.split(2, { axis: 1 });
      return (x: Value) => op.Sub(...(([a = x, b = x]) => [a, b] as const)(layer(x)));
    },
    ...NONE,
    batches: [
      [[2, 4, 5], '[batch, 2, 5]'],
      [['n', 6, 's'], '[n, 3, s]'],
    ],
  },
  {
    name: 'split into sizes',
    make: () => {
      const layer = dw.split([3, 1]);
      return (x: Value) => op.Mul(...(([a = x, b = x]) => [a, b] as const)(layer(x)));
    },
    ...NONE,
    batches: [
      [[2, 4], '[batch, 3]'],
      [['n', 's', 4], '[n, s, 3]'],
    ],
  },
  pair('bilinear', () => dw.bilinear(3), {
    ...pairOf(['n', '?'], ['n', '?']),
    before: ['0.weight (3, ?, ?)', '0.bias (3)'],
    after: ['0.weight (3, 4, 5)', '0.bias (3)'],
    batches: [
      [{ a: ['n', 4], b: ['n', 5] }, '[n, 3]'],
      [{ a: ['m', 4], b: ['m', 5] }, '[m, 3]'],
    ],
  }),
  {
    name: 'einsumDense',
    make: () => dw.einsumDense('abc,cde->abde', [null, 2, 8], { biasAxes: 'e' }),
    before: ['weight (?, 2, 8)', 'bias (8)'],
    after: ['weight (4, 2, 8)', 'bias (8)'],
    batches: [
      [[2, 3, 4], '[batch, 3, 2, 8]'],
      [['n', 's', 4], '[n, s, 2, 8]'],
    ],
  },
  {
    name: 'einsumDense whose output takes a size of the input',
    make: () => dw.einsumDense('...bc,bcd->...bd', [null, 7], { biasAxes: 'bd' }),
    before: ['weight (?, ?, 7)', 'bias (?, 7)'],
    after: ['weight (3, 4, 7)', 'bias (3, 7)'],
    batches: [
      [[2, 3, 4], '[batch, 3, 7]'],
      [['n', 's', 3, 4], '[n, s, 3, 7]'],
    ],
  },
  pair('cosineSimilarity', () => dw.cosineSimilarity(), {
    ...pairOf(['n', 'k', 'h'], ['n', 'k', 'h']),
    ...NONE,
    batches: [
      [{ a: ['n', 'k', 'h'], b: ['n', 'k', 'h'] }, '[n, h]'],
      [{ a: ['n', 4, 'h'], b: ['n', 4, 'h'] }, '[n, h]'],
    ],
  }),
  pair('pairwiseDistance', () => dw.pairwiseDistance({ p: 3 }), {
    ...pairOf(['n', 'k'], ['n', 'k']),
    ...NONE,
    batches: [
      [{ a: ['n', 'k'], b: ['n', 'k'] }, '[n]'],
      [{ a: ['m', 4], b: ['m', 4] }, '[m]'],
    ],
  }),
  pair('dot', () => dw.dot([2, 1]), {
    ...pairOf(['n', 's', 'k'], ['n', 'k', 't']),
    ...NONE,
    batches: [
      [{ a: ['n', 's', 4], b: ['n', 4, 't'] }, '[n, s, t]'],
      [{ a: ['m', 's', 4], b: ['m', 4, 't'] }, '[m, s, t]'],
    ],
  }),
  pair('dot of vectors', () => dw.dot(-1, { normalize: true }), {
    ...pairOf(['n', 'k'], ['n', 'k']),
    ...NONE,
    batches: [
      [{ a: ['n', 4], b: ['n', 4] }, '[n, 1]'],
      [{ a: ['m', 4], b: ['m', 4] }, '[m, 1]'],
    ],
  }),
  {
    name: 'embeddingBag',
    make: () => {
      const bag = dw.embeddingBag(9, 4, { mode: 'max' });
      return (ids: Value) => bag(ids);
    },
    inputs: { ids: tensor('int64', ['n', 's']) },
    ...same('0.weight (9, 4)'),
    batches: [
      [['n', 's'], '[n, 4]'],
      [['m', 't'], '[m, 4]'],
    ],
  },
  {
    name: 'embeddingBag with offsets',
    make: () => {
      const bag = dw.embeddingBag(9, 4);
      return (ids: Value, offsets: Value) => bag(ids, offsets);
    },
    inputs: { ids: tensor('int64', ['k']), offsets: tensor('int64', ['n']) },
    ...same('0.weight (9, 4)'),
    batches: [
      [{ ids: ['k'], offsets: ['n'] }, '[n, 4]'],
      [{ ids: ['j'], offsets: ['m'] }, '[m, 4]'],
    ],
  },
];
