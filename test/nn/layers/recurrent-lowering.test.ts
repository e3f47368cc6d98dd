// Recurrent layers become ONNX's operators, with weights permuted while they are written; how their parameters start.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { op, tensor, type Value } from '../../../src/index.ts';

const ops = ({ graph }: dw.CompiledModel): string[] => [...graph.nodes()].map((node) => node.op);

const LOWERINGS: readonly (readonly [string, () => dw.Composition, dw.Batch, readonly string[]])[] = [
  ['rnn', () => dw.rnn(4), ['n', 's', 3], ['Transpose', 'RNN', 'Squeeze', 'Transpose']],
  ['rnn, time first', () => dw.rnn(4, { layout: 'snc' }), ['s', 'n', 3], ['RNN', 'Squeeze']],
  [
    'gru of two levels, both ways',
    () => dw.gru(4, { layers: 2, bidirectional: true }),
    ['n', 's', 3],
    ['Transpose', 'GRU', 'Transpose', 'Reshape', 'GRU', 'Transpose', 'Reshape'],
  ],
  [
    'lstm of the last step',
    () => dw.lstm(4, { returnSequences: false, layout: 'snc' }),
    ['s', 'n', 3],
    ['LSTM', 'Gather'],
  ],
];

describe('recurrent lowering', () => {
  test.each(LOWERINGS)('%s becomes its operators', (_, make, batch, names) => {
    expect(ops(dw.model(make()).initialize().bind(batch).compile())).toEqual(names);
  });

  test.each(['float64', 'bfloat16'] as const)('a layer of %s becomes a Scan, which ONNX Runtime has', (dtype) => {
    const compiled = dw
      .model(dw.lstm(4))
      .initialize()
      .bind(tensor(dtype, ['n', 's', 3]))
      .compile();
    expect(ops(compiled)).toContain('Scan');
    expect(ops(compiled)).not.toContain('LSTM');
  });

  test('the standard itself has the operator in float64', () => {
    const bound = dw
      .model(dw.lstm(4))
      .initialize()
      .bind(tensor('float64', ['n', 's', 3]));
    expect(ops(bound.compile({ target: 'onnx@1.23' }))).toContain('LSTM');
  });

  test('the weights of a layer that is called twice are written once', () => {
    const layer = dw.gru(4);
    const net = dw.model((x: Value) => op.Add(layer(x), layer(op.Neg(x)))).initialize();
    const { graph } = net.bind(['n', 's', 3]).compile();
    const names = graph.constants.map(({ name }) => name).filter((name) => name?.startsWith('0.'));
    expect(names).toEqual(['0.0.W', '0.0.R', '0.0.B']);
    expect(graph.parameters).toEqual([]);
  });

  test('weights are permuted while they are written, not before', () => {
    const compiled = dw.model(dw.lstm(64)).initialize().bind(['n', 's', 32]).compile();
    const kinds = compiled.graph.constants
      .filter(({ name }) => name)
      .map(({ source }) => (source.kind === 'constant' ? source.data.storage.kind : source.kind));
    expect(kinds).toEqual(['lazy', 'lazy', 'lazy']);
  });

  test('the same seed writes the same bytes', () => {
    const bytes = () =>
      dw
        .model(dw.lstm(8, { layers: 2 }))
        .initialize({ seed: 3 })
        .bind(['n', 's', 5])
        .compile()
        .bytes();
    expect(bytes()).toEqual(bytes());
  });
});

describe('recurrent parameters', () => {
  test('the biases of the forget gate start at 1, all else at 0', () => {
    const net = dw.model(dw.lstm(2)).initialize();
    net.bind([1, 1, 3]);
    expect(numbersOf(net, '0.biasInput')).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(numbersOf(net, '0.biasHidden')).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test.each([
    [{ unitForgetBias: false }, 0],
    [{ biasInitializer: 'ones' } as const, 1],
  ])('%o fills the biases with one number', (options, value) => {
    const net = dw.model(dw.recurrent(dw.lstmCell(2, options))).initialize();
    net.bind([1, 1, 3]);
    expect(numbersOf(net, 'cell.biasInput')).toEqual(Array.from({ length: 8 }, () => value));
  });

  test('initializers of the input and of the state are told apart', () => {
    const net = dw.model(dw.gru(2, { weightInitializer: 'ones', hiddenInitializer: 'orthogonal' })).initialize();
    net.bind([1, 1, 1]);
    expect(numbersOf(net, '0.weightInput')).toEqual([1, 1, 1, 1, 1, 1]);
    const hidden = numbersOf(net, '0.weightHidden');
    const dot = [0, 2, 4, 6, 8, 10].reduce((sum, i) => sum + (hidden[i] ?? 0) * (hidden[i + 1] ?? 0), 0);
    expect(dot).toBeCloseTo(0, 5);
  });

  test.each([
    ['weight_ih_l0', '0.weightInput'],
    ['encoder.weight_hh_l1_reverse', 'encoder.1.weightHiddenReverse'],
    ['weight_hr_l2', '2.weightProjection'],
    ['decoder.cell.bias_ih', 'decoder.cell.biasInput'],
    ['fc.weight', 'fc.weight'],
    ['weight_ih_l0_raw', 'weight_ih_l0_raw'],
  ])('%s of PyTorch is %s', (theirs, ours) => {
    expect(dw.fromTorchRecurrent(theirs)).toBe(ours);
  });
});

function numbersOf(net: dw.DefinedModel, path: string): number[] {
  const data = net.parameter(path).data();
  const bytes = dw.materialize(data);
  return bytes ? Array.from(dw.typedArrayOf(data.dtype, bytes), Number) : [];
}
