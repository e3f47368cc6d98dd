// The rows of recurrent layers: all levels and directions of a call are one node.
import { LAYER_DOMAIN } from '../../infer/infer-node.ts';
import type { OperatorExample } from '../../ir/operator.ts';
import type { LayerRow } from '../layer-node.ts';
import { inferRecurrent, recurrentLayerCost } from './infer-recurrent.ts';
import { RECURRENT, type RecurrentKind } from './kinds.ts';
import { lowerRecurrent } from './lower-recurrent.ts';

function recurrentRow(kind: RecurrentKind, examples: readonly OperatorExample[]): LayerRow {
  const facts = RECURRENT[kind];
  return {
    domain: LAYER_DOMAIN,
    name: kind,
    cost: recurrentLayerCost(facts),
    infer: (cx) => inferRecurrent(cx, facts),
    lower: (node, target) => lowerRecurrent(node, kind, target),
    examples,
  };
}

/** The weights of a direction of the first and of the second level. */
const GRU_FIRST = ['float32[60, 10]', 'float32[60, 20]', 'float32[60]', 'float32[60]', null, null];
const GRU_SECOND = ['float32[60, ?]', 'float32[60, 20]', null, null, null, null];

/**
 * The rows. Inputs x, lengths, initial hidden and cell state, then for each direction of each level: weights of the input and of the
 * state, their biases, peepholes, projection. Outputs: the sequence, the final hidden states, and of an LSTM the final cell states.
 */
export const RECURRENT_LAYERS: Readonly<Record<RecurrentKind, LayerRow>> = {
  rnn: recurrentRow('rnn', [
    {
      inputs: [
        'float32[n, s, 10]',
        null,
        null,
        null,
        'float32[20, ?]',
        'float32[20, 20]',
        'float32[20]',
        'float32[20]',
      ],
      attributes: { units: 20, batchFirst: 1 },
      outputs: ['float32[n, s, 20]', 'float32[1, n, 20]'],
    },
    {
      inputs: ['float32[s, n, 10]', 'int64[m]', null, null, 'float32[20, 10]', 'float32[20, 20]'],
      attributes: { units: 20 },
      outputs: ['float32[s, n, 20]', 'float32[1, n, 20]'],
      constraints: ['m == n'],
    },
    {
      inputs: ['float32[s, n, 9]', null, null, null, 'float32[20, 10]', 'float32[20, 20]'],
      attributes: { units: 20 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[s, n, 10]', 'float32[n]', null, null, 'float32[20, 10]', 'float32[20, 20]'],
      attributes: { units: 20 },
      fails: 'DTYPE_MISMATCH',
    },
  ]),
  lstm: recurrentRow('lstm', [
    {
      inputs: [
        'float32[s, n, 10]',
        null,
        'float32[1, n, 5]',
        'float32[1, n, 20]',
        'float32[80, 10]',
        'float32[80, 5]',
        null,
        null,
        'float32[60]',
        'float32[5, 20]',
      ],
      attributes: { units: 20 },
      outputs: ['float32[s, n, 5]', 'float32[1, n, 5]', 'float32[1, n, 20]'],
    },
    {
      inputs: ['float32[2, 3, 10]', null, null, 'float32[1, 2, 20]', 'float32[80, 10]', 'float32[80, 20]'],
      attributes: { units: 20 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: ['float32[n, 10]', null, null, null, 'float32[80, 10]', 'float32[80, 20]'],
      attributes: { units: 20 },
      fails: 'RANK_MISMATCH',
    },
  ]),
  gru: recurrentRow('gru', [
    {
      inputs: ['float32[n, s, k]', null, null, null, ...GRU_FIRST, ...GRU_FIRST, ...GRU_SECOND, ...GRU_SECOND],
      attributes: { units: 20, batchFirst: 1, levels: 2, directions: 2 },
      outputs: ['float32[n, s, 40]', 'float32[4, n, 20]'],
      constraints: ['k == 10'],
    },
    {
      inputs: ['float32[n, s, 10]', null, null, null, 'float32[60, 10]', 'float32[80, 20]'],
      attributes: { units: 20 },
      fails: 'SHAPE_MISMATCH',
    },
  ]),
};
