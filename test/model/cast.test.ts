// Casting a model: all floats follow, what is kept computes in its own type, mistakes change nothing.
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { op, tensor, type Value } from '../../src/index.ts';
import { createSession } from '../../src/runtime/create-session.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

const typesOf = (net: dw.DefinedModel): string[] =>
  [...net.parameters()].map(([path, { dtype }]) => `${path} ${dtype}`);
const outputsOf = ({ graph }: { readonly graph: dw.Graph }): string[] =>
  graph.outputs.map(({ type }) => dw.formatType(type));

function valuesOf(net: dw.DefinedModel, path: string): number[] {
  const data = net.parameter(path).data();
  const bytes = dw.materialize(dw.castTensor(data, 'float32'));
  return bytes ? Array.from(dw.typedArrayOf('float32', bytes), Number) : [];
}

describe('cast', () => {
  test.each(['float16', 'float64', 'bfloat16'] as const)(
    'to %s takes parameters, inputs and outputs along',
    (dtype) => {
      const net = dw.model(dw.sequential(dw.dense(4), dw.relu(), dw.dense(2)), {
        inputs: { x: ['n', 3] },
        outputs: { output: tensor('float32', ['n', 2]) },
      });
      net.cast(dtype);
      expect(new Set([...net.parameters().values()].map((cell) => cell.dtype))).toEqual(new Set([dtype]));
      expect(net.inputs.map(({ spec }) => spec.dtype)).toEqual([dtype]);
      expect(outputsOf(net)).toEqual([`${dtype}[n, 2]`]);
      expect(outputsOf(net.initialize().bind(['n', 3]).compile())).toEqual([`${dtype}[n, 2]`]);
    },
  );

  test('before binding holds at binding, for declared types, open ones and inputs that nobody declared', () => {
    const net = dw.model(dw.sequential(dw.dense(4), dw.dense(2, { dtype: 'float32' }))).cast('float16');
    expect(typesOf(net)).toEqual(['0.weight float16', '0.bias float16', '1.weight float16', '1.bias float16']);
    expect(outputsOf(net.bind([2, 3]))).toEqual(['float16[batch, 2]']);
    const error = errorOf(() =>
      dw
        .model(dw.dense(4))
        .cast('float16')
        .bind({ type: 'float32', dims: [2, 3] }),
    );
    expect(error.code).toBe('DTYPE_MISMATCH');
  });

  test('reaches parameters that only a batch brings', () => {
    const fc = dw.dense(4, { dtype: 'float32' });
    const net = dw.model((x: Value) => fc(x.shape.length > 2 ? op.Relu(x) : x)).cast('float16');
    expect(typesOf(net)).toEqual([]);
    expect(outputsOf(net.bind([2, 3]))).toEqual(['float16[batch, 4]']);
    expect(typesOf(net)).toEqual(['0.weight float16', '0.bias float16']);
  });

  test('leaves integers and bools alone', () => {
    const tokens = dw.embedding(10, 4);
    const net = dw.model((ids: Value, mask: Value, x: Value) => op.Where(mask, op.Add(tokens(ids), x), x), {
      inputs: { ids: tensor('int64', ['n']), mask: tensor('bool', ['n', 1]), x: ['n', 4] },
    });
    net.cast('float16');
    expect(net.inputs.map(({ spec }) => spec.dtype)).toEqual(['int64', 'bool', 'float16']);
    expect(outputsOf(net)).toEqual(['float16[n, 4]']);
  });

  test('rounds data that was set, and draws the rest in the new type: the rounded values of the old one', () => {
    const make = () => dw.model(dw.dense(2), { inputs: { x: ['n', 3] } });
    const net = make().initialize({ seed: 5 });
    net.parameter('bias').setData([0.1, 70000]);
    net.cast('float16');
    expect(valuesOf(net, 'bias')).toEqual([0.0999755859375, Number.POSITIVE_INFINITY]);
    const wide = make().initialize({ seed: 5 });
    expect(valuesOf(net, 'weight')).toEqual(valuesOf(wide, 'weight').map(Math.fround).map(toHalf));
  });

  test('a bind from before is out of date, and says so', () => {
    const net = dw.model(dw.dense(2)).initialize();
    const bound = net.bind([2, 3]);
    net.cast('float16');
    expect(net.bound).toBeUndefined();
    const error = errorOf(() => bound.compile());
    expect([error.code, error.hint]).toEqual(['NOT_BOUND', 'bind it again']);
    expect(outputsOf(net.bind([2, 3]).compile())).toEqual(['float16[batch, 2]']);
  });

  test('that cannot be done changes nothing', () => {
    const wide = dw.tensorFromValues('float32', [3], [1, 2, 3]);
    const fc = dw.dense(3);
    const net = dw.graph((g) => fc(op.Add(g.input('x', 'float32', ['n', 3]), g.constant(wide))));
    expect(errorOf(() => net.cast('float16')).code).toBe('DTYPE_MISMATCH');
    expect(typesOf(net)).toEqual(['0.weight float32', '0.bias float32']);
    expect(outputsOf(net.bind(['n', 3]))).toEqual(['float32[n, 3]']);
    // @ts-expect-error integers are no floats
    expect(errorOf(() => net.cast('int8')).code).toBe('LAYER_ARGUMENT');
    // @ts-expect-error there is no such option
    expect(errorOf(() => net.cast('float16', { only: 'x' })).code).toBe('LAYER_ARGUMENT');
  });
});

describe('cast with keep', () => {
  const make = () =>
    dw.model(dw.sequential(dw.dense(4), dw.layerNorm({ name: 'norm' }), dw.dense(2)), { inputs: { x: ['n', 3] } });

  test('leaves parameters in their type; their layers compute in it, with casts around', () => {
    const net = make().initialize().cast('float16', { keep: 'norm.*' });
    expect(typesOf(net).slice(1, 4)).toEqual(['0.bias float16', 'norm.weight float32', 'norm.bias float32']);
    const nodes = [...net.graph.nodes()].map(({ op: name, outputs }) => `${name} ${outputs[0]?.dtype}`);
    expect(nodes).toEqual(['dense float16', 'Cast float32', 'layerNorm float32', 'Cast float16', 'dense float16']);
    expect(outputsOf(net.bind(['n', 3]).compile())).toEqual(['float16[n, 2]']);
  });

  test('computes on ONNX Runtime what the wide model computes, within half precision', async () => {
    const x = [0.5, -1, 2, 1, 0.25, -0.75];
    const run = async (net: dw.DefinedModel, isHalf: boolean): Promise<number[]> => {
      const compiled = net.initialize({ seed: 2 }).bind(['n', 3]).compile();
      await using session = await createSession(compiled, { providers: ['cpu'] });
      const bits = dw.materialize(dw.castTensor(dw.tensorFromValues('float32', [2, 3], x), 'float16'));
      const half = new Uint16Array(bits?.buffer ?? new ArrayBuffer(0), bits?.byteOffset, 6);
      const { output } = await session.run({
        x: isHalf ? { dtype: 'float16', shape: [2, 3], data: half } : { dtype: 'float32', shape: [2, 3], data: x },
      });
      const data = [...(output?.data ?? [])].map(Number);
      if (!isHalf) return data;
      const back = dw.tensorFromBytes('float16', [data.length], new Uint8Array(Uint16Array.from(data).buffer));
      const bytes = dw.materialize(dw.castTensor(back, 'float32'));
      return bytes ? Array.from(dw.typedArrayOf('float32', bytes), Number) : [];
    };
    const [wide, kept] = [await run(make(), false), await run(make().cast('float16', { keep: 'norm.*' }), true)];
    expect(kept).toHaveLength(4);
    for (const [i, value] of wide.entries()) expect(Math.abs((kept[i] ?? Number.NaN) - value)).toBeLessThan(0.01);
  });

  test('an embedding that is kept gives the type of the model', () => {
    const [tokens, fc] = [dw.embedding(10, 4), dw.dense(2)];
    const net = dw.model((ids: Value) => fc(tokens(ids)), { inputs: { ids: tensor('int64', ['n']) } });
    net.cast('float16', { keep: '0.*' });
    expect(typesOf(net)).toEqual(['0.weight float32', '1.weight float16', '1.bias float16']);
    expect(outputsOf(net)).toEqual(['float16[n, 2]']);
  });

  test('states of recurrent layers are converted too', () => {
    const lstm = dw.lstm(3, { returnState: true });
    const net = dw.model(
      (x: Value, h: Value, c: Value) => {
        const { output, state } = lstm(x, [h, c]);
        return [output, ...state];
      },
      { inputs: { x: ['n', 's', 4], h: [1, 'n', 3], c: [1, 'n', 3] } },
    );
    net.cast('float16', { keep: '**' });
    expect(outputsOf(net)).toEqual(['float16[n, s, 3]', 'float16[1, n, 3]', 'float16[1, n, 3]']);
  });
});

describe('cast with a pattern', () => {
  test('casts only what it matches; inputs stay, and values are converted around its layers', () => {
    const net = dw.model(dw.sequential(dw.dense(4), dw.dense(2)), { inputs: { x: ['n', 3] } });
    net.cast('float16', { pattern: '0.*' });
    expect(typesOf(net)).toEqual(['0.weight float16', '0.bias float16', '1.weight float32', '1.bias float32']);
    expect(outputsOf(net)).toEqual(['float32[n, 2]']);
    net.cast('float32');
    expect([...net.graph.nodes()].map(({ op: name }) => name)).toEqual(['dense', 'dense']);
  });
});

/** A float32 rounded to float16, by the tensors. */
function toHalf(value: number): number {
  const half = dw.castTensor(dw.tensorFromValues('float32', [1], [value]), 'float16');
  const bytes = dw.materialize(dw.castTensor(half, 'float32'));
  return bytes ? Number(dw.typedArrayOf('float32', bytes)[0]) : Number.NaN;
}
