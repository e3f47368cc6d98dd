// Warns of operators that inference knows nothing of, once for each in a graph.
import { didYouMean } from '../base/nearest.ts';
import { warn } from '../base/warn.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { operatorNames } from '../ops/schema.ts';

const told = new WeakMap<Graph, Set<string>>();

/**
 * Warns (OP_UNKNOWN) that the outputs of a node have unknown types but for what is stated of them.
 *
 * @param isListed whether the operator has a schema, so that its element types are known
 */
export function warnUnknownOperator(node: Node, isListed: boolean): void {
  const { root } = node.graph;
  const name = node.domain ? `${node.domain}.${node.op}` : `ai.onnx.${node.op}`;
  const names = told.get(root) ?? new Set();
  told.set(root, names);
  if (names.has(name)) return;
  names.add(name);
  const near = isListed ? undefined : didYouMean(node.op, operatorNames(node.domain));
  warn({
    code: 'OP_UNKNOWN',
    message: isListed
      ? `no shape rule for operator ${name} is known; the rank of what it gives is open`
      : `operator ${name} is not known; the types of what it gives are open`,
    origin: node.origin,
    hint: near ?? 'state its types in the value_info of the file, or its shape by assumeShape or --assume',
  });
}
