// What follows from a new fact: solutions, rewrite rules, intervals, residues; each step fails where facts collide.
import type { Origin } from '../base/origin.ts';
import { broadcast, floorDiv, mod, sub } from './arithmetic.ts';
import type { Answer, Constraint, EqualConstraint } from './constraint.ts';
import { constant, type Dim, hasFresh, type Monomial, type SymbolDim, symbolsOf } from './dim.ts';
import { floorRemainder, gcd } from './integer.ts';
import { type Interval, intersect } from './interval.ts';
import { alongLine, invertBound } from './invert.ts';
import { dimOf } from './normal.ts';
import { addPoly, contentOf, dividePoly, scalePoly, termPoly } from './polynomial.ts';
import { inverseModulo, isolate, joinResidues } from './solve.ts';
import { type FactStore, lineOf, type Residue } from './store.ts';
import { spend } from './work.ts';

/** What recording asks of the facts. */
export interface Reasoning {
  readonly simplify: (d: Dim) => Dim;
  readonly range: (d: Dim) => Interval;
  readonly ask: (constraint: Constraint) => Answer;
}

/** Puts facts into a store together with what follows from them. */
export class Deriver {
  readonly #store: FactStore;
  readonly #reason: Reasoning;
  /** What was known when pairs were last looked at, and how many. */
  #pairsAt = -1;
  #pairsDone = 0;
  #takenBack = 0;

  constructor(store: FactStore, reason: Reasoning) {
    this.#store = store;
    this.#reason = reason;
  }

  /** Solves an unknown of which nothing is said by a number: the commonest case of all, while nothing else depends on it. */
  number({ left, right, origins }: EqualConstraint): boolean {
    const [unknown, value] = left.kind === 'const' ? [right, left] : [left, right];
    const store = this.#store;
    if (unknown.kind !== 'symbol' || unknown.role !== 'unknown' || value.kind !== 'const' || value.value < 0)
      return false;
    if (store.pairs.length > 0 || store.solutions.has(unknown) || !store.saysNothingOf(unknown)) return false;
    store.see(unknown);
    store.solutions.set(unknown, { value, origin: origins[0] });
    store.version += 1;
    return true;
  }

  /** Puts a value in the place of a symbol and says again what was known of the symbol. */
  solve(symbol: SymbolDim, value: Dim, origin: Origin | undefined): boolean {
    const store = this.#store;
    const range = this.#reason.range(symbol);
    const about = (d: Dim): boolean => symbolsOf(d).has(symbol);
    spend((store.ranges.size + store.residues.size + store.rules.size) >> 1);
    const ranges = takeOut(store.ranges, about);
    const residues = takeOut(store.residues, about);
    const rules = [...store.rules].filter(([monomial, to]) => about(monomial) || about(to));
    for (const [monomial] of rules) store.rules.delete(monomial);
    store.solutions.set(symbol, { value, origin });
    store.touched.add(value);
    store.version += 1;
    return (
      this.range(symbol, range) &&
      ranges.every(([d, interval]) => this.range(d, interval)) &&
      residues.every(([d, { modulus, residue }]) => this.divides(modulus, sub(d, residue))) &&
      rules.every(([monomial, to]) => this.zero(this.#reason.simplify(sub(monomial, to))))
    );
  }

  /** Derives from `d = 0`: the value of a symbol or of a monomial, and the one value of a difference. */
  zero(d: Dim, origin?: Origin): boolean {
    if (d.kind === 'const') return d.value === 0;
    const { min, max } = this.#reason.range(d);
    if (min > 0 || max < 0) return false;
    const symbol = this.#eliminable(d);
    const quotient = symbol && symbol.role !== 'named' ? undefined : this.#quotient(d);
    if (quotient) return this.solve(quotient.symbol, quotient.value, origin) && this.#exact(quotient);
    const found = symbol && isolate(d.poly, symbol);
    if (symbol && found) return this.solve(symbol, dimOf(scalePoly(found.rest, -found.cofactor.constant)), origin);
    const rule = ruleFor(d);
    if (rule) {
      this.#store.rules.set(rule.monomial, rule.value);
      this.#pair(rule.monomial);
      this.#store.version += 1;
    }
    return this.#hold(d, { min: 0, max: 0 });
  }

  /** Derives that a dim lies in an interval. */
  range(given: Dim, interval: Interval): boolean {
    if (interval.min === -Infinity && interval.max === Infinity) return true;
    const d = this.#reason.simplify(given);
    if (d.kind === 'const') return d.value >= interval.min && d.value <= interval.max;
    return invertBound(d, interval, this.#reason.range).every((bound) => this.#hold(bound.dim, bound.interval));
  }

  /** Derives that a number divides a dim. */
  divides(divisor: number, given: Dim): boolean {
    const reduced = reduceDivision(divisor, this.#reason.simplify(given));
    if (!reduced) return false;
    const { modulus, residue, direction } = reduced;
    if (modulus === 1) return true;
    const known = this.#store.residues.get(direction);
    const joined = known ? joinResidues(known, { modulus, residue }) : { modulus, residue };
    if (!joined) return false;
    this.#store.residues.set(direction, joined);
    this.#store.touched.add(direction);
    this.#store.version += 1;
    const { min, max } = this.#reason.range(direction);
    if (min > max) return false;
    return direction.kind !== 'symbol' || this.settle(direction);
  }

  /** Settles pairs that broadcast: where neither is 1, they are equal; where one stretches into the other, that one alone decides. */
  pairs(): boolean {
    const { learnt, pairs, takenBack } = this.#store;
    // Pairs that were looked at are looked at again when something new is known.
    const done = learnt === this.#pairsAt && takenBack === this.#takenBack ? this.#pairsDone : 0;
    this.#pairsAt = learnt;
    this.#takenBack = takenBack;
    this.#pairsDone = pairs.length;
    spend(4 * (pairs.length - done));
    for (let i = done; i < pairs.length; i++) {
      const pair = pairs[i];
      if (!pair) continue;
      const [a, b] = pair;
      const [x, y] = [this.#reason.simplify(a), this.#reason.simplify(b)];
      if (x === y) continue;
      const [p, q] = [this.#isNotOne(x), this.#isNotOne(y)];
      if (!(p && q) && !(p && this.#stretchesInto(x, y)) && !(q && this.#stretchesInto(y, x))) continue;
      if (!this.zero(this.#reason.simplify(sub(x, y)))) return false;
    }
    return true;
  }

  /** Tells whether every stored interval that what was learnt may concern still has a number in it. */
  consistent(): boolean {
    const { touched, directions, ranges } = this.#store;
    const isEmpty = (direction: Dim): boolean => {
      spend(1);
      const { min, max } = this.#reason.range(direction);
      return min > max;
    };
    for (const dim of touched) {
      if (isEmpty(dim)) return false;
      // Of what a sum or difference is made of, its interval says nothing that the intervals of others would see.
      if (dim.kind === 'sum') continue;
      for (const symbol of symbolsOf(dim)) {
        for (const direction of directions.withSymbol(symbol))
          if (ranges.has(direction) && isEmpty(direction)) return false;
      }
    }
    return true;
  }

  /** A symbol with one possible size is that size. */
  settle(symbol: SymbolDim): boolean {
    if (this.#store.solutions.has(symbol)) return true;
    const { min, max } = this.#reason.range(symbol);
    if (min > max) return false;
    return min !== max || this.solve(symbol, constant(min), this.#store.declared.get(symbol)?.origin);
  }

  /** A joint size that something is said of has a value: what it joins broadcasts. */
  #pair(monomial: Monomial): void {
    const [a, b, ...more] = monomial.kind === 'broadcast' ? monomial.operands : [];
    if (!a || !b || more.length > 0 || this.#store.pairs.some(([x, y]) => x === a && y === b)) return;
    this.#store.pairs.push([a, b]);
  }

  /** Tells whether the joint size of two is known to be the second, `broadcast(a, b) == b`. */
  #stretchesInto(a: Dim, b: Dim): boolean {
    const { rules } = this.#store;
    if (rules.size === 0 || a.kind === 'const' || b.kind === 'const') return false;
    const joint = broadcast(a, b);
    return joint.kind === 'broadcast' && rules.get(joint) === b;
  }

  #isNotOne(d: Dim): boolean {
    const { min, max } = this.#reason.range(d);
    return min > 1 || max < 1;
  }

  #hold(d: Dim, interval: Interval): boolean {
    const line = lineOf(d);
    if (!line) return d.poly.constant >= interval.min && d.poly.constant <= interval.max;
    const { direction } = line;
    const own = alongLine(line, interval);
    const now = this.#reason.range(direction);
    const next = intersect(now, own);
    if (next.min > next.max) return false;
    if (next.min === now.min && next.max === now.max) return true;
    const known = this.#store.ranges.get(direction);
    this.#store.setRange(direction, known ? intersect(known, own) : own);
    if (direction.kind === 'symbol') return this.settle(direction);
    const { min, max } = this.#reason.range(direction);
    if (min > max) return false;
    return min !== max || this.zero(sub(direction, min));
  }

  /** The symbol to eliminate: one that depends on data before a named one, the one seen last. */
  #eliminable(d: Dim): SymbolDim | undefined {
    let best: SymbolDim | undefined;
    for (const { coefficient, monomial } of d.poly.terms) {
      if (monomial.kind !== 'symbol' || Math.abs(coefficient) !== 1 || this.#store.solutions.has(monomial)) continue;
      if (isolate(d.poly, monomial)?.cofactor.terms.length !== 0) continue;
      if (!best || this.#rank(monomial) > this.#rank(best)) best = monomial;
    }
    return best;
  }

  /** From `cofactor * u = dividend` for a `u` that depends on data: its value, so that named symbols stay free. */
  #quotient(d: Dim): Quotient | undefined {
    if (!hasFresh(d)) return undefined;
    let best: Quotient | undefined;
    for (const symbol of symbolsOf(d)) {
      if (symbol.role !== 'fresh' || this.#store.solutions.has(symbol)) continue;
      const found = isolate(d.poly, symbol);
      if (!found || found.cofactor.terms.length + found.cofactor.constant === 0) continue;
      const range = this.#reason.range(dimOf(found.cofactor));
      if (range.min <= 0 && range.max >= 0) continue;
      const sign = range.min > 0 ? 1 : -1;
      const divisor = dimOf(scalePoly(found.cofactor, sign));
      const dividend = dimOf(scalePoly(found.rest, -sign));
      if (best && this.#rank(symbol) < this.#rank(best.symbol)) continue;
      best = { symbol, value: floorDiv(dividend, divisor), dividend, divisor };
    }
    return best;
  }

  /** Derives that a quotient leaves nothing over. */
  #exact({ dividend, divisor }: Quotient): boolean {
    if (divisor.kind === 'const') return this.divides(divisor.value, dividend);
    return this.zero(this.#reason.simplify(mod(dividend, divisor)));
  }

  #rank(symbol: SymbolDim): number {
    const roles = { named: 0, fresh: 2 ** 40, unknown: 2 ** 41 };
    return roles[symbol.role] + (this.#store.order.get(symbol) ?? 2 ** 39);
  }
}

/** What a symbol must be: `dividend / divisor`, which leaves nothing over. */
interface Quotient {
  readonly symbol: SymbolDim;
  readonly value: Dim;
  readonly dividend: Dim;
  readonly divisor: Dim;
}

function takeOut<V>(from: Map<Dim, V>, which: (d: Dim) => boolean): [Dim, V][] {
  const taken = [...from].filter(([d]) => which(d));
  for (const [d] of taken) from.delete(d);
  return taken;
}

/** The rewrite that `d = 0` allows for its largest monomial, where that is larger than what takes its place. */
function ruleFor(d: Dim): { readonly monomial: Monomial; readonly value: Dim } | undefined {
  const candidates = d.poly.terms.filter((term) => Math.abs(term.coefficient) === 1 && term.monomial.kind !== 'symbol');
  for (const term of candidates.toSorted((a, b) => b.monomial.size - a.monomial.size)) {
    const rest = addPoly(d.poly, termPoly(-term.coefficient, term.monomial));
    const value = dimOf(scalePoly(rest, -term.coefficient));
    if (value.size <= term.monomial.size) return { monomial: term.monomial, value };
  }
  return undefined;
}

/** A divisibility as a residue of a direction. */
export interface ReducedDivision extends Residue {
  readonly direction: Dim;
}

/** What a number dividing a dim says about the dim's direction; undefined where it cannot divide. */
export function reduceDivision(divisor: number, d: Dim): ReducedDivision | undefined {
  const { constant, terms } = d.poly;
  const open = terms.filter((term) => term.coefficient % divisor !== 0);
  const kept = { constant: floorRemainder(constant, divisor), terms: open };
  const common = gcd(contentOf(kept, true), divisor);
  if (open.length === 0) return kept.constant === 0 ? { modulus: 1, residue: 0, direction: d } : undefined;
  if (kept.constant % common !== 0) return undefined;
  const modulus = divisor / common;
  const line = lineOf(dimOf(dividePoly(kept, common)));
  if (!line) return undefined;
  // scale * direction + offset = 0 modulo `modulus`
  const shared = gcd(line.scale, modulus);
  if (shared !== 1) return undefined;
  const inverse = inverseModulo(line.scale, modulus);
  const residue = Number(floorBig(-BigInt(line.offset) * BigInt(inverse), BigInt(modulus)));
  return { modulus, residue, direction: line.direction };
}

function floorBig(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}
