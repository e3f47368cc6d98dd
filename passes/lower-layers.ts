// Turns layer nodes into ONNX operators, now that shapes and target are known.
import { invariant } from '../src/base/assert-never.ts';
import { op } from '../src/build/op.ts';
import { LAYER_DOMAIN } from '../src/infer/infer-node.ts';
import { allNodes } from '../src/ir/bodies.ts';
import type { Node, Value } from '../src/ir/graph.ts';
import { canReplace, Rewriter } from '../src/ir/rewrite.ts';
import { isLayerRow } from '../src/nn/layer-node.ts';
import type { Pass } from './pass.ts';

/** Cases: a layer node, in a body too, becomes what its row emits; every other node stays as it is. */
export const lowerLayers: Pass = {
  name: 'lower-layers',
  requires: 'a bound graph: every shape is known, symbolic where it may vary',
  ensures: 'no node of the layer domain is left',
  run: (graph, { trace, target }) => {
    const rewriter = new Rewriter(graph);
    for (const node of allNodes(graph)) {
      if (node.domain !== LAYER_DOMAIN) continue;
      const { row } = node;
      invariant(isLayerRow(row), `layer ${node.op} has a row that lowers it`);
      rewriter.replaceNode(
        node,
        trace.before(node, () => outputsOf(node, row.lower(node, target))),
      );
    }
    return rewriter.changes > 0;
  },
};

/** What takes the place of a node's outputs; a value that cannot be an output of the graph itself goes through an Identity. */
function outputsOf(node: Node, values: readonly (Value | undefined)[]): readonly (Value | undefined)[] {
  return node.outputs.map((output, i) => {
    const by = values[i];
    const isSecond = output.returnedBy.length > 0 && values.indexOf(by) < i;
    return by && (isSecond || !canReplace(output, by)) ? op.Identity(by) : by;
  });
}
