// How sizes came about: steps back to the inputs, through operators, functions and bodies.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { formatConstraint } from '../../../src/dim/constraint.ts';
import { explain, explainConstraint } from '../../../src/infer/explain/explain.ts';
import { explanationRows, formatExplanation } from '../../../src/infer/explain/format.ts';
import { inferGraph } from '../../../src/infer/infer-node.ts';
import { allNodes } from '../../../src/ir/bodies.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { parseGraph } from '../../../src/ir/parse-graph.ts';

const H = '<opset_import: ["" : 21]>';

function inferred(text: string): Graph {
  const graph = parseGraph(text);
  inferGraph(graph, ({ message }) => expect.fail(message));
  return graph;
}

function valueOf(graph: Graph, name: string): Value {
  const made = [...allNodes(graph)].flatMap((node) => node.outputs);
  return [...graph.inputs, ...made].find((value) => value.name === name) ?? expect.fail(name);
}

/** The steps as `place = from`, and the operator that made each. */
const stepsOf = (graph: Graph, name: string, axis: number, isWhole = false): readonly string[] =>
  explanationRows(explain(valueOf(graph, name), axis), undefined, isWhole).map(
    ({ place, from, by }) => `${place} <- ${from} | ${by.replace(/ at .*/, '')}`,
  );

describe('explain', () => {
  const conv = `${H} g (float[n,3,h,w] x, float[8,3,3,3] k) => (y) {
    a = Conv <strides = [2,2], pads = [1,1,1,1]> (x, k) b = Relu (a)
    y = MaxPool <kernel_shape = [2,2], strides = [2,2]> (b) }`;

  test('gives the formula of each node back to the input', () => {
    expect(stepsOf(inferred(conv), 'y', 2)).toEqual([
      'y.shape[2] <- b.shape[2]//2 | MaxPool',
      'b.shape[2] <- a.shape[2] | Relu',
      'a.shape[2] <- ceildiv(x.shape[2], 2) | Conv',
      'x.shape[2] <- the input declares it | input',
    ]);
  });

  test('finds the number that a number comes from', () => {
    expect(stepsOf(inferred(conv), 'y', 1)).toEqual([
      'y.shape[1] <- k.shape[0] | unchanged through 3 nodes: MaxPool, Relu, Conv',
      'k.shape[0] <- the input declares it | input',
    ]);
  });

  test('counts an axis from the end, and shows every node where it is asked to', () => {
    expect(stepsOf(inferred(conv), 'y', -4, true)).toEqual([
      'y.shape[0] <- b.shape[0] | MaxPool',
      'b.shape[0] <- a.shape[0] | Relu',
      'a.shape[0] <- x.shape[0] | Conv',
      'x.shape[0] <- the input declares it | input',
    ]);
  });

  test('follows the elements of shape arithmetic one by one', () => {
    const graph = inferred(`${H} g (float[n,h,w] x) => (y) {
      s = Shape (x) i = Constant <value_ints = [1]> () hs = Gather (s, i)
      two = Constant <value_ints = [2]> () q = Mul (hs, two) rest = Constant <value_ints = [-1]> ()
      t = Concat <axis = 0> (q, rest) y = Reshape (x, t) }`);
    expect(stepsOf(graph, 'y', 0)).toEqual([
      'y.shape[0] <- q[0] | unchanged through 2 nodes: Reshape, Concat',
      'q[0] <- 2*hs[0] | Mul',
      'hs[0] <- x.shape[1] | unchanged through 2 nodes: Gather, Shape',
      'x.shape[1] <- the input declares it | input',
    ]);
  });

  test('says where a size depends on data', () => {
    const graph = inferred(`${H} g (float[n] x) => (y) { a = NonZero (x) y = Transpose (a) }`);
    expect(stepsOf(graph, 'y', 0)).toEqual([
      'y.shape[0] <- a.shape[1] | Transpose',
      'a.shape[1] <- depends on data | NonZero',
    ]);
    expect(explain(valueOf(graph, 'y'), 0).steps.at(-1)?.kind).toBe('data');
  });

  test('names what the operator alone fixes', () => {
    const graph = inferred(`${H} g (float[n] x) => (y) { a = NonZero (x) y = Identity (a) }`);
    expect(stepsOf(graph, 'y', 0).at(-1)).toBe('a.shape[0] <- fixed by the operator and its attributes | NonZero');
  });

  test('takes numbers that must be equal together', () => {
    const graph = inferred(`${H} g (float[n,64] x, float[64] s) => (y) { y = LayerNormalization (x, s) }`);
    expect(stepsOf(graph, 'y', 1)).toEqual([
      'y.shape[1] <- x.shape[1] | LayerNormalization',
      'x.shape[1] <- the input declares it | input',
    ]);
  });

  test('names the other name that an input declared', () => {
    const graph = inferred(`${H} g (float[n,a] x, float[b,4] w) => (y) { y = MatMul (x, w) z = Transpose (w) }`);
    const [row] = explanationRows(explain(valueOf(graph, 'w'), 0));
    expect(row).toMatchObject({ size: 'a', from: 'declared b, which equals it by' });
  });

  test('goes into functions and comes out at what the call gives', () => {
    const graph = inferred(`<opset_import: ["" : 21, "f" : 1]>
      g (float[n,h] x) => (y) { y = f.twice (x) }
      <domain: "f", opset_import: ["" : 21]> twice (a) => (b) { b = Concat <axis = 1> (a, a) }`);
    expect(stepsOf(graph, 'y', 1)).toEqual([
      'y.shape[1] <- b.shape[1] (made in function twice) | twice',
      'b.shape[1] <- 2*a.shape[1] | Concat',
      'a.shape[1] <- x.shape[1] (given by the call) | twice',
      'x.shape[1] <- the input declares it | input',
    ]);
  });

  test('goes into both branches of a condition', () => {
    const graph = inferred(`${H} g (bool c, float[n,h] x) => (y) {
      y = If <then_branch = t () => (p) { p = Relu (x) }, else_branch = e () => (q) { q = Neg (x) }> (c) }`);
    expect(stepsOf(graph, 'y', 1)).toEqual([
      'y.shape[1] <- p.shape[1], q.shape[1] (from then_branch or else_branch) | If',
      'p.shape[1] <- x.shape[1] | Relu',
      'x.shape[1] <- the input declares it | input',
      'q.shape[1] <- x.shape[1] | Neg',
    ]);
  });

  test('follows what a scan slices and stacks', () => {
    const graph = inferred(`${H} g (float[h] s, float[t,h] x) => (last, all) {
      last, all = Scan <num_scan_inputs = 1, body = b (float[h] a, float[h] r) => (o, p) { o = Add (a, r) p = Identity (r) }> (s, x) }`);
    expect(stepsOf(graph, 'all', 0)[0]).toBe('all.shape[0] <- x.shape[0] (the length of the scan inputs) | Scan');
    expect(stepsOf(graph, 'all', 1)).toEqual([
      'all.shape[1] <- p.shape[0] (rows of the steps) | Scan',
      expect.stringContaining('p.shape[0] <- r.shape[0]'),
      'r.shape[0] <- x.shape[1] (one slice of a scan input) | Scan',
      expect.stringContaining('x.shape[1] <- '),
    ]);
  });

  test('stays linear on long chains', () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => `v${i + 1} = Add (v${i}, v${i})`).join(' ');
    const graph = inferred(`${H} g (float[n] v0) => (v5000) { ${nodes} }`);
    expect(explain(valueOf(graph, 'v5000'), 0).steps).toHaveLength(5001);
    expect(stepsOf(graph, 'v5000', 0)).toEqual([
      'v5000.shape[0] <- v0.shape[0] | unchanged through 5000 nodes: Add',
      'v0.shape[0] <- the input declares it | input',
    ]);
  });

  test('leaves the graph as it was', () => {
    const graph = inferred(conv);
    const x = valueOf(graph, 'x');
    const before = { users: x.users.length, nodes: graph.nodeCount, version: graph.facts.version };
    explain(valueOf(graph, 'y'), 2);
    expect({ users: x.users.length, nodes: graph.nodeCount, version: graph.facts.version }).toEqual(before);
  });

  test.each([[4], [-5], [0.5]])('refuses axis %s of a value of rank 4', (axis) => {
    let caught: unknown;
    try {
      explain(valueOf(inferred(conv), 'y'), axis);
    } catch (error) {
      caught = error;
    }
    expect(isDimwiseError(caught) && { code: caught.code, message: caught.errors[0]?.message }).toEqual({
      code: 'EXPLAIN_UNKNOWN',
      message: `value "y" has no axis ${axis}: its rank is 4`,
    });
  });
});

describe('formatExplanation', () => {
  test('puts the answer first and lines the steps up', () => {
    const graph = inferred(`${H} g (float[n,h] x) => (y) { y = Concat <axis = 1> (x, x) }`);
    expect(formatExplanation(explain(valueOf(graph, 'y'), 1)).split('\n')).toEqual([
      'y.shape[1] is 2*h',
      '  y.shape[1]  2*h  2*x.shape[1]           Concat',
      '  x.shape[1]  h    the input declares it  input',
    ]);
  });
});

describe('explainConstraint', () => {
  test('says where each symbol comes into the graph', () => {
    const graph = inferred(`${H} g (float[n,h] x) => (y) {
      two = Constant <value_ints = [0, 12, -1]> () y = Reshape (x, two) }`);
    const [constraint] = graph.facts.constraints();
    if (!constraint) return expect.fail('no constraint');
    expect(formatConstraint(constraint)).toBe('12 | h');
    const { symbols } = explainConstraint(graph, constraint);
    expect(symbols.map(({ symbol, place }) => [symbol.name, place?.value.name, place?.index])).toEqual([['h', 'x', 1]]);
  });
});
