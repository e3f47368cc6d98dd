// Deferred initialization: which batches settle and which are refused (D11 to D23).
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { formatType, op, tensor, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';
import { printed, warningsOf, weightsOf } from './helpers.ts';

const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(256), dw.dense(10)));

const typesOf = (graph: dw.Graph): string[] => graph.outputs.map((output) => formatType(output.type));

describe('bind', () => {
  test('D11 an empty batch is refused by name, or binds the other sizes where its symbol may be 0', () => {
    const error = errorOf(() => mlp().bind([0, 20]));
    expect(error.code).toBe('BIND_ZERO');
    expect(error.message).toContain('symbol batch is at least 1');
    const net = dw.model(dw.dense(4), { inputs: { x: ['n', '?'] }, symbols: { n: { min: 0 } } });
    net.bind([0, 20]);
    expect(printed(net)).toEqual(['weight (4, 20)', 'bias (4)']);
  });

  test('D12 an input of the wrong rank is refused with layer and both ranks; nothing is settled', () => {
    const net = dw.model(dw.sequential(dw.conv2d(4, 3), dw.flatten(), dw.dense(2)));
    const before = printed(net);
    const error = errorOf(() => net.bind([3, 8, 8]));
    expect([error.code, error.expected, error.actual]).toEqual(['RANK_MISMATCH', '4', '3']);
    expect(error.origin?.path).toBe('model.0 conv2d');
    expect(printed(net)).toEqual(before);
  });

  test('D13 an input of the wrong element type is refused by name; nothing is settled', () => {
    const net = dw.model(dw.dense(4), { inputs: { x: tensor('float32', ['n', '?']) } });
    const error = errorOf(() => net.bind({ type: 'float64', dims: [2, 20] }));
    expect(error.code).toBe('DTYPE_MISMATCH');
    expect(error.message).toContain('input "x" is float32, this batch brings float64');
    expect(printed(net)).toEqual(['weight (4, ?)', 'bias (4)']);
  });

  test('D14 after a bind that failed half way the next one gives the weights of a model without the failure', () => {
    const make = () => dw.model(dw.sequential(dw.dense(8), dw.dense(2, { inFeatures: 8 }), dw.dense(3))).initialize();
    const failed = dw.model(dw.sequential(dw.dense(8), (x: Value) => op.Reshape(x, [-1, 5]), dw.dense(3))).initialize();
    const before = printed(failed);
    // 3 * 8 elements make no rows of 5: the first layer would have been settled, the reshape fails.
    expect(errorOf(() => failed.bind([3, 20], { static: true })).code).toBe('SHAPE_MISMATCH');
    expect(printed(failed)).toEqual(before);
    failed.bind([5, 20], { static: true });
    expect(printed(failed)[0]).toBe('0.weight (8, 20)');
    const [once, twice] = [make(), make()];
    once.bind([2, 20]);
    expect(errorOf(() => twice.bind([2])).code).toBe('PARAM_DIM_SYMBOLIC');
    expect(errorOf(() => twice.bind([2, 0])).code).toBe('BIND_ZERO');
    twice.bind([2, 20]);
    expect(weightsOf(twice)).toEqual(weightsOf(once));
  });

  test('D15 a batch by name binds as one by position', () => {
    const [byName, byPosition] = [mlp(), mlp()];
    byName.bind({ x: [2, 20] });
    byPosition.bind([2, 20]);
    expect(printed(byName)).toEqual(printed(byPosition));
  });

  test('D16 where no rule derives the sizes, the error names each unknown parameter and says what to give', () => {
    const [scale, shift] = [new dw.Parameter({ shape: ['?'] }), new dw.Parameter({ shape: ['?'] })];
    const affine = dw.defineLayer({
      kind: 'affine',
      parameters: { scale, shift },
      apply: ({ parameters }, x: Value): Value => op.Add(op.Mul(x, parameters.scale), parameters.shift),
    });
    const error = errorOf(() => dw.model(dw.sequential(affine)).bind([2, 20]));
    expect(error.errors.map(({ code }) => code)).toEqual(['BIND_INCOMPLETE', 'BIND_INCOMPLETE']);
    expect(error.errors.map(({ message }) => message.slice(0, 21))).toEqual([
      'parameter 0.scale has',
      'parameter 0.shift has',
    ]);
    expect(error.hint).toContain('give the size where the parameter is made');
  });

  test("D17 a layer's own rule settles its parameters", () => {
    const SCALE: dw.LayerRow = {
      domain: 'dimwise.nn',
      name: 'scale',
      infer: (cx) => {
        cx.unifyAxes({ input: 1, axis: 0 }, { input: 0, axis: -1 }, 'features');
        return [cx.type(0)];
      },
      lower: ({ inputs: [x, factor] }) => (x && factor ? [op.Mul(x, factor)] : []),
      examples: [],
    };
    const factor = new dw.Parameter({ shape: ['?'], initializer: 'ones' });
    const scale = dw.defineLayer({
      kind: 'scale',
      parameters: { factor },
      apply: ({ parameters }, x: Value) => dw.emitLayer(SCALE, [x, parameters.factor])[0] ?? x,
    });
    const net = dw.model(dw.sequential(dw.dense(6), scale)).initialize();
    const { graph } = net.bind([2, 20]).compile();
    expect(printed(net)).toEqual(['0.weight (6, 20)', '0.bias (6)', '1.factor (6)']);
    expect([...graph.nodes()].map(({ op: name }) => name)).toEqual(['Gemm', 'Mul']);
  });

  test('D18 sizes that depend on data elsewhere in the graph do not hinder binding', () => {
    const [first, second] = [dw.dense(4), dw.dense(2)];
    const found = dw.model((x: Value) => [second(first(x)), op.NonZero(first(x))]);
    const [, positions] = found.bind([2, 20]).graph.outputs;
    expect(positions && formatType(positions.type)).toMatch(/^int64\[2, .+]$/);
    expect(printed(found)).toEqual(['0.weight (4, 20)', '0.bias (4)', '1.weight (2, 4)', '1.bias (2)']);
  });

  test('D19 binding by a shape gives what binding by a tensor gives', () => {
    const [byShape, byTensor] = [mlp().initialize(), mlp().initialize()];
    byShape.bind([2, 20]);
    byTensor.bind({ type: 'float32', dims: [2, 20] });
    expect(weightsOf(byShape)).toEqual(weightsOf(byTensor));
  });

  test('D20 a parameter that no call reaches stays unknown and is reported by name', () => {
    const [used, idle] = [dw.dense(4), dw.dense(3)];
    const net = dw.model(dw.block({ used, idle }, (x: Value) => used(x))).initialize();
    const warnings = warningsOf(() => net.bind([2, 20]));
    expect(warnings.map(({ code }) => code)).toEqual(['PARAM_UNUSED']);
    expect(warnings[0]?.message).toContain('idle.weight, idle.bias');
    expect(printed(net)).toEqual(['used.weight (4, 20)', 'used.bias (4)', 'idle.weight (3, ?)', 'idle.bias (3)']);
    expect(errorOf(() => net.parameter('idle.weight').data()).code).toBe('PARAM_DEFERRED');
    expect(warningsOf(() => net.bind([3, 20]))).toEqual([]);
  });

  test('D21 a size known at a sibling or an output settles an unknown one, where shapes must be equal', () => {
    const merge = (a: Value, b: Value): Value => dw.residual(() => b)(a);
    const merged = dw.model(merge, { inputs: { a: ['?', 10], b: [12, '?'] } });
    expect(merged.graph.inputs.map(({ type }) => formatType(type))).toEqual(['float32[12, 10]', 'float32[12, 10]']);
    const net = dw.model(dw.sequential(dw.dense(4, { inFeatures: 20 })), { inputs: { x: ['n', '?'] } });
    expect(net.graph.inputs.map(({ type }) => formatType(type))).toEqual(['float32[n, 20]']);
    const conv = dw.model(dw.conv2d(4, 3, { inChannels: 3 }), { inputs: { x: ['n', '?', 8, 8] } });
    expect(conv.graph.inputs.map(({ type }) => formatType(type))).toEqual(['float32[n, 3, 8, 8]']);
  });

  test('D22 partial inference keeps what is known, and says ? where nothing can be said', () => {
    const types = (inputs: Record<string, dw.InputSpec>, apply: (...values: Value[]) => Value): string[] =>
      typesOf(dw.model(apply, { inputs }).graph).map((text) => text.replace(/\?\d+/g, '?'));
    const two = (f: (a: Value, b: Value) => Value) => (a?: Value, b?: Value) => {
      if (!a || !b) throw new Error('two inputs');
      return f(a, b);
    };
    expect(
      types(
        { a: ['?', 3, 4], b: [4, 5] },
        two((a, b) => op.MatMul(a, b)),
      ),
    ).toEqual(['float32[?, 3, 5]']);
    expect(
      types(
        { a: ['?', 3, 4], b: ['?', 4, 5] },
        two((a, b) => op.MatMul(a, b)),
      )[0],
    ).toMatch(/, 3, 5]$/);
    expect(types({ a: ['?', 3, 4] }, (a) => op.Transpose(a ?? [], { perm: [2, 0, 1] }))).toEqual(['float32[4, ?, 3]']);
    const lookup = dw.embedding(10, 6);
    expect(
      types({ ids: tensor('int64', ['?', 7]) }, (ids) => (ids ? lookup(ids) : op.Constant({ value_int: 1 }))),
    ).toEqual(['float32[?, 7, 6]']);
    expect(typesOf(dw.model(dw.flatten()).graph)).toEqual(['?[?, ?]']);
  });

  test.each(['float32', 'float16', 'float64', 'bfloat16'] as const)(
    'D23 data of %s gives weights of that type',
    (dtype) => {
      const net = mlp();
      net.bind({ dtype, shape: [2, 20] });
      expect([...net.parameters().values()].map((cell) => cell.dtype)).toEqual([dtype, dtype, dtype, dtype]);
    },
  );
});
