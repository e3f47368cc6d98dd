// What is known about the dims of one graph: solutions, rewrite rules, intervals, residues and broadcasting pairs.
import type { Origin } from '../base/origin.ts';
import type { Constraint } from './constraint.ts';
import type { Dim, Monomial, SymbolDim } from './dim.ts';
import { DirectionIndex } from './direction-index.ts';
import { gcd } from './integer.ts';
import { addIntervals, EVERYTHING, type Interval, intersect, point, scaleInterval } from './interval.ts';
import { JournaledMap } from './journal.ts';
import { dimOf } from './normal.ts';
import { contentOf, dividePoly } from './polynomial.ts';
import { spend } from './work.ts';

/** What an author declares about a symbol. */
export interface Declaration {
  /** The least size, 1 by default. */
  readonly min?: number | undefined;
  /** The greatest size. */
  readonly max?: number | undefined;
  /** A number that divides the size. */
  readonly divisibleBy?: number | undefined;
}

/** A declaration with its place. */
export interface Declared extends Declaration {
  readonly origin: Origin | undefined;
}

/** A dim known to leave a remainder. */
export interface Residue {
  readonly modulus: number;
  /** In `[0, modulus)`. */
  readonly residue: number;
}

/** A dim as `scale * direction + offset`, the direction without constant, common factor or leading minus. */
export interface Line {
  readonly direction: Dim;
  readonly scale: number;
  readonly offset: number;
}

/** The line that a dim lies on; undefined for numbers. */
export function lineOf(d: Dim): Line | undefined {
  const { constant, terms } = d.poly;
  const [first] = terms;
  if (!first) return undefined;
  const content = contentOf(d.poly, true);
  const scale = first.coefficient < 0 ? -content : content;
  if (scale === 1 && constant === 0) return { direction: d, scale, offset: 0 };
  return { direction: dimOf(dividePoly({ constant: 0, terms }, scale)), scale, offset: constant };
}

/** The facts of one graph, as data. */
export class FactStore {
  readonly declared = new JournaledMap<SymbolDim, Declared>();
  /** Symbols in the order in which they were first seen. */
  readonly order = new JournaledMap<SymbolDim, number>();
  /** What a symbol is replaced by. */
  readonly solutions = new JournaledMap<SymbolDim, { readonly value: Dim; readonly origin: Origin | undefined }>();
  /** What a monomial that is no symbol is replaced by. */
  readonly rules = new JournaledMap<Monomial, Dim>();
  /** Intervals by direction. */
  readonly ranges = new JournaledMap<Dim, Interval>();
  /** Residues by direction. */
  readonly residues = new JournaledMap<Dim, Residue>();
  /** Pairs of sizes that broadcast. */
  readonly pairs: (readonly [Dim, Dim])[] = [];
  /** What was recorded, in order. */
  recorded: readonly Constraint[] = [];
  /** What holds by construction, in order: proofs use it, the list of constraints leaves it out. */
  readonly given: Constraint[] = [];
  /** How many of `given` were there already when this store was copied from another one. */
  inherited = 0;
  contradictory = false;
  version = 0;
  /** How many of the changes that `version` counts only noted a constraint. */
  #noted = 0;
  /** Counts how often pairs were taken back. */
  takenBack = 0;
  /** What was learnt something of since this was last cleared. */
  readonly touched = new Set<Dim>();
  #directions: DirectionIndex | undefined;
  /** How to undo the attempt under way. */
  #undo: (() => void)[] | undefined;
  readonly #maps = [this.declared, this.order, this.solutions, this.rules, this.ranges, this.residues];

  /** The directions of `ranges`, found by what they are made of; directions that are gone may still be in it. */
  get directions(): DirectionIndex {
    this.#directions ??= new DirectionIndex(this.ranges);
    return this.#directions;
  }

  /** Counts what dims are simplified and bounded by: all that is known but the lists of constraints and pairs. */
  get learnt(): number {
    return this.version - this.#noted;
  }

  /** Counts a change of the lists of constraints and pairs alone. */
  noted(): void {
    this.version += 1;
    this.#noted += 1;
  }

  /** Stores the interval of a direction. */
  setRange(direction: Dim, interval: Interval): void {
    this.ranges.set(direction, interval);
    this.directions.add(direction, interval);
    this.touched.add(direction);
    this.version += 1;
  }

  /** Whether neither a declaration nor what was derived bounds a symbol; false also where that would have to be looked for. */
  saysNothingOf(symbol: SymbolDim): boolean {
    return this.ranges.size + this.residues.size + this.rules.size === 0 && !this.declared.has(symbol);
  }

  /** Notes that a symbol occurs. */
  see(symbol: SymbolDim): void {
    if (!this.order.has(symbol)) this.order.set(symbol, this.order.size);
  }

  /** Runs a step, also inside of another one; where it returns false or throws, every change that it made is taken back. */
  attempt(step: () => boolean): boolean {
    const { recorded, contradictory, learnt } = this;
    const [given, pairs] = [this.given.length, this.pairs.length];
    const outer = this.#undo;
    const undo: (() => void)[] = [];
    let done = false;
    this.#note(undo);
    try {
      done = step();
      return done;
    } finally {
      this.#note(outer);
      if (done) for (const back of undo) outer?.push(back);
      else {
        for (const back of undo.reverse()) back();
        this.pairs.length = pairs;
        this.recorded = recorded;
        this.given.length = given;
        this.contradictory = contradictory;
        this.takenBack += 1;
        // What only noted constraints leaves dims as simple as they were.
        if (this.learnt === learnt) this.noted();
        else this.version += 1;
      }
    }
  }

  #note(undo: (() => void)[] | undefined): void {
    this.#undo = undo;
    for (const map of this.#maps) map.note(undo);
  }

  /** Copies everything from another store. */
  assign(from: FactStore): void {
    spend((from.order.size + from.ranges.size + from.rules.size + from.solutions.size + from.pairs.length) >> 1);
    copyMap(from.declared, this.declared);
    copyMap(from.order, this.order);
    copyMap(from.solutions, this.solutions);
    copyMap(from.rules, this.rules);
    copyMap(from.ranges, this.ranges);
    copyMap(from.residues, this.residues);
    this.#directions = undefined;
    this.pairs.length = 0;
    for (const pair of from.pairs) this.pairs.push(pair);
    this.recorded = from.recorded;
    this.given.length = 0;
    for (const constraint of from.given) this.given.push(constraint);
    this.inherited = this.given.length;
    this.contradictory = from.contradictory;
    this.version = Math.max(this.version, from.version) + 1;
  }

  /** What is stored of the interval of a dim, its direction's residue applied. */
  known(d: Dim): Interval {
    if (this.ranges.size === 0 && this.residues.size === 0) return EVERYTHING;
    const line = lineOf(d);
    if (!line) return EVERYTHING;
    const range = this.ranges.get(line.direction);
    return range ? addIntervals(scaleInterval(range, line.scale), point(line.offset)) : EVERYTHING;
  }

  /** What is known of the remainders of a dim: modulus 1 where nothing is, 0 where it is a number. */
  residueOf(d: Dim): Residue {
    let modulus = 0;
    let sum = d.poly.constant;
    const line = this.residues.size > 0 ? lineOf(d) : undefined;
    const whole = line && this.residues.get(line.direction);
    if (line && whole) return shiftResidue(whole, line);
    for (const { coefficient, monomial } of d.poly.terms) {
      const { modulus: m, residue } = this.#monomialResidue(monomial);
      modulus = gcd(modulus, coefficient * m);
      const part = residue * coefficient;
      if (!Number.isSafeInteger(part) || !Number.isSafeInteger(sum + part)) return { modulus: 1, residue: 0 };
      sum += part;
    }
    if (!Number.isSafeInteger(modulus)) return { modulus: 1, residue: 0 };
    return modulus === 0 ? { modulus, residue: sum } : { modulus, residue: ((sum % modulus) + modulus) % modulus };
  }

  #monomialResidue(monomial: Monomial): Residue {
    const own = this.residues.get(monomial);
    if (own) return own;
    if (this.residues.size === 0) return { modulus: 1, residue: 0 };
    switch (monomial.kind) {
      case 'product': {
        let modulus = 1;
        for (const factor of monomial.factors) {
          const { modulus: m, residue } = this.#monomialResidue(factor);
          modulus *= gcd(m, residue);
        }
        return Number.isSafeInteger(modulus) ? { modulus, residue: 0 } : { modulus: 1, residue: 0 };
      }
      case 'min':
      case 'max':
      case 'broadcast': {
        // The value is one of the operands.
        let modulus = 0;
        let residue = 0;
        for (const [i, operand] of monomial.operands.entries()) {
          const next = this.residueOf(operand);
          if (i > 0) modulus = gcd(gcd(modulus, next.modulus), next.residue - residue);
          else ({ modulus, residue } = next);
        }
        if (modulus === 0) return { modulus, residue };
        return { modulus, residue: ((residue % modulus) + modulus) % modulus };
      }
      default:
        return { modulus: 1, residue: 0 };
    }
  }
}

function copyMap<K, V>(from: ReadonlyMap<K, V>, to: Map<K, V>): void {
  to.clear();
  for (const [key, value] of from) to.set(key, value);
}

function shiftResidue({ modulus, residue }: Residue, { scale, offset }: Line): Residue {
  const m = modulus * Math.abs(scale);
  const r = residue * scale + offset;
  if (!Number.isSafeInteger(m) || !Number.isSafeInteger(r)) return { modulus: 1, residue: 0 };
  return m === 0 ? { modulus: 0, residue: r } : { modulus: m, residue: ((r % m) + m) % m };
}

/** The interval narrowed to numbers of a residue. */
export function narrow(range: Interval, { modulus, residue }: Residue): Interval {
  if (modulus < 2) return modulus === 0 ? intersect(range, point(residue)) : range;
  const up = Number.isFinite(range.min) ? range.min + mod(residue - range.min, modulus) : range.min;
  const down = Number.isFinite(range.max) ? range.max - mod(range.max - residue, modulus) : range.max;
  return up === range.min && down === range.max ? range : { min: up, max: down };
}

const mod = (a: number, b: number): number => ((a % b) + b) % b;
