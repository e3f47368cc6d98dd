// A layer computed from values in the place of its parameters.
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { functionalCall, op, type Value } from '../../src/index.ts';
import { errorOf } from './initializers/error-of.ts';

const threeUnits = dw.dense(3);
const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1));

async function run(net: dw.DefinedModel, batch: dw.Batch, feeds: Readonly<Record<string, ort.Tensor>>) {
  const session = await ort.InferenceSession.create(net.initialize().bind(batch).compile().bytes());
  const [output] = Object.values(await session.run(feeds));
  await session.release();
  return { dims: output?.dims, data: Array.from(output?.data as Float32Array) };
}

describe('functionalCall', () => {
  test('gives the numbers of the layer whose parameters have those values', async () => {
    const own = dw.dense(3);
    const x = new ort.Tensor('float32', numbers(8), [2, 4]);
    const plain = dw.model(own).initialize();
    plain.bind([2, 4]);
    plain.parameter('weight').setData({ dims: [3, 4], data: numbers(12) });
    plain.parameter('bias').setData([1, 2, 3]);
    const net = dw.model((x: Value, weight: Value, bias: Value) => functionalCall(threeUnits, { weight, bias }, x), {
      inputs: { x: ['batch', '?'], weight: [3, '?'], bias: [3] },
    });
    const given = await run(
      net,
      { x: [2, 4], weight: [3, 4], bias: [3] },
      {
        x,
        weight: new ort.Tensor('float32', numbers(12), [3, 4]),
        bias: new ort.Tensor('float32', Float32Array.of(1, 2, 3), [3]),
      },
    );
    expect(given).toEqual(await run(plain, [2, 4], { x }));
    expect(net.parameters().size).toBe(0);
  });

  test('settles the unknown sizes of the parameters that stand in', () => {
    const net = dw.graph((g) =>
      functionalCall(
        threeUnits,
        { weight: g.parameter('w', { shape: ['?', '?'] }) },
        g.input('x', 'float32', ['n', 7]),
      ),
    );
    expect(String(net.parameter('w'))).toBe('w float32(3, 7)');
    expect([...net.parameters().keys()]).toEqual(['w', '0.bias']);
  });

  test('reaches the parameters of parts by their paths', () => {
    const attention = dw.multiHeadAttention(2);
    const net = dw.graph((g) => {
      const x = g.input('x', 'float32', ['n', 's', 8]);
      return functionalCall(attention, { 'query.weight': g.input('w', 'float32', [8, 8]) }, x);
    });
    expect([...net.parameters().keys()]).not.toContain('0.query.weight');
    expect([...net.parameters().keys()]).toContain('0.key.weight');
  });

  test('leaves the layer as it is for other calls', () => {
    const layer = dw.dense(3);
    dw.graph((g) =>
      functionalCall(layer, { weight: g.input('w', 'float32', [3, 5]) }, g.input('x', 'float32', [2, 5])),
    );
    expect(layer.name).toBe('dense');
    const net = dw.model(dw.sequential(dw.relu(), layer));
    expect([...net.parameters().keys()]).toEqual(['1.weight', '0.bias']);
    expect(net.bind([2, 9]).parameters().get('1.weight')?.size).toBe(27);
  });

  const MISTAKES = [
    ['a name that the layer lacks', { wieght: [3, 5] }, 'PARAM_UNKNOWN', /no parameter "wieght"; it has weight, bias/],
    ['sizes against the units', { weight: [4, 5] }, 'SHAPE_MISMATCH', /4/],
    ['another rank', { bias: [3, 1] }, 'RANK_MISMATCH', /stated to be \[3\]/],
    ['sizes against the input', { weight: [3, 6] }, 'SHAPE_MISMATCH', /6/],
  ] as const;
  test.each(MISTAKES)('refuses %s', (_name, values, code, says) => {
    const error = errorOf(() =>
      dw.graph((g) => {
        const given = Object.entries(values).map(([name, shape]) => [name, g.input(name, 'float32', shape)] as const);
        return functionalCall(threeUnits, Object.fromEntries(given), g.input('x', 'float32', ['n', 5]));
      }),
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
  });

  test('refuses what is no layer and what is no value', () => {
    const call = functionalCall as (...given: unknown[]) => unknown;
    expect(errorOf(() => dw.graph((g) => call(Math.sin, {}, g.input('x', 'float32', [2])) as Value)).code).toBe(
      'LAYER_ARGUMENT',
    );
    expect(
      errorOf(() => dw.graph((g) => call(threeUnits, { weight: 3 }, g.input('x', 'float32', [2])) as Value)).code,
    ).toBe('LAYER_ARGUMENT');
  });
});

describe('layerParameter', () => {
  const tied = (): dw.DefinedModel => {
    const tokens = dw.embedding(11, 6);
    const mix = dw.dense(6, { bias: false });
    const net = dw.block({ tokens, mix }, (ids: Value) =>
      op.MatMul(mix(tokens(ids)), op.Transpose(dw.layerParameter(tokens, 'weight'), { perm: [1, 0] })),
    );
    return dw.model(net, { inputs: { ids: dw.tensor('int64', ['n', 's']) } });
  };

  test('is the one parameter of the layer, also where it is read before the layer is called', () => {
    const net = tied();
    expect([...net.parameters().keys()]).toEqual(['tokens.weight', 'mix.weight']);
    const bound = net.initialize().bind({ ids: ['n', 's'] });
    expect(bound.graph.parameters.map(({ name }) => name)).toEqual(['tokens.weight', 'mix.weight']);
    const early = dw.embedding(11, 6);
    const reads = dw.model((ids: Value) => [dw.layerParameter(early, 'weight'), early(ids)], {
      inputs: { ids: dw.tensor('int64', ['n']) },
    });
    expect([...reads.parameters().keys()]).toEqual(['0.weight']);
  });

  test('gives a tied output layer the numbers of the embedding', async () => {
    const { dims, data } = await run(
      tied(),
      { ids: [2, 3] },
      { ids: new ort.Tensor('int64', [0n, 1n, 2n, 3n, 4n, 5n], [2, 3]) },
    );
    expect(dims).toEqual([2, 3, 11]);
    expect(data.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  test('reaches parts by their paths', () => {
    const attention = dw.multiHeadAttention(2);
    const net = dw.model((x: Value) => op.MatMul(attention(x), dw.layerParameter(attention, 'query.weight')), {
      inputs: { x: ['n', 's', 8] },
    });
    expect([...net.parameters().keys()].filter((path) => path.includes('query'))).toEqual([
      '0.query.weight',
      '0.query.bias',
    ]);
  });

  test('refuses a path that the layer lacks, what is no layer, and a call outside of a model', () => {
    const layer = dw.dense(3);
    const unknown = errorOf(() => dw.model((x: Value) => op.Add(x, dw.layerParameter(layer, 'wieght'))));
    expect(unknown.code).toBe('PARAM_UNKNOWN');
    expect(unknown.message).toMatch(/did you mean weight\?/);
    expect(errorOf(() => dw.layerParameter(Math.sin as unknown as dw.AnyLayer, 'x')).code).toBe('LAYER_ARGUMENT');
    expect(errorOf(() => dw.layerParameter(layer, 'weight')).code).toBe('GRAPH_FOREIGN_VALUE');
  });
});
