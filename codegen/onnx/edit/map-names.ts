// Gives values of a whole model other names, wherever a message speaks of them.
import { mapAll } from '../annotate/scope-values.ts';
import { share } from '../map-tensors.ts';
import type { NodeDeviceConfigurationProto } from '../proto/device-messages.ts';
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorAnnotation,
  TrainingInfoProto,
} from '../proto/messages.ts';
import type { StringStringEntryProto } from '../proto/tensor-messages.ts';

/** Gives the name that takes the place of another; the name itself where it stays. */
export type MapName = (name: string) => string;

/**
 * Maps the names of all values: those of the main graph, of its bodies, and where training speaks of them. Functions have names of
 * their own. ONNX has one scope of names, so one name means one value, or values of branches that never meet.
 *
 * @returns the same message where no name changes
 */
export function mapValueNames(model: ModelProto, map: MapName): ModelProto {
  const mapped: MapName = (name) => (name === '' ? '' : map(name));
  return share(model, {
    graph: model.graph && inGraph(model.graph, mapped),
    trainingInfo: model.trainingInfo && mapAll(model.trainingInfo, (info) => inTraining(info, mapped)),
  });
}

/** A graph with the values of it and its bodies mapped. */
export function inGraph(graph: GraphProto, map: MapName): GraphProto {
  return share(graph, {
    node: graph.node && mapAll(graph.node, (node) => inNode(node, map)),
    input: named(graph.input, map),
    output: named(graph.output, map),
    valueInfo: named(graph.valueInfo, map),
    initializer: named(graph.initializer, map),
    sparseInitializer:
      graph.sparseInitializer &&
      mapAll(graph.sparseInitializer, (sparse) =>
        share(sparse, { values: sparse.values && share(sparse.values, { name: mapOf(sparse.values.name, map) }) }),
      ),
    quantizationAnnotation:
      graph.quantizationAnnotation && mapAll(graph.quantizationAnnotation, (each) => inAnnotation(each, map)),
  });
}

const mapOf = (name: string | undefined, map: MapName): string | undefined => (name === undefined ? name : map(name));

/** A list of things that are called as values are. */
function named<T extends { readonly name?: string | undefined }>(
  list: readonly T[] | undefined,
  map: MapName,
): readonly T[] | undefined {
  return (
    list &&
    mapAll(list, (each) => {
      const name = mapOf(each.name, map);
      return name === each.name ? each : { ...each, name };
    })
  );
}

function inNode(node: NodeProto, map: MapName): NodeProto {
  return share(node, {
    input: node.input && mapAll(node.input, map),
    output: node.output && mapAll(node.output, map),
    attribute: node.attribute && mapAll(node.attribute, (attribute) => inAttribute(attribute, map)),
    deviceConfigurations:
      node.deviceConfigurations && mapAll(node.deviceConfigurations, (each) => onDevices(each, map)),
  });
}

const inAttribute = (attribute: AttributeProto, map: MapName): AttributeProto =>
  share(attribute, {
    g: attribute.g && inGraph(attribute.g, map),
    graphs: attribute.graphs && mapAll(attribute.graphs, (body) => inGraph(body, map)),
  });

const onDevices = (configuration: NodeDeviceConfigurationProto, map: MapName): NodeDeviceConfigurationProto =>
  share(configuration, {
    shardingSpec:
      configuration.shardingSpec &&
      mapAll(configuration.shardingSpec, (spec) => share(spec, { tensorName: mapOf(spec.tensorName, map) })),
  });

/** The keys of an annotation are roles, such as `SCALE_TENSOR`; its values are names. */
const inAnnotation = (annotation: TensorAnnotation, map: MapName): TensorAnnotation =>
  share(annotation, {
    tensorName: mapOf(annotation.tensorName, map),
    quantParameterTensorNames:
      annotation.quantParameterTensorNames &&
      mapAll(annotation.quantParameterTensorNames, (entry) => valueOf(entry, map)),
  });

const valueOf = (entry: StringStringEntryProto, map: MapName): StringStringEntryProto =>
  share(entry, { value: mapOf(entry.value, map) });

/** The algorithm of a training step reads values of the model; bindings go from its results to initializers. */
function inTraining(info: TrainingInfoProto, map: MapName): TrainingInfoProto {
  const key = (entry: StringStringEntryProto) => share(entry, { key: mapOf(entry.key, map) });
  return share(info, {
    algorithm: info.algorithm && inGraph(info.algorithm, map),
    initializationBinding: info.initializationBinding && mapAll(info.initializationBinding, key),
    updateBinding: info.updateBinding && mapAll(info.updateBinding, (entry) => valueOf(key(entry), map)),
  });
}
