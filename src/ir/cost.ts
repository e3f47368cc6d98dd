// What a rule of cost sees of one node, and what it says: how often it multiplies and adds, and which bytes it moves.
import type { Count } from '../dim/count.ts';
import type { Dim } from '../dim/dim.ts';
import type { InferContext } from './operator.ts';
import type { Shape, ValueType } from './type.ts';

/** What a rule reads of a node whose types are inferred; it states nothing. */
export type CostReader = Omit<
  InferContext,
  | 'sameDType'
  | 'unify'
  | 'unifyAxes'
  | 'unifyShapes'
  | 'broadcast'
  | 'atLeast'
  | 'divides'
  | 'fresh'
  | 'ranked'
  | 'rankBetween'
  | 'inferBody'
  | 'tensor'
  | 'schemaType'
  | 'outputDType'
>;

/** What a rule of cost sees of one node. */
export interface CostContext extends CostReader {
  /** The inferred type of output `i`. */
  output(i: number): ValueType;
  /** The sizes of tensor output `i`; undefined where its rank is unknown or the output is absent. */
  outputShape(i: number): Shape | undefined;
  /** The elements of input `i`; 0 where it is absent, a symbol of its own where its rank is unknown. */
  elements(i: number): Count;
  /** The elements of output `i`, likewise. */
  outputElements(i: number): Count;
  /** The product of sizes; undefined where one of them is. */
  product(...sizes: readonly (Dim | number | undefined)[]): Count | undefined;
}

/**
 * Which bytes a node moves: `all` of its inputs and outputs; only `picked` ones, as many from one input as it writes; only those that
 * it has `written`; none, because its output is a `view` of input 0.
 */
export type Traffic = 'all' | 'picked' | 'written' | 'view';

/** What one run of a node does. */
export interface Work {
  /** Multiplications whose products are summed: those of matrix products and convolutions; none by default. */
  readonly macs?: Count;
  /** All other operations on numbers; none by default. */
  readonly operations?: Count;
  /** `all` by default. */
  readonly traffic?: Traffic;
  /** The input that elements are picked from; the first by default. */
  readonly source?: number;
}

/** What an operator does, by the types of its inputs and outputs; undefined where they do not tell. Pure. */
export type CostRule = (cx: CostContext) => Work | undefined;
