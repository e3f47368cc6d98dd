// Deferred initialization: what can be read before a batch, and what says why not (D24 to D34).
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../../codegen/onnx/emit.ts';
import * as dw from '../../../src/index.ts';
import { formatShape, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { errorOf } from '../initializers/error-of.ts';
import { printed } from './helpers.ts';

const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(256), dw.dense(10)));

describe('Parameter', () => {
  test('D24 its data before initialize() is an error that names it', () => {
    const error = errorOf(() => mlp().parameter('0.weight').data());
    expect(error.code).toBe('PARAM_NOT_INITIALIZED');
    expect(error.message).toContain('0.weight');
    expect(error.hint).toContain('initialize()');
  });

  test('D25 its data between initialize() and the first batch is another error, with the two ways out', () => {
    const error = errorOf(() => mlp().initialize().parameter('0.weight').data());
    expect(error.code).toBe('PARAM_DEFERRED');
    expect(error.message).toContain('0.weight');
    expect(error.hint).toContain('bind the model to one batch');
    expect(error.hint).toContain('give the layer its input size');
  });

  test('D27 no road leads to the elements of an unbound parameter: not data(), not emission', () => {
    const net = mlp().initialize();
    const codes = errorOf(() => emitModel(net.graph)).errors.map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['PARAM_DEFERRED']));
    expect([net.parameter('0.weight').size, net.parameter('0.weight').isReady]).toEqual([undefined, false]);
  });

  test('D32 weight and spectral normalization take an unbound layer; what they add waits for the batch like the weight', () => {
    for (const [wrap, added] of [
      [dw.weightNorm, '0.weightV'],
      [dw.spectralNorm, '0.weightOrig'],
      [dw.spectralNorm, '0.weightV'],
    ] as const) {
      const net = dw.model(dw.sequential(wrap(dw.dense(4)))).initialize();
      const error = errorOf(() => net.parameter(added).data());
      expect([error.code, error.message.includes(added)]).toEqual(['PARAM_DEFERRED', true]);
      net.bind([2, 3]);
      expect(net.parameter(added).data().shape).toEqual(
        added === '0.weightV' && wrap === dw.spectralNorm ? [3] : [4, 3],
      );
    }
  });

  test('D28 its shape is there before any batch, with unknown sizes as ?', () => {
    const cell = mlp().parameter('0.weight');
    expect(cell.shape).toHaveLength(2);
    expect(formatShape(cell.shape)).toMatch(/^\[256, \?\d*]$/);
    expect(String(cell)).toBe('0.weight float32(256, ?)');
  });
});

describe('DefinedModel', () => {
  test('D29 an unbound model lists and prints its parameters by name and marks unknown sizes', () => {
    expect([...mlp().parameters().keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
    expect(printed(mlp())).toEqual(['0.weight (256, ?)', '0.bias (256)', '1.weight (10, ?)', '1.bias (10)']);
  });

  test('D30 an unbound model cannot be compiled: its type has no compile(), and a session refuses it', async () => {
    const net = mlp().initialize();
    // @ts-expect-error compile() is of bound models
    expect(net.compile).toBeUndefined();
    // @ts-expect-error a session is made of a compiled model
    await expect(createSession(net)).rejects.toMatchObject({
      code: 'NOT_BOUND',
      hint: expect.stringContaining('bind()'),
    });
  });

  test('D33 compiling before initialize() is an error that names a parameter', () => {
    const error = errorOf(() => mlp().bind([2, 20]).compile());
    expect(error.code).toBe('PARAM_NOT_INITIALIZED');
    expect(error.message).toContain('0.weight');
  });

  test('D34 hasUnknownParameters is true before the first batch and false after it', () => {
    const net = mlp();
    expect(net.hasUnknownParameters).toBe(true);
    net.bind([2, 20]);
    expect(net.hasUnknownParameters).toBe(false);
    expect(dw.model((x: Value) => dw.relu(x)).hasUnknownParameters).toBe(false);
  });
});
