// Recognises graphs, models, values, shapes and tensors, by their form: a test may hold those of another copy of dimwise.
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import { isDimwiseError } from '../base/errors.ts';
import type { Dim } from '../dim/dim.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { Shape } from '../ir/type.ts';
import type { BoundModel } from '../model/bound-model.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import type { DefinedModel } from '../model/defined-model.ts';

/** A model in any state. */
export type AnyModel = DefinedModel | BoundModel | CompiledModel;

const isObject = (thing: unknown): thing is object => typeof thing === 'object' && thing !== null;

const STATES: ReadonlySet<unknown> = new Set(['defined', 'bound', 'compiled']);

/** Tells whether something is a model. */
export function isModel(thing: unknown): thing is AnyModel {
  return isObject(thing) && 'state' in thing && STATES.has(thing.state) && 'name' in thing;
}

/** Tells whether something is a graph. */
export function isGraph(thing: unknown): thing is Graph {
  return isObject(thing) && 'facts' in thing && 'opsets' in thing && 'nodes' in thing;
}

/** Tells whether something is a value of a graph. */
export function isValue(thing: unknown): thing is Value {
  return isObject(thing) && 'graph' in thing && isGraph(thing.graph) && 'source' in thing && 'users' in thing;
}

const KINDS: ReadonlySet<unknown> = new Set([
  'const',
  'symbol',
  'sum',
  'product',
  'floordiv',
  'mod',
  'min',
  'max',
  'broadcast',
] satisfies Dim['kind'][]);

/** Tells whether something is a dim. */
export function isDim(thing: unknown): thing is Dim {
  // Forms of other objects share `kind`; only a dim also has its polynomial.
  return isObject(thing) && 'kind' in thing && KINDS.has(thing.kind) && 'poly' in thing && 'depth' in thing;
}

/** Tells whether something is a shape that has at least one axis; an empty list could be anything. */
export function isShape(thing: unknown): thing is Shape {
  return Array.isArray(thing) && thing.length > 0 && thing.every(isDim);
}

/** The graph of a model, also of a file, or a graph itself; undefined for a model that is only traced when a batch comes, and all else. */
export function graphOf(thing: unknown): Graph | undefined {
  if (isGraph(thing)) return thing;
  // The graph of a model with mistakes throws them all, which says more than a snapshot could.
  if (isOnnxModel(thing)) return thing.graph;
  if (!isModel(thing)) return undefined;
  try {
    return thing.graph;
  } catch (error) {
    if (!isDimwiseError(error) || error.code !== 'RANK_UNKNOWN') throw error;
    return thing.state === 'defined' ? thing.bound?.graph : undefined;
  }
}
