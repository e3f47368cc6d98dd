// Removes nodes, constants and parameters that no output needs.
import { allNodes, bodiesOf } from '../src/ir/bodies.ts';
import type { Graph, Node, Value } from '../src/ir/graph.ts';
import { isUnused, Rewriter } from '../src/ir/rewrite.ts';
import type { Pass } from './pass.ts';

/**
 * Cases: a node none of whose outputs is read goes, and with it what only it and its bodies read; a node with one output in use
 * stays; a node in a body goes likewise, while what the body returns stays.
 */
export const eliminateDeadNodes: Pass = {
  name: 'eliminate-dead-nodes',
  requires: 'nothing',
  ensures: 'every node, constant and parameter is needed by an output',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    const work = [...allNodes(graph)].filter(isDead);
    for (let node = work.pop(); node; node = work.pop()) {
      if (!node.attached) continue;
      const producers = producersFor(node);
      rewriter.removeNode(node);
      for (const producer of producers) if (producer.attached && isDead(producer)) work.push(producer);
    }
    rewriter.dropUnusedConstants();
    return rewriter.changes > 0;
  },
};

const isDead = (node: Node): boolean => node.outputs.every(isUnused);

/** The nodes whose values a node reads, by itself or from inside its bodies. */
function producersFor(node: Node): Set<Node> {
  const found = new Set<Node>();
  const add = (value: Value | undefined): void => {
    if (value?.source.kind === 'node') found.add(value.source.node);
  };
  const addBody = (body: Graph): void => {
    for (const inner of allNodes(body)) inner.inputs.forEach(add);
    body.outputs.forEach(add);
  };
  node.inputs.forEach(add);
  for (const body of bodiesOf(node)) addBody(body);
  return found;
}
