// The layers of the cases that PyTorch recorded in torch-recurrent.json, and the models of them.
import type { CellStep, Layer, Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import recorded from '../../fixtures/layers/torch-recurrent.json' with { type: 'json' };

/** A tensor as it was recorded. */
export interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One layer with its weights, and what it made of its inputs. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly parameters: Readonly<Record<string, Numbers | undefined>>;
  readonly outputs: readonly Numbers[];
}

/** The recorded cases. */
export const CASES: readonly Case[] = recorded.cases;

type Sequence = Layer<dw.RecurrentInputs, CellStep>;
/** A layer, and how a model calls it. */
export type Composed = { readonly layer: dw.AnyLayer; readonly apply: (...inputs: Value[]) => readonly Value[] };

/** A layer that is called with a sequence, `states` values of a state and, behind them, lengths; it gives output and state. */
export function sequence(layer: Sequence, states = 0): Composed {
  const apply = (x: Value, ...more: Value[]): readonly Value[] => {
    const given = more.slice(0, states);
    const { output, state } = layer(x, given.length > 0 ? given : undefined, more[states]);
    return [output, ...state];
  };
  return { layer, apply };
}

/** A cell that is called with an input and a state. */
const step = (cell: dw.Cell): Composed => ({
  layer: cell,
  apply: (x, ...state) => cell(x, state.length > 0 ? state : undefined).state,
});

/** Layers give their state too. */
export const on = { returnState: true } as const;

/** The model of each recorded case. */
export const LAYERS: Readonly<Record<string, () => Composed>> = {
  rnn: () => sequence(dw.rnn(4, on)),
  'rnn relu, two layers, no bias': () =>
    sequence(dw.rnn(4, { ...on, layers: 2, activation: 'relu', bias: false, layout: 'snc' })),
  'rnn bidirectional, state': () => sequence(dw.rnn(4, { ...on, bidirectional: true }), 1),
  lstm: () => sequence(dw.lstm(4, on)),
  'lstm time first, state': () => sequence(dw.lstm(4, { ...on, layout: 'snc' }), 2),
  'lstm two layers, bidirectional, state': () => sequence(dw.lstm(4, { ...on, layers: 2, bidirectional: true }), 2),
  'lstm no bias': () => sequence(dw.lstm(4, { ...on, bias: false })),
  'lstm lengths': () => sequence(dw.lstm(4, { ...on, layers: 2, bidirectional: true })),
  'lstm projected': () => sequence(dw.lstm(4, { ...on, layers: 2, bidirectional: true, projection: 2 })),
  'lstm projected, state': () => sequence(dw.lstm(4, { ...on, layers: 2, bidirectional: true, projection: 2 }), 2),
  'lstm projected, state, lengths': () =>
    sequence(dw.lstm(4, { ...on, bidirectional: true, projection: 2, layout: 'snc' }), 2),
  gru: () => sequence(dw.gru(4, on)),
  'gru two layers, bidirectional, state': () => sequence(dw.gru(4, { ...on, layers: 2, bidirectional: true }), 1),
  'gru time first, lengths': () => sequence(dw.gru(4, { ...on, bidirectional: true, layout: 'snc' }), 1),
  rnnCell: () => step(dw.rnnCell(4)),
  'rnnCell relu, no bias': () => step(dw.rnnCell(4, { activation: 'relu', bias: false })),
  lstmCell: () => step(dw.lstmCell(4)),
  gruCell: () => step(dw.gruCell(4)),
  'lstmCell from zeros': () => step(dw.lstmCell(4)),
  'gruCell from zeros': () => step(dw.gruCell(4)),
  'lstm peephole': () => sequence(dw.lstm(4, { ...on, peephole: true })),
  'gru reset before': () => sequence(dw.gru(4, { ...on, resetAfter: false })),
  'rnn clip': () => sequence(dw.rnn(4, { ...on, clip: 0.5 })),
  'lstm clip': () => sequence(dw.lstm(4, { ...on, clip: 0.75 })),
  'gru clip': () => sequence(dw.gru(4, { ...on, clip: 0.5 })),
  'rnn tanh': () => sequence(dw.rnn(4, { ...on, activation: 'tanh' })),
  'rnn relu': () => sequence(dw.rnn(4, { ...on, activation: 'relu' })),
  'rnn sigmoid': () => sequence(dw.rnn(4, { ...on, activation: 'sigmoid' })),
  'rnn hardSigmoid': () => sequence(dw.rnn(4, { ...on, activation: 'hardSigmoid' })),
  'rnn elu': () => sequence(dw.rnn(4, { ...on, activation: 'elu' })),
  'rnn leakyRelu': () => sequence(dw.rnn(4, { ...on, activation: 'leakyRelu' })),
  'rnn softplus': () => sequence(dw.rnn(4, { ...on, activation: 'softplus' })),
  'rnn softsign': () => sequence(dw.rnn(4, { ...on, activation: 'softsign' })),
  'lstm hardSigmoid, leakyRelu': () =>
    sequence(dw.lstm(4, { ...on, recurrentActivation: 'hardSigmoid', activation: 'leakyRelu' })),
  'lstm softsign, elu': () => sequence(dw.lstm(4, { ...on, recurrentActivation: 'softsign', activation: 'elu' })),
  'gru hardSigmoid, relu': () => sequence(dw.gru(4, { ...on, recurrentActivation: 'hardSigmoid', activation: 'relu' })),
  'gru softplus, elu': () => sequence(dw.gru(4, { ...on, recurrentActivation: 'softplus', activation: 'elu' })),
  'conv rnn, same': () => sequence(dw.convRnn2d(3, 3, { ...on, padding: 'same' })),
  'conv lstm, same': () => sequence(dw.convLstm2d(3, 3, { ...on, padding: 'same' })),
  'conv gru, same': () => sequence(dw.convGru2d(3, 3, { ...on, padding: 'same' })),
  'conv lstm, strided': () => sequence(dw.convLstm2d(3, [3, 2], { ...on, hiddenKernel: [3, 1], strides: [2, 1] })),
  'conv gru, one axis, reset before': () => sequence(dw.convGru1d(3, 3, { ...on, padding: 'same', resetAfter: false })),
};

/** Whether a tensor takes the precision of the model. */
export const isFloat = ({ dtype }: Numbers): boolean => dtype === 'float32';

/** Sizes as symbols, but for the features or channels of the first input, which the batch settles. */
const open = (numbers: Numbers, i: number): dw.TensorSpec =>
  dw.tensor(
    isFloat(numbers) ? 'float32' : 'int64',
    numbers.shape.map(() => (i === 0 ? '?' : null)),
  );

/** How a case becomes a model: in which precision, and where its weights go. */
export interface RunOptions {
  readonly dtype?: 'float32' | 'float64';
  readonly path?: (name: string) => string;
}

/** The model of a case, bound by its inputs, with the recorded weights. */
export function boundModel(
  { inputs, parameters }: Case,
  { apply }: Composed,
  { dtype = 'float32', path }: RunOptions = {},
): dw.BoundModel {
  const declared = inputs.map((one, i) => {
    return [`in${i}`, dw.tensor(isFloat(one) ? dtype : 'int64', open(one, i).shape)] as const;
  });
  const net = dw.model((...values: Value[]) => apply(...values), { inputs: Object.fromEntries(declared) });
  const bound = net.bind(Object.fromEntries(inputs.map(({ shape }, i) => [`in${i}`, shape])));
  for (const [name, numbers] of Object.entries(parameters)) {
    const own = path ? path(name) : dw.fromTorchRecurrent(name);
    if (numbers) net.parameter(`0.${own}`).setData(dw.tensorFromValues(dtype, numbers.shape, numbers.data));
  }
  const missing = [...net.parameters().values()].find((cell) => !cell.isReady);
  if (missing) throw new Error(`nothing is recorded of ${missing.path}`);
  return bound;
}
