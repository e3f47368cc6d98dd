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
  // Bodies wait in a list: a message made in memory may hold them deeper than the stack is.
  const waiting: GraphProto[] = [];
  if (model.graph) yield* ofGraph(model.graph, waiting);
  for (const { node = [], attributeProto = [] } of model.functions ?? []) {
    yield* ofNodes(node, waiting);
    yield* ofAttributes(attributeProto, waiting);
  }
  for (const { initialization, algorithm } of model.trainingInfo ?? []) {
    if (initialization) yield* ofGraph(initialization, waiting);
    if (algorithm) yield* ofGraph(algorithm, waiting);
  }
  for (const body of waiting) yield* ofGraph(body, waiting);
}

/** The tensors of a graph itself; bodies in it are put on a list. */
function* ofGraph(graph: GraphProto, waiting: GraphProto[]): Iterable<TensorProto> {
  yield* graph.initializer ?? [];
  for (const sparse of graph.sparseInitializer ?? []) yield* ofSparse(sparse);
  yield* ofNodes(graph.node ?? [], waiting);
}

function* ofNodes(nodes: readonly NodeProto[], waiting: GraphProto[]): Iterable<TensorProto> {
  for (const { attribute } of nodes) if (attribute) yield* ofAttributes(attribute, waiting);
}

function* ofAttributes(attributes: readonly AttributeProto[], waiting: GraphProto[]): Iterable<TensorProto> {
  for (const { t, tensors, sparseTensor, sparseTensors, g, graphs } of attributes) {
    if (t) yield t;
    if (tensors) yield* tensors;
    if (sparseTensor) yield* ofSparse(sparseTensor);
    for (const sparse of sparseTensors ?? []) yield* ofSparse(sparse);
    if (g) waiting.push(g);
    for (const body of graphs ?? []) waiting.push(body);
  }
}

function* ofSparse({ values, indices }: SparseTensorProto): Iterable<TensorProto> {
  if (values) yield values;
  if (indices) yield indices;
}
