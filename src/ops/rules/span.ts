// The least and the greatest element of integer tensors that are too long to be known element by element.
import { add, sub } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import { dimOf } from '../../ir/content.ts';
import type { InferContext, Span } from '../../ir/operator.ts';
import { attempt } from './integer-elements.ts';

/** An operator that moves or repeats the elements of input 0 keeps their span. */
export function keepsSpan(cx: InferContext): Span | undefined {
  return cx.span(0);
}

const INT32_MAX = 2 ** 31 - 1;

/** A cast between integer types keeps the span where it fits. */
export function castSpan(cx: InferContext): Span | undefined {
  const span = cx.span(0);
  const to = cx.node.outputs[0]?.type;
  if (!span || to?.kind !== 'tensor') return undefined;
  if (to.dtype === 'int64') return span;
  const { min } = cx.facts.range(span.least);
  const { max } = cx.facts.range(span.greatest);
  return to.dtype === 'int32' && min >= -INT32_MAX && max <= INT32_MAX ? span : undefined;
}

/** The one element of input `i`. */
function shiftOf(cx: InferContext, i: number): Dim | undefined {
  const { elements } = cx.content(i) ?? {};
  return elements?.length === 1 ? dimOf(elements[0]) : undefined;
}

function moved(span: Span | undefined, move: (end: Dim) => Dim): Span | undefined {
  if (!span) return undefined;
  const [least, greatest] = [span.least, span.greatest].map((end) => attempt(() => move(end)));
  return least && greatest && { least, greatest };
}

/** A span moved by one number; int64 alone, because shorter integers may wrap. */
export function addedSpan(cx: InferContext): Span | undefined {
  if (cx.dtype(0) !== 'int64') return undefined;
  const [left, right] = [shiftOf(cx, 0), shiftOf(cx, 1)];
  if (right) return moved(cx.span(0), (end) => add(end, right));
  return left && moved(cx.span(1), (end) => add(end, left));
}

/** A span moved down by one number. */
export function subtractedSpan(cx: InferContext): Span | undefined {
  const by = cx.dtype(0) === 'int64' ? shiftOf(cx, 1) : undefined;
  return by && moved(cx.span(0), (end) => sub(end, by));
}
