// Checks the order of nodes, finds circles, and tells what nothing needs.
import { isDimwiseError } from '../../../src/base/errors.ts';
import type { NodeProto } from '../proto/messages.ts';
import { NodeSorter } from '../sort-nodes.ts';
import type { Findings } from './finding.ts';
import { initializerNames, type Names } from './names.ts';
import { labelOf, type ModelView, type Scope } from './scopes.ts';

/** Checks the order of the nodes of all scopes. */
export function checkOrder({ scopes }: ModelView, names: Names, findings: Findings): void {
  const sorter = new NodeSorter();
  for (const scope of scopes) {
    try {
      const { changed } = sorter.sort(scope.graph.node ?? [], scope.owner);
      if (changed) tellLateNode(scope, names, findings);
    } catch (error) {
      if (!isDimwiseError(error)) throw error;
      findings.add('NODE_CYCLE', error.errors[0]?.message ?? error.message, { scope });
    }
  }
}

/** Tells of the first node that reads what a later one makes. */
function tellLateNode(scope: Scope, names: Names, findings: Findings): void {
  const made = names.made(scope);
  for (const [index, node] of (scope.graph.node ?? []).entries()) {
    for (const name of names.reads(scope, index, node)) {
      const maker = made.get(name);
      if (maker?.kind !== 'node' || maker.index <= index) continue;
      const by = scope.graph.node?.[maker.index];
      const message = `node ${labelOf(index, node)} reads "${name}", which node ${labelOf(maker.index, by ?? {})} behind it makes`;
      findings.add('NODE_ORDER', message, { scope, node: index, value: name });
      return;
    }
  }
}

/** Names that a model reads beside its graphs: those of quantization annotations, and weights that training sets. */
function namesBeside({ model, scopes }: ModelView): Set<string> {
  const read = new Set<string>();
  for (const { graph } of scopes) {
    for (const { quantParameterTensorNames = [] } of graph.quantizationAnnotation ?? []) {
      for (const { value } of quantParameterTensorNames) if (value) read.add(value);
    }
  }
  for (const { algorithm, updateBinding = [], initializationBinding = [] } of model.trainingInfo ?? []) {
    for (const { key } of [...updateBinding, ...initializationBinding]) if (key) read.add(key);
    for (const { input = [] } of algorithm?.node ?? []) for (const name of input) read.add(name);
  }
  return read;
}

/** Checks that inputs and initializers are read, and that outputs depend on nodes. */
export function checkUnused(view: ModelView, names: Names, findings: Findings): void {
  const { scopes, main } = view;
  const beside = namesBeside(view);
  for (const scope of scopes) {
    const { node: nodes = [], input = [], output = [] } = scope.graph;
    const read = new Set<string>();
    for (const { name } of output) if (name) read.add(name);
    for (const [index, node] of nodes.entries()) for (const name of names.reads(scope, index, node)) read.add(name);
    const initializers = initializerNames(scope.graph);
    for (const name of initializers) {
      if (name && !read.has(name) && !beside.has(name)) {
        findings.add('INITIALIZER_UNUSED', `nothing reads initializer "${name}"`, { scope, value: name });
      }
    }
    const constant = new Set(initializers);
    // The inputs of bodies and functions are a signature.
    for (const { name } of scope === main ? input : []) {
      if (name && !read.has(name) && !constant.has(name)) {
        findings.add('INPUT_UNUSED', `nothing reads input "${name}"`, { scope, value: name });
      }
    }
    if (output.length > 0) checkNeeded(scope, nodes, names, findings);
  }
}

function checkNeeded(scope: Scope, nodes: readonly NodeProto[], names: Names, findings: Findings): void {
  const made = names.made(scope);
  const needed = new Uint8Array(nodes.length);
  const open: string[] = (scope.graph.output ?? []).map(({ name = '' }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = made.get(name);
    const node = maker?.kind === 'node' ? nodes[maker.index] : undefined;
    if (!maker || !node || needed[maker.index]) continue;
    needed[maker.index] = 1;
    for (const read of names.reads(scope, maker.index, node)) open.push(read);
  }
  for (const [index, node] of nodes.entries()) {
    if (needed[index]) continue;
    findings.add('NODE_UNUSED', `no output depends on node ${labelOf(index, node)}`, { scope, node: index });
  }
}
