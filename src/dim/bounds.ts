// Sound bounds of dims: by intervals, by rational relaxation of divisions, by cases of minima, by stored differences.
import { substituteAtom } from './atoms.ts';
import type { Atom, Dim, Polynomial } from './dim.ts';
import {
  addIntervals,
  divideIntervals,
  hull,
  type Interval,
  intersect,
  multiplyIntervals,
  point,
  remainderInterval,
  scaleInterval,
} from './interval.ts';
import { dimOf } from './normal.ts';
import {
  addPoly,
  cancelFactors,
  commonFactors,
  constantPoly,
  multiplyPoly,
  samePoly,
  scalePoly,
  termPoly,
} from './polynomial.ts';
import { type FactStore, narrow } from './store.ts';
import { spend } from './work.ts';

/** Answers for the bounds of dims under one version of the facts. */
export class Bounds {
  readonly #store: FactStore;
  #memo = new Map<Dim, Interval>();
  /** The state of what is known that the memo is of. */
  #learnt = -1;

  constructor(store: FactStore) {
    this.#store = store;
  }

  /** A sound interval of a dim; every size of a valid binding lies in it. */
  range(d: Dim): Interval {
    if (d.kind === 'const') return point(d.value);
    if (this.#learnt !== this.#store.learnt) {
      this.#learnt = this.#store.learnt;
      this.#memo = new Map();
    }
    const known = this.#memo.get(d);
    if (known) return known;
    spend(4 + d.poly.terms.length);
    const stored = this.#store.known(d);
    let range = intersect(this.#byKind(d), stored);
    if (!d.plain && (d.poly.terms.length > 1 || d.poly.constant !== 0)) range = intersect(range, this.#sum(d.poly));
    if (this.#store.residues.size > 0) range = narrow(range, this.#store.residueOf(d));
    this.#memo.set(d, range);
    return range;
  }

  #byKind(d: Dim): Interval {
    switch (d.kind) {
      case 'const':
        return point(d.value);
      case 'symbol': {
        const declared = this.#store.declared.get(d);
        const free = d.standsFor ? this.range(d.standsFor) : { min: d.role === 'named' ? 1 : 0, max: Infinity };
        return { min: declared?.min ?? free.min, max: declared?.max ?? free.max };
      }
      case 'sum':
        return this.#sum(d);
      case 'product':
        return scaleInterval(this.#product(d.factors), d.coefficient);
      case 'floordiv':
        return divideIntervals(this.range(d.dividend), this.range(d.divisor));
      case 'mod':
        return remainderInterval(this.range(d.dividend), this.range(d.divisor));
      case 'min':
      case 'max': {
        const ranges = d.operands.map((operand) => this.range(operand));
        spend(2 * ranges.length);
        const pick = d.kind === 'min' ? Math.min : Math.max;
        return { min: pick(...ranges.map((r) => r.min)), max: pick(...ranges.map((r) => r.max)) };
      }
      case 'broadcast': {
        const ranges = d.operands.map((operand) => this.range(operand));
        spend(2 * ranges.length);
        const whole = ranges.reduce(hull);
        // An operand that is not 1 is the result.
        return ranges.filter((r) => r.min > 1 || r.max < 1).reduce(intersect, whole);
      }
    }
  }

  #product(factors: readonly Atom[]): Interval {
    return factors.reduce<Interval>((product, factor) => multiplyIntervals(product, this.range(factor)), point(1));
  }

  #sum(poly: Polynomial): Interval {
    let total = point(poly.constant);
    for (const { coefficient, monomial } of poly.terms) {
      total = addIntervals(total, scaleInterval(this.range(monomial), coefficient));
    }
    const common = poly.terms.length > 1 ? commonFactors([poly]) : [];
    if (common.length > 0) {
      const rest = this.range(dimOf(cancelFactors(poly, common)));
      total = intersect(total, multiplyIntervals(this.#product(common), rest));
    }
    return total;
  }
}

/** How many steps of reasoning a proof may take. */
const PROOF_BUDGET = 48;
const MAX_CASES = 4;

/** Proves lower bounds of dims that intervals alone miss. */
export class Prover {
  readonly #store: FactStore;
  readonly #bounds: Bounds;
  #left = 0;

  constructor(store: FactStore, bounds: Bounds) {
    this.#store = store;
    this.#bounds = bounds;
  }

  /** A number that a simplified dim is never below; `-Infinity` where none is found. */
  leastOf(d: Dim, wanted = 0): number {
    const related = this.knowsDifferences();
    this.#left = PROOF_BUDGET;
    const simple = d.plain && (d.poly.terms.length < 2 || wanted === Infinity) && !related;
    return simple ? this.#bounds.range(d).min : this.#least(d, wanted);
  }

  /** Tells whether bounds of sums or differences of sizes are known. */
  knowsDifferences(): boolean {
    return this.#store.ranges.size > 0 && this.#store.directions.hasSums;
  }

  #least(d: Dim, wanted: number): number {
    // Each way of reasoning looks at all terms.
    spend(4 + 2 * d.poly.terms.length);
    let best = this.#bounds.range(d).min;
    for (const step of [this.#byRelaxing, this.#byQuotients, this.#byCases, this.#byShifting, this.#byDifferences]) {
      if (best >= wanted || this.#left <= 0) break;
      this.#left -= 1;
      best = Math.max(best, step.call(this, d, wanted));
    }
    return best;
  }

  /** `c*(x//b) = (c/b)*(x - x%b)` with `0 <= x%b < b`, scaled to integers. */
  #byRelaxing(d: Dim, wanted: number): number {
    const found = d.poly.terms.find(
      ({ monomial }) => monomial.kind === 'floordiv' && monomial.divisor.kind === 'const',
    );
    const division = found?.monomial;
    if (!found || division?.kind !== 'floordiv' || division.divisor.kind !== 'const') return -Infinity;
    const b = division.divisor.value;
    const c = found.coefficient;
    const largest = Math.max(...d.poly.terms.map((term) => Math.abs(term.coefficient)), Math.abs(d.poly.constant));
    if (largest * b > 2 ** 40) return -Infinity;
    const rest = addPoly(d.poly, { constant: 0, terms: [found] }, -1);
    const relaxed = addPoly(scalePoly(rest, b), division.dividend.poly, c);
    // b*d = relaxed - c*(x%b)
    const slack = c > 0 ? -c * (b - 1) : 0;
    const least = this.#least(dimOf(relaxed), wanted * b - slack - b + 1);
    return Math.ceil((least + slack) / b);
  }

  /** For `n >= 1`: `x - n + 1 <= n*(x//n) <= x`, and `x//n <= x` where `x >= 0`. */
  #byQuotients(d: Dim, wanted: number): number {
    for (const { coefficient, monomial } of d.poly.terms) {
      for (const factor of monomial.kind === 'product' ? monomial.factors : [monomial]) {
        if (factor.kind !== 'floordiv' || factor.divisor.kind === 'const') continue;
        if (this.#bounds.range(factor.divisor).min < 1) continue;
        const rest = addPoly(d.poly, termPoly(-coefficient, monomial));
        const x = factor.dividend.poly;
        const whole = multiplyPoly(factor.divisor.poly, termPoly(1, factor));
        if (samePoly(whole, termPoly(1, monomial))) {
          const slack = coefficient > 0 ? addPoly(x, addPoly(factor.divisor.poly, constantPoly(-1)), -1) : x;
          return this.#least(dimOf(addPoly(rest, slack, coefficient)), wanted);
        }
        if (factor === monomial && coefficient < 0 && this.#bounds.range(factor.dividend).min >= 0) {
          return this.#least(dimOf(addPoly(rest, x, coefficient)), wanted);
        }
      }
    }
    return -Infinity;
  }

  /** A minimum, maximum or broadcast is one of its operands, and at most or at least each of them. */
  #byCases(d: Dim, wanted: number): number {
    for (const { coefficient, monomial } of d.poly.terms) {
      if (monomial.kind !== 'min' && monomial.kind !== 'max' && monomial.kind !== 'broadcast') continue;
      if (monomial.operands.length > MAX_CASES) continue;
      const alone = d.poly.terms.every((term) => term.monomial === monomial || !hasFactor(term.monomial, monomial));
      const any = alone && (monomial.kind === 'max' ? coefficient > 0 : monomial.kind === 'min' && coefficient < 0);
      const cases = monomial.operands.map((operand) =>
        this.#least(dimOf(substituteAtom(d.poly, monomial, operand.poly)), wanted),
      );
      const least = any ? Math.max(...cases) : Math.min(...cases);
      if (least > -Infinity) return least;
    }
    return -Infinity;
  }

  /** Products of sizes are bounded by their differences from their least values: `n*h - n = n*(h - 1)`. */
  #byShifting(d: Dim): number {
    const { constant, terms } = d.poly;
    if (!terms.some((term) => term.coefficient < 0) || !terms.some((term) => term.monomial.kind === 'product')) {
      return -Infinity;
    }
    const factored = commonByTerm(d.poly);
    let best = -Infinity;
    for (const factor of factored) {
      // Split into factor * inner + outer.
      const inside = terms.flatMap((term) => (hasFactor(term.monomial, factor) ? [term] : []));
      const inner = dimOf(cancelFactors({ constant: 0, terms: inside }, [factor]));
      const outer = dimOf({ constant, terms: terms.filter((term) => !inside.includes(term)) });
      const product = multiplyIntervals(this.#bounds.range(factor), this.#bounds.range(inner));
      best = Math.max(best, addIntervals(product, this.#bounds.range(outer)).min);
    }
    return best;
  }

  /** Adds known bounds of other combinations of the same sizes. */
  #byDifferences(d: Dim, wanted: number): number {
    let best = -Infinity;
    const { directions, ranges } = this.#store;
    const seen = new Set<Dim>();
    for (const term of d.poly.terms) {
      for (const direction of directions.sumsWith(term.monomial, term.coefficient > 0)) {
        const range = ranges.get(direction);
        if (!range || seen.has(direction)) continue;
        spend(1 + ((d.poly.terms.length * direction.poly.terms.length) >> 4));
        seen.add(direction);
        for (const sign of [1, -1]) {
          const bound = sign > 0 ? range.min : -range.max;
          if (!Number.isFinite(bound) || !cancels(d.poly, direction.poly, sign)) continue;
          // sign * direction >= bound
          const rest = dimOf(addPoly(d.poly, direction.poly, -sign));
          best = Math.max(best, this.#least(rest, wanted - bound) + bound);
          if (best >= wanted || this.#left <= 0) return best;
        }
      }
    }
    return best;
  }
}

function cancels(a: Polynomial, b: Polynomial, sign: number): boolean {
  return b.terms.some(({ coefficient, monomial }) =>
    a.terms.some((term) => term.monomial === monomial && term.coefficient < 0 === sign * coefficient < 0),
  );
}

function hasFactor(monomial: Polynomial['terms'][number]['monomial'], factor: Atom): boolean {
  return monomial === factor || (monomial.kind === 'product' && monomial.factors.includes(factor));
}

function commonByTerm(poly: Polynomial): Set<Atom> {
  const seen = new Set<Atom>();
  const twice = new Set<Atom>();
  for (const { monomial } of poly.terms) {
    for (const factor of new Set(monomial.kind === 'product' ? monomial.factors : [monomial])) {
      if (seen.has(factor)) twice.add(factor);
      seen.add(factor);
    }
  }
  return twice;
}
