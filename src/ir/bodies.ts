// The bodies that a node holds, and the graphs and nodes of a whole model.
import type { Graph, Node } from './graph.ts';

/** The bodies of a node, in the order of its sorted attributes. */
export function bodiesOf(node: Node): readonly Graph[] {
  return node.bodies;
}

/** A graph and all bodies inside of it, outer ones first. */
export function* allGraphs(graph: Graph): IterableIterator<Graph> {
  yield graph;
  if (!graph.hasBodies) return;
  for (const node of graph.nodes()) for (const body of bodiesOf(node)) yield* allGraphs(body);
}

/** The nodes of a graph and of all bodies inside of it, each before what its bodies hold. */
export function* allNodes(graph: Graph): IterableIterator<Node> {
  for (const node of graph.nodes()) {
    yield node;
    // A node that was taken out meanwhile has left its bodies, empty or in the hands of the node that took its place.
    if (node.attached) for (const body of bodiesOf(node)) yield* allNodes(body);
  }
}
