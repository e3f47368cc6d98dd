// The rewrite API: what reads a value, in bodies too, and what a change leaves behind.
import { describe, expect, test } from 'vitest';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { canReplace, isUnused, Rewriter } from '../../src/ir/rewrite.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { Bench } from '../ops/bench.ts';

/** `x -> Relu -> y`, beside an If whose branches read `y` and return `z`. */
function branching() {
  const bench = new Bench();
  const x = bench.input('float32[n, 4]');
  const on = bench.input('bool[]');
  const y = bench.one(bench.root, 'Relu', [x]);
  const z = bench.one(bench.root, 'Neg', [x]);
  const then_branch = bench.body([], (graph) => [bench.one(graph, 'Exp', [y])]);
  const else_branch = bench.body([], () => [z]);
  const out = bench.one(bench.root, 'If', [on], { then_branch, else_branch });
  return { bench, root: bench.root, x, y, z, out };
}

const bodiesAt = (value: Value): Graph[] =>
  value.source.kind === 'node'
    ? [...value.source.node.attributes.values()].flatMap((each) => (each.kind === 'graph' ? [each.value] : []))
    : [];

describe('isUnused', () => {
  test('counts readers in bodies and bodies that return the value', () => {
    const { y, z, out } = branching();
    expect([y, z, out].map(isUnused)).toEqual([false, false, true]);
  });

  test('counts the outputs of the graph', () => {
    const { root, out } = branching();
    root.setOutputs([out, out]);
    expect(isUnused(out)).toBe(false);
    root.setOutputs([]);
    expect(isUnused(out)).toBe(true);
  });
});

describe('Rewriter', () => {
  test('replaces a value where bodies read and return it', () => {
    const { root, x, y, z, out } = branching();
    root.setOutputs([out]);
    const rewriter = new Rewriter(root);
    rewriter.replaceUses(y, x);
    rewriter.replaceUses(z, x);
    expect([y, z].every(isUnused)).toBe(true);
    const [then_branch, else_branch] = bodiesAt(out);
    expect([...(then_branch?.nodes() ?? [])].map((node) => node.inputs)).toEqual([[x]]);
    expect(else_branch?.outputs).toEqual([x]);
    verifyGraph(root);
    expect(rewriter.changes).toBe(2);
  });

  test('replaces every input of a node that reads a value twice', () => {
    const bench = new Bench();
    const [x, y] = [bench.input('float32[n]'), bench.input('float32[n]')];
    const sum = bench.one(bench.root, 'Add', [x, x]);
    bench.root.setOutputs([sum]);
    new Rewriter(bench.root).replaceUses(x, y);
    expect([x.users.length, y.users.length]).toEqual([0, 2]);
    verifyGraph(bench.root);
  });

  test('a value that takes its own place is no change', () => {
    const { root, y } = branching();
    const rewriter = new Rewriter(root);
    rewriter.replaceUses(y, y);
    expect(rewriter.changes).toBe(0);
  });

  test('refuses to take out a node that is read, in a body or by its return', () => {
    const { root, y, z } = branching();
    for (const value of [y, z]) {
      if (value.source.kind !== 'node') expect.unreachable();
      const { node } = value.source;
      expect(() => new Rewriter(root).removeNode(node)).toThrow(/still read/);
    }
  });

  test('lets go of what the bodies of a removed node read', () => {
    const { root, y, z, out } = branching();
    if (out.source.kind !== 'node') expect.unreachable();
    new Rewriter(root).removeNode(out.source.node);
    expect([y, z].every(isUnused)).toBe(true);
    verifyGraph(root);
  });

  test('leaves the bodies to the node that took them over', () => {
    const { bench, root, y, z, out } = branching();
    if (out.source.kind !== 'node') expect.unreachable();
    const { node } = out.source;
    const copy = bench.add(root, 'If', node.inputs, Object.fromEntries(node.attributes));
    new Rewriter(root).replaceNode(node, copy);
    root.setOutputs(copy);
    expect([y, z].some(isUnused)).toBe(false);
    verifyGraph(root);
  });

  test('moves the name of an output to the value that takes its place', () => {
    const { bench, root, x, y } = branching();
    y.name = 'hidden';
    root.setOutputs([y]);
    if (y.source.kind !== 'node') expect.unreachable();
    const other = root.addNode({ domain: '', op: 'Abs', inputs: [x], outputs: 1 }, y.source.node);
    new Rewriter(root).replaceNode(y.source.node, other.outputs);
    expect(root.outputs.map(({ name }) => name)).toEqual(['hidden']);
    verifyGraph(root);
    expect(bench.mistakes).toEqual([]);
  });

  test('drops constants that nothing reads, in bodies too, and keeps those that a graph returns', () => {
    const bench = new Bench();
    const on = bench.input('bool[]');
    const kept = bench.ints([1]);
    bench.ints([2]);
    const then_branch = bench.body([], (graph) => {
      bench.ints([3], graph);
      return [bench.ints([4], graph)];
    });
    const else_branch = bench.body([], () => [kept]);
    const out = bench.one(bench.root, 'If', [on], { then_branch, else_branch });
    bench.root.setOutputs([out]);
    const rewriter = new Rewriter(bench.root);
    rewriter.dropUnusedConstants();
    expect(rewriter.changes).toBe(2);
    expect([bench.root, ...bodiesAt(out)].map((graph) => graph.constants.length)).toEqual([1, 1, 0]);
    verifyGraph(bench.root);
  });
});

describe('canReplace', () => {
  test('takes any value where no graph returns the output', () => {
    const { x, y } = branching();
    expect(canReplace(y, x)).toBe(true);
  });

  test('takes only a free value of the same graph where a graph returns the output', () => {
    const { bench, root, x, y, z } = branching();
    const w = bench.one(root, 'Abs', [x]);
    root.setOutputs([y]);
    expect(canReplace(y, w)).toBe(true);
    // An input, a value that a body returns, a value with a name of its own.
    expect([x, z].some((value) => canReplace(y, value))).toBe(false);
    w.name = 'w';
    expect(canReplace(y, w)).toBe(false);
    const inner = new Graph({ parent: root });
    inner.setOutputs([y]);
    expect(canReplace(y, bench.one(inner, 'Abs', [x]))).toBe(false);
  });
});
