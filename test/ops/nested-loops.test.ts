// What nesting costs: a body is looked at a bounded number of times, however deep it lies.
import { describe, expect, test } from 'vitest';
import { type Value as Built, graph as graphOf, op } from '../../src/index.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import type { OperatorRow } from '../../src/ir/operator.ts';
import { formatType } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';

let looks = 0;
/** Doubles or lengthens its input, and counts how often it is inferred. */
const counting = (
  grow: (cx: Parameters<OperatorRow['infer']>[0]) => ReturnType<OperatorRow['infer']>,
): OperatorRow => ({
  name: 'Counting',
  domain: 'dimwise.nn',
  infer: (cx) => {
    looks++;
    return grow(cx);
  },
  examples: [],
});

const SAME = counting((cx) => [cx.type(0)]);
const FRESH = counting((cx) => [cx.tensor([cx.fresh('u')])]);

function input(graph: Graph, text: string): Value {
  const { type, content } = parseType(text);
  const value = graph.addInput(`in${graph.inputs.length}`, type);
  value.setType(type, content);
  return value;
}

/** Loops inside of each other around `innermost`, which takes the state; the type of what the outermost gives. */
function nested(depth: number, innermost: (graph: Graph, state: Value) => Value): string {
  const root = new Graph();
  const trips = input(root, 'int64[] = n');
  const loop = (graph: Graph, state: Value, level: number): Value => {
    if (level === 0) return innermost(graph, state);
    const body = new Graph({ parent: graph });
    const [, condition, inner] = [input(body, 'int64[]'), input(body, 'bool[]'), input(body, 'float32[a]')];
    if (!condition || !inner) expect.unreachable('a body has its inputs');
    body.setOutputs([condition, loop(body, inner, level - 1)]);
    const attributes = new Map<string, Attribute>([['body', { kind: 'graph', value: body }]]);
    const node = graph.addNode({ domain: '', op: 'Loop', inputs: [trips, undefined, state], outputs: 1, attributes });
    return node.outputs[0] ?? state;
  };
  const output = loop(root, input(root, 'float32[a]'), depth);
  const mistakes: string[] = [];
  looks = 0;
  for (const node of root.nodes()) inferNode(node, ({ message }) => mistakes.push(message));
  expect(mistakes).toEqual([]);
  return formatType(output.type);
}

function add(graph: Graph, state: Value, row?: OperatorRow): Value {
  const [output] = graph.addNode(
    row
      ? { domain: 'dimwise.nn', op: 'Counting', inputs: [state], outputs: 1, row }
      : { domain: '', op: 'Concat', inputs: [state, state.graph.root.inputs[1]], outputs: 1, attributes: AXIS },
  ).outputs;
  return output ?? state;
}

const AXIS = new Map<string, Attribute>([['axis', { kind: 'int', value: 0 }]]);

describe('loops inside of loops', () => {
  test('whose state keeps its sizes look at the innermost body once', () => {
    expect(nested(6, (graph, state) => add(graph, state, SAME))).toBe('float32[a]');
    expect(looks).toBe(1);
  });

  test.each([
    [1, 'float32[a*n + a]'],
    [2, 'float32[a*n*n + a]'],
    [3, 'float32[a*n*n*n + a]'],
    [6, 'float32[a*n*n*n*n*n*n + a]'],
  ])('%i deep whose state grows give %s', (depth, type) => {
    expect(nested(depth, (graph, state) => add(graph, add(graph, state, SAME)))).toBe(type);
  });

  test('six deep whose state grows are looked at a bounded number of times', () => {
    nested(6, (graph, state) => add(graph, add(graph, state, SAME)));
    expect(looks).toBeLessThanOrEqual(2000);
  });

  test('six deep whose state is data are looked at a bounded number of times', () => {
    expect(nested(6, (graph, state) => add(graph, state, FRESH))).toMatch(/^float32\[state\d+\]$/);
    expect(looks).toBeLessThanOrEqual(2000);
  });

  test('six deep in the builder trace the innermost function a bounded number of times', () => {
    let traced = 0;
    const model = graphOf((g) => {
      const x = g.input('x', 'float32', ['a']);
      const loop = (state: Built, level: number): Built => {
        if (level === 0) {
          traced++;
          return op.Concat([state, x], { axis: 0 });
        }
        const [next] = op.Loop(2, true, [state], { body: (_, c, inner) => [c ?? x, loop(inner ?? x, level - 1)] });
        return next ?? x;
      };
      return loop(x, 6);
    });
    expect(model.graph.outputs.map(({ type }) => formatType(type))).toHaveLength(1);
    expect(traced).toBeLessThanOrEqual(64);
  });
});
