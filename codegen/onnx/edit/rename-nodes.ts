// Gives nodes of a model other names.

import { throwDiagnostics } from '../../../src/base/errors.ts';
import { mapAll } from '../annotate/scope-values.ts';
import { share } from '../map-tensors.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { graphOf } from './checked.ts';
import { renameMistakes } from './rename-values.ts';

/**
 * A model in which nodes have other names, those of bodies included. Names of nodes mean nothing to a runtime; tools and people use them.
 *
 * @param names new names by old ones
 * @throws NODE_UNKNOWN when no node has an old name
 * @throws NAME_DUPLICATE when a new name is taken, or given twice; NAME_EMPTY when it is empty
 */
export function renameNodes(model: OnnxModel, names: Readonly<Record<string, string>>): OnnxModel {
  requireModel('renameNodes', model);
  const renames = new Map(Object.entries(names).filter(([from, to]) => from !== to));
  if (renames.size === 0) return model;
  const known = new Set<string>();
  collect(graphOf(model), known);
  throwDiagnostics(renameMistakes(renames, known, 'node'));
  return model.with({
    graph: mapNodes(graphOf(model), (node) => share(node, { name: renames.get(node.name ?? '') ?? node.name })),
  });
}

function collect(graph: GraphProto, names: Set<string>): void {
  for (const node of graph.node ?? []) {
    if (node.name) names.add(node.name);
    for (const body of bodiesOf(node)) collect(body, names);
  }
}

/** A graph with its nodes replaced, inner ones first. */
export function mapNodes(graph: GraphProto, map: (node: NodeProto) => NodeProto): GraphProto {
  return share(graph, { node: mapNodeList(graph.node, map) });
}

/** A list of nodes with them and the nodes of their bodies replaced. */
export function mapNodeList(
  nodes: readonly NodeProto[] | undefined,
  map: (node: NodeProto) => NodeProto,
): readonly NodeProto[] | undefined {
  return (
    nodes &&
    mapAll(nodes, (node) => {
      const attribute =
        node.attribute &&
        mapAll(node.attribute, (each) =>
          share(each, {
            g: each.g && mapNodes(each.g, map),
            graphs: each.graphs && mapAll(each.graphs, (body) => mapNodes(body, map)),
          }),
        );
      return map(share(node, { attribute }));
    })
  );
}
