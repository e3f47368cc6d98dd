// The matchers and the serializer hold to what a program computes, not to how its inner values are called.
import 'dimwise/vitest';
import { dense, graph, model, op, readOnnx, sequential } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { symbol } from '../../src/dim/dim.ts';
import { parseDim } from '../../src/dim/text.ts';

const mlp = () => model(sequential(dense(256, { activation: 'relu' }), dense(10)), { inputs: { x: ['batch', 20] } });

const branch = (name: string) =>
  graph((g) => {
    const x = g.input('x', 'float32', ['n', 4]);
    const inner = op.Relu(x);
    inner.name = name;
    return op.Add(inner, x);
  });

describe('toHaveShape', () => {
  const { graph: definition } = mlp();
  const [x] = definition.inputs;
  const weight = definition.parameters[0];

  test('takes values, shapes, parameters and tensors', () => {
    expect(x).toHaveShape(['batch', 20]);
    expect(x?.shape).toHaveShape(['batch', 20]);
    expect(weight).toHaveShape([256, 20]);
    expect({ dtype: 'float32', shape: [2, 10], data: new Float32Array(20) }).toHaveShape([2, 10]);
    expect({ type: 'float32', dims: [2, 10] }).toHaveShape([2, 10]);
  });

  test('compares expressions by what they are', () => {
    expect([parseDim('(H + 1) // 2')]).toHaveShape(['ceildiv(H, 2)']);
    expect([symbol('a'), symbol('b')]).not.toHaveShape(['a', 'a']);
  });

  test('takes what the graph knows to be equal as equal', () => {
    const sum = graph((g) => {
      const a = g.input('a', 'float32', ['n', 4]);
      const b = g.input('b', 'float32', ['m', 4]);
      const stacked = op.Concat([a, b], { axis: 1 });
      return op.Relu(stacked);
    });
    expect(sum.graph.outputs[0]).toHaveShape(['n', 8]);
    expect(sum.graph.outputs[0]).toHaveShape(['m', 8]);
  });

  test('knows sizes that are open', () => {
    const open = model(dense(3), { inputs: { x: ['batch', '?'] } });
    expect(open.graph.inputs[0]).toHaveShape(['batch', '?']);
    expect(open.graph.inputs[0]).not.toHaveShape(['batch', 'batch']);
  });

  test.each([
    ['another rank', ['batch', 20, 1]],
    ['another number', ['batch', 21]],
    ['another symbol', ['b', 20]],
    ['a number for a symbol', [2, 20]],
  ])('fails on %s and tells both', (_, expected) => {
    expect(() => expect(x).toHaveShape(expected)).toThrow(`expected shape [batch, 20] to be [${expected.join(', ')}]`);
  });

  test('fails on what has no shape', () => {
    expect(() => expect('text').toHaveShape([])).toThrow('expected something with a shape, got string');
  });
});

describe('toMatchShapes', () => {
  test('compares with a text, inner values by number', () => {
    expect(mlp()).toMatchShapes(`
      input x: float32[batch, 20]
      parameter 0.weight: float32[256, 20]
      parameter 0.bias: float32[256]
      parameter 1.weight: float32[10, 256]
      parameter 1.bias: float32[10]
      %0 dense: float32[batch, 256]
      %1 Relu: float32[batch, 256]
      output output dense: float32[batch, 10]
    `);
  });

  test('compares with a snapshot', () => {
    expect(mlp()).toMatchShapes();
  });

  test('is stable when inner values are renamed', () => {
    const text = 'input x: float32[n, 4]\n%0 Relu: float32[n, 4]\noutput output Add: float32[n, 4]';
    expect(branch('first')).toMatchShapes(text);
    expect(branch('second')).toMatchShapes(text);
  });

  test('compares the named values of a model or a record', () => {
    expect(mlp()).toMatchShapes({ x: ['batch', 20], output: ['batch', 10], '1.weight': [10, 256] });
    expect({ output: { shape: [2, 10] } }).toMatchShapes({ output: [2, 10] });
  });

  test('fails on another shape and on an unknown name', () => {
    expect(() => expect(mlp()).toMatchShapes({ output: ['batch', 11] })).toThrow(
      'output: expected [batch, 11], got [batch, 10]',
    );
    expect(() => expect(mlp()).toMatchShapes({ outptu: ['batch', 10] })).toThrow('outptu: there is none');
    expect(() => expect(branch('a')).toMatchShapes('input x: float32[n, 5]')).toThrow('as stated');
  });
});

describe('dimwiseSerializer', () => {
  test('prints graphs and models in ONNX text', () => {
    expect(branch('inner')).toMatchInlineSnapshot(`
      <opset_import: ["" : 21]>
      graph (float[n,4] x) => (float[n,4] output)
      {
        %0 = Relu (x)  # float[n,4]
        output = Add (%0, x)  # float[n,4]
      }
    `);
    expect(branch('inner').graph).toMatchInlineSnapshot(`
      <opset_import: ["" : 21]>
      graph (float[n,4] x) => (float[n,4] output)
      {
        %0 = Relu (x)  # float[n,4]
        output = Add (%0, x)  # float[n,4]
      }
    `);
  });

  test('prints shapes, fresh symbols by number', () => {
    const [output] = graph((g) => op.NonZero(g.input('x', 'float32', ['n', 4]))).graph.outputs;
    expect(output?.shape).toMatchInlineSnapshot(`[2, found0]`);
  });

  test('leaves other values alone', () => {
    expect({ kind: 'const', list: [] }).toMatchInlineSnapshot(`
      {
        "kind": "const",
        "list": [],
      }
    `);
  });
});

describe('a model of a file', () => {
  const opened = () => readOnnx(mlp().initialize({ seed: 0 }).bind([1, 20]).compile().bytes());

  test('has the shapes of its graph', () => {
    expect(opened()).toMatchShapes({ x: ['batch', 20], output: ['batch', 10] });
    expect(() => expect(opened()).toMatchShapes({ output: ['batch', 11] })).toThrow(
      'expected [batch, 11], got [batch, 10]',
    );
  });

  test('prints as its graph', () => {
    expect(opened()).toMatchInlineSnapshot(`
      <opset_import: ["" : 21]>
      model (float[batch,20] x) => (float[batch,10] output)
      <float[256,20] %0 = ["checksum": "baa683589da27707"],
       float[256] %1 = ["checksum": "229575edb46a78b4"],
       float[10,256] %2 = ["checksum": "25aaeb06590e18b4"],
       float[10] %3 = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}>
      {
        %4 = Gemm <transB = 1> (x, %0, %1)  # float[batch,256]
        %5 = Relu (%4)  # float[batch,256]
        output = Gemm <transB = 1> (%5, %2, %3)  # float[batch,10]
      }
    `);
  });
});
