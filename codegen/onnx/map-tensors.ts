// Replaces tensors anywhere in a model; every message without a replaced tensor is shared.
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from './proto/messages.ts';
import type { SparseTensorProto, TensorProto } from './proto/tensor-messages.ts';

/**
 * Gives what stands in place of a tensor; the tensor itself where nothing changes.
 *
 * @param isInitializer whether it is a dense initializer of a graph or body
 */
export type MapTensor = (tensor: TensorProto, isInitializer: boolean) => TensorProto;

/**
 * Replaces the tensors of a model in every place where ONNX allows one: initializers, attributes, bodies, functions, sparse
 * tensors, training graphs.
 *
 * @returns the same message where no tensor was replaced
 */
export function mapTensors(model: ModelProto, map: MapTensor): ModelProto {
  return share(model, {
    graph: model.graph && inGraph(model.graph, map),
    functions: each(model.functions, (definition) => inFunction(definition, map)),
    trainingInfo: each(model.trainingInfo, (info) =>
      share(info, {
        initialization: info.initialization && inGraph(info.initialization, map),
        algorithm: info.algorithm && inGraph(info.algorithm, map),
      }),
    ),
  });
}

function inGraph(graph: GraphProto, map: MapTensor): GraphProto {
  return share(graph, {
    initializer: each(graph.initializer, (tensor) => map(tensor, true)),
    sparseInitializer: each(graph.sparseInitializer, (sparse) => inSparse(sparse, map)),
    node: each(graph.node, (node) => inNode(node, map)),
  });
}

function inFunction(definition: FunctionProto, map: MapTensor): FunctionProto {
  return share(definition, {
    node: each(definition.node, (node) => inNode(node, map)),
    attributeProto: each(definition.attributeProto, (attribute) => inAttribute(attribute, map)),
  });
}

const inNode = (node: NodeProto, map: MapTensor): NodeProto =>
  share(node, { attribute: each(node.attribute, (attribute) => inAttribute(attribute, map)) });

function inAttribute(attribute: AttributeProto, map: MapTensor): AttributeProto {
  return share(attribute, {
    t: attribute.t && map(attribute.t, false),
    tensors: each(attribute.tensors, (tensor) => map(tensor, false)),
    sparseTensor: attribute.sparseTensor && inSparse(attribute.sparseTensor, map),
    sparseTensors: each(attribute.sparseTensors, (sparse) => inSparse(sparse, map)),
    g: attribute.g && inGraph(attribute.g, map),
    graphs: each(attribute.graphs, (body) => inGraph(body, map)),
  });
}

const inSparse = (sparse: SparseTensorProto, map: MapTensor): SparseTensorProto =>
  share(sparse, {
    values: sparse.values && map(sparse.values, false),
    indices: sparse.indices && map(sparse.indices, false),
  });

/** The list itself where no element changes. */
function each<T>(list: readonly T[] | undefined, map: (element: T) => T): readonly T[] | undefined {
  let changed: T[] | undefined;
  list?.forEach((element, index) => {
    const mapped = map(element);
    if (mapped === element) return;
    changed ??= [...list];
    changed[index] = mapped;
  });
  return changed ?? list;
}

/** The message itself where no field changes. */
export function share<M extends object>(message: M, fields: { readonly [K in keyof M]?: M[K] | undefined }): M {
  const changed = Object.entries(fields).filter(([name, value]) => value !== Reflect.get(message, name));
  return changed.length === 0 ? message : { ...message, ...Object.fromEntries(changed) };
}
