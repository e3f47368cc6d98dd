// Layers: functions over values that own parameters, and blocks that compose them under readable paths.
import { type Diagnostic, type DimwiseError, dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite, type Origin } from '../base/origin.ts';
import { openTrace, type Trace, traceOf } from '../build/trace.ts';
import { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { apartParameter, computeApart } from './around-type.ts';
import { gettersOf, parameterValue, parameterValues } from './layer-parameters.ts';
import { layerText, type ShownLayer } from './layer-text.ts';
import type { Parameter } from './parameter.ts';

const LAYER = Symbol.for('dimwise.layer');

/** The facts about a layer beside what it computes. */
export interface LayerFacts {
  /** The kind in messages and tables: `dense`. */
  readonly kind: string;
  /** The name in paths; undefined takes the index among siblings, or the key in the block that holds it. */
  readonly label: string | undefined;
  /** Own parameters by local name: `weight`, `bias`. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Layers inside, by the path segment they have here. */
  readonly children: readonly (readonly [string, AnyLayer])[];
  /** The call that made the layer. */
  readonly origin: Origin;
  /** Whether the author wrote what it computes, so that mistakes stand on the lines of its own calls. */
  readonly isComposition: boolean;
}

/** A layer: call it on values inside a model; calling it twice shares its parameters. */
export type Layer<A extends readonly unknown[] = [x: Value], R = Value> = ((...inputs: A) => R) & {
  readonly [LAYER]: LayerFacts;
};

/** A layer of any inputs and outputs. */
// biome-ignore lint: the parameters of a function type are contravariant, so never is the widest.
export type AnyLayer = ((...inputs: never[]) => unknown) & { readonly [LAYER]: LayerFacts };

/** Tells whether something is a layer, also one of another copy of dimwise. */
export function isLayer(thing: unknown): thing is AnyLayer {
  return typeof thing === 'function' && LAYER in thing;
}

/** The facts about a layer. */
export function layerFacts(layer: AnyLayer): LayerFacts {
  return layer[LAYER];
}

/** Parameters by local name; an undefined one does not exist in this layer. */
export type Parameters = Readonly<Record<string, Parameter | undefined>>;

/** What one call of a layer works with. */
export interface LayerCall<P extends Parameters> {
  readonly trace: Trace;
  /** The layer's parameters as values of the graph; added when they are first read. */
  readonly parameters: { readonly [K in keyof P]: P[K] extends Parameter ? Value : Value | undefined };
}

/** What a layer is made of. */
export interface LayerSpec<A extends readonly unknown[], R, P extends Parameters> {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly parameters?: P;
  readonly children?: readonly (readonly [string, AnyLayer])[];
  /** Set where `apply` is the author's own code: mistakes then stand on its lines, else where the layer was made. */
  readonly isComposition?: boolean;
  /** The call that makes the layer, where it was captured for the parameters already; captured where it is left out. */
  readonly origin?: Origin | undefined;
  /** Computes the outputs; runs inside the layer's path. */
  readonly apply: (call: LayerCall<P>, ...inputs: A) => R;
}

/**
 * Makes a layer. Every layer of dimwise is made so; user-defined ones may be, or compose others with {@link block}.
 *
 * @throws LAYER_ARGUMENT when the name is empty or has a dot, which paths are parted by
 * @throws LAYER_INSIDE_MODEL (with the other mistakes of the model) when it has parameters and a model is being traced
 */
export function defineLayer<A extends readonly unknown[], R, P extends Parameters = Parameters>(
  spec: LayerSpec<A, R, P>,
): Layer<A, R> {
  const cells = presentCells(spec.parameters);
  const names = Object.keys(cells);
  if (names.length > 0) refuseInsideModel();
  if (spec.name !== undefined && !/^[^.]+$/.test(spec.name))
    refuseArgument(spec.kind, 'name', 'a text without dots', spec.name);
  const facts: LayerFacts = {
    kind: spec.kind,
    label: spec.name,
    parameters: cells,
    children: spec.children ?? NO_CHILDREN,
    origin: spec.origin ?? { site: captureSite() },
    isComposition: spec.isComposition ?? false,
  };
  const getters = gettersOf(names);
  const run = (...inputs: A): R => {
    const trace = traceOf(inputs);
    trace.enter(layer, facts);
    let result: R;
    try {
      const like = inputs.find(isValue);
      // The names are those of spec.parameters, which the checker cannot follow through Object.keys.
      const parameters = parameterValues(trace, facts, { getters, like }) as LayerCall<P>['parameters'];
      const apart = apartParameter(cells);
      const call = { trace, parameters };
      result = apart ? applyApart(spec, call, { apart, inputs }) : spec.apply(call, ...inputs);
    } finally {
      trace.leave();
    }
    trace.keepResult(layer, result);
    return result;
  };
  const layer: Layer<A, R> = Object.assign(run, { [LAYER]: facts } as const);
  Object.defineProperty(layer, 'name', { value: spec.name ?? spec.kind });
  Object.defineProperty(layer, 'toString', TEXT);
  Object.defineProperty(layer, INSPECT, TEXT);
  return layer;
}

const NO_CHILDREN: readonly never[] = Object.freeze([]);
/** Node's `util.inspect` asks for it. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
/** One function tells the text of all layers. */
const TEXT = {
  value(this: AnyLayer): string {
    return layerText(shownLayer(layerFacts(this)));
  },
};

/** What is shown of a layer, read when it is shown. */
function shownLayer({ kind, label, parameters, children }: LayerFacts): ShownLayer {
  const inside = children.map(
    ([key, child]) => [layerFacts(child).label ?? key, shownLayer(layerFacts(child))] as const,
  );
  return { kind, label, parameters, children: inside };
}

/** A model's function runs at each bind: a layer that it makes would have new parameters each time. One complaint for each line. */
function refuseInsideModel(): void {
  const trace = openTrace();
  if (!trace) return;
  const site = captureSite();
  const place = JSON.stringify(site?.place);
  const isKnown = ({ code, origin }: Diagnostic): boolean =>
    code === 'LAYER_INSIDE_MODEL' && JSON.stringify(origin?.site?.place) === place;
  if (trace.diagnostics.some(isKnown)) return;
  trace.report({
    code: 'LAYER_INSIDE_MODEL',
    message: `a layer with parameters is made while ${trace.name} is traced, so that each batch would give it new ones`,
    origin: { path: trace.name, site },
    expected: 'layers made outside of the function of the model',
    actual: 'a layer made inside',
    hint: 'make it outside and call it inside: const fc = dense(10); model((x) => fc(x))',
  });
}

function presentCells(cells: Parameters | undefined): Readonly<Record<string, Parameter>> {
  const present: Record<string, Parameter> = {};
  for (const name in cells) {
    const cell = cells[name];
    if (cell) present[name] = cell;
  }
  return present;
}

const isValue = (input: unknown): input is Value => input instanceof Value;

/** Computes a layer in the element type of one of its parameters. */
function applyApart<A extends readonly unknown[], R, P extends Parameters>(
  spec: LayerSpec<A, R, P>,
  call: LayerCall<P>,
  { apart, inputs }: { readonly apart: Parameter; readonly inputs: A },
): R {
  return computeApart(apart, inputs, (given) => spec.apply(call, ...given));
}

/**
 * A parameter of a layer, as a value of the model that is being traced: for weights that two computations share.
 *
 * @param layer made outside of the model
 * @param path the parameter's path inside the layer: `weight`, `query.weight`
 * @throws LAYER_ARGUMENT when the first argument is no layer
 * @throws PARAM_UNKNOWN when the layer has no such parameter
 * @throws GRAPH_FOREIGN_VALUE outside of a model
 * @example
 * const tokens = embedding(50257, 768); // the output layer of GPT-2 is tied to it
 * const logits = (x: Value) => functional.dense(x, layerParameter(tokens, 'weight'));
 */
export function layerParameter(layer: AnyLayer, path: string): Value {
  if (!isLayer(layer)) refuseArgument('layerParameter', 'its first argument', 'a layer', layer);
  const trace = traceOf([]);
  const facts = layerFacts(layer);
  trace.enter(layer, facts);
  try {
    const cell = facts.parameters[path];
    if (cell) {
      const local = trace.path ? `${trace.path}.${path}` : path;
      if (!trace.valueFor(cell)) cell.claimPath(local);
      trace.meet?.(cell, local);
      return parameterValue(trace, cell, local, undefined);
    }
    for (const [key, child] of facts.children) {
      const segment = layerFacts(child).label ?? key;
      if (path.startsWith(`${segment}.`)) return layerParameter(child, path.slice(segment.length + 1));
    }
    throw unknownParameter('the layer', path, [...parametersOf(layer).values()]);
  } finally {
    trace.leave();
  }
}

/** The error of a path that names no parameter. */
export function unknownParameter(owner: string, path: string, known: readonly string[]): DimwiseError {
  return dimwiseError({
    code: 'PARAM_UNKNOWN',
    message: `${owner} has no parameter "${path}"; it has ${known.join(', ') || 'none'}`,
    origin: { site: captureSite() },
    expected: known.join(', '),
    actual: path,
    hint: didYouMean(path, known),
  });
}

/** Layers by name, in lists and groups of any depth; an undefined one does not exist in this block. */
export interface Layers {
  readonly [name: string]: LayerTree | undefined;
}

/** A layer, or a list or group of layers, lists and groups. */
export type LayerTree = AnyLayer | readonly LayerTree[] | Layers;

/** Lists layers with their paths inside a block: `attention`, `stages.0`, `levels.1.convs.0`. */
function flatten(tree: LayerTree | undefined, path: string): (readonly [string, AnyLayer])[] {
  if (tree === undefined) return [];
  if (isLayer(tree)) return [[path, tree]];
  const prefix = path === '' ? '' : `${path}.`;
  return Object.entries(tree).flatMap(([key, item]) => flatten(item, prefix + key));
}

/**
 * Composes layers into one, which gives its parts readable paths: the keys of `layers`.
 *
 * @param layers the parts, by name; lists and groups, of any depth, are indexed with a dot, `stages.0`
 * @param apply computes the outputs; call the parts here
 * @param options `name`: the block's own path segment; `kind`: its kind in messages
 * @example
 * const fc1 = dense(64), fc2 = dense(64);
 * const residualBlock = block({ fc1, fc2 }, (x: Value) => op.Add(x, fc2(op.Relu(fc1(x)))));
 */
export function block<A extends readonly unknown[], R>(
  layers: Layers,
  apply: (...inputs: A) => R,
  options: { readonly name?: string; readonly kind?: string } = {},
): Layer<A, R> {
  return defineLayer<A, R>({
    kind: options.kind ?? 'block',
    name: options.name,
    children: flatten(layers, ''),
    isComposition: true,
    apply: (_call, ...inputs) => apply(...inputs),
  });
}

/** The parameters of a layer and of all layers inside it, each once, under the path of its first owner. */
export function parametersOf(
  layer: AnyLayer,
  prefix = '',
  seen = new Map<Parameter, string>(),
): ReadonlyMap<Parameter, string> {
  const facts = layerFacts(layer);
  for (const name in facts.parameters) {
    const cell = facts.parameters[name];
    if (cell && !seen.has(cell)) seen.set(cell, prefix + name);
  }
  for (const [key, child] of facts.children) parametersOf(child, `${prefix}${layerFacts(child).label ?? key}.`, seen);
  return seen;
}
