// Changes which values a model gives.
import { dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto, ValueInfoProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { checked, graphOf, hasContract, withContract } from './checked.ts';
import { EdgeTypes } from './edge-types.ts';
import { unknownValue, ValueTable } from './value-table.ts';

/**
 * A model that gives only some of its outputs, in the order of the names. Nodes that nothing needs any more stay until
 * {@link pruneModel} takes them out.
 *
 * @throws VALUE_UNKNOWN when a name is no output; OUTPUT_INVALID when none is left, NAME_DUPLICATE when one is named twice
 */
export function keepOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  requireModel('keepOutputs', model);
  const outputs = outputsOf(model);
  requireOutputs(outputs, names, 'keep outputs');
  return withOutputs(
    model,
    names.flatMap((name) => outputs.get(name) ?? []),
  );
}

/**
 * A model without some of its outputs; the values stay until {@link pruneModel} takes them out.
 *
 * @throws VALUE_UNKNOWN when a name is no output; OUTPUT_INVALID when none is left, NAME_DUPLICATE when one is named twice
 */
export function dropOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  requireModel('dropOutputs', model);
  const outputs = outputsOf(model);
  requireOutputs(outputs, names, 'drop outputs');
  for (const name of names) outputs.delete(name);
  return withOutputs(model, [...outputs.values()]);
}

/**
 * A model that gives more of its values, with their inferred types, behind its outputs.
 *
 * @param names values of the main graph
 * @throws VALUE_UNKNOWN when there is no such value, or it lies in a body
 * @throws NAME_DUPLICATE when it is an output already
 * @example addOutputs(model, ['/encoder/layer.3/Add_output_0'])
 */
export function addOutputs(model: OnnxModel, names: readonly string[]): OnnxModel {
  requireModel('addOutputs', model);
  if (names.length === 0) return model;
  const graph = graphOf(model);
  const table = new ValueTable(graph);
  const outputs = outputsOf(model);
  for (const name of names) table.require(name, 'add outputs');
  const twice = names.find((name, i) => outputs.has(name) || names.indexOf(name) !== i);
  if (twice !== undefined) {
    const fact = outputs.has(twice) ? 'is an output already' : 'is named twice';
    throw dimwiseError({ code: 'NAME_DUPLICATE', message: `add outputs: "${twice}" ${fact}`, actual: twice });
  }
  const types = new EdgeTypes(model);
  return withOutputs(model, [...outputs.values(), ...names.map((name) => types.output(name))]);
}

const outputsOf = (model: OnnxModel): Map<string, ValueInfoProto> =>
  new Map((graphOf(model).output ?? []).map((info) => [info.name ?? '', info]));

function requireOutputs(outputs: ReadonlyMap<string, unknown>, names: readonly string[], asker: string): void {
  throwDiagnostics(
    names
      .filter((name) => !outputs.has(name))
      .flatMap((name) => unknownValue(name, asker, outputs.keys(), 'output').errors),
  );
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw dimwiseError({ code: 'NAME_DUPLICATE', message: `${asker}: "${twice}" is named twice`, actual: twice });
}

function withOutputs(model: OnnxModel, output: readonly ValueInfoProto[]): OnnxModel {
  if (output.length === 0) {
    const had = [...outputsOf(model).keys()].map((name) => `"${name}"`).join(', ');
    throw dimwiseError({
      code: 'OUTPUT_INVALID',
      message: `the model would give nothing; its outputs are ${had}`,
      hint: 'leave one output, or add another one first',
    });
  }
  const edited = checked(model, model.with({ graph: exchangeOutputs(graphOf(model), output) }));
  return hasContract(edited) ? withContract(edited) : edited;
}

/** Entries of values that are no outputs any more become value_info, and those of new ones leave it: nothing that they say is lost. */
function exchangeOutputs(graph: GraphProto, output: readonly ValueInfoProto[]): GraphProto {
  const { valueInfo = [], input = [] } = graph;
  const now = new Set(output.map(({ name }) => name));
  const inputs = new Set(input.map(({ name }) => name));
  const kept = valueInfo.filter(({ name }) => !now.has(name));
  const had = new Set([...now, ...inputs, ...kept.map(({ name }) => name)]);
  const former = (graph.output ?? []).filter(({ name, type }) => type && !had.has(name));
  if (kept.length === valueInfo.length && former.length === 0) return { ...graph, output };
  return { ...graph, output, valueInfo: [...kept, ...former] };
}
