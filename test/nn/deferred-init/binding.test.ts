// Deferred initialization: what the first batch settles (D01 to D10 of the list of behaviours).
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { run } from '../../../src/runtime/run.ts';
import { errorOf } from '../initializers/error-of.ts';
import { printed, weightsOf } from './helpers.ts';

const mlp = (): dw.DefinedModel => dw.model(dw.sequential(dw.dense(256, { activation: 'relu' }), dw.dense(10)));

/** The outputs of a model on a batch of float32. */
async function outputsOf(bound: dw.BoundModel, dims: readonly number[]): Promise<Float32Array> {
  const count = dims.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  await using session = await createSession(bound.compile(), { providers: ['cpu'] });
  const { output } = await session.run({ x: { dims, type: 'float32', data } });
  if (output?.dtype !== 'float32') throw new Error('the output is float32');
  return output.data;
}

describe('bind', () => {
  test('D01 a model without input sizes initializes on its first batch, which gives its output too', async () => {
    const net = mlp().initialize();
    const data = new Float32Array(40).fill(1);
    const outputs = await run(net, { x: { dims: [2, 20], type: 'float32', data } }, { providers: ['cpu'] });
    expect(outputs['output']?.shape).toEqual([2, 10]);
    expect([...net.parameters().values()].every((cell) => cell.isReady)).toBe(true);
  });

  test('D02 every unknown size is the one that the batch implies, through conv, batchNorm, flatten and dense', () => {
    const net = dw.model(dw.sequential(dw.conv2d(48, 3, { padding: 1 }), dw.batchNorm(), dw.flatten(), dw.dense(64)));
    expect(printed(net).filter((text) => text.includes('?'))).toEqual(['0.weight (48, ?, 3, 3)', '3.weight (64, ?)']);
    net.bind([2, 3, 8, 8]);
    expect(printed(net)).toEqual([
      '0.weight (48, 3, 3, 3)',
      '0.bias (48)',
      '1.weight (48)',
      '1.bias (48)',
      '1.runningMean (48)',
      '1.runningVar (48)',
      '3.weight (64, 3072)',
      '3.bias (64)',
    ]);
  });

  test('D03 chained layers bind in one pass: the second takes its input size from the first', () => {
    const net = mlp();
    net.bind([2, 20]);
    expect(printed(net)).toEqual(['0.weight (256, 20)', '0.bias (256)', '1.weight (10, 256)', '1.bias (10)']);
  });

  test.each([
    ['dense', dw.dense(4), [2, 3], ['weight (4, 3)', 'bias (4)']],
    ['conv1d', dw.conv1d(4, 2), [2, 3, 9], ['weight (4, 3, 2)', 'bias (4)']],
    ['conv2d', dw.conv2d(4, 2), [2, 3, 9, 9], ['weight (4, 3, 2, 2)', 'bias (4)']],
    ['conv3d', dw.conv3d(4, 2), [2, 3, 9, 9, 9], ['weight (4, 3, 2, 2, 2)', 'bias (4)']],
    ['convTranspose1d', dw.convTranspose1d(4, 2), [2, 3, 9], ['weight (3, 4, 2)', 'bias (4)']],
    ['convTranspose2d', dw.convTranspose2d(4, 2), [2, 3, 9, 9], ['weight (3, 4, 2, 2)', 'bias (4)']],
    ['convTranspose3d', dw.convTranspose3d(4, 2), [2, 3, 9, 9, 9], ['weight (3, 4, 2, 2, 2)', 'bias (4)']],
    ['layerNorm', dw.layerNorm(), [2, 3], ['weight (3)', 'bias (3)']],
    ['groupNorm', dw.groupNorm(1), [2, 3], ['weight (3)', 'bias (3)']],
  ] as const)(
    'D04 %s has the layout of PyTorch: [out, in, kernel], transposed [in, out, kernel], norms [features]',
    (...row) => {
      const [, layer, batch, parameters] = row;
      const net = dw.model(layer);
      net.bind(batch);
      expect(printed(net)).toEqual(parameters);
    },
  );

  test('D05 a bound layer computes bit for bit what a layer with given sizes computes', async () => {
    const deferred = mlp().initialize({ seed: 3 });
    const given = dw
      .model(dw.sequential(dw.dense(256, { activation: 'relu', inFeatures: 20 }), dw.dense(10, { inFeatures: 256 })))
      .initialize({ seed: 3 });
    const outputs = await outputsOf(deferred.bind([2, 20]), [2, 20]);
    expect(outputs).toEqual(await outputsOf(given.bind([2, 20]), [2, 20]));
    expect(outputs.some((value) => value !== 0)).toBe(true);
  });

  test('D06 a bound model is of the ordinary kind: it emits the same bytes as one with given sizes', () => {
    const deferred = mlp().initialize();
    const given = dw
      .model(dw.sequential(dw.dense(256, { activation: 'relu', inFeatures: 20 }), dw.dense(10, { inFeatures: 256 })))
      .initialize();
    const bytes = deferred.bind([2, 20]).compile().bytes();
    expect(bytes).toEqual(given.bind([2, 20]).compile().bytes());
    expect(deferred.hasUnknownParameters).toBe(false);
  });

  test('D07 a second batch of another batch size fits; the weights stay', () => {
    const net = dw.model(dw.sequential(dw.conv2d(4, 3), dw.relu())).initialize();
    net.bind([2, 3, 8, 8]);
    const before = net.parameter('0.weight').data();
    net.bind([7, 3, 20, 21]);
    expect(net.parameter('0.weight').data()).toBe(before);
  });

  test('D08 a second batch that contradicts the first is refused, with both sizes and both sources; nothing changes', () => {
    const net = mlp().initialize();
    const bound = net.bind([2, 20]);
    const before = weightsOf(net);
    const error = errorOf(() => net.bind([2, 30]));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.message).toContain('0.weight takes 20 input features, this batch brings 30');
    expect(error.message).toContain('20 was fixed by the first batch, x: float32[2, 20]');
    expect(error.message).toContain('30 comes from x');
    expect(net.bound).toBe(bound);
    expect(weightsOf(net)).toEqual(before);
  });

  test('D09 known sizes are kept and only unknown ones filled; a batch that disagrees with a known one is refused', () => {
    const net = dw.model(dw.layerNorm({ normalizedShape: [4, '?'] }));
    expect(printed(net)).toEqual(['weight (4, ?)', 'bias (4, ?)']);
    expect(errorOf(() => net.bind([2, 5, 6])).message).toContain(
      'weight takes 4 normalized features, this batch brings 5',
    );
    expect(printed(net)).toEqual(['weight (4, ?)', 'bias (4, ?)']);
    net.bind([2, 4, 6]);
    expect(printed(net)).toEqual(['weight (4, 6)', 'bias (4, 6)']);
  });

  test('D10 unknown and zero are different sizes', () => {
    const zero = new dw.Parameter({ shape: [4, 0] });
    const open = new dw.Parameter({ shape: [4, '?'] });
    expect([zero.isSettled, zero.size, open.isSettled, open.size]).toEqual([true, 0, false, undefined]);
    const net = dw.model(dw.dense(4));
    expect(errorOf(() => net.bind([2, 0])).code).toBe('BIND_ZERO');
    expect(printed(net)).toEqual(['weight (4, ?)', 'bias (4)']);
  });
});
