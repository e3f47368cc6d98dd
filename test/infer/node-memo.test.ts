// What is remembered of nodes never changes what is inferred: equal nodes take over, all others are inferred by their rules.
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { constant, symbol } from '../../src/dim/dim.ts';
import { inferGraph, inferNode } from '../../src/infer/infer-node.ts';
import { Graph, type Node } from '../../src/ir/graph.ts';
import type { InferContext, OperatorRow } from '../../src/ir/operator.ts';
import { parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType, tensorType } from '../../src/ir/type.ts';
import { findRow } from '../../src/ops/rows.ts';

const fail = (diagnostic: { message: string }): never => expect.fail(diagnostic.message);

/** The types of all outputs of a graph given as text. */
function typesOf(text: string): readonly string[] {
  const graph = parseGraph(text);
  inferGraph(graph, fail);
  return [...graph.nodes()].flatMap((node) => node.outputs.map(({ type }) => formatType(type)));
}

/** Counts the runs of an operator's rule while `body` runs. */
function runsOf(name: string, body: () => void): number {
  const row: { infer: OperatorRow['infer'] } | undefined = findRow('', name);
  if (!row) return expect.fail(name);
  const own = row.infer;
  let runs = 0;
  row.infer = (cx: InferContext) => {
    runs += 1;
    return own(cx);
  };
  try {
    body();
  } finally {
    row.infer = own;
  }
  return runs;
}

const H = '<opset_import: ["" : 21]>';

describe('remembering nodes', () => {
  test('runs a rule once for equal nodes', () => {
    const text = `${H} g (float[n,20] a) => (d) { b = Relu (a) c = Relu (b) d = Relu (c) }`;
    expect(runsOf('Relu', () => expect(typesOf(text)).toEqual(Array(3).fill('float32[n, 20]')))).toBe(1);
  });

  test.each([
    ['input types', 'b = Transpose (a) c = Transpose (b)', ['float32[20, n]', 'float32[n, 20]']],
    [
      'attributes',
      'b = Transpose <perm = [1, 0]> (a) c = Transpose <perm = [0, 1]> (a)',
      ['float32[20, n]', 'float32[n, 20]'],
    ],
    [
      'kinds of attributes',
      'b = Concat <axis = 0> (a, a) c = Concat <axis = 1> (a, a)',
      ['float32[2*n, 20]', 'float32[n, 40]'],
    ],
    [
      'the number of inputs',
      'b = Concat <axis = 0> (a, a) c = Concat <axis = 0> (a, a, a)',
      ['float32[2*n, 20]', 'float32[3*n, 20]'],
    ],
    [
      'the number of outputs',
      'b = Dropout (a) c, d = Dropout (a)',
      ['float32[n, 20]', 'float32[n, 20]', 'bool[n, 20]'],
    ],
    [
      'contents',
      'p = Constant <value_ints = [0, 5, 4]> () q = Constant <value_ints = [0, 4, 5]> () b = Reshape (a, p) c = Reshape (a, q)',
      ['int64[3]', 'int64[3]', 'float32[n, 5, 4]', 'float32[n, 4, 5]'],
    ],
  ])('tells nodes apart by %s', (_, nodes, expected) => {
    expect(typesOf(`${H} g (float[n,20] a) => (c) { ${nodes} }`)).toEqual(expected);
  });

  test('gives each node of a size that depends on data a symbol of its own', () => {
    const graph = parseGraph(`${H} g (float[n] a) => (b, c) { b = NonZero (a) c = NonZero (a) }`);
    inferGraph(graph, fail);
    const [b, c] = graph.outputs;
    expect(b?.shape[1]).toBeDefined();
    expect(b?.shape[1]).not.toBe(c?.shape[1]);
  });

  test('starts over when something is recorded', () => {
    const graph = new Graph();
    const [n, m] = [symbol('n'), symbol('m')];
    const a = graph.addInput('a', tensorType('float32', [n]));
    const b = graph.addInput('b', tensorType('float32', [m]));
    const sum = (): Node => {
      const node = graph.addNode({ domain: '', op: 'Add', inputs: [a, b], outputs: 1 });
      inferNode(node, fail);
      return node;
    };
    const typeOf = (node: Node): string => formatType(node.outputs[0]?.type ?? fail({ message: 'no output' }));
    expect([typeOf(sum()), typeOf(sum())]).toEqual(['float32[broadcast(m, n)]', 'float32[broadcast(m, n)]']);
    graph.facts.unify(n, constant(7));
    graph.facts.unify(m, constant(7));
    expect(typeOf(sum())).toBe('float32[7]');
  });

  test('names every place that asks for a constraint', () => {
    const graph = new Graph();
    const inputs = [graph.addInput('a', tensorType('float32', [symbol('n'), constant(3), symbol('h')]))];
    const attributes = new Map([['kernel_shape', { kind: 'ints', value: [3] } as const]]);
    for (const layer of ['one', 'two', 'three']) {
      const origin = { path: layer };
      inferNode(graph.addNode({ domain: '', op: 'MaxPool', inputs, attributes, outputs: 1, origin }), fail);
    }
    const [constraint] = graph.facts.constraints();
    expect(constraint && formatConstraint(constraint)).toBe('h >= 3');
    expect(constraint?.origins).toHaveLength(3);
  });
});
