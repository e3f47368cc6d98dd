// The rows of depthwise, separable and deformable convolutions, and of the layers with weights around them.
import * as dw from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

/** Layers over images and the like that own parameters. */
export const VISION_CASES: readonly LayerCase[] = [
  {
    name: 'depthwiseConv1d',
    make: () => dw.depthwiseConv1d(3, { padding: 'same', multiplier: 2 }),
    before: ['weight (?, 1, 3)', 'bias (?)'],
    after: ['weight (8, 1, 3)', 'bias (8)'],
    batches: [
      [[2, 4, 10], '[batch, 8, 10]'],
      [['n', 4, 't'], '[n, 8, t]'],
    ],
  },
  {
    name: 'depthwiseConv2d',
    make: () => dw.depthwiseConv2d([3, 1], { strides: 2, padding: 'same', bias: false }),
    before: ['weight (?, 1, 3, 1)'],
    after: ['weight (6, 1, 3, 1)'],
    batches: [
      [[2, 6, 9, 8], '[batch, 6, 5, 4]'],
      [['n', 6, 'h', 'w'], '[n, 6, ceildiv(h, 2), ceildiv(w, 2)]'],
    ],
  },
  {
    name: 'depthwiseConv3d with its input channels given',
    make: () => dw.depthwiseConv3d(2, { inChannels: 3, multiplier: 2 }),
    ...same('weight (6, 1, 2, 2, 2); bias (6)'),
    batches: [
      [[2, 3, 4, 5, 6], '[batch, 6, 3, 4, 5]'],
      [['n', 3, 'd', 'h', 'w'], '[n, 6, d - 1, h - 1, w - 1]'],
    ],
  },
  {
    name: 'separableConv1d',
    make: () => dw.separableConv1d(5, 3),
    before: ['depthwise.weight (?, 1, 3)', 'pointwise.weight (5, ?, 1)', 'pointwise.bias (5)'],
    after: ['depthwise.weight (4, 1, 3)', 'pointwise.weight (5, 4, 1)', 'pointwise.bias (5)'],
    batches: [
      [[2, 4, 10], '[batch, 5, 8]'],
      [['n', 4, 't'], '[n, 5, t - 2]'],
    ],
  },
  {
    name: 'separableConv2d with a multiplier',
    make: () => dw.separableConv2d(5, 3, { multiplier: 2, padding: 1, bias: false, activation: 'relu' }),
    before: ['depthwise.weight (?, 1, 3, 3)', 'pointwise.weight (5, ?, 1, 1)'],
    after: ['depthwise.weight (8, 1, 3, 3)', 'pointwise.weight (5, 8, 1, 1)'],
    batches: [
      [[2, 4, 10, 9], '[batch, 5, 10, 9]'],
      [['n', 4, 'h', 'w'], '[n, 5, h, w]'],
    ],
  },
  {
    name: 'separableConv3d',
    make: () => dw.separableConv3d(2, 1),
    before: ['depthwise.weight (?, 1, 1, 1, 1)', 'pointwise.weight (2, ?, 1, 1, 1)', 'pointwise.bias (2)'],
    after: ['depthwise.weight (3, 1, 1, 1, 1)', 'pointwise.weight (2, 3, 1, 1, 1)', 'pointwise.bias (2)'],
    batches: [
      [[2, 3, 2, 3, 4], '[batch, 2, 2, 3, 4]'],
      [['n', 3, 'd', 'h', 'w'], '[n, 2, d, h, w]'],
    ],
  },
  {
    name: 'deformableConv2d',
    make: () => dw.deformableConv2d(6, 3, { padding: 1, groups: 2 }),
    before: ['weight (6, ?, 3, 3)', 'bias (6)', 'offset.weight (18, ?, 3, 3)', 'offset.bias (18)'],
    after: ['weight (6, 2, 3, 3)', 'bias (6)', 'offset.weight (18, 4, 3, 3)', 'offset.bias (18)'],
    batches: [
      [[2, 4, 5, 6], '[batch, 6, 5, 6]'],
      [['n', 4, 'h', 'w'], '[n, 6, h, w]'],
    ],
  },
  {
    name: 'deformableConv2d, modulated',
    make: () => dw.deformableConv2d(6, [3, 2], { strides: 2, offsetGroups: 2, modulated: true, bias: false }),
    before: ['weight (6, ?, 3, 2)', 'offset.weight (36, ?, 3, 2)', 'offset.bias (36)'],
    after: ['weight (6, 4, 3, 2)', 'offset.weight (36, 4, 3, 2)', 'offset.bias (36)'],
    batches: [
      [[2, 4, 5, 6], '[batch, 6, 2, 3]'],
      [['n', 4, 'h', 'w'], '[n, 6, ceildiv(h, 2) - 1, w//2]'],
    ],
  },
  {
    name: 'deformableConv2d with offsets given',
    make: () => dw.deformableConv2d(6, 2, { offsets: 'given', modulated: true }),
    inputs: { x: ['n', '?', 'h', 'w'], offset: ['n', 8, 'h - 1', 'w - 1'], mask: ['n', 4, 'h - 1', 'w - 1'] },
    before: ['weight (6, ?, 2, 2)', 'bias (6)'],
    after: ['weight (6, 4, 2, 2)', 'bias (6)'],
    batches: [
      [{ x: [2, 4, 5, 6], offset: [2, 8, 4, 5], mask: [2, 4, 4, 5] }, '[n, 6, h - 1, w - 1]'],
      [{ x: [3, 4, 4, 4], offset: [3, 8, 3, 3], mask: [3, 4, 3, 3] }, '[n, 6, h - 1, w - 1]'],
    ],
  },
  {
    name: 'instanceNorm',
    make: () => dw.instanceNorm(),
    before: ['weight (?)', 'bias (?)'],
    after: ['weight (8)', 'bias (8)'],
    batches: [
      [[2, 8, 5], '[batch, 8, 5]'],
      [['n', 8, 'h', 'w'], '[n, 8, h, w]'],
    ],
  },
  {
    name: 'instanceNorm without affine parameters',
    make: () => dw.instanceNorm({ scale: false, center: false }),
    ...same(''),
    batches: [
      [[2, 8, 5, 4, 3], '[batch, 8, 5, 4, 3]'],
      [['n', 8, 't'], '[n, 8, t]'],
    ],
  },
  {
    name: 'prelu',
    make: () => dw.prelu(),
    ...same('weight (1)'),
    batches: [
      [[2, 8], '[batch, 8]'],
      [['n', 'c', 'h', 'w'], '[n, c, h, w]'],
    ],
  },
  {
    name: 'prelu per channel',
    make: () => dw.prelu({ perChannel: true }),
    before: ['weight (?)'],
    after: ['weight (8)'],
    batches: [
      [[2, 8, 3, 4], '[batch, 8, 3, 4]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'layerScale',
    make: () => dw.layerScale(),
    before: ['weight (?)'],
    after: ['weight (8)'],
    batches: [
      [[2, 5, 8], '[batch, 5, 8]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'layerScale over channels',
    make: () => dw.layerScale(0.1, { axis: 1 }),
    before: ['weight (?)'],
    after: ['weight (8)'],
    batches: [
      [[2, 8, 5], '[batch, 8, 5]'],
      [['n', 8, 'h', 'w'], '[n, 8, h, w]'],
    ],
  },
  {
    name: 'squeezeExcite',
    make: () => dw.squeezeExcite(4),
    before: ['fc1.weight (?, ?, 1, 1)', 'fc1.bias (?)', 'fc2.weight (?, ?, 1, 1)', 'fc2.bias (?)'],
    after: ['fc1.weight (4, 16, 1, 1)', 'fc1.bias (4)', 'fc2.weight (16, 4, 1, 1)', 'fc2.bias (16)'],
    batches: [
      [[2, 16, 5, 6], '[batch, 16, 5, 6]'],
      [['n', 16, 'h', 'w'], '[n, 16, h, w]'],
    ],
  },
  {
    name: 'squeezeExcite with its channels given',
    make: () => dw.squeezeExcite(4, { channels: 3, gate: 'hardSigmoid', bias: false }),
    before: ['fc1.weight (3, ?, 1, 1)', 'fc2.weight (?, 3, 1, 1)'],
    after: ['fc1.weight (3, 10, 1, 1)', 'fc2.weight (10, 3, 1, 1)'],
    batches: [
      [[2, 10, 5, 6], '[batch, 10, 5, 6]'],
      [['n', 10, 'h', 'w'], '[n, 10, h, w]'],
    ],
  },
  {
    name: 'weightNorm of dense',
    make: () => dw.weightNorm(dw.dense(4)),
    before: ['weightG (4, 1)', 'weightV (4, ?)', 'bias (4)'],
    after: ['weightG (4, 1)', 'weightV (4, 3)', 'bias (4)'],
    batches: [
      [[2, 3], '[batch, 4]'],
      [['n', 's', 3], '[n, s, 4]'],
    ],
  },
  {
    name: 'weightNorm of convTranspose2d, inside',
    make: () => dw.sequential(dw.relu(), dw.weightNorm(dw.convTranspose2d(4, 2, { bias: false, name: 'up' }))),
    before: ['up.weightG (?, 1, 1, 1)', 'up.weightV (?, 4, 2, 2)'],
    after: ['up.weightG (3, 1, 1, 1)', 'up.weightV (3, 4, 2, 2)'],
    batches: [
      [[2, 3, 5, 5], '[batch, 4, 6, 6]'],
      [['n', 3, 'h', 'w'], '[n, 4, h + 1, w + 1]'],
    ],
  },
  {
    name: 'weightNorm of deformableConv2d',
    make: () => dw.weightNorm(dw.deformableConv2d(4, 3), { axis: 'none' }),
    before: [
      'weightG (1, 1, 1, 1)',
      'weightV (4, ?, 3, 3)',
      'bias (4)',
      'offset.weight (18, ?, 3, 3)',
      'offset.bias (18)',
    ],
    after: [
      'weightG (1, 1, 1, 1)',
      'weightV (4, 2, 3, 3)',
      'bias (4)',
      'offset.weight (18, 2, 3, 3)',
      'offset.bias (18)',
    ],
    batches: [
      [[2, 2, 5, 5], '[batch, 4, 3, 3]'],
      [['n', 2, 'h', 'w'], '[n, 4, h - 2, w - 2]'],
    ],
  },
  {
    name: 'spectralNorm of conv2d',
    make: () => dw.spectralNorm(dw.conv2d(4, [3, 2])),
    before: ['weightOrig (4, ?, 3, 2)', 'weightU (4)', 'weightV (?)', 'bias (4)'],
    after: ['weightOrig (4, 3, 3, 2)', 'weightU (4)', 'weightV (18)', 'bias (4)'],
    batches: [
      [[2, 3, 5, 5], '[batch, 4, 3, 4]'],
      [['n', 3, 'h', 'w'], '[n, 4, h - 2, w - 1]'],
    ],
  },
  {
    name: 'spectralNorm with its steps in the graph',
    make: () => dw.spectralNorm(dw.convTranspose1d(4, 3, { bias: false }), { axis: 1, iterations: 2 }),
    before: ['weightOrig (?, 4, 3)', 'weightU (4)'],
    after: ['weightOrig (2, 4, 3)', 'weightU (4)'],
    batches: [
      [[2, 2, 5], '[batch, 4, 7]'],
      [['n', 2, 't'], '[n, 4, t + 2]'],
    ],
  },
];
