// Recurrent layers refuse wrong arguments and wrong calls.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

const json = (text: string) => JSON.parse(text);

/** An argument that must be refused where the layer is made. */
const ARGUMENTS: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  ['rnn(0)', () => dw.rnn(0), /rnn takes units as an integer >= 1, got 0/],
  ['lstm with layers 0', () => dw.lstm(4, { layers: 0 }), /layers/],
  ['gru with dropout 2', () => dw.gru(4, { dropout: 2 }), /dropout/],
  ['lstm with inFeatures 0', () => dw.lstm(4, { inFeatures: 0 }), /inFeatures/],
  ['lstm with the layout ntc', () => dw.lstm(4, { layout: json('"ntc"') }), /layout as "nsc" or "snc", got "ntc"/],
  ['lstm with activation gelu', () => dw.lstm(4, { activation: json('"gelu"') }), /activation as one of tanh, relu/],
  ['gru with a wrong gate', () => dw.gru(4, { recurrentActivation: json('1') }), /recurrentActivation/],
  ['rnn with clip 0', () => dw.rnn(4, { clip: 0 }), /clip/],
  ['lstm with projection 0', () => dw.lstm(4, { projection: 0 }), /projection/],
  [
    'lstm with two starts of the biases',
    () => dw.lstm(4, { unitForgetBias: true, biasInitializer: 'ones' }),
    /unitForgetBias as an option without biasInitializer/,
  ],
  ['rnn with resetAfter', () => dw.rnn(4, json('{ "resetAfter": false }')), /rnn has no option resetAfter/],
  ['gru with peephole', () => dw.gru(4, json('{ "peephole": true }')), /gru has no option peephole/],
  ['lstmCell(0)', () => dw.lstmCell(0), /lstmCell takes units/],
  ['rnnCell with an unknown activation', () => dw.rnnCell(4, { activation: json('"tahn"') }), /tahn/],
  ['gruCell with clip -1', () => dw.gruCell(4, { clip: -1 }), /gruCell takes clip/],
  ['lstmCell with layers', () => dw.lstmCell(4, json('{ "layers": 2 }')), /lstmCell has no option layers/],
  ['convLstmCell2d(0, 3)', () => dw.convLstmCell2d(0, 3), /convLstmCell2d takes channels/],
  ['convLstm2d(4, [3])', () => dw.convLstm2d(4, [3]), /convLstm2d takes kernel as a number or a list of 2/],
  ['convGru1d with hiddenKernel 0', () => dw.convGru1d(4, 3, { hiddenKernel: 0 }), /hiddenKernel/],
  ['convRnn3d with inChannels 0', () => dw.convRnn3d(4, 3, { inChannels: 0 }), /inChannels/],
  ['convLstm2d with peephole', () => dw.convLstm2d(4, 3, json('{ "peephole": true }')), /no option peephole/],
  ['stackedCells()', () => dw.stackedCells(), /at least one cell/],
  ['stackedCells of a layer', () => dw.stackedCells(dw.lstmCell(4), json('{}')), /cell 1 as a cell/],
  ['residualCell of a layer', () => dw.residualCell(json('{}')), /residualCell takes its cell as a cell/],
  ['dropoutCell(2)', () => dw.dropoutCell(2), /rate/],
  ['zoneoutCell with states 2', () => dw.zoneoutCell(dw.rnnCell(4), { states: 2 }), /states/],
  ['recurrent of a number', () => dw.recurrent(json('4')), /recurrent takes its cell as a cell/],
  ['recurrent with the layout cns', () => dw.recurrent(dw.rnnCell(4), { layout: json('"cns"') }), /layout/],
  ['unroll with length 0', () => dw.unroll(dw.rnnCell(4), 0), /length/],
  ['bidirectional of a number', () => dw.bidirectional(json('4'), dw.rnn(4)), /its parts/],
  ['bidirectional with merge max', () => dw.bidirectional(dw.rnn(4), dw.rnn(4), { merge: json('"max"') }), /merge/],
  ['timeDistributed of a number', () => dw.timeDistributed(json('4')), /its parts/],
];

describe('recurrent layer arguments', () => {
  test.each(ARGUMENTS)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toMatch(says);
    expect(error.origin?.site?.place?.file).toContain('recurrent-arguments.test.ts');
  });

  test('one layer for both directions is refused', () => {
    const layer = dw.lstm(4);
    expect(errorOf(() => dw.bidirectional(layer, layer)).message).toMatch(/backward as a layer of its own/);
  });

  test.each([
    ['rnn', (options: object) => dw.rnn(4, options)],
    ['gru', (options: object) => dw.gru(4, options)],
    ['lstm', (options: object) => dw.lstm(4, options)],
    ['rnnCell', (options: object) => dw.rnnCell(4, options)],
    ['gruCell', (options: object) => dw.gruCell(4, options)],
    ['lstmCell', (options: object) => dw.lstmCell(4, options)],
    ['residualCell', (options: object) => dw.residualCell(dw.rnnCell(4), options)],
    ['dropoutCell', (options: object) => dw.dropoutCell(0.5, options)],
    ['zoneoutCell', (options: object) => dw.zoneoutCell(dw.rnnCell(4), options)],
    ['recurrent', (options: object) => dw.recurrent(dw.rnnCell(4), options)],
    ['unroll', (options: object) => dw.unroll(dw.rnnCell(4), 2, options)],
    ['bidirectional', (options: object) => dw.bidirectional(dw.rnn(4), dw.rnn(4), options)],
    ['timeDistributed', (options: object) => dw.timeDistributed(dw.dense(4), options)],
    ['convLstm2d', (options: object) => dw.convLstm2d(4, 3, options)],
    ['convGruCell3d', (options: object) => dw.convGruCell3d(4, 3, options)],
  ])('%s refuses a misspelt option with a hint', (kind, make) => {
    const error = errorOf(() => make(json('{ "nmae": "x" }')));
    expect(error.message).toContain(`${kind} has no option nmae; it has `);
    expect(error.hint).toBe('did you mean name?');
  });
});

interface Mistake {
  readonly name: string;
  readonly make: () => dw.Composition;
  readonly inputs?: Readonly<Record<string, dw.InputSpec>>;
  readonly batch: dw.Batch;
  readonly code: dw.ErrorCode;
  readonly says: RegExp;
}

/** A layer that starts from a state `h`, and for an LSTM `c`. */
const started =
  (layer: dw.Layer<dw.RecurrentInputs>) =>
  (x: Value, h: Value): Value =>
    layer(x, [h]);

const MISTAKES: readonly Mistake[] = [
  { name: 'rnn on rank 2', make: () => dw.rnn(4), batch: [2, 3], code: 'RANK_MISMATCH', says: /rank 3/ },
  {
    name: 'lstm on integers',
    make: () => dw.lstm(4),
    batch: tensor('int64', [2, 3, 4]),
    code: 'DTYPE_MISMATCH',
    says: /int64/,
  },
  {
    name: 'gru with other features',
    make: () => dw.gru(4, { inFeatures: 5 }),
    batch: [2, 3, 6],
    code: 'SHAPE_MISMATCH',
    says: /0\.weightInput takes 5 input features, this batch brings 6/,
  },
  {
    name: 'gru from a state of another batch',
    make: () => started(dw.gru(4)),
    inputs: { x: ['n', 's', '?'], h: ['?', '?', '?'] },
    batch: { x: [2, 3, 5], h: [1, 3, 4] },
    code: 'BIND_MISMATCH',
    says: /the model needs/,
  },
  {
    name: 'rnn from the state of one level of two',
    make: () => started(dw.rnn(4, { layers: 2 })),
    inputs: { x: ['n', 's', '?'], h: ['?', '?', '?'] },
    batch: { x: [2, 3, 5], h: [1, 2, 4] },
    code: 'SHAPE_MISMATCH',
    says: /levels and directions/,
  },
  {
    name: 'lstm from one value',
    make: () => started(dw.lstm(4)),
    inputs: { x: ['n', 's', '?'], h: ['?', '?', '?'] },
    batch: { x: [2, 3, 5], h: [1, 2, 4] },
    code: 'LAYER_ARGUMENT',
    says: /its state as a list of 2 values/,
  },
  {
    name: 'lstm with lengths of another batch',
    make: () => {
      const layer = dw.lstm(4);
      return (x: Value, lengths: Value) => layer(x, undefined, lengths);
    },
    inputs: { x: ['n', 's', '?'], lengths: tensor('int64', ['m']) },
    batch: { x: [2, 3, 5], lengths: tensor('int64', [3]) },
    code: 'BIND_MISMATCH',
    says: /the model needs n == m/,
  },
  {
    name: 'lstm with lengths as floats',
    make: () => {
      const layer = dw.lstm(4);
      return (x: Value, lengths: Value) => layer(x, undefined, lengths);
    },
    inputs: { x: ['n', 's', '?'], lengths: ['n'] },
    batch: { x: [2, 3, 5], lengths: [2] },
    code: 'DTYPE_MISMATCH',
    says: /int32 or int64/,
  },
  {
    name: 'gruCell from a state of other units',
    make: () => {
      const cell = dw.gruCell(4);
      return (x: Value, h: Value) => cell(x, [h]).output;
    },
    inputs: { x: ['n', '?'], h: ['n', '?'] },
    batch: { x: [2, 3], h: [2, 1] },
    code: 'SHAPE_MISMATCH',
    says: /4|12/,
  },
  {
    name: 'residualCell of other units',
    make: () => dw.recurrent(dw.residualCell(dw.rnnCell(4))),
    batch: [2, 3, 5],
    code: 'SHAPE_MISMATCH',
    says: /summands/,
  },
  {
    name: 'unroll of another length',
    make: () => dw.unroll(dw.rnnCell(4), 3),
    batch: [2, 4, 5],
    code: 'SHAPE_MISMATCH',
    says: /4/,
  },
];

const define = ({ make, inputs }: Mistake): dw.DefinedModel => dw.model(make(), inputs ? { inputs } : {});

describe('recurrent layer calls', () => {
  test.each(MISTAKES.map((one) => [one.name, one] as const))('%s is refused', (_, one) => {
    const error = errorOf(() => define(one).initialize().bind(one.batch));
    expect(error.message).toMatch(one.says);
    expect(error.code).toBe(one.code);
  });
});
