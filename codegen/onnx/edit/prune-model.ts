// Takes out of a model what no output needs.

import { functionKey } from '../../../src/ir/function-key.ts';
import { pruneProto } from '../fold/prune.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { FunctionProto, ModelProto, NodeProto, OperatorSetIdProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { checked } from './checked.ts';

/**
 * A model without what no output needs: nodes, initializers, types of values that are gone, functions that nobody calls, opset imports
 * of domains that nobody uses. Inputs stay, but for those that only name an initializer in a file of IR version 3 or older. A node
 * without outputs stays, because it is there for what else it does.
 *
 * @returns the model itself where everything is needed
 * @throws ONNX_MALFORMED when the model cannot be read
 */
export function pruneModel(model: OnnxModel): OnnxModel {
  requireModel('pruneModel', model);
  const proto = pruneDefinitions(pruneProto(model.proto));
  return proto === model.proto ? model : checked(model, model.with(proto));
}

/** A message without functions that nobody calls, and without imports of domains that nobody uses. */
export function pruneDefinitions(model: ModelProto): ModelProto {
  const { functions, opsetImport } = model;
  const called = calledFunctions(model);
  const keptFunctions = functions?.length === called.length ? functions : called;
  const used = usedDomains(model, called);
  const kept = opsetImport?.filter(({ domain = '' }) => used.has(domain === 'ai.onnx' ? '' : domain));
  const keptImports: readonly OperatorSetIdProto[] | undefined =
    kept?.length === opsetImport?.length ? opsetImport : kept;
  if (keptFunctions === functions && keptImports === opsetImport) return model;
  return {
    ...model,
    ...(keptFunctions ? { functions: keptFunctions } : {}),
    ...(keptImports ? { opsetImport: keptImports } : {}),
  };
}

/** The functions that the graphs of a model call, and those call in turn, in their order. */
function calledFunctions({ graph, trainingInfo = [], functions = [] }: ModelProto): readonly FunctionProto[] {
  const byKey = new Map<string, FunctionProto>();
  for (const each of functions) byKey.set(functionKey(each.domain ?? '', each.name ?? '', each.overload), each);
  const called = new Set<FunctionProto>();
  const open: (readonly NodeProto[])[] = [graph?.node ?? [], ...nodesOfTraining(trainingInfo)];
  for (let nodes = open.pop(); nodes; nodes = open.pop()) {
    for (const node of nodes) {
      for (const body of bodiesOf(node)) open.push(body.node ?? []);
      const found = byKey.get(functionKey(node.domain ?? '', node.opType ?? '', node.overload));
      if (!found || called.has(found)) continue;
      called.add(found);
      open.push(found.node ?? []);
    }
  }
  return functions.filter((each) => called.has(each));
}

/** The nodes of the graphs that train a model. */
const nodesOfTraining = (training: ModelProto['trainingInfo'] = []): readonly (readonly NodeProto[])[] =>
  training.flatMap(({ initialization, algorithm }) => [initialization?.node ?? [], algorithm?.node ?? []]);

/** The domains of operators that graphs and functions use. That of ai.onnx is always one: a model without any import is none. */
function usedDomains(
  { graph, trainingInfo = [] }: ModelProto,
  functions: readonly FunctionProto[],
): ReadonlySet<string> {
  const used = new Set(['']);
  const open: (readonly NodeProto[])[] = [graph?.node ?? [], ...nodesOfTraining(trainingInfo)];
  for (const { domain = '', node = [], opsetImport = [] } of functions) {
    used.add(domain);
    for (const each of opsetImport) used.add(each.domain ?? '');
    open.push(node);
  }
  for (let nodes = open.pop(); nodes; nodes = open.pop()) {
    for (const node of nodes) {
      used.add(node.domain ?? '');
      for (const body of bodiesOf(node)) open.push(body.node ?? []);
    }
  }
  if (used.has('ai.onnx')) used.add('');
  return used;
}
