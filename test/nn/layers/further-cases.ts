// The rows of unpools, shuffles over one and three axes, masks and bags of weighted rows.
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

const NONE = same('');

const POOLS = { 1: dw.maxPool1d, 2: dw.maxPool2d, 3: dw.maxPool3d } as const;
const UNPOOLS = { 1: dw.maxUnpool1d, 2: dw.maxUnpool2d, 3: dw.maxUnpool3d } as const;

/** A pool that rounds down and its inverse. */
function unpool(axes: 1 | 2 | 3, like: boolean): dw.Composition {
  const pool = POOLS[axes](2, { returnIndices: true });
  const back = UNPOOLS[axes](2);
  return (x: Value) => {
    const { output, indices } = pool(x);
    return back(output, indices, like ? x : undefined);
  };
}

/** Layers beside those of the other lists. */
export const FURTHER_CASES: readonly LayerCase[] = [
  {
    name: 'maxUnpool1d',
    make: () => unpool(1, false),
    ...NONE,
    batches: [
      [[2, 3, 6], '[batch, 3, 6]'],
      [['n', 'c', 't'], '[n, c, 2*(t//2)]'],
    ],
    sizes: [
      [2, 3, 6],
      [3, 2, 10],
    ],
  },
  {
    name: 'maxUnpool2d to the sizes of its input',
    make: () => unpool(2, true),
    ...NONE,
    batches: [
      [[2, 3, 5, 6], '[batch, 3, 5, 6]'],
      [['n', 'c', 'h', 'w'], '[n, c, h, w]'],
    ],
  },
  {
    name: 'maxUnpool3d',
    make: () => unpool(3, true),
    ...NONE,
    batches: [
      [[2, 1, 4, 5, 6], '[batch, 1, 4, 5, 6]'],
      [['n', 2, 'd', 'h', 'w'], '[n, 2, d, h, w]'],
    ],
  },
  {
    name: 'pixelShuffle1d',
    make: () => dw.pixelShuffle1d(3),
    ...NONE,
    batches: [
      [[2, 6, 4], '[batch, 2, 12]'],
      [['n', 'c', 't'], '[n, c//3, 3*t]'],
    ],
    sizes: [
      [2, 6, 5],
      [3, 3, 4],
    ],
  },
  {
    name: 'pixelShuffle3d',
    make: () => dw.pixelShuffle3d([1, 2, 2]),
    ...NONE,
    batches: [
      [[2, 8, 4, 3, 2], '[batch, 2, 4, 6, 4]'],
      [['n', 4, 'd', 'h', 'w'], '[n, 1, d, 2*h, 2*w]'],
    ],
  },
  {
    name: 'pixelUnshuffle1d',
    make: () => dw.pixelUnshuffle1d(2),
    ...NONE,
    batches: [
      [[2, 6, 4], '[batch, 12, 2]'],
      [['n', 'c', 't'], '[n, 2*c, t//2]'],
    ],
    sizes: [
      [2, 6, 6],
      [3, 3, 4],
    ],
  },
  {
    name: 'pixelUnshuffle3d',
    make: () => dw.pixelUnshuffle3d([1, 2, 2]),
    ...NONE,
    batches: [
      [[2, 2, 4, 6, 2], '[batch, 8, 4, 3, 1]'],
      [['n', 3, 'd', 'h', 'w'], '[n, 12, d, h//2, w//2]'],
    ],
    sizes: [
      [2, 3, 6, 4],
      [1, 1, 2, 8],
    ],
  },
  {
    name: 'masking',
    make: () => {
      const mask = dw.masking();
      return (x: Value) => mask(x).output;
    },
    ...NONE,
    batches: [
      [[2, 3, 4], '[batch, 3, 4]'],
      [['n', 's', 'k'], '[n, s, k]'],
    ],
  },
  {
    name: 'reshape by names',
    make: () => dw.reshape([2, { axis: 1 }, -1]),
    ...NONE,
    batches: [
      [[3, 4, 6], '[batch, 2, 4, 3]'],
      [['n', 's', 8], '[n, 2, s, 4]'],
    ],
  },
  {
    name: 'unflatten',
    make: () => dw.unflatten(-1, [2, -1]),
    ...NONE,
    batches: [
      [[3, 4], '[batch, 2, 2]'],
      [['n', 's', 8], '[n, s, 2, 4]'],
    ],
  },
  {
    name: 'lpPool2d of signed powers',
    make: () => dw.lpPool2d(2, { signed: true, padding: 1 }),
    ...NONE,
    batches: [
      [[2, 3, 4, 6], '[batch, 3, 3, 4]'],
      [['n', 'c', 'h', 'w'], '[n, c, h//2 + 1, w//2 + 1]'],
    ],
  },
  {
    name: 'mixtureOfExperts with biases',
    make: () => dw.mixtureOfExperts(3, { hidden: 12, bias: true }),
    before: [
      'gate (3, 12, ?)',
      'gateBias (3, 12)',
      'up (3, 12, ?)',
      'upBias (3, 12)',
      'down (3, ?, 12)',
      'downBias (3, ?)',
      'router.weight (3, ?)',
      'router.bias (3)',
    ],
    after: [
      'gate (3, 12, 8)',
      'gateBias (3, 12)',
      'up (3, 12, 8)',
      'upBias (3, 12)',
      'down (3, 8, 12)',
      'downBias (3, 8)',
      'router.weight (3, 8)',
      'router.bias (3)',
    ],
    batches: [
      [[2, 5, 8], '[batch, 5, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'bidirectional of cells',
    make: () => dw.bidirectional(dw.gruCell(5), dw.gruCell(5)),
    before: ['forward', 'backward'].flatMap((side) => [
      `${side}.cell.weightInput (15, ?)`,
      `${side}.cell.weightHidden (15, 5)`,
      `${side}.cell.biasInput (15)`,
      `${side}.cell.biasHidden (15)`,
    ]),
    after: ['forward', 'backward'].flatMap((side) => [
      `${side}.cell.weightInput (15, 4)`,
      `${side}.cell.weightHidden (15, 5)`,
      `${side}.cell.biasInput (15)`,
      `${side}.cell.biasHidden (15)`,
    ]),
    batches: [
      [[2, 3, 4], '[batch, 3, 10]'],
      [['n', 's', 4], '[n, s, 10]'],
    ],
  },
  {
    name: 'embeddingBag with padding',
    make: () => {
      const bag = dw.embeddingBag(9, 4, { paddingIdx: 1 });
      return (ids: Value) => bag(ids);
    },
    inputs: { ids: tensor('int64', ['n', 's']) },
    ...same('0.weight (9, 4)'),
    batches: [
      [['n', 's'], '[n, 4]'],
      [['m', 't'], '[m, 4]'],
    ],
  },
];
