// The rows of the table of layers that are recurrent.
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import type { LayerCase } from './layer-case.ts';

/** The parameters of one direction of a level or of a cell: prefix, rows, input features, features of the state. */
const weights = (prefix: string, rows: number, features: string | number, units: number, suffix = ''): string[] => [
  `${prefix}weightInput${suffix} (${rows}, ${features})`,
  `${prefix}weightHidden${suffix} (${rows}, ${units})`,
  `${prefix}biasInput${suffix} (${rows})`,
  `${prefix}biasHidden${suffix} (${rows})`,
];

/** Parameters before and after, by the input features. */
const settled = (parameters: (features: string | number) => string[], features: number) => ({
  before: parameters('?'),
  after: parameters(features),
});

const SEQUENCES: readonly LayerCase[] = [
  {
    name: 'rnn',
    make: () => dw.rnn(8),
    ...settled((k) => weights('0.', 8, k, 8), 5),
    batches: [
      [[2, 3, 5], '[batch, 3, 8]'],
      [['n', 's', 5], '[n, s, 8]'],
    ],
  },
  {
    name: 'gru of the last step, both ways',
    make: () => dw.gru(8, { bidirectional: true, returnSequences: false }),
    ...settled((k) => [...weights('0.', 24, k, 8), ...weights('0.', 24, k, 8, 'Reverse')], 5),
    batches: [
      [[2, 3, 5], '[batch, 16]'],
      [['n', 's', 5], '[n, 16]'],
    ],
  },
  {
    name: 'lstm of two levels, time first',
    make: () => dw.lstm(8, { layers: 2, layout: 'snc', dropout: 0.2 }),
    ...settled((k) => [...weights('0.', 32, k, 8), ...weights('1.', 32, 8, 8)], 5),
    batches: [
      [[3, 2, 5], '[batch, 2, 8]'],
      [['s', 'n', 5], '[s, n, 8]'],
    ],
  },
  {
    name: 'lstm with a projection, both ways',
    make: () => dw.lstm(8, { projection: 3, bidirectional: true, peephole: true }),
    ...settled(
      (k) =>
        ['', 'Reverse'].flatMap((suffix) => [
          ...weights('0.', 32, k, 3, suffix),
          `0.weightPeephole${suffix} (24)`,
          `0.weightProjection${suffix} (3, 8)`,
        ]),
      5,
    ),
    batches: [
      [[2, 3, 5], '[batch, 3, 6]'],
      [['n', 's', 5], '[n, s, 6]'],
    ],
  },
  {
    name: 'lstm from a state, with lengths',
    make: () => {
      const layer = dw.lstm(8, { layers: 2, projection: 3 });
      return (x: Value, lengths: Value, h: Value, c: Value) => layer(x, [h, c], lengths);
    },
    inputs: { x: ['n', 's', '?'], lengths: tensor('int64', ['n']), h: [2, 'n', '?'], c: [2, 'n', '?'] },
    ...settled(
      (k) => [
        ...[...weights('0.', 32, k, 3), '0.weightProjection (3, 8)'].map((text) => `0.${text}`),
        ...[...weights('1.', 32, 3, 3), '1.weightProjection (3, 8)'].map((text) => `0.${text}`),
      ],
      5,
    ),
    batches: [
      [{ x: [2, 4, 5], lengths: tensor('int64', [2]), h: [2, 2, 3], c: [2, 2, 8] }, '[n, s, 3]'],
      [{ x: ['n', 's', 5], lengths: tensor('int64', ['n']), h: [2, 'n', 3], c: [2, 'n', 8] }, '[n, s, 3]'],
    ],
  },
];

const CELLS: readonly LayerCase[] = [
  {
    name: 'recurrent over stacked cells',
    make: () =>
      dw.recurrent(
        dw.stackedCells(
          dw.lstmCell(8),
          dw.dropoutCell(0.3),
          dw.residualCell(dw.gruCell(8)),
          dw.zoneoutCell(dw.rnnCell(6)),
        ),
      ),
    ...settled(
      (k) => [
        ...weights('cell.0.', 32, k, 8),
        ...weights('cell.2.cell.', 24, k === '?' ? '?' : 8, 8),
        ...weights('cell.3.cell.', 6, k === '?' ? '?' : 8, 6),
      ],
      5,
    ),
    batches: [
      [[2, 3, 5], '[batch, 3, 6]'],
      [['n', 's', 5], '[n, s, 6]'],
    ],
  },
  {
    name: 'recurrent of the last step, with lengths',
    make: () => {
      const layer = dw.recurrent(dw.gruCell(8), { returnSequences: false });
      return (x: Value, lengths: Value) => layer(x, undefined, lengths);
    },
    inputs: { x: ['n', 's', '?'], lengths: tensor('int32', ['n']) },
    // A function lists its parameters in the order of their use.
    ...settled((k) => {
      const [input, hidden, ...biases] = weights('0.cell.', 24, k, 8);
      return [input, biases[0], hidden, biases[1]].map(String);
    }, 5),
    batches: [
      [{ x: [2, 3, 5], lengths: tensor('int32', [2]) }, '[n, 8]'],
      [{ x: ['n', 's', 5], lengths: tensor('int32', ['n']) }, '[n, 8]'],
    ],
  },
  {
    name: 'unroll',
    make: () => dw.unroll(dw.lstmCell(4), 3, { reverse: true }),
    ...settled((k) => weights('cell.', 16, k, 4), 5),
    batches: [
      [[2, 3, 5], '[batch, 3, 4]'],
      [['n', 3, 5], '[n, 3, 4]'],
    ],
  },
  {
    name: 'bidirectional',
    make: () => dw.bidirectional(dw.recurrent(dw.rnnCell(4)), dw.gru(6)),
    ...settled((k) => [...weights('forward.cell.', 4, k, 4), ...weights('backward.0.', 18, k, 6)], 5),
    batches: [
      [[2, 3, 5], '[batch, 3, 10]'],
      [['n', 's', 5], '[n, s, 10]'],
    ],
  },
  {
    name: 'timeDistributed',
    make: () =>
      dw.timeDistributed(dw.sequential(dw.conv2d(4, 3, { bias: false }), dw.globalAvgPool({ keepDims: false }))),
    before: ['layer.0.weight (4, ?, 3, 3)'],
    after: ['layer.0.weight (4, 2, 3, 3)'],
    batches: [
      [[2, 3, 2, 5, 5], '[batch, 3, 4]'],
      [['n', 's', 2, 'h', 'w'], '[n, s, 4]'],
    ],
  },
  {
    name: 'convLstm2d',
    make: () => dw.convLstm2d(3, 3, { bias: false }),
    before: ['weightInput (12, ?, 3, 3)', 'weightHidden (12, 3, 3, 3)'],
    after: ['weightInput (12, 2, 3, 3)', 'weightHidden (12, 3, 3, 3)'],
    batches: [
      [[2, 3, 2, 6, 7], '[batch, 3, 3, 4, 5]'],
      [['n', 's', 2, 'h', 'w'], '[n, s, 3, h - 2, w - 2]'],
    ],
  },
  {
    name: 'convGru1d, strided, as a repeated cell',
    make: () => dw.recurrent(dw.convGruCell1d(3, 3, { bias: false, strides: 2, padding: 1 })),
    before: ['cell.weightInput (9, ?, 3)', 'cell.weightHidden (9, 3, 3)'],
    after: ['cell.weightInput (9, 2, 3)', 'cell.weightHidden (9, 3, 3)'],
    batches: [
      [[2, 3, 2, 6], '[batch, 3, 3, 3]'],
      [['n', 's', 2, 'w'], '[n, s, 3, ceildiv(w, 2)]'],
    ],
  },
];

/** Every recurrent layer. */
export const RECURRENT_CASES: readonly LayerCase[] = [...SEQUENCES, ...CELLS];
