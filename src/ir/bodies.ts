// The bodies that a node holds.
import type { Graph, Node } from './graph.ts';

/** The bodies of a node, in the order of its sorted attributes. */
export function bodiesOf(node: Node): readonly Graph[] {
  if (node.attributes.size === 0) return NO_BODIES;
  let bodies: Graph[] | undefined;
  for (const name of [...node.attributes.keys()].sort()) {
    const attribute = node.attributes.get(name);
    if (attribute?.kind === 'graph') (bodies ??= []).push(attribute.value);
    else if (attribute?.kind === 'graphs') (bodies ??= []).push(...attribute.value);
  }
  return bodies ?? NO_BODIES;
}

const NO_BODIES: readonly Graph[] = [];
