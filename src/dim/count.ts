// Exact counts: polynomials over sizes with integer coefficients of any magnitude, and the greatest of several.
import type { Atom, Dim } from './dim.ts';
import type { Interval } from './interval.ts';
import { compareAtoms, factorsOf } from './order.ts';
import { spend } from './work.ts';

/** The greatest of several counts, none of which is surely the greatest. */
export interface Maximum {
  readonly kind: 'maximum';
  readonly id: number;
  readonly operands: readonly Count[];
}

/** What counts are polynomials over: atoms of dims, and maxima. */
export type CountFactor = Atom | Maximum;

/** `coefficient * factors`, the coefficient never zero; a repeated factor is a power, no factor makes a constant. */
export interface CountTerm {
  readonly coefficient: bigint;
  readonly factors: readonly CountFactor[];
  /** The ids of the factors; terms of one key are merged. */
  readonly key: string;
}

/**
 * An exact count of operations, bytes or elements. Dims stop at 2^53 and are capped in size, because they are sizes of axes; a
 * count of what a whole model does is neither.
 */
export interface Count {
  /** In canonical order: falling degree, then by factors. */
  readonly terms: readonly CountTerm[];
}

/** The count of nothing. */
export const ZERO: Count = Object.freeze({ terms: Object.freeze([]) });

/** The count that a number is. */
export function countOf(value: number | bigint): Count {
  const coefficient = BigInt(value);
  return coefficient === 0n ? ZERO : { terms: [{ coefficient, factors: [], key: '' }] };
}

const dims = new WeakMap<Dim, Count>();

/** The count that a size is. */
export function countOfDim(dim: Dim): Count {
  if (dim.kind === 'const') return countOf(dim.value);
  const known = dims.get(dim);
  if (known) return known;
  const terms = dim.poly.terms.map(({ coefficient, monomial }) => makeTerm(BigInt(coefficient), factorsOf(monomial)));
  if (dim.poly.constant !== 0) terms.push({ coefficient: BigInt(dim.poly.constant), factors: [], key: '' });
  const count = collect(terms);
  dims.set(dim, count);
  return count;
}

/** The number that a count is; undefined where symbols are left. */
export function constantCount(count: Count): bigint | undefined {
  const [first, second] = count.terms;
  if (!first) return 0n;
  return second === undefined && first.factors.length === 0 ? first.coefficient : undefined;
}

/** Tells whether a count is zero. */
export function isZero(count: Count): boolean {
  return count.terms.length === 0;
}

/** Tells whether two counts are one polynomial. */
export function sameCount(a: Count, b: Count): boolean {
  return a === b || keyOf(a) === keyOf(b);
}

/** A text that equal polynomials share. */
export function keyOf(count: Count): string {
  return count.terms.map(({ coefficient, key }) => `${coefficient}*${key}`).join('+');
}

/** `a + factor * b`. */
export function addCounts(a: Count, b: Count, factor = 1n): Count {
  if (isZero(b) || factor === 0n) return a;
  if (isZero(a) && factor === 1n) return b;
  return new CountSum().add(a).add(b, factor).total();
}

/** The product of counts, 1 of none. */
export function multiplyCounts(...counts: readonly Count[]): Count {
  let product = countOf(1);
  for (const count of counts) product = multiplyTwo(product, count);
  return product;
}

function multiplyTwo(a: Count, b: Count): Count {
  const [x, y] = [constantCount(a), constantCount(b)];
  if (x !== undefined) return scale(b, x);
  if (y !== undefined) return scale(a, y);
  const terms: CountTerm[] = [];
  spend(2 * a.terms.length * b.terms.length);
  for (const x of a.terms) {
    for (const y of b.terms) terms.push(makeTerm(x.coefficient * y.coefficient, [...x.factors, ...y.factors]));
  }
  return collect(terms);
}

function scale(count: Count, factor: bigint): Count {
  if (factor === 1n) return count;
  if (factor === 0n) return ZERO;
  return { terms: count.terms.map((term) => ({ ...term, coefficient: term.coefficient * factor })) };
}

/** The product of sizes as a count, 1 of none. */
export function countOfSizes(sizes: readonly (Dim | number)[]): Count {
  let number = 1n;
  const rest: Count[] = [];
  for (const size of sizes) {
    if (typeof size === 'number') number *= BigInt(size);
    else if (size.kind === 'const') number *= BigInt(size.value);
    else rest.push(countOfDim(size));
  }
  return multiplyCounts(countOf(number), ...rest);
}

/** A sum under construction: adding `n` counts takes time in the number of their terms. */
export class CountSum {
  readonly #terms = new Map<string, CountTerm>();

  /** Adds `factor * count`. */
  add(count: Count, factor = 1n): this {
    for (const { coefficient, factors, key } of count.terms) {
      const next = (this.#terms.get(key)?.coefficient ?? 0n) + coefficient * factor;
      if (next === 0n) this.#terms.delete(key);
      else this.#terms.set(key, { coefficient: next, factors, key });
    }
    return this;
  }

  /** The sum so far. */
  total(): Count {
    const terms = [...this.#terms.values()];
    spend(terms.length);
    return { terms: terms.sort(compareTerms) };
  }
}

/** What is known of an atom's value. */
export type RangeOf = (atom: Atom) => Interval;

let lastMaximum = 0;
const maxima = new Map<string, WeakRef<Maximum>>();
const registry = new FinalizationRegistry<string>((key) => {
  if (maxima.get(key)?.deref() === undefined) maxima.delete(key);
});

/**
 * The greatest of counts, 0 of none; those that another one surely reaches are left out.
 *
 * @param range bounds of the atoms
 */
export function maxOfCounts(counts: readonly Count[], range: RangeOf): Count {
  const kept: Count[] = [];
  for (const count of counts) {
    if (kept.length >= MOST_COMPARED) {
      kept.push(count);
      continue;
    }
    if (kept.some((other) => isAtLeast(other, count, range))) continue;
    const left = kept.filter((other) => !isAtLeast(count, other, range));
    kept.splice(0, kept.length, ...left, count);
  }
  const [first, second] = kept;
  if (!first || !second) return first ?? ZERO;
  kept.sort(compareCounts);
  const key = kept.map(keyOf).join('|');
  let maximum = maxima.get(key)?.deref();
  if (!maximum) {
    lastMaximum -= 1;
    maximum = { kind: 'maximum', id: lastMaximum, operands: kept };
    maxima.set(key, new WeakRef(maximum));
    registry.register(maximum, key);
  }
  return { terms: [makeTerm(1n, [maximum])] };
}

/** Of more counts none of which surely reaches another one, nobody would read the shorter list. */
const MOST_COMPARED = 64;

/** Above this number of terms, a product of shifted factors is not written out. */
const MAX_SHIFTED = 64;

/** Tells whether `a >= b` for all values of the atoms within their bounds; false means that it could not be shown. */
export function isAtLeast(a: Count, b: Count, range: RangeOf): boolean {
  spend(1 + a.terms.length + b.terms.length);
  const difference = addCounts(a, b, -1n);
  if (difference.terms.every(({ coefficient }) => coefficient > 0n) && allAtLeastZero(difference, range)) return true;
  return allAtLeastZero(difference, range) && isPositiveShifted(difference, range);
}

function allAtLeastZero({ terms }: Count, range: RangeOf): boolean {
  return terms.every(({ factors }) => factors.every((factor) => factor.kind === 'maximum' || range(factor).min >= 0));
}

/** Writes each atom as its least value and a rest that is at least 0: no coefficient may be negative then. */
function isPositiveShifted(count: Count, range: RangeOf): boolean {
  const sum = new Map<string, bigint>();
  for (const { coefficient, factors } of count.terms) {
    let parts: { readonly coefficient: bigint; readonly ids: readonly number[] }[] = [{ coefficient, ids: [] }];
    for (const factor of factors) {
      const least = factor.kind === 'maximum' ? 0 : range(factor).min;
      parts = parts.flatMap((part) => [
        { coefficient: part.coefficient, ids: [...part.ids, factor.id] },
        ...(least > 0 ? [{ coefficient: part.coefficient * BigInt(least), ids: part.ids }] : []),
      ]);
      if (parts.length > MAX_SHIFTED) return false;
    }
    for (const part of parts) {
      const key = part.ids.join(',');
      sum.set(key, (sum.get(key) ?? 0n) + part.coefficient);
    }
  }
  return [...sum.values()].every((coefficient) => coefficient >= 0n);
}

function makeTerm(coefficient: bigint, factors: readonly CountFactor[]): CountTerm {
  const sorted = factors.length > 1 ? factors.toSorted(compareFactors) : factors;
  return { coefficient, factors: sorted, key: sorted.map((factor) => factor.id).join(',') };
}

/** Sorts terms and merges those of one key. */
function collect(terms: readonly CountTerm[]): Count {
  if (terms.length < 2) return { terms: terms.filter(({ coefficient }) => coefficient !== 0n) };
  return new CountSum().add({ terms }).total();
}

function compareFactors(a: CountFactor, b: CountFactor): number {
  if (a.kind === 'maximum') return b.kind === 'maximum' ? b.id - a.id : 1;
  return b.kind === 'maximum' ? -1 : compareAtoms(a, b);
}

/** Term by term; of equal ones the greater coefficient comes first. */
function compareCounts(a: Count, b: Count): number {
  for (let i = 0; i < Math.min(a.terms.length, b.terms.length); i++) {
    const [x, y] = [a.terms[i], b.terms[i]];
    const order = x && y ? compareTerms(x, y) : 0;
    if (order !== 0) return order;
    if (x && y && x.coefficient !== y.coefficient) return x.coefficient > y.coefficient ? -1 : 1;
  }
  return b.terms.length - a.terms.length;
}

function compareTerms(a: CountTerm, b: CountTerm): number {
  if (a.factors.length !== b.factors.length) return b.factors.length - a.factors.length;
  for (let i = 0; i < a.factors.length; i++) {
    const [x, y] = [a.factors[i], b.factors[i]];
    const order = x && y ? compareFactors(x, y) : 0;
    if (order !== 0) return order;
  }
  return 0;
}
