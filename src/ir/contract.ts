// The contract of a model: what a valid feed meets, as data that travels in the model's metadata.
import { dimwiseError } from '../base/errors.ts';
import { formatOrigin } from '../base/origin.ts';
import { type Constraint, constraintDims, constraintScope, formatConstraint } from '../dim/constraint.ts';
import { hasUnknown, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import type { Graph } from './graph.ts';
import { SymbolNames } from './symbol-names.ts';
import { type MaybeDType, mapDims, type ValueType } from './type.ts';
import { withinShare, withinWork } from './within-work.ts';

/** The key of the contract in the model's metadata. */
export const CONTRACT_KEY = 'dimwise.contract';

/** The version of the JSON form. */
export const CONTRACT_VERSION = 1;

/** What sort of fact a constraint is; upper and lower bounds are all `range`. */
export type ContractKind = 'equal' | 'range' | 'divides' | 'broadcastable';

/** One thing that a valid feed, or a valid run, meets. */
export interface ContractEntry {
  readonly kind: ContractKind;
  /** The constraint in the grammar of dims: `12 | h`, `s <= 512`, `b == c`. */
  readonly expr: string;
  /** `feed`: known from the sizes of the inputs; `run`: only known while the model runs. */
  readonly scope: 'feed' | 'run';
  /** The layers and operators that ask for it. */
  readonly origins: readonly string[];
}

/** One input as a feed must be, or one output as a run gives it. */
export interface ContractInput {
  readonly kind: ValueType['kind'];
  /** Undefined where the kind has no single element type, or it is not known. */
  readonly dtype?: string;
  /** Sizes as numbers and expressions; null where the rank is not known. */
  readonly shape: readonly (number | string)[] | null;
}

/** The sizes that a symbol may stand for. */
export interface SymbolBounds {
  readonly min: number;
  /** Absent where there is no limit. */
  readonly max?: number;
}

/** The contract of a model. */
export interface Contract {
  readonly version: typeof CONTRACT_VERSION;
  readonly inputs: Readonly<Record<string, ContractInput>>;
  readonly symbols: Readonly<Record<string, SymbolBounds>>;
  readonly constraints: readonly ContractEntry[];
  /** The outputs in the symbols of the inputs; absent where a file was written before contracts had them. */
  readonly outputs?: Readonly<Record<string, ContractInput>>;
}

/**
 * The contract of a graph.
 *
 * @param names the names that fresh symbols have in the file or text beside the contract; names of their own by default
 * @param outputNames the names that the outputs have there
 */
export function contractOf(graph: Graph, names?: SymbolNames, outputNames?: readonly string[]): Contract {
  return withinWork(graph, 'the contract of', () =>
    makeContract(graph, names ?? namesOfEdges(graph), outputNames ?? graph.outputs.map(({ name }) => name ?? '')),
  );
}

function makeContract(graph: Graph, names: SymbolNames, outputNames: readonly string[]): Contract {
  const symbols = new Set<SymbolDim>();
  const inputs: [string, ContractInput][] = [];
  for (const value of graph.inputs) {
    inputs.push([value.name ?? '', edgeOf(value.declaredType, names)]);
    mapDims(value.declaredType, (dim) => {
      for (const symbol of symbolsOf(dim)) if (symbol.role === 'named') symbols.add(symbol);
      return dim;
    });
  }
  const bounds: [string, SymbolBounds][] = [...symbols].map((symbol) => {
    const { min, max } = graph.facts.range(symbol);
    return [symbol.name, { min: Math.max(min, 0), ...(Number.isFinite(max) ? { max } : {}) }];
  });
  const fed = fedSymbols(graph);
  return {
    version: CONTRACT_VERSION,
    // fromEntries makes own members of any name, `__proto__` included.
    inputs: Object.fromEntries(inputs),
    symbols: Object.fromEntries(bounds),
    constraints: settledConstraints(graph).map((constraint) => entryOf(constraint, names, fed)),
    outputs: Object.fromEntries(graph.outputs.map((value, i) => [outputNames[i] ?? '', edgeOf(value.type, names)])),
  };
}

/** Names under which no fresh symbol is called as a named one. */
function namesOfEdges(graph: Graph): SymbolNames {
  const names = new SymbolNames();
  for (const value of graph.inputs) names.reserve(value.declaredType);
  for (const value of graph.outputs) names.reserve(value.type);
  for (const constraint of settledConstraints(graph))
    for (const dim of constraintDims(constraint)) names.reserveDim(dim);
  return names;
}

function edgeOf(type: ValueType, names: SymbolNames): ContractInput {
  if (type.kind !== 'tensor' && type.kind !== 'sparse') return { kind: type.kind, shape: null };
  const shape = type.shape?.map((dim) =>
    dim.kind === 'const' ? dim.value : hasUnknown(dim) ? '?' : names.format(dim),
  );
  return { kind: type.kind, ...dtypeOf(type.dtype), shape: shape ?? null };
}

const dtypeOf = (dtype: MaybeDType): { dtype?: string } => (dtype === 'undefined' ? {} : { dtype });

/** The share of the limit `work` that is spent on leaving out constraints that others imply. */
const SHARE_OF_SEARCH = 0.25;

/** The constraints of a graph, without those of sizes that no batch has settled: nothing can be checked against them yet. */
export function settledConstraints(graph: Graph): Constraint[] {
  const { facts } = graph;
  const all = withinShare(
    graph,
    SHARE_OF_SEARCH,
    () => facts.constraints(),
    () => facts.constraints(false),
  );
  return all.filter((constraint) => !constraintDims(constraint).some(hasUnknown));
}

/** The symbols that feeds settle; sizes of inputs that a file leaves without a name are among them. */
export function fedSymbols(graph: Graph): ReadonlySet<SymbolDim> {
  const fed = new Set<SymbolDim>();
  for (const { declaredType } of graph.inputs) {
    mapDims(declaredType, (dim) => {
      for (const symbol of symbolsOf(dim)) fed.add(symbol);
      return dim;
    });
  }
  return fed;
}

const NOTHING: ReadonlySet<SymbolDim> = new Set();

/**
 * One constraint as an entry of the contract. Call sites stay out: the same model has the same bytes in every folder.
 *
 * @param fed the symbols that feeds settle beside the named ones
 */
export function entryOf(constraint: Constraint, names: SymbolNames, fed = NOTHING): ContractEntry {
  const places = constraint.origins.map(({ path, what }) => formatOrigin({ path, what }));
  return {
    kind: constraint.kind === 'atMost' ? 'range' : constraint.kind,
    expr: formatConstraint(constraint, names.nameOf),
    scope: isFed(constraint, fed) ? 'feed' : constraintScope(constraint),
    origins: [...new Set(places)].filter((place) => place !== ''),
  };
}

const isFed = (constraint: Constraint, fed: ReadonlySet<SymbolDim>): boolean =>
  constraintDims(constraint).every((dim) => [...symbolsOf(dim)].every((symbol) => fed.has(symbol)));

/** The JSON text of a contract, members in a fixed order. */
export function contractToJson(contract: Contract): string {
  return JSON.stringify(contract);
}

/**
 * Reads a contract.
 *
 * @param text the JSON text that stands under `dimwise.contract`
 * @throws FILE_FORMAT when the text is no contract, or of a newer version
 */
export function contractFromJson(text: string): Contract {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notContract('is not JSON', cause);
  }
  if (!isRecord(value)) throw notContract('is not an object');
  if (value['version'] !== CONTRACT_VERSION) {
    throw notContract(`has version ${String(value['version'])}, this dimwise reads version ${CONTRACT_VERSION}`);
  }
  const { inputs, symbols, constraints, outputs } = value;
  if (!isEdges(inputs)) throw notContract('has no valid list of inputs');
  if (outputs !== undefined && !isEdges(outputs)) throw notContract('has no valid list of outputs');
  if (!isRecord(symbols) || !Object.values(symbols).every(isBounds)) throw notContract('has no valid list of symbols');
  if (!Array.isArray(constraints) || !constraints.every(isEntry)) throw notContract('has no valid list of constraints');
  return {
    version: CONTRACT_VERSION,
    inputs,
    symbols: Object.fromEntries(
      Object.entries(symbols).filter((entry): entry is [string, SymbolBounds] => isBounds(entry[1])),
    ),
    constraints,
    ...(outputs === undefined ? {} : { outputs }),
  };
}

function notContract(what: string, cause?: unknown) {
  return dimwiseError({
    code: 'FILE_FORMAT',
    message: `the contract under "${CONTRACT_KEY}" ${what}`,
    hint: 'write the model again with this version of dimwise',
    cause,
  });
}

const KINDS: readonly unknown[] = ['tensor', 'sparse', 'sequence', 'optional', 'map', 'unknown'];
const ENTRY_KINDS: readonly unknown[] = ['equal', 'range', 'divides', 'broadcastable'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInput(value: unknown): value is ContractInput {
  if (!isRecord(value) || !KINDS.includes(value['kind'])) return false;
  const { dtype, shape } = value;
  if (dtype !== undefined && typeof dtype !== 'string') return false;
  return shape === null || (Array.isArray(shape) && shape.every((size) => typeof size === 'string' || isSize(size)));
}

const isEdges = (value: unknown): value is Readonly<Record<string, ContractInput>> =>
  isRecord(value) && Object.values(value).every(isInput);

function isBounds(value: unknown): value is SymbolBounds {
  return isRecord(value) && isSize(value['min']) && (value['max'] === undefined || isSize(value['max']));
}

function isEntry(value: unknown): value is ContractEntry {
  if (!isRecord(value)) return false;
  const { kind, expr, scope, origins } = value;
  if (!ENTRY_KINDS.includes(kind) || typeof expr !== 'string' || (scope !== 'feed' && scope !== 'run')) return false;
  return Array.isArray(origins) && origins.every((origin) => typeof origin === 'string');
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
