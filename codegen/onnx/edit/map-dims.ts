// Gives the names of sizes in a model's messages other texts.
import { mapAll } from '../annotate/scope-values.ts';
import { share } from '../map-tensors.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../proto/messages.ts';
import type { TensorTypeProto, TypeProto } from '../proto/type-messages.ts';
import { dimParamsOf } from '../read-type.ts';

type MapText = (text: string) => string;

/** Maps the text of every named size in a model, its bodies and functions. @returns the same message where none changes */
export function mapDimParams(model: ModelProto, map: MapText): ModelProto {
  return share(model, {
    graph: model.graph && inGraph(model.graph, map),
    functions:
      model.functions &&
      mapAll(model.functions, (each) =>
        share(each, { valueInfo: inInfos(each.valueInfo, map), node: inNodes(each.node, map) }),
      ),
  });
}

const inGraph = (graph: GraphProto, map: MapText): GraphProto =>
  share(graph, {
    input: inInfos(graph.input, map),
    output: inInfos(graph.output, map),
    valueInfo: inInfos(graph.valueInfo, map),
    node: inNodes(graph.node, map),
  });

const inInfos = (list: readonly ValueInfoProto[] | undefined, map: MapText) =>
  list && mapAll(list, (info) => share(info, { type: info.type && inType(info.type, map) }));

const inNodes = (list: readonly NodeProto[] | undefined, map: MapText) =>
  list && mapAll(list, (node) => inNode(node, map));

const inNode = (node: NodeProto, map: MapText): NodeProto =>
  share(node, {
    attribute:
      node.attribute &&
      mapAll(node.attribute, (each) =>
        share(each, {
          g: each.g && inGraph(each.g, map),
          graphs: each.graphs && mapAll(each.graphs, (body) => inGraph(body, map)),
        }),
      ),
  });

function inType(type: TypeProto, map: MapText): TypeProto {
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

const inTensor = (type: TensorTypeProto, map: MapText): TensorTypeProto =>
  share(type, {
    shape:
      type.shape &&
      share(type.shape, {
        dim:
          type.shape.dim &&
          mapAll(type.shape.dim, (dim) => (dim.dimParam ? share(dim, { dimParam: map(dim.dimParam) }) : dim)),
      }),
  });

/** The texts of all named sizes in a model, its bodies and functions. */
export function dimTextsOf({ graph = {}, functions = [] }: ModelProto): ReadonlySet<string> {
  const texts = new Set<string>();
  addTexts(graph, texts);
  for (const { valueInfo, node } of functions) addTexts({ valueInfo, node }, texts);
  return texts;
}

function addTexts({ input = [], output = [], valueInfo = [], node = [] }: GraphProto, texts: Set<string>): void {
  for (const { type } of [...input, ...output, ...valueInfo])
    if (type) for (const text of dimParamsOf(type)) texts.add(text);
  for (const each of node) for (const body of bodiesOf(each)) addTexts(body, texts);
}
