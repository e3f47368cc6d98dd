// Removes nodes, constants and parameters that no output needs.

import type { Node } from '../src/ir/graph.ts';
import { isUnused, Rewriter } from '../src/ir/rewrite.ts';
import type { Pass } from './pass.ts';

/** Cases: a node none of whose outputs is read goes, and with it what only it read; a node with one output in use stays. */
export const eliminateDeadNodes: Pass = {
  name: 'eliminate-dead-nodes',
  requires: 'nothing',
  ensures: 'every node, constant and parameter is needed by an output',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    const work = [...graph.nodes()].filter(isDead);
    for (let node = work.pop(); node; node = work.pop()) {
      if (!node.attached) continue;
      const producers = node.inputs.flatMap((input) => (input?.source.kind === 'node' ? [input.source.node] : []));
      rewriter.removeNode(node);
      work.push(...producers.filter((producer) => producer.attached && isDead(producer)));
    }
    rewriter.dropUnusedConstants();
    return rewriter.changes > 0;
  },
};

const isDead = (node: Node): boolean => node.outputs.every(isUnused);
