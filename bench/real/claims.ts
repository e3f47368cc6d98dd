// What dimwise says of each value of a model, and what that comes to once the inputs have sizes.

import { checkConstraint, constraintDims, formatConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import { formatType, type Shape } from '../../src/ir/type.ts';
import { branchPrefix, pathOf } from './expose-values.ts';

/** A value and its place in the model. */
export interface PlacedValue {
  readonly path: string;
  readonly value: Value;
  /** The operator that makes it. */
  readonly op: string;
}

/** The values that nodes make, those in the branches of If included. */
export function* placedValues(graph: Graph, prefix = ''): Iterable<PlacedValue> {
  for (const node of graph.nodes()) {
    for (const value of node.outputs) {
      if (value.name) yield { path: pathOf(prefix, value.name), value, op: node.op };
    }
    const first = node.outputs[0]?.name ?? '';
    if (node.op !== 'If') continue;
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind === 'graph') yield* placedValues(attribute.value, branchPrefix(prefix, first, name));
    }
  }
}

/** The sizes of a value, undefined where its rank is not known or it is no tensor. */
export const shapeOf = ({ type }: Value): Shape | undefined => (type.kind === 'tensor' && type.shape) || undefined;

/** The symbols of the inputs, in the order in which the inputs name them. */
export function symbolsOfInputs(graph: Graph): SymbolDim[] {
  const dims = graph.inputs.flatMap(
    ({ declaredType: type }) => (type.kind === 'tensor' && [...(type.shape ?? [])]) || [],
  );
  return [...new Set(dims.flatMap((dim) => [...symbolsOf(dim)]))];
}

/** The sizes of symbols in a run. */
export type Sizes = ReadonlyMap<SymbolDim, number>;

/** The sizes of the inputs in a run. */
export function inputSizes(graph: Graph, sizes: Sizes): Map<string, number[]> {
  const sizeOf = (symbol: SymbolDim): number | undefined => sizes.get(symbol);
  return new Map(
    graph.inputs.map((input) => [
      input.name ?? '',
      input.declaredType.kind === 'tensor' ? (input.declaredType.shape ?? []).map((dim) => evaluate(dim, sizeOf)) : [],
    ]),
  );
}

/** Whether inputs settle a size. */
const isSettled = (dim: Dim, sizes: Sizes): boolean => [...symbolsOf(dim)].every((symbol) => sizes.has(symbol));

/** What becomes of the claims in one run. */
export interface Comparison {
  /** The values whose element type and every size were compared. */
  readonly compared: readonly string[];
  /** The values with a size that no input settles, as `path (operator): type`. */
  readonly open: readonly string[];
  /** The values whose rank is not known, by path. */
  readonly unranked: readonly string[];
  /** Claims that the run contradicts. */
  readonly mistakes: readonly string[];
}

/** A tensor as a run gave it. */
export interface RunTensor {
  readonly dtype: string;
  readonly sizes: readonly number[];
}

/**
 * Compares what is said of values with what a run gave.
 *
 * @param values the values, inferred
 * @param sizes the sizes of the inputs' symbols in that run
 * @param real what the run gave, by path; branches that did not run are absent
 */
export function compareRun(
  values: readonly PlacedValue[],
  sizes: Sizes,
  real: ReadonlyMap<string, RunTensor>,
): Comparison {
  const compared: string[] = [];
  const open: string[] = [];
  const unranked: string[] = [];
  const mistakes: string[] = [];
  const all = new Map(sizes);
  for (const { path, value, op } of values) {
    const tensor = real.get(path);
    if (!tensor) continue;
    const text = formatType(value.type);
    const shape = shapeOf(value);
    const found = `${tensor.dtype}[${tensor.sizes.join(', ')}]`;
    const place = `${path} (${op})`;
    if (value.type.kind === 'tensor' && !shape && !value.poisoned) {
      unranked.push(path);
    } else if (value.type.kind !== 'tensor' || !shape || value.poisoned) {
      mistakes.push(`${place}: ${value.poisoned ? 'given up' : text}, the run gives ${found}`);
    } else if (value.type.dtype !== tensor.dtype || shape.length !== tensor.sizes.length) {
      mistakes.push(`${place}: ${text}, the run gives ${found}`);
    } else {
      // A size that only the run tells is the same wherever its symbol stands.
      for (const [axis, dim] of shape.entries())
        if (dim.kind === 'symbol' && !all.has(dim)) all.set(dim, tensor.sizes[axis] ?? 0);
      const wrong = shape.some(
        (dim, axis) => isSettled(dim, all) && evaluate(dim, (s) => all.get(s)) !== tensor.sizes[axis],
      );
      if (wrong) mistakes.push(`${place}: ${text}, the run gives ${found}`);
      if (shape.every((dim) => isSettled(dim, sizes))) compared.push(path);
      else open.push(`${place}: ${text}`);
    }
  }
  return { compared, open, unranked, mistakes };
}

/** The constraints of a graph that a run breaks. */
export function brokenConstraints(graph: Graph, sizes: Sizes): string[] {
  return graph.facts
    .constraints()
    .filter((constraint) => constraintDims(constraint).every((dim) => isSettled(dim, sizes)))
    .filter((constraint) => !checkConstraint(constraint, (symbol) => sizes.get(symbol)))
    .map((constraint) => formatConstraint(constraint));
}
