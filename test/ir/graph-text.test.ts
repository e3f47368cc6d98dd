// Graph text: its two forms, and that reading it gives what was printed.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { parseConstraint } from '../../src/dim/constraint.ts';
import { Graph } from '../../src/ir/graph.ts';
import { formatGraph } from '../../src/ir/graph-text.ts';
import { floatText } from '../../src/ir/onnx-text-data.ts';
import { parseBody, parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType } from '../../src/ir/type.ts';
import { addInput, addOne, mlpGraph, SAMPLES } from '../onnx/sample-graphs.ts';

describe('formatGraph', () => {
  test('prints signature, weights with checksums, and one node per line with its type', () => {
    expect(formatGraph(mlpGraph())).toBe(
      [
        '<opset_import: ["" : 21]>',
        'mlp (float[batch,20] x) => (float[batch,16] y)',
        '<float[16,20] "0.weight" = ["checksum": "9051d20aff65a344"],',
        ' float[16] "0.bias" = ["checksum": "9051d20aff65a344"]>',
        '{',
        '  %0 = Gemm <transB = 1> (x, "0.weight", "0.bias")  # float[batch,16]',
        '  y = Relu (%0)  # float[batch,16]',
        '}',
      ].join('\n'),
    );
  });

  test('prints bodies with a line for each node, numbered through', () => {
    const branches = SAMPLES.find(({ name }) => name === 'branches that capture');
    expect(branches && formatGraph(branches.make())).toBe(
      [
        '<opset_import: ["" : 21]>',
        'branches (float[n] x, bool condition) => (float[n] y)',
        '{',
        '  %0 = Relu (x)  # float[n]',
        '  y = If <else_branch = otherwise () => (float[n] %0)',
        '  {',
        '  }, then_branch = then () => (float[n] %2)',
        '  <float[1] %1 = {1.0}>',
        '  {',
        '    %2 = Add (%0, %1)  # float[n]',
        '  }> (condition)  # float[n]',
        '}',
      ].join('\n'),
    );
  });

  test('does not change when inner values and nodes are renamed, nor with the order of attributes', () => {
    const make = (names: readonly string[], attributes: readonly string[]): Graph => {
      const graph = new Graph({ name: 'g' });
      const x = addInput(graph, 'x', 'float32[1, 1, 8, 8]');
      const values = { kernel_shape: [2, 2], strides: [2, 2] };
      const pool = addOne(graph, 'MaxPool', [x], {
        attributes: Object.fromEntries(
          attributes.map((name) => [
            name,
            { kind: 'ints', value: name === 'strides' ? values.strides : values.kernel_shape },
          ]),
        ),
        outputs: ['float32[1, 1, 4, 4]'],
      });
      const y = addOne(graph, 'Relu', [pool], { outputs: ['float32[1, 1, 4, 4]'] });
      if (names[0]) pool.name = names[0];
      if (pool.source.kind === 'node') pool.source.node.name = names[0];
      y.name = 'y';
      graph.setOutputs([y]);
      return graph;
    };
    const text = formatGraph(make([], ['strides', 'kernel_shape']));
    expect(formatGraph(make(['renamed'], ['kernel_shape', 'strides']))).toBe(text);
    expect(text).toContain('%0 = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (x)');
  });

  test('lists constraints before the graph', () => {
    const graph = mlpGraph();
    for (const text of ['12 | batch', 'batch <= 480']) graph.facts.require({ ...parseConstraint(text), origins: [] });
    const [, ...lines] = formatGraph(graph).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      ' metadata_props: ["dimwise.requires": "12 | batch",',
      '  "dimwise.requires": "batch <= 480"]>',
    ]);
  });

  test('leaves out what the caller knows to be a default', () => {
    const text = formatGraph(mlpGraph(), { isDefault: (node, name) => node.op === 'Gemm' && name === 'transB' });
    expect(text).toContain('= Gemm (x,');
  });

  test('prints a parameter that has no data yet by its type alone', () => {
    const graph = parseGraph('g (float[n] x) => (y) <float[n] w> { y = Add (x, w) }');
    expect(formatGraph(graph)).toContain('<float[n] w>');
  });

  test('keeps names in the full form, and names the unnamed without touching names in use', () => {
    const graph = parseGraph('g (float[n] v0) => (y) { [first] %0 = Relu (v0)  # float[n]\n y = Neg (%0) }');
    expect(formatGraph(graph, { form: 'full' })).toBe(
      [
        '<opset_import: ["" : 21]>',
        'g (float[n] v0) => (y)',
        '<float[n] v1>',
        '{',
        '  [first] v1 = Relu (v0)',
        '  y = Neg (v1)',
        '}',
      ].join('\n'),
    );
  });

  test.each([
    ['stable', '"one\\ntwo\\\\n\\"three"'],
    ['full', '"one\ntwo\\\\n\\"three"'],
  ] as const)('writes line ends of texts as the readers of the %s form take them', (form, expected) => {
    const text = 'g (string[n] t) => (z) { z = StringSplit <delimiter = "one\\ntwo\\\\n\\"three"> (t) }';
    const printed = formatGraph(parseGraph(text), { form });
    expect(printed).toContain(`<delimiter = ${expected}>`);
    const [node] = parseGraph(printed).nodes();
    expect(node?.attributes.get('delimiter')).toEqual({ kind: 'string', value: 'one\ntwo\\n"three' });
  });

  test('quotes expressions in the full form, where ONNX has only names', () => {
    const graph = parseGraph('g (float[h] x) => (float[ceildiv(h, 2)] y) { y = Foo (x) }');
    expect(formatGraph(graph, { form: 'full' })).toContain('(float["ceildiv(h, 2)"] y)');
    expect(formatGraph(graph)).toContain('(float[ceildiv(h, 2)] y)');
  });
});

describe('floatText', () => {
  test.each([
    [1, '1.0'],
    [Math.fround(0.01), '0.01'],
    [Math.fround(1 / 3), '0.33333334'],
    [1e30, '1e+30'],
    [-0, '-0.0'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
    [16777216, '16777216.0'],
  ])('prints %f as %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });
});

describe('parseGraph', () => {
  test.each(SAMPLES)('reads the stable text of $name back to the same text', ({ make }) => {
    const text = formatGraph(make());
    expect(formatGraph(parseGraph(text))).toBe(text);
  });

  test.each(SAMPLES)('reads the full text of $name back to the same text', ({ make }) => {
    const text = formatGraph(make(), { form: 'full' });
    expect(formatGraph(parseGraph(text), { form: 'full' })).toBe(text);
  });

  test('reads the example of the documentation back to the same text', () => {
    const page = readFileSync(new URL('../../docs/graph-text.md', import.meta.url), 'utf8');
    const text = page.split('```')[1]?.trim() ?? '';
    expect(formatGraph(parseGraph(text))).toBe(text);
  });

  test('keeps constraints, which hold in the new graph', () => {
    const graph = mlpGraph();
    for (const text of ['12 | batch', 'batch <= 480']) graph.facts.require({ ...parseConstraint(text), origins: [] });
    const again = parseGraph(formatGraph(graph));
    expect(formatGraph(again)).toBe(formatGraph(graph));
    const [batch] = again.inputs[0]?.shape ?? [];
    expect(batch && again.facts.range(batch).max).toBe(480);
  });

  test.each([
    ['an int', 'a = 1', { kind: 'int', value: 1 }],
    ['a large int', 'a = 9007199254740993', { kind: 'int', value: 9007199254740993n }],
    ['a float', 'a = 1.0', { kind: 'float', value: 1 }],
    ['a float written as an int', 'a: float = 1', { kind: 'float', value: 1 }],
    ['minus infinity', 'a: float = -inf', { kind: 'float', value: Number.NEGATIVE_INFINITY }],
    ['a text', 'a = "x \\"y\\" \\\\ \\n"', { kind: 'string', value: 'x "y" \\ \n' }],
    ['ints', 'a = [1, -2]', { kind: 'ints', value: [1, -2] }],
    ['no ints', 'a: ints = []', { kind: 'ints', value: [] }],
    ['floats', 'a = [1.5, 2]', { kind: 'floats', value: [1.5, 2] }],
    ['texts', 'a = ["x", "y"]', { kind: 'strings', value: ['x', 'y'] }],
    ['a reference', 'a: int = @b', { kind: 'ref', value: 'b', of: 'int' }],
    [
      'a type',
      'a: type_proto = seq(int64[])',
      { kind: 'type_proto', value: { kind: 'sequence', element: { kind: 'tensor', dtype: 'int64', shape: null } } },
    ],
  ])('reads %s as an attribute', (_, text, attribute) => {
    const graph = parseGraph(`g (float[n] x) => (y) { y = Foo <${text}> (x) }`);
    const [node] = graph.nodes();
    expect(node?.attribute('a')).toEqual(attribute);
  });

  test('quotes names of operators and attributes that are no words, and nests unknown types', () => {
    const graph = new Graph({ name: 'g' });
    const x = graph.addInput('x', { kind: 'sequence', element: { kind: 'unknown' } });
    const attributes = new Map([['a-b', { kind: 'int', value: 1 } as const]]);
    const node = graph.addNode({ domain: 'my-domain.v2', op: 'Op', inputs: [x], outputs: 1, attributes });
    graph.setOutputs(node.outputs);
    const text = formatGraph(graph);
    expect(text).toContain('g (seq(unknown) x)');
    expect(text).toContain('%0 = "my-domain.v2.Op" <"a-b" = 1> (x)  # unknown');
    expect(formatGraph(parseGraph(text))).toBe(text);
  });

  test('reads what ONNX prints: comments, empty inputs, labels, domains, overloads, other metadata', () => {
    const graph = parseGraph(`
      <
        ir_version: 10, producer_name: "other",
        opset_import: ["" : 21, "com.example" : 3],
        metadata_props: ["note": "kept"]
      >
      # a comment
      "my graph" (float[N,"a b"] X, tensor) => (float[N] Y)
         <int64[2] axes = {0, 1}, float H>
      {
         ["the first"] H = com.example.Thing:fast (X, , axes)
         Y = Relu(H) # not a type
      }`);
    expect([graph.name, graph.opsets.get('com.example'), graph.metadata.get('note')]).toEqual(['my graph', 3, 'kept']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['X', 'tensor']);
    const [first] = graph.nodes();
    expect(first).toMatchObject({ domain: 'com.example', op: 'Thing', overload: 'fast', name: 'the first' });
    expect(first?.inputs[1]).toBeUndefined();
    expect(first?.outputs[0]?.shape).toEqual([]);
  });

  test.each([
    ['', 'the name of a graph', 1],
    ['g (float[n] x) => (y) { y = Relu (z) }', '"z" is not', 1],
    ['g (float[n] x) => (y) { y = Relu (x)\n y = Relu (x) }', '"y" has been made', 2],
    ['g (float[n] x) => (float[n] y) { }', '"y" is not', 1],
    ['g (float[n] x)\n=> (y)\n{ y = Relu [x] }', 'expected "("', 3],
    ['g (float[n] x) => (y) { y = Relu <a> (x) }', 'expected "="', 1],
    ['g (float[n] x) => (y) { y = Relu <a = []> (x) }', 'a type before an empty list', 1],
    ['g (float[n] x) => (y) { y = Relu <a: thing = 1> (x) }', 'one of float, int', 1],
    ['g (float[n x) => (y) { y = Relu (x) }', 'expected', 1],
    ['g (float[n] x) => (y) <float[n] w = {1}> { y = Relu (x) }', 'numbers as sizes', 1],
    ['g (float[n] x) => (y) { y = Relu (x) } rest', 'a function or the end', 1],
  ])('refuses %j', (text, says, line) => {
    try {
      parseGraph(text);
      expect.unreachable();
    } catch (error) {
      expect(isDimwiseError(error) && ['GRAPH_TEXT_SYNTAX', 'DIM_SYNTAX'].includes(error.code)).toBe(true);
      expect(String(error)).toContain(says);
      if (isDimwiseError(error) && error.code === 'GRAPH_TEXT_SYNTAX') expect(String(error)).toContain(`line ${line},`);
    }
  });
});

describe('parseBody', () => {
  const outer = (): Graph => parseGraph('<opset_import: ["" : 13]> g (float[n] x) => (y) { h = Neg (x) y = Relu (h) }');

  test('reads a body that uses inputs and inner values of the graph around it, by its opsets', () => {
    const graph = outer();
    const body = parseBody('then () => (z) { z = Add (x, h) }', graph);
    const [add] = body.nodes();
    expect(add?.inputs).toEqual([graph.inputs[0], [...graph.nodes()][0]?.outputs[0]]);
    expect(body.parent).toBe(graph);
    expect(body.opsets.get('')).toBe(13);
  });

  test('reads values of all graphs around it, and lets inner names hide outer ones', () => {
    const graph = outer();
    const middle = parseBody('middle (h) => (m) { m = Neg (h) }', graph);
    const inner = parseBody('inner () => (a) { a = Sum (x, h, m) }', middle);
    const [sum] = inner.nodes();
    expect(sum?.inputs.map((value) => value?.graph)).toEqual([graph, middle, middle]);
  });

  test('reads expressions of symbols that the graph around it declares; of others they are names', () => {
    const [known, other] = parseBody('step (float["n + 1"] a, float["m + 1"] b) => (a) {}', outer()).inputs;
    expect([known, other].map((value) => value && formatType(value.type))).toEqual([
      'float32[n + 1]',
      'float32["m + 1"]',
    ]);
  });

  test.each([
    ['an unknown value', 'then () => (z) { z = Relu (w) }'],
    ['more than a body', 'then () => (x) {} then () => (x) {}'],
    ['opsets of its own', '<opset_import: ["" : 21]> then () => (x) {}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseBody(text, outer())).toThrow(/GRAPH_TEXT_SYNTAX/);
  });
});
