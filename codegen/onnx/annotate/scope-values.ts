// Pairs the messages of graphs with the graphs that were read from them: values by name, bodies by node and attribute.
import type { Graph, Value } from '../../../src/ir/graph.ts';
import type { AttributeProto, GraphProto, NodeProto } from '../proto/messages.ts';

/** The values that a graph makes, by name; those around it are not among them. */
export function valuesByName(graph: Graph): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const value of [...graph.inputs, ...graph.constants]) if (value.name) values.set(value.name, value);
  for (const node of graph.nodes()) for (const value of node.outputs) if (value.name) values.set(value.name, value);
  return values;
}

/** Changes one body; the message itself comes back where nothing is to be changed. */
export type MapBody = (proto: GraphProto, graph: Graph) => GraphProto;

/**
 * A node with its bodies changed; the node itself where none is.
 *
 * @param values the values of the graph that the node stands in
 */
export function mapBodies(node: NodeProto, values: ReadonlyMap<string, Value>, map: MapBody): NodeProto {
  if (!node.attribute?.some(({ g, graphs }) => g || graphs?.length)) return node;
  const source = node.output?.map((name) => values.get(name)?.source).find((each) => each?.kind === 'node');
  const made = source?.kind === 'node' ? source.node : undefined;
  if (!made) return node;
  const attribute = mapAll(node.attribute, (each): AttributeProto => {
    const read = made.attributes.get(each.name ?? '');
    if (each.g && read?.kind === 'graph') {
      const g = map(each.g, read.value);
      return g === each.g ? each : { ...each, g };
    }
    if (!each.graphs || read?.kind !== 'graphs') return each;
    const graphs = mapAll(each.graphs, (body, i) => {
      const graph = read.value[i];
      return graph ? map(body, graph) : body;
    });
    return graphs === each.graphs ? each : { ...each, graphs };
  });
  return attribute === node.attribute ? node : { ...node, attribute };
}

/** A list with its elements changed; the list itself where none is. */
export function mapAll<T>(list: readonly T[], map: (each: T, index: number) => T): readonly T[] {
  let changed: T[] | undefined;
  list.forEach((each, i) => {
    const next = map(each, i);
    if (next !== each) (changed ??= list.slice())[i] = next;
  });
  return changed ?? list;
}
