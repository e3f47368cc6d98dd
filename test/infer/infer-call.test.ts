// Calls of the model's own functions: inferred anew for each call.
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/base/errors.ts';
import { setWarningHandler } from '../../src/base/warn.ts';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { inferGraph } from '../../src/infer/infer-node.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { Graph } from '../../src/ir/graph.ts';
import type { InferContext } from '../../src/ir/operator.ts';
import { parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType } from '../../src/ir/type.ts';

/** Infers a graph from its text; gives the types of its nodes' outputs, its constraints and its mistakes. */
function infer(graph: Graph) {
  const mistakes: Diagnostic[] = [];
  inferGraph(graph, (diagnostic) => mistakes.push(diagnostic));
  const nodes = [...graph.nodes()];
  return {
    types: nodes.flatMap((node) => node.outputs.map((value) => formatType(value.type))),
    constraints: graph.facts.constraints().map((constraint) => formatConstraint(constraint)),
    mistakes,
  };
}

const HEADER = '<opset_import: ["" : 21, "f" : 1]>';
const FUNCTION = '<domain: "f", opset_import: ["" : 21]>';

describe('a call of a function', () => {
  test('gives each call the types of its own inputs', () => {
    const { types, mistakes } = infer(
      parseGraph(`${HEADER}
        g (float[n,20] a, double[3] b) => (c, d) { c = f.twice (a) d = f.twice (b) }
        ${FUNCTION} twice (x) => (z) { y = Relu (x) z = Add (x, y) }`),
    );
    expect(mistakes).toEqual([]);
    expect(types).toEqual(['float32[n, 20]', 'float64[3]']);
  });

  test('puts attributes in the place of references, defaults where none is given', () => {
    const { types } = infer(
      parseGraph(`${HEADER}
        g (float[n,20] a) => (c, d) { c = f.turn <perm = [1, 0]> (a) d = f.turn (a) }
        ${FUNCTION} turn <perm: ints = [0, 1]> (x) => (y) { y = Transpose <perm: ints = @perm> (x) }`),
    );
    expect(types).toEqual(['float32[20, n]', 'float32[n, 20]']);
  });

  test('passes known elements through, both ways', () => {
    const { types } = infer(
      parseGraph(`${HEADER}
        g (float[n,20] a) => (c) <int64[1] one = {1}> { s = f.tail (a, one) c = Expand (one, s) }
        ${FUNCTION} tail (x, from) => (y) {
          s = Shape (x)
          end = Constant <value = int64[1] {2}> ()
          y = Slice (s, from, end)
        }`),
    );
    expect(types.at(-1)).toBe('int64[20]');
  });

  test('asks of the graph what its nodes ask for', () => {
    const { constraints, types } = infer(
      parseGraph(`${HEADER}
        g (float[a,b] x, float[c,d] y) => (z) { z = f.product (x, y) }
        ${FUNCTION} product (x, y) => (z) { z = MatMul (x, y) }`),
    );
    expect(types).toEqual(['float32[a, d]']);
    expect(constraints).toEqual(['b == c']);
  });

  test('reads its own opset, and the bodies inside of it', () => {
    const { types, mistakes } = infer(
      parseGraph(
        `${HEADER}
        g (float[n,20] x, bool b) => (y) { y = f.choose (x, b) }
        <domain: "f", opset_import: ["" : 11]> choose (x, b) => (y) {
          y = If <then_branch = t () => (s) { s = Squeeze <axes = [0]> (u) },
                  else_branch = e () => (r) { r = ReduceSum <axes = [0], keepdims = 0> (x) }> (b)
        }`.replace('y = If', 'u = Unsqueeze <axes = [0]> (x) w = Squeeze <axes = [0]> (u) y = If'),
      ),
    );
    expect(mistakes).toEqual([]);
    expect(types[0]).toMatch(/^float32\[/);
  });

  test('tells mistakes inside with the place of the call', () => {
    const { mistakes, types } = infer(
      parseGraph(`${HEADER}
        g (float[2,3] x) => (y, z) { y = f.square (x) z = Relu (y) }
        ${FUNCTION} square (x) => (y) { y = MatMul (x, x) }`),
    );
    expect(mistakes.map(({ code }) => code)).toEqual(['SHAPE_MISMATCH']);
    expect(mistakes[0]?.related?.at(-1)?.message).toBe('in function square, called at');
    expect(types).toEqual(['unknown', 'unknown']);
  });

  test('goes through calls of calls', () => {
    const { types } = infer(
      parseGraph(`${HEADER}
        g (float[n,4] x) => (y) { y = f.outer (x) }
        ${FUNCTION} outer (x) => (y) { h = f.inner (x) y = f.inner (h) }
        ${FUNCTION} inner (x) => (y) { y = Concat <axis = 1> (x, x) }`),
    );
    expect(types).toEqual(['float32[n, 16]']);
  });

  /** Functions f0, f1, ..., each calling the next `times` times. */
  function chain(length: number, times: number, leaf = 'Relu'): Graph {
    const graph = parseGraph(`${HEADER} g (float[n] x) => (y) { y = f.f0 (x) }`);
    for (let i = 0; i < length; i++) {
      const next = i + 1 < length ? `f.f${i + 1}` : leaf;
      const calls = Array.from({ length: times }, (_, k) => `v${k + 1} = ${next} (v${k})`).join('\n');
      const text = `${HEADER} f${i} (v0) => (v${times}) { ${calls} }`;
      const body = parseGraph(text);
      const definition = { domain: 'f', name: `f${i}`, overload: '', attributes: [], defaults: new Map() };
      graph.functions.set(functionKey('f', `f${i}`), { ...definition, body, opsets: body.opsets });
    }
    return graph;
  }

  test('is followed 100 deep, and refused deeper', () => {
    expect(infer(chain(100, 1)).types).toEqual(['float32[n]']);
    const { mistakes } = infer(chain(5000, 1));
    expect(mistakes.map(({ code }) => code)).toEqual(['FUNCTION_BUDGET']);
  });

  test('is inferred once where its types are the same, so that 2^40 nodes cost 40 calls', () => {
    const { mistakes, types } = infer(chain(40, 2));
    expect(mistakes).toEqual([]);
    expect(types).toEqual(['float32[n]']);
  });

  test('is refused where it stands for 2^40 nodes that each make a size of their own, soon', () => {
    const { mistakes, types } = infer(chain(40, 2, 'Unique'));
    expect(new Set(mistakes.map(({ code }) => code))).toEqual(new Set(['FUNCTION_BUDGET']));
    expect(types).toEqual(['unknown']);
  });

  test('is inferred anew for other types, contents and attributes, and once for each of them', () => {
    let count = 0;
    const counting = {
      name: 'Counting',
      infer: (cx: InferContext) => {
        count++;
        return [cx.type(0)];
      },
      examples: [],
    };
    const graph = parseGraph(`${HEADER}
      g (float[n,20] a, float[n,5] b) => (f) <int64[1] p = {0}, int64[1] q = {1}> {
        a1 = f.twice (a, p) a2 = f.twice (a1, p) a3 = f.twice (a2, p) a4 = f.twice (a3, p)
        b1 = f.twice (b, p) b2 = f.twice (b1, p)
        c1 = f.twice <axis = 1> (a, p) c2 = f.twice <axis = 1> (c1, p)
        d1 = f.twice (a, q) d2 = f.twice (d1, q)
        e = f.twice (b2, p) f = f.twice (c2, p)
      }`);
    const body = new Graph({ name: 'twice' });
    const [x, y] = ['x', 'y'].map((name) => body.addInput(name, { kind: 'unknown' }));
    const node = body.addNode({ domain: '', op: 'Counting', inputs: [x, y], outputs: 1, row: counting });
    body.setOutputs(node.outputs);
    const definition = { domain: 'f', name: 'twice', overload: '', attributes: ['axis'], defaults: new Map() };
    graph.functions.set(functionKey('f', 'twice'), { ...definition, body, opsets: body.opsets });
    expect(infer(graph).types).toHaveLength(12);
    expect(count).toBe(4);
  });

  test('is found by its overload', () => {
    const { types } = infer(
      parseGraph(`${HEADER}
        g (float[n,4] x) => (y, z) { y = f.join (x) z = f.join:wide (x) }
        ${FUNCTION} join (x) => (y) { y = Concat <axis = 0> (x, x) }
        <domain: "f", overload: "wide", opset_import: ["" : 21]> join (x) => (y) { y = Concat <axis = 1> (x, x) }`),
    );
    expect(types).toEqual(['float32[2*n, 4]', 'float32[n, 8]']);
  });

  test('fixes the rank of what it is given', () => {
    const graph = parseGraph(`${HEADER}
      g (float x, float[8,3,3,3] w) => (z) { h = Relu (x) y = f.filter (h, w) z = Neg (h) }
      ${FUNCTION} filter (x, w) => (y) { y = Conv (x, w) }`);
    graph.inputs[0]?.setType({ kind: 'tensor', dtype: 'float32', shape: null });
    const { types } = infer(graph);
    expect(types).toEqual(['float32[?, 3, ?, ?]', 'float32[?, 8, ?, ?]', 'float32[?, 3, ?, ?]']);
    expect(graph.inputs.map((input) => formatType(input.type))[0]).toBe('float32[?, 3, ?, ?]');
  });
});

describe('an operator that is not known', () => {
  test('warns once for each name and goes on, its outputs open', () => {
    const warnings: Diagnostic[] = [];
    const before = setWarningHandler((warning) => warnings.push(warning));
    try {
      const { types, mistakes } = infer(
        parseGraph(`${HEADER}
          g (float[n,4] x) => (z) {
            a = far.Blur (x) b = far.Blur (a) c = far.Mark (b) d = Relux (x) y = Reshape (c, d) z = Relu (y)
          }`),
      );
      expect(mistakes).toEqual([]);
      expect(types).toEqual(['unknown', 'unknown', 'unknown', 'unknown', '?[...]', '?[...]']);
    } finally {
      setWarningHandler(before);
    }
    expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'OP_UNKNOWN: operator far.Blur is not known; the types of what it gives are open',
      'OP_UNKNOWN: operator far.Mark is not known; the types of what it gives are open',
      'OP_UNKNOWN: operator ai.onnx.Relux is not known; the types of what it gives are open',
    ]);
    expect(warnings.at(-1)?.hint).toBe('did you mean Relu?');
  });
});
