// Joins two models: values of the first become inputs of the second.
import { dimwiseError } from '../../../src/base/errors.ts';
import { symbol } from '../../../src/dim/dim.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { fedSymbols } from '../../../src/ir/contract.ts';
import { DimParams } from '../../../src/ir/dim-params.ts';
import { bindTo } from '../bind/bind-model.ts';
import { OnnxModel } from '../onnx-model.ts';
import type { GraphProto, ModelProto, ValueInfoProto } from '../proto/messages.ts';
import { requireModel } from '../require-model.ts';
import { graphOf, hasContract, settled, withContract, withoutContract } from './checked.ts';
import { freshName } from './fresh-name.ts';
import { joinFiles } from './join-files.ts';
import { joinFunctions } from './join-functions.ts';
import { type Connections, fitSizes } from './join-sizes.ts';
import { dimTextsOf, mapDimParams } from './map-dims.ts';
import { mapValueNames } from './map-names.ts';
import { mapNodes } from './rename-nodes.ts';
import { sameOpsets } from './same-opsets.ts';
import { unknownValue, ValueTable } from './value-table.ts';

/** How two models are joined. */
export interface JoinOptions {
  /** Inputs of the second model, each with the value of the first that it takes: `{ logits_in: 'logits' }`. */
  readonly connect: Readonly<Record<string, string>>;
  /**
   * Stands before every name of the second model that the first has too. Without it, inner values and nodes get a number, and inputs and
   * outputs of one name are refused.
   */
  readonly prefix?: string | undefined;
  /** Outputs of the first model that are connected and stay outputs; none by default. Outputs that are not connected always stay. */
  readonly keepOutputs?: readonly string[] | undefined;
}

/**
 * One model of two: what the second is given by `connect` it takes from the first, all its other inputs and all outputs are those of the
 * whole. Sizes that meet are made equal; symbols of one name in both models stay two. Documentation of the model and its metadata are
 * those of the first, with the entries that only the second has.
 *
 * @throws VALUE_UNKNOWN when a connected input or value does not exist; OUTPUT_INVALID when nothing is connected
 * @throws JOIN_MISMATCH when types, sizes or opsets do not fit; both sides are named
 * @throws NAME_DUPLICATE when both have an input or output of one name and no prefix is given
 * @throws the mistakes that the joined sizes make in nodes, together
 * @example joinModels(encoder, head, { connect: { features: 'last_hidden_state' } })
 */
export function joinModels(first: OnnxModel, second: OnnxModel, options: JoinOptions): OnnxModel {
  requireModel('joinModels', first, 'the first model');
  requireModel('joinModels', second, 'the second model');
  const connections = new Map(Object.entries(options.connect));
  checkEnds(first, second, connections, options.keepOutputs ?? []);
  const opsetImport = sameOpsets(first.proto, second.proto);
  const apart = withOwnSymbols(first, withoutContract(second));
  const fitted = fitSizes(first, apart, connections);
  const hygienic = withOwnNames(fitted.first, fitted.second, connections, options.prefix);
  const { proto: sought, files } = joinFiles(fitted.first, hygienic.model);
  const { functions, second: called } = joinFunctions(fitted.first.proto, sought);
  const graph = joinGraphs(fitted.first, called.graph ?? {}, {
    connected: hygienic.connected,
    keepOutputs: new Set(options.keepOutputs),
  });
  const one = fitted.first.proto;
  const proto: ModelProto = {
    ...called,
    ...one,
    irVersion: Math.max(Number(first.proto.irVersion ?? 0), Number(second.proto.irVersion ?? 0)),
    opsetImport,
    graph,
    ...(functions.length > 0 ? { functions } : {}),
    ...both({ metadataProps: merged(one.metadataProps, called.metadataProps, ({ key }) => key) }),
    ...both({ configuration: merged(one.configuration, called.configuration, ({ name }) => name) }),
    ...both({ trainingInfo: merged(one.trainingInfo, called.trainingInfo, () => undefined) }),
  };
  const whole = settled(new OnnxModel(proto, files, first.limits));
  return hasContract(first) || hasContract(second) ? withContract(whole) : whole;
}

/** The lists of both models; of entries with one key, that of the first. */
function merged<T>(
  one: readonly T[] | undefined,
  two: readonly T[] | undefined,
  keyOf: (entry: T) => string | undefined,
): readonly T[] | undefined {
  if (!one || !two) return one ?? two;
  const keys = new Set(one.map(keyOf));
  return [...one, ...two.filter((entry) => keyOf(entry) === undefined || !keys.has(keyOf(entry)))];
}

/** Fields that have content. */
const both = (fields: Partial<ModelProto>): Partial<ModelProto> =>
  Object.fromEntries(Object.entries(fields).filter(([, field]) => field));

function checkEnds(
  first: OnnxModel,
  second: OnnxModel,
  connections: Connections,
  keepOutputs: readonly string[],
): void {
  if (connections.size === 0) {
    const names = (graphOf(second).input ?? []).map(({ name }) => `"${name}"`).join(', ');
    throw dimwiseError({
      code: 'OUTPUT_INVALID',
      message: `join: nothing is connected; the second model has the inputs ${names}`,
    });
  }
  const table = new ValueTable(graphOf(first));
  const inputs = new Set((graphOf(second).input ?? []).map(({ name = '' }) => name));
  for (const [input, output] of connections) {
    if (!inputs.has(input)) throw unknownValue(input, 'join, second model', inputs, 'input');
    table.require(output, 'join, first model');
  }
  const outputs = new Set((graphOf(first).output ?? []).map(({ name = '' }) => name));
  for (const name of keepOutputs)
    if (!outputs.has(name)) throw unknownValue(name, 'join, first model', outputs, 'output');
}

/** The second model with other names for sizes that the first has names for too: two models mean two sizes. */
function withOwnSymbols(first: OnnxModel, second: OnnxModel): OnnxModel {
  const taken = new Set(dimTextsOf(first.proto));
  for (const { name, role } of fedSymbols(first.read().graph)) if (role === 'named') taken.add(name);
  const fed = new Set(
    [...fedSymbols(second.read().graph)].flatMap(({ name, role }) => (role === 'named' ? [name] : [])),
  );
  // Expressions follow their symbols.
  const params = new DimParams([...fed].map((name) => formatDim(symbol(name))));
  const names = [...dimTextsOf(second.proto)].filter((text) => params.dim(text) === symbol(text));
  const own = new Set([...names, ...fed]);
  const all = { has: (name: string) => taken.has(name) || own.has(name) };
  const renames = new Map<string, string>();
  for (const name of own) if (taken.has(name)) renames.set(name, freshName(name, all));
  const texts = mapDimParams(second.proto, (text) => (fed.has(text) ? text : (renames.get(text) ?? text)));
  const renamed = texts === second.proto ? second : second.with(texts);
  // A name that is no identifier is bound to as a quoted one.
  const symbols = new Map(
    [...renames].flatMap(([name, other]) => (fed.has(name) ? [[name, formatDim(symbol(other))] as const] : [])),
  );
  return symbols.size === 0 ? renamed : bindTo(renamed, { symbols, inputs: [] }, false);
}

/** The second model under names that the first does not have; its connected inputs under those of the values that they take. */
function withOwnNames(first: OnnxModel, second: OnnxModel, connections: Connections, prefix: string | undefined) {
  const [one, two] = [new ValueTable(graphOf(first)), new ValueTable(graphOf(second))];
  const { input = [], output = [], initializer = [] } = graphOf(second);
  const edges = new Set([...input, ...output].map(({ name = '' }) => name));
  // Before IR version 4 weights had to be inputs.
  if (Number(second.proto.irVersion ?? 0) < 4) for (const { name = '' } of initializer) edges.delete(name);
  const names = new Map<string, string>();
  const taken = new Set([...one.makers.keys(), ...one.inner.keys(), ...two.makers.keys(), ...two.inner.keys()]);
  for (const name of [...two.makers.keys(), ...two.inner.keys()]) {
    const source = connections.get(name);
    if (source !== undefined) names.set(name, source);
    else if (one.has(name)) {
      if (prefix === undefined && edges.has(name)) throw clash(name);
      names.set(name, ownName(name, prefix, taken));
    }
  }
  const nodes = new Set<string>();
  mapNodes(graphOf(first), (node) => (nodes.add(node.name ?? ''), node));
  const renamed = mapValueNames(second.proto, (name) => names.get(name) ?? name);
  const graph = mapNodes(renamed.graph ?? {}, (node) =>
    node.name && nodes.has(node.name) ? { ...node, name: ownName(node.name, prefix, nodes) } : node,
  );
  return { model: second.with({ ...renamed, graph }), connected: connections };
}

function ownName(name: string, prefix: string | undefined, taken: Set<string>): string {
  const wish = `${prefix ?? ''}${name}`;
  const own = wish !== name && !taken.has(wish) ? wish : freshName(wish, taken);
  taken.add(own);
  return own;
}

const clash = (name: string) =>
  dimwiseError({
    code: 'NAME_DUPLICATE',
    message: `join: both models have a value "${name}", which is an input or output of the second`,
    origin: { what: `value "${name}"` },
    actual: name,
    hint: 'give a prefix for the names of the second model, or rename the value first',
  });

interface JoinEdges {
  /** Inputs of the second model before they were renamed, each with the value that it takes. */
  readonly connected: Connections;
  readonly keepOutputs: ReadonlySet<string>;
}

function joinGraphs(model: OnnxModel, second: GraphProto, { connected, keepOutputs }: JoinEdges): GraphProto {
  const first = graphOf(model);
  const sources = new Set(connected.values());
  const isTaken = ({ name = '' }: ValueInfoProto): boolean => sources.has(name);
  const outputs = (first.output ?? []).filter((info) => !isTaken(info) || keepOutputs.has(info.name ?? ''));
  const output = [...outputs, ...(second.output ?? [])];
  const valueInfo = [...(first.valueInfo ?? []), ...(second.valueInfo ?? [])];
  const edges = new Set([...output, ...(first.input ?? []), ...valueInfo].map(({ name }) => name));
  // What was an output of the first, or is only known by inference, keeps its entry.
  const former = (first.output ?? []).filter((info) => isTaken(info) && !edges.has(info.name));
  const join = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined =>
    a && b ? [...a, ...b] : (a ?? b);
  const isOwn = (name: string | undefined): boolean => !sources.has(name ?? '');
  const parts: Partial<GraphProto> = {
    name: [first.name, second.name].filter(Boolean).join('_'),
    node: join(first.node, second.node),
    input: [...(first.input ?? []), ...(second.input ?? []).filter(({ name }) => isOwn(name))],
    output: uniqueOutputs(output),
    initializer: join(
      first.initializer,
      second.initializer?.filter(({ name }) => isOwn(name)),
    ),
    sparseInitializer: join(
      first.sparseInitializer,
      second.sparseInitializer?.filter(({ values }) => isOwn(values?.name)),
    ),
    valueInfo: [...valueInfo, ...former],
    quantizationAnnotation: join(first.quantizationAnnotation, second.quantizationAnnotation),
    metadataProps: join(first.metadataProps, second.metadataProps),
  };
  return { ...second, ...first, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part)) };
}

/** An input of the second model that it also gives is a value of the first: once is enough. */
function uniqueOutputs(output: readonly ValueInfoProto[]): readonly ValueInfoProto[] {
  const seen = new Set<string>();
  return output.filter(({ name = '' }) => !seen.has(name) && seen.add(name));
}
