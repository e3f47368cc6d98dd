// Truth values that depend on sizes, as dims that are 0 or 1: what comparisons make, logic joins and Where chooses by.
import { add, floorDiv, maxOf, minOf, mul, neg, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import { contentOf } from '../../dim/polynomial.ts';
import { dimOf, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { attempt } from './integer-elements.ts';

/** What a truth value says: that a dim is at least 0, that it is 0, or that it is not. */
interface Predicate {
  readonly kind: 'atLeast' | 'zero' | 'nonZero';
  readonly dim: Dim;
}

/** What the dims made here say; a dim rewritten since has no entry, and is then only known as a number. */
const PREDICATES = new WeakMap<Dim, Predicate>();

/** A truth value of more nodes is not followed. */
const MAX_SIZE = 48;

function made(cx: InferContext, predicate: Predicate, compute: () => Dim): Scalar {
  const dim = attempt(() => cx.facts.simplify(compute()));
  if (!dim || dim.size > MAX_SIZE) return undefined;
  if (dim.kind === 'const') return dim.value === 1;
  PREDICATES.set(dim, predicate);
  return dim;
}

/** Whether `dim >= 0`. */
export function isNotNegative(cx: InferContext, dim: Dim): Scalar {
  // c*t + k >= 0 is t + k//c >= 0
  const content = contentOf(dim.poly, true);
  const part = content > 1 ? floorDiv(dim, content) : dim;
  return made(cx, { kind: 'atLeast', dim: part }, () => minOf(maxOf(add(part, 1), 0), 1));
}

/** Whether `dim == 0`. */
export function isZero(cx: InferContext, dim: Dim): Scalar {
  return made(cx, { kind: 'zero', dim }, () => sub(1, minOf(magnitude(dim), 1)));
}

/** Whether `dim != 0`. */
export function isNonZero(cx: InferContext, dim: Dim): Scalar {
  return made(cx, { kind: 'nonZero', dim }, () => minOf(magnitude(dim), 1));
}

/** `|dim|`; the facts leave out what they know not to matter. */
function magnitude(dim: Dim): Dim {
  return maxOf(dim, neg(dim));
}

/** `not a`. */
export function notCondition(cx: InferContext, a: Scalar): Scalar {
  if (typeof a === 'boolean') return !a;
  const dim = dimOf(a);
  if (!dim) return undefined;
  const said = PREDICATES.get(dim);
  if (said?.kind === 'atLeast') return isNotNegative(cx, sub(-1, said.dim));
  if (said) return (said.kind === 'zero' ? isNonZero : isZero)(cx, said.dim);
  return bounded(cx, sub(1, dim));
}

/** A truth value of dims, as far as it is small. */
function bounded(cx: InferContext, value: Dim): Scalar {
  const dim = cx.facts.simplify(value);
  if (dim.kind === 'const') return dim.value === 1;
  return dim.size <= MAX_SIZE ? dim : undefined;
}

/** `a and b`: false is enough. */
export function andConditions(cx: InferContext, a: Scalar, b: Scalar): Scalar {
  if (a === false || b === false) return false;
  if (a === true) return b;
  if (b === true) return a;
  const [x, y] = [dimOf(a), dimOf(b)];
  return x && y ? bounded(cx, minOf(x, y)) : undefined;
}

/** `a or b`: true is enough. */
export function orConditions(cx: InferContext, a: Scalar, b: Scalar): Scalar {
  if (a === true || b === true) return true;
  if (a === false) return b;
  if (b === false) return a;
  const [x, y] = [dimOf(a), dimOf(b)];
  return x && y ? bounded(cx, maxOf(x, y)) : undefined;
}

/** `a xor b`. */
export function xorConditions(cx: InferContext, a: Scalar, b: Scalar): Scalar {
  if (typeof a === 'boolean') return a ? notCondition(cx, b) : b;
  if (typeof b === 'boolean') return b ? notCondition(cx, a) : a;
  const [x, y] = [dimOf(a), dimOf(b)];
  return x && y ? bounded(cx, sub(maxOf(x, y), minOf(x, y))) : undefined;
}

/**
 * What Where gives of two sizes under a condition that the sizes do not decide: `min` or `max` where it is that, one of both where
 * they agree wherever the condition tells them apart, else `y + (x - y)*condition`; a size between both where the condition is not
 * known at all.
 */
export function chosen(cx: InferContext, condition: Scalar, x: Dim, y: Dim): Dim | undefined {
  const dim = dimOf(condition);
  const exact = dim && (byPredicate(cx, dim, x, y) ?? attempt(() => cx.facts.simplify(add(y, mul(sub(x, y), dim)))));
  const [a, b] = [cx.facts.range(x), cx.facts.range(y)];
  const [min, max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  const finite = {
    min: Number.isFinite(min) ? min : Number.MIN_SAFE_INTEGER,
    max: Number.isFinite(max) ? max : undefined,
  };
  if (exact && exact.size <= MAX_SIZE) {
    if (exact.kind !== 'const') cx.facts.give({ kind: 'range', dim: exact, ...finite, origins: [] });
    return exact;
  }
  const either = cx.fresh('chosen', finite);
  cx.facts.give({ kind: 'atMost', left: either, right: maxOf(x, y), origins: [] });
  cx.facts.give({ kind: 'atMost', left: minOf(x, y), right: either, origins: [] });
  return either;
}

function byPredicate(cx: InferContext, condition: Dim, x: Dim, y: Dim): Dim | undefined {
  const said = PREDICATES.get(condition);
  if (!said) return undefined;
  const difference = sub(x, y);
  if (said.kind !== 'atLeast') {
    // Where the dim is 0, a multiple of it is, too: x and y agree there.
    const times = attempt(() => floorDiv(difference, said.dim));
    if (!times || mul(times, said.dim) !== difference) return undefined;
    return said.kind === 'zero' ? y : x;
  }
  // x <= y and x < y choose the same of both.
  const least = [sub(y, x), sub(sub(y, x), 1)];
  const most = [difference, sub(difference, 1)];
  const isOneOf = (all: readonly Dim[]): boolean =>
    all.some((each) => normal(each) === said.dim || cx.facts.simplify(normal(each)) === said.dim);
  if (isOneOf(least)) return cx.facts.simplify(minOf(x, y));
  return isOneOf(most) ? cx.facts.simplify(maxOf(x, y)) : undefined;
}

function normal(dim: Dim): Dim {
  const content = contentOf(dim.poly, true);
  return content > 1 ? floorDiv(dim, content) : dim;
}

/** A truth value where the facts decide it. */
export function truthOf(cx: InferContext, a: Scalar): boolean | undefined {
  if (typeof a === 'boolean') return a;
  const dim = dimOf(a);
  const simple = dim && cx.facts.simplify(dim);
  return simple?.kind === 'const' ? simple.value !== 0 : undefined;
}

/** Asks that a truth value be what it is in every valid run; what it says of sizes is asked of the sizes. */
export function requireTruth(cx: InferContext, a: Scalar, truth: boolean): void {
  const dim = dimOf(a);
  if (!dim) return;
  const origins = cx.node.origin ? [cx.node.origin] : [];
  const said = PREDICATES.get(dim);
  const least = said?.kind === 'atLeast' ? (truth ? said.dim : sub(-1, said.dim)) : undefined;
  if (least) cx.facts.require({ kind: 'range', dim: least, min: 0, origins });
  else if (said && said.kind !== 'atLeast' && truth === (said.kind === 'zero')) {
    cx.facts.require({ kind: 'equal', left: said.dim, right: constant(0), origins });
  } else cx.facts.give({ kind: 'equal', left: dim, right: constant(truth ? 1 : 0), origins });
}

/** A truth value as a number. */
export function conditionDim(a: Scalar): Dim | undefined {
  return typeof a === 'boolean' ? constant(a ? 1 : 0) : dimOf(a);
}
