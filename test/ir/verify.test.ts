// The verifier finds what is broken in a graph, and nothing in a sound one.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { tensorType } from '../../src/ir/type.ts';
import { verifyGraph } from '../../src/ir/verify.ts';

const FLOAT = tensorType('float32', []);

function problems(graph: Graph): string[] {
  try {
    verifyGraph(graph);
    return [];
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    expect(new Set(error.errors.map(({ code }) => code))).toEqual(new Set(['GRAPH_INVALID']));
    return error.errors.map(({ message }) => message);
  }
}

function one(graph: Graph, op: string, inputs: readonly Value[], bodies: Readonly<Record<string, Graph>> = {}): Value {
  const attributes = new Map(Object.entries(bodies).map(([name, value]) => [name, { kind: 'graph', value } as const]));
  const [output] = graph.addNode({ domain: '', op, inputs, outputs: 1, attributes }).outputs;
  if (!output) throw new TypeError('a node has an output');
  return output;
}

function start() {
  const graph = new Graph({ name: 'main' });
  return { graph, x: graph.addInput('x', FLOAT) };
}

/** A body that returns `make`'s value. */
function body(parent: Graph, make: (graph: Graph) => Value): Graph {
  const graph = new Graph({ name: 'branch', parent });
  graph.setOutputs([make(graph)]);
  return graph;
}

interface Row {
  readonly name: string;
  readonly build: () => Graph;
  readonly finds?: readonly RegExp[];
}

const ROWS: readonly Row[] = [
  {
    name: 'a chain with a constant',
    build: () => {
      const { graph, x } = start();
      graph.setOutputs([one(graph, 'Add', [x, graph.addConstant(tensorFromValues('float32', [], [1]))])]);
      return graph;
    },
  },
  {
    name: 'bodies that read and return values from around them',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      const then_branch = body(graph, (inner) => one(inner, 'Neg', [y]));
      graph.setOutputs([one(graph, 'If', [x], { then_branch, else_branch: body(graph, () => y) })]);
      return graph;
    },
  },
  {
    name: 'an output given twice',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      graph.setOutputs([y, y]);
      return graph;
    },
  },
  {
    name: 'a node that reads what comes later',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      if (y.source.kind !== 'node') throw new TypeError('y comes from a node');
      const late = one(graph, 'Neg', [x]);
      y.source.node.setInput(0, late);
      graph.setOutputs([y]);
      return graph;
    },
    finds: [/Relu reads output 0 of Neg before it is defined/],
  },
  {
    name: 'a node that reads a value of another graph',
    build: () => {
      const { graph } = start();
      graph.setOutputs([one(graph, 'Relu', [start().x])]);
      return graph;
    },
    finds: [/Relu reads value "x" before it is defined/],
  },
  {
    name: 'a node that reads what a body before it defines',
    build: () => {
      const { graph, x } = start();
      const inside: Value[] = [];
      const make = (inner: Graph): Value => {
        const value = one(inner, 'Neg', [x]);
        inside.push(value);
        return value;
      };
      const y = one(graph, 'If', [x], { then_branch: body(graph, make), else_branch: body(graph, make) });
      graph.setOutputs([one(graph, 'Add', [y, ...inside.slice(0, 1)])]);
      return graph;
    },
    finds: [/Add reads output 0 of Neg before it is defined/],
  },
  {
    name: 'a branch that reads what the other one defines',
    build: () => {
      const { graph, x } = start();
      let inside = x;
      const then_branch = body(graph, (inner) => (inside = one(inner, 'Neg', [x])));
      const else_branch = body(graph, (inner) => one(inner, 'Abs', [inside]));
      graph.setOutputs([one(graph, 'If', [x], { a: then_branch, b: else_branch })]);
      return graph;
    },
    finds: [/Abs reads output 0 of Neg before it is defined/],
  },
  {
    name: 'an output that nothing defines',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      if (y.source.kind !== 'node') throw new TypeError('y comes from a node');
      graph.detach(y.source.node);
      graph.setOutputs([y]);
      return graph;
    },
    finds: [/output output 0 of Relu of main is not defined in it/],
  },
  {
    name: 'a reader that is gone',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      graph.setOutputs([y]);
      if (y.source.kind !== 'node') throw new TypeError('y comes from a node');
      y.source.node.inputs[0]?.addUser(y.source.node);
      return graph;
    },
    finds: [/lists 2 uses by Relu, which reads it 1 times/],
  },
  {
    name: 'a reader that does not read',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      const z = one(graph, 'Neg', [y]);
      if (z.source.kind === 'node') x.addUser(z.source.node);
      graph.setOutputs([z]);
      return graph;
    },
    finds: [/value "x" lists Neg as a reader, which does not read it/],
  },
  {
    name: 'a body that two nodes hold',
    build: () => {
      const { graph, x } = start();
      const shared = body(graph, (inner) => one(inner, 'Neg', [x]));
      const first = one(graph, 'If', [x], { then_branch: shared });
      graph.setOutputs([first, one(graph, 'If', [x], { then_branch: shared })]);
      return graph;
    },
    finds: [/body branch of If belongs to another graph or node/],
  },
  {
    name: 'two names alike at the edge',
    build: () => {
      const { graph, x } = start();
      const y = one(graph, 'Relu', [x]);
      y.name = 'x';
      graph.setOutputs([y]);
      return graph;
    },
    finds: [/two values of main are named "x"/],
  },
  {
    name: 'a function whose body reads a value of the model',
    build: () => {
      const { graph, x } = start();
      const inner = new Graph({ name: 'double' });
      inner.setOutputs([one(inner, 'Add', [x, x])]);
      graph.functions.set('custom:double:', {
        domain: 'custom',
        name: 'double',
        overload: '',
        body: inner,
        attributes: [],
        defaults: new Map(),
        opsets: new Map([['', 21]]),
      });
      graph.setOutputs([one(graph, 'Relu', [x])]);
      return graph;
    },
    finds: [/Add reads value "x" before it is defined/],
  },
];

describe('verifyGraph', () => {
  test.each(ROWS.filter(({ finds }) => !finds))('accepts $name', ({ build }) => {
    expect(problems(build())).toEqual([]);
  });

  test.each(ROWS.filter(({ finds }) => finds))('finds $name', ({ build, finds = [] }) => {
    const found = problems(build());
    for (const wanted of finds) expect(found).toContainEqual(expect.stringMatching(wanted));
  });

  test('reports all problems together', () => {
    const { graph, x } = start();
    const foreign = start().x;
    graph.setOutputs([one(graph, 'Add', [foreign, x]), one(graph, 'Relu', [foreign])]);
    expect(problems(graph)).toHaveLength(2);
  });
});
