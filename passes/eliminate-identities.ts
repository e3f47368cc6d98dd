// Removes nodes that pass a value through.
import { allNodes } from '../src/ir/bodies.ts';
import { canReplace, isUnused, Rewriter } from '../src/ir/rewrite.ts';
import type { Pass } from './pass.ts';

/**
 * Cases: Identity of a node's output goes; Identity of an input, parameter, constant or value from around a body goes unless the
 * graph returns it; an Identity that is the only way to give an output its name stays.
 */
export const eliminateIdentities: Pass = {
  name: 'eliminate-identities',
  requires: 'nothing',
  ensures: 'no Identity is left but those that stand between an output and a value that cannot be that output itself',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    for (const node of allNodes(graph)) {
      if (node.op !== 'Identity' || node.domain !== '') continue;
      const [input] = node.inputs;
      const [output] = node.outputs;
      // What nothing reads is left to the pass for dead nodes, which also takes what led there.
      if (!input || !output || isUnused(output) || !canReplace(output, input)) continue;
      rewriter.replaceNode(node, [input]);
    }
    return rewriter.changes > 0;
  },
};
