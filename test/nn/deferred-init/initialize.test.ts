// Deferred initialization: initialize(), its seeds and initializers, and setData() (D35 to D53).
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { tensorFromValues } from '../../../src/index.ts';
import { sameInitializer } from '../../../src/nn/initializers/same-initializer.ts';
import { errorOf } from '../initializers/error-of.ts';
import { bytesOf, floatsOf, printed, warningsOf, weightsOf } from './helpers.ts';

const mlp = (options: dw.DenseOptions = {}): dw.DefinedModel =>
  dw.model(dw.sequential(dw.dense(16, options), dw.dense(10)));

const deviation = (values: Float32Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

describe('initialize', () => {
  test('D36 with all sizes known the data can be read without a batch', () => {
    const net = dw.model(dw.dense(4, { inFeatures: 3 })).initialize();
    expect(bytesOf(net.parameter('weight'))).toHaveLength(48);
    const declared = dw.model(dw.sequential(dw.dense(4), dw.dense(2)), { inputs: { x: ['batch', 20] } }).initialize();
    expect(printed(declared)).toEqual(['0.weight (4, 20)', '0.bias (4)', '1.weight (2, 4)', '1.bias (2)']);
    expect(bytesOf(declared.parameter('1.weight'))).toHaveLength(32);
  });

  test('D37 a second call is left aside with a warning that names forceReinit; the weights stay bit for bit', () => {
    const net = mlp().initialize({ seed: 1 });
    net.bind([2, 20]);
    const before = weightsOf(net);
    const warnings = warningsOf(() => net.initialize({ seed: 2 }));
    expect(warnings.map(({ code }) => code)).toEqual(['PARAM_INITIALIZED']);
    expect(warnings[0]?.hint).toContain('forceReinit');
    expect(weightsOf(net)).toEqual(before);
  });

  test('D38 forceReinit draws new weights on a bound model without a new batch', () => {
    const net = mlp().initialize({ seed: 1 });
    net.bind([2, 20]);
    const before = bytesOf(net.parameter('0.weight'));
    expect(warningsOf(() => net.initialize({ seed: 2, forceReinit: true }))).toEqual([]);
    expect(bytesOf(net.parameter('0.weight'))).not.toEqual(before);
    net.initialize({ seed: 1, forceReinit: true });
    expect(bytesOf(net.parameter('0.weight'))).toEqual(before);
  });

  test('D39 of two calls before the first batch the last one counts for what waits', () => {
    const net = mlp({ bias: false });
    net.initialize({ seed: 1, initializer: 'zeros' });
    warningsOf(() => net.initialize({ seed: 2, initializer: 'ones' }));
    net.bind([2, 20]);
    expect(new Set(floatsOf(net.parameter('0.weight')))).toEqual(new Set([1]));
  });

  test("D40 a parameter's own initializer wins over the model's; the model's fills the rest", () => {
    const net = mlp({ weightInitializer: { kind: 'constant', value: 0.5 } }).initialize({ initializer: 'ones' });
    net.bind([2, 20]);
    expect(new Set(floatsOf(net.parameter('0.weight')))).toEqual(new Set([0.5]));
    expect(new Set(floatsOf(net.parameter('1.weight')))).toEqual(new Set([1]));
    expect(new Set(floatsOf(net.parameter('1.bias')))).toEqual(new Set([0]));
  });

  test('D41 two layers made alike have equal initializers and different weights', () => {
    const net = dw.model(dw.sequential(dw.dense(8), dw.dense(8))).initialize();
    net.bind([2, 8]);
    const [first, second] = [net.parameter('0.weight'), net.parameter('1.weight')];
    expect(sameInitializer(first.initializer, second.initializer)).toBe(true);
    expect(bytesOf(first)).not.toEqual(bytesOf(second));
  });

  test('D42 on a new head over a used body it touches only the head', () => {
    const body = dw.sequential(dw.dense(16), dw.relu());
    const old = dw.model(dw.sequential(body, dw.dense(10))).initialize({ seed: 1 });
    old.bind([2, 20]);
    const before = bytesOf(old.parameter('0.0.weight'));
    const next = dw.model(dw.sequential(body, dw.dense(3)));
    expect(printed(next)).toEqual(['0.0.weight (16, 20)', '0.0.bias (16)', '1.weight (3, ?)', '1.bias (3)']);
    const warnings = warningsOf(() => next.initialize({ seed: 2 }));
    expect(warnings[0]?.message).toContain('leaves 2 parameters');
    next.bind([2, 20]);
    expect(bytesOf(next.parameter('0.0.weight'))).toEqual(before);
    expect(bytesOf(next.parameter('1.weight')).some((byte) => byte !== 0)).toBe(true);
  });

  test('D43 after a layer is replaced the new one is initialized, and the new graph is compiled', () => {
    const first = dw.dense(16);
    const old = dw.model(dw.sequential(first, dw.dense(10))).initialize();
    const stale = old.bind([2, 20]).compile();
    const next = dw.model(dw.sequential(first, dw.dense(7)));
    warningsOf(() => next.initialize());
    const { graph } = next.bind([2, 20]).compile();
    expect(graph.outputs.map((output) => dw.formatShape(output.shape))).toEqual(['[batch, 7]']);
    expect(stale.graph.outputs.map((output) => dw.formatShape(output.shape))).toEqual(['[batch, 10]']);
  });

  test('D44 a constant parameter takes its value at initialization and is not trained', () => {
    const scale = new dw.Parameter({ shape: [3], initializer: { kind: 'constant', value: 2 }, trainable: false });
    const layer = dw.defineLayer({
      kind: 'scale',
      parameters: { scale },
      apply: ({ parameters }, x: dw.Value): dw.Value => dw.op.Mul(x, parameters.scale),
    });
    const net = dw.model(layer).initialize({ initializer: 'zeros' });
    net.bind([2, 3]);
    expect([...floatsOf(net.parameter('scale'))]).toEqual([2, 2, 2]);
    expect(net.parameter('scale').trainable).toBe(false);
  });

  test('D48 the same seed gives the same weights whatever the batch', () => {
    const weights = (
      [
        [1, 20],
        [64, 20],
        ['n', 20],
      ] as const
    ).map((batch) => {
      const net = mlp().initialize({ seed: 9 });
      net.bind(batch);
      return weightsOf(net);
    });
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).toEqual(weights[0]);
    const other = mlp().initialize({ seed: 10 });
    other.bind([1, 20]);
    expect(weightsOf(other)).not.toEqual(weights[0]);
  });

  test('D49 weights depend on seed and path only, not on the order in which layers bind or are read', () => {
    const make = (): dw.DefinedModel => {
      const [a, b] = [dw.dense(8, { name: 'a' }), dw.dense(8, { name: 'b' })];
      return dw.model(dw.block({ a, b }, (x: dw.Value) => dw.op.Add(a(x), b(x)))).initialize({ seed: 4 });
    };
    const [b, a] = [dw.dense(8, { name: 'b' }), dw.dense(8, { name: 'a' })];
    const turned = dw.model(dw.block({ b, a }, (x: dw.Value) => dw.op.Add(b(x), a(x)))).initialize({ seed: 4 });
    const straight = make();
    straight.bind([2, 20]);
    turned.bind([2, 20]);
    for (const path of ['b.weight', 'a.weight'])
      expect(bytesOf(turned.parameter(path))).toEqual(bytesOf(straight.parameter(path)));
  });

  test.each([
    ['kaimingNormal', (fanIn: number) => 1 / Math.sqrt(fanIn)],
    ['xavierNormal', (fanIn: number) => Math.sqrt(2 / (fanIn + 64))],
    ['lecunNormal', (fanIn: number) => 1 / Math.sqrt(fanIn)],
  ] as const)('D50 %s uses the fans that the batch settled', (kind, expected) => {
    const gain = kind === 'kaimingNormal' ? Math.SQRT2 : 1;
    for (const features of [100, 1600]) {
      const net = dw.model(dw.dense(64)).initialize({ initializer: kind });
      net.bind([2, features]);
      const ratio = deviation(floatsOf(net.parameter('weight'))) / (gain * expected(features));
      expect(ratio).toBeGreaterThan(0.97);
      expect(ratio).toBeLessThan(1.03);
    }
  });

  test('D51 biases and norm parameters take their own defaults', () => {
    const net = dw.model(dw.sequential(dw.conv2d(4, 3), dw.batchNorm(), dw.layerNorm())).initialize({ seed: 1 });
    net.bind([2, 3, 8, 8]);
    const values = new Map([...net.parameters()].map(([path, cell]) => [path, new Set(floatsOf(cell))]));
    const zero = ['0.bias', '1.bias', '1.runningMean', '2.bias'];
    const one = ['1.weight', '1.runningVar', '2.weight'];
    for (const path of zero) expect([path, values.get(path)]).toEqual([path, new Set([0])]);
    for (const path of one) expect([path, values.get(path)]).toEqual([path, new Set([1])]);
  });

  test('D52 parameters that are switched off exist neither before nor after the batch', () => {
    const off = { scale: false, center: false };
    const net = dw.model(
      dw.sequential(dw.conv2d(4, 3, { bias: false }), dw.batchNorm(off), dw.groupNorm(2, off), dw.layerNorm(off)),
    );
    const paths = ['0.weight', '1.runningMean', '1.runningVar'];
    expect([...net.parameters().keys()]).toEqual(paths);
    net.bind([2, 3, 8, 8]);
    expect([...net.parameters().keys()]).toEqual(paths);
  });

  test('D53 an unknown initializer or element type is refused at once', () => {
    const misspelt = JSON.parse('"xavierUniorm"');
    expect(errorOf(() => dw.dense(4, { weightInitializer: misspelt })).code).toBe('INITIALIZER_INVALID');
    expect(errorOf(() => mlp().initialize({ initializer: misspelt })).hint).toContain('xavierUniform');
    expect(errorOf(() => dw.dense(4, { dtype: JSON.parse('"csr"') })).code).toBe('LAYER_ARGUMENT');
  });
});

describe('setData', () => {
  const matrix = (rows: number, columns: number): dw.TensorData =>
    tensorFromValues(
      'float32',
      [rows, columns],
      Array.from({ length: rows * columns }, (_, i) => i),
    );

  test('D45 on a waiting parameter it fixes the shape, and the first batch uses the value', () => {
    const net = dw.model(dw.dense(4)).initialize();
    const data = matrix(4, 5);
    net.parameter('weight').setData(data);
    expect(printed(net)).toEqual(['weight (4, 5)', 'bias (4)']);
    const error = errorOf(() => net.bind([2, 6]));
    expect(error.message).toContain('5 was fixed by setData()');
    net.bind([2, 5]);
    expect(net.parameter('weight').data()).toBe(data);
  });

  test('D47 with another shape than the bound one it is refused with both', () => {
    const net = dw.model(dw.dense(4)).initialize();
    net.bind([2, 5]);
    const error = errorOf(() => net.parameter('weight').setData(matrix(4, 6)));
    expect([error.code, error.expected, error.actual]).toEqual(['PARAM_SHAPE', '[4, 5]', '[4, 6]']);
  });
});
