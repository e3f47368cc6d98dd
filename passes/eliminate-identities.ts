// Removes nodes that pass a value through.
import type { Graph, Node, Value } from '../src/ir/graph.ts';
import { Rewriter } from '../src/ir/rewrite.ts';
import type { Pass } from './pass.ts';

/**
 * Cases: Identity of a node's output goes; Identity of an input, parameter or constant goes unless it is a graph output; an
 * Identity that is the only way to give an output its name stays.
 */
export const eliminateIdentities: Pass = {
  name: 'eliminate-identities',
  requires: 'nothing',
  ensures: 'no Identity is left but those that name an output',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    for (const node of graph.nodes()) {
      const [input] = node.inputs;
      if (node.op !== 'Identity' || node.domain !== '' || !input || !canReplace(graph, node, input)) continue;
      rewriter.replaceNode(node, [input]);
    }
    return rewriter.changes > 0;
  },
};

function canReplace(graph: Graph, node: Node, input: Value): boolean {
  const [output] = node.outputs;
  if (!output || input.graph !== graph) return false;
  if (!graph.outputs.includes(output)) return true;
  return input.source.kind === 'node' && input.name === undefined && !graph.outputs.includes(input);
}
