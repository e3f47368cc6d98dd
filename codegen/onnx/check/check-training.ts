// Checks training information: graphs that read what is made, and bindings from outputs to initializers.
import type { GraphProto, TrainingInfoProto } from '../proto/messages.ts';
import type { StringStringEntryProto } from '../proto/tensor-messages.ts';
import type { Findings } from './finding.ts';
import { initializerNames, Names } from './names.ts';
import { type ModelView, type Scope, viewOf } from './scopes.ts';

/** Checks each training information of a model by the rules of onnx.proto (TrainingInfoProto). */
export function checkTraining({ model, irVersion, main }: ModelView, findings: Findings): void {
  const infos = model.trainingInfo ?? [];
  if (infos.length === 0) return;
  if (irVersion > 0 && irVersion < 7) {
    findings.add(
      'TRAINING_IR',
      `the model has training information, which came with IR version 7; it has ${irVersion}`,
    );
  }
  // A weight is set by one binding of all training informations.
  const [initialized, updated] = [new Set<string>(), new Set<string>()];
  for (const [index, info] of infos.entries()) {
    const what = `training information ${index}`;
    const around = main?.graph ?? {};
    checkReads(info.initialization, {}, `the initialization of ${what}`, findings);
    checkReads(info.algorithm, around, `the algorithm of ${what}`, findings);
    const weights = new Set([...initializerNames(around), ...initializerNames(info.algorithm ?? {})]);
    for (const list of ['initialization', 'update'] as const) {
      const taken = list === 'initialization' ? initialized : updated;
      checkBindings(info, list, { what, weights, taken, main }, findings);
    }
  }
}

/** Checks that the nodes of a graph read what it makes itself, or what the graph that it belongs to makes. */
function checkReads(graph: GraphProto | undefined, around: GraphProto, owner: string, findings: Findings): void {
  if (!graph) return;
  // The names around it are there as if they were its inputs.
  const view = viewOf({ graph: { ...graph, input: [...(graph.input ?? []), ...namesOf(around)] } });
  const names = new Names(view);
  const told = new Set<string>();
  const tell = (name: string, how: string): void => {
    if (told.has(name)) return;
    told.add(name);
    findings.add('TRAINING_NAME', `"${name}" is ${how} of ${owner}, and nothing makes it`, { value: name });
  };
  for (const scope of view.scopes) {
    for (const node of scope.graph.node ?? []) {
      for (const name of node.input ?? []) if (name && !names.find(scope, name)) tell(name, 'read by a node');
    }
  }
  for (const { name } of graph.output ?? []) {
    if (name && view.main && !names.find(view.main, name)) tell(name, 'an output');
  }
}

const namesOf = ({ input = [], node = [], ...graph }: GraphProto): { readonly name: string }[] =>
  [...input.map(({ name = '' }) => name), ...initializerNames(graph), ...node.flatMap(({ output = [] }) => output)]
    .filter((name) => name !== '')
    .map((name) => ({ name }));

interface Bound {
  readonly what: string;
  readonly weights: ReadonlySet<string>;
  /** Weights that a binding of the kind sets. */
  readonly taken: Set<string>;
  readonly main: Scope | undefined;
}

function checkBindings(
  info: TrainingInfoProto,
  list: 'initialization' | 'update',
  { what, weights, taken, main }: Bound,
  findings: Findings,
): void {
  const bindings: readonly StringStringEntryProto[] =
    (list === 'initialization' ? info.initializationBinding : info.updateBinding) ?? [];
  const owner = list === 'initialization' ? 'initialization' : 'algorithm';
  const outputs = new Set((info[owner]?.output ?? []).map(({ name = '' }) => name));
  // What the graph of inference gives may be bound by the algorithm, which may call it.
  if (list === 'update') for (const { name = '' } of main?.graph.output ?? []) outputs.add(name);
  for (const { key = '', value = '' } of bindings) {
    const binding = `the ${list} binding of "${key}" in ${what}`;
    const add = (fact: string): void => findings.add('TRAINING_BINDING', `${binding} ${fact}`, { value: key });
    if (!weights.has(key)) add('sets what is no initializer');
    if (taken.has(key)) add('is a second one');
    taken.add(key);
    if (!outputs.has(value)) add(`takes "${value}", which is no output of its ${owner}`);
  }
}
