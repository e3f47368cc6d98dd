// What reading makes of models: the graph that was emitted, and a clear refusal of what no model may be.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emitModel } from '../../codegen/onnx/emit.ts';
import type { GraphProto, ModelProto, NodeProto } from '../../codegen/onnx/proto/messages.ts';
import { joinParts } from '../../codegen/onnx/proto/parts.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../../codegen/onnx/read.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { symbol } from '../../src/dim/dim.ts';
import { inferGraph } from '../../src/infer/infer-node.ts';
import { DTYPE_NAMES, DTYPES } from '../../src/ir/dtype.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { Graph } from '../../src/ir/graph.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { formatType } from '../../src/ir/type.ts';
import { mlpGraph, SAMPLES } from './sample-graphs.ts';

const floatType = (...sizes: (number | string | undefined)[]) => ({
  tensorType: {
    elemType: 1,
    shape: { dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) },
  },
});

/** A model of one graph, opset 21. */
function model(graph: GraphProto, rest: ModelProto = {}): ModelProto {
  return { irVersion: 10, opsetImport: [{ domain: '', version: 21 }], graph: { name: 'g', ...graph }, ...rest };
}

const relu = (input: string, output: string, name = ''): NodeProto => ({
  opType: 'Relu',
  input: [input],
  output: [output],
  name,
});

const read = (graph: GraphProto, rest: ModelProto = {}): ReadModel => readModel(model(graph, rest));

const errorOf = (act: () => unknown): { code: string; message: string } => {
  try {
    act();
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
};

describe('readModel', () => {
  test.each(SAMPLES)('gives back the graph of $name: emitted again, it has the same bytes', ({ make }) => {
    const bytes = joinParts(emitModel(make()).parts);
    const { graph, declared, notes } = readModel(decodeModel(bytes));
    expect(notes).toEqual([]);
    for (const [value, type] of declared) value.setType(type);
    expect(joinParts(emitModel(graph).parts)).toEqual(bytes);
  });

  const fixtures = new URL('../fixtures/onnx/', import.meta.url);
  test.each(readdirSync(fixtures).filter((name) => /^mlp.*\.onnx$/.test(name)))(
    'reads %s, which another tool wrote',
    (name) => {
      const { graph } = readModel(decodeModel(readFileSync(new URL(name, fixtures))));
      expect(graph.nodeCount).toBeGreaterThan(0);
      expect(graph.outputs.length).toBeGreaterThan(0);
    },
  );

  test('leaves weights where they are: as views of the file', () => {
    const bytes = joinParts(emitModel(mlpGraph(64)).parts);
    const { graph } = readModel(decodeModel(bytes));
    const [weight] = graph.constants;
    const storage = weight?.source.kind === 'constant' ? weight.source.data.storage : undefined;
    expect(storage?.kind === 'bytes' && storage.bytes.buffer === bytes.buffer).toBe(true);
  });

  test('brings the contract and the layer paths back', () => {
    const { graph, contract, producer } = readModel(decodeModel(joinParts(emitModel(mlpGraph()).parts)));
    expect(contract).toMatchObject({ symbols: { batch: { min: 1 } }, inputs: { x: { shape: ['batch', 20] } } });
    expect(producer.name).toBe('dimwise');
    expect(Array.from(graph.nodes(), ({ origin }) => origin?.path)).toEqual(['mlp.0', 'mlp.1']);
    expect(graph.metadata.size).toBe(0);
  });

  test('sorts nodes that are out of order, and says so', () => {
    const { graph, notes } = read({
      input: [{ name: 'x', type: floatType('n') }],
      node: [relu('b', 'c'), relu('a', 'b'), relu('x', 'a')],
      output: [{ name: 'c' }],
    });
    expect(Array.from(graph.nodes(), ({ outputs }) => outputs[0]?.name)).toEqual(['a', 'b', 'c']);
    expect(notes).toHaveLength(1);
  });

  test('sorts by what bodies capture too', () => {
    const body = { name: 'b', node: [relu('late', 'inner')], output: [{ name: 'inner' }] };
    const attribute = [
      { name: 'then_branch', type: 5, g: body },
      { name: 'else_branch', type: 5, g: { ...body, node: [relu('late', 'inner2')], output: [{ name: 'inner2' }] } },
    ];
    const { graph } = read({
      input: [{ name: 'x', type: floatType('n') }, { name: 'c' }],
      node: [{ opType: 'If', input: ['c'], output: ['y'], attribute }, relu('x', 'late')],
      output: [{ name: 'y' }],
    });
    expect(Array.from(graph.nodes(), ({ op }) => op)).toEqual(['Relu', 'If']);
  });

  test('takes a chain of 50,000 nodes in reverse order without overflowing the stack', () => {
    const count = 50_000;
    const node = Array.from({ length: count }, (_, i) => relu(i === count - 1 ? 'x' : `v${i + 1}`, `v${i}`));
    expect(read({ input: [{ name: 'x' }], node, output: [{ name: 'v0' }] }).graph.nodeCount).toBe(count);
  });

  test('reads an initializer that is also an input as a constant, with a note', () => {
    const { graph, notes } = read({
      input: [{ name: 'x' }, { name: 'w', type: floatType(1) }],
      initializer: [{ name: 'w', dims: [1], dataType: 1, floatData: [2] }],
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
      output: [{ name: 'y' }],
    });
    expect([graph.inputs.length, graph.constants.length, notes.length]).toEqual([1, 1, 1]);
  });

  test('takes inputs with initializers for granted before IR version 4', () => {
    const w = { name: 'w', dims: [1], dataType: 1, floatData: [2] };
    const graph = { input: [{ name: 'w' }], initializer: [w], output: [{ name: 'w' }] };
    expect(read(graph, { irVersion: 3 }).notes).toEqual([]);
  });

  test.each([
    ['in', 'len', 'in-len'],
    ['n', '2*n', 'm'],
    ['a', 'a b', '"a" + 1'],
    ['"', '\\', '"x"'],
  ])('keeps apart symbols that look like expressions of others: %s, %s, %s', (...names) => {
    const graph = new Graph({ name: 'g' });
    const x = graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: names.map((name) => symbol(name)) });
    graph.setOutputs([x]);
    const again = readModel(decodeModel(joinParts(emitModel(graph).parts))).graph;
    expect(again.inputs[0]?.shape).toEqual(names.map((name) => symbol(name)));
  });

  test('keeps what functions hold', () => {
    const sample = SAMPLES.find(({ name }) => name === 'a function');
    const { graph } = readModel(decodeModel(joinParts(emitModel(sample?.make() ?? mlpGraph()).parts)));
    const definition = graph.functions.get(functionKey('local', 'scaled'));
    expect(definition?.defaults.get('alpha')).toEqual({ kind: 'float', value: 0.5 });
    expect(definition && Array.from(definition.body.nodes(), ({ op }) => op)).toEqual(['Constant', 'LeakyRelu', 'Mul']);
  });

  test('infers what it read, from the inputs alone', () => {
    const { graph } = readModel(decodeModel(joinParts(emitModel(mlpGraph()).parts)));
    const mistakes: unknown[] = [];
    inferGraph(graph, (diagnostic) => mistakes.push(diagnostic));
    expect(mistakes).toEqual([]);
    expect(graph.outputs.map((value) => formatType(value.type))).toEqual(['float32[batch, 16]']);
  });
});

describe('readModel on sizes', () => {
  const dims = (types: ReturnType<typeof floatType>[], declared: ReturnType<typeof floatType>): string => {
    const { graph, declared: claims } = read({
      input: types.map((type, i) => ({ name: `x${i}`, type })),
      node: [relu('x0', 'y')],
      output: [{ name: 'y', type: declared }],
    });
    const [output] = graph.outputs;
    const type = output && claims.get(output);
    return type ? formatType(type) : '';
  };

  test.each([
    { inputs: [floatType('n')], declared: floatType('2*n + 1'), shown: 'float32[2*n + 1]' },
    { inputs: [floatType('n')], declared: floatType('(n + 1)//2'), shown: 'float32[ceildiv(n, 2)]' },
    { inputs: [floatType('n')], declared: floatType('2*m'), shown: 'float32["2*m"]' },
    { inputs: [floatType('n')], declared: floatType('floor(n/2)'), shown: 'float32["floor(n/2)"]' },
    { inputs: [floatType('in-len')], declared: floatType('in-len'), shown: 'float32["in-len"]' },
    { inputs: [floatType('in-len')], declared: floatType('"in-len" + 1'), shown: 'float32["in-len" + 1]' },
    { inputs: [floatType('in', 'len', 'in-len')], declared: floatType('in-len'), shown: 'float32[in - len]' },
    { inputs: [floatType('min')], declared: floatType('min'), shown: 'float32["min"]' },
  ])('reads $declared.tensorType.shape.dim.0.dimParam as $shown', ({ inputs, declared, shown }) => {
    expect(dims(inputs, declared)).toBe(shown);
  });

  test('refuses a size that no number holds exactly', () => {
    const control = decodeModel(readFileSync(new URL('../fixtures/onnx/control-flow.onnx', import.meta.url)));
    expect(errorOf(() => readModel(control))).toMatchObject({ code: 'ONNX_MALFORMED' });
    expect(errorOf(() => readModel(control)).message).toContain('"seq" has a size of 9007199254740993');
  });

  test.each(['?', '-1', 'None'])('takes %s for no name: sizes that it stands for need not be equal', (text) => {
    const { graph } = read({
      input: [{ name: 'x', type: floatType(text, 3, text) }],
      node: [relu('x', 'y')],
      output: [{ name: 'y' }],
    });
    const [height, , width] = graph.inputs[0]?.shape ?? [];
    expect([height?.kind, width?.kind]).toEqual(['symbol', 'symbol']);
    expect(height).not.toBe(width);
  });

  test('gives unnamed sizes and -1 a symbol each', () => {
    const { graph } = read({
      input: [{ name: 'x', type: floatType(undefined, -1, undefined) }],
      node: [relu('x', 'y')],
      output: [{ name: 'y' }],
    });
    const shape = graph.inputs[0]?.shape ?? [];
    expect(new Set(shape).size).toBe(3);
    expect(shape.every((dim) => dim.kind === 'symbol' && dim.role === 'fresh')).toBe(true);
  });
});

describe('readModel on tensors', () => {
  const storageOf = (tensor: NonNullable<GraphProto['initializer']>[number]): TensorData => {
    const { graph } = read({ initializer: [{ name: 'w', ...tensor }], output: [{ name: 'w' }] });
    const source = graph.constants[0]?.source;
    if (source?.kind !== 'constant') throw new TypeError('no constant');
    return source.data;
  };
  const bytesOf = (data: TensorData): number[] => (data.storage.kind === 'bytes' ? [...data.storage.bytes] : []);

  test.each([
    { dtype: 'float32', fields: { floatData: [1] }, bytes: [0, 0, 128, 63] },
    { dtype: 'complex64', fields: { floatData: [1, 0] }, bytes: [0, 0, 128, 63, 0, 0, 0, 0] },
    { dtype: 'float64', fields: { doubleData: [1] }, bytes: [0, 0, 0, 0, 0, 0, 240, 63] },
    { dtype: 'int64', fields: { int64Data: [-2] }, bytes: [254, 255, 255, 255, 255, 255, 255, 255] },
    { dtype: 'uint64', fields: { uint64Data: [2n ** 64n - 1n] }, bytes: [255, 255, 255, 255, 255, 255, 255, 255] },
    { dtype: 'uint32', fields: { uint64Data: [2 ** 32 - 1] }, bytes: [255, 255, 255, 255] },
    { dtype: 'int32', fields: { int32Data: [-1] }, bytes: [255, 255, 255, 255] },
    { dtype: 'int16', fields: { int32Data: [-2] }, bytes: [254, 255] },
    { dtype: 'int8', fields: { int32Data: [-1] }, bytes: [255] },
    { dtype: 'bool', fields: { int32Data: [1] }, bytes: [1] },
    { dtype: 'float16', fields: { int32Data: [0x3c00] }, bytes: [0, 60] },
    { dtype: 'bfloat16', fields: { int32Data: [0x3f80] }, bytes: [128, 63] },
    { dtype: 'float8e5m2', fields: { int32Data: [0x3c] }, bytes: [0x3c] },
    { dtype: 'int4', fields: { int32Data: [0x0f] }, bytes: [0x0f] },
  ] as const)('reads $dtype from its list of numbers', ({ dtype, fields, bytes }) => {
    expect(bytesOf(storageOf({ dims: [1], dataType: DTYPES[dtype].onnx, ...fields }))).toEqual(bytes);
  });

  test.each(DTYPE_NAMES.filter((name) => name !== 'string'))('refuses %s whose bytes do not fit its sizes', (dtype) => {
    const { code, message } = errorOf(() =>
      storageOf({ dims: [3], dataType: DTYPES[dtype].onnx, rawData: new Uint8Array(100) }),
    );
    expect(code).toBe('ONNX_MALFORMED');
    expect(message).toContain('initializer "w"');
  });

  test.each([
    { what: 'a negative size', tensor: { dims: [-1], dataType: 1 } },
    { what: 'a size beyond 2^53', tensor: { dims: [2n ** 60n], dataType: 1 } },
    { what: 'a product beyond 2^53', tensor: { dims: [2 ** 30, 2 ** 30], dataType: 1 } },
    { what: 'an unknown element type', tensor: { dims: [1], dataType: 99 } },
    { what: 'a segment', tensor: { dims: [1], dataType: 1, floatData: [1], segment: {} } },
    { what: 'too few strings', tensor: { dims: [2], dataType: 8, stringData: [new Uint8Array()] } },
  ])('refuses $what', ({ tensor }) => {
    expect(errorOf(() => storageOf(tensor)).code).toBe('ONNX_MALFORMED');
  });

  test.each([
    { what: 'any external data', entries: { location: 'w.data' }, says: 'no folder' },
    { what: 'an unknown key', entries: { location: 'w.data', __proto: 'x' }, says: '"__proto"' },
    { what: 'a negative offset', entries: { location: 'w.data', offset: '-1' }, says: 'offset "-1"' },
    { what: 'an offset that is no decimal number', entries: { location: 'w.data', offset: '1e3' }, says: '"1e3"' },
    { what: 'a petabyte', entries: { location: 'w.data', length: '1000000000000000' }, says: '4 bytes' },
    { what: 'a length beyond 2^53', entries: { location: 'w.data', length: '9999999999999999' }, says: 'length' },
    { what: 'a place in memory', entries: { location: '*/_ORT_MEM_ADDR_/*' }, says: 'memory' },
    { what: 'no location', entries: { offset: '0' }, says: 'names no file' },
  ])('refuses $what in a model given as bytes', ({ entries, says }) => {
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    const { code, message } = errorOf(() => storageOf({ dims: [1], dataType: 1, dataLocation: 1, externalData }));
    expect(code).toBe('EXTERNAL_DATA');
    expect(message).toContain(says);
  });
});

describe('readModel refuses', () => {
  const x = { name: 'x' };
  const y = { name: 'y' };
  const call = (name: string): NodeProto => ({ opType: name, domain: 'f', input: ['x'], output: ['y'] });
  const definition = (name: string, calls: NodeProto) => ({
    name,
    domain: 'f',
    input: ['x'],
    output: ['y'],
    node: [calls],
    opsetImport: [{ domain: '', version: 21 }],
  });
  const wrapped = (inner: NodeProto): NodeProto => ({
    opType: 'If',
    input: ['x'],
    output: ['y'],
    attribute: [{ name: 'then_branch', type: 5, g: { node: [inner], output: [{ name: 'y' }] } }],
  });

  const cases: readonly { what: string; model: ModelProto; says: string }[] = [
    { what: 'a model without a graph', model: { irVersion: 10 }, says: 'no graph' },
    {
      what: 'a name that nothing makes',
      model: model({ input: [x], node: [relu('z', 'y', 'act')], output: [y] }),
      says: '"z" is read by node "act"',
    },
    {
      what: 'a value made twice',
      model: model({ input: [x], node: [relu('x', 'y'), relu('x', 'y', 'second')], output: [y] }),
      says: '"y" is made twice',
    },
    {
      what: 'nodes in a circle',
      model: model({ input: [x], node: [relu('b', 'a', 'one'), relu('a', 'b', 'two')], output: [{ name: 'a' }] }),
      says: 'node "one" reads node "two" reads node "one"',
    },
    {
      what: 'an output that nothing makes',
      model: model({ input: [x], output: [y] }),
      says: '"y" is read by the outputs of graph "g"',
    },
    {
      what: 'two versions of one opset',
      model: model(
        { input: [x], output: [x] },
        {
          opsetImport: [
            { domain: '', version: 21 },
            { domain: 'ai.onnx', version: 20 },
          ],
        },
      ),
      says: 'versions 21 and 20',
    },
    { what: 'no opset', model: model({ input: [x], output: [x] }, { opsetImport: [] }), says: 'imports no opset' },
    {
      what: 'a reference to an attribute outside of functions',
      model: model({
        input: [x],
        node: [{ ...relu('x', 'y', 'act'), attribute: [{ name: 'alpha', type: 1, refAttrName: 'a' }] }],
        output: [y],
      }),
      says: 'attribute "alpha" of node "act"',
    },
    {
      what: 'an attribute given twice',
      model: model({
        input: [x],
        node: [{ ...relu('x', 'y'), attribute: ['a', 'a'].map((name) => ({ name, type: 2, i: 1 })) }],
        output: [y],
      }),
      says: 'attribute "a" twice',
    },
    {
      what: 'an attribute of no type',
      model: model({ input: [x], node: [{ ...relu('x', 'y'), attribute: [{ name: 'a', type: 77 }] }], output: [y] }),
      says: 'no known type (77)',
    },
    {
      what: 'a function that calls itself',
      model: model({ input: [x], output: [x] }, { functions: [definition('a', call('a'))] }),
      says: 'function f.a calls function f.a',
    },
    {
      what: 'functions that call each other through a body, though nobody calls them',
      model: model(
        { input: [x], output: [x] },
        { functions: [definition('a', wrapped(call('b'))), definition('b', call('a'))] },
      ),
      says: 'function f.a calls function f.b calls function f.a',
    },
    {
      what: 'two functions of one name',
      model: model(
        { input: [x], output: [x] },
        { functions: [definition('a', relu('x', 'y')), definition('a', relu('x', 'y'))] },
      ),
      says: 'two functions are named function f.a',
    },
  ];

  test.each(cases)('$what', ({ model: proto, says }) => {
    const { code, message } = errorOf(() => readModel(proto));
    expect(code).toBe('ONNX_MALFORMED');
    expect(message).toContain(says);
  });
});
