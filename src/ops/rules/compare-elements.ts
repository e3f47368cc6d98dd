// Comparisons of known elements, decided where the facts decide them, else as functions of sizes.
import { add, mul, sub } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { Answer } from '../../dim/facts.ts';
import { dimOf, intOf, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { isNotNegative, isZero } from './condition.ts';
import { attempt } from './integer-elements.ts';
import { isExact, type RatioPair, simplified, stateLimits } from './ratio.ts';

/** Compares two elements; undefined where the facts do not decide it. */
export type Comparison = (cx: InferContext, a: Scalar, b: Scalar) => boolean | undefined;

/** Compares two elements; a dim that is 0 or 1 where sizes decide it, undefined where the answer is not known. */
export type OpenComparison = (cx: InferContext, a: Scalar, b: Scalar) => Scalar;

interface Order {
  readonly exact: (a: bigint | number, b: bigint | number) => boolean;
  readonly symbolic: (cx: InferContext, a: Dim, b: Dim) => Answer;
  /** The truth value as a function of the sizes. */
  readonly condition: (cx: InferContext, a: Dim, b: Dim) => Scalar;
}

const EQUAL: Order = {
  // Only == finds a number and a bigint of one value equal.
  exact: (a, b) => a == b,
  symbolic: (cx, a, b) => cx.facts.equal(a, b),
  condition: (cx, a, b) => isZero(cx, sub(a, b)),
};
const LESS: Order = {
  exact: (a, b) => a < b,
  symbolic: (cx, a, b) => cx.facts.atMost(add(a, 1), b),
  condition: (cx, a, b) => isNotNegative(cx, sub(sub(b, a), 1)),
};
const AT_MOST: Order = {
  exact: (a, b) => a <= b,
  symbolic: (cx, a, b) => cx.facts.atMost(a, b),
  condition: (cx, a, b) => isNotNegative(cx, sub(b, a)),
};

function comparison({ exact, symbolic }: Order): Comparison {
  return (cx, a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return exact(a, b);
    const [left, right] = [intOf(a), intOf(b)];
    if (left !== undefined && right !== undefined) return exact(left, right);
    const [x, y] = [dimOf(a), dimOf(b)];
    // Sizes stay below 2^53, which a bigint passes.
    if (x && typeof b === 'bigint') return exact(0, b);
    if (y && typeof a === 'bigint') return exact(a, 0);
    if (x && y) return decided(symbolic(cx, x, y));
    const pair = ratioPair(cx, a, b);
    const answer = pair && decided(symbolic(cx, pair.left, pair.right));
    return answer !== undefined && pair?.ratios.every((ratio) => stateLimits(cx, ratio)) ? answer : undefined;
  };
}

/** Two float elements as integers of the same order. */
function ratioPair(cx: InferContext, a: Scalar, b: Scalar): RatioPair | undefined {
  const [x, y] = [simplified(cx, a), simplified(cx, b)];
  if (!x || !y || !isExact(x) || !isExact(y)) return undefined;
  const left = attempt(() => mul(x.numerator, y.denominator));
  const right = attempt(() => mul(y.numerator, x.denominator));
  return left && right && { left, right, ratios: [x, y] };
}

function decided(answer: Answer): boolean | undefined {
  return answer === 'true' ? true : answer === 'false' ? false : undefined;
}

/** Decides, or tells how sizes decide. */
function open(order: Order, decide: Comparison): OpenComparison {
  return (cx, a, b) => {
    const answer = decide(cx, a, b);
    if (answer !== undefined) return answer;
    const [x, y] = [dimOf(a), dimOf(b)];
    if (x && y) return order.condition(cx, x, y);
    const pair = ratioPair(cx, a, b);
    const condition = pair && order.condition(cx, pair.left, pair.right);
    return condition !== undefined && pair?.ratios.every((ratio) => stateLimits(cx, ratio)) ? condition : undefined;
  };
}

/** `a == b`, truth values included, where that is decided. */
export const equalElements: Comparison = (cx, a, b) =>
  typeof a === 'boolean' && typeof b === 'boolean' ? a === b : equalNumbers(cx, a, b);
const equalNumbers = comparison(EQUAL);
/** `a == b`. */
export const compareEqual: OpenComparison = open(EQUAL, equalElements);
/** `a < b`. */
export const compareLess: OpenComparison = open(LESS, comparison(LESS));
/** `a <= b`. */
export const compareAtMost: OpenComparison = open(AT_MOST, comparison(AT_MOST));

/** Whether two elements are certainly the same. */
export function sameElement(cx: InferContext, a: Scalar, b: Scalar): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || (dimOf(a) !== undefined && dimOf(b) !== undefined && equalElements(cx, a, b) === true);
}
