// Gives the names of sizes in a graph's messages other texts.

import { mapAll } from '../annotate/scope-values.ts';
import { share } from '../map-tensors.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { GraphProto, NodeProto, ValueInfoProto } from '../proto/messages.ts';
import type { TensorTypeProto, TypeProto } from '../proto/type-messages.ts';
import { dimParamsOf } from '../read-type.ts';

/** Maps the text of every named size in a graph and its bodies. @returns the same message where none changes */
export function mapDimParams(graph: GraphProto, map: (text: string) => string): GraphProto {
  const infos = (list: readonly ValueInfoProto[] | undefined) =>
    list && mapAll(list, (info) => share(info, { type: info.type && inType(info.type, map) }));
  return share(graph, {
    input: infos(graph.input),
    output: infos(graph.output),
    valueInfo: infos(graph.valueInfo),
    node: graph.node && mapAll(graph.node, (node) => inNode(node, map)),
  });
}

const inNode = (node: NodeProto, map: (text: string) => string): NodeProto =>
  share(node, {
    attribute:
      node.attribute &&
      mapAll(node.attribute, (each) =>
        share(each, {
          g: each.g && mapDimParams(each.g, map),
          graphs: each.graphs && mapAll(each.graphs, (body) => mapDimParams(body, map)),
        }),
      ),
  });

function inType(type: TypeProto, map: (text: string) => string): TypeProto {
  const { tensorType, sparseTensorType, sequenceType, optionalType, mapType } = type;
  return share(type, {
    tensorType: tensorType && inTensor(tensorType, map),
    sparseTensorType: sparseTensorType && inTensor(sparseTensorType, map),
    sequenceType:
      sequenceType && share(sequenceType, { elemType: sequenceType.elemType && inType(sequenceType.elemType, map) }),
    optionalType:
      optionalType && share(optionalType, { elemType: optionalType.elemType && inType(optionalType.elemType, map) }),
    mapType: mapType && share(mapType, { valueType: mapType.valueType && inType(mapType.valueType, map) }),
  });
}

const inTensor = (type: TensorTypeProto, map: (text: string) => string): TensorTypeProto =>
  share(type, {
    shape:
      type.shape &&
      share(type.shape, {
        dim:
          type.shape.dim &&
          mapAll(type.shape.dim, (dim) => (dim.dimParam ? share(dim, { dimParam: map(dim.dimParam) }) : dim)),
      }),
  });

/** The texts of all named sizes in a graph and its bodies. */
export function dimTextsOf(graph: GraphProto, texts = new Set<string>()): ReadonlySet<string> {
  for (const { type } of [...(graph.input ?? []), ...(graph.output ?? []), ...(graph.valueInfo ?? [])])
    if (type) for (const text of dimParamsOf(type)) texts.add(text);
  for (const node of graph.node ?? []) for (const body of bodiesOf(node)) dimTextsOf(body, texts);
  return texts;
}
