// Elements written into a tensor at indices: Scatter, ScatterElements, ScatterND, TensorScatter. The shape is that of the data.
import { constant } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import { copy } from '../costs/movement.ts';
import { passesSizes } from '../rules/backward.ts';
import { scatteredElements, scatteredSlices } from '../rules/indexed-content.ts';

const INFINITE = Number.POSITIVE_INFINITY;

function scatterElements(cx: InferContext): Shape | undefined {
  const data = cx.rankBetween(0, 1, INFINITE);
  const rank = data?.length ?? cx.shape(1)?.length ?? cx.shape(2)?.length;
  if (rank === undefined) return undefined;
  const shape = cx.ranked(0, rank);
  const indices = cx.ranked(1, rank);
  cx.ranked(2, rank);
  const axis = cx.axis(cx.int('axis', 0), rank);
  indices.forEach((size, k) => {
    cx.unifyAxes({ input: 1, axis: k }, { input: 2, axis: k }, 'indices and updates');
    const most = shape[k];
    if (k !== axis && most) cx.atLeast(most, size, `data axis ${k}`);
  });
  return shape;
}

const SCATTER_EXAMPLES: OperatorRow['examples'] = [
  {
    inputs: ['int64[3] = [b, s, 4]', 'int64[1] = [-1]', 'int64[1] = [2*s]'],
    outputs: ['int64[3] = [b, s, 2*s]'],
  },
  { inputs: ['float32[b, s]', 'int64[b, k]', 'float32[b, k]'], attributes: { axis: 1 }, outputs: ['float32[b, s]'] },
  {
    inputs: ['float32[...]', 'int64[b, k]', 'float32[b, k]'],
    attributes: { axis: 1 },
    outputs: ['float32[?, ?]'],
    constraints: ['b <= ?'],
  },
  {
    inputs: ['float32[b, 3]', 'int64[b, k]', 'float32[b, 2]'],
    attributes: { axis: 1 },
    outputs: ['float32[b, 3]'],
    constraints: ['k == 2'],
  },
  { inputs: ['float32[b, 3]', 'int64[b, 2]', 'float32[b, 4]'], attributes: { axis: 1 }, fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[b, 3]', 'int64[b]', 'float32[b]'], fails: 'RANK_MISMATCH' },
];

/** Scatter (since 9, deprecated at 11): the older name of ScatterElements. */
const Scatter: OperatorRow = {
  name: 'Scatter',
  cost: copy,
  backward: passesSizes,
  infer: (cx) => [cx.tensor(scatterElements(cx))],
  content: (cx) => [scatteredElements(cx)],
  examples: SCATTER_EXAMPLES.map((example) => ({ ...example, opset: 9 })),
};

/**
 * ScatterElements (since 11): each update replaces (or is reduced into) the element whose position on `axis` is the index.
 * `data [d0, ..], indices [i0, ..], updates [i0, ..] -> [d0, ..]`.
 */
const ScatterElements: OperatorRow = {
  name: 'ScatterElements',
  cost: copy,
  backward: passesSizes,
  infer: (cx) => [cx.tensor(scatterElements(cx))],
  content: (cx) => [scatteredElements(cx)],
  examples: SCATTER_EXAMPLES,
};

/**
 * ScatterND (since 11): slices of `data` replaced at index tuples of length k.
 * `data [d0, ..], indices [i0, .., k], updates [i0, .., d_k, ..] -> [d0, ..]`.
 */
const ScatterND: OperatorRow = {
  name: 'ScatterND',
  cost: copy,
  backward: passesSizes,
  infer: (cx) => {
    const data = cx.rankBetween(0, 1, INFINITE);
    const indices = cx.rankBetween(1, 1, INFINITE);
    const tuple = indices?.at(-1);
    if (!data || !indices || !tuple) return [cx.tensor(data)];
    const updates = cx.shape(2);
    if (tuple.kind === 'const') requireUpdates(cx, data, indices, tuple.value);
    else if (updates) {
      const length = indices.length - 1 + data.length - updates.length;
      cx.unify(tuple, constant(length), 'the length of an index and the axes that the updates leave');
      requireUpdates(cx, data, indices, length);
    } else cx.atLeast(constant(data.length), tuple, 'the number of axes that are indexed');
    return [cx.tensor(data)];
  },
  content: (cx) => [scatteredSlices(cx)],
  examples: [
    { inputs: ['float32[b, s, h]', 'int64[n, 2]', 'float32[n, h]'], outputs: ['float32[b, s, h]'] },
    {
      inputs: ['int64[2, 2] = [b, s, 3, 4]', 'int64[1, 1] = [1]', 'int64[1, 2] = [t, 7]'],
      outputs: ['int64[2, 2] = [b, s, t, 7]'],
    },
    {
      inputs: ['float32[b, s, h]', 'int64[n, 1]', 'float32[m, s, h]'],
      outputs: ['float32[b, s, h]'],
      constraints: ['n == m'],
    },
    {
      inputs: ['float32[b, s]', 'int64[n, k]', 'float32[n, s]'],
      outputs: ['float32[b, s]'],
      constraints: ['k == 1'],
    },
    { inputs: ['float32[b, s]', 'int64[n, k]', 'float32[n, 1, 1, s]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, s]', 'int64[n, k]', 'float32[...]'], outputs: ['float32[b, s]'], constraints: ['k <= 2'] },
    { inputs: ['float32[b, 3]', 'int64[n, 1]', 'float32[n, 4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[n, 3]', 'float32[n]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 3]', 'int64[n, 1]', 'float32[n]'], fails: 'RANK_MISMATCH' },
  ],
};

function requireUpdates(cx: InferContext, data: Shape, indices: Shape, tuple: number): void {
  if (tuple > data.length) {
    cx.fail(
      'SHAPE_MISMATCH',
      `ScatterND: an index of ${tuple} positions does not fit ${data.length} axes of ${cx.inputName(0)}`,
      {
        expected: `at most ${data.length}`,
        actual: String(tuple),
      },
    );
  }
  const outer = indices.length - 1;
  const updates = cx.ranked(2, outer + data.length - tuple);
  for (let axis = 0; axis < updates.length; axis++) {
    const met = axis < outer ? { input: 1, axis } : { input: 0, axis: axis - outer + tuple };
    cx.unifyAxes(met, { input: 2, axis }, 'sizes of the updates');
  }
}

/**
 * TensorScatter (since 24): a cache with an update written at an index of `axis`, per batch.
 * `past_cache [b, .., max, ..], update [b, .., s, ..], write_indices [b] -> [b, .., max, ..]`; `s <= max` unless mode is circular.
 */
const TensorScatter: OperatorRow = {
  name: 'TensorScatter',
  cost: copy,
  backward: passesSizes,
  infer: (cx) => {
    const cache = cx.rankBetween(0, 2, INFINITE);
    if (!cache) return [cx.tensor(undefined)];
    const update = cx.ranked(1, cache.length);
    const axis = cx.axis(cx.int('axis', -2), cache.length);
    if (axis === 0) cx.fail('ATTRIBUTE_INVALID', 'TensorScatter: axis must not be the batch axis 0', { actual: '0' });
    cache.forEach((size, k) => {
      if (k !== axis) cx.unifyAxes({ input: 0, axis: k }, { input: 1, axis: k }, 'cache and update');
      else if (update[k]) cx.atLeast(size, update[k], 'the cache');
    });
    if (cx.has(2)) {
      cx.ranked(2, 1);
      cx.unifyAxes({ input: 0, axis: 0 }, { input: 2, axis: 0 }, 'batch sizes');
    }
    return [cx.tensor(cache)];
  },
  examples: [
    {
      inputs: ['float32[b, 8, 512, 64]', 'float32[b, 8, s, 64]', 'int64[b]'],
      outputs: ['float32[b, 8, 512, 64]'],
      constraints: ['s <= 512'],
    },
    { inputs: ['float32[b, n, h]', 'float32[b, 1, h]'], outputs: ['float32[b, n, h]'] },
    { inputs: ['float32[b, 8, 512, 64]', 'float32[b, 4, s, 64]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b, 8, 4, 64]', 'float32[b, 8, 5, 64]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[b]', 'float32[b]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const SCATTER_ROWS: readonly OperatorRow[] = [Scatter, ScatterElements, ScatterND, TensorScatter];
