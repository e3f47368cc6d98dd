// Folds what inference knows of a model: integers that shapes settle become initializers, decided branches stand in for their If.
import { knownData } from '../../../passes/fold-constants.ts';
import { fedSymbols } from '../../../src/ir/contract.ts';
import { DTYPES } from '../../../src/ir/dtype.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { materialize, type TensorData } from '../../../src/ir/tensor-data.ts';
import { mapBodies, valuesByName } from '../annotate/scope-values.ts';
import { inferReadModel } from '../infer-read.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { ATTRIBUTE_TYPE } from '../proto/enums.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';
import { type FailingBody, failingBodies, failingBranch } from './failing-branch.ts';
import { type InlinedBranch, inlineBranch } from './inline-branch.ts';
import { ModelNames } from './model-names.ts';
import { pruneProto } from './prune.ts';

/** A branch that is inlined may make more known; branches in branches in branches are rare. */
const MOST_ROUNDS = 16;

/**
 * Folds integers and bools whose elements the sizes of the inputs settle, puts decided branches of If in its place, and takes out what
 * nothing needs any more. Only what every run gives is folded: neither what the file states of its values nor that symbols are at least 1
 * is relied on. A branch whose sizes contradict each other gives way to a small one that fails too, so that runs that failed still fail.
 * Names of values stay.
 *
 * @returns the model itself where there is nothing to fold
 * @throws ONNX_MALFORMED, EXTERNAL_DATA when the model cannot be read
 */
export function foldKnown(model: OnnxModel): OnnxModel {
  let folded = model;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = foldOnce(folded);
    if (next === folded) break;
    folded = next;
  }
  if (folded === model) return model;
  return folded.with({ graph: pruneProto(folded.proto).graph });
}

function foldOnce(model: OnnxModel): OnnxModel {
  const { graph: proto } = model.proto;
  if (!proto || !hasOnnxDomain(model.proto)) return model;
  const irVersion = Number(model.proto.irVersion ?? 0);
  const graph = knownGraph(model, irVersion >= 4 ? overridable(proto) : new Set());
  const failing = failingBodies(graph);
  const folded = new Folder({ names: new ModelNames(proto), canInitialize: irVersion >= 4, failing }).graph(
    proto,
    graph,
  );
  return folded === proto ? model : model.with({ graph: folded });
}

/** Constants and branches need operators of ai.onnx. */
const hasOnnxDomain = ({ opsetImport = [] }: ModelProto): boolean =>
  opsetImport.some(({ domain = '' }) => domain === '' || domain === 'ai.onnx');

/** Initializers that a feed may stand in for (IR version 4 and newer): nothing is known of their elements. */
function overridable({ input = [], initializer = [] }: GraphProto): ReadonlySet<string> {
  const inputs = new Set(input.map(({ name }) => name));
  return new Set(initializer.flatMap(({ name }) => (name !== undefined && inputs.has(name) ? [name] : [])));
}

/** The graph with what every run gives, and nothing that the file only states. */
function knownGraph(model: OnnxModel, open: ReadonlySet<string>): Graph {
  const read = model.read();
  const { graph } = read;
  for (const value of graph.constants) if (open.has(value.name ?? '')) value.setType(value.type);
  // ONNX Runtime takes a size of 0 where the contract of dimwise would not.
  for (const symbol of fedSymbols(graph)) if (symbol.role === 'named') graph.facts.declare(symbol, { min: 0 });
  inferReadModel({ ...read, declared: new Map() }, () => {}, { decides: false });
  return graph;
}

interface Folding {
  readonly names: ModelNames;
  /** Whether an initializer needs no input of its name (IR version 4 and newer). */
  readonly canInitialize: boolean;
  /** Branches that no run gets through. */
  readonly failing: ReadonlyMap<Graph, FailingBody>;
}

class Folder {
  readonly #names: ModelNames;
  readonly #canInitialize: boolean;
  readonly #failing: ReadonlyMap<Graph, FailingBody>;

  constructor({ names, canInitialize, failing }: Folding) {
    this.#names = names;
    this.#canInitialize = canInitialize;
    this.#failing = failing;
  }

  graph(proto: GraphProto, graph: Graph): GraphProto {
    const values = valuesByName(graph);
    const returned = new Set((proto.output ?? []).map(({ name }) => name));
    const node: NodeProto[] = [];
    const initializer: TensorProto[] = [];
    const branches: InlinedBranch[] = [];
    let isChanged = false;
    for (const each of proto.node ?? []) {
      const known = knownOutputs(each, values);
      const branch = known ? undefined : this.#decided(each, values);
      if (known) {
        for (const [name, data] of known) {
          if (this.#canInitialize && !returned.has(name)) initializer.push(tensorOf(data, name));
          else node.push(constantNode(data, name));
        }
      } else if (branch) {
        branches.push(branch);
        if (!this.#canInitialize) for (const tensor of branch.initializer) node.push(initializerNode(tensor));
        for (const inlined of branch.node) node.push(inlined);
      } else {
        const inner = mapBodies(each, values, (body, own) => this.#body(body, own));
        isChanged ||= inner !== each;
        node.push(inner);
        continue;
      }
      isChanged = true;
    }
    if (!isChanged) return proto;
    const added = {
      node,
      initializer: [...initializer, ...(this.#canInitialize ? branches.flatMap((each) => each.initializer) : [])],
    };
    return withParts(proto, added, branches);
  }

  #body(proto: GraphProto, graph: Graph): GraphProto {
    const failing = this.#failing.get(graph);
    return failing ? failingBranch(proto, failing, this.#names) : this.graph(proto, graph);
  }

  /** The branch of an If whose condition is known. */
  #decided(node: NodeProto, values: ReadonlyMap<string, Value>): InlinedBranch | undefined {
    if (node.opType !== 'If' || (node.domain ?? '') !== '') return undefined;
    const made = nodeOf(node, values);
    const condition = made?.inputs[0];
    const data = condition && !condition.poisoned ? knownData(condition) : undefined;
    const bytes = data && materialize(data);
    if (!bytes) return undefined;
    const wanted = bytes[0] === 0 ? 'else_branch' : 'then_branch';
    const branch = node.attribute?.find(({ name }) => name === wanted)?.g;
    if (!branch || (!this.#canInitialize && branch.sparseInitializer?.length)) return undefined;
    return inlineBranch(node, branch, this.#names, (name) => values.get(name)?.type.kind === 'tensor');
  }
}

function withParts(
  proto: GraphProto,
  { node, initializer }: { readonly node: readonly NodeProto[]; readonly initializer: readonly TensorProto[] },
  branches: readonly InlinedBranch[],
): GraphProto {
  const join = <T>(before: readonly T[] | undefined, added: readonly T[]): readonly T[] | undefined =>
    added.length > 0 ? [...(before ?? []), ...added] : before;
  return {
    ...proto,
    node,
    initializer: join(proto.initializer, initializer),
    sparseInitializer: join(
      proto.sparseInitializer,
      branches.flatMap((each) => each.sparseInitializer),
    ),
    valueInfo: join(
      proto.valueInfo,
      branches.flatMap((each) => each.valueInfo),
    ),
    quantizationAnnotation: join(
      proto.quantizationAnnotation,
      branches.flatMap((each) => each.quantizationAnnotation),
    ),
  };
}

/** What a node gives, by name, where every output that has a name is known. */
function knownOutputs(
  node: NodeProto,
  values: ReadonlyMap<string, Value>,
): ReadonlyMap<string, TensorData> | undefined {
  if (node.opType === 'Constant') return undefined;
  const known = new Map<string, TensorData>();
  for (const name of node.output ?? []) {
    if (name === '') continue;
    const value = values.get(name);
    const data = value && !value.poisoned ? knownData(value) : undefined;
    if (!data) return undefined;
    known.set(name, data);
  }
  return known.size > 0 ? known : undefined;
}

function nodeOf({ output = [] }: NodeProto, values: ReadonlyMap<string, Value>) {
  for (const name of output) {
    const source = values.get(name)?.source;
    if (source?.kind === 'node') return source.node;
  }
  return undefined;
}

const tensorOf = (data: TensorData, name?: string): TensorProto => ({
  dims: data.shape,
  dataType: DTYPES[data.dtype].onnx,
  ...(name === undefined ? {} : { name }),
  rawData: materialize(data) ?? new Uint8Array(),
});

const valueAttribute = (t: TensorProto): AttributeProto => ({ name: 'value', type: ATTRIBUTE_TYPE.TENSOR, t });

const constantNode = (data: TensorData, name: string): NodeProto => ({
  output: [name],
  name,
  opType: 'Constant',
  attribute: [valueAttribute(tensorOf(data))],
});

/** An initializer as a node, for files in which initializers would have to be inputs. */
const initializerNode = (tensor: TensorProto): NodeProto => ({
  output: [tensor.name ?? ''],
  name: tensor.name ?? '',
  opType: 'Constant',
  attribute: [valueAttribute(tensor)],
});
