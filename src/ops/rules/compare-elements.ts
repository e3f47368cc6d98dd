// Comparisons of known elements, decided where the facts decide them, and the logic of three values.
import { add, mul } from '../../dim/arithmetic.ts';
import type { Dim } from '../../dim/dim.ts';
import type { Answer } from '../../dim/facts.ts';
import { dimOf, intOf, type Scalar } from '../../ir/content.ts';
import type { InferContext } from '../../ir/operator.ts';
import { attempt } from './integer-elements.ts';
import { isExact, type RatioPair, simplified, stateLimits } from './ratio.ts';

/** Compares two elements; undefined where the answer is not known. */
export type Comparison = (cx: InferContext, a: Scalar, b: Scalar) => boolean | undefined;

interface Order {
  readonly exact: (a: bigint | number, b: bigint | number) => boolean;
  readonly symbolic: (cx: InferContext, a: Dim, b: Dim) => Answer;
}

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

/** `a == b`. */
export const equalElements: Comparison = (cx, a, b) =>
  typeof a === 'boolean' && typeof b === 'boolean' ? a === b : equalNumbers(cx, a, b);
const equalNumbers = comparison({
  // Only == finds a number and a bigint of one value equal.
  exact: (a, b) => a == b,
  symbolic: (cx, a, b) => cx.facts.equal(a, b),
});
/** `a < b`. */
export const lessElements: Comparison = comparison({
  exact: (a, b) => a < b,
  symbolic: (cx, a, b) => cx.facts.atMost(add(a, 1), b),
});
/** `a <= b`. */
export const atMostElements: Comparison = comparison({
  exact: (a, b) => a <= b,
  symbolic: (cx, a, b) => cx.facts.atMost(a, b),
});

/** `a and b`: false is enough. */
export function andElements(a: Scalar, b: Scalar): boolean | undefined {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : undefined;
}

/** `a or b`: true is enough. */
export function orElements(a: Scalar, b: Scalar): boolean | undefined {
  if (a === true || b === true) return true;
  return a === false && b === false ? false : undefined;
}

/** `a xor b`. */
export function xorElements(a: Scalar, b: Scalar): boolean | undefined {
  return typeof a === 'boolean' && typeof b === 'boolean' ? a !== b : undefined;
}

/** `not a`. */
export function notElement(a: Scalar): boolean | undefined {
  return typeof a === 'boolean' ? !a : undefined;
}

/** Whether two elements are certainly the same. */
export function sameElement(cx: InferContext, a: Scalar, b: Scalar): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || (dimOf(a) !== undefined && dimOf(b) !== undefined && equalElements(cx, a, b) === true);
}
