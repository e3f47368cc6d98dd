// The rows of layers over images and the like.
import * as dw from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

/** Convolutions, pools, flatten. */
export const IMAGE_CASES: readonly LayerCase[] = [
  {
    name: 'conv1d',
    make: () => dw.conv1d(8, 3, { padding: 'same' }),
    before: ['weight (8, ?, 3)', 'bias (8)'],
    after: ['weight (8, 4, 3)', 'bias (8)'],
    batches: [
      [[2, 4, 10], '[batch, 8, 10]'],
      [['n', 4, 't'], '[n, 8, t]'],
    ],
  },
  {
    name: 'conv2d',
    make: () => dw.conv2d(64, 7, { strides: 2, padding: 3, bias: false }),
    before: ['weight (64, ?, 7, 7)'],
    after: ['weight (64, 3, 7, 7)'],
    batches: [
      [[1, 3, 224, 224], '[batch, 64, 112, 112]'],
      [[5, 3, 32, 33], '[batch, 64, 16, 17]'],
      [['n', 3, 'h', 'w'], '[n, 64, ceildiv(h, 2), ceildiv(w, 2)]'],
    ],
  },
  {
    name: 'conv2d in groups',
    make: () => dw.conv2d(8, [1, 3], { groups: 4, padding: [0, 1], dilation: [1, 1] }),
    before: ['weight (8, ?, 1, 3)', 'bias (8)'],
    after: ['weight (8, 2, 1, 3)', 'bias (8)'],
    batches: [
      [[2, 8, 5, 6], '[batch, 8, 5, 6]'],
      [[3, 8, 1, 1], '[batch, 8, 1, 1]'],
    ],
  },
  {
    name: 'conv2d with its input channels given',
    make: () => dw.conv2d(8, 3, { inChannels: 4, padding: [0, 1, 2, 3] }),
    ...same('weight (8, 4, 3, 3); bias (8)'),
    batches: [
      [[2, 4, 5, 6], '[batch, 8, 5, 8]'],
      [[2, 4, 8, 8], '[batch, 8, 8, 10]'],
    ],
  },
  {
    name: 'conv3d',
    make: () => dw.conv3d(4, 3, { padding: 'same', strides: 2 }),
    before: ['weight (4, ?, 3, 3, 3)', 'bias (4)'],
    after: ['weight (4, 2, 3, 3, 3)', 'bias (4)'],
    batches: [
      [[1, 2, 8, 9, 10], '[batch, 4, 4, 5, 5]'],
      [['n', 2, 'd', 'h', 10], '[n, 4, ceildiv(d, 2), ceildiv(h, 2), 5]'],
    ],
  },
  {
    name: 'convTranspose1d',
    make: () => dw.convTranspose1d(8, 4, { strides: 2, padding: 1 }),
    before: ['weight (?, 8, 4)', 'bias (8)'],
    after: ['weight (4, 8, 4)', 'bias (8)'],
    batches: [
      [[2, 4, 10], '[batch, 8, 20]'],
      [['n', 4, 't'], '[n, 8, 2*t]'],
    ],
  },
  {
    name: 'convTranspose2d in groups',
    make: () => dw.convTranspose2d(8, 3, { groups: 2, strides: 2, padding: 1, outputPadding: 1 }),
    before: ['weight (?, 4, 3, 3)', 'bias (8)'],
    after: ['weight (6, 4, 3, 3)', 'bias (8)'],
    batches: [
      [[2, 6, 5, 7], '[batch, 8, 10, 14]'],
      [['n', 6, 'h', 'w'], '[n, 8, 2*h, 2*w]'],
    ],
  },
  {
    name: 'convTranspose3d',
    make: () => dw.convTranspose3d(2, [1, 2, 3], { bias: false }),
    before: ['weight (?, 2, 1, 2, 3)'],
    after: ['weight (4, 2, 1, 2, 3)'],
    batches: [
      [[2, 4, 5, 6, 7], '[batch, 2, 5, 7, 9]'],
      [['n', 4, 'd', 'h', 'w'], '[n, 2, d, h + 1, w + 2]'],
    ],
  },
  {
    name: 'maxPool1d',
    make: () => dw.maxPool1d(),
    ...same(''),
    batches: [
      [[2, 4, 9], '[batch, 4, 4]'],
      [['n', 'c', 't'], '[n, c, t//2]'],
    ],
  },
  {
    name: 'maxPool2d',
    make: () => dw.maxPool2d(3, { strides: 2, padding: 1 }),
    ...same(''),
    batches: [
      [[2, 4, 9, 12], '[batch, 4, 5, 6]'],
      [['n', 'c', 'h', 'w'], '[n, c, ceildiv(h, 2), ceildiv(w, 2)]'],
    ],
  },
  {
    name: 'maxPool3d rounding up',
    make: () => dw.maxPool3d([1, 2, 2], { ceilMode: true }),
    ...same(''),
    batches: [
      [[1, 2, 3, 5, 6], '[batch, 2, 3, 3, 3]'],
      [['n', 'c', 'd', 'h', 'w'], '[n, c, d, ceildiv(h, 2), ceildiv(w, 2)]'],
    ],
  },
  {
    name: 'avgPool1d',
    make: () => dw.avgPool1d(4),
    ...same(''),
    batches: [
      [[2, 4, 9], '[batch, 4, 2]'],
      [['n', 'c', 't'], '[n, c, t//4]'],
    ],
  },
  {
    name: 'avgPool2d',
    make: () => dw.avgPool2d(2, { strides: 1, padding: 'same' }),
    ...same(''),
    batches: [
      [[2, 4, 9, 12], '[batch, 4, 9, 12]'],
      [['n', 'c', 'h', 'w'], '[n, c, h, w]'],
    ],
  },
  {
    name: 'avgPool3d',
    make: () => dw.avgPool3d([1, 2, 2]),
    ...same(''),
    batches: [
      [[1, 2, 3, 5, 6], '[batch, 2, 3, 2, 3]'],
      [['n', 'c', 'd', 'h', 'w'], '[n, c, d, h//2, w//2]'],
    ],
  },
  {
    name: 'globalAvgPool',
    make: () => dw.globalAvgPool(),
    ...same(''),
    batches: [
      [[2, 4, 9, 12], '[batch, 4, 1, 1]'],
      [['n', 'c', 't'], '[n, c, 1]'],
    ],
  },
  {
    name: 'globalMaxPool without the axes',
    make: () => dw.globalMaxPool({ keepDims: false }),
    ...same(''),
    batches: [
      [[2, 4, 9, 12], '[batch, 4]'],
      [['n', 'c', 't'], '[n, c]'],
    ],
  },
  {
    name: 'flatten',
    make: () => dw.flatten(),
    ...same(''),
    batches: [
      [[2, 16, 5, 5], '[batch, 400]'],
      [['n', 16, 5, 'w'], '[n, 80*w]'],
    ],
  },
];
