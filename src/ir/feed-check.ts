// Checks the sizes of feeds against a contract, and finds what size each symbol has in a run.
import type { Diagnostic } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { type Constraint, checkConstraint, constraintDims, parseConstraint } from '../dim/constraint.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { formatDim, parseDim } from '../dim/text.ts';
import type { Contract, ContractEntry } from './contract.ts';

/** What a feed is, as far as the contract cares. */
export interface FeedType {
  /** The element type where it is known. */
  readonly dtype?: string | undefined;
  readonly shape: readonly number[];
}

/** What a check found. */
export interface FeedReport {
  /** The size of each symbol that the feeds settle. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly mistakes: readonly Diagnostic[];
}

interface CheckedInput {
  readonly name: string;
  readonly dtype: string | undefined;
  /** Sizes, undefined where any will do. */
  readonly shape: readonly (Dim | undefined)[] | undefined;
}

interface Settled {
  readonly size: number;
  /** `input "x" axis 0`. */
  readonly by: string;
}

/** A contract made ready to check one feed after the other. */
export class FeedCheck {
  readonly #inputs: readonly CheckedInput[];
  readonly #bounds: Contract['symbols'];
  readonly #constraints: readonly { readonly entry: ContractEntry; readonly constraint: Constraint }[];

  /** @throws DIM_SYNTAX when an expression of the contract cannot be read */
  constructor(contract: Contract) {
    this.#inputs = Object.entries(contract.inputs).map(([name, { dtype, shape }]) => ({
      name,
      dtype,
      shape: shape?.map(readSize),
    }));
    this.#bounds = contract.symbols;
    this.#constraints = contract.constraints
      .filter((entry) => entry.scope === 'feed')
      .map((entry) => ({ entry, constraint: parseConstraint(entry.expr) }));
  }

  /**
   * Checks feeds; all mistakes are found, each with code FEED_MISSING, FEED_UNKNOWN or FEED_MISMATCH.
   *
   * @param feeds what is fed, by the names of inputs
   */
  check(feeds: ReadonlyMap<string, FeedType>): FeedReport {
    const mistakes = this.#names(feeds);
    const settled = new Map<SymbolDim, Settled>();
    // Bare symbols settle first, so that an expression may stand before the input that settles it.
    for (const bare of [true, false]) {
      for (const input of this.#inputs) {
        const feed = feeds.get(input.name);
        if (feed) checkInput(input, feed, { bare, settled, mistakes });
      }
    }
    const bindings = (asked: SymbolDim): number | undefined => settled.get(asked)?.size;
    if (mistakes.length === 0) {
      const blamed = this.#relations(settled, bindings, mistakes);
      this.#range(settled, blamed, mistakes);
    }
    return { sizes: new Map([...settled].map(([key, { size }]) => [key.name, size])), mistakes };
  }

  #names(feeds: ReadonlyMap<string, FeedType>): Diagnostic[] {
    const known = this.#inputs.map((input) => input.name);
    const mistakes: Diagnostic[] = [];
    for (const name of known) {
      if (feeds.has(name)) continue;
      mistakes.push({ code: 'FEED_MISSING', message: `input "${name}" has no feed`, expected: name });
    }
    for (const name of feeds.keys()) {
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      mistakes.push({
        code: 'FEED_UNKNOWN',
        message: `the model has no input "${name}"; its inputs are ${known.map((each) => `"${each}"`).join(', ')}`,
        actual: name,
        hint: near && `did you mean "${near}"?`,
      });
    }
    return mistakes;
  }

  /** Bounds that no constraint has spoken of already: those that come with a symbol, such as `>= 1`. */
  #range(settled: ReadonlyMap<SymbolDim, Settled>, blamed: ReadonlySet<SymbolDim>, mistakes: Diagnostic[]): void {
    for (const [symbol, { size, by }] of settled) {
      const { name } = symbol;
      const bounds = Object.hasOwn(this.#bounds, name) ? this.#bounds[name] : undefined;
      if (!bounds || blamed.has(symbol)) continue;
      const { min, max = Number.POSITIVE_INFINITY } = bounds;
      if (size >= min && size <= max) continue;
      const rule = size < min ? `${name} >= ${min}` : `${name} <= ${max}`;
      mistakes.push({
        code: 'FEED_MISMATCH',
        message: `${by} gives ${name} the size ${size}, the model takes ${rule}`,
        expected: rule,
        actual: String(size),
      });
    }
  }

  #relations(
    settled: ReadonlyMap<SymbolDim, Settled>,
    bindings: (asked: SymbolDim) => number | undefined,
    mistakes: Diagnostic[],
  ): Set<SymbolDim> {
    const blamed = new Set<SymbolDim>();
    for (const { entry, constraint } of this.#constraints) {
      const symbols = [...symbolsOfConstraint(constraint)];
      if (!symbols.every((each) => settled.has(each)) || checkConstraint(constraint, bindings)) continue;
      const facts = symbols.map((each) => `${each.name} is ${settled.get(each)?.size} by ${settled.get(each)?.by}`);
      mistakes.push({
        code: 'FEED_MISMATCH',
        message: `the model takes ${entry.expr}; ${facts.join(', ')}`,
        expected: entry.expr,
        actual: facts.join(', '),
        related: entry.origins.map((origin) => ({ message: `asked for by ${origin}` })),
      });
      for (const symbol of symbols) blamed.add(symbol);
    }
    return blamed;
  }
}

function readSize(size: number | string): Dim | undefined {
  if (size === '?') return undefined;
  return typeof size === 'number' ? constant(size) : parseDim(size);
}

interface CheckState {
  /** Whether bare symbols and numbers, or else expressions, are looked at. */
  readonly bare: boolean;
  readonly settled: Map<SymbolDim, Settled>;
  readonly mistakes: Diagnostic[];
}

function checkInput({ name, dtype, shape }: CheckedInput, feed: FeedType, state: CheckState): void {
  const { bare, mistakes } = state;
  if (bare && dtype !== undefined && feed.dtype !== undefined && dtype !== feed.dtype) {
    mistakes.push({
      code: 'FEED_MISMATCH',
      message: `input "${name}" takes ${dtype}, got ${feed.dtype}`,
      expected: dtype,
      actual: feed.dtype,
    });
  }
  if (!shape) return;
  if (shape.length !== feed.shape.length) {
    if (!bare) return;
    mistakes.push({
      code: 'FEED_MISMATCH',
      message: `input "${name}" takes ${shape.length} axes, got ${feed.shape.length}: [${feed.shape.join(', ')}]`,
      expected: `rank ${shape.length}`,
      actual: `rank ${feed.shape.length}`,
    });
    return;
  }
  shape.forEach((dim, axis) => {
    if (!dim) return;
    const simple = dim.kind === 'symbol' || dim.kind === 'const';
    if (simple === bare) checkAxis(dim, feed.shape[axis] ?? 0, `input "${name}" axis ${axis}`, state);
  });
}

function checkAxis(dim: Dim, size: number, place: string, { settled, mistakes }: CheckState): void {
  if (dim.kind === 'symbol') {
    const before = settled.get(dim);
    if (!before) settled.set(dim, { size, by: place });
    else if (before.size !== size) mistakes.push(disagreement(dim.name, size, place, before));
    return;
  }
  const open = [...symbolsOf(dim)].filter((each) => !settled.has(each));
  const [only] = open;
  if (only && open.length === 1) {
    const solved = solveLinear(dim, only, size, settled);
    if (solved === undefined) return;
    settled.set(only, { size: solved, by: place });
  }
  if (open.length > 1) return;
  const wanted = evaluate(dim, (asked) => settled.get(asked)?.size);
  if (wanted === size) return;
  mistakes.push({
    code: 'FEED_MISMATCH',
    message: `${place} must be ${dim.kind === 'const' ? wanted : `${formatDim(dim)}, here ${wanted}`}, got ${size}`,
    expected: String(wanted),
    actual: String(size),
  });
}

function disagreement(name: string, size: number, place: string, before: Settled): Diagnostic {
  return {
    code: 'FEED_MISMATCH',
    message: `${place} has ${size}, but ${name} is ${before.size} by ${before.by}`,
    expected: `${name} = ${before.size}`,
    actual: `${name} = ${size}`,
  };
}

/** The size of `open` for which a dim linear in it has the size fed; rounded down, the caller compares. */
function solveLinear(
  dim: Dim,
  open: SymbolDim,
  size: number,
  settled: ReadonlyMap<SymbolDim, Settled>,
): number | undefined {
  const at = (value: number): number => evaluate(dim, (asked) => (asked === open ? value : settled.get(asked)?.size));
  try {
    const start = at(0);
    const step = at(1) - start;
    if (step === 0 || at(2) - start !== 2 * step) return undefined;
    const value = Math.floor((size - start) / step);
    return at(value) === start + step * value ? value : undefined;
  } catch {
    // The expression has no value there: nothing is settled by it.
    return undefined;
  }
}

function symbolsOfConstraint(constraint: Constraint): Set<SymbolDim> {
  return new Set(constraintDims(constraint).flatMap((dim) => [...symbolsOf(dim)]));
}
