// Recurrent layers and cells compute on ONNX Runtime what PyTorch's modules, or their written formulas, compute.
import { describe, expect, test } from 'vitest';
import type { CellStep, Layer, Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import recorded from '../../fixtures/layers/torch-recurrent.json' with { type: 'json' };

interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly parameters: Readonly<Record<string, Numbers | undefined>>;
  readonly outputs: readonly Numbers[];
}

const CASES: readonly Case[] = recorded.cases;

type Sequence = Layer<dw.RecurrentInputs, CellStep>;
type Composed = { readonly layer: dw.AnyLayer; readonly apply: (...inputs: Value[]) => readonly Value[] };

/** A layer that is called with a sequence, `states` values of a state and, behind them, lengths; it gives output and state. */
function sequence(layer: Sequence, states = 0): Composed {
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

const on = { returnState: true } as const;

/** The model of each recorded case. */
const LAYERS: Readonly<Record<string, () => Composed>> = {
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

/** A case of a layer, computed by a cell that is repeated; the path of a parameter in it. */
const CELLS: Readonly<Record<string, () => dw.Cell>> = {
  rnn: () => dw.rnnCell(4),
  lstm: () => dw.lstmCell(4),
  'lstm no bias': () => dw.lstmCell(4, { bias: false }),
  'lstm peephole': () => dw.lstmCell(4, { peephole: true }),
  'lstm clip': () => dw.lstmCell(4, { clip: 0.75 }),
  'lstm softsign, elu': () => dw.lstmCell(4, { recurrentActivation: 'softsign', activation: 'elu' }),
  gru: () => dw.gruCell(4),
  'gru reset before': () => dw.gruCell(4, { resetAfter: false }),
  'gru clip': () => dw.gruCell(4, { clip: 0.5 }),
  'conv rnn, same': () => dw.convRnnCell2d(3, 3, { padding: 'same' }),
  'conv lstm, same': () => dw.convLstmCell2d(3, 3, { padding: 'same' }),
  'conv lstm, strided': () => dw.convLstmCell2d(3, [3, 2], { hiddenKernel: [3, 1], strides: [2, 1] }),
  'conv gru, one axis, reset before': () => dw.convGruCell1d(3, 3, { padding: 'same', resetAfter: false }),
};

const isFloat = ({ dtype }: Numbers): boolean => dtype === 'float32';

/** Sizes as symbols, but for the features or channels of the first input, which the batch settles. */
const open = (numbers: Numbers, i: number): dw.TensorSpec =>
  dw.tensor(
    isFloat(numbers) ? 'float32' : 'int64',
    numbers.shape.map(() => (i === 0 ? '?' : null)),
  );

interface RunOptions {
  readonly dtype?: 'float32' | 'float64';
  readonly path?: (name: string) => string;
}

/** Runs a model of a case with the recorded weights. */
async function outputsOf(
  { inputs, parameters }: Case,
  { apply }: Composed,
  { dtype = 'float32', path }: RunOptions = {},
) {
  const typed = (numbers: Numbers) => (isFloat(numbers) ? dtype : 'int64');
  const declared = inputs.map((one, i) => [`in${i}`, dw.tensor(typed(one), open(one, i).shape)] as const);
  const net = dw.model((...values: Value[]) => apply(...values), { inputs: Object.fromEntries(declared) });
  const bound = net.bind(Object.fromEntries(inputs.map(({ shape }, i) => [`in${i}`, shape])));
  for (const [name, numbers] of Object.entries(parameters)) {
    const own = path ? path(name) : dw.fromTorchRecurrent(name);
    if (numbers) net.parameter(`0.${own}`).setData(dw.tensorFromValues(dtype, numbers.shape, numbers.data));
  }
  expect([...net.parameters().values()].filter((cell) => !cell.isReady)).toEqual([]);
  const compiled = bound.compile();
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const feeds = inputs.map((one, i) => [`in${i}`, dw.tensorFromValues(typed(one), one.shape, one.data)] as const);
  const results = await session.run(Object.fromEntries(feeds));
  return { results: Object.values(results), compiled };
}

function expectNumbers(results: readonly (dw.RunTensor | undefined)[], outputs: readonly Numbers[], tolerance: number) {
  expect(results).toHaveLength(outputs.length);
  outputs.forEach((expected, i) => {
    const found = results[i];
    expect(found?.shape).toEqual(expected.shape);
    const most = Math.max(...expected.data.map(Math.abs));
    const off = expected.data.map((value, at) => Math.abs(value - Number(found?.data[at])));
    expect(Math.max(...off)).toBeLessThanOrEqual(tolerance * most);
  });
}

const titled = CASES.map((one) => [one.name, one] as const);
const made = (name: string): Composed => {
  const composed = LAYERS[name]?.();
  if (!composed) throw new Error(`no layer for ${name}`);
  return composed;
};

describe('recurrent layers', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(titled)('%s computes what PyTorch computes', async (_, one) => {
    const { results } = await outputsOf(one, made(one.name));
    expectNumbers(results, one.outputs, 1e-5);
  });

  // ONNX Runtime has no recurrent operator in double precision, so these run as Scan; it has no double Conv and these activations either.
  const isSingleOnly = /^conv|\b(?:elu|hardSigmoid|leakyRelu|softplus|softsign)\b/;
  test.each(titled.filter(([name]) => !isSingleOnly.test(name)))('%s computes the same in float64', async (_, one) => {
    const { results, compiled } = await outputsOf(one, made(one.name), { dtype: 'float64' });
    const isLayer = /^(?:rnn|lstm|gru)(?!Cell)/.test(one.name);
    expect([...compiled.graph.nodes()].some(({ op }) => op === 'Scan')).toBe(isLayer);
    expectNumbers(results, one.outputs, 1e-5);
  });
});

const repeated = titled.filter(([name]) => Object.hasOwn(CELLS, name));
const cellPath = (name: string): string => {
  const own = dw.fromTorchRecurrent(name).replace(/^0\./, '');
  return `cell.${own}`;
};

describe('recurrent and unroll', () => {
  test.each(repeated)('%s as a repeated cell computes what PyTorch computes', async (name, one) => {
    const cell = CELLS[name]?.() ?? dw.rnnCell(1);
    const [first] = one.inputs;
    const found = await outputsOf(one, sequence(dw.recurrent(cell, on)), { path: cellPath });
    const unrolled = dw.unroll(CELLS[name]?.() ?? cell, first?.shape[1] ?? 0, on);
    const steps = await outputsOf(one, sequence(unrolled), { path: cellPath });
    for (const { results } of [found, steps]) {
      const [output, ...state] = one.outputs;
      // Layers have their levels and directions before the batch.
      const flat = name.startsWith('conv') ? state : state.map((h) => ({ ...h, shape: h.shape.slice(1) }));
      expectNumbers(results, output ? [output, ...flat] : [], 1e-5);
    }
  });
});
