// Attention and what surrounds it compute on ONNX Runtime what PyTorch and transformers compute with the same weights, at every opset.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { functional } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { boundModel, CASES, type Compute, LAYERS, read } from './torch-attention-table.ts';

/** The same cases as functions of values, their weights too. */
const FUNCTIONS: Readonly<Record<string, Compute>> = {
  rotary: (x, positions) => functional.rotaryEmbedding(read(x), positions, { base: 500 }),
  'rotary, interleaved, part of a head': (x) =>
    functional.rotaryEmbedding(read(x), undefined, { heads: 3, dim: 4, interleaved: true }),
  'alibi, 6 heads': (x) => functional.alibi(read(x), undefined, 6),
  'sinusoidal, width 7': (x) => functional.sinusoidalEncoding(read(x)),
  timestepEmbedding: (x) => functional.timestepEmbedding(read(x), 8),
  learnedTokens: (x, weight) => functional.learnedTokens(read(x), read(weight)),
  'positionalEmbedding at places': (x, at, weight) => functional.positionalEmbedding(read(x), read(weight), at),
  't5 bias, encoder': (x, weight) => {
    const bias = functional.relativePositionBias(read(x), undefined, read(weight));
    return dw.op.Concat([dw.op.Gather(bias, 0n, { axis: 2 }), dw.op.Gather(bias, -1n, { axis: 2 })], { axis: -1 });
  },
};

describe('attention and what surrounds it', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  const runs = CASES.flatMap((one) => [
    [one.name, 'as parts', one, false] as const,
    [one.name, 'at opset 24', one, true] as const,
  ]);
  test.each(runs)('%s computes what PyTorch computes, %s', async (_, __, one, isNew) => {
    const compiled = boundModel(one, isNew).compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const results = Object.values(await session.run(Object.fromEntries(one.inputs.map((feed, i) => [`in${i}`, feed]))));
    one.outputs.forEach((expected, i) => {
      expect(results[i]?.shape).toEqual(expected.shape);
      const most = Math.max(...expected.data.map(Math.abs));
      const off = expected.data.map((value, j) => Math.abs(value - Number(results[i]?.data[j])));
      expect(Math.max(...off)).toBeLessThanOrEqual(1e-5 * most);
    });
  });

  test.each(Object.entries(FUNCTIONS))('%s computes the same as a function of values', async (name, compute) => {
    const one = CASES.find((candidate) => candidate.name === name);
    const [expected] = one?.outputs ?? [];
    if (!one || !expected) throw new Error(`no case ${name}`);
    const feeds = [...one.inputs, ...Object.values(one.parameters).flatMap((weight) => weight ?? [])];
    const shapes = Object.fromEntries(feeds.map(({ shape }, i) => [`in${i}`, shape]));
    const inputs = Object.fromEntries(
      feeds.map(({ dtype, shape }, i) => [`in${i}`, dw.tensor(dtype === 'int64' ? 'int64' : 'float32', shape)]),
    );
    const net = dw.model(compute as dw.Composition, { inputs });
    await using session = await createSession(net.bind(shapes).compile(), { providers: ['cpu'] });
    const { output } = await session.run(Object.fromEntries(feeds.map((feed, i) => [`in${i}`, feed])));
    expect(output?.shape).toEqual(expected.shape);
    const most = Math.max(...expected.data.map(Math.abs));
    const off = expected.data.map((value, j) => Math.abs(value - Number(output?.data[j])));
    expect(Math.max(...off)).toBeLessThanOrEqual(1e-5 * most);
  });
});
