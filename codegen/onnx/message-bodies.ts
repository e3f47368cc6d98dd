// The bodies that a node message holds.
import type { GraphProto, NodeProto } from './proto/messages.ts';

/** The bodies of a node, in the order of its attributes. */
export function* bodiesOf({ attribute = [] }: NodeProto): Iterable<GraphProto> {
  for (const { g, graphs = [] } of attribute) {
    if (g) yield g;
    yield* graphs;
  }
}
