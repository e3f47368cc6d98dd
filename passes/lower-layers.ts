// Turns layer nodes into ONNX operators, now that shapes and target are known.
import { invariant } from '../src/base/assert-never.ts';
import { LAYER_DOMAIN } from '../src/infer/infer-node.ts';
import { Rewriter } from '../src/ir/rewrite.ts';
import { isLayerRow } from '../src/nn/layer-node.ts';
import type { Pass } from './pass.ts';

/** Cases: a layer node becomes what its row emits; every other node stays as it is. */
export const lowerLayers: Pass = {
  name: 'lower-layers',
  requires: 'a bound graph: every shape is known, symbolic where it may vary',
  ensures: 'no node of the layer domain is left',
  run: (graph, { trace, target }) => {
    const rewriter = new Rewriter(graph);
    for (const node of graph.nodes()) {
      if (node.domain !== LAYER_DOMAIN) continue;
      const { row } = node;
      invariant(isLayerRow(row), `layer ${node.op} has a row that lowers it`);
      trace.cursor = node;
      const values = trace.at(node.origin, () => row.lower(node, target));
      trace.cursor = undefined;
      rewriter.replaceNode(node, values);
    }
    return rewriter.changes > 0;
  },
};
