// Writes inferred types into a model's message: inputs, outputs, value_info, those of bodies too.
import { type Dim, hasFresh, hasUnknown, type SymbolDim, symbol, symbolsOf, unknownDim } from '../../../src/dim/dim.ts';
import { givenName, isGivenSymbol } from '../../../src/dim/given-names.ts';
import { allGraphs } from '../../../src/ir/bodies.ts';
import { fedSymbols } from '../../../src/ir/contract.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { SymbolNames } from '../../../src/ir/symbol-names.ts';
import { mapDims, type ValueType } from '../../../src/ir/type.ts';
import type { FunctionProto, GraphProto, ModelProto, ValueInfoProto } from '../proto/messages.ts';
import type { DimensionProto, TypeProto } from '../proto/type-messages.ts';
import type { ReadModel } from '../read.ts';
import { TypeWriter } from '../type-proto.ts';
import { mapAll, mapBodies, valuesByName } from './scope-values.ts';
import { writeFunctionTypes } from './write-function-types.ts';
import { mergeType, withType } from './write-type.ts';

/** How types are written. */
export interface WriteTypesOptions {
  /** Whether every value gets a type; by default only those that have one. */
  readonly addsAll: boolean;
  /** What stands in the place of what the file states; a name of the file that it changes is not kept. */
  readonly bound?: ((dim: Dim) => Dim) | undefined;
}

/** Messages with the inferred types, and the names of their sizes. */
export interface WrittenTypes {
  readonly graph: GraphProto;
  readonly functions: readonly FunctionProto[];
  readonly names: SymbolNames;
}

/**
 * Writes the types of an inferred model into its messages. Names that the author gave to sizes of outputs stay where they say the same.
 * Functions have types from IR version 10 on.
 *
 * @param proto the message that the model was read from
 * @param read the model, inferred
 */
export function writeTypes(
  { graph = {}, functions = [] }: ModelProto,
  read: ReadModel,
  options: WriteTypesOptions,
): WrittenTypes {
  const writer = new InferredTypeWriter(read, options);
  const written = writer.graph(graph, read.graph);
  const typed = read.irVersion >= IR_OF_FUNCTION_TYPES ? writer.functions(functions) : functions;
  return { graph: written, functions: typed, names: writer.names };
}

/** The IR version that brought `FunctionProto.value_info` (onnx.proto3). */
export const IR_OF_FUNCTION_TYPES = 10;

class InferredTypeWriter {
  readonly names = new SymbolNames();
  readonly #read: ReadModel;
  readonly #options: WriteTypesOptions;
  readonly #types: TypeWriter;
  /** Sizes of inputs that have no name in the file. */
  readonly #unnamed: ReadonlySet<SymbolDim>;

  constructor(read: ReadModel, options: WriteTypesOptions) {
    const { graph } = read;
    this.#read = read;
    this.#options = options;
    this.#unnamed = new Set([...fedSymbols(graph)].filter(({ role }) => role === 'fresh'));
    for (const each of allGraphs(graph)) {
      for (const value of each.inputs) this.names.reserve(value.declaredType);
      for (const node of each.nodes()) for (const value of node.outputs) this.names.reserve(value.type);
    }
    for (const text of this.#keptNames()) this.names.reserveDim(symbol(text));
    this.#types = new TypeWriter(
      this.names,
      graph.inputs.map(({ declaredType }) => declaredType),
    );
  }

  graph(proto: GraphProto, graph: Graph): GraphProto {
    const values = valuesByName(graph);
    const isMain = !graph.parent;
    const input = mapAll(proto.input ?? [], (info) => {
      const value = values.get(info.name ?? '');
      if (!value) return info;
      return isMain || hasShape(info) || this.#options.addsAll ? this.#rewritten(info, value) : info;
    });
    const output = mapAll(proto.output ?? [], (info) => {
      const value = values.get(info.name ?? '');
      if (!value) return info;
      if (isMain) return this.#output(info, value);
      return this.#bodyOutput(info, value);
    });
    const node = mapAll(proto.node ?? [], (each) => mapBodies(each, values, (body, inner) => this.graph(body, inner)));
    const valueInfo = this.#valueInfo(proto, graph, values);
    const parts = { input, output, node, valueInfo };
    const isSame = [input === proto.input, output === proto.output, node === proto.node, valueInfo === proto.valueInfo];
    return isSame.every(Boolean) ? proto : { ...proto, ...parts };
  }

  functions(protos: readonly FunctionProto[]): readonly FunctionProto[] {
    const { addsAll } = this.#options;
    return writeFunctionTypes(protos, this.#read, {
      addsAll,
      typeOf: (type) => this.#types.type(type, () => {}),
    });
  }

  /** Entries stay where they are; new ones follow in the order of the nodes. */
  #valueInfo(
    proto: GraphProto,
    graph: Graph,
    values: ReadonlyMap<string, Value>,
  ): readonly ValueInfoProto[] | undefined {
    const before = proto.valueInfo ?? [];
    const written = mapAll(before, (info) => {
      const value = values.get(info.name ?? '');
      return value ? this.#rewritten(info, value) : info;
    });
    if (!this.#options.addsAll) return written === before ? proto.valueInfo : written;
    const had = new Set([...before, ...(proto.output ?? [])].map(({ name }) => name));
    const added: ValueInfoProto[] = [];
    for (const node of graph.nodes()) {
      for (const value of node.outputs) {
        if (!value.name || had.has(value.name) || value.poisoned) continue;
        const type = this.#type(value.type);
        if (type) added.push({ name: value.name, type });
      }
    }
    if (added.length > 0) return [...written, ...added];
    return written === before ? proto.valueInfo : written;
  }

  #rewritten(info: ValueInfoProto, value: Value): ValueInfoProto {
    return value.poisoned ? info : withType(info, this.#type(value.declaredType));
  }

  /**
   * An output of a body leaves open what it left open: by what is stated there, ONNX Runtime tells the shape of the rows that a Loop
   * without a step gives.
   */
  #bodyOutput(info: ValueInfoProto, value: Value): ValueInfoProto {
    const stated = info.type?.tensorType?.shape?.dim;
    const { type } = value;
    if (type.kind !== 'tensor' || !type.shape || !stated) return info;
    if (stated.length !== type.shape.length) return this.#rewritten(info, value);
    const shape = type.shape.map((dim, axis) => (isBlank(stated[axis]) ? unknownDim() : dim));
    return value.poisoned ? info : withType(info, this.#type({ ...type, shape }));
  }

  /** An output of the model: a name that the author gave to a size stays where the size is known to be the one inferred. */
  #output(info: ValueInfoProto, value: Value): ValueInfoProto {
    const type = value.poisoned ? undefined : this.#type(value.declaredType);
    if (!type) return info;
    const dims = info.type?.tensorType?.shape?.dim ?? [];
    const kept = this.#keptAxes(value);
    const shape = type.tensorType?.shape;
    if (!shape || kept.size === 0) return withType(info, type);
    const dim = (shape.dim ?? []).map((each, axis) => (kept.has(axis) ? (dims[axis] ?? each) : each));
    return withType(info, mergeType(type, { tensorType: { ...type.tensorType, shape: { ...shape, dim } } }));
  }

  /** The axes of an output whose size the file calls by a text that says the same. */
  #keptAxes(value: Value): ReadonlySet<number> {
    const kept = new Set<number>();
    const stated = this.#read.declared.get(value);
    const { type } = value;
    if (stated?.kind !== 'tensor' || type.kind !== 'tensor') return kept;
    const { facts } = value.graph;
    const { bound } = this.#options;
    stated.shape?.forEach((said, axis) => {
      const found = type.shape?.[axis];
      if (!found || found.kind === 'const' || said.kind === 'const') return;
      if (hasUnknown(found) || (bound && bound(said) !== said)) return;
      const isName = said.kind === 'symbol' && said.role === 'fresh';
      if (isName ? isGivenSymbol(said) && facts.simplify(said) === found : facts.equal(said, found) === 'true')
        kept.add(axis);
    });
    return kept;
  }

  /** The names that stay at outputs: no other size may be called so. */
  *#keptNames(): Iterable<string> {
    for (const value of this.#read.graph.outputs) {
      const stated = this.#read.declared.get(value);
      if (stated?.kind !== 'tensor') continue;
      for (const axis of this.#keptAxes(value)) {
        const said = stated.shape?.[axis];
        const name = said?.kind === 'symbol' ? givenName(said) : undefined;
        if (name === undefined || !said) continue;
        const size = value.graph.facts.simplify(said);
        // A size that depends on data has taken the name over: it is its own.
        if (size.kind !== 'symbol' || givenName(size) !== name) yield name;
      }
    }
  }

  #type(type: ValueType): TypeProto | undefined {
    const sayable = this.#options.addsAll ? type : mapDims(type, this.#named);
    return this.#types.type(sayable, () => {});
  }

  /** A size in names that the file has; nothing is said of any other. */
  readonly #named = (dim: Dim): Dim => {
    if (!hasFresh(dim)) return dim;
    const isNamed = [...symbolsOf(dim)].every(
      (each) => each.role === 'named' || (!this.#unnamed.has(each) && givenName(each) !== undefined),
    );
    return isNamed ? dim : unknownDim();
  };
}

const isBlank = (dim: DimensionProto | undefined): boolean => dim?.dimValue === undefined && !dim?.dimParam;

const hasShape = ({ type }: ValueInfoProto): boolean => type?.tensorType?.shape !== undefined;
