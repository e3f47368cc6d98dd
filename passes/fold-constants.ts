// Replaces values whose elements inference knows by constants.
import type { Facts } from '../src/dim/facts.ts';
import { allNodes } from '../src/ir/bodies.ts';
import { type Content, dimOf, intOf } from '../src/ir/content.ts';
import { DTYPES } from '../src/ir/dtype.ts';
import type { Value } from '../src/ir/graph.ts';
import { isUnused, Rewriter } from '../src/ir/rewrite.ts';
import { hasTypedArray, type TensorData, tensorFromValues } from '../src/ir/tensor-data.ts';
import type { Pass } from './pass.ts';

/**
 * Cases: an integer or bool value all of whose elements are known numbers becomes a constant; floats stay (inference does not
 * round as the runtime does), outputs of graphs and bodies stay (they keep their node), symbolic content stays.
 */
export const foldConstants: Pass = {
  name: 'fold-constants',
  requires: 'inferred types and content',
  ensures: 'no integer scaffolding with known elements is computed at run time',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    for (const node of allNodes(graph)) {
      if (node.op === 'Constant' || node.outputs.length !== 1) continue;
      const [output] = node.outputs;
      if (!output || output.poisoned || isUnused(output) || output.returnedBy.length > 0) continue;
      const data = knownData(output);
      if (data) rewriter.replaceNode(node, [node.graph.addConstant(data, undefined, node.origin)]);
    }
    return rewriter.changes > 0;
  },
};

/** The elements of an integer or bool value as a tensor, where inference knows them all as numbers. */
export function knownData(value: Value): TensorData | undefined {
  const { content } = value;
  if (!content || !hasTypedArray(content.dtype)) return undefined;
  const { kind } = DTYPES[content.dtype];
  if (kind === 'float') return undefined;
  const elements = knownElements(content, value.graph.facts);
  return elements && tensorFromValues(content.dtype, content.shape, elements);
}

/** The elements as numbers; a size that the facts have settled since the content was found is one of them. */
function knownElements(content: Content, facts: Facts): (number | bigint | boolean)[] | undefined {
  const known: (number | bigint | boolean)[] = [];
  for (const element of content.elements) {
    const dim = dimOf(element);
    const value = typeof element === 'boolean' ? element : intOf(dim ? facts.simplify(dim) : element);
    if (value === undefined) return undefined;
    known.push(value);
  }
  return known;
}
