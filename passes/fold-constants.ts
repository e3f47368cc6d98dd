// Replaces values whose elements inference knows by constants.

import { type Content, intOf } from '../src/ir/content.ts';
import { DTYPES } from '../src/ir/dtype.ts';
import type { Value } from '../src/ir/graph.ts';
import { Rewriter } from '../src/ir/rewrite.ts';
import { hasTypedArray, type TensorData, tensorFromValues } from '../src/ir/tensor-data.ts';
import type { Pass } from './pass.ts';

/**
 * Cases: an integer or bool value all of whose elements are known numbers becomes a constant; floats stay (inference does not
 * round as the runtime does), graph outputs stay (they keep their node), symbolic content stays.
 */
export const foldConstants: Pass = {
  name: 'fold-constants',
  requires: 'inferred types and content',
  ensures: 'no integer scaffolding with known elements is computed at run time',
  run: (graph) => {
    const rewriter = new Rewriter(graph);
    for (const node of graph.nodes()) {
      if (node.op === 'Constant' || node.outputs.length !== 1) continue;
      const [output] = node.outputs;
      if (!output || graph.outputs.includes(output)) continue;
      const data = constantOf(output);
      if (data) rewriter.replaceNode(node, [graph.addConstant(data, undefined, node.origin)]);
    }
    return rewriter.changes > 0;
  },
};

function constantOf(value: Value): TensorData | undefined {
  const { content } = value;
  if (!content || !hasTypedArray(content.dtype)) return undefined;
  const { kind } = DTYPES[content.dtype];
  if (kind === 'float') return undefined;
  const elements = knownElements(content);
  return elements && tensorFromValues(content.dtype, content.shape, elements);
}

function knownElements(content: Content): (number | bigint | boolean)[] | undefined {
  const known: (number | bigint | boolean)[] = [];
  for (const element of content.elements) {
    const value = typeof element === 'boolean' ? element : intOf(element);
    if (value === undefined) return undefined;
    known.push(value);
  }
  return known;
}
