// The rows of attention and what transformers are made of.
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import { type LayerCase, same } from './layer-case.ts';

const grouped = (width: string): string[] => [
  ...['query', 'key', 'value'].flatMap((part) => {
    const rows = part === 'query' ? 24 : 12;
    return [`${part}.weight (${rows}, ${width})`, `${part}.bias (${rows})`];
  }),
  `output.weight (${width}, 24)`,
  `output.bias (${width})`,
];

const attention = (path: string, width: string): string[] =>
  ['query', 'key', 'value', 'output'].map((part) => `${path}.${part}.weight (${width}, ${width})`);

const decoder = (path: string, width: string): string[] => [
  ...attention(`${path}attention`, width),
  ...attention(`${path}crossAttention`, width),
  `${path}linear1.weight (12, ${width})`,
  `${path}linear2.weight (${width}, 12)`,
  ...[1, 2, 3].map((i) => `${path}norm${i}.weight (${width})`),
];

const settled = (rows: (width: string) => string[]): Pick<LayerCase, 'before' | 'after'> => ({
  before: rows('?'),
  after: rows('8'),
});

const texts: readonly (readonly [dw.Batch, string])[] = [
  [[2, 5, 8], '[batch, 5, 8]'],
  [['n', 's', 8], '[n, s, 8]'],
];

const memories: Pick<LayerCase, 'inputs' | 'batches'> = {
  inputs: { x: ['n', 's', '?'], memory: ['n', 't', '?'] },
  batches: [
    [{ x: [2, 5, 8], memory: [2, 7, 8] }, '[n, s, 8]'],
    [{ x: [1, 9, 8], memory: [1, 1, 8] }, '[n, s, 8]'],
  ],
};

/** Attention and the layers around it. */
export const TRANSFORMER_CASES: readonly LayerCase[] = [
  {
    name: 'groupedQueryAttention',
    make: () => dw.groupedQueryAttention(4, { kvHeads: 2, headSize: 6, rotary: true }),
    inputs: { x: ['n', 's', '?'] },
    ...settled(grouped),
    batches: [
      [[2, 5, 8], '[n, s, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'groupedQueryAttention at the width of its input',
    make: () =>
      dw.groupedQueryAttention(4, { kvHeads: 2, bias: { query: true, key: false, value: false, output: false } }),
    inputs: { x: ['n', 's', '?'] },
    before: [
      'query.weight (?, ?)',
      'query.bias (?)',
      'key.weight (?, ?)',
      'value.weight (?, ?)',
      'output.weight (?, ?)',
    ],
    after: [
      'query.weight (8, 8)',
      'query.bias (8)',
      'key.weight (4, 8)',
      'value.weight (4, 8)',
      'output.weight (8, 8)',
    ],
    batches: [
      [[2, 5, 8], '[n, s, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'multiQueryAttention with norms of heads',
    make: () => dw.multiQueryAttention(4, { bias: false, qkNorm: 'layer', causal: true, rotary: { dim: 2 } }),
    inputs: { x: ['n', 's', '?'] },
    before: [
      ...['query', 'key', 'value'].map((part) => `${part}.weight (?, ?)`),
      'queryNorm.weight (?)',
      'queryNorm.bias (?)',
      'keyNorm.weight (?)',
      'keyNorm.bias (?)',
      'output.weight (?, ?)',
    ],
    after: [
      'query.weight (16, 16)',
      'key.weight (4, 16)',
      'value.weight (4, 16)',
      'queryNorm.weight (4)',
      'queryNorm.bias (4)',
      'keyNorm.weight (4)',
      'keyNorm.bias (4)',
      'output.weight (16, 16)',
    ],
    batches: [
      [[2, 5, 16], '[n, s, 16]'],
      [['n', 's', 16], '[n, s, 16]'],
    ],
  },
  {
    name: 'crossAttention',
    make: () => dw.crossAttention(4, { bias: false }),
    inputs: { x: ['n', 's', '?'], context: ['n', 't', '?'] },
    before: ['query.weight (?, ?)', 'key.weight (?, ?)', 'value.weight (?, ?)', 'output.weight (?, ?)'],
    after: ['query.weight (8, 8)', 'key.weight (8, 6)', 'value.weight (8, 6)', 'output.weight (8, 8)'],
    batches: [
      [{ x: [2, 5, 8], context: [2, 7, 6] }, '[n, s, 8]'],
      [{ x: [1, 9, 8], context: [1, 1, 6] }, '[n, s, 8]'],
    ],
  },
  {
    name: 'scaledDotProductAttention',
    make: () => dw.scaledDotProductAttention({ heads: 4, kvHeads: 2, softcap: 2 }),
    inputs: { q: ['n', 's', 16], k: ['n', 't', 8], v: ['n', 't', 6], mask: ['n', 'h', 's', 't'] },
    ...same(''),
    batches: [
      [{ q: [2, 3, 16], k: [2, 5, 8], v: [2, 5, 6], mask: [2, 1, 3, 5] }, '[n, s, 12]'],
      [{ q: [1, 1, 16], k: [1, 4, 8], v: [1, 4, 6], mask: [1, 4, 1, 4] }, '[n, s, 12]'],
    ],
    sizes: [
      [2, 3, 5, 1],
      [3, 2, 6, 4],
    ],
  },
  {
    name: 'rotaryEmbedding',
    make: () => dw.rotaryEmbedding({ heads: 2 }),
    ...same(''),
    batches: texts,
  },
  {
    name: 'rotaryEmbedding of heads apart, at positions',
    make: () =>
      dw.rotaryEmbedding({ interleaved: true, scaling: { type: 'dynamic', factor: 2, originalPositions: 4 } }),
    inputs: { x: ['n', 'h', 's', '?'], positions: tensor('int64', ['n', 's']) },
    ...same(''),
    batches: [
      [{ x: [2, 3, 5, 8], positions: [2, 5] }, '[n, h, s, 8]'],
      [{ x: [1, 2, 4, 8], positions: [1, 4] }, '[n, h, s, 8]'],
    ],
  },
  { name: 'sinusoidalEncoding', make: () => dw.sinusoidalEncoding(), ...same(''), batches: texts },
  {
    name: 'timestepEmbedding',
    make: () => dw.timestepEmbedding(6, { cosFirst: false, shift: 1 }),
    ...same(''),
    batches: [
      [tensor('int64', [2, 3]), '[batch, 3, 6]'],
      [tensor('int64', ['n']), '[n, 6]'],
    ],
  },
  {
    name: 'relativePositionBias',
    make: () => dw.relativePositionBias(3, { buckets: 8, maxDistance: 20 }),
    inputs: { x: ['n', 's', '?'], context: ['n', 't', '?'] },
    ...same('weight (8, 3)'),
    batches: [
      [{ x: [2, 5, 8], context: [2, 7, 8] }, '[1, 3, s, t]'],
      [{ x: [1, 9, 8], context: [1, 1, 8] }, '[1, 3, s, t]'],
    ],
  },
  {
    name: 'alibi',
    make: () => dw.alibi(3),
    inputs: { x: ['n', 's', '?'] },
    ...same(''),
    batches: [
      [[2, 5, 8], '[1, 3, s, s]'],
      [['n', 's', 8], '[1, 3, s, s]'],
    ],
  },
  {
    name: 'learnedTokens',
    make: () => dw.learnedTokens(2, { place: 'end' }),
    before: ['weight (1, 2, ?)'],
    after: ['weight (1, 2, 8)'],
    batches: [
      [[2, 5, 8], '[batch, 7, 8]'],
      [['n', 's', 8], '[n, s + 2, 8]'],
    ],
  },
  {
    name: 'patchEmbedding',
    make: () => dw.patchEmbedding([4, 3], 6),
    before: ['projection.weight (6, ?, 4, 3)', 'projection.bias (6)'],
    after: ['projection.weight (6, 2, 4, 3)', 'projection.bias (6)'],
    batches: [
      [[1, 2, 8, 9], '[batch, 6, 6]'],
      [['n', 2, 'h', 'w'], '[n, (h//4)*(w//3), 6]'],
    ],
  },
  {
    name: 'feedForward',
    make: () => dw.feedForward(12),
    before: ['linear1.weight (12, ?)', 'linear1.bias (12)', 'linear2.weight (?, 12)', 'linear2.bias (?)'],
    after: ['linear1.weight (12, 8)', 'linear1.bias (12)', 'linear2.weight (8, 12)', 'linear2.bias (8)'],
    batches: texts,
  },
  {
    name: 'swiglu',
    make: () => dw.swiglu(12),
    before: ['gate.weight (12, ?)', 'up.weight (12, ?)', 'down.weight (?, 12)'],
    after: ['gate.weight (12, 8)', 'up.weight (12, 8)', 'down.weight (8, 12)'],
    batches: texts,
  },
  {
    name: 'geglu to other features',
    make: () => dw.sequential(dw.geglu(12, { units: 8, bias: true }), dw.gatedFeedForward(4, { activation: 'relu' })),
    before: [
      '0.gate.weight (12, ?)',
      '0.gate.bias (12)',
      '0.up.weight (12, ?)',
      '0.up.bias (12)',
      '0.down.weight (8, 12)',
      '0.down.bias (8)',
      '1.gate.weight (4, ?)',
      '1.up.weight (4, ?)',
      '1.down.weight (?, 4)',
    ],
    after: [
      '0.gate.weight (12, 3)',
      '0.gate.bias (12)',
      '0.up.weight (12, 3)',
      '0.up.bias (12)',
      '0.down.weight (8, 12)',
      '0.down.bias (8)',
      '1.gate.weight (4, 8)',
      '1.up.weight (4, 8)',
      '1.down.weight (8, 4)',
    ],
    batches: [
      [[2, 3], '[batch, 8]'],
      [['n', 's', 3], '[n, s, 8]'],
    ],
  },
  {
    name: 'mixtureOfExperts',
    make: () => dw.mixtureOfExperts(3, { hidden: 12 }),
    before: ['gate (3, 12, ?)', 'up (3, 12, ?)', 'down (3, ?, 12)', 'router.weight (3, ?)'],
    after: ['gate (3, 12, 8)', 'up (3, 12, 8)', 'down (3, 8, 12)', 'router.weight (3, 8)'],
    batches: [
      [[2, 8], '[batch, 8]'],
      [['n', 's', 8], '[n, s, 8]'],
    ],
  },
  {
    name: 'mixtureOfExperts without gates, on single positions',
    make: () => dw.mixtureOfExperts(3, { hidden: 12, topK: 1, gated: false, normalise: false, activation: 'relu' }),
    before: ['up (3, 12, ?)', 'down (3, ?, 12)', 'router.weight (3, ?)'],
    after: ['up (3, 12, 8)', 'down (3, 8, 12)', 'router.weight (3, 8)'],
    batches: [
      [[2, 4, 3, 8], '[batch, 4, 3, 8]'],
      [['n', 8], '[n, 8]'],
    ],
  },
  {
    name: 'transformerDecoderLayer',
    make: () => dw.transformerDecoderLayer(2, 12, { bias: false }),
    ...settled((width) => decoder('', width)),
    ...memories,
  },
  {
    name: 'transformerDecoder',
    make: () => dw.transformerDecoder(2, 2, 12, { bias: false, normFirst: true }),
    ...settled((width) => [...decoder('layers.0.', width), ...decoder('layers.1.', width), `norm.weight (${width})`]),
    ...memories,
  },
  {
    name: 'transformerEncoder',
    make: () => {
      const encoder = dw.transformerEncoder(1, 2, 12, { bias: false, norm: false, name: 'encoder' });
      return dw.block({ encoder }, (x: Value) => encoder(x));
    },
    ...settled((width) => [
      ...attention('encoder.layers.0.attention', width),
      `encoder.layers.0.norm1.weight (${width})`,
      `encoder.layers.0.linear1.weight (12, ${width})`,
      `encoder.layers.0.linear2.weight (${width}, 12)`,
      `encoder.layers.0.norm2.weight (${width})`,
    ]),
    batches: texts,
  },
];
