// Each pass on the cases that it names, and on those where it must do nothing.
import { dense, graph, model, op, type Program, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { eliminateDeadNodes } from '../../passes/eliminate-dead-nodes.ts';
import { eliminateIdentities } from '../../passes/eliminate-identities.ts';
import { foldConstants } from '../../passes/fold-constants.ts';
import { lowerLayers } from '../../passes/lower-layers.ts';
import type { Pass } from '../../passes/pass.ts';
import { runPipeline } from '../../passes/pipeline.ts';
import { Trace } from '../../src/build/trace.ts';
import { LAYER_DOMAIN } from '../../src/infer/infer-node.ts';
import { allGraphs, allNodes } from '../../src/ir/bodies.ts';
import { Graph } from '../../src/ir/graph.ts';
import { DEFAULT_TARGET } from '../../src/ir/target.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { emitLayer, type LayerRow } from '../../src/nn/layer-node.ts';

/** Runs one pass on what a program traces to; the operators that are left, those of bodies behind their node. */
function after(pass: Pass, program: Program): { ops: string; changed: boolean; graph: Graph } {
  const { graph: traced } = graph(program).bind({ x: ['n', 4], on: { dtype: 'bool', shape: [] } });
  let changed = false;
  runPipeline(traced, DEFAULT_TARGET, new Trace(traced), {
    passes: [pass],
    afterPass: (_pass, g, did) => {
      verifyGraph(g);
      changed = did;
    },
  });
  return { ops: Array.from(allNodes(traced), (node) => node.op).join(' '), changed, graph: traced };
}

interface Case {
  readonly name: string;
  readonly program: (x: Value, on: Value, g: Parameters<Program>[0]) => ReturnType<Program>;
  /** The operators that are left. */
  readonly left: string;
  /** Whether the pass does something; yes by default. */
  readonly changes?: boolean;
}

function check(pass: Pass, cases: readonly Case[]): void {
  describe(pass.name, () => {
    test.each(cases)('$name', ({ program, left, changes = true }) => {
      const { ops, changed } = after(pass, (g) =>
        program(g.input('x', 'float32', ['n', 4]), g.input('on', 'bool', []), g),
      );
      expect({ ops, changed }).toEqual({ ops: left, changed: changes });
    });
  });
}

const branches = (on: Value, first: () => Value, second: () => Value): Value =>
  op.If(on, { then_branch: first, else_branch: second })[0] ?? on;

check(eliminateDeadNodes, [
  { name: 'keeps what the output needs', program: (x) => op.Relu(op.Neg(x)), left: 'Neg Relu', changes: false },
  {
    name: 'takes out a node that nothing reads, and what only it read',
    program: (x) => {
      op.Exp(op.Neg(x));
      return op.Relu(x);
    },
    left: 'Relu',
  },
  {
    name: 'keeps a node with one output in use',
    program: (x) => {
      const [, indices] = op.TopK(x, [2]);
      return indices;
    },
    left: 'TopK',
    changes: false,
  },
  {
    name: 'keeps what a body reads',
    program: (x, on) => {
      const y = op.Exp(x);
      return branches(
        on,
        () => op.Neg(y),
        () => op.Relu(x),
      );
    },
    left: 'Exp If Relu Neg',
    changes: false,
  },
  {
    name: 'keeps what a body returns',
    program: (x, on) => {
      const y = op.Exp(x);
      return branches(
        on,
        () => op.Neg(x),
        () => y,
      );
    },
    left: 'Exp If Neg',
    changes: false,
  },
  {
    name: 'takes out what is unread inside of a body, and what only that read outside',
    program: (x, on) => {
      const y = op.Exp(x);
      const first = (): Value => {
        op.Neg(y);
        return op.Abs(x);
      };
      return branches(on, first, () => op.Relu(x));
    },
    left: 'If Relu Abs',
  },
  {
    name: 'takes out a node with its bodies and what they alone read or returned',
    program: (x, on) => {
      const [y, z] = [op.Exp(x), op.Abs(x)];
      branches(
        on,
        () => op.Neg(y),
        () => z,
      );
      return op.Relu(x);
    },
    left: 'Relu',
  },
]);

check(eliminateIdentities, [
  { name: 'finds nothing to do without identities', program: (x) => op.Relu(x), left: 'Relu', changes: false },
  { name: 'takes out an identity of an input', program: (x) => op.Relu(op.Identity(x)), left: 'Relu' },
  { name: 'takes out a chain of them', program: (x) => op.Identity(op.Identity(op.Relu(x))), left: 'Relu' },
  { name: 'keeps an identity that returns an input', program: (x) => op.Identity(x), left: 'Identity', changes: false },
  {
    name: 'keeps an identity that returns a constant',
    program: (_x, _on, g) => op.Identity(g.constant(3)),
    left: 'Identity',
    changes: false,
  },
  {
    name: 'keeps an identity of a value that has an output name already',
    program: (x) => {
      const y = op.Relu(x);
      return { y, again: op.Identity(y) };
    },
    left: 'Relu Identity',
    changes: false,
  },
  {
    name: 'takes out identities in bodies, of values from around them too',
    program: (x, on) =>
      branches(
        on,
        () => op.Neg(op.Identity(x)),
        () => op.Identity(op.Abs(x)),
      ),
    left: 'If Abs Neg',
  },
  {
    name: 'keeps an identity by which a body returns a value from around it',
    program: (x, on) =>
      branches(
        on,
        () => op.Identity(x),
        () => op.Abs(x),
      ),
    left: 'If Abs Identity',
    changes: false,
  },
  {
    name: 'leaves an unread identity to the pass for dead nodes',
    program: (x) => {
      op.Identity(x);
      return op.Relu(x);
    },
    left: 'Identity Relu',
    changes: false,
  },
]);

check(foldConstants, [
  { name: 'folds known integers', program: (x) => op.Reshape(x, op.Mul([2n, -1n], [1n, 1n])), left: 'Reshape' },
  {
    name: 'folds a size that is a number',
    program: (x) => op.Reshape(x, op.Unsqueeze(op.Gather(op.Shape(x), 1), [0])),
    left: 'Reshape',
  },
  {
    name: 'keeps sizes that are symbols',
    program: (x) => op.Reshape(x, op.Shape(x)),
    left: 'Shape Reshape',
    changes: false,
  },
  {
    name: 'keeps floats, which inference does not round',
    program: (x) => op.Add(x, op.Add([0.1], [0.2])),
    left: 'Add Add',
    changes: false,
  },
  {
    name: 'keeps the node of an output',
    program: () => op.Add([1n], [2n]),
    left: 'Add',
    changes: false,
  },
  {
    name: 'folds in bodies, but not what a body returns',
    program: (_x, on) =>
      branches(
        on,
        () => op.Add([1n], [2n]),
        () => op.Neg(op.Mul([1n], [3n])),
      ),
    left: 'If Neg Add',
  },
]);

describe('fold-constants', () => {
  test('puts a constant of a body into the body', () => {
    const { graph: traced } = after(foldConstants, (g) => {
      const [x, on] = [g.input('x', 'float32', ['n', 4]), g.input('on', 'bool', [])];
      return branches(
        on,
        () => op.Reshape(x, op.Mul([1n, -1n], [2n, 1n])),
        () => op.Relu(x),
      );
    });
    const constants = Array.from(allGraphs(traced), (each) => each.constants.filter(({ users }) => users.length > 0));
    expect(constants.map(({ length }) => length)).toEqual([0, 0, 1]);
  });

  test('folds a size that was settled after it was read', () => {
    const { ops } = after(foldConstants, (g) => {
      const x = g.input('x', 'float32', ['n', 4]);
      g.input('on', 'bool', []);
      const sizes = op.Shape(x, { end: 1 });
      // Both operands must have as many rows, so n is 3.
      op.Concat([x, g.constant(Array.from({ length: 3 }, () => [0]))], { axis: 1 });
      return op.Expand(1, sizes);
    });
    expect(ops).toBe('Concat Expand');
  });
});

describe('lower-layers', () => {
  const PASS: LayerRow = {
    domain: LAYER_DOMAIN,
    name: 'pass',
    infer: (cx) => [cx.type(0), cx.type(0)],
    lower: ({ inputs: [x] }) => [x, x],
    examples: [],
  };

  test('leaves no layer, in bodies neither, and keeps operators', () => {
    const [first, second] = [dense(4), dense(4)];
    const { ops, changed } = after(lowerLayers, (g) => {
      const [x, on] = [g.input('x', 'float32', ['n', 4]), g.input('on', 'bool', [])];
      return branches(
        on,
        () => first(op.Neg(x)),
        () => second(first(x)),
      );
    });
    expect(ops).toBe('If Gemm Gemm Neg Gemm');
    expect(changed).toBe(true);
  });

  test('does nothing where there is no layer', () => {
    const { changed } = after(lowerLayers, (g) => {
      g.input('on', 'bool', []);
      return op.Relu(g.input('x', 'float32', ['n', 4]));
    });
    expect(changed).toBe(false);
  });

  test('keeps the names of outputs where a layer hands its input through', () => {
    const compiled = model(
      (x: Value) => {
        const [a, b] = emitLayer(PASS, [x], {}, 2);
        return { a: a ?? x, b: b ?? x };
      },
      { inputs: { x: ['n'] } },
    )
      .bind(['n'])
      .compile({ pipeline: { afterPass: (_pass, each) => verifyGraph(each) } });
    expect(compiled.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(compiled.graph.outputs.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(compiled.bytes().length).toBeGreaterThan(0);
  });
});
