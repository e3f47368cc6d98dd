// Paths and names of layers, composition by blocks, sharing, and what a layer tells of itself.
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { isLayer, op, type Value } from '../../src/index.ts';
import { layerFacts, parametersOf } from '../../src/nn/layer.ts';
import { errorOf } from './initializers/error-of.ts';

const pathsOf = (net: dw.DefinedModel): string[] => [...net.parameters().keys()];
const plain = { bias: false } as const;

describe('paths', () => {
  test('an unnamed layer takes its index, counting plain functions and layers without parameters', () => {
    const net = dw.model(
      dw.sequential(dw.relu, dw.dense(4, plain), dw.dropout(), (x) => op.Neg(x), dw.dense(2, plain)),
    );
    expect(pathsOf(net)).toEqual(['1.weight', '4.weight']);
  });

  test('a name takes the place of the index', () => {
    const net = dw.model(
      dw.sequential(dw.dense(4, { ...plain, name: 'hidden' }), dw.dense(2, { ...plain, name: 'out' })),
    );
    expect(pathsOf(net)).toEqual(['hidden.weight', 'out.weight']);
  });

  test('a block gives its parts the keys, also in lists and groups', () => {
    const stages = [dw.dense(4, plain), dw.dense(3, plain)];
    const [head, tail] = [dw.dense(2, plain), dw.dense(1, plain)];
    const net = dw.model(
      dw.block({ stages, ends: { head, tail } }, (x: Value) =>
        tail(head(stages.reduce((value, stage) => stage(value), x))),
      ),
    );
    expect(pathsOf(net)).toEqual(['stages.0.weight', 'stages.1.weight', 'ends.head.weight', 'ends.tail.weight']);
  });

  test('layers called in a function take indices in the order of their first calls', () => {
    const [a, b] = [dw.dense(4, plain), dw.dense(4, plain)];
    expect(pathsOf(dw.model((x: Value) => a(b(a(x)))))).toEqual(['0.weight', '1.weight']);
  });

  test('compositions nest with dots', () => {
    const inner = dw.residual(dw.sequential(dw.dense(4, plain)));
    const net = dw.model(dw.sequential(dw.dense(4, plain), dw.concat(inner, dw.dense(3, { ...plain, name: 'side' }))));
    expect(pathsOf(net)).toEqual(['0.weight', '1.0.layer.0.weight', '1.side.weight']);
  });

  test('the outermost layer adds no segment', () => {
    expect(pathsOf(dw.model(dw.dense(4)))).toEqual(['weight', 'bias']);
  });

  test('two siblings of one name are refused', () => {
    const twins = dw.sequential(dw.dense(4, { name: 'twin' }), dw.dense(4, { name: 'twin' }));
    const error = errorOf(() => dw.model(twins));
    expect(error.code).toBe('NAME_DUPLICATE');
    expect(error.message).toContain('"twin"');
    expect(error.origin?.site?.place?.file).toContain('layer.test.ts');
  });

  test('paths do not depend on whether a model lists its layers or finds them by tracing', () => {
    const make = () => dw.sequential(dw.conv2d(4, 3), dw.batchNorm(), dw.flatten(), dw.dense(2));
    const listed = make();
    const traced = make();
    expect(pathsOf(dw.model((x: Value) => traced(x))).map((path) => path.replace(/^0\./, ''))).toEqual([
      ...parametersOf(listed).values(),
    ]);
  });
});

describe('block', () => {
  test('takes several inputs and gives several outputs', () => {
    const [left, right] = [dw.dense(4, plain), dw.dense(5, plain)];
    const pair = dw.block({ left, right }, (a: Value, b: Value) => [left(a), right(b)] as const);
    const net = dw.model((a: Value, b: Value) => pair(a, b));
    const { graph } = net.bind({ x0: [2, 3], x1: [2, 6] });
    expect(graph.outputs.map(({ shape }) => dw.formatShape(shape))).toEqual(['[batch, 4]', '[batch, 5]']);
    expect(pathsOf(net)).toEqual(['0.left.weight', '0.right.weight']);
  });

  test('lists its parameters by its own kind and name', () => {
    const fc = dw.dense(4);
    const facts = layerFacts(dw.block({ fc }, (x: Value) => fc(x), { kind: 'head', name: 'top' }));
    expect([facts.kind, facts.label, facts.isComposition]).toEqual(['head', 'top', true]);
    expect(facts.children.map(([name]) => name)).toEqual(['fc']);
  });

  test('a mistake inside stands on the line of the call in the block', () => {
    const fc = dw.dense(4);
    const broken = dw.block({ fc }, (x: Value) => op.MatMul(fc(x), op.Constant({ value_floats: [1, 2, 3] })));
    const error = errorOf(() => dw.model(dw.sequential(broken), { inputs: { x: ['n', 8] } }));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.origin?.path).toBe('model.0 block');
    expect(error.origin?.site?.place?.file).toContain('layer.test.ts');
  });
});

describe('defineLayer', () => {
  test('makes functions that are told apart from others', () => {
    expect(isLayer(dw.dense(4))).toBe(true);
    expect([isLayer(dw.relu), isLayer((x: Value) => x), isLayer({}), isLayer(undefined)]).toEqual(Array(4).fill(false));
  });

  test('an undefined parameter does not exist', () => {
    const facts = layerFacts(dw.dense(4, { bias: false }));
    expect(Object.keys(facts.parameters)).toEqual(['weight']);
  });

  test('a layer with parameters made inside a model is refused, once for each line', () => {
    const error = errorOf(() => dw.model((x: Value) => dw.transformerEncoderLayer(2, 8)(dw.relu()(x))));
    expect(error.errors.map(({ code }) => code)).toEqual(['LAYER_INSIDE_MODEL']);
    expect(error.origin?.site?.place?.file).toContain('layer.test.ts');
    const graph = dw.model((x: Value) => dw.sequential(dw.relu(), dw.dropout())(x)).bind([2, 3]).graph;
    expect([...graph.nodes()].map((node) => node.op)).toEqual(['Relu', 'dropout']);
  });

  test('a layer called outside of a model is refused', () => {
    let leaked: Value | undefined;
    dw.model((x: Value) => (leaked = dw.relu(x)));
    const error = errorOf(() => leaked && dw.dense(4)(leaked));
    expect(error.code).toBe('GRAPH_FOREIGN_VALUE');
    expect(error.hint).toBeTruthy();
  });
});

describe('activations', () => {
  const forms: readonly (readonly [string, dw.Stage])[] = [
    ['relu', dw.relu],
    ['relu()', dw.relu()],
    ['relu({ name })', dw.relu({ name: 'act' })],
    ['a function that calls relu', (x: Value) => dw.relu(x)],
  ];

  test.each(forms)('%s stands in a sequence', (_, stage) => {
    const { graph } = dw.model(dw.sequential(stage, stage)).initialize().bind([2, 3]).compile();
    expect([...graph.nodes()].map((node) => node.op)).toEqual(['Relu', 'Relu']);
  });

  const named: readonly (readonly [dw.ActivationName, dw.Layer])[] = [
    ['relu', dw.relu()],
    ['gelu', dw.gelu()],
    ['geluTanh', dw.gelu({ approximate: 'tanh' })],
    ['silu', dw.silu()],
    ['hardSigmoid', dw.hardSigmoid()],
    ['softmax', dw.softmax()],
  ];

  test.each(named)('%s by name is what its layer is', (name, layer) => {
    const [byName, byLayer] = [dw.dense(4, { activation: name }), dw.sequential(dw.dense(4), layer)].map((each) =>
      [...dw.model(each).initialize().bind([2, 3]).compile().graph.nodes()].map(({ op: kind, attributes }) => [
        kind,
        attributes,
      ]),
    );
    expect(byName).toEqual(byLayer);
  });

  test('a function may be an activation', () => {
    const layer = dw.dense(4, { activation: (x) => op.Sin(x) });
    expect([...dw.model(layer).bind([2, 3]).graph.nodes()].map((node) => node.op)).toEqual(['dense', 'Sin']);
  });
});
