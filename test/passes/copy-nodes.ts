// A pass that changes nothing and replaces everything: each node becomes a copy of itself.
import type { Pass } from '../../passes/pass.ts';
import { allNodes } from '../../src/ir/bodies.ts';
import type { Node } from '../../src/ir/graph.ts';
import { Rewriter } from '../../src/ir/rewrite.ts';

/** Rebuilds every node, those of bodies included. */
export const copyNodes: Pass = {
  name: 'copy-nodes',
  requires: 'nothing',
  ensures: 'the same graph of other nodes',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    for (const node of allNodes(graph)) {
      const copy = node.graph.addNode({ ...partsOf(node), outputs: node.outputs.length }, node);
      copy.metadata = node.metadata;
      node.outputs.forEach((output, i) => {
        const made = copy.outputs[i];
        if (!made) return;
        made.setType(output.type, output.content);
        made.name = output.name;
        made.poisoned = output.poisoned;
      });
      rewriter.replaceNode(node, copy.outputs);
    }
    return rewriter.changes > 0;
  },
};

const partsOf = ({ domain, op, inputs, attributes, name, origin, overload, row }: Node) => ({
  domain,
  op,
  inputs,
  attributes,
  name,
  origin,
  overload,
  row,
});
