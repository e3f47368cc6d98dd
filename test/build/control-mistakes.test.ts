// Calls of control flow that code without types, or a slip, makes wrong: each ends in an error of its own.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { op } from '../../src/build/op.ts';
import { type GraphBuilder, graph as graphOf } from '../../src/index.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';

type Call = (x: Value, c: Value, g: GraphBuilder) => unknown;
const untyped: Record<'Loop' | 'Scan' | 'SequenceMap', (...args: unknown[]) => readonly Value[]> = op as never;

/** The codes of the mistakes that a call makes, with whether each knows its place in the code. */
function codesOf(call: Call): readonly (readonly [code: string, placed: boolean])[] {
  try {
    const model = graphOf((g) => {
      const x = g.input('x', 'float32', ['b']);
      const c = g.input('c', 'bool', []);
      const result = call(x, c, g);
      return Array.isArray(result) ? result : [x];
    });
    void model.graph;
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors.map(({ code, origin }) => [code, origin?.site !== undefined]);
  }
  return [];
}

const body = (...values: Value[]): readonly Value[] => values;

describe('control flow', () => {
  test.each<[fact: string, code: string, call: Call]>([
    ['Loop without its list of states', 'OP_INVALID', (_, c) => untyped.Loop(3, c, { body })],
    ['Loop with a state that stands alone', 'OP_INVALID', (x, c) => untyped.Loop(3, c, x, { body })],
    ['Loop without its options', 'ATTRIBUTE_MISSING', (x, c) => untyped.Loop(3, c, [x])],
    ['Loop without a body', 'OP_INVALID', (x, c) => untyped.Loop(3, c, [x], {})],
    ['Scan without a list', 'OP_INVALID', (x) => untyped.Scan(x, { body, num_scan_inputs: 1 })],
    ['Scan without num_scan_inputs', 'OP_INVALID', (x) => untyped.Scan([x], { body })],
    ['Scan with more scanned inputs than inputs', 'OP_INVALID', (x) => op.Scan([x], { body, num_scan_inputs: 2 })],
    ['Scan with half a scanned input', 'OP_INVALID', (x) => op.Scan([x], { body, num_scan_inputs: 0.5 })],
    ['Scan of nothing', 'OP_INVALID', () => op.Scan([], { body, num_scan_inputs: 1 })],
    ['SequenceMap without its list', 'OP_INVALID', (x) => untyped.SequenceMap(op.SequenceConstruct([x]), { body })],
    [
      'a branch that returns a value of its sibling',
      'GRAPH_FOREIGN_VALUE',
      (x, c) => {
        let inner = x;
        return op.If(c, { then_branch: () => (inner = op.Relu(x)), else_branch: () => inner });
      },
    ],
    [
      'a body that returns a value of a body that is done',
      'GRAPH_FOREIGN_VALUE',
      (x, c) => {
        let inner = x;
        op.If(c, { then_branch: () => (inner = op.Relu(x)), else_branch: () => x });
        return op.Loop(3, true, [x], { body: (_, condition) => [condition ?? c, inner] });
      },
    ],
    [
      'a body that is a graph of another place',
      'GRAPH_FOREIGN_VALUE',
      (x, c) => op.If(c, { then_branch: new Graph({ name: 'elsewhere' }), else_branch: () => x }),
    ],
  ])('%s is %s', (_, code, call) => {
    expect(codesOf(call)).toEqual([[code, true]]);
  });

  test('a branch may return a value from around it', () => {
    expect(codesOf((x, c) => op.If(c, { then_branch: () => x, else_branch: () => op.Relu(x) }))).toEqual([]);
  });
});
