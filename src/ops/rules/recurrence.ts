// Closed forms of sizes that change from step to step of a loop.
import { isDimwiseError } from '../../base/errors.ts';
import { add, floorDiv, maxOf, minOf, mul, sub } from '../../dim/arithmetic.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { substitute } from '../../dim/evaluate.ts';
import type { Facts } from '../../dim/facts.ts';
import { holdsInner, type IsInner } from '../../ir/inner-symbols.ts';
import { coefficientsIn } from './step-polynomial.ts';

/** A size, or an element, that a step makes anew. */
export interface Recurrence {
  /** It before a step. */
  readonly symbol: SymbolDim;
  /** It before the first step. */
  readonly initial: Dim;
  /** It after a step, in terms of these symbols and the step's number. */
  readonly next: Dim;
}

/** A size as a function of the steps done. */
export interface ClosedForm {
  /** The size after as many steps as the step symbol says. */
  readonly at: Dim;
  /** Whether that holds before the first step too. */
  readonly always: boolean;
}

/** Where recurrences are solved. */
export interface LoopScope {
  /** The number of a step, counted from 0. */
  readonly step: SymbolDim;
  /** The facts of the body. */
  readonly facts: Facts;
  readonly isInner: IsInner;
}

/** The closed forms that are found, by symbol; recurrences may refer to each other. */
export function closedForms(recurrences: readonly Recurrence[], scope: LoopScope): Map<SymbolDim, ClosedForm> {
  const found = new Map<SymbolDim, ClosedForm>();
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const recurrence of recurrences) {
      if (found.has(recurrence.symbol)) continue;
      const form = unlessUndefined(() => solve(recurrence, scope, found));
      if (form) found.set(recurrence.symbol, form);
    }
  }
  return found;
}

function solve(
  { symbol, initial, next }: Recurrence,
  scope: LoopScope,
  found: ReadonlyMap<SymbolDim, ClosedForm>,
): ClosedForm | undefined {
  const { step, facts } = scope;
  const known = (inner: SymbolDim): Dim | undefined => {
    const form = found.get(inner);
    return form?.always ? form.at : undefined;
  };
  const after = facts.simplify(substitute(next, known));
  if (!symbolsOf(after).has(symbol)) {
    if (!isInvariant(after, scope, step)) return undefined;
    const at = replaced(after, step, sub(step, 1));
    return { at, always: facts.equal(replaced(at, step, constant(0)), initial) === 'true' };
  }
  const growth = sub(after, symbol);
  if (!symbolsOf(growth).has(symbol)) {
    const grown = sumOfSteps(growth, scope);
    return grown && { at: facts.simplify(add(initial, grown)), always: true };
  }
  return solveExtreme({ symbol, initial, next: after }, scope);
}

/** `s = max(s - c, L)` and `s = min(s + c, L)` move by `c` until they meet `L`. */
function solveExtreme({ symbol, initial, next }: Recurrence, scope: LoopScope): ClosedForm | undefined {
  const { step, facts } = scope;
  const found = next.poly.terms.filter(({ monomial }) => monomial.kind === 'min' || monomial.kind === 'max');
  const [term] = found;
  const choice = term?.monomial;
  if (found.length !== 1 || !term || Math.abs(term.coefficient) !== 1) return undefined;
  if (choice?.kind !== 'min' && choice?.kind !== 'max') return undefined;
  const rest = sub(next, mul(term.coefficient, choice));
  const operands = choice.operands.map((operand) => add(rest, mul(term.coefficient, operand)));
  const isMax = (choice.kind === 'max') === term.coefficient > 0;
  const moving = operands.filter((operand) => symbolsOf(operand).has(symbol));
  const limits = operands.filter((operand) => !symbolsOf(operand).has(symbol));
  const [move] = moving;
  if (!move || moving.length !== 1) return undefined;
  const by = sub(move, symbol);
  if (![by, ...limits].every((dim) => isInvariant(dim, scope))) return undefined;
  const towards = isMax ? facts.atMost(by, 0) : facts.atMost(0, by);
  if (towards !== 'true') return undefined;
  const pick = isMax ? maxOf : minOf;
  const within = (limit: Dim) => (isMax ? facts.atMost(limit, initial) : facts.atMost(initial, limit)) === 'true';
  return {
    at: facts.simplify(pick(add(initial, mul(step, by)), ...limits)),
    always: limits.every(within),
  };
}

/** Sums of 1, t, t^2 and t^3 for all t below n (Faulhaber). */
const SUMS: readonly ((n: Dim) => Dim)[] = [
  (n) => n,
  (n) => floorDiv(mul(n, sub(n, 1)), 2),
  (n) => floorDiv(mul(n, sub(n, 1), sub(mul(2, n), 1)), 6),
  (n) => mul(triangle(n), triangle(n)),
];

const triangle = (n: Dim): Dim => floorDiv(mul(n, sub(n, 1)), 2);

/** The sum of a polynomial in the step over the steps done so far; undefined where it is none, or not of a small degree. */
function sumOfSteps(growth: Dim, scope: LoopScope): Dim | undefined {
  const { step } = scope;
  const coefficients = coefficientsIn(growth, step);
  if (!coefficients || coefficients.length > SUMS.length) return undefined;
  if (!coefficients.every((coefficient) => isInvariant(coefficient, scope))) return undefined;
  return add(
    0,
    ...coefficients.map((coefficient, degree) => {
      const isZero = coefficient.kind === 'const' && coefficient.value === 0;
      return isZero ? coefficient : mul(coefficient, SUMS[degree]?.(step) ?? 0);
    }),
  );
}

/** Whether a dim is the same in every step; `but` may occur in it nevertheless. */
function isInvariant(dim: Dim, { isInner }: LoopScope, but?: SymbolDim): boolean {
  return !holdsInner(dim, (symbol) => symbol !== but && isInner(symbol));
}

/** A dim with another one in the place of a symbol. */
export function replaced(dim: Dim, symbol: SymbolDim, by: Dim): Dim {
  return symbolsOf(dim).has(symbol) ? substitute(dim, (inner) => (inner === symbol ? by : undefined)) : dim;
}

/** So many steps are done one by one. */
const MOST_STEPS = 64;

/**
 * The sizes after a known number of steps, done one by one.
 *
 * @returns undefined where there are too many steps; sizes that depend on more than the state are left out
 */
export function unrolled(
  recurrences: readonly Recurrence[],
  { step, isInner }: LoopScope,
  count: number,
): Map<SymbolDim, Dim> | undefined {
  if (count > MOST_STEPS) return undefined;
  let state = new Map(recurrences.map(({ symbol, initial }) => [symbol, initial] as const));
  for (let t = 0; t < count; t++) {
    const now = state;
    const value = (symbol: SymbolDim): Dim | undefined => (symbol === step ? constant(t) : now.get(symbol));
    state = new Map();
    for (const { symbol, next } of recurrences) {
      const after = unlessUndefined(() => substitute(next, value));
      if (after && !holdsInner(after, isInner)) state.set(symbol, after);
    }
  }
  return state;
}

/** What is computed; undefined where a size has no value or would pass 2^53. */
export function unlessUndefined<T>(compute: () => T | undefined): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (isDimwiseError(error)) return undefined;
    throw error;
  }
}
