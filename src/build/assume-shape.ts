// What an author knows of a value's sizes beside what its operators tell.

import { isDimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { givenSymbol } from '../dim/given-names.ts';
import { addClaim, contradiction, meetStatement } from '../infer/claims.ts';
import { againBy } from '../infer/infer-node.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import type { Graph, ShapeSpec, Value } from '../ir/graph.ts';
import { mapDims, type ValueType } from '../ir/type.ts';
import { noDType, noSizes, sizeToDim } from './declare.ts';
import { type Trace, traceOf } from './trace.ts';

/**
 * States the sizes of a value that the author knows and no operator tells: of a size that depends on data, of an unknown rank, of an
 * unknown size of an input or parameter. What is stated is a constraint that every run must meet; a statement that contradicts what
 * is known is the mistake SHAPE_MISMATCH or RANK_MISMATCH at this call.
 *
 * @param value a value of the model that is being traced
 * @param shape sizes: numbers, symbols of inputs and expressions over them, `'?'` or null for what is not known. A name that no
 *   input has is a name for the size that it meets
 * @returns the value itself
 * @throws GRAPH_FOREIGN_VALUE outside of the value's model
 * @throws DIM_SYNTAX when the shape is no list
 * @example
 * const found = assumeShape(op.NonZero(mask), [2, 'found']);
 */
export function assumeShape<D extends DType, const S extends ShapeSpec>(value: Value<D>, shape: S): Value<D, S> {
  const trace = traceOf([value]);
  if (!Array.isArray(shape)) throw noSizes('the shape in assumeShape', shape);
  stateShape(trace, value, { shape, origin: trace.origin() });
  // The static sizes are a brand: what the author states is what the value has.
  return value as unknown as Value<D, S>;
}

/** A statement as an author writes it. */
export interface StatedShape {
  readonly shape: ShapeSpec | undefined;
  /** Undefined where only the sizes are stated. */
  readonly dtype?: DType | undefined;
  readonly origin: Origin | undefined;
}

/** Meets a statement with what is known of a value; what cannot be true is recorded as a mistake. */
export function stateShape(trace: Trace, value: Value, { shape, dtype, origin }: StatedShape): void {
  if (value.poisoned) return;
  let type: ValueType;
  try {
    if (dtype !== undefined && !isDType(dtype)) throw noDType(dtype);
    type = {
      kind: 'tensor',
      dtype: dtype ?? 'undefined',
      shape: shape?.map((size) => meaningOf(trace, sizeToDim(size))) ?? null,
    };
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    for (const diagnostic of error.errors) trace.report({ ...diagnostic, origin });
    return;
  }
  const statement = { type, speaker: 'author', origin } as const;
  if (value.graph.parent) {
    // A body is inferred again when its sizes become known; what is stated in it is met each time, and checked at the end.
    addClaim(value, statement);
    trace.statesInBodies = true;
  }
  const code = meetStatement(value, statement, againBy(trace.report));
  if (code && !value.graph.parent) trace.report(contradiction(code, value, statement));
}

/** A dim with what a batch has put in the place of symbols, and with names for symbols that nothing declares. */
function meaningOf(trace: Trace, dim: Dim): Dim {
  return substitute(dim, (symbol) => {
    const bound = trace.rename.get(symbol) ?? trace.givenNames.get(symbol);
    if (bound || symbol.role !== 'named') return bound;
    if (trace.symbols.has(symbol)) trace.statedSymbols.add(symbol);
    if (trace.symbols.has(symbol) || inputSymbols(trace.root).has(symbol)) return undefined;
    const name = givenSymbol(symbol.name);
    trace.givenNames.set(symbol, name);
    return name;
  });
}

/** The symbols in the types of a graph's inputs. */
export function inputSymbols(graph: Graph): ReadonlySet<SymbolDim> {
  const found = new Set<SymbolDim>();
  for (const { declaredType } of graph.inputs) {
    mapDims(declaredType, (dim) => {
      for (const symbol of symbolsOf(dim)) found.add(symbol);
      return dim;
    });
  }
  return found;
}
