// The opset that a layer node is lowered for.
import type { Node } from '../ir/graph.ts';

/** The opset of ai.onnx that the model of a node has; operators of a newer one would raise it for the whole model. */
export function opsetOf(node: Node): number {
  return node.graph.root.opsets.get('') ?? 0;
}
