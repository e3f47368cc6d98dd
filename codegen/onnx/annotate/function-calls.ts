// Collects what the calls of a model's functions give: the graphs that stand for each body of a function, one for each call.
import { bodyOfCall, calledFunction } from '../../../src/infer/infer-call.ts';
import { inferGraph } from '../../../src/infer/infer-node.ts';
import { allGraphs } from '../../../src/ir/bodies.ts';
import type { Graph, Node } from '../../../src/ir/graph.ts';

/** By the graph of a function, and by each body inside of it: the inferred graphs of all its calls. */
export type CallGraphs = ReadonlyMap<Graph, readonly Graph[]>;

/**
 * Infers the calls of an inferred graph once more, and keeps the graphs.
 *
 * @returns undefined where the calls stand for more nodes than the graph's limits follow: what is not seen cannot be agreed on
 */
export function callGraphs(root: Graph): CallGraphs | undefined {
  const found = new Map<Graph, Graph[]>();
  if (root.functions.size === 0) return found;
  let nodesLeft = root.limits.callNodes;
  const open: Graph[] = [root];
  for (let graph = open.pop(); graph; graph = open.pop()) {
    for (const each of allGraphs(graph)) {
      for (const node of each.nodes()) {
        const definition = calledFunction(node);
        if (!definition) continue;
        nodesLeft -= definition.body.nodeCount + 1;
        if (nodesLeft < 0) return undefined;
        const body = bodyOfCall(node, definition);
        // Its mistakes were reported when the call was inferred.
        inferGraph(body, () => {});
        pair(definition.body, body, found);
        open.push(body);
      }
    }
  }
  return found;
}

/** Pairs a graph with its copy, and the bodies inside: a copy has the same nodes in the same order. */
function pair(source: Graph, copy: Graph, found: Map<Graph, Graph[]>): void {
  const known = found.get(source);
  if (known) known.push(copy);
  else found.set(source, [copy]);
  const copies = copy.nodes();
  for (const node of source.nodes()) {
    const { value } = copies.next();
    if (value) pairBodies(node, value, found);
  }
}

function pairBodies(source: Node, copy: Node, found: Map<Graph, Graph[]>): void {
  for (const [name, attribute] of source.attributes) {
    const other = copy.attributes.get(name);
    if (attribute.kind === 'graph' && other?.kind === 'graph') pair(attribute.value, other.value, found);
    if (attribute.kind !== 'graphs' || other?.kind !== 'graphs') continue;
    attribute.value.forEach((body, i) => {
      const same = other.value[i];
      if (same) pair(body, same, found);
    });
  }
}
