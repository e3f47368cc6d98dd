// The table of layers that tests loop over: how each prints before and after its first batch, and what shapes it gives.
import * as dw from '../../../src/index.ts';
import { op, tensor, type Value } from '../../../src/index.ts';
import { FURTHER_CASES } from './further-cases.ts';
import { IMAGE_CASES } from './image-cases.ts';
import { type LayerCase, same } from './layer-case.ts';
import { RECURRENT_CASES } from './recurrent-cases.ts';
import { RESAMPLING_CASES } from './resampling-cases.ts';
import { SHAPE_CASES } from './shape-cases.ts';
import { TRANSFORMER_CASES } from './transformer-cases.ts';
import { VISION_CASES } from './vision-cases.ts';

const NORMS: readonly LayerCase[] = [
  {
    name: 'batchNorm',
    make: () => dw.batchNorm(),
    before: ['weight (?)', 'bias (?)', 'runningMean (?)', 'runningVar (?)'],
    after: ['weight (8)', 'bias (8)', 'runningMean (8)', 'runningVar (8)'],
    batches: [
      [[2, 8, 5, 5], '[batch, 8, 5, 5]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'batchNorm without affine parameters',
    make: () => dw.batchNorm({ scale: false, center: false, channels: 8 }),
    ...same('runningMean (8); runningVar (8)'),
    batches: [
      [[2, 8, 5, 5], '[batch, 8, 5, 5]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'layerNorm',
    make: () => dw.layerNorm(),
    before: ['weight (?)', 'bias (?)'],
    after: ['weight (8)', 'bias (8)'],
    batches: [
      [[2, 5, 8], '[batch, 5, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'layerNorm over two axes',
    make: () => dw.layerNorm({ normalizedShape: [4, '?'], center: false }),
    before: ['weight (4, ?)'],
    after: ['weight (4, 8)'],
    batches: [
      [[2, 4, 8], '[batch, 4, 8]'],
      [['n', 's', 4, 8], '[n, s, 4, 8]'],
    ],
  },
  {
    name: 'groupNorm',
    make: () => dw.groupNorm(4),
    before: ['weight (?)', 'bias (?)'],
    after: ['weight (8)', 'bias (8)'],
    batches: [
      [[2, 8, 5], '[batch, 8, 5]'],
      [['n', 8, 'h', 'w'], '[n, 8, h, w]'],
    ],
  },
  {
    name: 'rmsNorm',
    make: () => dw.rmsNorm(),
    before: ['weight (?)'],
    after: ['weight (8)'],
    batches: [
      [[2, 5, 8], '[batch, 5, 8]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'dropout',
    make: () => dw.dropout(0.5),
    ...same(''),
    batches: [
      [[2, 5], '[batch, 5]'],
      [['n', 's', 3], '[n, s, 3]'],
    ],
  },
];

const FEATURES: readonly LayerCase[] = [
  {
    name: 'dense',
    make: () => dw.dense(256, { activation: 'relu' }),
    before: ['weight (256, ?)', 'bias (256)'],
    after: ['weight (256, 20)', 'bias (256)'],
    batches: [
      [[2, 20], '[batch, 256]'],
      [['n', 's', 20], '[n, s, 256]'],
    ],
  },
  {
    name: 'embedding',
    make: () => dw.embedding(100, 8),
    ...same('weight (100, 8)'),
    batches: [
      [tensor('int64', [2, 5]), '[batch, 5, 8]'],
      [tensor('int32', ['n', 's', 't']), '[n, s, t, 8]'],
    ],
  },
  {
    name: 'positionalEmbedding',
    make: () => dw.positionalEmbedding(32),
    before: ['weight (32, ?)'],
    after: ['weight (32, 8)'],
    batches: [
      [[2, 32, 8], '[batch, 32, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'multiHeadAttention',
    make: () => dw.multiHeadAttention(4),
    inputs: { x: ['batch', 'seq', '?'] },
    before: ['query', 'key', 'value', 'output'].flatMap((part) => [`${part}.weight (?, ?)`, `${part}.bias (?)`]),
    after: ['query', 'key', 'value', 'output'].flatMap((part) => [`${part}.weight (64, 64)`, `${part}.bias (64)`]),
    batches: [
      [[2, 5, 64], '[batch, seq, 64]'],
      [['n', 's', 64], '[n, s, 64]'],
    ],
  },
  {
    name: 'multiHeadAttention with widths, crossed',
    make: () => dw.multiHeadAttention(4, { units: 32, keyUnits: 16, bias: false, causal: true }),
    inputs: { x: ['batch', 's', '?'], context: ['batch', 't', '?'] },
    before: ['query.weight (16, ?)', 'key.weight (16, ?)', 'value.weight (32, ?)', 'output.weight (32, 32)'],
    after: ['query.weight (16, 64)', 'key.weight (16, 48)', 'value.weight (32, 48)', 'output.weight (32, 32)'],
    batches: [
      [{ x: [2, 5, 64], context: [2, 7, 48] }, '[batch, s, 32]'],
      [{ x: [1, 9, 64], context: [1, 1, 48] }, '[batch, s, 32]'],
    ],
  },
  {
    name: 'transformerEncoderLayer',
    make: () => dw.transformerEncoderLayer(2, 12, { bias: false }),
    inputs: { x: ['batch', 'seq', '?'] },
    before: [
      ...['query', 'key', 'value', 'output'].map((part) => `attention.${part}.weight (?, ?)`),
      'norm1.weight (?)',
      'linear1.weight (12, ?)',
      'linear2.weight (?, 12)',
      'norm2.weight (?)',
    ],
    after: [
      ...['query', 'key', 'value', 'output'].map((part) => `attention.${part}.weight (8, 8)`),
      'norm1.weight (8)',
      'linear1.weight (12, 8)',
      'linear2.weight (8, 12)',
      'norm2.weight (8)',
    ],
    batches: [
      [[2, 5, 8], '[batch, seq, 8]'],
      [[1, 1, 8], '[batch, seq, 8]'],
    ],
  },
];

const COMPOSITIONS: readonly LayerCase[] = [
  {
    name: 'sequential with plain functions',
    make: () => dw.sequential(dw.dense(4), dw.relu, (x: Value) => op.Neg(x), dw.relu(), dw.dense(2)),
    before: ['0.weight (4, ?)', '0.bias (4)', '4.weight (2, ?)', '4.bias (2)'],
    after: ['0.weight (4, 3)', '0.bias (4)', '4.weight (2, 4)', '4.bias (2)'],
    batches: [
      [[2, 3], '[batch, 2]'],
      [[5, 3], '[batch, 2]'],
    ],
  },
  {
    name: 'residual',
    make: () => dw.residual(dw.sequential(dw.dense(4), dw.dense(3))),
    before: ['layer.0.weight (4, ?)', 'layer.0.bias (4)', 'layer.1.weight (3, ?)', 'layer.1.bias (3)'],
    after: ['layer.0.weight (4, 3)', 'layer.0.bias (4)', 'layer.1.weight (3, 4)', 'layer.1.bias (3)'],
    batches: [
      [[2, 3], '[batch, 3]'],
      [['n', 's', 3], '[n, s, 3]'],
    ],
  },
  {
    name: 'residual with a projection',
    make: () =>
      dw.residual(dw.conv2d(8, 3, { padding: 1, bias: false }), { projection: dw.conv2d(8, 1, { bias: false }) }),
    before: ['layer.weight (8, ?, 3, 3)', 'projection.weight (8, ?, 1, 1)'],
    after: ['layer.weight (8, 4, 3, 3)', 'projection.weight (8, 4, 1, 1)'],
    batches: [
      [[2, 4, 5, 5], '[batch, 8, 5, 5]'],
      [['n', 4, 'h', 'w'], '[n, 8, h, w]'],
    ],
  },
  {
    name: 'concat',
    make: () => dw.concat(dw.conv2d(8, 1, { bias: false }), dw.maxPool2d(3, { strides: 1, padding: 1 }), { axis: 1 }),
    before: ['0.weight (8, ?, 1, 1)'],
    after: ['0.weight (8, 4, 1, 1)'],
    batches: [
      [[2, 4, 5, 5], '[batch, 12, 5, 5]'],
      [['n', 4, 'h', 'w'], '[n, 12, h, w]'],
    ],
  },
  {
    name: 'add',
    make: () => dw.add(dw.dense(5), dw.dense(5, { bias: false }), { name: 'sum' }),
    before: ['0.weight (5, ?)', '0.bias (5)', '1.weight (5, ?)'],
    after: ['0.weight (5, 3)', '0.bias (5)', '1.weight (5, 3)'],
    batches: [
      [[2, 3], '[batch, 5]'],
      [['n', 's', 3], '[n, s, 5]'],
    ],
  },
];

/** Every layer. */
export const LAYER_CASES: readonly LayerCase[] = [
  ...IMAGE_CASES,
  ...VISION_CASES,
  ...RESAMPLING_CASES,
  ...SHAPE_CASES,
  ...FURTHER_CASES,
  ...RECURRENT_CASES,
  ...TRANSFORMER_CASES,
  ...NORMS,
  ...FEATURES,
  ...COMPOSITIONS,
];
