// Sizes that differ from element to element of a sequence: each time an element is taken out, they are sizes of their own.
import { type Dim, freshSymbol, type SymbolDim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import { mapDims, type ValueType } from '../../ir/type.ts';

const VARYING = new WeakSet<SymbolDim>();

/** A size in the element type of a sequence that no two elements need to share. */
export function varyingDim(): Dim {
  const symbol = freshSymbol('varies');
  VARYING.add(symbol);
  return symbol;
}

/** Tells whether a size in an element type may differ from element to element. */
export function isVarying(dim: Dim): boolean {
  return dim.kind === 'symbol' && VARYING.has(dim);
}

/** The type of one element that is taken out of a sequence with elements of type `element`. */
export function oneElement(cx: InferContext, element: ValueType): ValueType {
  // A sequence inside keeps its varying sizes: they still stand for many elements.
  if (element.kind !== 'tensor' && element.kind !== 'sparse') return element;
  return mapDims(element, (dim) => (isVarying(dim) ? cx.fresh('size') : dim));
}
