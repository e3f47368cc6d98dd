// Parameters by themselves: their text, their initializer in each state, and who settled what.
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { Parameter, tensorFromValues, typedArrayOf } from '../../src/index.ts';
import { errorOf } from './initializers/error-of.ts';

const floatsOf = (cell: Parameter): number[] => {
  const bytes = dw.materialize(cell.data());
  return bytes ? [...typedArrayOf('float32', bytes)].map(Number) : [];
};

describe('Parameter', () => {
  test('prints path, element type and sizes', () => {
    expect(String(new Parameter({ shape: [4, '?', null], dtype: 'float16' }))).toBe('(unnamed) float16(4, ?, ?)');
    expect(String(new Parameter({ shape: [] }))).toBe('(unnamed) float32()');
  });

  test('keeps the path of its first owner, in the list of every model and in its file', () => {
    const layer = dw.dense(4, { bias: false });
    const first = dw.model(dw.sequential(dw.relu, layer)).initialize();
    first.bind([2, 3]);
    const second = dw
      .model(dw.sequential(layer, dw.dense(2, { bias: false, name: 'head' })))
      .initialize({ forceReinit: true });
    expect([...second.parameters().keys()]).toEqual(['1.weight', 'head.weight']);
    expect(second.parameter('1.weight')).toBe(first.parameter('1.weight'));
    const { graph } = second.bind([2, 3]).compile().emit().message;
    expect(graph?.initializer?.map(({ name }) => name)).toEqual(['1.weight', 'head.weight']);
  });

  test('takes its local path where another parameter has that of its first owner', () => {
    const layer = dw.dense(4, { bias: false });
    dw.model(dw.sequential(layer));
    const net = dw.model(dw.sequential(dw.dense(3, { bias: false }), layer)).initialize();
    expect([...net.parameters().keys()]).toEqual(['0.weight', '1.weight']);
    const { graph } = net.bind([2, 3]).compile().emit().message;
    expect(graph?.initializer?.map(({ name }) => name)).toEqual(['0.weight', '1.weight']);
  });

  test('knows who settled each axis', () => {
    const net = dw.model(dw.dense(4));
    net.bind([2, 3]);
    const weight = net.parameter('weight');
    expect([weight.settledBy(0), weight.settledBy(1)]).toEqual([undefined, 'the first batch, x: float32[2, 3]']);
    const declared = dw.model(dw.dense(4), { inputs: { x: ['n', 3] } });
    expect(declared.parameter('weight').settledBy(1)).toBe('the declaration, x: float32[n, 3]');
  });

  test.each([
    ['before initialize()', (cell: Parameter) => cell.setInitializer('ones'), () => undefined],
    ['between initialize() and the batch', () => undefined, (cell: Parameter) => cell.setInitializer('ones')],
  ])('a changed initializer counts %s', (_, before, between) => {
    const net = dw.model(dw.dense(2));
    before(net.parameter('weight'));
    net.initialize({ initializer: 'zeros' });
    between(net.parameter('weight'));
    net.bind([1, 3]);
    expect(floatsOf(net.parameter('weight'))).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('an initializer that is changed behind the batch waits for the next initialize()', () => {
    const net = dw.model(dw.dense(1)).initialize({ initializer: 'zeros' });
    net.bind([1, 2]);
    const weight = net.parameter('weight');
    weight.setInitializer('ones');
    expect(floatsOf(weight)).toEqual([0, 0]);
    net.initialize({ forceReinit: true });
    expect(floatsOf(weight)).toEqual([1, 1]);
  });

  test('an initializer that cannot fill the settled shape is refused by the bind, which changes nothing', () => {
    const net = dw.model(dw.dense(2, { weightInitializer: 'dirac' })).initialize();
    const error = errorOf(() => net.bind([1, 3]));
    expect(error.code).toBe('INITIALIZER_INVALID');
    expect(String(net.parameter('weight'))).toBe('weight float32(2, ?)');
  });

  test('an unknown path is an error that lists the paths', () => {
    const error = errorOf(() => dw.model(dw.dense(2)).parameter('wieght'));
    expect(error.code).toBe('PARAM_UNKNOWN');
    expect(error.message).toContain('weight, bias');
  });

  test('data that was set is what is emitted, and forceReinit replaces it', () => {
    const net = dw.model(dw.dense(1, { bias: false })).initialize();
    const cell = net.parameter('weight');
    cell.setData(tensorFromValues('float32', [1, 2], [5, 6]));
    const message = net.bind([1, 2]).compile().emit().message;
    expect(message.graph?.initializer?.map(({ name, dims }) => [name, dims?.map(Number)])).toEqual([
      ['weight', [1, 2]],
    ]);
    expect(floatsOf(cell)).toEqual([5, 6]);
    net.initialize({ forceReinit: true, initializer: 'zeros' });
    expect(floatsOf(cell)).toEqual([0, 0]);
  });

  test.each([-1, 1.5, 'n m'])('a size of %s is refused', (wrong) => {
    expect(errorOf(() => new Parameter({ shape: [wrong] })).code).toBe('DIM_SYNTAX');
  });
});

describe('a bias that is drawn by the fans of its weight', () => {
  test('waits for the batch that settles the weight', () => {
    const net = dw.model(dw.dense(64, { biasInitializer: 'torchDefault' })).initialize({ seed: 1 });
    net.bind([2, 400]);
    const values = floatsOf(net.parameter('bias'));
    expect(values).toHaveLength(64);
    // torch.nn.Linear: within 1 / sqrt(400).
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.05);
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.04);
  });
});
