// Deferred initialization: values from elsewhere, files, casts, structure, many binds (D67 to D90).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { readModel } from '../../../codegen/onnx/read.ts';
import * as dw from '../../../src/index.ts';
import { op, tensorFromValues, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { run } from '../../../src/runtime/run.ts';
import { errorOf } from '../initializers/error-of.ts';
import { bytesOf, printed, warningsOf, weightsOf } from './helpers.ts';

const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(16), dw.dense(10)));

/** Gives the parameters of one model the data of another. */
function copyWeights(from: dw.DefinedModel, to: dw.DefinedModel): void {
  for (const [path, cell] of from.parameters()) to.parameter(path).setData(cell.data());
}

const floats = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.cos(i));

describe('setData on every parameter', () => {
  test('D67 D69 binds an unbound model without a batch and without initialize()', () => {
    const [trained, fresh] = [mlp().initialize({ seed: 5 }), mlp()];
    trained.bind([2, 20]);
    copyWeights(trained, fresh);
    expect(fresh.hasUnknownParameters).toBe(false);
    expect(printed(fresh)).toEqual(printed(trained));
    expect(weightsOf(fresh)).toEqual(weightsOf(trained));
    expect(errorOf(() => fresh.bind([2, 30])).message).toContain('20 was fixed by setData()');
    expect(fresh.bind([2, 20]).compile().bytes()).toEqual(trained.bind([2, 20]).compile().bytes());
  });

  test('D70 refuses data that contradicts a known size, with parameter and both shapes', () => {
    const error = errorOf(() =>
      mlp()
        .parameter('0.weight')
        .setData(tensorFromValues('float32', [3, 1], [1, 2, 3])),
    );
    expect([error.code, error.actual]).toEqual(['PARAM_SHAPE', '[3, 1]']);
    expect(error.message).toContain('parameter 0.weight has shape [16, ?');
  });

  test('D71 refuses data of another element type', () => {
    const net = dw.model(dw.dense(1, { dtype: 'float32', inFeatures: 2 }));
    const error = errorOf(() => net.parameter('weight').setData(tensorFromValues('float64', [1, 2], [1, 2])));
    expect([error.code, error.expected, error.actual]).toEqual(['DTYPE_MISMATCH', 'float32', 'float64']);
  });

  test('D78 settles buffers as it settles parameters', () => {
    const net = dw.model(dw.batchNorm());
    net.parameter('runningMean').setData(tensorFromValues('float32', [3], [1, 2, 3]));
    expect(printed(net)).toEqual(['weight (?)', 'bias (?)', 'runningMean (3)', 'runningVar (?)']);
    expect(errorOf(() => net.bind([2, 4])).message).toContain('runningMean takes 3 channels, this batch brings 4');
    warningsOf(() => net.initialize());
    net.bind([2, 3]);
    expect(new Float32Array(bytesOf(net.parameter('runningMean')).slice().buffer)).toEqual(new Float32Array([1, 2, 3]));
  });
});

describe('emission', () => {
  test('D75 D79 a bound model is saved as an ordinary one, and computes the same when it is read back', async () => {
    const net = mlp().initialize();
    const compiled = net.bind([2, 20]).compile();
    const bytes = compiled.bytes();
    const { graph } = readModel(decodeModel(bytes));
    expect([...graph.constants].map(({ name }) => name)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
    const feed = { x: { dims: [3, 20], type: 'float32', data: floats(60) } };
    await using saved = await createSession(bytes, { providers: ['cpu'] });
    await using direct = await createSession(compiled, { providers: ['cpu'] });
    const [{ output: a }, { output: b }] = [await saved.run(feed), await direct.run(feed)];
    expect(a?.shape).toEqual([3, 10]);
    expect(a).toEqual(b);
  });

  test('D74 an unbound model is not saved: there is nothing to emit before bind()', async () => {
    const net = mlp().initialize();
    // @ts-expect-error a session is made of a compiled model
    await expect(createSession(net)).rejects.toMatchObject({ code: 'NOT_BOUND' });
    expect(printed(net)).toContain('0.weight (16, ?)');
  });
});

describe('structure', () => {
  test('D81 an element type given before binding holds at binding', () => {
    const net = dw
      .model(dw.sequential(dw.dense(4, { dtype: 'float16' }), dw.dense(2, { dtype: 'float16' })))
      .initialize();
    net.bind({ dtype: 'float16', shape: [2, 20] });
    expect([...net.parameters().values()].map(({ dtype }) => dtype)).toEqual(Array(4).fill('float16'));
    expect(bytesOf(net.parameter('0.weight'))).toHaveLength(4 * 20 * 2);
    expect(errorOf(() => net.bind({ dtype: 'float32', shape: [2, 20] })).code).toBe('DTYPE_MISMATCH');
  });

  test('D81 a cast of the model before binding holds at binding', () => {
    const net = dw
      .model(dw.sequential(dw.dense(4), dw.batchNorm()))
      .cast('float16')
      .initialize();
    net.bind([2, 20]);
    expect(new Set([...net.parameters().values()].map(({ dtype }) => dtype))).toEqual(new Set(['float16']));
    expect(bytesOf(net.parameter('0.weight'))).toHaveLength(4 * 20 * 2);
  });

  test('D84 a block around a layer runs once for each trace, the binding one included', () => {
    const inner = dw.dense(4);
    let calls = 0;
    const hooked = dw.block({ inner }, (x: Value) => {
      calls++;
      return inner(x);
    });
    const net = dw.model(dw.sequential(hooked));
    const defined = calls;
    net.bind([2, 20]);
    expect([defined, calls]).toEqual([1, 2]);
  });

  test("D85 a block that changes its layer's input is honoured: binding sees the changed input", () => {
    const inner = dw.dense(4);
    const net = dw.model(dw.block({ inner }, (x: Value) => inner(op.Concat([x, x], { axis: -1 }))));
    net.bind([2, 20]);
    expect(printed(net)).toEqual(['inner.weight (4, 40)', 'inner.bias (4)']);
  });

  test('D86 parameters keep their names, and are picked by pattern', () => {
    const net = mlp();
    const before = [...net.parameters().keys()];
    net.bind([2, 20]);
    expect([...net.parameters().keys()]).toEqual(before);
    expect([...net.parameters(/weight$/).keys()]).toEqual(['0.weight', '1.weight']);
    expect([...net.parameters(/^1\./).keys()]).toEqual(['1.weight', '1.bias']);
  });

  test('D87 a layer added behind a bound one is bound by the next batch', () => {
    const body = dw.sequential(dw.dense(16));
    const old = dw.model(body).initialize();
    old.bind([2, 20]);
    const next = dw.model(dw.sequential(body, dw.dense(3)));
    next.bind([4, 20]);
    expect(printed(next).at(-2)).toBe('1.weight (3, 16)');
  });

  test('D88 inputs may be left out on the binding call', () => {
    const attention = dw.multiHeadAttention(2);
    const net = dw.model((x: Value) => attention(x, undefined, undefined, undefined));
    net.bind([2, 5, 8]);
    expect(printed(net)[0]).toBe('0.query.weight (8, 8)');
  });

  test('D89 binding again and again keeps no old graph alive', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const net = mlp().initialize();
    const graphs = Array.from({ length: 20 }, (_, i) => new WeakRef(net.bind([i + 1, 20]).graph));
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    const alive = graphs.filter((graph) => graph.deref() !== undefined);
    expect(alive.length).toBeLessThanOrEqual(2);
    expect(net.parameters().size).toBe(4);
  });

  test('D90 first batches that come at once initialize once', async () => {
    const net = mlp().initialize({ seed: 3 });
    const feed = (rows: number) => ({ x: { dims: [rows, 20], type: 'float32', data: floats(rows * 20) } });
    const outputs = await Promise.all([1, 2, 3].map((rows) => run(net, feed(rows), { providers: ['cpu'] })));
    expect(outputs.map(({ output }) => output?.shape)).toEqual([
      [1, 10],
      [2, 10],
      [3, 10],
    ]);
    const alone = mlp().initialize({ seed: 3 });
    alone.bind([1, 20]);
    expect(weightsOf(net)).toEqual(weightsOf(alone));
    expect(warningsOf(() => net.bind([5, 20]))).toEqual([]);
  });
});
