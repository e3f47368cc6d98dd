// Dims simplified under facts: solutions put in, exact divisions undone, decided choices taken, single values named.
import { isDimwiseError } from '../base/errors.ts';
import { floorDiv, maxOf, minOf, mul, sub } from './arithmetic.ts';
import { substituteAtom } from './atoms.ts';
import type { Bounds, Prover } from './bounds.ts';
import { constant, type Dim, type FloorDivDim, type ModDim, type Monomial, type Polynomial } from './dim.ts';
import { rebuild } from './evaluate.ts';
import { floorRemainder, gcd } from './integer.ts';
import { dimOf } from './normal.ts';
import { factorsOf } from './order.ts';
import { addPoly, divideMonomials, multiplyPoly, termPoly } from './polynomial.ts';
import { withoutFactor } from './reduce.ts';
import type { FactStore } from './store.ts';
import { spend } from './work.ts';

const MAX_ROUNDS = 12;

/** Simplifies dims under one version of the facts. */
export class Simplifier {
  readonly #store: FactStore;
  readonly #bounds: Bounds;
  readonly #prover: Prover;
  #memo = new Map<Dim, Dim>();
  /** The state of what is known that the memo is of. */
  #learnt = -1;

  constructor(store: FactStore, bounds: Bounds, prover: Prover) {
    this.#store = store;
    this.#bounds = bounds;
    this.#prover = prover;
  }

  /** The simplest dim known to have the same value in every valid binding. */
  simplify(d: Dim): Dim {
    if (d.kind === 'const') return d;
    const { solutions, rules, ranges, learnt } = this.#store;
    if (d.plain && solutions.size === 0 && rules.size === 0 && ranges.size === 0) return d;
    if (d.kind === 'symbol') {
      const solution = solutions.get(d)?.value;
      if (solution?.kind === 'const') return solution;
      // Nothing is said of it: it has many values.
      if (!solution && !d.standsFor && this.#store.saysNothingOf(d)) return d;
    }
    if (this.#learnt !== learnt) {
      this.#learnt = learnt;
      this.#memo = new Map();
    }
    const known = this.#memo.get(d);
    if (known) return known;
    // Held against rules that lead back to the dim.
    this.#memo.set(d, d);
    let result = this.#once(d);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const next = result.kind === 'const' ? result : this.#once(result);
      if (next === result) break;
      result = next;
    }
    this.#memo.set(d, result);
    this.#memo.set(result, result);
    return result;
  }

  #once(d: Dim): Dim {
    spend(4 + d.poly.terms.length);
    if (d.kind === 'symbol') {
      const solution = this.#store.solutions.get(d);
      if (solution) return this.simplify(solution.value);
      if (d.standsFor) return this.#standIn(d, d.standsFor);
      return this.#single(d);
    }
    const rebuilt = d.plain && this.#store.solutions.size === 0 ? d : this.#rebuild(d);
    return this.#single(this.#applyRules(this.#decide(rebuilt)));
  }

  /** The dim of simplified parts; where that has no value, `h//n` with `n` known to be 0, the dim as it is. */
  #rebuild(d: Dim): Dim {
    try {
      return rebuild(d, (part) => this.simplify(part));
    } catch (error) {
      if (isDimwiseError(error) && error.code === 'DIM_UNDEFINED') return d;
      throw error;
    }
  }

  #standIn(d: Dim, expression: Dim): Dim {
    const simple = this.#rebuild(expression);
    return simple.size * 4 < expression.size ? simple : d;
  }

  /** A dim with one possible value is that number. */
  #single(d: Dim): Dim {
    if (d.kind === 'const') return d;
    const { min, max } = this.#bounds.range(d);
    return min === max && Number.isFinite(min) ? constant(min) : d;
  }

  #decide(d: Dim): Dim {
    switch (d.kind) {
      case 'min':
      case 'max':
        return this.#choose(d.kind, d.operands);
      case 'broadcast':
        spend(2 * d.operands.length);
        return d.operands.find((operand) => this.#isNotOne(operand)) ?? d;
      case 'floordiv':
        return this.#division(d);
      case 'mod':
        return this.#remainder(d);
      case 'sum':
      case 'product':
        return this.#exact(d);
      default:
        return d;
    }
  }

  #isNotOne(d: Dim): boolean {
    const { min, max } = this.#bounds.range(d);
    return min > 1 || max < 1;
  }

  #choose(kind: 'min' | 'max', operands: readonly Dim[]): Dim {
    const kept = [...operands];
    for (const operand of operands) {
      const rest = kept.filter((other) => other !== operand);
      if (rest.length === 0) break;
      const beaten = rest.some((other) => this.#isAtLeast(kind === 'max' ? sub(other, operand) : sub(operand, other)));
      if (beaten) kept.splice(kept.indexOf(operand), 1);
    }
    if (kept.length === operands.length) return kind === 'min' ? minOf(...operands) : maxOf(...operands);
    return kind === 'min' ? minOf(...kept) : maxOf(...kept);
  }

  #isAtLeast(difference: Dim): boolean {
    return this.#prover.leastOf(difference) >= 0;
  }

  /** `(x + j)//b = (x + j - j%g)//b` where `g` divides `x` and `b`; `(x//a)//b = x//(a*b)` where `b > 0`. */
  #division(d: FloorDivDim): Dim {
    const { dividend, divisor } = d;
    if (divisor.kind === 'const') {
      const { modulus, residue } = this.#store.residueOf(dividend);
      const rest = floorRemainder(residue, gcd(modulus, divisor.value));
      return rest > 0 ? floorDiv(sub(dividend, rest), divisor) : d;
    }
    if (dividend.kind !== 'floordiv' || this.#bounds.range(divisor).min < 1) return d;
    return floorDiv(dividend.dividend, mul(dividend.divisor, divisor));
  }

  /** `x%b = x` where `0 <= x < b`. */
  #remainder(d: ModDim): Dim {
    if (this.#bounds.range(d.dividend).min < 0) return d;
    return this.#isAtLeast(sub(sub(d.divisor, d.dividend), 1)) ? d.dividend : d;
  }

  /** `b*(x//b) = x` where `b` divides `x`, in every term. */
  #exact(d: Dim): Dim {
    if (d.plain || this.#store.residues.size === 0) return d;
    let result = d.poly;
    for (const { coefficient, monomial } of d.poly.terms) {
      for (const factor of factorsOf(monomial)) {
        const exact = factor.kind === 'floordiv' && this.#exactDivisor(factor);
        if (!exact || coefficient % exact !== 0 || factor.kind !== 'floordiv') continue;
        const lifted = termPoly(coefficient / exact, withoutFactor(monomial, factor));
        const whole = multiplyPoly(lifted, factor.dividend.poly);
        result = addPoly(addPoly(result, termPoly(-coefficient, monomial)), whole);
        break;
      }
    }
    const changed = result === d.poly ? d : dimOf(result);
    return changed.size <= d.size ? changed : d;
  }

  #exactDivisor(d: FloorDivDim): number | undefined {
    if (d.divisor.kind !== 'const') return undefined;
    const { modulus, residue } = this.#store.residueOf(d.dividend);
    const b = d.divisor.value;
    return modulus % b === 0 && residue % b === 0 ? b : undefined;
  }

  #applyRules(d: Dim): Dim {
    if (this.#store.rules.size === 0) return d;
    spend(this.#store.rules.size * (1 + (d.poly.terms.length >> 2)));
    let poly: Polynomial = d.poly;
    for (const [monomial, value] of this.#store.rules) poly = replaceMonomial(poly, monomial, value);
    return poly === d.poly ? d : dimOf(poly);
  }
}

/** The polynomial with a dim in the place of a monomial that divides some of its terms. */
function replaceMonomial(poly: Polynomial, monomial: Monomial, value: Dim): Polynomial {
  if (monomial.kind !== 'product') {
    const found = poly.terms.some((term) => factorsOf(term.monomial).includes(monomial));
    return found ? substituteAtom(poly, monomial, value.poly) : poly;
  }
  let result = poly;
  for (const term of poly.terms) {
    const rest = divideMonomials(term.monomial, monomial);
    if (rest === undefined) continue;
    const replaced = multiplyPoly(termPoly(term.coefficient, rest), value.poly);
    result = addPoly(addPoly(result, termPoly(-term.coefficient, term.monomial)), replaced);
  }
  return result;
}
