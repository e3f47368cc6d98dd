// Finds how one node makes a size: its own rule runs again on markers in place of what came in, and the result tells the formula.

import { isDimwiseError } from '../../base/errors.ts';
import { type Dim, hasFresh, type SymbolDim, symbol, symbolsOf } from '../../dim/dim.ts';
import { substitute } from '../../dim/evaluate.ts';
import { bodiesOf } from '../../ir/bodies.ts';
import { type Content, dimOf, type Scalar } from '../../ir/content.ts';
import { Graph, type Node, type Value } from '../../ir/graph.ts';
import type { ValueType } from '../../ir/type.ts';
import { inferNode } from '../infer-node.ts';
import { axisOf, dimAt, elementOf, keyOf, type Place, placesOf, scalarAt } from './place.ts';

/** How a node makes the size or element at one of its places. */
export interface Local {
  /** The formula over markers; undefined where only the sources are known. */
  readonly formula: Dim | undefined;
  /** The marker of each source that the formula reads. */
  readonly sources: ReadonlyMap<SymbolDim, Place>;
  /** Whether the node makes a size of its own, one that depends on data. */
  readonly dependsOnData: boolean;
}

/** Numbers are tried one by one only where there are not more of them. */
const MAX_NUMBERS = 64;
const NOTHING: Local = { formula: undefined, sources: new Map(), dependsOnData: false };

/**
 * How a node makes a size or element: what stands there as a formula of the sizes and elements that its rule read.
 *
 * @param target a place of one of the node's outputs
 */
export function probe(node: Node, target: Place): Local {
  const places = inputsOf(node).flatMap(placesOf);
  const size = scalarAt(target);
  // Bodies belong to one node and one graph, so its rule does not run again.
  if (bodiesOf(node).length > 0) return byCommonSymbols(size, new Marking(places));
  const dim = dimOf(size);
  if (dim?.kind === 'const') return probeNumber(node, target, places.filter(isNumber));
  const found = new Marking(places.filter((place) => !isNumber(place) && dimAt(place)));
  const formula = found.run(node, target);
  if (formula && (found.agrees(formula, dim, node) || hasFresh(formula))) {
    return { formula, sources: found.sourcesOf(formula, node, target), dependsOnData: hasFresh(formula) };
  }
  return byCommonSymbols(size, found);
}

const inputsOf = (node: Node): readonly Value[] => [...new Set(node.inputs.filter((value) => value !== undefined))];

const isNumber = (place: Place): boolean => dimAt(place)?.kind === 'const';

/** A number comes from those numbers that change it. */
function probeNumber(node: Node, target: Place, numbers: readonly Place[]): Local {
  if (numbers.length > MAX_NUMBERS) return NOTHING;
  const matter = numbers.filter((place) => matters(place, node, target));
  if (matter.length === 0) return probeEqualNumbers(node, target, numbers);
  const marking = new Marking(matter);
  const formula = marking.run(node, target);
  const isWhole =
    formula && marking.markersIn(formula).length === matter.length && marking.agrees(formula, dimAt(target), node);
  return { formula: isWhole ? formula : undefined, sources: marking.first, dependsOnData: false };
}

/** Numbers that must be equal, such as features and the size of their scale, matter only together. */
function probeEqualNumbers(node: Node, target: Place, numbers: readonly Place[]): Local {
  const size = dimAt(target);
  const marking = new Marking(
    numbers.filter((place) => dimAt(place) === size),
    true,
  );
  const formula = marking.run(node, target);
  if (!formula || marking.markersIn(formula).length === 0 || hasFresh(formula)) return NOTHING;
  return { formula, sources: marking.first, dependsOnData: false };
}

/** Where a rule cannot run on markers, or cannot do without the numbers, the places that share a symbol with the result are its sources. */
function byCommonSymbols(size: Scalar, marking: Marking): Local {
  const wanted = symbolsIn(size);
  const sources = new Map(
    [...marking.first].filter(([, place]) => [...symbolsIn(scalarAt(place))].some((s) => wanted.has(s))),
  );
  return { formula: undefined, sources, dependsOnData: false };
}

function symbolsIn(scalar: Scalar): ReadonlySet<SymbolDim> {
  if (typeof scalar !== 'object') return new Set();
  if (scalar.kind !== 'ratio') return symbolsOf(scalar);
  return new Set([...symbolsOf(scalar.numerator), ...symbolsOf(scalar.denominator)]);
}

/** Whether a place has a part in what its node makes: a marker there, and there alone, reaches the result. */
function matters(place: Place, node: Node, target: Place): boolean {
  const alone = new Marking([place]);
  const formula = alone.run(node, target);
  return formula !== undefined && alone.markersIn(formula).length > 0;
}

const markers: SymbolDim[] = [];

/** The marker of a number; a name that no author gives. */
function marker(number: number): SymbolDim {
  return (markers[number] ??= symbol(`\u0000${number}`));
}

/** Markers for places; places with one and the same symbolic dim have one marker. */
class Marking {
  /** Each marker with the places where it stands. */
  readonly #places = new Map<SymbolDim, Place[]>();
  readonly #byPlace = new Map<string, SymbolDim>();

  /** @param areNumbersShared whether equal numbers have one marker too */
  constructor(places: readonly Place[], areNumbersShared = false) {
    const byDim = new Map<Dim, Place[]>();
    for (const place of places) {
      const dim = dimAt(place);
      if (!dim) continue;
      const known = dim.kind === 'const' && !areNumbersShared ? undefined : byDim.get(dim);
      if (known) known.push(place);
      else {
        const group = [place];
        this.#places.set(marker(this.#places.size), group);
        byDim.set(dim, group);
      }
    }
    for (const [made, group] of this.#places) for (const place of group) this.#byPlace.set(keyOf(place), made);
  }

  /** Each marker with the first place where it stands. */
  get first(): ReadonlyMap<SymbolDim, Place> {
    const found = new Map<SymbolDim, Place>();
    for (const [made, [place]] of this.#places) if (place) found.set(made, place);
    return found;
  }

  /** The size or element at a place of a node when its rule runs on the markers; undefined where it fails. */
  run(node: Node, target: Place): Dim | undefined {
    const scratch = new Graph({ opsets: node.graph.opsets });
    for (const [key, definition] of node.graph.root.functions) scratch.functions.set(key, definition);
    for (const [made, place] of this.first) this.#declare(scratch, made, place);
    const stands = new Map<Value, Value>();
    for (const value of inputsOf(node)) stands.set(value, this.#standIn(scratch, value));
    const { domain, op, overload, row, attributes } = node;
    const inputs = node.inputs.map((value) => value && stands.get(value));
    const copy = scratch.addNode({ domain, op, overload, row, attributes, inputs, outputs: node.outputs.length });
    let failed = false;
    inferNode(copy, () => {
      failed = true;
    });
    const output = copy.outputs[node.outputs.indexOf(target.value)];
    return failed || !output || output.poisoned ? undefined : dimAt({ ...target, value: output });
  }

  /** Whether a formula with the real sizes in place of the markers is the size that inference found. */
  agrees(formula: Dim, size: Dim | undefined, node: Node): boolean {
    if (!size) return false;
    const { facts } = node.graph;
    try {
      const real = substitute(formula, (made) => {
        const [place] = this.#places.get(made) ?? [];
        return place && dimAt(place);
      });
      return facts.equal(real, size) === 'true';
    } catch (error) {
      // Markers may be put where the real sizes have no value, such as a division by 0.
      if (isDimwiseError(error)) return false;
      throw error;
    }
  }

  /** The markers that a formula reads, in the order of their first appearance. */
  markersIn(formula: Dim): readonly SymbolDim[] {
    return [...symbolsOf(formula)].filter((made) => this.#places.has(made));
  }

  /** The source of each marker of a formula: of the places where it stands, the first one that matters. */
  sourcesOf(formula: Dim, node: Node, target: Place): ReadonlyMap<SymbolDim, Place> {
    const found = new Map<SymbolDim, Place>();
    for (const made of this.markersIn(formula)) {
      const places = this.#places.get(made) ?? [];
      const [first] = places;
      const place = places.length > 1 ? (places.find((each) => matters(each, node, target)) ?? first) : first;
      if (place) found.set(made, place);
    }
    return found;
  }

  #declare(scratch: Graph, made: SymbolDim, place: Place): void {
    const dim = dimAt(place);
    if (!dim) return;
    // A number's marker is what such a number may be: a size, or an element of the same sign.
    if (dim.kind === 'const') {
      if (dim.value < 1) scratch.facts.declare(made, { min: dim.value });
      return;
    }
    const { min, max } = place.value.graph.facts.range(dim);
    if (Number.isFinite(min) || Number.isFinite(max)) {
      scratch.facts.declare(made, { min, ...(Number.isFinite(max) ? { max } : {}) });
    }
  }

  #standIn(scratch: Graph, value: Value): Value {
    const stand = scratch.addInput(value.name ?? '', value.type);
    stand.setType(this.#markType(value), this.#markContent(value));
    return stand;
  }

  #markType(value: Value): ValueType {
    const { type } = value;
    if ((type.kind !== 'tensor' && type.kind !== 'sparse') || !type.shape) return type;
    return { ...type, shape: type.shape.map((dim, i) => this.#byPlace.get(keyOf(axisOf(value, i))) ?? dim) };
  }

  #markContent(value: Value): Content | undefined {
    const { content } = value;
    if (!content || this.#byPlace.size === 0) return content;
    const elements = content.elements.map((each, i) => this.#byPlace.get(keyOf(elementOf(value, i))) ?? each);
    return { ...content, elements };
  }
}
