// Gives initializers other elements, or makes inputs of them.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import type { TensorData } from '../../../src/ir/tensor-data.ts';
import { mapAll } from '../annotate/scope-values.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { tensorMessage } from './attribute-input.ts';
import { graphOf, settled } from './checked.ts';
import { EdgeTypes } from './edge-types.ts';
import { unknownValue, ValueTable } from './value-table.ts';

/**
 * A model in which an initializer of the main graph has other elements; shape and element type may change where the nodes allow it. An
 * input of the name becomes an initializer: it is fixed to these elements.
 *
 * @param data the elements, in memory
 * @throws VALUE_UNKNOWN when neither an initializer nor an input has the name; EXTERNAL_DATA when the elements lie in a file
 * @throws the mistakes that the new shape makes in nodes, together
 * @example setInitializer(model, 'fc.bias', tensorFromValues('float32', [10], zeros))
 */
export function setInitializer(model: OnnxModel, name: string, data: TensorData): OnnxModel {
  requireModel('setInitializer', model);
  const graph = graphOf(model);
  const kind = new ValueTable(graph).makers.get(name)?.kind;
  if (kind !== 'initializer' && kind !== 'input') throw unknownInitializer(name, graph, 'set initializer');
  const tensor = tensorMessage(data, name);
  const before = graph.initializer ?? [];
  const { name: _, ...elements } = tensor;
  const isHeld = before.some((each) => each.name === name);
  // Documentation and metadata of the tensor stay; its elements go, wherever they are.
  const initializer = isHeld
    ? mapAll(before, (each) => {
        if (each.name !== name) return each;
        const { docString, metadataProps, unknownFields } = each;
        const kept = { docString, metadataProps, unknownFields };
        return {
          name,
          ...elements,
          ...Object.fromEntries(Object.entries(kept).filter(([, part]) => part !== undefined)),
        };
      })
    : [...before, tensor];
  const sparseInitializer = graph.sparseInitializer?.filter(({ values }) => values?.name !== name);
  const isOld = Number(model.proto.irVersion ?? 0) < 4;
  // Before IR version 4 every initializer is an input too: its type is that of the elements.
  const input = isOld
    ? graph.input?.map((info) =>
        info.name === name
          ? {
              ...info,
              type: {
                tensorType: { elemType: tensor.dataType, shape: { dim: data.shape.map((dimValue) => ({ dimValue })) } },
              },
            }
          : info,
      )
    : graph.input?.filter((info) => info.name !== name);
  const edited: GraphProto = {
    ...graph,
    initializer,
    ...(input ? { input } : {}),
    ...(sparseInitializer ? { sparseInitializer } : {}),
  };
  return settled(model.with({ graph: edited }));
}

/**
 * A model in which initializers of the main graph are inputs, behind the others: a feed gives what the file held. Their sizes are those
 * of the elements that go.
 *
 * @throws VALUE_UNKNOWN when a name is no initializer; NAME_DUPLICATE when one is named twice
 */
export function freeInitializers(model: OnnxModel, names: readonly string[]): OnnxModel {
  requireModel('freeInitializers', model);
  if (names.length === 0) return model;
  const graph = graphOf(model);
  const { makers } = new ValueTable(graph);
  const mistakes: Diagnostic[] = [];
  for (const name of names)
    if (makers.get(name)?.kind !== 'initializer')
      mistakes.push(...unknownInitializer(name, graph, 'free initializers').errors);
  throwDiagnostics(mistakes);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw dimwiseError({
      code: 'NAME_DUPLICATE',
      message: `free initializers: "${twice}" is named twice`,
      actual: twice,
    });
  const freed = new Set(names);
  const listed = new Set((graph.input ?? []).map(({ name }) => name));
  const types = new EdgeTypes(model);
  const added = names.filter((name) => !listed.has(name)).map((name) => types.output(name));
  const edited: GraphProto = {
    ...graph,
    input: [...(graph.input ?? []), ...added],
    initializer: graph.initializer?.filter(({ name = '' }) => !freed.has(name)),
    sparseInitializer: graph.sparseInitializer?.filter(({ values }) => !freed.has(values?.name ?? '')),
    valueInfo: graph.valueInfo?.filter(({ name = '' }) => !freed.has(name)),
  };
  return settled(model.with({ graph: edited }));
}

function unknownInitializer(name: string, graph: GraphProto, asker: string) {
  const { makers } = new ValueTable(graph);
  const names = [...makers].filter(([, { kind }]) => kind === 'initializer').map(([each]) => each);
  return unknownValue(name, asker, names, 'initializer');
}
