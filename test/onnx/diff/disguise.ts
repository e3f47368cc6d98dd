// The same model in another guise: other names inside, nodes in another valid order.
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import type { Rng } from '../../random/rng.ts';

/** Renames all nodes and all values that are no inputs or outputs of the model, and puts nodes into another valid order. */
export function disguise(model: ModelProto, rng: Rng): ModelProto {
  const { graph } = model;
  if (!graph) return model;
  const kept = new Set([...(graph.input ?? []), ...(graph.output ?? [])].map(({ name = '' }) => name));
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    if (name === '' || kept.has(name)) return name;
    const known = names.get(name) ?? `v${names.size}_${rng.int(0, 1e6)}`;
    names.set(name, known);
    return known;
  };
  return { ...model, graph: renamed(graph, rename, rng) };
}

function renamed(graph: GraphProto, rename: (name: string) => string, rng: Rng): GraphProto {
  const info = <T extends { readonly name?: string | undefined }>(each: T): T => ({
    ...each,
    name: rename(each.name ?? ''),
  });
  const attribute = (each: AttributeProto): AttributeProto =>
    each.g ? { ...each, g: renamed(each.g, rename, rng) } : each;
  return {
    ...graph,
    node: shuffled(graph.node ?? [], rng).map((node, i) => ({
      ...node,
      name: `n${i}`,
      input: node.input?.map(rename),
      output: node.output?.map(rename),
      attribute: node.attribute?.map(attribute),
    })),
    input: graph.input?.map(info),
    output: graph.output?.map(info),
    valueInfo: graph.valueInfo?.map(info),
    initializer: graph.initializer?.map(info),
  };
}

/** What a node reads, its bodies included. */
function readsOf(node: NodeProto): string[] {
  const inside = (node.attribute ?? []).flatMap(({ g }) => [
    ...(g?.node ?? []).flatMap(readsOf),
    ...(g?.output ?? []).map(({ name = '' }) => name),
  ]);
  return [...(node.input ?? []), ...inside];
}

/** Another order in which each node stands behind what it reads. */
function shuffled(nodes: readonly NodeProto[], rng: Rng): NodeProto[] {
  const maker = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
  const readers = new Map<NodeProto, NodeProto[]>();
  const waiting = new Map<NodeProto, number>();
  for (const node of nodes) {
    const made = new Set(readsOf(node).flatMap((name) => maker.get(name) ?? []));
    made.delete(node);
    waiting.set(node, made.size);
    for (const each of made) readers.set(each, [...(readers.get(each) ?? []), node]);
  }
  const ready = nodes.filter((node) => waiting.get(node) === 0);
  const order: NodeProto[] = [];
  while (ready.length > 0) {
    const at = rng.int(0, ready.length - 1);
    const [node] = ready.splice(at, 1);
    if (!node) break;
    order.push(node);
    for (const reader of readers.get(node) ?? []) {
      const left = (waiting.get(reader) ?? 0) - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return order;
}
