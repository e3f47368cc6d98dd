// Records constraints: solves unknowns, inverts bounds to the sizes they speak of, keeps what is derived in step.
import type { Origin } from '../base/origin.ts';
import { add, floorDiv, mod, mul, sub } from './arithmetic.ts';
import {
  type Answer,
  type Constraint,
  constraintDims,
  type EqualConstraint,
  type RangeConstraint,
} from './constraint.ts';
import { Deriver, type Reasoning, reduceDivision } from './derive.ts';
import { constant, type Dim, hasUnknown, type SymbolDim, symbolsOf } from './dim.ts';
import { gcd, unlessOverflow } from './integer.ts';
import type { Interval } from './interval.ts';
import { invertBound } from './invert.ts';
import { dimOf } from './normal.ts';
import { areOneTogether } from './one-size.ts';
import { cancelFactors, commonFactors, contentOf, dividePoly, scalePoly } from './polynomial.ts';
import { isolate, sidesOf } from './solve.ts';
import type { Declaration, FactStore } from './store.ts';
import { spend } from './work.ts';

const NONE: readonly Origin[] = [];
const MAX_ORIGINS = 16;
/** A limit from here on says nothing that a user would ask about: no single axis of a tensor is so long. */
const QUIET_LIMIT = 2 ** 20;
/** Larger bounds are not moved across an inequality: the sum could leave the safe integers. */
const MAX_SHIFTED = 2 ** 50;

/** Takes facts into a store, all of a constraint or nothing of it. */
export class Recorder {
  readonly #store: FactStore;
  readonly #reason: Reasoning;
  readonly #derive: Deriver;
  /** Whether what is being taken holds by construction. */
  #giving = false;

  constructor(store: FactStore, reason: Reasoning) {
    this.#store = store;
    this.#reason = reason;
    this.#derive = new Deriver(store, reason);
  }

  /** Takes what an author declares about a symbol. */
  declare(symbol: SymbolDim, declaration: Declaration, origin: Origin | undefined): Answer {
    return this.#whole(() => {
      const { min, max, divisibleBy } = declaration;
      const before = this.#store.declared.get(symbol);
      const joined = {
        min: joinBy(Math.max, before?.min, min),
        max: joinBy(Math.min, before?.max, max),
        divisibleBy: joinBy(lcm, before?.divisibleBy, divisibleBy),
        origin: before?.origin ?? origin,
      };
      this.#store.see(symbol);
      this.#store.declared.set(symbol, joined);
      this.#store.touched.add(symbol);
      this.#store.version += 1;
      const own = { min: joined.min ?? -Infinity, max: joined.max ?? Infinity };
      if (this.#store.solutions.has(symbol) && !this.#derive.range(symbol, own)) return false;
      if (divisibleBy !== undefined && !this.#derive.divides(divisibleBy, symbol)) return false;
      return this.#derive.settle(symbol);
    });
  }

  /** Takes a fact that holds by construction: nothing is asked of a feed. */
  give(constraint: Constraint): Answer {
    const before = this.#giving;
    this.#giving = true;
    try {
      return this.require(constraint);
    } finally {
      this.#giving = before;
    }
  }

  /** Takes a limit of an implementation: given where it only bounds symbols from `QUIET_LIMIT` on, else a constraint. */
  limit(constraint: RangeConstraint): Answer {
    const { dim, min = -Infinity, max = Infinity } = constraint;
    const bounds = invertBound(this.#reason.simplify(dim), { min, max }, this.#reason.range);
    const isQuiet = bounds.every(({ dim: part, interval }) => {
      const { min: least } = this.#reason.range(part);
      return part.kind === 'symbol' && part.role !== 'fresh' && least >= interval.min && interval.max >= QUIET_LIMIT;
    });
    return isQuiet ? this.give(constraint) : this.require(constraint);
  }

  /** Takes a constraint. */
  require(constraint: Constraint): Answer {
    if (this.#store.contradictory) return 'contradiction';
    spend(8);
    if (constraint.kind === 'equal' && this.#derive.number(constraint)) return 'true';
    for (const d of constraintDims(constraint)) for (const symbol of symbolsOf(d)) this.#store.see(symbol);
    if (constraint.kind === 'equal') {
      const answer = this.#solveSymbol(constraint);
      if (answer) return answer;
    }
    const answer = this.#reason.ask(constraint);
    if (answer === 'true' && !this.#giving) this.#addOrigins(constraint);
    if (answer !== 'unknown') return answer;
    const count = this.#store.recorded.length;
    const taken = unlessOverflow(() => this.#whole(() => this.#take(constraint)));
    // Where what follows from it has numbers too large, the constraint itself is still kept.
    if (taken === undefined) this.#push(constraint);
    else if (taken !== 'true') return taken;
    return this.#store.recorded.length > count ? 'unknown' : 'true';
  }

  /** An unknown that meets a dim without it is that dim: the common case, decided without further questions. */
  #solveSymbol({ left, right, origins }: EqualConstraint): Answer | undefined {
    const [a, b] = [this.#reason.simplify(left), this.#reason.simplify(right)];
    const [unknown, value] = isUnknown(a) && (!isUnknown(b) || a.id > b.id) ? [a, b] : [b, a];
    if (!isUnknown(unknown) || symbolsOf(value).has(unknown)) return undefined;
    const count = this.#store.recorded.length;
    const range = this.#reason.range(unknown);
    const answer = this.#whole(
      () => this.#bound(value, range, origins) && this.#derive.solve(unknown, value, origins[0]),
    );
    return answer === 'true' && this.#store.recorded.length > count ? 'unknown' : answer;
  }

  /** Runs a step that records; where it fails, everything is as before. */
  #whole(step: () => boolean): Answer {
    this.#store.touched.clear();
    return this.#store.attempt(() => step() && this.#derive.pairs() && this.#derive.consistent()) ? 'true' : 'false';
  }

  #take(constraint: Constraint): boolean {
    const { simplify } = this.#reason;
    const { origins } = constraint;
    switch (constraint.kind) {
      case 'equal':
        return this.#equate(simplify(sub(simplify(constraint.left), simplify(constraint.right))), origins);
      case 'range': {
        const { dim, min = -Infinity, max = Infinity } = constraint;
        return this.#bound(simplify(dim), { min, max }, origins);
      }
      case 'atMost':
        return this.#bound(simplify(sub(constraint.right, constraint.left)), { min: 0, max: Infinity }, origins);
      case 'divides':
        return this.#divide(simplify(constraint.divisor), simplify(constraint.dim), origins);
      case 'broadcastable':
        return this.#pair(simplify(constraint.left), simplify(constraint.right), origins);
    }
  }

  #push(constraint: Constraint): void {
    if (this.#giving) this.#store.given.push(constraint);
    else {
      spend(this.#store.recorded.length >> 6);
      this.#store.recorded = [...this.#store.recorded, constraint];
    }
    this.#store.noted();
  }

  #addOrigins(constraint: Constraint): void {
    if (constraint.origins.length === 0) return;
    const dims = constraintDims(constraint).map((d) => this.#reason.simplify(d));
    let changed = false;
    spend(this.#store.recorded.length >> 2);
    const recorded = this.#store.recorded.map((known) => {
      const same =
        known.kind === constraint.kind &&
        known.origins.length < MAX_ORIGINS &&
        constraintDims(known).every((d, i) => d === dims[i] || d === constraintDims(constraint)[i]);
      const more = same ? constraint.origins.filter((origin) => !known.origins.includes(origin)) : NONE;
      if (more.length === 0) return known;
      changed = true;
      return { ...known, origins: [...known.origins, ...more] };
    });
    if (changed) this.#store.recorded = recorded;
  }

  /** Takes `d = 0`: by solving an unknown, else as a constraint. */
  #equate(d: Dim, origins: readonly Origin[]): boolean {
    const poly = this.#withoutNonZero(d);
    if (poly.kind === 'const') return poly.value === 0;
    const solved = this.#solveUnknown(poly, origins);
    if (solved !== undefined) return solved;
    const [term, ...more] = poly.poly.terms;
    const single = term && more.length === 0 ? term.monomial : undefined;
    if (single && (single.kind === 'floordiv' || single.kind === 'min' || single.kind === 'max')) {
      return this.#bound(poly, { min: 0, max: 0 }, origins);
    }
    const sides = sidesOf(poly.poly);
    const [left, right] = sides.left.terms.length > 0 ? [sides.left, sides.right] : [sides.right, sides.left];
    this.#push({ kind: 'equal', left: dimOf(left), right: dimOf(right), origins });
    return this.#derive.zero(poly, origins[0]);
  }

  /** A dim that is zero exactly where `d` is: without common numbers and factors that are never zero. */
  #withoutNonZero(d: Dim): Dim {
    const content = contentOf(d.poly);
    const whole = content > 1 ? dividePoly(d.poly, content) : d.poly;
    const factors = commonFactors([whole]).filter((factor) => {
      const { min, max } = this.#reason.range(factor);
      return min > 0 || max < 0;
    });
    const alone = whole.terms.length === 1 && whole.constant === 0;
    return alone ? dimOf(whole) : dimOf(cancelFactors(whole, factors));
  }

  #solveUnknown(d: Dim, origins: readonly Origin[]): boolean | undefined {
    if (!hasUnknown(d)) return undefined;
    const unknowns = [...symbolsOf(d)].filter((s) => s.role === 'unknown');
    for (const unknown of unknowns.toSorted((a, b) => b.id - a.id)) {
      const found = isolate(d.poly, unknown);
      if (!found) continue;
      const cofactor = dimOf(found.cofactor);
      const { min, max } = this.#reason.range(cofactor);
      if (min <= 0 && max >= 0) continue;
      const rest = dimOf(scalePoly(found.rest, -1));
      const value = this.#reason.simplify(floorDiv(rest, cofactor));
      const whole = this.#reason.simplify(sub(rest, mul(cofactor, value)));
      if (whole.kind === 'const' ? whole.value !== 0 : !this.#divide(cofactor, rest, origins)) return false;
      const range = this.#reason.range(unknown);
      if (!this.#bound(value, range, origins)) return false;
      return this.#derive.solve(unknown, value, origins[0]);
    }
    return undefined;
  }

  /** Takes bounds of a dim, as constraints on what it is made of. */
  #bound(d: Dim, interval: Interval, origins: readonly Origin[]): boolean {
    for (const { dim, interval: held } of invertBound(d, interval, this.#reason.range)) {
      for (const part of [
        { min: held.min, max: Infinity },
        { min: -Infinity, max: held.max },
      ]) {
        const constraint = boundConstraint(dim, part, origins);
        const answer = constraint ? this.#reason.ask(constraint) : 'true';
        if (answer === 'false' || answer === 'contradiction') return false;
        if (!constraint || answer === 'true') continue;
        this.#push(constraint);
        if (!this.#derive.range(dim, part)) return false;
      }
    }
    return true;
  }

  /** Takes that a divisor divides a dim. */
  #divide(divisor: Dim, d: Dim, origins: readonly Origin[]): boolean {
    if (divisor.kind !== 'const') {
      this.#push({ kind: 'divides', divisor, dim: d, origins });
      return this.#derive.zero(this.#reason.simplify(mod(d, divisor)), origins[0]);
    }
    if (divisor.value === 0) return this.#equate(d, origins);
    const reduced = reduceDivision(Math.abs(divisor.value), d);
    if (!reduced) return false;
    const { modulus, residue, direction } = reduced;
    if (modulus === 1) return true;
    const dim = residue === 0 ? direction : add(direction, modulus - residue);
    const constraint: Constraint = { kind: 'divides', divisor: constant(modulus), dim, origins };
    const answer = this.#reason.ask(constraint);
    if (answer !== 'unknown') return answer === 'true';
    this.#push(constraint);
    return this.#derive.divides(divisor.value, d);
  }

  /** Takes that two sizes broadcast. */
  #pair(a: Dim, b: Dim, origins: readonly Origin[]): boolean {
    const isNotOne = (d: Dim): boolean =>
      this.#reason.ask({ kind: 'equal', left: d, right: constant(1), origins: NONE }) === 'false';
    if ((isNotOne(a) && isNotOne(b)) || areOneTogether(a, b, this.#reason.range))
      return this.#equate(this.#reason.simplify(sub(a, b)), origins);
    this.#push({ kind: 'broadcastable', left: a, right: b, origins });
    this.#store.pairs.push([a, b]);
    this.#store.noted();
    return true;
  }
}

function isUnknown(d: Dim): d is SymbolDim {
  return d.kind === 'symbol' && d.role === 'unknown';
}

function joinBy(
  join: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : join(a, b);
}

const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;

/** The constraint that a dim lies in an interval with one finite end; undefined where none is finite. */
function boundConstraint(dim: Dim, { min, max }: Interval, origins: readonly Origin[]): Constraint | undefined {
  if (min === -Infinity && max === Infinity) return undefined;
  const mixed = dim.poly.terms.some((term) => term.coefficient < 0);
  if (!mixed) return max === Infinity ? { kind: 'range', dim, min, origins } : { kind: 'range', dim, max, origins };
  const bound = max === Infinity ? min : max;
  if (Math.abs(bound) > MAX_SHIFTED) return { kind: 'range', dim, ...(bound === min ? { min } : { max }), origins };
  const { left, right } = sidesOf((bound === min ? sub(dim, min) : sub(max, dim)).poly);
  return { kind: 'atMost', left: dimOf(right), right: dimOf(left), origins };
}
