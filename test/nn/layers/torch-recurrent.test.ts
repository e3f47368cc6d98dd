// Recurrent layers and cells compute on ONNX Runtime what PyTorch's modules, or their written formulas, compute.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import {
  boundModel,
  CASES,
  type Case,
  type Composed,
  isFloat,
  LAYERS,
  type Numbers,
  on,
  type RunOptions,
  sequence,
} from './torch-recurrent-table.ts';

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

/** Runs a model of a case with the recorded weights. */
async function outputsOf(one: Case, composed: Composed, options: RunOptions = {}) {
  const compiled = boundModel(one, composed, options).compile();
  await using session = await createSession(compiled, { providers: ['cpu'] });
  const feeds = one.inputs.map((each, i) => {
    const dtype = isFloat(each) ? (options.dtype ?? 'float32') : 'int64';
    return [`in${i}`, dw.tensorFromValues(dtype, each.shape, each.data)] as const;
  });
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
