// Cuts the part of a model that lies between some of its values.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto, NodeProto, ValueInfoProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { chain } from '../short-text.ts';
import { graphOf, hasContract, settled, withContract, withoutContract } from './checked.ts';
import { EdgeTypes } from './edge-types.ts';
import { freshName } from './fresh-name.ts';
import { pruneDefinitions } from './prune-model.ts';
import { readsOf, ValueTable } from './value-table.ts';

/** The edges of a cut. */
export interface ExtractOptions {
  /** The values that the part is given: inputs of the model, results of nodes, initializers. */
  readonly inputs: readonly string[];
  /** The values that it gives. */
  readonly outputs: readonly string[];
  /** Whether inputs of the model that are needed and not named are added; an error by default. */
  readonly addInputs?: boolean | undefined;
}

/**
 * The part of a model that lies between some of its values. It has the nodes, initializers, functions and opset imports that its outputs
 * need; inputs have their inferred types, and the contract is that of the part. Training information stays with the whole model.
 *
 * @throws VALUE_UNKNOWN when a value does not exist or lies in a body; NAME_DUPLICATE when one is named twice
 * @throws CUT_INCOMPLETE when an output needs an input of the model that is not given; the path to it is named
 * @throws DTYPE_UNKNOWN when nothing is known of the type of a value that becomes an input
 * @example extractModel(model, { inputs: ['/pool/out'], outputs: ['logits'] })
 */
export function extractModel(model: OnnxModel, { inputs, outputs, addInputs = false }: ExtractOptions): OnnxModel {
  requireModel('extractModel', model);
  const graph = graphOf(model);
  const table = new ValueTable(graph);
  checkEdges(table, inputs, outputs);
  const cut = new Cut(table, new Set(inputs));
  for (const output of outputs) cut.need(output);
  if (!addInputs) throwDiagnostics(cut.missing.map((name) => incomplete(name, cut.pathTo(name, table), inputs)));
  const allInputs = addInputs ? [...inputs, ...cut.missing] : inputs;
  const types = new EdgeTypes(model);
  const input = types.inputs(allInputs);
  throwDiagnostics(input.filter(({ type }) => !type).map(({ name = '' }) => untyped(name)));
  const part = partOf(graph, cut, { input, output: outputs.map((name) => types.output(name)) });
  const proto = pruneDefinitions({ ...model.proto, graph: part, trainingInfo: undefined });
  const extracted = settled(withoutContract(model.with({ ...proto })));
  return hasContract(model) ? withContract(extracted) : extracted;
}

function checkEdges(table: ValueTable, inputs: readonly string[], outputs: readonly string[]): void {
  if (outputs.length === 0) {
    throw dimwiseError({
      code: 'OUTPUT_INVALID',
      message: 'extract: no output is named',
      hint: 'name the values to give',
    });
  }
  for (const name of [...inputs, ...outputs]) table.require(name, 'extract');
  for (const list of [inputs, outputs]) {
    const twice = list.find((name, i) => list.indexOf(name) !== i);
    if (twice === undefined) continue;
    throw dimwiseError({ code: 'NAME_DUPLICATE', message: `extract: "${twice}" is named twice`, actual: twice });
  }
}

/** Walks from outputs to inputs. */
class Cut {
  /** Inputs of the model that are needed and not given, in the order in which they were met. */
  readonly missing: string[] = [];
  readonly inputs: ReadonlySet<string>;
  readonly nodes = new Set<NodeProto>();
  readonly initializers = new Set<string>();
  readonly #table: ValueTable;
  /** The value that asked for a value first. */
  readonly #askedBy = new Map<string, string | undefined>();

  constructor(table: ValueTable, inputs: ReadonlySet<string>) {
    this.#table = table;
    this.inputs = inputs;
  }

  /** Notes what a value needs. */
  need(output: string): void {
    if (this.#askedBy.has(output)) return;
    this.#askedBy.set(output, undefined);
    const open = [output];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (this.inputs.has(name)) continue;
      const maker = this.#table.makers.get(name);
      if (maker?.kind === 'input') this.missing.push(name);
      else if (maker?.kind === 'initializer') this.initializers.add(name);
      if (maker?.kind !== 'node' || this.nodes.has(maker.node)) continue;
      this.nodes.add(maker.node);
      for (const read of readsOf(maker.node)) {
        if (this.#askedBy.has(read)) continue;
        this.#askedBy.set(read, name);
        open.push(read);
      }
    }
  }

  /** The values from an output to one that it needs. */
  pathTo(name: string, table: ValueTable): readonly string[] {
    const path: string[] = [];
    for (let at: string | undefined = name; at !== undefined; at = this.#askedBy.get(at)) {
      const maker = table.makers.get(at);
      path.push(maker?.kind === 'node' ? `"${at}" (${table.describe(maker.node)})` : `"${at}"`);
    }
    return path.reverse();
  }
}

function incomplete(name: string, path: readonly string[], inputs: readonly string[]): Diagnostic {
  return {
    code: 'CUT_INCOMPLETE',
    message: `extract: ${path[0]} needs input "${name}", which is not given: ${chain(path, ' needs ')}`,
    origin: { what: `input "${name}"` },
    expected: `"${name}", or a value between`,
    actual: inputs.map((each) => `"${each}"`).join(', ') || 'no inputs',
    hint: `add "${name}" to the inputs, or a value of this path`,
  };
}

function untyped(name: string): Diagnostic {
  const message = `extract: "${name}" cannot be an input, because nothing is known of its type`;
  return {
    code: 'DTYPE_UNKNOWN',
    message,
    origin: { what: `value "${name}"` },
    hint: 'state its type in the value_info of the file',
  };
}

function partOf(
  graph: GraphProto,
  cut: Cut,
  edges: { readonly input: readonly ValueInfoProto[]; readonly output: readonly ValueInfoProto[] },
): GraphProto {
  const names = new ValueTable(graph);
  const given = new Set(edges.input.map(({ name = '' }) => name));
  const nodes = (graph.node ?? [])
    .filter((node) => cut.nodes.has(node))
    .map((node) => withoutOutputs(node, given, names));
  const made = new Set(nodes.flatMap(({ output = [] }) => output));
  const annotations = graph.quantizationAnnotation?.filter(
    ({ tensorName = '' }) => made.has(tensorName) || given.has(tensorName) || cut.initializers.has(tensorName),
  );
  for (const { quantParameterTensorNames = [] } of annotations ?? [])
    for (const { value = '' } of quantParameterTensorNames)
      if (names.makers.get(value)?.kind === 'initializer' && !given.has(value)) cut.initializers.add(value);
  // Old files list every initializer as an input, newer ones those that a feed may stand in for.
  const defaults = (graph.input ?? []).filter(({ name = '' }) => cut.initializers.has(name));
  const edgeNames = new Set([...given, ...edges.output.map(({ name }) => name)]);
  const parts: Partial<GraphProto> = {
    node: nodes,
    input: [...edges.input, ...defaults],
    output: edges.output,
    initializer: graph.initializer?.filter(({ name = '' }) => cut.initializers.has(name)),
    sparseInitializer: graph.sparseInitializer?.filter(({ values }) => cut.initializers.has(values?.name ?? '')),
    valueInfo: graph.valueInfo?.filter(
      ({ name = '' }) => !edgeNames.has(name) && (made.has(name) || cut.initializers.has(name)),
    ),
    quantizationAnnotation: annotations,
  };
  return { ...graph, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part)) };
}

/** A node that stays for one result does not make another that is given from outside. */
function withoutOutputs(node: NodeProto, given: ReadonlySet<string>, names: ValueTable): NodeProto {
  if (!node.output?.some((name) => given.has(name))) return node;
  return { ...node, output: node.output.map((name) => (given.has(name) ? freshName(name, names) : name)) };
}
