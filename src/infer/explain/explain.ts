// Explains sizes: how the size of an axis came about, step by step, back to the inputs.

import { dimwiseError } from '../../base/errors.ts';
import type { Origin } from '../../base/origin.ts';
import { type Constraint, constraintDims } from '../../dim/constraint.ts';
import { type Dim, hasFresh, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { formatDim } from '../../dim/text.ts';
import { allGraphs, bodiesOf } from '../../ir/bodies.ts';
import type { Scalar } from '../../ir/content.ts';
import type { FunctionDefinition, Graph, Node, Value } from '../../ir/graph.ts';
import { bodyOfCall, calledFunction } from '../infer-call.ts';
import { inferGraph } from '../infer-node.ts';
import { axisOf, keyOf, type Place, scalarAt, sizesOf } from './place.ts';
import { type Local, probe } from './probe.ts';
import { type Route, routeInto, routeIntoCall, routeOutOf } from './routes.ts';

/**
 * What a step is: where an input, a parameter or a constant is declared (`input`, `parameter`, `constant`), what an operator or
 * layer makes of its inputs (`node`), a size that only a run tells (`data`), a way into or out of a body or function (`body`).
 */
export type StepKind = 'input' | 'parameter' | 'constant' | 'node' | 'data' | 'body';

/** One step of an explanation: what stands at a place, and from which places it comes. */
export interface ExplanationStep {
  readonly place: Place;
  /** The size, or the element, at the place. */
  readonly size: Scalar;
  readonly kind: StepKind;
  /** The node that makes it; for a place in a body, the node that holds the body. */
  readonly node: Node | undefined;
  readonly origin: Origin | undefined;
  /** The size as a formula of `from`, whose i-th place `markers[i]` stands for; undefined where the node tells only the places. */
  readonly formula: Dim | undefined;
  readonly markers: readonly SymbolDim[];
  readonly from: readonly Place[];
  /** What else is to say, as a phrase: `state before the first step`. */
  readonly note: string | undefined;
}

/** How a size came about: what was asked for first, then its sources, each before its own. */
export interface Explanation {
  readonly steps: readonly ExplanationStep[];
}

/** How many steps an explanation may have. */
const MAX_STEPS = 10_000;

/**
 * Explains how the size of an axis came about, back to inputs, parameters and constants, through nodes, functions and bodies. Each
 * node's own rule tells how it made the size, so an explanation says what inference did.
 *
 * @param value a value whose type is inferred
 * @param axis the axis; a negative one counts from the end
 * @throws EXPLAIN_UNKNOWN when the value has no such axis, or no known rank
 */
export function explain(value: Value, axis: number): Explanation {
  const rank = sizesOf(value).length;
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) {
    throw dimwiseError({
      code: 'EXPLAIN_UNKNOWN',
      message: `${value.label} has no axis ${axis}: ${rank === 0 ? 'it has no axis, or its rank is not known' : `its rank is ${rank}`}`,
      origin: value.origin,
      expected: rank === 0 ? undefined : `${-rank} to ${rank - 1}`,
      actual: String(axis),
    });
  }
  return explainPlace(axisOf(value, at));
}

/** Explains a size or an element. */
export function explainPlace(place: Place): Explanation {
  return new Explainer().explain(place);
}

/** Where the sizes of a constraint come from. */
export interface ConstraintExplanation {
  readonly constraint: Constraint;
  /** Each symbol in it with the place that brings it into the graph: an input's axis, or the node's that finds it from data. */
  readonly symbols: readonly { readonly symbol: SymbolDim; readonly place: Place | undefined }[];
}

/** Tells where a constraint comes from: who asks for it stands in its origins, what it speaks of is looked up in the graph. */
export function explainConstraint(graph: Graph, constraint: Constraint): ConstraintExplanation {
  const symbols = new Set(constraintDims(constraint).flatMap((dim) => [...symbolsOf(dim)]));
  return { constraint, symbols: [...symbols].map((symbol) => ({ symbol, place: placeOf(graph, symbol) })) };
}

/** The first place whose size is a symbol; where there is none, the first whose size holds it. */
function placeOf(graph: Graph, symbol: SymbolDim): Place | undefined {
  let holder: Place | undefined;
  for (const each of allGraphs(graph)) {
    for (const value of valuesOf(each)) {
      const index = sizesOf(value).findIndex((dim) => symbolsOf(dim).has(symbol));
      if (index < 0) continue;
      const exact = sizesOf(value).indexOf(symbol);
      if (exact >= 0) return axisOf(value, exact);
      holder ??= axisOf(value, index);
    }
  }
  return holder;
}

function* valuesOf(graph: Graph): IterableIterator<Value> {
  yield* graph.inputs;
  for (const node of graph.nodes()) yield* node.outputs;
}

class Explainer {
  readonly #steps: ExplanationStep[] = [];
  readonly #seen = new Set<string>();
  /** The calls whose functions were entered, by the body made for them. */
  readonly #calls = new Map<Graph, Node>();
  readonly #bodies = new Map<Node, Graph>();

  /** Walks without recursion: chains may be long. */
  explain(asked: Place): Explanation {
    const open = [asked];
    for (let place = open.pop(); place && this.#steps.length < MAX_STEPS; place = open.pop()) {
      const key = keyOf(place);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const step = this.#step(place);
      this.#steps.push(step);
      for (let i = step.from.length - 1; i >= 0; i--) {
        const next = step.from[i];
        if (next) open.push(next);
      }
    }
    return { steps: this.#steps };
  }

  #step(place: Place): ExplanationStep {
    const { value } = place;
    switch (value.source.kind) {
      case 'node':
        return this.#made(place, value.source.node);
      case 'input':
        return this.#input(place);
      default:
        return stepOf(place, { kind: value.source.kind, ...settled(place) });
    }
  }

  #input(place: Place): ExplanationStep {
    const { value } = place;
    const call = this.#calls.get(value.graph);
    const route = call ? routeIntoCall(call, place) : routeInto(place);
    if (route) return routed(place, call ?? value.graph.owner, route);
    return stepOf(place, { kind: 'input', ...settled(place) });
  }

  #made(place: Place, node: Node): ExplanationStep {
    const inner = this.#insideCall(place, node) ?? (bodiesOf(node).length > 0 ? routeOutOf(node, place) : undefined);
    if (inner) return routed(place, node, inner);
    const local = probe(node, place);
    return stepOf(place, {
      kind: local.dependsOnData || isData(place, local) ? 'data' : 'node',
      node,
      origin: node.origin,
      formula: local.formula,
      markers: [...local.sources.keys()],
      from: [...local.sources.values()],
    });
  }

  /** A call is followed into its function, made anew with what the call gives. */
  #insideCall(place: Place, node: Node): Route | undefined {
    const definition = calledFunction(node);
    if (!definition) return undefined;
    const body = this.#bodies.get(node) ?? inferredBody(node, definition);
    this.#bodies.set(node, body);
    const output = body.outputs[node.outputs.indexOf(place.value)];
    if (!output) return undefined;
    this.#calls.set(body, node);
    return { from: [{ ...place, value: output }], note: `made in function ${node.op}` };
  }
}

/** A fresh symbol without a source is a size that only a run tells. */
function isData(place: Place, { sources }: Local): boolean {
  const size = scalarAt(place);
  return sources.size === 0 && typeof size === 'object' && size.kind === 'symbol' && hasFresh(size);
}

/** The body of a call as inference saw it. */
function inferredBody(node: Node, definition: FunctionDefinition): Graph {
  const body = bodyOfCall(node, definition);
  inferGraph(body, () => undefined);
  return body;
}

/** What became of a declared size: left open, it was settled somewhere; named, it may have been found equal to another one. */
function settled({ value, kind, index }: Place): { note: string | undefined; origin: Origin | undefined } {
  const stated = value.typeAsSet;
  const size = kind === 'axis' && 'shape' in stated ? stated.shape?.[index] : undefined;
  const by = size?.kind === 'symbol' ? value.graph.facts.settledBy(size) : undefined;
  if (size?.kind !== 'symbol' || !value.graph.facts.solved(size)) return { note: undefined, origin: value.origin };
  return {
    note: size.role === 'named' ? `declared ${formatDim(size)}, which equals it by` : 'left open, settled by',
    origin: by,
  };
}

function routed(place: Place, node: Node | undefined, { from, note }: Route): ExplanationStep {
  return stepOf(place, { kind: 'body', node, origin: node?.origin, from, note });
}

function stepOf(place: Place, parts: Partial<ExplanationStep> & Pick<ExplanationStep, 'kind'>): ExplanationStep {
  return {
    place,
    size: scalarAt(place),
    node: undefined,
    origin: undefined,
    formula: undefined,
    markers: [],
    from: [],
    note: undefined,
    ...parts,
  };
}
