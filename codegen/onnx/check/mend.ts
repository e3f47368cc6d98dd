// Takes out of a model what cannot be read, so that the rest can be inferred; every change stands for a finding.
import { isDimwiseError } from '../../../src/base/errors.ts';
import { CONTRACT_KEY, contractFromJson } from '../../../src/ir/contract.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from '../proto/messages.ts';
import type { SparseTensorProto, TensorProto } from '../proto/tensor-messages.ts';
import type { TypeProto } from '../proto/type-messages.ts';
import { refuseExternal } from '../read-external.ts';
import { type ResolveExternal, readSparseTensor, readTensor } from '../read-tensor.ts';
import { domainOf, type ModelView } from './scopes.ts';

/**
 * Mends a model: values that nothing makes become inputs of unknown type, what is made twice is made once, nodes in a circle and
 * tensors without fitting data are left out.
 */
export function mendModel(model: OnnxModel, view: ModelView): OnnxModel {
  const mender = new Mender(model.files?.resolve ?? refuseExternal, view);
  return model.with(mender.model(model.proto));
}

class Mender {
  readonly #resolve: ResolveExternal;
  readonly #view: ModelView;
  /** Names that are read in the root at hand and that nothing makes any more. */
  #open = new Set<string>();
  #isFunction = false;

  constructor(resolve: ResolveExternal, view: ModelView) {
    this.#resolve = resolve;
    this.#view = view;
  }

  model(model: ModelProto): ModelProto {
    const functions = this.#functions(model.functions ?? []);
    const graph = model.graph && this.#root(model.graph);
    return {
      ...model,
      graph,
      functions,
      opsetImport: imports(model.opsetImport ?? []),
      metadataProps: (model.metadataProps ?? []).filter(
        ({ key, value = '' }) => key !== CONTRACT_KEY || isContract(value),
      ),
    };
  }

  /** The functions, the first of each name; none where they call each other in a circle. */
  #functions(protos: readonly FunctionProto[]): readonly FunctionProto[] {
    const first = new Set([...this.#view.functions.values()].map((scope) => scope.function));
    return protos.filter((proto) => first.has(proto)).map((proto) => this.#function(proto));
  }

  #function(proto: FunctionProto): FunctionProto {
    this.#isFunction = true;
    const { input = [], output = [] } = proto;
    const names = [...new Set(input)];
    const body = this.#root({
      node: proto.node,
      input: names.map((name) => ({ name })),
      output: output.map((name) => ({ name })),
    });
    this.#isFunction = false;
    return {
      ...proto,
      input: (body.input ?? []).map(({ name = '' }) => name),
      node: body.node,
      opsetImport: imports(proto.opsetImport ?? []),
    };
  }

  /** A graph with no other around it: what nothing makes becomes an input. */
  #root(graph: GraphProto): GraphProto {
    this.#open = new Set();
    const mended = this.#graph(graph, []);
    const own = madeBy(mended);
    const more = [...this.#open].filter((name) => !own.has(name)).map((name) => ({ name }));
    return { ...mended, input: [...(mended.input ?? []), ...more] };
  }

  #graph(graph: GraphProto, outer: readonly ReadonlySet<string>[]): GraphProto {
    const taken = new Set<string>();
    const initializer = (graph.initializer ?? []).filter((tensor) =>
      this.#keepsInitializer(tensor.name, tensor, taken),
    );
    const sparseInitializer = (graph.sparseInitializer ?? []).filter((sparse) =>
      this.#keepsInitializer(sparse.values?.name, sparse, taken),
    );
    const constants = new Set(taken);
    const input = (graph.input ?? [])
      .filter(({ name }) => constants.delete(name ?? '') || (name && keep(name, taken)))
      .map(info);
    const ordered = withoutCircles((graph.node ?? []).filter(isNode));
    const nodes = ordered.map((node) => ({
      ...node,
      output: (node.output ?? []).map((name) => (name && keep(name, taken) ? name : '')),
    }));
    const scopes = [taken, ...outer];
    const output = (graph.output ?? []).filter(({ name }) => name !== undefined && name !== '');
    for (const { name = '' } of output) if (!scopes.some((scope) => scope.has(name))) this.#open.add(name);
    return {
      ...graph,
      input,
      initializer,
      sparseInitializer,
      output: output.map(info),
      valueInfo: (graph.valueInfo ?? []).map(info),
      node: nodes.map((node) => this.#node(node, scopes)),
    };
  }

  #node(node: NodeProto, scopes: readonly ReadonlySet<string>[]): NodeProto {
    for (const name of node.input ?? []) if (name && !scopes.some((scope) => scope.has(name))) this.#open.add(name);
    const taken = new Set<string>();
    const attribute = (node.attribute ?? []).filter(
      (each) => keep(each.name ?? '', taken) && (this.#isFunction || !each.refAttrName) && this.#isReadable(each),
    );
    return {
      ...node,
      attribute: attribute.map((each) => ({
        ...each,
        ...(each.g ? { g: this.#graph(each.g, scopes) } : {}),
        ...(each.graphs ? { graphs: each.graphs.map((body) => this.#graph(body, scopes)) } : {}),
      })),
    };
  }

  #keepsInitializer(name: string | undefined, tensor: TensorProto | SparseTensorProto, taken: Set<string>): boolean {
    if (!name) return false;
    if (!this.#isTensor(tensor)) {
      this.#open.add(name);
      return false;
    }
    return keep(name, taken);
  }

  #isReadable({
    t,
    tensors = [],
    sparseTensor,
    sparseTensors = [],
    type = 0,
    refAttrName,
    ...rest
  }: AttributeProto): boolean {
    if (refAttrName) return true;
    const all = [...(t ? [t] : []), ...tensors, ...(sparseTensor ? [sparseTensor] : []), ...sparseTensors];
    if (type === 4 && !t) return false;
    if (type === 5 && !rest.g) return false;
    if (type > 14 || (type === 0 && Object.keys(rest).length === 1)) return false;
    return all.every((tensor) => this.#isTensor(tensor));
  }

  #isTensor(tensor: TensorProto | SparseTensorProto): boolean {
    try {
      if ('values' in tensor || 'indices' in tensor) readSparseTensor(tensor, '', this.#resolve);
      else readTensor(tensor, '', this.#resolve);
      return true;
    } catch (error) {
      if (isDimwiseError(error)) return false;
      throw error;
    }
  }
}

/** Takes a name; false where it is taken. */
function keep(name: string, taken: Set<string>): boolean {
  if (taken.has(name)) return false;
  taken.add(name);
  return true;
}

const isNode = ({ opType }: NodeProto): boolean => opType !== undefined && opType !== '';

function madeBy(graph: GraphProto): Set<string> {
  const made = new Set<string>();
  for (const { name = '' } of [...(graph.input ?? []), ...(graph.initializer ?? [])]) made.add(name);
  for (const { values } of graph.sparseInitializer ?? []) made.add(values?.name ?? '');
  for (const { output = [] } of graph.node ?? []) for (const name of output) made.add(name);
  return made;
}

/** The nodes without those that read, however far around, what they make, and what depends on them. */
function withoutCircles(nodes: readonly NodeProto[]): readonly NodeProto[] {
  const maker = new Map<string, number>();
  for (const [index, { output = [] }] of nodes.entries())
    for (const name of output) if (name && !maker.has(name)) maker.set(name, index);
  const readers = nodes.map((): number[] => []);
  const waiting = new Int32Array(nodes.length);
  for (const [index, { input = [] }] of nodes.entries()) {
    for (const name of input) {
      const at = maker.get(name);
      if (at === undefined) continue;
      readers[at]?.push(index);
      waiting[index] = (waiting[index] ?? 0) + 1;
    }
  }
  const ready = [...nodes.keys()].filter((index) => waiting[index] === 0);
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    for (const reader of readers[at] ?? []) {
      waiting[reader] = (waiting[reader] ?? 0) - 1;
      if (waiting[reader] === 0) ready.push(reader);
    }
  }
  return nodes.filter((_, index) => waiting[index] === 0);
}

function imports(list: readonly OperatorSetIdProto[]): readonly OperatorSetIdProto[] {
  const taken = new Set<string>();
  const kept = list.filter((entry) => Number(entry.version ?? 0) >= 1 && keep(domainOf(entry), taken));
  return kept.length > 0 ? kept : [{ domain: '', version: 1 }];
}

function isContract(text: string): boolean {
  try {
    contractFromJson(text);
    return true;
  } catch (error) {
    if (isDimwiseError(error)) return false;
    throw error;
  }
}

/** A value without sizes below 0. */
function info(value: ValueInfoProto): ValueInfoProto {
  return value.type ? { ...value, type: mendType(value.type) } : value;
}

function mendType(type: TypeProto): TypeProto {
  const { tensorType, sparseTensorType } = type;
  const tensor = tensorType ?? sparseTensorType;
  const isBad = tensor?.shape?.dim?.some(({ dimValue = 0 }) => dimValue < -1 || typeof dimValue === 'bigint');
  if (!isBad) return type;
  const dim = (tensor?.shape?.dim ?? []).map((each) => ((each.dimValue ?? 0) < 0 ? {} : each));
  const mended = { ...tensor, shape: { dim } };
  return tensorType ? { ...type, tensorType: mended } : { ...type, sparseTensorType: mended };
}
