// The state of one trace: the graph being built, where in it, in which layer, and the mistakes so far.
import { invariant } from '../base/assert-never.ts';
import { type Diagnostic, dimwiseError } from '../base/errors.ts';
import { type CallSite, captureSite, type Origin } from '../base/origin.ts';
import type { Dim, SymbolDim } from '../dim/dim.ts';
import { type Graph, type Node, Value } from '../ir/graph.ts';
import type { ParameterCell } from '../ir/parameter-cell.ts';

/** What the trace needs to know of a layer to name it and the layers it holds. */
export interface LayerNaming {
  /** The kind in messages: `dense`. */
  readonly kind: string;
  /** The layer's own path segment; undefined takes the key in its block, or the index among siblings. */
  readonly label: string | undefined;
  /** The layers inside with their path segments. */
  readonly children: readonly (readonly [string, object])[];
  /** Where the layer was made, which is the place of all that it emits. */
  readonly origin: Origin;
  /** Whether the place of what it emits is the author's own call instead. */
  readonly isComposition: boolean;
}

/** One level of the layer path. */
interface Scope {
  readonly path: string;
  readonly kind: string;
  readonly site: CallSite | undefined;
  /** The index that the next unnamed sibling gets. */
  next: number;
  /** Which layer holds a path segment; made with the first, for most layers hold none. */
  holders: Map<string, object> | undefined;
  /** The segments that a block gives to its parts. */
  readonly keys: ReadonlyMap<object, string> | undefined;
}

function scopeOf(path: string, naming: LayerNaming): Scope {
  const { children } = naming;
  return {
    path,
    kind: naming.kind,
    site: naming.isComposition ? undefined : naming.origin.site,
    next: 0,
    holders: undefined,
    // Backwards, so that a layer that stands there twice has the first of its segments, as its parameters do.
    keys: children.length > 0 ? new Map(children.toReversed().map(([key, layer]) => [layer, key])) : undefined,
  };
}

const ROOT: LayerNaming = { kind: '', label: undefined, children: [], origin: {}, isComposition: true };

/** The state of one trace. */
export class Trace {
  readonly root: Graph;
  /** The name before layer paths in messages. */
  readonly name: string;
  readonly diagnostics: Diagnostic[] = [];
  /** The graph that new nodes go into: the root or a body. */
  graph: Graph;
  /** New nodes go before this one; undefined appends. */
  cursor: Node | undefined;
  /** What a batch has put in the place of symbols. */
  readonly rename: ReadonlyMap<SymbolDim, Dim>;
  /** Symbols whose range the author has declared. */
  readonly symbols = new Set<SymbolDim>();
  /** Those of them that something is stated of. */
  readonly statedSymbols = new Set<SymbolDim>();
  /** What the author's names for sizes that no input declares stand for. */
  readonly givenNames = new Map<SymbolDim, Dim>();
  /** Whether something is stated of values in bodies. */
  statesInBodies = false;
  readonly #scopes: Scope[] = [scopeOf('', ROOT)];
  #fixed: Origin | undefined;
  readonly #paths = new Map<object, string>();
  readonly #results = new Map<object, unknown>();
  readonly #cellNames = new Map<ParameterCell, string>();
  readonly #cellsByName = new Map<string, ParameterCell>();
  readonly #given: ReadonlyMap<ParameterCell, Value>[] = [];

  /** Told of each parameter with its path, before the parameter is read. */
  meet: ((cell: ParameterCell, path: string) => void) | undefined;

  constructor(root: Graph, name: string = root.name, rename: ReadonlyMap<SymbolDim, Dim> = new Map()) {
    this.rename = rename;
    this.root = root;
    this.graph = root;
    this.name = name;
  }

  /** Records a mistake. */
  readonly report = (diagnostic: Diagnostic): void => {
    this.diagnostics.push(diagnostic);
  };

  /** The path of the layer that is being called; empty at the root. */
  get path(): string {
    return this.#scope.path;
  }

  get #scope(): Scope {
    const scope = this.#scopes.at(-1);
    invariant(scope, 'the root level is never left');
    return scope;
  }

  /** Runs `body` so that all it emits comes from `origin`. */
  at<R>(origin: Origin | undefined, body: () => R): R {
    const before = this.#fixed;
    this.#fixed = origin;
    try {
      return body();
    } finally {
      this.#fixed = before;
    }
  }

  /** Runs `body` so that all it emits stands in front of a node, in the node's graph and with its origin, as lowering does. */
  before<R>(node: Node, body: () => R): R {
    const { graph, cursor } = this;
    this.graph = node.graph;
    this.cursor = node;
    try {
      return this.at(node.origin, body);
    } finally {
      this.graph = graph;
      this.cursor = cursor;
    }
  }

  /** Where the current call stands: layer path and, while capture is on, the author's line. */
  origin(): Origin {
    if (this.#fixed) return this.#fixed;
    const { path, kind, site } = this.#scope;
    const full = this.name && path ? `${this.name}.${path}` : this.name || path;
    return { path: kind ? `${full} ${kind}` : full || undefined, site: site ?? captureSite() };
  }

  /** Sets the index that the next unnamed layer of this level gets. */
  setNextIndex(index: number): void {
    this.#scope.next = index;
  }

  /** Makes a layer the model's outermost one, which adds no segment to paths. */
  claimRoot(layer: object): void {
    this.#paths.set(layer, '');
  }

  /** Gives a layer that has no path yet the path of the one that stands in its place. */
  takePlace(layer: object, path: string): void {
    if (!this.#paths.has(layer)) this.#paths.set(layer, path);
  }

  /** The path of a layer that was called. */
  pathOf(layer: object): string | undefined {
    return this.#paths.get(layer);
  }

  /** The layers that were called, with their paths, in the order of their first call. */
  get layers(): ReadonlyMap<object, string> {
    return this.#paths;
  }

  /** Keeps what the first call of a layer gave. */
  keepResult(layer: object, result: unknown): void {
    if (!this.#results.has(layer)) this.#results.set(layer, result);
  }

  /** What the first call of a layer gave. */
  resultOf(layer: object): unknown {
    return this.#results.get(layer);
  }

  /** Goes into the level of a layer, which keeps its first path; {@link leave} goes out of it, whatever happens in between. */
  enter(layer: object, naming: LayerNaming): void {
    let path = this.#paths.get(layer);
    if (path === undefined) {
      path = this.#claim(layer, naming);
      this.#paths.set(layer, path);
    }
    this.#scopes.push(scopeOf(path, naming));
  }

  /** Goes out of the level of the layer that was entered last. */
  leave(): void {
    this.#scopes.pop();
  }

  #claim(layer: object, naming: LayerNaming): string {
    const scope = this.#scope;
    const segment = naming.label ?? scope.keys?.get(layer) ?? String(scope.next);
    scope.next++;
    scope.holders ??= new Map();
    const holder = scope.holders.get(segment);
    if (holder && holder !== layer) {
      const message = `two layers of ${scope.path || this.name} are named "${segment}"`;
      this.report({ code: 'NAME_DUPLICATE', message, origin: this.origin(), hint: 'give one of them another name' });
    }
    scope.holders.set(segment, layer);
    return scope.path ? `${scope.path}.${segment}` : segment;
  }

  /** Runs `body` with values in the place of parameters. */
  withValues<R>(values: ReadonlyMap<ParameterCell, Value>, body: () => R): R {
    this.#given.push(values);
    try {
      return body();
    } finally {
      this.#given.pop();
    }
  }

  /** The value that stands in the place of a parameter in the current call; the innermost one counts. */
  valueFor(cell: ParameterCell): Value | undefined {
    for (let i = this.#given.length - 1; i >= 0; i--) {
      const value = this.#given[i]?.get(cell);
      if (value) return value;
    }
    return undefined;
  }

  /** The name of a parameter in this model: its path, or its path here where another parameter has that one. */
  nameCell(cell: ParameterCell, localPath: string): string {
    const known = this.#cellNames.get(cell);
    if (known !== undefined) return known;
    let name = this.#cellsByName.has(cell.path) ? localPath : cell.path;
    for (let n = 2; this.#cellsByName.has(name); n++) name = `${localPath}_${n}`;
    this.#cellNames.set(cell, name);
    this.#cellsByName.set(name, cell);
    return name;
  }
}

const TRACES = new WeakMap<Graph, Trace>();
const active: Trace[] = [];

/** Runs `body` with `trace` as the one that calls without a value operand belong to. */
export function withTrace<R>(trace: Trace, body: () => R): R {
  TRACES.set(trace.root, trace);
  active.push(trace);
  try {
    return body();
  } finally {
    active.pop();
  }
}

/** The trace that is open; undefined outside of models. */
export function openTrace(): Trace | undefined {
  return active.at(-1);
}

/**
 * The trace that a call with these operands belongs to; what is no value has no graph.
 *
 * @throws GRAPH_FOREIGN_VALUE when operands come from different graphs, or no trace is open
 */
export function traceOf(operands: readonly unknown[]): Trace {
  const current = openTrace();
  for (const operand of operands) {
    if (operand instanceof Value && !isVisible(operand.graph, current?.graph)) throw foreignValue(operand, current);
  }
  if (current) return current;
  throw dimwiseError({
    code: 'GRAPH_FOREIGN_VALUE',
    message: 'an operator was called outside of a model',
    hint: 'call operators and layers inside model(...) or graph(...)',
    origin: { site: captureSite() },
  });
}

/** Whether values of a graph may be read in another: in itself and in the bodies inside it. */
function isVisible(home: Graph, from: Graph | undefined): boolean {
  for (let graph = from; graph; graph = graph.parent) if (graph === home) return true;
  return false;
}

function foreignValue(operand: Value, current: Trace | undefined) {
  const home = operand.graph.root.name;
  if (operand.graph.root === current?.root) return bodyValue(operand);
  const message = current
    ? `${operand.label} belongs to graph "${home}" and is used in graph "${current.root.name}"`
    : `${operand.label} of graph "${home}" is used after its graph was finished`;
  return dimwiseError({
    code: 'GRAPH_FOREIGN_VALUE',
    message,
    origin: { site: captureSite() },
    related: operand.origin ? [{ message: 'the value was made here', origin: operand.origin }] : [],
    hint: 'values live in one trace: compute it again inside this model, or pass it as an input',
  });
}

/** A value that was made inside a body and is read outside of it. */
function bodyValue(operand: Value) {
  return dimwiseError({
    code: 'GRAPH_FOREIGN_VALUE',
    message: `${operand.label} was made inside the body "${operand.graph.name}" and is used outside of it`,
    origin: { site: captureSite() },
    related: operand.origin ? [{ message: 'the value was made here', origin: operand.origin }] : [],
    hint: 'return it from the body, or compute it outside',
  });
}
