// Takes out of a message what no output needs: nodes, initializers, types of values that are gone.
import { mapAll } from '../annotate/scope-values.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { GraphProto, ModelProto, NodeProto } from '../proto/messages.ts';

/**
 * A model without the nodes and initializers that no output needs, those of bodies included. Inputs stay, but for those that only name
 * an initializer in a file of IR version 3 or older, which ask nobody for a feed.
 */
export function pruneProto(model: ModelProto): ModelProto {
  const { graph: before } = model;
  if (!before) return model;
  const graph = pruneGraph(before, namesOfTraining(model), Number(model.irVersion ?? 0) < 4);
  return graph === before ? model : { ...model, graph };
}

/** Training refers to values of the main graph by name. */
function namesOfTraining({ trainingInfo = [] }: ModelProto): Set<string> {
  const names = new Set<string>();
  for (const { algorithm, initializationBinding = [], updateBinding = [] } of trainingInfo) {
    for (const { key, value } of [...initializationBinding, ...updateBinding]) names.add(key ?? '').add(value ?? '');
    for (const name of namesReadBy(algorithm?.node ?? [])) names.add(name);
  }
  return names;
}

function pruneGraph(graph: GraphProto, needed: Set<string>, dropsInputs: boolean): GraphProto {
  for (const { name = '' } of graph.output ?? []) needed.add(name);
  const nodes = graph.node ?? [];
  const kept = keepNodes(nodes, needed);
  const node = kept.length === nodes.length ? pruneBodies(nodes) : pruneBodies(kept);
  const annotated = graph.quantizationAnnotation?.filter(({ tensorName = '' }) => needed.has(tensorName)) ?? [];
  // Scales and zero points that only an annotation names are initializers.
  for (const { quantParameterTensorNames = [] } of annotated)
    for (const { value = '' } of quantParameterTensorNames) needed.add(value);
  const inputs = new Set((graph.input ?? []).map(({ name }) => name));
  const isKept = (name: string | undefined): boolean =>
    needed.has(name ?? '') || (!dropsInputs && inputs.has(name ?? ''));
  const initializer = keep(graph.initializer, ({ name }) => isKept(name));
  const sparseInitializer = keep(graph.sparseInitializer, ({ values }) => isKept(values?.name));
  const dropped = droppedNames(graph, { node, initializer, sparseInitializer });
  const input = dropsInputs ? keep(graph.input, ({ name = '' }) => !dropped.has(name)) : graph.input;
  const valueInfo = keep(graph.valueInfo, ({ name = '' }) => !dropped.has(name));
  const quantizationAnnotation = keep(graph.quantizationAnnotation, ({ tensorName = '' }) => !dropped.has(tensorName));
  const parts = { node, initializer, sparseInitializer, input, valueInfo, quantizationAnnotation };
  const isSame = dropped.size === 0 && node === nodes;
  // A field that the message did not have is not added.
  return isSame ? graph : { ...graph, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part)) };
}

/** The nodes that something needs, in their order; what they read joins the names. */
function keepNodes(nodes: readonly NodeProto[], needed: Set<string>): readonly NodeProto[] {
  const makers = new Map<string, NodeProto>();
  for (const node of nodes) for (const name of node.output ?? []) if (name) makers.set(name, node);
  const kept = new Set<NodeProto>();
  const open: NodeProto[] = [];
  const need = (name: string): void => {
    needed.add(name);
    const maker = makers.get(name);
    if (maker && !kept.has(maker)) {
      kept.add(maker);
      open.push(maker);
    }
  };
  for (const name of needed) need(name);
  // A node without outputs is there for what else it does.
  for (const node of nodes) {
    if (node.output?.some((name) => name !== '')) continue;
    kept.add(node);
    open.push(node);
  }
  for (let node = open.pop(); node; node = open.pop()) for (const name of namesReadBy([node])) need(name);
  return nodes.filter((node) => kept.has(node));
}

/** All names that nodes read, and that their bodies read or return; names that bodies make themselves do no harm among them. */
function* namesReadBy(nodes: readonly NodeProto[]): Iterable<string> {
  for (const node of nodes) {
    for (const name of node.input ?? []) if (name) yield name;
    for (const body of bodiesOf(node)) {
      yield* namesReadBy(body.node ?? []);
      for (const { name } of body.output ?? []) if (name) yield name;
    }
  }
}

function pruneBodies(nodes: readonly NodeProto[]): readonly NodeProto[] {
  const prune = (body: GraphProto): GraphProto => pruneGraph(body, new Set(), false);
  return mapAll(nodes, (node) => {
    if (!node.attribute) return node;
    const attribute = mapAll(node.attribute, (each) => {
      const g = each.g && prune(each.g);
      const graphs = each.graphs && mapAll(each.graphs, prune);
      return g === each.g && graphs === each.graphs
        ? each
        : { ...each, ...(g ? { g } : {}), ...(graphs ? { graphs } : {}) };
    });
    return attribute === node.attribute ? node : { ...node, attribute };
  });
}

/** The names that a graph made and makes no longer. */
function droppedNames(
  before: GraphProto,
  after: Pick<GraphProto, 'node' | 'initializer' | 'sparseInitializer'>,
): Set<string> {
  const dropped = new Set<string>();
  for (const name of madeNames(before)) dropped.add(name);
  for (const name of madeNames(after)) dropped.delete(name);
  return dropped;
}

/** The names that nodes and initializers of a graph make; those of its inputs and bodies are not among them. */
export function* madeNames({
  node = [],
  initializer = [],
  sparseInitializer = [],
}: Pick<GraphProto, 'node' | 'initializer' | 'sparseInitializer'>): Iterable<string> {
  for (const { output = [] } of node) for (const name of output) if (name) yield name;
  for (const { name } of initializer) if (name) yield name;
  for (const { values } of sparseInitializer) if (values?.name) yield values.name;
}

function keep<T>(list: readonly T[] | undefined, isKept: (each: T) => boolean): readonly T[] | undefined {
  const kept = list?.filter(isKept);
  return kept?.length === list?.length ? list : kept;
}
