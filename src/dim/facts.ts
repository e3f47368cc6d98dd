// What is known about the dims of one graph: questions, unification, recorded constraints, simplification.
import { dimwiseError } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import { broadcast, mod, sub } from './arithmetic.ts';
import { Bounds, Prover } from './bounds.ts';
import type { Answer, Constraint, RangeConstraint } from './constraint.ts';
import { type Dim, type DimLike, type SymbolDim, toDim } from './dim.ts';
import { gcd, unlessOverflow } from './integer.ts';
import type { Interval } from './interval.ts';
import { everyConstraint, minimalConstraints } from './minimal.ts';
import { cutOff } from './one-size.ts';
import { PairIndex } from './pair-index.ts';
import { contentOf } from './polynomial.ts';
import { Recorder } from './recorder.ts';
import { Simplifier } from './simplify.ts';
import { type Declaration, FactStore } from './store.ts';
import { formatDim } from './text.ts';

export type { Answer } from './constraint.ts';

/** The facts and constraints of one graph; symbols are at least 1 unless declared otherwise. */
export class Facts {
  readonly #store = new FactStore();
  readonly #bounds = new Bounds(this.#store);
  readonly #prover = new Prover(this.#store, this.#bounds);
  readonly #simplifier = new Simplifier(this.#store, this.#bounds, this.#prover);
  readonly #recorder: Recorder = new Recorder(this.#store, {
    simplify: (d) => this.#simplifier.simplify(d),
    range: (d) => this.#bounds.range(d),
    ask: (constraint) => this.#ask(constraint),
  });
  readonly #pairs = new PairIndex(this.#store, (d) => this.#simplifier.simplify(d));
  #minimal:
    | { readonly of: readonly Constraint[]; readonly version: number; readonly list: readonly Constraint[] }
    | undefined;

  /** Counts the facts; a dim simplified at one version need not be simple at the next. */
  get version(): number {
    return this.#store.version;
  }

  /** What was recorded so far, as it was recorded; the same list as long as neither constraints nor their origins were added. */
  get recorded(): readonly Constraint[] {
    return this.#store.recorded;
  }

  /**
   * Declares what an author states about a symbol; said again, the statements join.
   *
   * @param declaration the least size (1 by default for named symbols, else 0), the greatest, a divisor
   * @returns `false` when it contradicts what is known; nothing is recorded then
   */
  declare(symbol: SymbolDim, declaration: Declaration, origin?: Origin): Answer {
    return this.#recorder.declare(symbol, declaration, origin);
  }

  /** A sound interval: in every valid binding the dim's size lies in it. */
  range(d: DimLike): Interval {
    const simple = this.simplify(d);
    const { min, max } = this.#bounds.range(simple);
    if (simple.kind === 'const' || min > max) return { min, max };
    // Whether a size can be 0, and how large it can be, is worth a proof.
    const related = this.#prover.knowsDifferences();
    const wanted = related ? Infinity : 1;
    const least = min < wanted ? unlessOverflow(() => this.#prover.leastOf(simple, wanted)) : min;
    const most = max === Infinity ? unlessOverflow(() => -this.#prover.leastOf(sub(0, simple), Infinity)) : max;
    return { min: Math.max(min, least ?? min), max: Math.min(max, most ?? max) };
  }

  /** Asks whether two dims are equal in every valid binding. */
  equal(a: DimLike, b: DimLike): Answer {
    return this.#answer({ kind: 'equal', left: toDim(a), right: toDim(b), origins: [] });
  }

  /** Asks whether a dim is at most another one in every valid binding. */
  atMost(a: DimLike, b: DimLike): Answer {
    return this.#answer({ kind: 'atMost', left: toDim(a), right: toDim(b), origins: [] });
  }

  /** Asks whether `divisor` divides a dim in every valid binding. */
  divides(divisor: DimLike, d: DimLike): Answer {
    return this.#answer({ kind: 'divides', divisor: toDim(divisor), dim: toDim(d), origins: [] });
  }

  /** Asks whether two sizes broadcast, that is are equal or one of them 1, in every valid binding. */
  broadcastable(a: DimLike, b: DimLike): Answer {
    return this.#answer({ kind: 'broadcastable', left: toDim(a), right: toDim(b), origins: [] });
  }

  /**
   * Makes two dims equal: unknowns are solved or merged, otherwise an `equal` constraint is recorded.
   *
   * @param origin where the two meet
   * @returns `true` when they were equal or an unknown was solved, `unknown` when a constraint was recorded, `false`
   *   when they cannot be equal; nothing is recorded then
   */
  unify(a: DimLike, b: DimLike, origin?: Origin): Answer {
    return this.require({ kind: 'equal', left: toDim(a), right: toDim(b), origins: origin ? [origin] : [] });
  }

  /**
   * Records a constraint.
   * @returns `true` when it was known (or solved unknowns alone), `unknown` when it was recorded, `false` when it
   *   cannot hold; nothing is recorded then
   */
  require(constraint: Constraint): Answer {
    return this.#recorder.require(constraint);
  }

  /**
   * Records what holds by construction, such as a size that depends on data and is never above another one: proofs use it, the
   * constraints leave it out.
   *
   * @returns `true` when it holds, `false` when it cannot; nothing is recorded then
   */
  give(constraint: Constraint): Answer {
    return this.#recorder.give(constraint);
  }

  /**
   * Records a limit of an implementation, such as the size up to which float32 is exact. Where it only says that sizes stay below a
   * million or more, it holds by construction and bounds the symbols; otherwise it is a constraint.
   */
  limit(constraint: RangeConstraint): Answer {
    return this.#recorder.limit(constraint);
  }

  /** What holds by construction, in the order of recording; ranges of single fresh symbols that were declared are not among it. */
  given(): readonly Constraint[] {
    return this.#store.given;
  }

  /** Takes over what other facts, those of a body, know by construction, and the ranges of the sizes that depend on data there. */
  adopt(from: Facts): void {
    for (const [symbol, declared] of from.#store.declared) {
      if (symbol.role === 'fresh' && !this.#store.declared.has(symbol)) this.declare(symbol, declared, declared.origin);
    }
    for (const constraint of from.#store.given.slice(from.#store.inherited)) this.give(constraint);
  }

  /**
   * The size that broadcasting gives, and the constraint that it is defined where that is not known.
   * @throws DIM_UNDEFINED when the sizes cannot broadcast
   */
  broadcast(a: DimLike, b: DimLike, origin?: Origin): Dim {
    const size = this.broadcastIfAble(a, b, origin);
    if (size) return size;
    const [x, y] = [formatDim(this.simplify(a)), formatDim(this.simplify(b))];
    throw dimwiseError({
      code: 'DIM_UNDEFINED',
      message: `sizes ${x} and ${y} do not broadcast`,
      origin,
      expected: 'equal sizes, or one of them 1',
      actual: `${x} and ${y}`,
    });
  }

  /** The same; undefined, and nothing recorded, where the sizes cannot broadcast. */
  broadcastIfAble(a: DimLike, b: DimLike, origin?: Origin): Dim | undefined {
    const [left, right] = [toDim(a), toDim(b)];
    if (left === right || isOne(right)) return this.simplify(left);
    if (isOne(left)) return this.simplify(right);
    const origins = origin ? [origin] : [];
    const cut = cutOff(left, right);
    const answer = this.require(
      cut && this.range(cut.size).min >= 0
        ? { kind: 'range', dim: cut.size, max: cut.at, origins }
        : { kind: 'broadcastable', left, right, origins },
    );
    if (answer === 'false' || answer === 'contradiction') return undefined;
    const [x, y] = [this.simplify(left), this.simplify(right)];
    return x === y || this.equal(x, y) === 'true' ? x : this.simplify(broadcast(x, y));
  }

  /** The simplest dim known to have the same size in every valid binding. */
  readonly simplify = (d: DimLike): Dim => this.#simplifier.simplify(toDim(d));

  /** What a symbol was found to be, or undefined while it is free. */
  solved(symbol: SymbolDim): Dim | undefined {
    return this.#store.solutions.has(symbol) ? this.simplify(symbol) : undefined;
  }

  /** Where a symbol was settled. */
  settledBy(symbol: SymbolDim): Origin | undefined {
    return this.#store.solutions.get(symbol)?.origin;
  }

  /**
   * The constraints, in the order in which they were first recorded: simplified, none implied by the others.
   * @param isSearched false where the search for implied ones takes too long: the list is of all then, until more is recorded
   */
  constraints(isSearched = true): readonly Constraint[] {
    const { recorded, version } = this.#store;
    if (this.#minimal?.version === version && this.#minimal.of === recorded) return this.#minimal.list;
    const list = isSearched ? minimalConstraints(this.#store, Facts.#start) : everyConstraint(this.#store);
    this.#minimal = { of: recorded, version, list };
    return list;
  }

  static #start(this: void) {
    const facts = new Facts();
    return { facts, store: facts.#store };
  }

  /** A copy that goes its own way from here. */
  fork(): Facts {
    const copy = new Facts();
    copy.#store.assign(this.#store);
    return copy;
  }

  #answer(constraint: Constraint): Answer {
    return this.#store.contradictory ? 'contradiction' : this.#ask(constraint);
  }

  /** The answer, `unknown` where the numbers of a proof grow too large. */
  #ask(constraint: Constraint): Answer {
    return unlessOverflow(() => this.#askExactly(constraint)) ?? 'unknown';
  }

  #askExactly(constraint: Constraint): Answer {
    switch (constraint.kind) {
      case 'equal': {
        const [left, right] = [this.simplify(constraint.left), this.simplify(constraint.right)];
        return left === right ? 'true' : this.#askZero(this.simplify(sub(left, right)));
      }
      case 'range':
        return this.#askRange(this.simplify(constraint.dim), constraint.min ?? -Infinity, constraint.max ?? Infinity);
      case 'atMost':
        return this.#askNotNegative(sub(this.simplify(constraint.right), this.simplify(constraint.left)));
      case 'divides':
        return this.#askDivides(this.simplify(constraint.divisor), this.simplify(constraint.dim));
      case 'broadcastable':
        return this.#askBroadcastable(this.simplify(constraint.left), this.simplify(constraint.right));
    }
  }

  #askRange(d: Dim, min: number, max: number): Answer {
    const range = this.#bounds.range(d);
    if (range.min > range.max) return 'contradiction';
    if (range.min > max || range.max < min) return 'false';
    const low = range.min >= min ? 'true' : this.#askNotNegative(sub(d, min));
    const high = range.max <= max ? 'true' : this.#askNotNegative(sub(max, d));
    if (low === 'false' || high === 'false') return 'false';
    return low === 'true' && high === 'true' ? 'true' : 'unknown';
  }

  #askZero(d: Dim): Answer {
    if (d.kind === 'const') return d.value === 0 ? 'true' : 'false';
    const { min, max } = this.#bounds.range(d);
    if (min > max) return 'contradiction';
    if (min > 0 || max < 0) return 'false';
    if (d.poly.constant % contentOf(d.poly, true) !== 0) return 'false';
    const { modulus, residue } = this.#store.residueOf(d);
    if (modulus > 1 && residue % modulus !== 0) return 'false';
    if (this.#prover.leastOf(d, 1) >= 1 || this.#prover.leastOf(sub(0, d), 1) >= 1) return 'false';
    return 'unknown';
  }

  #askNotNegative(difference: Dim): Answer {
    const d = this.simplify(difference);
    if (d.kind === 'const') return d.value >= 0 ? 'true' : 'false';
    const { min, max } = this.#bounds.range(d);
    if (min > max) return 'contradiction';
    if (min >= 0 || max < 0) return min >= 0 ? 'true' : 'false';
    if (this.#prover.leastOf(d) >= 0) return 'true';
    return this.#prover.leastOf(sub(-1, d)) >= 0 ? 'false' : 'unknown';
  }

  #askDivides(divisor: Dim, d: Dim): Answer {
    if (divisor.kind === 'const' && divisor.value === 0) return this.#askZero(d);
    const zero = this.#askZero(d);
    if (zero === 'true') return 'true';
    if (divisor.kind === 'const') {
      const { modulus, residue } = this.#store.residueOf(d);
      const common = gcd(modulus, divisor.value);
      if (residue % common !== 0) return 'false';
      if (common === Math.abs(divisor.value)) return 'true';
    }
    return this.#askZero(this.simplify(mod(d, divisor)));
  }

  #askBroadcastable(a: Dim, b: Dim): Answer {
    if (a === b || isOne(a) || isOne(b)) return 'true';
    const equal = this.#askZero(this.simplify(sub(a, b)));
    if (equal === 'true') return 'true';
    if (this.#pairs.has(a, b)) return 'true';
    return equal === 'false' && this.#isNotOne(a) && this.#isNotOne(b) ? 'false' : 'unknown';
  }

  #isNotOne(d: Dim): boolean {
    return this.#askZero(this.simplify(sub(d, 1))) === 'false';
  }
}

function isOne(d: Dim): boolean {
  return d.kind === 'const' && d.value === 1;
}
