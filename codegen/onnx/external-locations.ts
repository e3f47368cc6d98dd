// Finds the files that a model's tensors refer to, in every place where ONNX allows a tensor.
import { DATA_LOCATION } from './proto/enums.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from './proto/messages.ts';
import type { SparseTensorProto, TensorProto } from './proto/tensor-messages.ts';

/** The locations of all external data of a model, each once, in order. */
export function externalLocations(model: ModelProto): ReadonlySet<string> {
  const found = new Set<string>();
  for (const tensor of tensorsOfModel(model)) {
    if (tensor.dataLocation !== DATA_LOCATION.EXTERNAL) continue;
    for (const { key, value } of tensor.externalData ?? []) if (key === 'location' && value) found.add(value);
  }
  return found;
}

/** Every tensor of a model: initializers, attributes, bodies, functions, sparse ones, training graphs. */
export function* tensorsOfModel(model: ModelProto): Iterable<TensorProto> {
  if (model.graph) yield* ofGraph(model.graph);
  for (const { node = [], attributeProto = [] } of model.functions ?? []) {
    yield* ofNodes(node);
    for (const attribute of attributeProto) yield* ofAttribute(attribute);
  }
  for (const { initialization, algorithm } of model.trainingInfo ?? []) {
    if (initialization) yield* ofGraph(initialization);
    if (algorithm) yield* ofGraph(algorithm);
  }
}

function* ofGraph(graph: GraphProto): Iterable<TensorProto> {
  yield* graph.initializer ?? [];
  for (const sparse of graph.sparseInitializer ?? []) yield* ofSparse(sparse);
  yield* ofNodes(graph.node ?? []);
}

function* ofNodes(nodes: readonly NodeProto[]): Iterable<TensorProto> {
  for (const { attribute = [] } of nodes) for (const each of attribute) yield* ofAttribute(each);
}

function* ofAttribute(attribute: AttributeProto): Iterable<TensorProto> {
  if (attribute.t) yield attribute.t;
  yield* attribute.tensors ?? [];
  if (attribute.sparseTensor) yield* ofSparse(attribute.sparseTensor);
  for (const sparse of attribute.sparseTensors ?? []) yield* ofSparse(sparse);
  if (attribute.g) yield* ofGraph(attribute.g);
  for (const body of attribute.graphs ?? []) yield* ofGraph(body);
}

function* ofSparse({ values, indices }: SparseTensorProto): Iterable<TensorProto> {
  if (values) yield values;
  if (indices) yield indices;
}
