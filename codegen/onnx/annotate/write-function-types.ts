// Writes into the functions of a model what all their calls agree on.
import { type Dim, hasFresh, hasUnknown, type SymbolDim, symbolsOf, unknownDim } from '../../../src/dim/dim.ts';
import { isGivenSymbol } from '../../../src/dim/given-names.ts';
import { fedSymbols } from '../../../src/ir/contract.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import type { FunctionDefinition, Graph } from '../../../src/ir/graph.ts';
import { mapDims, type ValueType } from '../../../src/ir/type.ts';
import type { FunctionProto, GraphProto, NodeProto, ValueInfoProto } from '../proto/messages.ts';
import type { TypeProto } from '../proto/type-messages.ts';
import type { ReadModel } from '../read.ts';
import { agreedType } from './agreed-type.ts';
import { type CallGraphs, callGraphs } from './function-calls.ts';
import { mapAll, mapBodies, valuesByName } from './scope-values.ts';
import { withType } from './write-type.ts';

/** How the types of functions are written. */
export interface FunctionTypesOptions {
  /** Whether every value gets a type; otherwise only those that have one. */
  readonly addsAll: boolean;
  /** The message of a type, whose sizes are open or in symbols of the model's inputs. */
  readonly typeOf: (type: ValueType) => TypeProto | undefined;
}

/**
 * The functions of a model with the types on which all their calls agree. A size that is another one in another call, or that a run
 * tells, is left open; a function that nothing calls stays as it is.
 *
 * @param read the model, inferred
 * @returns the list itself where nothing is to be written
 */
export function writeFunctionTypes(
  protos: readonly FunctionProto[],
  read: ReadModel,
  options: FunctionTypesOptions,
): readonly FunctionProto[] {
  if (!options.addsAll && !protos.some(hasTypes)) return protos;
  const calls = callGraphs(read.graph);
  if (!calls) return protos;
  const writer = new FunctionTypeWriter(read, calls, options);
  return mapAll(protos, (proto) => {
    const { domain = '', name = '', overload = '' } = proto;
    const definition = read.graph.functions.get(functionKey(domain, name, overload));
    return definition && calls.has(definition.body) ? writer.definition(proto, definition) : proto;
  });
}

const hasTypes = ({ valueInfo = [], node = [] }: FunctionProto): boolean =>
  valueInfo.length > 0 || node.some(({ attribute = [] }) => attribute.some(({ g, graphs }) => g || graphs?.length));

class FunctionTypeWriter {
  readonly #read: ReadModel;
  readonly #calls: CallGraphs;
  readonly #options: FunctionTypesOptions;
  readonly #fed: ReadonlySet<SymbolDim>;
  readonly #fedNames: ReadonlySet<string>;

  constructor(read: ReadModel, calls: CallGraphs, options: FunctionTypesOptions) {
    this.#read = read;
    this.#calls = calls;
    this.#options = options;
    this.#fed = fedSymbols(read.graph);
    this.#fedNames = new Set([...this.#fed].map(({ name }) => name));
  }

  definition(proto: FunctionProto, { body }: FunctionDefinition): FunctionProto {
    const types = this.#types(body);
    const node = this.#nodes(proto.node, body);
    const names = [...(proto.input ?? []), ...madeNames(proto.node)];
    const valueInfo = this.#infos(proto.valueInfo, types, names);
    return node === proto.node && valueInfo === proto.valueInfo ? proto : { ...proto, node, valueInfo };
  }

  /** A body inside of a function; its outputs stay, because ONNX Runtime tells the shape of empty rows by what is stated there. */
  #body(proto: GraphProto, body: Graph): GraphProto {
    const types = this.#types(body);
    const node = this.#nodes(proto.node, body);
    const outputs = new Set((proto.output ?? []).map(({ name }) => name));
    const valueInfo = this.#infos(
      proto.valueInfo,
      types,
      madeNames(proto.node).filter((name) => !outputs.has(name)),
    );
    return node === proto.node && valueInfo === proto.valueInfo ? proto : { ...proto, node, valueInfo };
  }

  #nodes(nodes: readonly NodeProto[] | undefined, graph: Graph): readonly NodeProto[] | undefined {
    const values = valuesByName(graph);
    return nodes && mapAll(nodes, (each) => mapBodies(each, values, (proto, body) => this.#body(proto, body)));
  }

  #infos(
    before: readonly ValueInfoProto[] | undefined,
    types: ReadonlyMap<string, TypeProto>,
    names: readonly string[],
  ): readonly ValueInfoProto[] | undefined {
    const written = before && mapAll(before, (info) => withType(info, types.get(info.name ?? '')));
    if (!this.#options.addsAll) return written;
    const had = new Set(before?.map(({ name }) => name));
    const added = names.flatMap((name) => {
      const type = had.has(name) ? undefined : types.get(name);
      return type ? [{ name, type }] : [];
    });
    return added.length > 0 ? [...(written ?? []), ...added] : written;
  }

  /** By name, what all calls say of the values of a graph. */
  #types(graph: Graph): ReadonlyMap<string, TypeProto> {
    const calls = (this.#calls.get(graph) ?? []).map(valuesByName);
    const types = new Map<string, TypeProto>();
    for (const [name, value] of valuesByName(graph)) {
      const given = calls.map((values) => values.get(name)).filter((each) => each !== undefined);
      if (given.length === 0 || given.some(({ poisoned }) => poisoned)) continue;
      const agreed = agreedType(given.map(({ type }) => mapDims(type, this.#sayable)));
      const type = agreed && this.#options.typeOf(this.#withNames(agreed, this.#read.declared.get(value)));
      if (type) types.set(name, type);
    }
    return types;
  }

  /** A size in symbols of the model's inputs; every call has others of its own. */
  readonly #sayable = (dim: Dim): Dim =>
    hasFresh(dim) && ![...symbolsOf(dim)].every((each) => this.#fed.has(each)) ? unknownDim() : dim;

  /** A name that the file gives to a size which is another one in each call stays, where no input has it. */
  #withNames(type: ValueType, stated: ValueType | undefined): ValueType {
    if (type.kind !== 'tensor' || stated?.kind !== 'tensor' || type.shape?.length !== stated.shape?.length) return type;
    const shape = type.shape?.map((dim, axis) => {
      const said = stated.shape?.[axis];
      const isName = said?.kind === 'symbol' && isGivenSymbol(said) && !this.#fedNames.has(said.name);
      return hasUnknown(dim) && isName ? said : dim;
    });
    return { ...type, shape: shape ?? null };
  }
}

const madeNames = (nodes: readonly NodeProto[] = []): string[] =>
  nodes.flatMap(({ output = [] }) => output.filter((name) => name !== ''));
